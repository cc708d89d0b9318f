//! Timers whose handle is overwritten by a function that can run again while they are set.

use super::timer::{Timer, repeats, tell};
use crate::checks::Context;
use crate::checks::lives::callback::{self, Holds};
use crate::checks::lives::kept::{self, Deed};
use crate::checks::lives::owner::{self, Runs};
use crate::facts::{Action, ExprId, Facts, FunctionId, PlaceId, Root};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};

/// A function that can be called twice replaces the handle of a timer that still runs.
pub fn replaced(context: &Context, timer: &Timer, field: PlaceId, deeds: &[(FunctionId, ExprId, Deed)]) -> Option<Finding> {
    let facts = context.facts;
    let owner = facts.owner_of(timer.function);
    let inside = owner::reach(facts, owner, &[timer.function]);
    let cleared = deeds.iter().any(|deed| inside.contains(&deed.0));
    let elsewhere = deeds.iter().find(|deed| deed.2 == Deed::Released && !inside.contains(&deed.0))?;
    let runs = owner::runs(facts, &context.words.words, timer.function);
    if cleared || runs != Runs::PerCall || repeats(facts, timer) || owner::guarded(facts, timer.call) {
        return None;
    }
    // Only a place that does cancel before it sets the same handle says that this one can come while a timer runs.
    let careful = facts.operations(field).iter().any(|operation| {
        sets(facts, timer, operation) && {
            let there = owner::reach(facts, owner, &[operation.function]);
            deeds.iter().any(|deed| deed.2 == Deed::Released && there.contains(&deed.0))
        }
    });
    let captured = matches!(facts.places.get(field).root, Root::Binding(_)) && facts.places.get(field).path.len() == 1;
    let alone = || !owner::starts(facts, &context.words.words, timer.function) && is_only_setter(facts, timer, field);
    if !(careful || captured || alone()) {
        return None;
    }
    let mut evidence = vec![
        Evidence::supports(Weight::Fair, format!("`{}` cancels it first", owner::name_of(facts, elsewhere.0)))
            .at(facts.expr(elsewhere.1).span),
        Evidence::doubts(Weight::Slight, "nothing shows that a timer still runs when it is replaced"),
    ];
    if timer.resource.ends && captured {
        evidence.push(Evidence::doubts(Weight::Fair, "the former one fires once, and lets go then"));
    }
    if careful {
        evidence.push(Evidence::supports(Weight::Fair, "another place that sets it cancels the former one"));
    }
    let name = facts.display(field);
    let message = format!("`{name}` is given a new {} while the former one may still run", timer.resource.kind);
    let mut finding = tell(context, timer, message, evidence);
    finding.related.push(Mark::new(Role::Release, facts.expr(elsewhere.1).span, "cancelled here, and not before it is replaced"));
    Some(finding.weigh(context.prior()))
}

/// Whether nothing else sets the handle, least of all the callback.
fn is_only_setter(facts: &Facts, timer: &Timer, field: PlaceId) -> bool {
    let behind = timer.callback.and_then(|callback| callback::function_behind(facts, callback));
    let family = behind.map(|behind| owner::reach(facts, facts.owner_of(timer.function), &[behind])).unwrap_or_default();
    let written = |operation: &crate::facts::Operation| matches!(operation.action, Action::Assign(_));
    let all: Vec<_> = facts.operations(field).iter().filter(|operation| written(operation)).collect();
    // A callback that comes with the call belongs to that call: each is meant to run.
    let own = timer.holds != Holds::Locals;
    own && !all.iter().any(|operation| sets(facts, timer, operation) || family.contains(&operation.function))
}

/// Whether an assignment gives a place another timer of the same kind.
fn sets(facts: &Facts, timer: &Timer, operation: &crate::facts::Operation) -> bool {
    match operation.action {
        Action::Assign(source) => kept::given(source)
            .is_some_and(|value| value != timer.call && facts.callee_name(value) == facts.callee_name(timer.call)),
        _ => false,
    }
}
