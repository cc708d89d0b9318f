//! Functions that somebody is given to call, once for each event or once at all.

use super::life;
use crate::facts::{BindingId, BindingKind, ExprId, ExprKind, Facts, FunctionId, FunctionKind, Parent};
use crate::rules::Words;

/// Whether a closure is what an emitter is given to call for each event of a name.
pub fn is_event_callback(facts: &Facts, words: &Words, function: FunctionId) -> bool {
    given_to(facts, function).is_some_and(|call| facts.method_name(call).is_some_and(|name| is_switch(words, name)))
}

/// Whether the first argument of a method is the name of an event.
pub(super) fn is_switch(words: &Words, method: &str) -> bool {
    words.switches.iter().any(|word| word == method)
}

/// The call by which somebody is given a function to call again and again, not once: `setInterval(poll, 1000)`.
pub fn asked_again(facts: &Facts, words: &Words, function: FunctionId) -> Option<ExprId> {
    registration(facts, words, function).filter(|call| !comes_once(facts, words, *call) && !completes(facts, function))
}

fn registration(facts: &Facts, words: &Words, function: FunctionId) -> Option<ExprId> {
    let own = facts.function(function);
    if own.kind == FunctionKind::Closure {
        return given_to(facts, function).filter(|_| life::start(facts, words, function) == life::Start::Again);
    }
    let keeps = |at: &ExprId| match facts.expr(*at).parent {
        Parent::Expr(call) if facts.args(call).contains(at) && keeps_calling(facts, words, call) => {
            // What a map is asked for comes first.
            let first = facts.positional(call, 0) == Some(*at);
            let alone = facts.callee_name(call).is_some_and(|name| words.alone.iter().any(|word| word == name));
            (!first || alone).then_some(call)
        }
        _ => None,
    };
    let mentions = own.name.filter(|_| !words.callers.is_empty()).map_or(&[][..], |name| facts.mentions(name));
    let means = |at: &&ExprId| facts.binding_of(**at).is_some_and(|of| facts.binding(of).kind == BindingKind::Function(function));
    mentions.iter().filter(means).find_map(keeps)
}

/// Whether a closure is told of the outcome of one call: it is given the error first, and calls back whoever waits for it.
fn completes(facts: &Facts, closure: FunctionId) -> bool {
    let own = facts.function(closure);
    let first = own.params.first().is_some_and(|param| matches!(facts.text(param.name), "err" | "error" | "er"));
    let within = |binding: BindingId| {
        let declared = facts.scopes[facts.binding(binding).scope.index()].function;
        matches!(facts.binding(binding).kind, BindingKind::Parameter(_))
            && declared != closure
            && facts.enclosing(closure).any(|around| around == declared)
    };
    let calls_back = |call: &ExprId| match facts.kind(*call) {
        ExprKind::Call { callee, .. } => facts.binding_of(callee).is_some_and(within),
        _ => false,
    };
    facts.exported.is_some() && first && own.calls.iter().any(calls_back)
}

/// Whether a closure is called for an event that marks a beginning or an end.
pub fn is_milestone(facts: &Facts, words: &Words, closure: FunctionId) -> bool {
    given_to(facts, closure).is_some_and(|call| comes_once(facts, words, call))
}

/// Whether a registration is for an event that marks a beginning or an end, and so comes once.
fn comes_once(facts: &Facts, words: &Words, call: ExprId) -> bool {
    let first = facts.positional(call, 0);
    let event = first.and_then(|event| facts.literal_text(event));
    // What is hooked in without saying for what changes how a program is set up.
    let unnamed = facts.callee_name(call) == Some("addHook")
        && first.is_some_and(|first| matches!(facts.kind(first), ExprKind::Closure(_) | ExprKind::Collection { .. }));
    unnamed || event.is_some_and(|event| words.milestones.iter().any(|word| word == event))
}

/// The call that a closure is given to, or that calls it on the spot.
pub(super) fn given_to(facts: &Facts, function: FunctionId) -> Option<ExprId> {
    match facts.expr(facts.function(function).made?).parent {
        Parent::Expr(call) if matches!(facts.kind(call), ExprKind::Call { .. }) => Some(call),
        _ => None,
    }
}

/// Whether a call keeps the callback that it is given, and calls it once per event.
pub(super) fn keeps_calling(facts: &Facts, words: &Words, call: ExprId) -> bool {
    facts.callee_name(call).is_some_and(|name| words.callers.iter().any(|word| word == name))
}
