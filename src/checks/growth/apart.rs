//! What says that an entry need not go where its twin goes: one is part of the other by construction, the code that takes
//! the twin out has the other at hand and leaves it, or both hold states between which one thing moves.

use super::container::{Growth, Held};
use crate::checks::lives::owner;
use crate::facts::{Action, ExprId, ExprKind, Facts, FunctionId, Operation, Operator, Parent};
use crate::finding::{Evidence, Weight};

/// What speaks against two collections losing their entries together, where the twin leaves at `missed`.
pub fn doubts(facts: &Facts, held: &Held, sibling: &Held, (growth, twin): (&Growth, &Growth), missed: ExprId) -> Vec<Evidence> {
    let own = facts.function_of(missed);
    let decisive = |text: &str, at: ExprId| Evidence::doubts(Weight::Decisive, text).at(facts.expr(at).span);
    let chain = (facts.step_of(growth.at).is_some() && facts.step_of(growth.at) == facts.step_of(twin.at))
        .then(|| decisive("one statement puts the same thing into both, so one of them holds a part of the other", twin.at));
    let at_hand =
        asked(facts, held, own).map(|at| decisive("what takes the twin out looks the entry up as well, and leaves it", at));
    let written = refilled(facts, held, growth.function, own)
        .map(|at| decisive("what takes the twin out makes an entry here, so the key moves from one to the other", at));
    let alone =
        filled_alone(held, sibling).map(|at| decisive("it is filled here without its twin, so it need not go with it", at));
    [chain, at_hand.or(written), alone].into_iter().flatten().collect()
}

/// Where a function asks a collection for one key.
fn asked(facts: &Facts, held: &Held, function: FunctionId) -> Option<ExprId> {
    let asks = |operation: &&Operation| {
        operation.function == function
            && match operation.action {
                Action::GetItem { key } => key.is_some(),
                Action::Method { name, call } => facts.text(name) == "get" && !facts.args(call).is_empty(),
                Action::Tested => is_member_test(facts, operation.expr),
                _ => false,
            }
    };
    facts.operations(held.place).iter().find(asks).map(|operation| operation.expr)
}

/// `key in place`, and its opposite.
fn is_member_test(facts: &Facts, mention: ExprId) -> bool {
    let Parent::Expr(parent) = facts.expr(mention).parent else { return false };
    matches!(facts.kind(parent), ExprKind::Operation { operator: Operator::In | Operator::NotIn, .. })
}

/// Where a function, or one that it calls, puts an entry into a collection, other than the one that fills both.
fn refilled(facts: &Facts, held: &Held, filling: FunctionId, function: FunctionId) -> Option<ExprId> {
    let reached = owner::reach(facts, facts.owner_of(function), &[function]);
    let again = |growth: &&Growth| growth.function != filling && reached.contains(&growth.function) && !growth.by_read;
    if reached.contains(&filling) {
        return None;
    }
    held.growth.iter().find(again).map(|growth| growth.at)
}

/// Where a map gets an entry in a function that puts none into its sibling.
fn filled_alone(held: &Held, sibling: &Held) -> Option<ExprId> {
    let both = |function: FunctionId| sibling.growth.iter().any(|other| other.function == function);
    held.growth.iter().find(|growth| !growth.by_read && !both(growth.function)).map(|growth| growth.at)
}
