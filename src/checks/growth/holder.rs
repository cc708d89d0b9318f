//! How long the owner of a collection lives, as far as the project tells.

use super::abroad;
use super::container::Held;
use crate::checks::Context;
use crate::checks::lives::brought;
use crate::checks::lives::key;
use crate::checks::lives::lifetime::{Life, is_lasting};
use crate::facts::{Action, BindingId, Definition, ExprId, ExprKind, Facts, FunctionId, FunctionKind, Place, Root, TypeId};
use crate::finding::{Evidence, Stance, Weight};
use crate::index::Tenure;
use crate::rules::Words;

/// What speaks for and against a long life of the owner.
pub fn owner(context: &Context, held: &Held) -> Vec<Evidence> {
    let (facts, words) = (context.facts, &context.words.words);
    match (held.life, facts.places.get(held.place).root) {
        (Life::Module, _) => vec![Evidence::supports(Weight::Slight, "it lives as long as the process")],
        (Life::Type, _) => vec![Evidence::supports(
            Weight::Slight,
            "it belongs to the type, so all instances share it for the life of the process",
        )],
        (Life::Closure, Root::Binding(binding)) => {
            let maker = facts.scopes[facts.binding(binding).scope.index()].function;
            vec![closure(facts, words, maker)]
        }
        (Life::Default, _) if facts.typed => {
            vec![Evidence::supports(Weight::Strong, "the framework keeps its value from call to call")]
        }
        (Life::Default, _) => vec![Evidence::supports(Weight::Strong, "a default value is made once and kept from call to call")],
        (Life::Loop, _) => vec![Evidence::supports(Weight::Strong, "the loop that adds to it has no way out")],
        (Life::Instance, Root::Instance(ty)) => instance(context, held, (ty, abroad::tenure(context, held))),
        (Life::Closure | Life::Instance, _) => Vec::new(),
    }
}

/// How long what a function hands out lives, as far as its name tells.
fn closure(facts: &Facts, words: &Words, maker: FunctionId) -> Evidence {
    let name = facts.function(maker).name.map_or("", |name| facts.text(name));
    if key::ends_with(&words.passing, name) {
        return Evidence::doubts(Weight::Decisive, format!("what `{name}` hands out is usually thrown away soon"));
    }
    if key::ends_with(&words.lasting, name) {
        return Evidence::supports(Weight::Fair, format!("what `{name}` hands out usually lives as long as the program"));
    }
    Evidence::supports(Weight::Slight, "it lives as long as the function that closes over it")
}

fn instance(context: &Context, held: &Held, (ty, tenure): (TypeId, Tenure)) -> Vec<Evidence> {
    let (facts, words) = (context.facts, &context.words.words);
    let name = facts.text(facts.ty(ty).name);
    if key::ends_with(&words.passing, name) && !is_held(context, ty, tenure) {
        return vec![Evidence::doubts(Weight::Decisive, format!("a `{name}` is usually thrown away soon"))];
    }
    if facts.typed && facts.function(facts.ty(ty).parent).kind == FunctionKind::Named {
        return vec![Evidence::doubts(Weight::Decisive, format!("`{name}` is a type for the inside of one function"))];
    }
    if let Some(function) = passing(facts, words, ty) {
        return vec![Evidence::doubts(
            Weight::Decisive,
            format!("`{function}` makes a `{name}` and keeps it no longer than it runs"),
        )];
    }
    let mut evidence = Vec::new();
    if let Tenure::Passing(function, path) = tenure {
        let text = format!("`{function}` in {path} makes a `{name}` and keeps it no longer than it runs");
        return vec![Evidence::doubts(Weight::Decisive, text)];
    }
    if let Tenure::Lasting(path) = tenure {
        evidence.push(Evidence::supports(Weight::Fair, format!("{path} keeps a `{name}` for as long as the process lives")));
    } else if key::ends_with(&words.lasting, name) {
        // A name is a hint where programs are full of managers that come and go with what is shown.
        let weight = if facts.exported.is_some() { Weight::Slight } else { Weight::Fair };
        evidence.push(Evidence::supports(weight, format!("a `{name}` usually lives as long as the service")));
    } else if let Some(at) = made_at_top(facts, ty) {
        evidence.push(Evidence::supports(Weight::Strong, "an instance is made at module level").at(facts.expr(at).span));
    } else if let Some((guard, at)) = guard(facts, words, held) {
        let text = format!("several threads share it behind a `{guard}`, so it lives longer than one piece of work");
        evidence.push(Evidence::supports(Weight::Strong, text).at(facts.expr(at).span));
    }
    if let Some((guard, at)) = shared(facts, words, ty).filter(|_| evidence.is_empty()) {
        let text = format!("several threads share a `{name}` behind a `{guard}`");
        evidence.push(Evidence::supports(Weight::Fair, text).at(facts.expr(at).span));
    }
    if let Some(given) = brought::given_to_all(facts, words, ty).filter(|_| evidence.is_empty()) {
        let text = format!("a framework gives the same `{name}` to every request");
        evidence.push(Evidence::supports(Weight::Strong, text).at(facts.expr(given).span));
    }
    if let Some(method) = runs(facts, ty) {
        let at = facts.function(method);
        let name = at.name.map_or("", |name| facts.text(name));
        evidence
            .push(Evidence::supports(Weight::Slight, format!("`{name}` loops for as long as the object is in use")).at(at.head));
    }
    // What is finished was one piece of work.
    let ends = |method: &FunctionId| {
        let own = facts.function(*method);
        own.traits.is_teardown && !(facts.typed && own.name.is_some_and(|name| facts.text(name) == "finish"))
    };
    if let Some(method) = facts.ty(ty).methods.iter().copied().find(ends) {
        let at = facts.function(method);
        let name = at.name.map_or("", |name| facts.text(name));
        evidence.push(
            Evidence::supports(Weight::Slight, format!("the type has an end of life, `{name}`, so its instances live a while"))
                .at(at.head),
        );
    }
    if evidence.is_empty() {
        evidence.push(Evidence::doubts(Weight::Decisive, format!("{UNKNOWN}`{name}` lives long")));
    }
    evidence.extend(data(context, ty));
    evidence
}

