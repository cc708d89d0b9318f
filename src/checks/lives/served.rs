//! Functions that run for each request, message, event or tick because what serves those calls them.

use super::event;
use super::lifetime;
use crate::facts::{Action, ExprId, ExprKind, Facts, FunctionId, FunctionKind, Operation, Operator, Parent};
use crate::finding::{Evidence, Weight};
use crate::rules::Words;

/// How many callers of callers are followed.
const HOPS: u32 = 3;
/// How many calls of one function are looked at, so that no source makes this long.
const WIDTH: usize = 8;

/// How it is said that a function is given one event.
const EACH: &str = "it runs once for each";

/// How it is said that a function runs for what a server accepts; see [`through`].
const PER_CONNECTION: &str = "it is called for each connection";

/// What says, by more than its name, that a function runs for each request, message or event.
pub fn surely(facts: &Facts, words: &Words, function: FunctionId) -> Option<Evidence> {
    lifetime::serves_one(facts, words, function)
        // What a function is told of its surroundings beside something else is no event.
        .filter(|serves| !serves.text.starts_with(EACH) || serves.weight > Weight::Slight && is_first(facts, words, function))
        .or_else(|| lifetime::serves(facts, words, function).filter(|serves| serves.weight >= Weight::Strong))
}

/// Whether a function that is given an event is not called by its own file, nor given to one of its functions, which may well
/// hand on what they are given: then its callers say how often it runs.
fn is_first(facts: &Facts, words: &Words, function: FunctionId) -> bool {
    let Some(id) = facts.enclosing(function).find(|id| lifetime::brings(facts, words, *id).is_some()) else { return false };
    let own = facts.function(id);
    let handed = |at: &ExprId| match facts.expr(*at).parent {
        Parent::Expr(call) => facts.args(call).contains(at) && facts.callee(call).function.is_some(),
        _ => false,
    };
    let mut mentions = own.name.map_or(&[][..], |name| facts.mentions(name)).iter();
    own.kind == FunctionKind::Closure || calls(facts, id).next().is_none() && !mentions.any(handed)
}

/// What says that a function is called for each request, message, event or tick, as far as its own file calls it.
pub fn through(facts: &Facts, words: &Words, function: FunctionId) -> Option<Evidence> {
    let spawned = event::given_to(facts, function).and_then(|call| accepting(facts, words, call));
    let started = spawned.map(|at| Evidence::supports(Weight::Strong, PER_CONNECTION).at(facts.expr(at).span));
    started.or_else(|| climb(facts, words, function, HOPS))
}

fn climb(facts: &Facts, words: &Words, function: FunctionId, hops: u32) -> Option<Evidence> {
    let hops = hops.checked_sub(1)?;
    let calls = callers(facts, function);
    let direct = calls.iter().find_map(|call| called(facts, words, *call));
    direct.or_else(|| calls.iter().find_map(|call| climb(facts, words, facts.function_of(*call), hops)))
}

/// The calls of this file of a function, or of the one with a name around it, save those that are made once.
pub fn callers(facts: &Facts, function: FunctionId) -> Vec<ExprId> {
    let Some(named) = facts.enclosing(function).find(|id| facts.function(*id).kind == FunctionKind::Named) else {
        return Vec::new();
    };
    let own = |call: &ExprId| facts.enclosing(facts.function_of(*call)).any(|id| id == named);
    calls(facts, named).take(WIDTH).filter(|call| !own(call) && !is_single(facts, *call)).collect()
}

/// The calls of this file of a function: by its name, of the type that it makes instances of, and on what is an instance of
/// its type.
pub fn calls(facts: &Facts, function: FunctionId) -> impl Iterator<Item = ExprId> {
    let own = facts.function(function);
    let ty = own.owner.filter(|_| own.kind == FunctionKind::Named);
    let made = ty.filter(|_| own.traits.is_constructor).map_or(&[][..], |ty| &facts.ty(ty).made);
    let named = ty.and(own.name).map_or(&[][..], |name| facts.calls_of(facts.text(name)));
    let unresolved = |call: &&ExprId| facts.callee(**call).function.is_none();
    let typed = move |call: &&ExprId| facts.callee(**call).receiver.is_some_and(|on| facts.local_type(on) == ty);
    own.callers.iter().chain(made).chain(named.iter().filter(unresolved).take(WIDTH).filter(typed)).copied()
}

/// Whether a call is made once, because a flag that its function sets says so.
pub fn is_single(facts: &Facts, call: ExprId) -> bool {
    let function = facts.function_of(call);
    let sets = |operation: &Operation| operation.function == function && matches!(operation.action, Action::Assign(_));
    let flag = |condition: ExprId| match facts.kind(condition) {
        ExprKind::Operation { operator: Operator::Not, operands } => facts.list(operands).first().and_then(|at| facts.place(*at)),
        _ => None,
    };
    let mut flags = lifetime::conditions(facts, call).into_iter().filter_map(flag);
    facts.runs_once_at(call) || flags.any(|flag| facts.operations(flag).iter().any(sets))
}

/// What a call says of how often it is made.
fn called(facts: &Facts, words: &Words, call: ExprId) -> Option<Evidence> {
    let (caller, at) = (facts.function_of(call), facts.expr(call).span);
    // A loop that has a way out may be one that waits for something, or goes through what is there.
    if lifetime::endless_around(facts, call).is_some() {
        return Some(Evidence::supports(Weight::Fair, "it is called in a loop that goes on and on").at(at));
    }
    if let Some(accepts) = accepting(facts, words, call) {
        return Some(Evidence::supports(Weight::Strong, PER_CONNECTION).at(facts.expr(accepts).span));
    }
    let serves = surely(facts, words, caller)?;
    Some(Evidence::supports(serves.weight, format!("it is called {}", clause(&serves))).at(at))
}

/// The call by which a server takes its next client, in a loop in which another call is made, or in which that is handed to
/// what runs it: `spawn(async move { serve(socket).await })`.
fn accepting(facts: &Facts, words: &Words, call: ExprId) -> Option<ExprId> {
    let accepts = |at: &ExprId| {
        facts.callee(*at).receiver.is_some()
            && facts.callee_name(*at).is_some_and(|name| words.request.accept.iter().any(|word| word == name))
    };
    let mut at = call;
    for _ in 0..HOPS {
        let function = facts.function(facts.function_of(at));
        if let Some(around) = facts.loop_around(at) {
            let span = facts.step(around).span;
            return function.calls.iter().copied().find(|other| span.contains(facts.expr(*other).span) && accepts(other));
        }
        at = event::given_to(facts, facts.function_of(at)).filter(|_| function.kind == FunctionKind::Closure)?;
    }
    None
}

/// Whether all that is said is that a function is given one thing at a time.
pub fn is_each(serves: &Evidence) -> bool {
    serves.text.starts_with(EACH)
}

/// What is said of a caller, as a clause about what it calls.
pub fn clause(serves: &Evidence) -> String {
    match serves.text.strip_prefix(EACH) {
        Some(each) => format!("once for each{each}"),
        None => format!("where {}", serves.text),
    }
}
