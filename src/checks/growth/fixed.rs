//! What the code itself says of a collection that is as large as something fixed: its keys are looked up in another one,
//! it is filled when it is made, only a caller's switch fills it, or it is there to remember what has been.

use super::container::{Growth, Held};
use super::hearsay;
use super::relief;
use crate::checks::Context;
use crate::checks::lives::fresh::{self, Fresh};
use crate::checks::lives::key::{self, Keys};
use crate::checks::lives::lifetime::{self, Life};
use crate::checks::lives::owner;
use crate::facts::{
    Action, BindingId, BindingKind, ExprId, ExprKind, Facts, FunctionKind, Literal, Operation, Operator, Place, PlaceId, Root,
    Segment, Source, StepKind, TypeId,
};
use crate::finding::{Evidence, Weight};
use crate::rules::Check;
use crate::rules::Words;

/// Whether the code itself says that a collection is as large as something fixed, or filled on purpose; in languages whose
/// vocabulary tells which keys are drawn.
pub fn is_sized(context: &Context, held: &Held, growth: &Growth) -> bool {
    let facts = context.facts;
    if context.words.words.drawn.is_empty() {
        return false;
    }
    known(facts, growth).is_some()
        || is_asked_for(facts, growth)
        || !is_drawn(context, growth) && is_prefilled(facts, held)
        || is_at_import(context, held, growth)
        || double(context, held).is_some()
}

/// Whether the key is made anew for each entry.
pub fn is_drawn(context: &Context, growth: &Growth) -> bool {
    growth.key.and_then(|key| fresh::fresh(context.facts, &context.words.words, key)) == Some(Fresh::Drawn)
}

