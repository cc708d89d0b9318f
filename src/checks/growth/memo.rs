//! Cache decorators: on a method they keep every instance alive; without a limit they keep every argument.

use super::made::capped;
use crate::checks::Context;
use crate::checks::lives::key;
use crate::facts::{ExprId, ExprKind, Facts, Function, FunctionId, Literal};
use crate::finding::{Evidence, Finding, Weight};
use crate::rules::Memo;

/// So few instances cost little, whatever they are.
const FEW: u32 = 10;

/// Findings of the rule that asks for `memo`: a shared cache around a method.
pub fn check(context: &Context) -> Vec<Finding> {
    let facts = context.facts;
    let methods = facts.functions().filter(|(_, function)| takes_instance(facts, function));
    methods
        .filter_map(|(id, function)| {
            let (decorator, memo) = decorated(context, function)?;
            Some(on_method(context, id, decorator, memo))
        })
        .collect()
}

pub fn takes_instance(facts: &Facts, function: &Function) -> bool {
    let name = |of: &Function| of.receiver.map(|receiver| facts.binding(receiver).name);
    let siblings = || function.owner.into_iter().flat_map(|ty| facts.ty(ty).methods.iter().map(|method| facts.function(*method)));
    // A function that is merely kept in a type names its first parameter after what it is.
    let named = siblings().filter(|one| one.traits.is_constructor && !one.traits.is_class_method).find_map(name);
    let alike = named.is_none_or(|named| name(function) == Some(named));
    alike && function.receiver.is_some() && !function.traits.is_class_method && !function.traits.is_static
}

/// The cache decorator of a function, with its vocabulary.
pub fn decorated<'a>(context: &Context<'a>, function: &Function) -> Option<(ExprId, &'a Memo)> {
    function.decorators.iter().find_map(|decorator| {
        let path = path(context.facts, *decorator)?;
        let memo = context.words.memo.iter().find(|memo| memo.make.iter().any(|make| make.fits(Some(&path), None)))?;
        Some((*decorator, memo))
    })
}

/// The dotted path of a decorator, called or not.
fn path(facts: &Facts, decorator: ExprId) -> Option<String> {
    match facts.callee_path(decorator) {
        Some(path) => Some(path.to_owned()),
        None => facts.dotted(decorator),
    }
}

fn on_method(context: &Context, id: FunctionId, decorator: ExprId, memo: &Memo) -> Finding {
    let facts = context.facts;
    let function = facts.function(id);
    let name = function.name.map_or("", |name| facts.text(name));
    let owner = function.owner.map_or("", |ty| facts.text(facts.ty(ty).name));
    let message = format!("the cache on `{owner}.{name}` is shared by all instances and keeps every `self` it has seen");
    let mut finding = context.finding(decorator, message, "the key of this cache holds `self`".to_owned());
    finding.symbol = facts.qualified(id);
    finding.evidence = method_evidence(context, function, decorator, memo);
    finding.risk = format!("each `{owner}` stays in memory, with all it refers to, until its entry is evicted");
    finding.weigh(context.prior())
}

/// Whether a decorator is given a mapping that caps it: `@cached(cache=TTLCache(maxsize=100, ttl=60))`, or a name for one.
fn is_given_cap(facts: &Facts, decorator: ExprId, memo: &Memo) -> bool {
    let caps = |value: ExprId| facts.callee_name(value).is_some_and(|name| memo.capped_by.iter().any(|word| word == name));
    let named = |value: ExprId| {
        let definitions = facts.binding_of(value).map(|binding| facts.binding(binding).definitions.as_slice());
        definitions.is_some_and(|all| all.iter().any(|one| facts.value_of(one).is_some_and(caps)))
    };
    facts.args(decorator).iter().any(|arg| {
        let value = match facts.kind(*arg) {
            ExprKind::Named { value, .. } => value,
            _ => *arg,
        };
        caps(value) || named(value)
    })
}

