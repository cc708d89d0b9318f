//! Callbacks that a component puts on and takes off as one of its values changes, and that stay when it is taken away.

use super::check::Registered;
use super::identity::{self, Removal};
use crate::checks::Context;
use crate::checks::growth::undo;
use crate::checks::lives::life;
use crate::facts::{Around, ExprId, ExprKind, Facts, FunctionId, Parent};
use crate::finding::{Evidence, Weight};
use crate::rules::Lifetime;

/// What says that only a change of a value takes a callback off, and nothing at the end of the component that watches it.
pub fn left(context: &Context, one: &Registered) -> Option<Vec<Evidence>> {
    let facts = context.facts;
    let lasting = one.registration.lifetime == Lifetime::Process && !one.registration.shared && !one.registration.once;
    if !lasting || one.removal != Removal::Same || !watches(context, one.function) {
        return None;
    }
    let removals = identity::removals(context, one);
    let first = removals.first().copied()?;
    if !removals.iter().all(|call| facts.function_of(*call) == one.function) || !at_branch(facts, one.at, first) {
        return None;
    }
    let text = "only a change of what is watched takes it off, and a component that is taken away sees no more changes";
    let mut evidence = vec![
        Evidence::supports(Weight::Strong, text).at(facts.expr(first).span),
        Evidence::supports(Weight::Slight, "the emitter lives as long as the process"),
    ];
    evidence.extend(context.brief());
    Some(evidence)
}

/// Whether a removal is what happens instead of the registration, and does not come before it.
fn at_branch(facts: &Facts, at: ExprId, removal: ExprId) -> bool {
    let within = |arm: ExprId, expr: ExprId| facts.expr(arm).span.contains(facts.expr(expr).span);
    let chosen = facts.around(at).any(|around| match around {
        Around::Expr(expr) => match facts.kind(expr) {
            ExprKind::Choice { then, otherwise, .. } => {
                within(then, at) && within(otherwise, removal) || within(otherwise, at) && within(then, removal)
            }
            _ => false,
        },
        Around::Step(_) => false,
    });
    chosen || undo::excluded(facts, at, removal)
}

/// Whether a function is called by a component when one of its values changes: what `watch` is given in its set-up, or an
/// entry of its `watch`.
fn watches(context: &Context, function: FunctionId) -> bool {
    let (facts, words) = (context.facts, &context.words.words);
    let watcher = |name: &str| words.life.watchers.iter().any(|word| word == name);
    let Some(made) = facts.closure_expr(function) else { return false };
    let Parent::Expr(outer) = facts.expr(made).parent else { return false };
    match facts.kind(outer) {
        ExprKind::Call { callee, .. } => {
            let named = matches!(facts.kind(callee), ExprKind::Name { .. }) && facts.callee_name(outer).is_some_and(watcher);
            named && is_set_up(context, function)
        }
        ExprKind::Pair { .. } | ExprKind::Named { .. } => {
            let Parent::Expr(object) = facts.expr(outer).parent else { return false };
            let Parent::Expr(entry) = facts.expr(object).parent else { return false };
            match facts.kind(entry) {
                ExprKind::Pair { key, .. } => matches!(facts.kind(key), ExprKind::Name { name, .. } if watcher(facts.text(name))),
                ExprKind::Named { name, .. } => watcher(facts.text(name)),
                _ => false,
            }
        }
        _ => false,
    }
}

/// Whether a function stands in what each component does as it is set up.
fn is_set_up(context: &Context, function: FunctionId) -> bool {
    let (facts, words) = (context.facts, &context.words.words);
    facts.per_instance && facts.enclosing(function).skip(1).all(|id| facts.at_top(id))
        || facts.enclosing(function).skip(1).any(|id| {
            let named = life::name_of(facts, id).is_some_and(|name| facts.text(name) == "setup");
            named || life::is_shared_setup(facts, words, id)
        })
}
