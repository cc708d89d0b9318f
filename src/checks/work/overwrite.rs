//! Timers whose handle is overwritten by a function that can run again while they are set.

use super::renewed;
use super::timer::{Timer, repeats, tell};
use crate::checks::Context;
use crate::checks::lives::callback::{self, Holds};
use crate::checks::lives::kept::{self, Deed};
use crate::checks::lives::key;
use crate::checks::lives::owner::{self, Runs};
use crate::facts::{Action, ExprId, ExprKind, Facts, FunctionId, PlaceId, Root};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};

/// Whether whoever in the file calls the function that sets the timer cancels the former one just before.
fn cancelled_before(facts: &Facts, timer: &Timer, deeds: &[(FunctionId, ExprId, Deed)]) -> bool {
    let owner = facts.owner_of(timer.function);
    let cancels = |call: ExprId| {
        let behind = match facts.kind(call) {
            ExprKind::Call { callee, .. } => facts.callee(call).function.or_else(|| callback::function_behind(facts, callee)),
            _ => None,
        };
        behind.is_some_and(|behind| {
            let reached = owner::reach(facts, owner, &[behind]);
            deeds.iter().any(|deed| deed.2 == Deed::Released && reached.contains(&deed.0))
        })
    };
    let behind = |call: ExprId| match facts.kind(call) {
        ExprKind::Call { callee, .. } => callback::function_behind(facts, callee),
        _ => None,
    };
    facts.enclosing(timer.function).any(|maker| {
        let mut calls = facts.callees.keys().copied().filter(|call| behind(*call) == Some(maker)).peekable();
        let before = |call: ExprId| {
            let function = facts.function(facts.function_of(call));
            function.calls.iter().any(|other| facts.expr(*other).span.end <= facts.expr(call).span.start && cancels(*other))
        };
        calls.peek().is_some() && calls.all(before)
    })
}

/// A function that can be called twice replaces the handle of a timer that still runs.
pub fn replaced(context: &Context, timer: &Timer, field: PlaceId, deeds: &[(FunctionId, ExprId, Deed)]) -> Option<Finding> {
    let facts = context.facts;
    let owner = facts.owner_of(timer.function);
    let inside = owner::reach(facts, owner, &[timer.function]);
    let cleared = deeds.iter().any(|deed| inside.contains(&deed.0));
    let elsewhere = deeds.iter().find(|deed| deed.2 == Deed::Released && !inside.contains(&deed.0))?;
    let runs = owner::runs(facts, &context.words.words, timer.function);
    if cancelled_before(facts, timer, deeds) {
        return None;
    }
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
    let begins = || {
        owner::starts(facts, &context.words.words, timer.function)
            || key::ends_with(&context.words.words.startup, owner::name_of(facts, timer.function))
    };
    let variable = is_variable(facts, field);
    let alone = || !variable && !begins() && is_only_setter(facts, timer, field);
    let again = again(context, timer, deeds).or_else(|| renewed::first(context, timer, field));
    if !((careful && !variable) || captured || alone() || again.is_some()) {
        return None;
    }
    let mut evidence = vec![
        Evidence::supports(Weight::Fair, format!("`{}` cancels it first", owner::name_of(facts, elsewhere.0)))
            .at(facts.expr(elsewhere.1).span),
    ];
    if let Some((at, text)) = again {
        evidence.push(Evidence::supports(Weight::Slight, text).at(facts.expr(at).span));
    } else {
        // Where functions are values, what sets a timer is mostly called once, or when the former one has fired.
        let weight = if facts.exported.is_some() { Weight::Decisive } else { Weight::Slight };
        evidence.push(Evidence::doubts(weight, "nothing shows that a timer still runs when it is replaced"));
    }
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

/// What says that the function that sets the timer is called while the former one still runs: another method of the
/// object that does not cancel it, or somebody who was handed the object and begins it anew each time.
fn again(context: &Context, timer: &Timer, deeds: &[(FunctionId, ExprId, Deed)]) -> Option<(ExprId, &'static str)> {
    let (facts, words) = (context.facts, &context.words.words);
    let owner = facts.owner_of(timer.function)?;
    let name = facts.function(timer.function).name?;
    if timer.resource.ends || facts.function(timer.function).traits.is_constructor {
        return None;
    }
    let cancels = |caller: FunctionId| {
        let reached = owner::reach(facts, Some(owner), &[caller]);
        deeds.iter().any(|deed| deed.2 == Deed::Released && reached.contains(&deed.0))
    };
    let begins = |caller: FunctionId| {
        let own = facts.function(caller);
        own.traits.is_constructor
            || owner::starts(facts, words, caller)
            || key::starts_with(&words.setup, owner::name_of(facts, caller))
    };
    let mut calls: Vec<ExprId> =
        facts.callees.iter().filter(|(_, callee)| callee.name == Some(name)).map(|(call, _)| *call).collect();
    calls.sort_unstable();
    calls.into_iter().find_map(|call| {
        let (callee, within) = (facts.callee(call), facts.function_of(call));
        let own = callee.receiver.is_some_and(|receiver| callback::is_instance(facts, receiver));
        if own && callee.function == Some(timer.function) {
            let later = within != timer.function && !owner::conditional(facts, call) && !begins(within) && !cancels(within);
            return later.then_some((call, "it is called again here, without a cancel before it"));
        }
        let handed =
            facts.owner_of(within) != Some(owner) && is_handed_in(facts, callee.receiver?) && !facts.args(call).is_empty();
        handed.then_some((call, "whoever is given the object begins it here, and may be given the same one again"))
    })
}

/// Whether a receiver is a field of something that this function was given or got by a call of its own.
fn is_handed_in(facts: &Facts, receiver: ExprId) -> bool {
    let ExprKind::Field { base, .. } = facts.kind(receiver) else { return false };
    let Some(binding) = facts.binding_of(base) else { return false };
    let own = facts.binding(binding);
    let inside = facts.scopes[own.scope.index()].function == facts.function_of(receiver);
    inside && !facts.is_global(binding) && facts.local_type(base).is_none()
}

/// Whether a handle is kept in a variable, which a function inside the one that declares it is given anew.
fn is_variable(facts: &Facts, handle: PlaceId) -> bool {
    let place = facts.places.get(handle);
    matches!(place.root, Root::Binding(binding) if place.path.is_empty() && !facts.is_global(binding))
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