/// Whether the project shows who keeps the instances of a type, whatever their name says. Only in languages that neither
/// declare types nor exports, where there is no other sign.
fn is_held(context: &Context, ty: TypeId, tenure: Tenure) -> bool {
    let facts = context.facts;
    let name = facts.text(facts.ty(ty).name);
    let known = !facts.typed && facts.exported.is_none();
    known && (matches!(tenure, Tenure::Lasting(_)) || context.project.is_held_by_fields(context.path, name))
}

/// A type that says of itself that it is the form of a store that is kept in memory: what it holds is its data, as long as
/// other forms of the store keep it, too.
fn data(context: &Context, ty: TypeId) -> Option<Evidence> {
    let (facts, words) = (context.facts, &context.words.words);
    let own = facts.ty(ty);
    let name = facts.text(own.name);
    let says = key::split(name).iter().any(|word| words.in_memory.contains(word));
    if !says || own.bases.is_empty() {
        return None;
    }
    let base = |base: &ExprId| key::last_name(facts, facts.generic(*base));
    let other = own.bases.iter().filter_map(base).find(|base| context.project.has_several_heirs(base));
    let (weight, text) = other.map_or_else(
        || {
            let text = format!("`{name}` is the form of a store that is kept in memory, so its entries may be the data itself");
            (Weight::Strong, text)
        },
        |base| {
            (Weight::Decisive, format!("`{name}` is one of several forms of a `{base}`, and what it holds is the data itself"))
        },
    );
    Some(Evidence::doubts(weight, text))
}

/// The doubt about an owner of which only slight signs say that it lives long.
pub fn vague(context: &Context, held: &Held, known: &[Evidence]) -> Option<Evidence> {
    let Root::Instance(ty) = context.facts.places.get(held.place).root else { return None };
    let vague = !context.words.words.drawn.is_empty() && known.iter().all(|piece| piece.weight < Weight::Fair);
    let name = context.facts.text(context.facts.ty(ty).name);
    vague.then(|| Evidence::doubts(Weight::Fair, format!("nothing else says that a `{name}` lives long")))
}

/// The doubt about an owner whose entries go with it: an object of which nothing but an end of life says that it stays.
pub fn brief(context: &Context, held: &Held, known: &[Evidence]) -> Option<Evidence> {
    let Root::Instance(ty) = context.facts.places.get(held.place).root else { return None };
    let lasts = |piece: &Evidence| piece.stance == Stance::For && piece.weight >= Weight::Fair;
    let brief = context.project.len() > 1
        && !context.words.words.drawn.is_empty()
        && context.facts.exported.is_none()
        && !known.iter().any(lasts);
    let name = context.facts.text(context.facts.ty(ty).name);
    brief.then(|| Evidence::doubts(Weight::Strong, format!("a `{name}` may live no longer than what is left in it is of use")))
}

/// What says that the instances of a type go soon.
pub fn passes(context: &Context, ty: TypeId) -> Option<Evidence> {
    let (facts, words) = (context.facts, &context.words.words);
    let name = facts.text(facts.ty(ty).name);
    let brief = key::ends_with(&words.passing, name).then(|| format!("a `{name}` is usually thrown away soon"));
    let made =
        || passing(facts, words, ty).map(|function| format!("`{function}` makes a `{name}` and keeps it no longer than it runs"));
    brief.or_else(made).map(|text| Evidence::doubts(Weight::Decisive, text))
}

const UNKNOWN: &str = "nothing says that a ";

