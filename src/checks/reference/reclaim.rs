//! Who drops the values that stand in places of which the language forgets that there are any.

use crate::checks::Context;
use crate::checks::lives::callback;
use crate::facts::{ExprId, Facts, FunctionId, FunctionKind};

/// What drops a value where it stands, wherever that is done.
const DROPS: [&str; 4] = ["assume_init_drop", "drop_in_place", "assume_init_read", "needs_drop"];
/// What takes a value out, which drops it where a destructor does it.
const TAKES: [&str; 6] = ["read", "read_unaligned", "read_volatile", "assume_init", "take", "replace"];
/// How many callers of callers are asked for a destructor.
const STEPS: usize = 3;

/// Whether some destructor drops what stands in such places, itself or through what it calls, in this file or another.
pub fn drops(context: &Context) -> bool {
    let facts = context.facts;
    if DROPS.iter().any(|name| facts.names.find(name).is_some()) {
        return true;
    }
    let reached = reached(facts);
    let takers: Vec<FunctionId> = facts.functions().map(|(id, _)| id).filter(|id| is_taker(facts, *id)).collect();
    reached.iter().any(|id| by_hand(facts, *id)) || takers.iter().any(|id| reached.contains(id) || ended(context, *id))
}

/// Whether a destructor of this file drops what stands in such places, itself or through what it calls.
pub fn by_destructor(context: &Context) -> bool {
    let facts = context.facts;
    let strong = |function: FunctionId| {
        let calls = &facts.function(function).calls;
        calls.iter().any(|call| facts.callee_name(*call).is_some_and(|name| DROPS.contains(&name)))
    };
    reached(facts).into_iter().any(|id| strong(id) || is_taker(facts, id))
}

/// Whether a function takes a value out of its place.
fn is_taker(facts: &Facts, function: FunctionId) -> bool {
    facts.function(function).calls.iter().any(|call| takes(facts, *call))
}

/// Whether a call takes a value out of its place.
pub fn takes(facts: &Facts, call: ExprId) -> bool {
    facts.callee_name(call).is_some_and(|name| TAKES.contains(&name))
}

/// Whether a destructor calls a method of its own instance, which may take out one value after the other.
fn by_hand(facts: &Facts, function: FunctionId) -> bool {
    let own = facts.function(function);
    let itself = |call| facts.callee(call).receiver.is_some_and(|on| callback::is_instance(facts, on));
    own.name.is_some_and(|name| facts.text(name) == "drop") && own.calls.iter().any(|call| itself(*call))
}

/// The destructors of a file, and its functions that they call.
fn reached(facts: &Facts) -> Vec<FunctionId> {
    let named = |id: FunctionId| facts.function(id).name.map(|name| facts.text(name));
    let mut all: Vec<FunctionId> = facts.functions().map(|(id, _)| id).filter(|id| named(*id) == Some("drop")).collect();
    let mut at = 0;
    while at < all.len() {
        let within = facts.functions().filter(|(id, _)| facts.enclosing(*id).any(|outer| outer == all[at]));
        let called: Vec<&str> =
            within.flat_map(|(_, function)| &function.calls).filter_map(|call| facts.callee_name(*call)).collect();
        let new = |id: &FunctionId| named(*id).is_some_and(|name| called.contains(&name)) && !all.contains(id);
        let new: Vec<FunctionId> = facts.functions().map(|(id, _)| id).filter(new).collect();
        all.extend(new);
        at += 1;
    }
    all
}

/// Whether a destructor of the project calls a function, itself or through others.
fn ended(context: &Context, function: FunctionId) -> bool {
    let facts = context.facts;
    let named = facts.enclosing(function).find(|id| facts.function(*id).kind == FunctionKind::Named);
    let Some(name) = named.and_then(|id| facts.function(id).name) else { return false };
    let mut all = vec![facts.text(name).to_owned()];
    let mut from = 0;
    for _ in 0..STEPS {
        let new: Vec<String> = all[from..]
            .iter()
            .flat_map(|name| context.project.callers(&facts.language, name))
            .filter_map(|(file, caller)| Some(file.text(caller.function?).to_owned()))
            .collect();
        from = all.len();
        for name in new {
            if !all.contains(&name) {
                all.push(name);
            }
        }
    }
    all.iter().any(|name| name == "drop")
}