/// What speaks for a fixed size without saying so.
pub fn doubts(context: &Context, held: &Held, growth: &Growth) -> Vec<Evidence> {
    if context.words.words.drawn.is_empty() || is_drawn(context, growth) {
        return Vec::new();
    }
    let factory = factory(context, held, growth);
    [
        tombstones(context, held, growth),
        few(context, held, growth),
        factory,
        copied(context, held, growth),
        again(context, growth),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A function that is there to go through all there is once more fills it with what that is, and not with what it is given.
fn again(context: &Context, growth: &Growth) -> Option<Evidence> {
    let facts = context.facts;
    lifetime::named(facts, &context.words.words.refilling, growth.function).then_some(())?;
    let around = facts.loop_around(growth.at)?;
    let StepKind::Loop { target: Some(_), header: Some(through), .. } = facts.step(around).kind else { return None };
    let own = facts.function(growth.function);
    let given = own.params.iter().filter(|param| Some(param.binding) != own.receiver);
    let mut given = given.filter(|param| hearsay::mentions(facts, growth.key.unwrap_or(through), param.binding, 1));
    given.next().is_none().then(|| {
        let text = "the function goes through all there is once more, which has the same keys each time";
        Evidence::doubts(Weight::Decisive, text).at(facts.step(around).span)
    })
}

/// A function inside the constructor is called by what the constructor gives it to, as often as that needs another one.
fn factory(context: &Context, held: &Held, growth: &Growth) -> Option<Evidence> {
    let facts = context.facts;
    let inside = facts.enclosing(growth.function).skip(1).any(|id| facts.function(id).traits.is_constructor);
    (held.life == Life::Instance && inside)
        .then(|| Evidence::doubts(Weight::Strong, "what the constructor has made calls it, as often as it needs another one"))
}

/// What is put in is gone through in a field of the same owner, which keeps it as well.
fn copied(context: &Context, held: &Held, growth: &Growth) -> Option<Evidence> {
    let facts = context.facts;
    let binding = facts.binding_of(growth.key.or(growth.value)?)?;
    let [only] = facts.binding(binding).definitions.as_slice() else { return None };
    let (Source::Iterated(through) | Source::Unpacked(through, _)) = only.source else { return None };
    let from = key::drawn(facts, through, 4).filter(|from| *from != held.place && keeps(context, *from))?;
    let text = format!("its entries are those of `{}`, which keeps them as well", facts.display(from));
    Some(Evidence::doubts(Weight::Decisive, text).at(facts.expr(through).span))
}

/// Whether a place is a field from which this file takes nothing out.
fn keeps(context: &Context, place: PlaceId) -> bool {
    let facts = context.facts;
    let lasts = matches!(facts.places.get(place), Place { root: Root::Instance(_) | Root::Static(_), path } if path.len() == 1);
    let begins = |operation: &Operation| {
        let function = facts.function(operation.function);
        function.traits.is_constructor || function.kind == FunctionKind::TypeBody
    };
    let loses = |operation: &Operation| match operation.action {
        Action::Assign(_) => !begins(operation),
        Action::Delete | Action::DeleteItem { .. } => true,
        Action::Method { name, .. } => {
            context.words.container.iter().any(|one| one.shrink.iter().chain(&one.empty).any(|word| word == facts.text(name)))
        }
        _ => false,
    };
    let filled = facts.operations(place).iter().any(|operation| matches!(operation.action, Action::Assign(_)));
    lasts && filled && !facts.operations(place).iter().any(loses)
}

/// The other collection in which the key is looked up first, which fails where it is not there.
pub fn known(facts: &Facts, growth: &Growth) -> Option<Evidence> {
    let key = facts.place(growth.key?)?;
    let before = |operation: &Operation| {
        operation.function == growth.function && facts.expr(operation.expr).span.end <= facts.expr(growth.at).span.start
    };
    let looked_up = |operation: &&Operation| match operation.action {
        Action::GetItem { key: Some(asked) } => before(operation) && facts.place(asked) == Some(key),
        _ => false,
    };
    facts.places.iter().find_map(|(id, place)| {
        let [Segment::Field(_)] = place.path.as_slice() else { return None };
        let lasts = matches!(place.root, Root::Instance(_) | Root::Static(_));
        let at = facts.operations(id).iter().find(looked_up).filter(|_| lasts && is_stable(facts, id, key, growth))?;
        let text = format!("its keys are those of `{}`, in which each is looked up before", facts.display(id));
        Some(Evidence::doubts(Weight::Decisive, text).at(facts.expr(at.expr).span))
    })
}

/// Whether a collection neither loses entries nor gets one under this key in the same function.
fn is_stable(facts: &Facts, id: PlaceId, key: PlaceId, growth: &Growth) -> bool {
    !facts.operations(id).iter().any(|operation| match operation.action {
        Action::DeleteItem { .. } | Action::Delete => true,
        Action::Method { name, .. } => matches!(facts.text(name), "pop" | "popitem" | "clear" | "setdefault"),
        Action::SetItem { key: Some(own), .. } => operation.function == growth.function && facts.place(own) == Some(key),
        _ => false,
    })
}

/// Whether a parameter, off by default, is how a caller asks for the entry to be kept.
fn is_asked_for(facts: &Facts, growth: &Growth) -> bool {
    let off = |expr: ExprId| {
        let Some(binding) = facts.binding_of(expr) else { return false };
        let own = facts.binding(binding);
        let function = facts.function(facts.scopes[own.scope.index()].function);
        let param = function.params.iter().find(|param| param.binding == binding);
        matches!(own.kind, BindingKind::Parameter(_))
            && param.and_then(|param| param.default).is_some_and(|value| facts.literal(value) == Some(Literal::Bool(false)))
    };
    lifetime::conditions(facts, growth.at).into_iter().any(|condition| parts(facts, condition).into_iter().any(off))
}

/// The parts of a condition all of which must hold.
pub fn parts(facts: &Facts, condition: ExprId) -> Vec<ExprId> {
    match facts.kind(condition) {
        ExprKind::Operation { operator: Operator::And, operands } => facts.list(operands).to_vec(),
        _ => vec![condition],
    }
}

/// Whether a map is made with an entry for each of something.
fn is_prefilled(facts: &Facts, held: &Held) -> bool {
    facts.definitions_of(held.place).iter().any(|definition| {
        let made = facts.value_of(definition).map(|value| facts.kind(value));
        matches!(made, Some(ExprKind::Comprehension { kind: crate::facts::CollectionKind::Map, .. }))
    })
}

/// A set of mere marks that is only asked what was there before.
fn tombstones(context: &Context, held: &Held, growth: &Growth) -> Option<Evidence> {
    let facts = context.facts;
    let is_set = held.container.literal.iter().any(|word| word == "set");
    let live =
        growth.key.and_then(|key| key::last_name(facts, key)).is_some_and(|name| key::ends_with(&context.words.words.live, name));
    let used = |operation: &Operation| {
        matches!(operation.action, Action::Iterated | Action::Alias { .. } | Action::Returned | Action::Stored { .. })
    };
    let all = facts.operations(held.place);
    let tested = all.iter().any(|operation| operation.action == Action::Tested);
    let made = |value: ExprId| matches!(facts.kind(value), ExprKind::Call { .. });
    // An identifier of one event is another one each time.
    let named = growth.key.and_then(|key| fresh::fresh(facts, &context.words.words, key)).is_some();
    let weight = match (named, facts.exported.is_none() && !facts.typed) {
        (true, _) => Weight::Fair,
        (false, true) => Weight::Decisive,
        (false, false) => Weight::Strong,
    };
    (is_set && tested && !live && !growth.value.is_some_and(made) && !all.iter().any(used))
        .then(|| Evidence::doubts(weight, "all that is asked of it is what was there before, so it is meant to remember"))
}

/// A cache in a default value keeps what the program has of a kind; one of a function inside another goes with that call.
fn few(context: &Context, held: &Held, growth: &Growth) -> Option<Evidence> {
    let (facts, words) = (context.facts, &context.words.words);
    if held.life != Life::Default || context.rule.check != Check::Cache {
        return None;
    }
    let Root::Binding(binding) = facts.places.get(held.place).root else { return None };
    let function = facts.function(facts.scopes[facts.binding(binding).scope.index()].function);
    if function.parent.is_some_and(|outer| facts.function(outer).kind == FunctionKind::Named) {
        return Some(Evidence::doubts(
            Weight::Decisive,
            "the function, and its default value with it, is made anew by each call",
        ));
    }
    match key::keys(facts, words, growth.key?) {
        Keys::Open => None,
        Keys::Named => Some(Evidence::doubts(Weight::Strong, "its keys name files, of which a program sees so many")),
        _ => Some(Evidence::doubts(Weight::Decisive, "nothing says that there are many keys")),
    }
}

/// Whether the module itself makes the instances that add themselves to a table of them.
fn is_at_import(context: &Context, held: &Held, growth: &Growth) -> bool {
    let facts = context.facts;
    if !relief::adds_itself(context, held, growth) {
        return false;
    }
    let of_table = match facts.places.get(held.place).root {
        Root::Static(ty) => owner::made_at_top(facts, ty).is_some(),
        _ => false,
    };
    of_table || facts.owner_of(growth.function).is_some_and(|ty| is_declared(context, ty))
}

/// Whether instances of a type are declared one after the other in the bodies of types, and made nowhere else.
fn is_declared(context: &Context, ty: TypeId) -> bool {
    let facts = context.facts;
    let made = facts.ty(ty).made.iter().map(|call| facts.function(facts.function_of(*call)).kind).collect::<Vec<_>>();
    let loaded = made.iter().all(|kind| matches!(kind, FunctionKind::Module | FunctionKind::TypeBody));
    let several = made.iter().filter(|kind| **kind == FunctionKind::TypeBody).count() > 1;
    several && loaded && context.project.is_made_at_load(context.path, facts.text(facts.ty(ty).name), None)
}

/// The stand-in for the real thing that keeps everything on purpose, so that a test can look at it.
pub fn double<'a>(context: &Context<'a>, held: &Held) -> Option<&'a str> {
    let facts = context.facts;
    let (Root::Instance(ty) | Root::Static(ty)) = facts.places.get(held.place).root else { return None };
    let name = facts.text(facts.ty(ty).name);
    is_double(&context.words.words, name).then_some(name)
}

