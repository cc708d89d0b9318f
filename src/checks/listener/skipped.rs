//! Callbacks that are taken off at the end of the function that registers them, and not on every way out of it.

use super::check::Registered;
use super::identity;
use super::reach::{self, Reach};
use crate::checks::Context;
use crate::checks::growth::undo;
use crate::checks::handle::way::{Leaving, Way};
use crate::checks::lives::kept::{self, Fate};
use crate::checks::lives::lifetime;
use crate::facts::{BindingId, ExprId, FunctionKind};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};

/// Findings about callbacks on emitters that somebody else keeps. Only in languages that neither declare types nor exports:
/// there every call may raise, and whoever waits may be cancelled.
pub fn check(context: &Context, all: &[Registered]) -> Vec<Finding> {
    let facts = context.facts;
    if facts.typed || facts.exported.is_some() || context.words.words.drawn.is_empty() {
        return Vec::new();
    }
    all.iter().filter(|one| lasts(context, one)).filter_map(|one| skipped(context, one)).collect()
}

/// Whether what is registered stays on something that lives longer than the call.
fn lasts(context: &Context, one: &Registered) -> bool {
    let facts = context.facts;
    let reach = one.emitter.map_or(Reach::Unknown, |emitter| reach::of(facts, emitter));
    let field = || one.emitter.is_some_and(|emitter| facts.place(emitter).is_some_and(|place| is_field(context, place)));
    let function = facts.function(one.function);
    let named = function.kind == FunctionKind::Named && !function.traits.is_test && !function.traits.is_constructor;
    let listed = !one.registration.collections.is_empty();
    named && !listed && !one.registration.once && !one.registration.ends && (reach >= Reach::Given || field())
}

/// Whether a place is a field of the instance.
fn is_field(context: &Context, place: crate::facts::PlaceId) -> bool {
    let place = context.facts.places.get(place);
    matches!(place.root, crate::facts::Root::Instance(_)) && !place.path.is_empty()
}

fn skipped(context: &Context, one: &Registered) -> Option<Finding> {
    let facts = context.facts;
    let ends = ends(context, one)?;
    let way = undo::leaving(context, one.at, &ends, false)?;
    let removal = *ends.first()?;
    let kind = &one.registration.kind;
    let message = format!("the {kind} stays registered on a way out that skips its removal");
    let mut finding = context.finding(one.at, message, "registered here".to_owned());
    finding.related.push(Mark::new(Role::Exit, way.at, "this leaves without removing it"));
    finding.related.push(Mark::new(Role::Release, facts.expr(removal).span, "it is removed here"));
    finding.path.push(Mark::new(Role::Acquire, facts.expr(one.at).span, "registered here"));
    finding.path.push(Mark::new(Role::Exit, way.at, "this leaves without removing it"));
    "each call that leaves this way adds one that is called for ever".clone_into(&mut finding.risk);
    "remove it in a `finally`".clone_into(&mut finding.recommendation);
    finding.evidence.push(Evidence::supports(Weight::Fair, "the function removes it itself, so nobody else will"));
    finding.evidence.push(told(&way));
    Some(finding.weigh(context.prior()))
}

/// What the way out says.
fn told(way: &Way) -> Evidence {
    match way.leaving {
        Leaving::Fail { .. } => {
            Evidence::supports(Weight::Slight, "what is waited for in between can fail, or be cancelled").at(way.at)
        }
        _ => Evidence::supports(Weight::Strong, "an explicit way out skips the removal").at(way.at),
    }
}

/// Where the function that registers takes the callback off again, if that is all there is.
fn ends(context: &Context, one: &Registered) -> Option<Vec<ExprId>> {
    let facts = context.facts;
    // What has a name of its own in the function is taken back by that name.
    let ends: Vec<ExprId> = match handle(context, one) {
        Some(handle) => facts.binding(handle).uses.iter().filter_map(|at| ended(context, one, *at)).collect(),
        None => identity::removals(context, one),
    };
    let here = |call: &ExprId| facts.function_of(*call) == one.function;
    let after = |call: &ExprId| facts.expr(*call).span.start > facts.expr(one.at).span.start;
    // What is taken off on a condition, or for some of several, is meant to stay otherwise.
    let around = lifetime::conditions(facts, one.at);
    let plain = |call: &ExprId| {
        let asked = lifetime::conditions(facts, *call).iter().any(|condition| !around.contains(condition));
        !asked && !facts.in_handler(*call) && facts.loop_around(*call) == facts.loop_around(one.at)
    };
    (!ends.is_empty() && ends.iter().all(|call| here(call) && after(call)) && ends.iter().any(plain)).then_some(ends)
}

/// The variable that has what the registration gives, by which it is taken back.
fn handle(context: &Context, one: &Registered) -> Option<BindingId> {
    let Fate::Kept(target) = kept::fate(context.facts, one.at) else { return None };
    context.facts.binding_of(target)
}

/// The call that takes the registration back by what it gave: `bus.unsubscribe(handle)`, `handle.cancel()`.
fn ended(context: &Context, one: &Registered, mention: ExprId) -> Option<ExprId> {
    let facts = context.facts;
    let crate::facts::Parent::Expr(around) = facts.expr(mention).parent else { return None };
    let removes = |call: ExprId| {
        one.registration.remove.iter().any(|pattern| pattern.fits(facts.callee_path(call), facts.method_name(call)))
            && facts.args(call).contains(&mention)
    };
    if removes(around) {
        return Some(around);
    }
    let crate::facts::Parent::Expr(call) = facts.expr(around).parent else { return None };
    let named = facts.method_name(call).is_some_and(|name| one.registration.disposer.iter().any(|word| word == name));
    (named && facts.callee(call).receiver == Some(mention)).then_some(call)
}
