//! Emitters that are handed from call to call, as a signal is: each call adds a callback for itself.

use super::check::Registered;
use super::emitter;
use super::identity::Removal;
use super::reach::{self, Reach};
use crate::checks::Context;
use crate::checks::lives::callback;
use crate::checks::lives::kept;
use crate::checks::lives::key;
use crate::checks::work::race;
use crate::facts::{ExprId, ExprKind};
use crate::finding::{Evidence, Weight};

/// The emitter is handed from call to call; the callback serves one of them.
pub fn weigh(context: &Context, one: &Registered) -> Option<Vec<Evidence>> {
    let facts = context.facts;
    let reach = match reach::of(facts, one.emitter?) {
        Reach::Local if one.removal == Removal::Same && emitter::is_passed_through(facts, one.emitter?) => Reach::Unknown,
        reach => reach,
    };
    if reach <= Reach::Local {
        return None;
    }
    // Whoever is given the controller may end the work, so it was made for that work alone.
    let controls = |name: &str| key::split(name).last().is_some_and(|last| last == "controller");
    let taken = || {
        let binding = facts.binding_of(one.emitter?)?;
        kept::only_value(facts, &facts.binding(binding).definitions).filter(|value| emitter::is_given(facts, *value))
    };
    let given = emitter::is_given(facts, one.emitter?) || taken().is_some();
    if given && emitter::root(facts, one.emitter?).is_some_and(controls) {
        return None;
    }
    // What belongs to one request goes with it: `request.signal`, `options.request.signal`.
    let whose = match facts.kind(facts.peeled(one.emitter?)) {
        ExprKind::Field { base, .. } => key::last_name(facts, base),
        _ => None,
    };
    let given = |name: &str| context.words.words.life.given.iter().any(|word| word == name);
    if emitter::root(facts, one.emitter?).is_some_and(given) || whose.is_some_and(given) {
        return None;
    }
    let mut evidence =
        vec![Evidence::supports(Weight::Fair, "the emitter is shared by many calls, and each adds a callback of its own")];
    if reach == Reach::Unknown {
        evidence.push(Evidence::doubts(Weight::Strong, "nothing says that the emitter lives longer"));
    }
    // Work that is awaited has an end; what only the event ends belongs to the emitter.
    let awaited = facts.enclosing(one.function).find_map(|function| {
        let own = facts.function(function);
        let promised = facts.closure_expr(function).and_then(|closure| match facts.expr(closure).parent {
            crate::facts::Parent::Expr(call) => race::is_pending(context, call).then_some(call),
            _ => None,
        });
        (own.traits.is_async || promised.is_some()).then_some(own.head)
    });
    evidence.push(match awaited {
        Some(_) if settles_alone(context, one) => {
            Evidence::doubts(Weight::Fair, "only the event settles the promise, which waits for as long as the emitter is there")
        }
        Some(head) => Evidence::supports(Weight::Fair, "what it is registered for ends without the event, too").at(head),
        None => Evidence::doubts(Weight::Strong, "nothing says that the work ends before the event comes"),
    });
    Some(evidence)
}

/// Whether a promise is settled by the event alone: nobody but the callback is handed what settles it, or calls it after the
/// registration.
fn settles_alone(context: &Context, one: &Registered) -> bool {
    let facts = context.facts;
    let Some(executor) = facts.closure_expr(one.function).filter(|_| facts.exported.is_some()) else { return false };
    let crate::facts::Parent::Expr(call) = facts.expr(executor).parent else { return false };
    let Some(told) = callback::function_behind(facts, one.callback) else { return false };
    let called = |at: ExprId| match facts.expr(at).parent {
        crate::facts::Parent::Expr(call) => matches!(facts.kind(call), ExprKind::Call { callee, .. } if callee == at),
        _ => false,
    };
    let by_event = |at: &ExprId| {
        let before = facts.expr(*at).span.end <= facts.expr(one.at).span.start && facts.function_of(*at) == one.function;
        called(*at) && (before || facts.enclosing(facts.function_of(*at)).any(|id| id == told))
    };
    let params = &facts.function(one.function).params;
    race::is_pending(context, call)
        && !race::is_raced(context, call)
        && params.iter().all(|param| facts.binding(param.binding).uses.iter().all(by_event))
}