/// Whether a piece of evidence says that nothing is known of the owner's life.
pub fn is_unknown(piece: &Evidence) -> bool {
    piece.text.starts_with(UNKNOWN)
}

/// The function that makes all instances which this file makes, for the time of one call: it keeps each in a variable and
/// only uses it there. A coroutine, or what is named like the work of a service, may run as long as the program.
fn passing<'a>(facts: &'a Facts, words: &Words, ty: TypeId) -> Option<&'a str> {
    let own = |call: &ExprId| facts.owner_of(facts.function_of(*call)) == Some(ty);
    let made = facts.ty(ty).made.iter().copied();
    let mut made: Vec<ExprId> = made.filter(|call| facts.typed && !own(call)).collect();
    made.sort_unstable();
    let short = |call: &ExprId| {
        let function = facts.function(facts.function_of(*call));
        let name = function.name.map_or("", |name| facts.text(name));
        let long = function.traits.is_async || name == "main" || key::starts_with(&words.serving, name);
        function.kind == FunctionKind::Named && !long && !function.traits.is_test && only_used(facts, *call)
    };
    let first = *made.first()?;
    made.iter().all(short).then(|| facts.function(facts.function_of(first)).name.map(|name| facts.text(name))).flatten()
}

/// Whether a new value becomes that of a variable, on which methods are called and no more.
fn only_used(facts: &Facts, call: ExprId) -> bool {
    let given = |definition: &Definition| facts.value_of(definition).is_some_and(|value| facts.peeled(value) == call);
    let Some(at) = facts.bindings.iter().position(|binding| binding.definitions.iter().any(given)) else { return false };
    let Some(place) = facts.places.find(&Place { root: Root::Binding(BindingId(at as u32)), path: Vec::new() }) else {
        return false;
    };
    facts.operations(place).iter().all(|operation| match operation.action {
        Action::Method { .. } => operation.function == facts.function_of(call),
        Action::Assign(_) | Action::Tested => true,
        Action::Read | Action::Argument { .. } => facts.lent_to_read.contains(&operation.expr),
        _ => false,
    })
}

/// The type that guards a field which several threads share.
pub fn guard<'a>(facts: &'a Facts, words: &Words, held: &Held) -> Option<(&'a str, ExprId)> {
    guarded(facts, words, facts.definitions_of(held.place).iter().find_map(|definition| definition.annotation)?)
}

/// Whether several owners share what a guard lets one thread after the other into: other types may have it, too.
pub fn is_counted(facts: &Facts, words: &Words, held: &Held) -> bool {
    let written = facts.definitions_of(held.place).iter().find_map(|definition| definition.annotation);
    written.filter(|_| guard(facts, words, held).is_some()).is_some_and(|written| {
        let named = |layer: ExprId| match facts.kind(layer) {
            ExprKind::Index { base, .. } => key::last_name(facts, base),
            _ => key::last_name(facts, layer),
        };
        facts.layers(written).filter_map(named).any(|name| words.counted.iter().any(|word| word == name))
    })
}

/// The type that guards all instances of a type which functions are given.
fn shared<'a>(facts: &'a Facts, words: &Words, ty: TypeId) -> Option<(&'a str, ExprId)> {
    let params = facts.functions().flat_map(|(_, function)| &function.params).filter_map(|param| param.annotation);
    params.filter(|written| facts.type_written(*written) == Some(ty)).find_map(|written| guarded(facts, words, written))
}

/// The type in a written one that lets one thread after the other in.
fn guarded<'a>(facts: &'a Facts, words: &Words, written: ExprId) -> Option<(&'a str, ExprId)> {
    facts.layers(written).find_map(|annotation| {
        let base = match facts.kind(annotation) {
            ExprKind::Index { base, .. } => base,
            _ => annotation,
        };
        let (ExprKind::Name { name, .. } | ExprKind::Field { name, .. }) = facts.kind(base) else { return None };
        words.guards.iter().any(|word| word == facts.text(name)).then(|| (facts.text(name), annotation))
    })
}

/// The call at module level that makes an instance.
fn made_at_top(facts: &Facts, ty: TypeId) -> Option<ExprId> {
    facts.function(FunctionId(0)).calls.iter().copied().find(|call| facts.callee(*call).constructs == Some(ty))
}

/// A coroutine method that loops until an exit, or until the object says so.
fn runs(facts: &Facts, ty: TypeId) -> Option<FunctionId> {
    facts.ty(ty).methods.iter().copied().find(|method| {
        let scope = facts.function(*method).scope;
        let traits = facts.function(*method).traits;
        // A generator lasts as long as whoever reads from it.
        traits.is_async
            && !traits.is_generator
            && facts
                .steps
                .iter()
                .any(|step| is_lasting(facts, step) && facts.function_of_step(step) == facts.scopes[scope.index()].function)
    })
}
