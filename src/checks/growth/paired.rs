//! Entries that one method makes and another one takes out, for a third that calls both and misses the second on a way out.

use super::container::{Growth, Held, Release};
use super::undo;
use crate::checks::Context;
use crate::checks::lives::lifetime::Life;
use crate::facts::{BindingKind, ExprId, ExprKind, Facts, FunctionId};
use crate::finding::Finding;

/// The entry that is made and taken out through helpers, and stays on some way out.
pub fn missed(context: &Context, held: &Held) -> Option<Finding> {
    let facts = context.facts;
    if held.life != Life::Instance || facts.raii {
        return None;
    }
    let adds = only(held.growth.iter().map(|growth| growth.function))?;
    let single: Vec<&Release> = held.release.iter().filter(|release| !undo::is_whole(facts, held, release)).collect();
    let takes = only(single.iter().map(|release| release.function))?;
    let growth = held.growth.first()?;
    let told = growth.key.or(growth.value).is_some_and(|entry| is_told(facts, entry, adds));
    let named = single.iter().all(|release| release.certain && is_named(facts, release.at, takes));
    if adds == takes || !told || !named || facts.function(adds).traits.is_constructor {
        return None;
    }
    let [making, taking] = [adds, takes].map(|function| {
        let mut calls = facts.function(function).callers.clone();
        calls.sort_unstable();
        calls
    });
    // What is also taken out where nothing was made stays for that.
    let apart = |call: &ExprId| !making.iter().any(|other| facts.function_of(*other) == facts.function_of(*call));
    if taking.is_empty() || taking.iter().any(apart) {
        return None;
    }
    making.into_iter().find_map(|made| {
        let function = facts.function_of(made);
        let after = |call: &&ExprId| {
            facts.function_of(**call) == function
                && facts.expr(**call).span.start > facts.expr(made).span.end
                && is_alike(facts, made, **call)
        };
        let releases: Vec<ExprId> = taking.iter().filter(after).copied().collect();
        let entry = Growth { at: made, expr: made, function, key: None, value: growth.value, by_read: false };
        undo::on_some_way(context, held, &entry, &releases).filter(|_| !releases.is_empty())
    })
}

/// The one function of several places, if there is only one.
fn only(mut functions: impl Iterator<Item = FunctionId>) -> Option<FunctionId> {
    let first = functions.next()?;
    functions.all(|function| function == first).then_some(first)
}

/// Whether an entry is made of nothing but what a function is told.
fn is_told(facts: &Facts, entry: ExprId, function: FunctionId) -> bool {
    match facts.kind(entry) {
        ExprKind::Collection { items, .. } => facts.list(items).iter().all(|item| is_told(facts, *item, function)),
        _ => facts.binding_of(entry).is_some_and(|binding| {
            matches!(facts.binding(binding).kind, BindingKind::Parameter(_))
                && facts.function(function).params.iter().any(|param| param.binding == binding)
        }),
    }
}

/// Whether a removal names what its function is told.
fn is_named(facts: &Facts, release: ExprId, function: FunctionId) -> bool {
    facts.args(release).first().is_some_and(|named| is_told(facts, *named, function))
}

/// Whether two calls are told the same things, of which the caller has made one.
fn is_alike(facts: &Facts, made: ExprId, taken: ExprId) -> bool {
    let (ours, theirs) = (facts.args(made), facts.args(taken));
    ours.len() == theirs.len()
        && ours.iter().zip(theirs).all(|(one, other)| undo::is_same(facts, *one, *other))
        && ours.iter().any(|one| undo::is_new(facts, *one))
}