/// Whether a type is named like one that stands in for another in tests.
pub fn is_double(words: &Words, name: &str) -> bool {
    key::split(name).iter().any(|word| words.doubles.contains(word))
}

/// Whether two growths put something under the same key, or one puts the other's key into an entry that nobody prunes.
pub fn is_twin(context: &Context, held: &Held, growth: &Growth, other: &Growth) -> bool {
    let facts = context.facts;
    let place = |expr: Option<ExprId>| expr.and_then(|expr| facts.place(expr));
    let Some(theirs) = place(other.key) else {
        // `all.push(item)` beside `byId.set(item.id, item)`.
        let whole = growth.key.and_then(|key| match facts.kind(key) {
            ExprKind::Field { base, .. } => facts.place(base),
            _ => None,
        });
        let part = facts.exported.is_some() && other.key.is_none() && whole.is_some() && whole == place(other.value);
        return part || growth.key.is_none() && other.key.is_none();
    };
    place(growth.key) == Some(theirs) || place(added(facts, growth)) == Some(theirs) && !super::signs::emptied(context, held)
}

/// What is put into an entry: `entries[key] = value`, `entries.setdefault(key, set()).add(value)`.
fn added(facts: &Facts, growth: &Growth) -> Option<ExprId> {
    let chained = || {
        let crate::facts::Parent::Expr(member) = facts.expr(growth.at).parent else { return None };
        let crate::facts::Parent::Expr(call) = facts.expr(member).parent else { return None };
        let called = matches!(facts.kind(call), ExprKind::Call { callee, .. } if callee == member);
        called.then(|| facts.positional(call, 0)).flatten()
    };
    growth.value.filter(|value| facts.place(*value).is_some()).or_else(chained)
}