fn method_evidence(context: &Context, function: &Function, decorator: ExprId, memo: &Memo) -> Vec<Evidence> {
    let facts = context.facts;
    let words = &context.words.words;
    let mut evidence = Vec::new();
    let limited = !unlimited(facts, decorator, memo) || is_given_cap(facts, decorator, memo);
    evidence.push(if limited {
        Evidence::supports(Weight::Slight, "its limit counts calls, not instances")
    } else {
        Evidence::supports(Weight::Strong, "it has no size limit").at(facts.expr(decorator).span)
    });
    let Some(owner) = function.owner else { return evidence };
    let name = facts.text(facts.ty(owner).name);
    let bases = facts.ty(owner).base_paths.iter().map(|base| facts.text(*base));
    if bases.clone().any(|base| words.fixed_types.iter().any(|fixed| fixed == base)) {
        evidence.push(Evidence::doubts(Weight::Decisive, format!("the instances of `{name}` are a fixed set")));
        evidence.push(Evidence::doubts(Weight::Decisive, "they live as long as the process anyway"));
    }
    let equal = |method: &FunctionId| {
        facts.function(*method).name.is_some_and(|name| words.equality.iter().any(|word| word == facts.text(name)))
    };
    let values = || bases.clone().any(|base| words.value_bases.iter().any(|value| value == base));
    if limited && (facts.ty(owner).methods.iter().any(equal) || values()) {
        let text = format!("instances of `{name}` that are equal share an entry, and the entries are limited");
        evidence.push(Evidence::doubts(Weight::Decisive, text));
    }
    if limited && let Some(most) = size(facts, decorator, memo).filter(|most| *most <= FEW) {
        evidence.push(Evidence::doubts(Weight::Strong, format!("it keeps {most} of them at the most")));
    }
    if limited && super::scalar::is_plain(facts, owner) {
        let text = format!("a `{name}` holds only plain values, and their number is limited");
        evidence.push(Evidence::doubts(Weight::Decisive, text));
    }
    let project = context.project;
    let known = project.len() > 1;
    if limited && project.len() > 1 && project.is_made_singly(context.path, name) {
        evidence.push(Evidence::doubts(Weight::Strong, format!("no loop of the project makes many a `{name}`")));
    }
    let heavy = |of: &str| key::ends_with(&words.heavy, of);
    if limited
        && project.len() > 1
        && !project.is_made_in_loop(context.path, name)
        && !heavy(name)
        && !bases.clone().any(|base| heavy(crate::facts::last(base)))
    {
        let text = format!("nothing says that a `{name}` is so large that the limit is no help");
        evidence.push(Evidence::doubts(Weight::Strong, text));
    }
    if limited && known && !is_large(context, owner) {
        let text = format!("as many as the limit allows of a `{name}` are little, unless each holds something large");
        evidence.push(Evidence::doubts(Weight::Strong, text));
    }
    let label = function.name.map_or("", |name| facts.text(name));
    if key::split(label).iter().any(|word| words.notices.contains(word)) {
        evidence.push(Evidence::doubts(Weight::Decisive, "it remembers what has been said once"));
    }
    if limited && key::ends_with(&words.lasting, name) {
        evidence.push(Evidence::doubts(Weight::Strong, format!("a `{name}` may live as long as the process")));
    }
    if limited && bases.clone().any(|base| is_light(words, crate::facts::last(base))) {
        evidence.push(Evidence::doubts(
            Weight::Strong,
            format!("a `{name}` is of a kind of which a program has few, and each is light"),
        ));
    }
    let has_role = |base: &str| key::split(base).iter().any(|word| word == "plugin" || word == "extension");
    if is_light(words, name) || bases.clone().any(|base| has_role(crate::facts::last(base))) {
        evidence.push(Evidence::doubts(Weight::Decisive, format!("a program has few of `{name}`, and each is light")));
    }
    evidence.extend(context.command(Weight::Decisive));
    evidence.extend(super::instances::known(context, owner));
    if single(facts, owner) && !(known && project.is_made(context.path, name) && !project.is_kept_by_modules(context.path, name))
    {
        evidence.push(Evidence::doubts(Weight::Strong, format!("the one `{name}` of this file is made at module level")));
    }
    if known && project.is_kept_by_modules(context.path, name) {
        let text = format!("each `{name}` of the project is made for a name of a module, and stays anyway");
        evidence.push(Evidence::doubts(Weight::Decisive, text));
    }
    if cleared(facts, function, memo) {
        evidence.push(Evidence::doubts(Weight::Decisive, "the cache is cleared in this file"));
    } else if let Some(path) = cleared_abroad(context, function, memo) {
        evidence.push(Evidence::doubts(Weight::Decisive, format!("the cache is cleared in {path}")));
    }
    evidence
}

