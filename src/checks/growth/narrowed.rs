//! Values of which the function itself lets only a few pass: a parameter whose other values are refused, or are only told
//! apart from what is written there, and a key that equals what is written there.

use super::fixed;
use crate::facts::{
    Action, Around, BindingId, ExitKind, ExprId, ExprKind, Facts, FunctionId, Literal, Operator, Parent, PlaceId, StepId,
    StepKind,
};

/// Whether a function does something with a few values of a parameter, and nothing with others.
pub fn is_narrowed(facts: &Facts, function: FunctionId, param: BindingId) -> bool {
    is_refused(facts, function, param) || is_told_apart(facts, function, param)
}

/// Whether a value that something fixed does not contain makes the function raise: `if language not in LANGUAGES: raise`.
fn is_refused(facts: &Facts, function: FunctionId, param: BindingId) -> bool {
    let asks = |condition: ExprId| match facts.kind(condition) {
        ExprKind::Operation { operator: Operator::NotIn, operands } => match facts.list(operands) {
            [asked, within] => facts.binding_of(*asked) == Some(param) && is_fixed(facts, *within),
            _ => false,
        },
        _ => false,
    };
    facts.steps_in(function).any(|step| match &step.kind {
        StepKind::Branch { condition, then, .. } => asks(*condition) && raises(facts, then),
        _ => false,
    })
}

/// Whether a step raises, or one of those inside its branches.
fn raises(facts: &Facts, block: &[StepId]) -> bool {
    block.iter().any(|step| match &facts.step(*step).kind {
        StepKind::Exit { kind: ExitKind::Raise, .. } => true,
        StepKind::Branch { then, otherwise, .. } => raises(facts, then) || raises(facts, otherwise),
        _ => false,
    })
}

/// Whether a collection is written there, or is one of the module to which this file adds nothing.
fn is_fixed(facts: &Facts, within: ExprId) -> bool {
    match facts.kind(within) {
        ExprKind::Collection { items, .. } => facts.list(items).iter().all(|item| facts.is_constant(*item)),
        ExprKind::Name { binding: Some(binding), .. } => {
            facts.is_global(binding) && !facts.place(within).is_some_and(|place| changes(facts, place))
        }
        _ => false,
    }
}

fn changes(facts: &Facts, place: PlaceId) -> bool {
    facts.operations(place).iter().any(|operation| {
        matches!(operation.action, Action::SetItem { .. } | Action::Method { .. } | Action::Argument { .. })
            && !facts.at_top(operation.function)
            && !matches!(operation.action, Action::Method { name, .. } if matches!(facts.text(name), "get" | "keys" | "items" | "values"))
    })
}

/// Whether all that is done with a parameter is to tell it apart from values that are written there.
fn is_told_apart(facts: &Facts, function: FunctionId, param: BindingId) -> bool {
    let uses = facts.binding(param).uses.iter().filter(|at| facts.step_of(**at).is_some());
    let each: Option<Vec<bool>> = uses.map(|at| told(facts, function, param, *at)).collect();
    each.is_some_and(|each| each.contains(&true))
}

/// Whether a mention compares with something written; nothing if it hands the value on.
fn told(facts: &Facts, function: FunctionId, param: BindingId, at: ExprId) -> Option<bool> {
    if facts.function_of(at) != function {
        return None;
    }
    let Parent::Expr(parent) = facts.expr(at).parent else { return Some(false) };
    match facts.kind(parent) {
        ExprKind::Assign { target, .. } if target == at => Some(false),
        ExprKind::Operation { operator: Operator::Or, operands } => {
            let Parent::Expr(assign) = facts.expr(parent).parent else { return None };
            let ExprKind::Assign { target, .. } = facts.kind(assign) else { return None };
            let rest = facts.list(operands).iter().all(|operand| *operand == at || facts.literal(*operand).is_some());
            (rest && facts.binding_of(target) == Some(param)).then_some(false)
        }
        ExprKind::Operation { operator: Operator::Is | Operator::IsNot | Operator::Not, .. } => Some(false),
        ExprKind::Operation { operator: Operator::Equal | Operator::NotEqual | Operator::In | Operator::NotIn, operands } => {
            let others = facts.list(operands).iter().filter(|operand| **operand != at);
            others.map(|other| is_written(facts, *other)).reduce(|all, one| all && one).filter(|written| *written)
        }
        ExprKind::Choice { condition, .. } => (condition == at).then_some(false),
        _ => None,
    }
}

fn is_written(facts: &Facts, value: ExprId) -> bool {
    match facts.kind(value) {
        ExprKind::Literal(literal) => literal != Literal::Null,
        ExprKind::Collection { .. } => is_fixed(facts, value),
        _ => false,
    }
}

/// Whether an entry is made only under one key, which is written there: `if name == "utc": zones[name] = …`.
pub fn is_one(facts: &Facts, made: ExprId, key: ExprId) -> bool {
    let Some(key) = facts.place(key) else { return false };
    // What is asked may be the key in other letters: `name.lower()`.
    let asks = |operand: ExprId| {
        facts.place(operand) == Some(key)
            || facts.args(operand).is_empty() && facts.callee(operand).receiver.is_some_and(|on| facts.place(on) == Some(key))
    };
    let equals = |condition: ExprId| match facts.kind(condition) {
        ExprKind::Operation { operator: Operator::Equal, operands } => match facts.list(operands) {
            [one, other] => asks(*one) && is_written(facts, *other) || asks(*other) && is_written(facts, *one),
            _ => false,
        },
        _ => false,
    };
    facts.around(made).any(|around| match around {
        Around::Step(step) => match &facts.step(step).kind {
            StepKind::Branch { condition, then, .. } if facts.in_block(made, then) => {
                fixed::parts(facts, *condition).into_iter().any(equals)
            }
            _ => false,
        },
        Around::Expr(_) => false,
    })
}
