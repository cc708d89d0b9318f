//! What says that a timer is set while the former one still waits: a function that is there to set it anew.

use super::timer::Timer;
use crate::checks::Context;
use crate::checks::lives::acquire;
use crate::checks::lives::key;
use crate::checks::lives::owner;
use crate::facts::{Action, BindingId, ExprId, Facts, Operation, PlaceId, Root, Segment};

/// The place where the handle is given the timer that a function named for it sets anew: `reset`, `postpone`, or what is
/// called for each piece of data that arrives.
pub fn first(context: &Context, timer: &Timer, handle: PlaceId) -> Option<(ExprId, &'static str)> {
    let facts = context.facts;
    if !key::starts_with(&context.words.words.renewing, owner::name_of(facts, timer.function)) {
        return None;
    }
    let set = |operation: &&Operation| operation.function != timer.function && is_set(context, timer, operation.action);
    let set = facts.operations(handle).iter().find(set).map(|operation| operation.expr);
    set.or_else(|| given(context, timer, handle)).map(|at| (at, "a timer is set here, and may wait still when it is set anew"))
}

fn is_set(context: &Context, timer: &Timer, action: Action) -> bool {
    match action {
        Action::Assign(crate::facts::Source::Assigned(value)) => is_timer(context, timer, value),
        _ => false,
    }
}

/// Whether an expression is another timer of the same kind, or a variable that is given one.
fn is_timer(context: &Context, timer: &Timer, value: ExprId) -> bool {
    let facts = context.facts;
    let made = |call: ExprId| {
        call != timer.call && acquire::made(context, call).is_some_and(|resource| resource.kind == timer.resource.kind)
    };
    let given = |binding: BindingId| {
        facts.binding(binding).definitions.iter().filter_map(|definition| facts.value_of(definition)).any(made)
    };
    made(value) || facts.binding_of(value).is_some_and(given)
}

/// The timer that the object around a handle is made with: `Delayed(loop.call_later(…))`.
fn given(context: &Context, timer: &Timer, handle: PlaceId) -> Option<ExprId> {
    let facts = context.facts;
    let (Root::Binding(holder), [Segment::Field(_)]) = (facts.places.get(handle).root, facts.places.get(handle).path.as_slice())
    else {
        return None;
    };
    let made = facts.binding(holder).definitions.iter().filter_map(|definition| facts.value_of(definition));
    made.flat_map(|call| facts.args(call).iter().copied()).find(|arg| is_timer(context, timer, *arg))
}

/// The variable of a function that is left, in which a function inside it keeps the handle.
pub fn variable(facts: &Facts, timer: &Timer) -> Option<PlaceId> {
    timer.kept.holders.iter().copied().find(|place| {
        let place = facts.places.get(*place);
        let Root::Binding(binding) = place.root else { return false };
        let home = facts.scopes[facts.binding(binding).scope.index()].function;
        place.path.is_empty() && !facts.is_global(binding) && home != timer.function
    })
}