/// Whether the collection is also given a key that is a constant.
pub fn constant_key(facts: &Facts, held: &Held) -> Option<ExprId> {
    let constant = |key: &ExprId| {
        let upper = |name: &str| name.chars().any(char::is_alphabetic) && !name.chars().any(char::is_lowercase);
        facts.literal(*key).is_some() || key::last_name(facts, *key).is_some_and(upper)
    };
    held.growth.iter().filter_map(|growth| growth.key).find(constant)
}

/// The places that are default values of parameters, each with its parameter.
pub fn defaults(facts: &Facts) -> Vec<(PlaceId, BindingId)> {
    let params = facts.functions.iter().flat_map(|function| &function.params);
    params.filter_map(|param| Some((facts.place(param.default?)?, param.binding))).collect()
}

/// Removals through the default value of a parameter: `lambda done, waiting=self.waiting: waiting.remove(done)`.
pub fn by_default(
    facts: &Facts,
    defaults: &[(PlaceId, BindingId)],
    place: PlaceId,
    shrink: &[String],
) -> Vec<(ExprId, crate::facts::FunctionId)> {
    let ours = defaults.iter().filter(|(own, _)| *own == place);
    let places = ours.filter_map(|(_, param)| facts.places.find(&Place { root: Root::Binding(*param), path: Vec::new() }));
    let taken = |operation: &Operation| match operation.action {
        Action::Method { name, call } if shrink.iter().any(|word| word == facts.text(name)) => Some((call, operation.function)),
        Action::DeleteItem { .. } => Some((operation.expr, operation.function)),
        _ => None,
    };
    places.flat_map(|place| facts.operations(place).iter().filter_map(taken).collect::<Vec<_>>()).collect()
}
