//! Callbacks on an emitter that many calls share, which are taken off when all goes well and stay when the work fails.

use super::check::Registered;
use super::identity;
use super::settled;
use crate::checks::Context;
use crate::checks::growth::undo;
use crate::checks::handle::way::{Leaving, Way};
use crate::facts::{ExprId, ExprKind, Facts, Parent};
use crate::finding::{Evidence, Weight};

/// What says that the removals of a callback are skipped on some way out.
pub fn missed(context: &Context, one: &Registered) -> Option<Evidence> {
    let facts = context.facts;
    let removals = identity::removals(context, one);
    let first = removals.iter().map(|call| facts.expr(*call).span.start).min()?;
    let inside = |call: &ExprId| facts.function_of(*call) == one.function;
    if removals.iter().all(inside) {
        let before = |way: &Way| way.at.start < first && way.at.start > facts.expr(one.at).span.start;
        return undo::leaving(context, one.at, &removals, false).filter(before).map(|way| skipped(&way));
    }
    let Some(at) = only_when_kept(facts, &removals) else {
        let text = "what takes it off is not called where the work fails in this way";
        let at = settled::forgotten(context, one, &removals)?;
        return Some(Evidence::supports(Weight::Fair, text).at(facts.expr(at).span));
    };
    let text = "it is taken off where the promise is kept, and stays where it is broken";
    Some(Evidence::supports(Weight::Fair, text).at(facts.expr(at).span))
}

fn skipped(way: &Way) -> Evidence {
    match way.leaving {
        Leaving::Fail { .. } => Evidence::supports(Weight::Slight, "when this fails, the removal is skipped").at(way.at),
        _ => Evidence::supports(Weight::Fair, "this way out skips the removal").at(way.at),
    }
}

/// What is told of the failure of a promise, where all removals stand in what is told of its success.
fn only_when_kept(facts: &Facts, removals: &[ExprId]) -> Option<ExprId> {
    let kept = facts.function_of(*removals.first()?);
    let made = facts.closure_expr(kept).filter(|_| removals.iter().all(|call| facts.function_of(*call) == kept))?;
    let chained = call_around(facts, made).filter(|call| facts.method_name(*call) == Some("then"))?;
    if facts.positional(chained, 0) != Some(made) {
        return None;
    }
    let mut broken = facts.positional(chained, 1);
    let mut next = following(facts, chained);
    while let Some(call) = next {
        match facts.method_name(call) {
            Some("catch") => broken = broken.or(facts.positional(call, 0)),
            _ => return None,
        }
        next = following(facts, call);
    }
    broken
}

/// The call of which an expression is an argument.
fn call_around(facts: &Facts, arg: ExprId) -> Option<ExprId> {
    match facts.expr(arg).parent {
        Parent::Expr(call) => matches!(facts.kind(call), ExprKind::Call { .. }).then_some(call),
        _ => None,
    }
}

/// The call of a method on what another call returns.
fn following(facts: &Facts, call: ExprId) -> Option<ExprId> {
    let Parent::Expr(field) = facts.expr(call).parent else { return None };
    let Parent::Expr(next) = facts.expr(field).parent else { return None };
    (facts.callee(next).receiver == Some(call)).then_some(next)
}
