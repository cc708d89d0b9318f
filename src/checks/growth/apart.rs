//! What says that an entry need not go where its twin goes: one is part of the other by construction, the code that takes
//! the twin out has the other at hand and leaves it, or both hold states between which one thing moves.

use super::container::{Growth, Held};
use crate::checks::lives::lifetime;
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
    let state = moved(facts, held, sibling, missed)
        .map(|at| decisive("the twin goes on under its key elsewhere, so what leaves there is a state and not the thing", at));
    let special = special(facts, growth, twin)
        .map(|at| decisive("only some of the things have the twin as well, so what leaves with it is a state", at));
    let renewed =
        renewed(facts, sibling, own).map(|at| decisive("all who take the twin out put another one under its key afterwards", at));
    [chain, at_hand.or(written), alone.or(state).or(special), renewed].into_iter().flatten().collect()
}

/// Whether what leaves a collection goes on under its key elsewhere, so that it holds one of the states of a thing.
pub fn is_state(facts: &Facts, held: &Held, sibling: &Held) -> bool {
    sibling.release.iter().any(|release| moved(facts, held, sibling, release.at).is_some())
}

/// Where what takes the twin out puts something under the same key into a third collection of the owner.
fn moved(facts: &Facts, held: &Held, sibling: &Held, missed: ExprId) -> Option<ExprId> {
    let root = facts.places.get(held.place).root;
    let function = facts.function_of(missed);
    let key = facts.place(taken(facts, missed)?)?;
    let third = facts
        .places
        .iter()
        .filter(|(id, place)| place.root == root && place.path.len() == 1 && *id != held.place && *id != sibling.place);
    third.flat_map(|(id, _)| facts.operations(id)).find_map(|operation| match operation.action {
        Action::SetItem { key: Some(other), value: Some(value), .. }
            if operation.function == function && facts.place(other) == Some(key) && mentions(facts, value, sibling) =>
        {
            Some(operation.expr)
        }
        _ => None,
    })
}

/// Whether a value is made of what is in a collection.
fn mentions(facts: &Facts, value: ExprId, of: &Held) -> bool {
    let span = facts.expr(value).span;
    facts.operations(of.place).iter().any(|operation| span.contains(facts.expr(operation.expr).span))
}

/// The condition under which the twin is made, and the entry is made without it.
pub fn special(facts: &Facts, growth: &Growth, twin: &Growth) -> Option<ExprId> {
    let common = lifetime::conditions(facts, growth.at);
    let open = facts.exported.is_none() && !facts.typed;
    // A twin that is made where there is none yet is there for all of them.
    let missing = |condition: ExprId| {
        let span = facts.expr(condition).span;
        let within = |operation: &Operation| span.contains(facts.expr(operation.expr).span);
        facts.place(twin.expr).is_none_or(|place| facts.operations(place).iter().any(within))
    };
    let conditions = lifetime::conditions(facts, twin.at).into_iter();
    conditions.filter(|condition| open && !missing(*condition)).find(|condition| !common.contains(condition))
}

/// The key of a removal: `del place[key]`, `place.pop(key)`.
fn taken(facts: &Facts, removal: ExprId) -> Option<ExprId> {
    if let ExprKind::Call { .. } = facts.kind(removal) {
        return facts.positional(removal, 0);
    }
    let Parent::Expr(parent) = facts.expr(removal).parent else { return None };
    match facts.kind(parent) {
        ExprKind::Index { key, .. } => key,
        _ => None,
    }
}

/// Where everyone who calls the function that takes the twin out fills the twin's place again, after that.
fn renewed(facts: &Facts, sibling: &Held, removing: FunctionId) -> Option<ExprId> {
    let refills = |call: &ExprId| {
        let caller = facts.function_of(*call);
        let after = facts.expr(*call).span.end;
        let later = |other: &ExprId| facts.expr(*other).span.start >= after;
        let next = facts.function(caller).calls.iter().copied().filter(later).filter_map(|call| facts.callee(call).function);
        let reached = owner::reach(facts, facts.owner_of(caller), &next.collect::<Vec<_>>());
        let fills = |growth: &&Growth| {
            reached.contains(&growth.function) || growth.function == caller && facts.expr(growth.at).span.start >= after
        };
        sibling.growth.iter().find(fills).map(|growth| growth.at)
    };
    let all: Option<Vec<ExprId>> = facts.function(removing).callers.iter().map(refills).collect();
    all?.first().copied()
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
