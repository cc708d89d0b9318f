//! What is done to each place, read off what stands around each mention of it.

use crate::facts::{Action, Definition, ExitKind, ExprId, ExprKind, Facts, Operation, Parent, PlaceId, Source, StepKind};
use crate::language::Habits;
use rustc_hash::FxHashMap;

/// Fills [`Facts::operations`].
pub fn collect(facts: &mut Facts, habits: &Habits, pending: &[Definition]) {
    let written: FxHashMap<ExprId, Source> = pending.iter().map(|definition| (definition.target, definition.source)).collect();
    let mut mentions: Vec<ExprId> = facts.place_of.keys().copied().collect();
    mentions.sort_by_key(|id| (facts.expr(*id).span.start, std::cmp::Reverse(facts.expr(*id).span.end), id.0));
    let mut operations = vec![Vec::new(); facts.places.len()];
    for expr in mentions {
        let place = facts.place_of[&expr];
        let action = action(facts, habits, &written, expr);
        let operation = Operation { action, expr, function: facts.function_of(expr) };
        operations[place.index()].push(operation);
        for other in several(facts, expr) {
            if other != place {
                operations[other.index()].push(operation);
            }
        }
    }
    facts.operations = operations;
}

/// The places that a loop variable stands for in turn: `for table in (self.a, self.b)`.
fn several(facts: &Facts, expr: ExprId) -> Vec<PlaceId> {
    let Some(binding) = facts.binding_of(expr) else { return Vec::new() };
    let of = |definition: &Definition| match definition.source {
        Source::Iterated(value) if definition.target != expr => match facts.kind(value) {
            ExprKind::Collection { items, .. } => facts.list(items).iter().filter_map(|item| facts.place(*item)).collect(),
            _ => Vec::new(),
        },
        Source::Assigned(value) if definition.target != expr => match facts.kind(value) {
            ExprKind::Choice { then, otherwise, .. } => [then, otherwise].iter().filter_map(|item| facts.place(*item)).collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    };
    facts.binding(binding).definitions.iter().flat_map(of).collect()
}

fn action(facts: &Facts, habits: &Habits, written: &FxHashMap<ExprId, Source>, expr: ExprId) -> Action {
    if let Some(source) = written.get(&expr) {
        return Action::Assign(*source);
    }
    match facts.expr(expr).parent {
        Parent::Expr(parent) => within(facts, habits, written, expr, parent),
        Parent::Step(step) => match facts.step(step).kind {
            StepKind::Exit { kind: ExitKind::Return | ExitKind::Raise, .. } => Action::Returned,
            StepKind::Loop { header: Some(header), target: Some(_), .. } if header == expr => Action::Iterated,
            StepKind::Branch { .. } | StepKind::Loop { .. } | StepKind::Switch { .. } => Action::Tested,
            StepKind::Manage { .. } => Action::Managed,
            _ => Action::Read,
        },
        Parent::None => Action::Read,
    }
}

fn within(facts: &Facts, habits: &Habits, written: &FxHashMap<ExprId, Source>, expr: ExprId, parent: ExprId) -> Action {
    match facts.kind(parent) {
        ExprKind::Field { name, .. } if habits.sizes.iter().any(|word| word == facts.text(name)) => {
            match written.get(&parent) {
                // `items.length = 0` takes out what lies beyond.
                Some(_) => Action::SetItem { key: None, value: None, update: None },
                None => match facts.expr(parent).parent {
                    Parent::Expr(call) if matches!(facts.kind(call), ExprKind::Call { callee, .. } if callee == parent) => {
                        Action::Measure { at: call }
                    }
                    _ => Action::Measure { at: parent },
                },
            }
        }
        ExprKind::Field { name, .. } => match facts.expr(parent).parent {
            Parent::Expr(call) if matches!(facts.kind(call), ExprKind::Call { callee, .. } if callee == parent) => {
                Action::Method { name, call }
            }
            _ => Action::Read,
        },
        ExprKind::Index { base, key } if base == expr => item(facts, written, parent, key),
        ExprKind::Call { callee, .. } if callee == expr => Action::Called { call: parent },
        ExprKind::Call { args, .. } => {
            let position = facts.list(args).iter().position(|arg| *arg == expr).unwrap_or(0) as u32;
            argument(facts, habits, parent, position)
        }
        ExprKind::Named { .. } | ExprKind::Spread(_) => match facts.expr(parent).parent {
            Parent::Expr(call) if matches!(facts.kind(call), ExprKind::Call { .. }) => {
                let position = facts.args(call).iter().position(|arg| *arg == parent).unwrap_or(0) as u32;
                Action::Argument { call, position }
            }
            _ => Action::Stored { holder: parent },
        },
        ExprKind::Assign { target, value: Some(value), .. } if value == expr => Action::Alias { target },
        ExprKind::Delete(_) => Action::Delete,
        ExprKind::Yield { .. } => Action::Returned,
        ExprKind::Await(_) => Action::Awaited,
        ExprKind::Each { .. } => Action::Iterated,
        ExprKind::Operation { .. } => Action::Tested,
        ExprKind::Choice { condition, .. } if condition == expr => Action::Tested,
        // The value of a conditional expression is what the expression around it does with it.
        ExprKind::Choice { .. } => action(facts, habits, written, parent),
        ExprKind::Collection { .. } | ExprKind::Pair { .. } | ExprKind::Comprehension { .. } => Action::Stored { holder: parent },
        _ => Action::Read,
    }
}

fn argument(facts: &Facts, habits: &Habits, call: ExprId, position: u32) -> Action {
    let measures = facts.callee_path(call).is_some_and(|path| habits.measures.iter().any(|word| word == path));
    if measures { Action::Measure { at: call } } else { Action::Argument { call, position } }
}

fn item(facts: &Facts, written: &FxHashMap<ExprId, Source>, index: ExprId, key: Option<ExprId>) -> Action {
    match written.get(&index) {
        Some(Source::Updated(value)) => return Action::SetItem { key, value: Some(*value), update: update(facts, index) },
        Some(Source::Assigned(value)) => return Action::SetItem { key, value: Some(*value), update: None },
        Some(_) => return Action::SetItem { key, value: None, update: None },
        None => {}
    }
    match facts.expr(index).parent {
        Parent::Expr(parent) if matches!(facts.kind(parent), ExprKind::Delete(_)) => Action::DeleteItem { key },
        _ => Action::GetItem { key },
    }
}

fn update(facts: &Facts, target: ExprId) -> Option<crate::facts::Operator> {
    match facts.expr(target).parent {
        Parent::Expr(parent) => match facts.kind(parent) {
            ExprKind::Assign { update, .. } => update,
            _ => None,
        },
        _ => None,
    }
}
