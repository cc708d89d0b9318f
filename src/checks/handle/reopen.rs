//! A field that is filled again while it still holds a handle, by a method that runs more than once.

use super::base::has_unknown_base;
use super::fate::{Fate, HELPERS, fates};
use super::field::Kept;
use super::obligation::Ledger;
use super::verdict;
use crate::checks::Context;
use crate::facts::{Around, ExprId, ExprKind, Facts, FunctionId, StepKind};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};

/// The finding about a field that somebody releases, but not before it is filled again.
pub fn check(context: &Context, ledger: &Ledger, kept: &Kept) -> Option<Finding> {
    let facts = context.facts;
    let method = facts.function_of(kept.obligation.call);
    let function = facts.function(method);
    if function.owner.is_none() || function.traits.is_constructor || function.traits.is_teardown {
        return None;
    }
    let named = |expr: &ExprId| matches!(facts.kind(*expr), ExprKind::Field { name, .. } if name == kept.name);
    let all = (0..facts.exprs.len() as u32).map(ExprId).filter(named).collect();
    let mentions = Mentions { ledger, kept, all };
    if mentions.minded(method, kept.obligation.call) {
        return None;
    }
    let again = calls_of(facts, method).find(|call| {
        let caller = facts.function_of(*call);
        let around = facts.method_of(caller).map(|id| facts.function(id));
        let repeats = around.is_some_and(|around| !around.traits.is_constructor) && caller != method;
        repeats && mentions.used(caller, *call) && !mentions.minded(caller, *call)
    })?;
    Some(finding(context, ledger, kept, facts.text(function.name?), again))
}

fn finding(context: &Context, ledger: &Ledger, kept: &Kept, method: &str, again: ExprId) -> Finding {
    let facts = context.facts;
    let resource = kept.obligation.resource;
    let (ty, name, kind) = (facts.text(facts.ty(kept.ty).name), facts.text(kept.name), &resource.kind);
    let message = format!("`{method}` fills `{ty}.{name}` again without releasing the {kind} it holds");
    let mut finding = context.finding(kept.obligation.call, message, format!("the {kind} is acquired here"));
    let label = format!("`{method}` is called here with the former {kind} in place");
    finding.related.push(Mark::new(Role::Context, context.span(again), label));
    let text = format!("`{method}` runs more than once, and nothing releases the former {kind} before");
    finding.evidence.push(Evidence::supports(Weight::Fair, text).at(context.span(again)));
    if resource.collected {
        let text = "the former one is freed when it is overwritten, if nothing else refers to it";
        finding.evidence.push(Evidence::doubts(Weight::Slight, text));
    }
    if has_unknown_base(context, kept.ty) {
        finding.evidence.push(Evidence::doubts(Weight::Strong, "a base outside this file may release it"));
    }
    let release = verdict::release(resource, &format!("{}.{name}", facts.instance));
    finding.recommendation = format!("release the former one first ({release}), if there is one");
    verdict::finish(ledger, context, &kept.obligation, finding)
}

fn calls_of(facts: &Facts, method: FunctionId) -> impl Iterator<Item = ExprId> {
    facts
        .functions
        .iter()
        .flat_map(|function| function.calls.iter().copied())
        .filter(move |call| facts.callee(*call).function == Some(method))
}

/// The mentions of one field, in textual order of their table.
struct Mentions<'a, 'b> {
    ledger: &'b Ledger<'a>,
    kept: &'b Kept<'a>,
    all: Vec<ExprId>,
}

impl Mentions<'_, '_> {
    /// Every mention of the field in a function, before a point of it.
    fn before(&self, function: FunctionId, point: ExprId) -> impl Iterator<Item = ExprId> {
        let facts = self.ledger.facts;
        let end = facts.expr(point).span.start;
        let earlier = move |expr: &ExprId| facts.expr(*expr).span.start < end && facts.function_of(*expr) == function;
        self.all.iter().copied().filter(earlier)
    }

    /// Whether a function uses the handle in the field before a point, so that there is one.
    fn used(&self, function: FunctionId, point: ExprId) -> bool {
        self.before(function, point).next().is_some()
    }

    fn fates(&self, expr: ExprId) -> Vec<Fate> {
        fates(self.ledger, self.kept.obligation.resource, expr, None, HELPERS)
    }

    /// Whether a function asks for or releases the former handle before a point, itself or through another method.
    fn minded(&self, function: FunctionId, point: ExprId) -> bool {
        let facts = self.ledger.facts;
        let cares = |expr: ExprId| self.fates(expr).iter().any(|fate| !matches!(fate, Fate::Written | Fate::Used(_)));
        let end = facts.expr(point).span.start;
        let helped = facts.function(function).calls.iter().any(|call| {
            let helper = facts.callee(*call).function.filter(|helper| *helper != function);
            let earlier = *call != point && facts.expr(*call).span.start < end;
            earlier && helper.is_some_and(|helper| self.touched(helper))
        });
        helped || self.before(function, point).any(cares) || guarded(facts, point)
    }

    /// Whether a helper releases, replaces or asks for the field.
    fn touched(&self, helper: FunctionId) -> bool {
        let mut own = self.all.iter().filter(|expr| self.ledger.facts.function_of(**expr) == helper);
        own.any(|expr| self.fates(*expr).iter().any(|fate| !matches!(fate, Fate::Used(_))))
    }
}

/// Whether a condition of the function decides; which one it is, and what it knows, is not followed.
fn guarded(facts: &Facts, point: ExprId) -> bool {
    facts.around(point).any(|around| match around {
        Around::Step(step) => matches!(facts.step(step).kind, StepKind::Branch { .. }),
        Around::Expr(_) => false,
    })
}
