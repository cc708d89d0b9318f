//! What a condition says about a handle.

use crate::facts::{Around, ExprId, ExprKind, Facts, Literal, Operator, Source, StepKind};
use crate::source::Span;
use rustc_hash::FxHashSet;

/// Whether the handle is nothing where a condition holds, and where it does not.
pub fn nulls(facts: &Facts, condition: ExprId, mentions: &FxHashSet<ExprId>) -> (bool, bool) {
    if mentions.contains(&condition) {
        return (false, true);
    }
    match facts.kind(condition) {
        ExprKind::Assign { target, .. } => (false, mentions.contains(&target)),
        ExprKind::Operation { operator, operands } => {
            let operands = facts.list(operands);
            let inner = |at: usize| operands.get(at).map_or((false, false), |operand| nulls(facts, *operand, mentions));
            // A descriptor is nothing where it is negative.
            let nothing = |operand: &ExprId| match facts.kind(*operand) {
                ExprKind::Literal(literal) => literal == Literal::Null,
                ExprKind::Other(_) => true,
                _ => false,
            };
            let compared = operands.iter().any(|operand| mentions.contains(operand)) && operands.iter().any(nothing);
            let numbered = operands.first().is_some_and(|operand| mentions.contains(operand))
                && operands.get(1).is_some_and(|operand| !matches!(facts.kind(*operand), ExprKind::Name { .. }));
            match operator {
                Operator::Less | Operator::LessEqual if numbered => (true, false),
                Operator::GreaterEqual | Operator::Greater if numbered => (false, true),
                Operator::Not => (inner(0).1, inner(0).0),
                Operator::And => (inner(0).0 || inner(1).0, false),
                Operator::Or => (false, inner(0).1 || inner(1).1),
                Operator::Is | Operator::Equal => (compared, false),
                Operator::IsNot | Operator::NotEqual => (false, compared),
                _ => (false, false),
            }
        }
        _ => (false, false),
    }
}

/// Whether a condition asks for the state of the handle: mentions it, and does not just use it (`f.read(1)`).
pub fn asks(facts: &Facts, condition: ExprId, mentions: &FxHashSet<ExprId>) -> bool {
    let span = facts.expr(condition).span;
    let asks = |mention: &ExprId| {
        let call = facts.around(*mention).nth(1).and_then(|around| match around {
            Around::Expr(call) if facts.callee(call).receiver == Some(*mention) => Some(call),
            _ => None,
        });
        call.is_none_or(|call| facts.args(call).is_empty())
    };
    mentions.iter().any(|mention| span.contains(facts.expr(*mention).span) && asks(mention))
}

/// What decides whether an expression is evaluated: the branches, switches and choices around it.
pub fn deciders(facts: &Facts, expr: ExprId) -> Vec<Span> {
    let decides = |around: Around| match around {
        Around::Expr(id) => match facts.kind(id) {
            ExprKind::Choice { .. } | ExprKind::Operation { operator: Operator::And | Operator::Or, .. } => {
                Some(facts.expr(id).span)
            }
            _ => None,
        },
        Around::Step(id) => match facts.step(id).kind {
            StepKind::Branch { .. } | StepKind::Switch { .. } => Some(facts.step(id).span),
            _ => None,
        },
    };
    facts.around(expr).filter_map(decides).collect()
}

/// Whether a value is an exception that a handler of the function has caught and kept.
pub fn was_caught(facts: &Facts, value: ExprId) -> bool {
    let kept = |source: Source| match source {
        Source::Caught => true,
        Source::Assigned(value) => facts
            .binding_of(value)
            .is_some_and(|name| facts.binding(name).definitions.iter().any(|definition| definition.source == Source::Caught)),
        _ => false,
    };
    let Some(name) = facts.binding_of(value) else { return false };
    facts.binding(name).definitions.iter().any(|definition| kept(definition.source))
}

/// Whether the handle is held for long when an expression is evaluated: across the rounds of a loop, the body of a
/// managed region, or a wait.
pub fn is_sustained(facts: &Facts, acquire: ExprId, expr: ExprId) -> bool {
    let from = facts.expr(acquire).span;
    facts.around(expr).any(|around| match around {
        Around::Expr(id) => matches!(facts.kind(id), ExprKind::Await(_)),
        Around::Step(id) => {
            let step = facts.step(id);
            matches!(step.kind, StepKind::Loop { .. } | StepKind::Manage { .. }) && !step.span.contains(from)
        }
    })
}
