//! Where work is at home: in a process of its own, in an object that it is handed to, in a command, or with whoever is
//! handed what ends it.

use super::aside;
use super::endless::End;
use super::task::Worker;
use crate::checks::Context;
use crate::checks::lives::callback;
use crate::checks::lives::key;
use crate::checks::lives::owner;
use crate::checks::lives::share;
use crate::facts::{Around, BindingKind, ExprKind, Facts, FunctionId, Place, PlaceId, Root, StepKind};

/// Whether nothing is lost when nobody ends the work here.
pub fn settles(context: &Context, worker: &Worker) -> bool {
    let facts = context.facts;
    let command = matches!(worker.end, End::Never(_) | End::Stuck(..)) && context.is_program();
    let handed = !worker.resource.ends && worker.kept.holders.iter().any(|place| is_part_of_another(facts, *place));
    let lone =
        facts.owner_of(worker.function).is_some_and(|ty| owner::made_at_top(facts, ty).is_some() || owner::is_single(facts, ty));
    command
        || lone && worker.behind.is_some()
        || handed
        || has_own_process(facts, worker.function)
        || is_made_for_a_process(facts, worker)
        || ends_with_caller(facts, worker)
        || aside::is_told(facts, worker)
        || aside::is_given_away(facts, worker)
}

/// Whether a place is a field of an object in a variable, which has to end it then.
fn is_part_of_another(facts: &Facts, place: PlaceId) -> bool {
    match facts.places.get(place) {
        Place { root: Root::Binding(binding), path } => {
            !path.is_empty() && matches!(facts.binding(*binding).kind, BindingKind::Variable) && !facts.is_global(*binding)
        }
        _ => false,
    }
}

/// Whether the function that starts the work is given to what makes a process, so that both end with that.
pub fn has_own_process(facts: &Facts, function: FunctionId) -> bool {
    let around: Vec<FunctionId> = facts.enclosing(function).collect();
    let calls = facts.functions.iter().flat_map(|function| function.calls.iter().copied());
    let makes = |name: &str| key::split(name).iter().any(|word| word == "process" || word == "subprocess");
    let mut processes = calls.filter(|call| facts.callee_name(*call).is_some_and(makes));
    processes.any(|call| {
        facts.args(call).iter().any(|arg| {
            let given = match facts.kind(*arg) {
                ExprKind::Named { value, .. } => value,
                _ => *arg,
            };
            let mentions = matches!(facts.kind(given), ExprKind::Name { .. } | ExprKind::Field { .. });
            mentions && callback::function_behind(facts, given).is_some_and(|behind| around.contains(&behind))
        })
    })
}

/// Whether the owner of the work is made only by what runs in a process of its own, and ends with that.
fn is_made_for_a_process(facts: &Facts, worker: &Worker) -> bool {
    let Some(ty) = facts.owner_of(worker.function).filter(|_| !facts.typed) else { return false };
    let made = &facts.ty(ty).made;
    !made.is_empty() && made.iter().all(|call| has_own_process(facts, facts.function_of(*call)))
}

/// Whether the loop of the work ends with a failure that is dealt with, and the maker returns what it works on: to close
/// that is to end it.
fn ends_with_caller(facts: &Facts, worker: &Worker) -> bool {
    let (End::Never(step), Some(work)) = (worker.end, worker.behind) else { return false };
    let caught = facts.around_step(step).any(|around| match around {
        Around::Step(step) => matches!(&facts.step(step).kind, StepKind::Try { handlers, .. } if !handlers.is_empty()),
        Around::Expr(_) => false,
    });
    caught && share::returned(facts, work, worker.function).is_some()
}
