//! A field that is given nothing where a failure is dealt with, while the handle in it is still open.

use super::base::has_unknown_base;
use super::fate::{Fate, HELPERS, fates};
use super::field::Kept;
use super::obligation::Ledger;
use super::verdict;
use crate::checks::Context;
use crate::checks::lives::callback;
use crate::facts::{Around, Block, ExprId, ExprKind, Facts, Handler, Literal, Parent, StepKind};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};

/// The finding about a field that somebody releases, and that a handler empties without a release.
pub fn check(context: &Context, ledger: &Ledger, kept: &Kept) -> Option<Finding> {
    let facts = context.facts;
    let emptied = facts.mentions(kept.name).iter().copied().find(|at| is_lost(ledger, kept, *at))?;
    let resource = kept.obligation.resource;
    let (ty, name, kind) = (facts.text(facts.ty(kept.ty).name), facts.text(kept.name), &resource.kind);
    let message = format!("`{ty}.{name}` is given nothing after a failure while the {kind} in it is still open");
    let mut finding = context.finding(kept.obligation.call, message, format!("the {kind} is acquired here"));
    let label = format!("the {kind} is forgotten here, and not released");
    finding.related.push(Mark::new(Role::Context, context.span(emptied), label));
    let text = "the handler forgets it, so that no teardown finds it any more";
    finding.evidence.push(Evidence::supports(Weight::Fair, text).at(context.span(emptied)));
    if resource.collected {
        let text = "it is freed when it is overwritten, if nothing else refers to it";
        finding.evidence.push(Evidence::doubts(Weight::Slight, text));
    }
    if has_unknown_base(context, kept.ty) {
        finding.evidence.push(Evidence::doubts(Weight::Strong, "a base outside this file may release it"));
    }
    let release = verdict::release(resource, &format!("{}.{name}", facts.instance));
    finding.recommendation = format!("release it before the field is given nothing ({release})");
    Some(verdict::finish(ledger, context, &kept.obligation, finding))
}

/// Whether a mention of the field gives it nothing in a handler, although what has failed worked on the handle in it, and
/// nothing in the function lets go of that.
fn is_lost(ledger: &Ledger, kept: &Kept, at: ExprId) -> bool {
    let facts = ledger.facts;
    if !is_emptied(facts, at) || !is_own(facts, kept, at) {
        return false;
    }
    let Some((body, handler)) = handled(facts, at) else { return false };
    let here = facts.function_of(at);
    let mentions = || facts.mentions(kept.name).iter().copied().filter(|other| facts.function_of(*other) == here);
    let minds = |other: ExprId| {
        let found = fates(ledger, kept.obligation.resource, other, None, HELPERS);
        !found.iter().all(|fate| matches!(fate, Fate::Used(_) | Fate::Written | Fate::Tested | Fate::Dropped))
    };
    let own = |call: &ExprId| facts.callee(*call).receiver.is_some_and(|on| callback::is_instance(facts, on));
    let helped = facts.function(here).calls.iter().any(|call| own(call) && handler.span.contains(facts.expr(*call).span));
    !helped && !mentions().any(minds) && mentions().any(|other| facts.in_block(other, body) && is_worked_on(ledger, kept, other))
}

/// Whether a mention of a field is one of the instance itself.
fn is_own(facts: &Facts, kept: &Kept, at: ExprId) -> bool {
    let own = |base| callback::is_instance(facts, base) && facts.owner_of(facts.function_of(at)) == Some(kept.ty);
    matches!(facts.kind(at), ExprKind::Field { base, .. } if own(base))
}

fn is_emptied(facts: &Facts, at: ExprId) -> bool {
    let Parent::Expr(assign) = facts.expr(at).parent else { return false };
    match facts.kind(assign) {
        ExprKind::Assign { target, value: Some(value), .. } => target == at && facts.literal(value) == Some(Literal::Null),
        _ => false,
    }
}

/// What was tried, where an expression stands in the innermost handler for its failure.
fn handled(facts: &Facts, at: ExprId) -> Option<(&Block, &Handler)> {
    facts.around(at).find_map(|around| {
        let Around::Step(step) = around else { return None };
        let StepKind::Try { body, handlers, .. } = &facts.step(step).kind else { return None };
        let handler = handlers.iter().find(|handler| facts.in_block(at, &handler.body))?;
        Some((body, handler))
    })
}

/// Whether a method of the handle in the field is called that may fail and leaves it open.
fn is_worked_on(ledger: &Ledger, kept: &Kept, at: ExprId) -> bool {
    let facts = ledger.facts;
    let called = |field: ExprId| match facts.expr(field).parent {
        Parent::Expr(call) if facts.callee(call).receiver == Some(at) => Some(call),
        _ => None,
    };
    let Parent::Expr(field) = facts.expr(at).parent else { return false };
    called(field).is_some_and(|call| !ledger.is_harmless(kept.obligation.resource, call))
}
