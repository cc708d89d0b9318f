//! Handles that close themselves when nothing is left of them.

use crate::facts::{ExitKind, ExprId, ExprKind, Facts, Parent, StepKind};
use crate::rules::Resource;

/// What `drained_in_loop` calls the loop over the handle itself.
const ITSELF: &str = "__iter__";

/// Whether an expression takes all that the handle has: a method or a field of its own, a loop over it, or a call that it is
/// given to.
pub fn is_drained(facts: &Facts, resource: &Resource, at: ExprId) -> bool {
    let method = match facts.kind(at) {
        ExprKind::Field { name, .. } => Some(facts.text(name)),
        _ => facts.method_name(at),
    };
    let among = |words: &[String]| method.is_some_and(|method| words.iter().any(|word| word == method));
    let looped = matches!(facts.kind(at), ExprKind::Call { .. }) && among(&resource.drained_in_loop);
    let itself = resource.drained_in_loop.iter().any(|word| word == ITSELF) && is_header(facts, at);
    facts.args(at).is_empty() && among(&resource.drained_by)
        || (looped || itself) && is_gone_through(facts, at)
        || resource.drained_by_call.iter().any(|word| word.fits(facts.callee_path(at), method))
}

fn is_header(facts: &Facts, at: ExprId) -> bool {
    matches!(facts.expr(at).parent, Parent::Step(step) if matches!(facts.step(step).kind, StepKind::Loop { header: Some(header), .. } if header == at))
}

/// Whether a loop goes through a value to its end, perhaps by way of a name: nothing leaves it early.
pub fn is_gone_through(facts: &Facts, at: ExprId) -> bool {
    let step = match facts.expr(at).parent {
        Parent::Step(step) => step,
        Parent::Expr(assign) => return is_gone_through_by_name(facts, assign, at),
        Parent::None => return false,
    };
    let StepKind::Loop { target: Some(_), .. } = facts.step(step).kind else { return false };
    let span = facts.step(step).span;
    !facts
        .steps
        .iter()
        .any(|inner| span.contains(inner.span) && matches!(inner.kind, StepKind::Exit { kind, .. } if kind != ExitKind::Continue))
}

fn is_gone_through_by_name(facts: &Facts, assign: ExprId, at: ExprId) -> bool {
    let ExprKind::Assign { target, value: Some(value), .. } = facts.kind(assign) else { return false };
    let Some(name) = facts.binding_of(target).filter(|_| value == at) else { return false };
    let once = facts.binding(name).definitions.len() == 1;
    once && facts.binding(name).uses.iter().any(|mention| is_header(facts, *mention) && is_gone_through(facts, *mention))
}
