//! A field that is filled again while it still holds a handle, by a method that runs more than once.

use super::Context;
use super::fate::{Fate, HELPERS, fates};
use super::field::{Kept, has_unknown_base};
use super::obligation::Ledger;
use super::verdict;
use crate::facts::{ExprId, ExprKind, Facts, FunctionId, StepKind};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};

/// The finding about a field that somebody releases, but not before it is filled again.
pub fn check(context: &Context, ledger: &Ledger, kept: &Kept) -> Option<Finding> {
    let facts = context.facts;
    let method = facts.function_of(kept.obligation.call);
    let function = facts.function(method);
    let (Some(_), Some(named)) = (function.owner, function.name) else { return None };
    if function.traits.is_constructor || function.traits.is_teardown || minds(ledger, kept, method, kept.obligation.call) {
        return None;
    }
    let again = calls_of(facts, method).find(|call| {
        let caller = facts.function_of(*call);
        let around = facts.method_of(caller).map(|id| facts.function(id));
        let repeats = around.is_some_and(|around| !around.traits.is_constructor) && caller != method;
        repeats && uses(facts, kept, caller, *call) && !minds(ledger, kept, caller, *call)
    })?;
    let kind = &kept.obligation.resource.kind;
    let (ty, name, named) = (facts.text(facts.ty(kept.ty).name), facts.text(kept.name), facts.text(named));
    let message = format!("`{named}` fills `{ty}.{name}` again without releasing the {kind} it holds");
    let mut finding = context.finding(kept.obligation.call, message, format!("the {kind} is acquired here"));
    finding.related.push(Mark::new(Role::Context, context.span(again), format!("`{named}` is called here with the former {kind} in place")));
    let text = format!("`{named}` runs more than once, and nothing releases the former {kind} before");
    finding.evidence.push(Evidence::supports(Weight::Fair, text).at(context.span(again)));
    if kept.obligation.resource.collected {
        finding.evidence.push(Evidence::doubts(Weight::Slight, "the former one is freed when it is overwritten, if nothing else refers to it"));
    }
    if has_unknown_base(facts, kept.ty) {
        finding.evidence.push(Evidence::doubts(Weight::Strong, "a base outside this file may release it"));
    }
    Some(verdict::finish(context, ledger, &kept.obligation, finding))
}

fn calls_of(facts: &Facts, method: FunctionId) -> impl Iterator<Item = ExprId> {
    facts.functions.iter().flat_map(|function| function.calls.iter().copied()).filter(move |call| facts.callee(*call).function == Some(method))
}

/// Every mention of the field in a function, before a point of it.
fn before<'f>(facts: &'f Facts, kept: &Kept, function: FunctionId, point: ExprId) -> impl Iterator<Item = ExprId> + use<'f> {
    let (name, end) = (kept.name, facts.expr(point).span.start);
    (0..facts.exprs.len() as u32).map(ExprId).filter(move |expr| {
        matches!(facts.kind(*expr), ExprKind::Field { name: own, .. } if own == name)
            && facts.expr(*expr).span.start < end
            && facts.function_of(*expr) == function
    })
}

/// Whether a function uses the handle in the field before a point, so that there is one.
fn uses(facts: &Facts, kept: &Kept, function: FunctionId, point: ExprId) -> bool {
    before(facts, kept, function, point).next().is_some()
}

/// Whether a function asks for or releases the former handle before a point, itself or through another method.
fn minds(ledger: &Ledger, kept: &Kept, function: FunctionId, point: ExprId) -> bool {
    let facts = ledger.facts;
    let resource = kept.obligation.resource;
    let cares = |expr: ExprId| {
        let found = fates(ledger, resource, expr, None, HELPERS);
        found.iter().any(|fate| !matches!(fate, Fate::Written | Fate::Used(_)))
    };
    let end = facts.expr(point).span.start;
    let helped = facts.function(function).calls.iter().any(|call| {
        let helper = facts.callee(*call).function.filter(|helper| *helper != function);
        let earlier = *call != point && facts.expr(*call).span.start < end;
        earlier && helper.is_some_and(|helper| touches(ledger, kept, helper))
    });
    helped || before(facts, kept, function, point).any(cares) || guarded(facts, point)
}

/// Whether a helper releases, replaces or asks for the field.
fn touches(ledger: &Ledger, kept: &Kept, helper: FunctionId) -> bool {
    let facts = ledger.facts;
    (0..facts.exprs.len() as u32).map(ExprId).any(|expr| {
        let own = matches!(facts.kind(expr), ExprKind::Field { name, .. } if name == kept.name) && facts.function_of(expr) == helper;
        let found = |expr| fates(ledger, kept.obligation.resource, expr, None, HELPERS);
        own && found(expr).iter().any(|fate| !matches!(fate, Fate::Used(_)))
    })
}

/// Whether a condition of the function decides; which one it is, and what it knows, is not followed.
fn guarded(facts: &Facts, point: ExprId) -> bool {
    facts.around(point).any(|around| match around {
        crate::facts::Around::Step(step) => matches!(facts.step(step).kind, StepKind::Branch { .. }),
        crate::facts::Around::Expr(_) => false,
    })
}
