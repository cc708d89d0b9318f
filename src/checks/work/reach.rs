//! Whether the end of an object means anything to the work it has started, or comes with the end of the process.

use super::endless::End;
use super::task::Worker;
use crate::checks::Context;
use crate::checks::lives::kept::{self, Deed};
use crate::checks::lives::owner;
use crate::facts::{Action, Facts, FunctionId, PlaceId, Root, TypeId};
use crate::finding::{Evidence, Weight};
use rustc_hash::FxHashSet;

/// What speaks against work that goes on: its owner may be one of a kind, or what ends it stands in a finaliser. Only
/// where the project is known, which would show who makes more than one.
pub fn doubts(context: &Context, worker: &Worker, ty: TypeId) -> Vec<Evidence> {
    let (facts, words) = (context.facts, &context.words.words);
    if words.drawn.is_empty() || context.project.len() < 2 {
        return Vec::new();
    }
    let mut evidence = Vec::new();
    evidence.extend(exits(context, ty));
    evidence.extend(context.command(Weight::Decisive));
    if worker.resource.collected {
        evidence.push(Evidence::doubts(Weight::Strong, "it starts nothing before it is given work"));
    }
    let deeds = kept::deeds(facts, worker.resource, &worker.kept.holders);
    let finaliser = |function: FunctionId| {
        facts.function(function).name.is_some_and(|name| words.finaliser.iter().any(|word| word == facts.text(name)))
    };
    if deeds.iter().any(|deed| deed.2 == Deed::Released && finaliser(deed.0)) {
        evidence.push(Evidence::doubts(Weight::Decisive, "its finaliser ends it"));
    }
    if !matches!(worker.end, End::Never(_)) {
        return evidence;
    }
    let starting = |name: &str| words.running.iter().any(|word| word == name);
    let many = context.project.made_for_calls(context.path, facts.text(facts.ty(ty).name), &starting).is_some();
    if !many && !cut_off(context, worker, ty) {
        evidence.push(Evidence::doubts(Weight::Decisive, "nothing in the project makes more than one of its owner"));
        evidence.push(Evidence::doubts(Weight::Strong, "the object may end with the process, and the work with it"));
    }
    evidence
}

/// A teardown that ends the process.
pub fn exits(context: &Context, ty: TypeId) -> Option<Evidence> {
    let facts = context.facts;
    let leaves = |method: &FunctionId| {
        let calls = &facts.function(*method).calls;
        calls
            .iter()
            .any(|call| context.words.exit.iter().any(|word| word.fits(facts.callee_path(*call), facts.method_name(*call))))
    };
    let method = owner::teardowns(facts, ty).into_iter().find(leaves)?;
    let text = "the end of the object ends the process";
    Some(Evidence::doubts(Weight::Decisive, text).at(facts.function(method).head))
}

/// Whether a teardown ends a thing that the work goes on to use.
fn cut_off(context: &Context, worker: &Worker, ty: TypeId) -> bool {
    let facts = context.facts;
    let Some(behind) = worker.behind else { return false };
    let ended = owner::reach(facts, Some(ty), &owner::teardowns(facts, ty));
    let working = owner::reach(facts, Some(ty), &[behind]);
    let ends = |place: PlaceId| {
        facts.operations(place).iter().any(|operation| match operation.action {
            Action::Method { name, .. } => {
                ended.contains(&operation.function) && context.words.words.endings.iter().any(|word| word == facts.text(name))
            }
            _ => false,
        })
    };
    let fields = facts.places.iter().filter(|(_, place)| place.root == Root::Instance(ty) && place.path.len() == 1);
    fields.map(|(id, _)| id).any(|id| ends(id) && is_used(facts, id, &working))
}

fn is_used(facts: &Facts, place: PlaceId, working: &FxHashSet<FunctionId>) -> bool {
    facts.operations(place).iter().any(|operation| working.contains(&operation.function))
}
