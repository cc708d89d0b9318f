//! An entry that stays when its work is turned down: the way out undoes what was done for it elsewhere, and not the entry.

use super::container::{Growth, Held, Release};
use super::holder;
use crate::checks::Context;
use crate::checks::lives::event;
use crate::checks::lives::key::{self, Keys};
use crate::checks::lives::lifetime::Life;
use crate::facts::{Action, ExprId, Facts, FunctionId, Operation, PlaceId, StepId, StepKind};
use crate::finding::{Evidence, Finding, Mark, Role, Stance, Weight};

/// The entry that is left where the same step is taken back beside which it leaves elsewhere.
pub fn denied(context: &Context, held: &Held) -> Option<Finding> {
    let (facts, words) = (context.facts, &context.words.words);
    if held.life != Life::Instance || facts.raii {
        return None;
    }
    let open = |growth: &&Growth| !growth.by_read && growth.key.is_some_and(|key| key::keys(facts, words, key) > Keys::Few);
    let growth = held.growth.iter().find(open)?;
    let single = |release: &&Release| release.certain && !release.replaced;
    held.release.iter().filter(single).find_map(|release| {
        let found = at_hand(facts, held).into_iter().find_map(|one| undone_alone(facts, held, one, release.function));
        found.and_then(|(undo, beside)| tell(context, held, growth, (undo, beside, release.at)))
    })
}

/// The mentions of single entries with their keys: those that make one, and those that look at one.
fn at_hand(facts: &Facts, held: &Held) -> Vec<(ExprId, PlaceId)> {
    let key = |operation: &Operation| match operation.action {
        Action::SetItem { key, .. } | Action::GetItem { key } => facts.place(key?),
        _ => None,
    };
    facts.operations(held.place).iter().filter_map(|operation| Some((operation.expr, key(operation)?))).collect()
}

/// The call on a way out, after an entry was at hand, which also stands in the function that takes entries out, if nothing
/// on that way does so.
fn undone_alone(facts: &Facts, held: &Held, (at, key): (ExprId, PlaceId), taking: FunctionId) -> Option<(ExprId, ExprId)> {
    let function = facts.function_of(at);
    let after = |call: &ExprId| facts.expr(*call).span.start > facts.expr(at).span.end;
    let about = |call: &ExprId| facts.args(*call).iter().any(|arg| facts.place(*arg) == Some(key));
    if function == taking || held.release.iter().any(|release| release.function == function) {
        return None;
    }
    let calls = facts.function(function).calls.iter().copied().filter(after).filter(about);
    calls.filter(|call| is_given_up(facts, held, at, *call)).find_map(|call| {
        let beside = facts.function(taking).calls.iter().copied().find(|other| is_same_step(facts, call, *other))?;
        Some((call, beside))
    })
}

/// Whether two calls are the same method of the same part of the object, told something.
fn is_same_step(facts: &Facts, one: ExprId, other: ExprId) -> bool {
    let part = |call: ExprId| facts.callee(call).receiver.and_then(|receiver| facts.place(receiver));
    facts.method_name(one).is_some()
        && facts.method_name(one) == facts.method_name(other)
        && part(one).is_some()
        && part(one) == part(other)
        && facts.args(one).len() == facts.args(other).len()
}

/// Whether a call stands in an arm after the entry that leaves the function, and no call there can take the entry out.
fn is_given_up(facts: &Facts, held: &Held, at: ExprId, call: ExprId) -> bool {
    let Some(arm) = arm_around(facts, call) else { return false };
    let leaves = arm.last().is_some_and(|last| matches!(facts.step(*last).kind, StepKind::Exit { .. }));
    let takes = |function: FunctionId| held.release.iter().any(|release| release.function == function);
    let inner = |function: FunctionId| facts.function(function).calls.iter().filter_map(|call| facts.callee(*call).function);
    let here = facts.function(facts.function_of(call)).calls.iter().filter(|other| facts.in_block(**other, arm));
    let mut called = here.filter_map(|other| facts.callee(*other).function);
    leaves && !facts.in_block(at, arm) && !called.any(|function| takes(function) || inner(function).any(takes))
}

/// The innermost arm of a branch in which a call stands.
fn arm_around(facts: &Facts, call: ExprId) -> Option<&[StepId]> {
    facts.around(call).find_map(|around| match around {
        crate::facts::Around::Step(step) => match &facts.step(step).kind {
            StepKind::Branch { then, otherwise, .. } => {
                [then, otherwise].into_iter().find(|block| facts.in_block(call, block)).map(Vec::as_slice)
            }
            _ => None,
        },
        crate::facts::Around::Expr(_) => None,
    })
}

fn tell(context: &Context, held: &Held, growth: &Growth, (undo, beside, taken): (ExprId, ExprId, ExprId)) -> Option<Finding> {
    let facts = context.facts;
    let owner = holder::owner(context, held);
    owner.iter().any(|piece| piece.stance == Stance::For).then_some(())?;
    let (name, step) = (facts.display(held.place), facts.method_name(undo)?);
    let message = format!("an entry of `{name}` stays behind where `{step}` takes back what was done with it");
    let mut finding = context.finding(growth.at, message, "the entry is made here".to_owned());
    finding.related.push(Mark::new(Role::Exit, facts.expr(undo).span, "here it is turned down, and the entry stays"));
    finding.related.push(Mark::new(Role::Release, facts.expr(taken).span, format!("elsewhere it leaves beside `{step}`")));
    finding.risk = format!("`{name}` keeps one entry for each that is turned down");
    let text = format!("elsewhere `{step}` and the removal go together");
    finding.evidence.push(Evidence::supports(Weight::Fair, text).at(facts.expr(beside).span));
    let text = "the way out takes back a step for the same key";
    finding.evidence.push(Evidence::supports(Weight::Fair, text).at(facts.expr(undo).span));
    finding.evidence.extend(owner.into_iter().filter(|piece| piece.stance == Stance::For));
    if let Some(at) = heard(context, held) {
        let text = "what is kept says when it ends, and then the entry is taken out";
        finding.evidence.push(Evidence::doubts(Weight::Decisive, text).at(facts.expr(at).span));
    }
    Some(finding.weigh(context.prior()))
}

/// The removal that is made when what is kept tells of its own end: `session.once("close", () => …)`.
fn heard(context: &Context, held: &Held) -> Option<ExprId> {
    let (facts, words) = (context.facts, &context.words.words);
    let told = |function: FunctionId| facts.enclosing(function).any(|id| event::is_milestone(facts, words, id));
    let ends = |release: &&Release| facts.exported.is_some() && release.certain && told(release.function);
    held.release.iter().find(ends).map(|release| release.at)
}