/// Whether a type, what it inherits from in this file, or what its fields keep is named like something large.
fn is_large(context: &Context, owner: crate::facts::TypeId) -> bool {
    let (facts, words) = (context.facts, &context.words.words);
    let heavy = |name: &str| key::ends_with(&words.heavy, name);
    let lineage = facts.lineage(owner);
    let named = |ty: &crate::facts::TypeId| {
        let own = facts.ty(*ty);
        heavy(facts.text(own.name)) || own.base_paths.iter().any(|base| heavy(crate::facts::last(facts.text(*base))))
    };
    let field = |place: crate::facts::PlaceId| match facts.places.get(place).path.last() {
        Some(crate::facts::Segment::Field(name)) => heavy(facts.text(*name)),
        _ => false,
    };
    lineage.iter().any(|ty| named(ty) || facts.fields_of(*ty).any(|place| field(place) || is_memo(facts, place)))
}

/// Whether a field keeps what one of its methods has made and hands out.
fn is_memo(facts: &Facts, field: crate::facts::PlaceId) -> bool {
    use crate::facts::{Action, ExprKind, Source};
    let made = |operation: &&crate::facts::Operation| match operation.action {
        Action::Assign(Source::Assigned(value)) => {
            matches!(facts.kind(value), ExprKind::Call { .. }) && !facts.function(operation.function).traits.is_constructor
        }
        _ => false,
    };
    let all = facts.operations(field);
    let returned = |function| all.iter().any(|own| own.function == function && own.action == Action::Returned);
    all.iter().filter(made).any(|operation| returned(operation.function))
}

/// Whether a type is something of which a program has few, unless that is only what it is for: `TokenizerModel`.
fn is_light(words: &crate::rules::Words, name: &str) -> bool {
    let has = |list: &[String]| key::split(name).iter().any(|word| list.contains(word));
    has(&words.light) && !key::ends_with(&words.heavy, name)
}

/// A limit that is written as a number.
fn size(facts: &Facts, decorator: ExprId, memo: &Memo) -> Option<u32> {
    let bound = memo.bound.as_ref()?;
    match facts.literal(facts.argument(decorator, &bound.name, bound.position)?) {
        Some(Literal::Number(Some(most))) => Some(most),
        _ => None,
    }
}

fn single(facts: &Facts, owner: crate::facts::TypeId) -> bool {
    let made = &facts.ty(owner).made;
    // A constructor that hands out a stored instance makes one only.
    let stored = facts.ty(owner).methods.iter().any(|method| {
        let traits = facts.function(*method).traits;
        traits.is_constructor && traits.is_class_method
    });
    stored || matches!(made.as_slice(), [only] if facts.function_of(*only) == FunctionId(0))
}

/// The other file that empties the cache of this function.
pub fn cleared_abroad<'a>(context: &Context<'a>, function: &Function, memo: &Memo) -> Option<&'a str> {
    let name = context.facts.text(function.name?);
    context.project.called(&context.facts.language, name, &memo.clear)
}

/// Whether some call in the file empties the cache of this function.
pub fn cleared(facts: &Facts, function: &Function, memo: &Memo) -> bool {
    let Some(own) = function.name else { return false };
    let handed = facts.mentions(own).iter().any(|at| is_handed(facts, *at));
    facts.callees.iter().any(|(_, callee)| {
        let clears = callee.name.is_some_and(|name| memo.clear.iter().any(|word| word == facts.text(name)));
        clears && callee.receiver.is_some_and(|receiver| names(facts, receiver, own) || handed && is_kept(facts, receiver))
    })
}

/// Whether a mention of a function gives it to a type of this file, whose instance may keep it: `Loader(read)`.
fn is_handed(facts: &Facts, mention: ExprId) -> bool {
    match facts.expr(mention).parent {
        crate::facts::Parent::Expr(call) => facts.args(call).contains(&mention) && facts.callee(call).constructs.is_some(),
        _ => false,
    }
}

/// Whether an expression is a field of an instance.
fn is_kept(facts: &Facts, expr: ExprId) -> bool {
    facts.place(expr).is_some_and(|place| matches!(facts.places.get(place).root, crate::facts::Root::Instance(_)))
}

pub fn names(facts: &Facts, expr: ExprId, wanted: crate::facts::Name) -> bool {
    match facts.kind(expr) {
        ExprKind::Name { name, .. } | ExprKind::Field { name, .. } => name == wanted,
        _ => false,
    }
}

/// Whether a cache decorator sets no limit.
pub fn unlimited(facts: &Facts, decorator: ExprId, memo: &Memo) -> bool {
    let Some(bound) = &memo.bound else { return true };
    match facts.kind(decorator) {
        ExprKind::Call { .. } => !capped(facts, decorator, bound),
        _ => !bound.by_default,
    }
}
