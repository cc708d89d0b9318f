//! Handles that close themselves when nothing is left of them.

use crate::facts::{ExitKind, ExprId, ExprKind, Facts, Operator, Parent, StepId, StepKind};
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
        || (looped || itself) && is_gone_through(facts, passed_on(facts, resource, at))
        || resource.drained_by_call.iter().any(|word| word.fits(facts.callee_path(at), method))
}

/// The call that hands on what a value has, one element after the other; the value itself where there is none.
fn passed_on(facts: &Facts, resource: &Resource, at: ExprId) -> ExprId {
    let Parent::Expr(call) = facts.expr(at).parent else { return at };
    let hands = facts.callee_name(call).is_some_and(|name| resource.passed_on_by.iter().any(|word| word == name));
    if hands && facts.positional(call, 0) == Some(at) { call } else { at }
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
    let StepKind::Loop { target: Some(target), .. } = facts.step(step).kind else { return false };
    let span = facts.step(step).span;
    // `if not chunk: break` is what the end looks like.
    let empty: Vec<StepId> = facts.steps.iter().filter_map(|inner| ended(facts, target, &inner.kind)).collect();
    !facts.steps.iter().enumerate().any(|(at, inner)| {
        let leaves = matches!(inner.kind, StepKind::Exit { kind, .. } if kind != ExitKind::Continue);
        leaves && span.contains(inner.span) && !empty.contains(&StepId(at as u32))
    })
}

/// The `break` that stands alone below the question whether what a loop has taken is empty.
fn ended(facts: &Facts, target: ExprId, step: &StepKind) -> Option<StepId> {
    let StepKind::Branch { condition, then, .. } = step else { return None };
    let ExprKind::Operation { operator: Operator::Not, operands } = facts.kind(*condition) else { return None };
    let [asked] = facts.list(operands) else { return None };
    let [only] = then.as_slice() else { return None };
    let breaks = matches!(facts.step(*only).kind, StepKind::Exit { kind: ExitKind::Break, .. });
    let own = facts.binding_of(*asked).is_some() && facts.binding_of(*asked) == facts.binding_of(target);
    (breaks && own).then_some(*only)
}

fn is_gone_through_by_name(facts: &Facts, assign: ExprId, at: ExprId) -> bool {
    let ExprKind::Assign { target, value: Some(value), .. } = facts.kind(assign) else { return false };
    let Some(name) = facts.binding_of(target).filter(|_| value == at) else { return false };
    let once = facts.binding(name).definitions.len() == 1;
    once && facts.binding(name).uses.iter().any(|mention| is_header(facts, *mention) && is_gone_through(facts, *mention))
}
