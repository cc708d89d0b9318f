//! What ends work by another way than through its handle, or says that it need not be ended: a flag that the teardown sets,
//! the things it waits for, whoever is given the child, or that it is made once.

use super::endless::End;
use super::task::Worker;
use crate::checks::Context;
use crate::checks::lives::owner::{self, Runs};
use crate::facts::{Action, ExprId, ExprKind, Facts, FunctionId, Operation, Place, PlaceId, Root, StepKind};
use rustc_hash::FxHashSet;

/// How many callers are followed in a row.
const HOPS: u32 = 4;

/// Whether the teardown of its owner ends the work, or lets it find out that it is over.
pub fn is_told(facts: &Facts, worker: &Worker) -> bool {
    let Some(ty) = facts.owner_of(worker.function) else { return false };
    let ended = owner::reach(facts, Some(ty), &owner::teardowns(facts, ty));
    let tells = |place: PlaceId| {
        worker.end == End::Own && worker.behind.is_some_and(|behind| is_flag(facts, place, &ended, behind))
            || is_let_go(facts, worker, place, &ended)
    };
    facts.fields_of(ty).any(tells)
}

/// Whether a teardown gives a field another value, and the work leaves where it finds that.
fn is_flag(facts: &Facts, place: PlaceId, ended: &FxHashSet<FunctionId>, behind: FunctionId) -> bool {
    let set = |operation: &Operation| {
        matches!(operation.action, Action::Assign(crate::facts::Source::Assigned(value))
            if matches!(facts.kind(value), ExprKind::Literal(_)))
            && ended.contains(&operation.function)
            && !facts.function(operation.function).traits.is_constructor
    };
    let asked = |operation: &Operation| operation.function == behind && is_left_on(facts, behind, operation.expr);
    let operations = facts.operations(place);
    operations.iter().any(set) && operations.iter().any(asked)
}

/// Whether a mention stands in a condition on which its function is left.
fn is_left_on(facts: &Facts, function: FunctionId, mention: ExprId) -> bool {
    let span = facts.expr(mention).span;
    facts.steps.iter().any(|step| match &step.kind {
        StepKind::Branch { condition, then, .. } => {
            let leaves = then.last().is_some_and(|last| matches!(facts.step(*last).kind, StepKind::Exit { .. }));
            leaves && facts.function_of_step(step) == function && facts.expr(*condition).span.contains(span)
        }
        _ => false,
    })
}

/// Whether the work waits for what a field holds, and a teardown ends that.
fn is_let_go(facts: &Facts, worker: &Worker, place: PlaceId, ended: &FxHashSet<FunctionId>) -> bool {
    let span = facts.expr(worker.call).span;
    let waits = worker.behind.is_none() && worker.resource.ends;
    let given = |operation: &Operation| {
        matches!(operation.action, Action::Stored { .. } | Action::Argument { .. })
            && span.contains(facts.expr(operation.expr).span)
    };
    let freed = |operation: &Operation| match operation.action {
        Action::Method { name, .. } => {
            ended.contains(&operation.function) && worker.resource.release.iter().any(|word| word == facts.text(name))
        }
        _ => false,
    };
    let operations = facts.operations(place);
    waits && operations.iter().any(given) && operations.iter().any(freed)
}

/// Whether the handle becomes a field of what the function returns, so that whoever gets that has it.
pub fn is_given_away(facts: &Facts, worker: &Worker) -> bool {
    worker.kept.holders.iter().any(|place| match facts.places.get(*place) {
        Place { root: Root::Binding(binding), path } if !path.is_empty() => {
            let whole = facts.places.find(&Place { root: Root::Binding(*binding), path: Vec::new() });
            whole.is_some_and(|whole| facts.operations(whole).iter().any(|operation| operation.action == Action::Returned))
        }
        _ => false,
    })
}

/// The other child that is given what this one writes: `Popen(["sort"], stdin=first.stdout)`.
pub fn reader(context: &Context, worker: &Worker) -> Option<ExprId> {
    let facts = context.facts;
    let own = |given: ExprId| match facts.kind(given) {
        ExprKind::Field { base, .. } => facts.place(base).is_some_and(|place| worker.kept.holders.contains(&place)),
        _ => false,
    };
    let starts = |call: &&ExprId| {
        worker.resource.acquire.iter().any(|word| word.fits(facts.callee_path(**call), facts.method_name(**call)))
    };
    let reads = |call: &ExprId| worker.resource.piped.iter().any(|word| facts.option(*call, word).is_some_and(own));
    facts.function(worker.function).calls.iter().filter(starts).copied().find(reads)
}

/// Whether a function starts several of the same kind one after the other, which are to go on together after it.
pub fn is_one_of_several(facts: &Facts, worker: &Worker) -> bool {
    let alike = |call: &&ExprId| {
        worker.resource.acquire.iter().any(|word| word.fits(facts.callee_path(**call), facts.method_name(**call)))
    };
    facts.function(worker.function).calls.iter().filter(alike).count() > 2
}

/// Whether every way to a function in this file leads through something that runs once for its owner: a constructor of which
/// the file makes one, or a property that keeps its value.
pub fn is_once(context: &Context, function: FunctionId) -> bool {
    leads_once(context, function, HOPS)
}

fn leads_once(context: &Context, function: FunctionId, hops: u32) -> bool {
    let facts = context.facts;
    let named = facts.enclosing(function).find(|id| facts.function(*id).name.is_some());
    let Some(named) = named.filter(|_| hops > 0) else { return false };
    let own = facts.function(named);
    let keeps = |decorator: &ExprId| {
        let path = facts.path_of(*decorator);
        context.words.words.memoizing.iter().any(|word| word.fits(path.as_deref(), None))
    };
    if own.decorators.iter().any(keeps) || owner::runs(facts, &context.words.words, named) == Runs::Once {
        return true;
    }
    let made = own.traits.is_constructor.then(|| facts.owner_of(named)).flatten();
    let leads = |callee: &crate::facts::Callee| callee.function == Some(named) || made.is_some() && callee.constructs == made;
    let mut callers =
        facts.callees.iter().filter(|(_, callee)| leads(callee)).map(|(call, _)| facts.function_of(*call)).peekable();
    callers.peek().is_some() && callers.all(|caller| caller != named && leads_once(context, caller, hops - 1))
}
