//! Registrations that are to end with the scope in which they are made, and are made when that scope is active no more.

use crate::checks::Context;
use crate::checks::lives::kept::{self, Fate};
use crate::facts::{BindingKind, ExprId, ExprKind, Facts, FunctionId};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};

/// Findings about calls that bind what they register to the active scope.
pub fn check(context: &Context) -> Vec<Finding> {
    let facts = context.facts;
    if context.words.scoped.is_empty() {
        return Vec::new();
    }
    let calls =
        facts.functions.iter().filter(|function| function.traits.is_async).flat_map(|function| function.calls.iter().copied());
    calls.filter(|call| is_scoped(context, *call)).filter_map(|call| judge(context, call)).collect()
}

/// Whether a call registers something with the active scope: by its path, or by its name alone if that is imported.
fn is_scoped(context: &Context, call: ExprId) -> bool {
    let facts = context.facts;
    let imported = match facts.kind(call) {
        ExprKind::Call { callee, .. } => {
            facts.binding_of(callee).is_some_and(|binding| matches!(facts.binding(binding).kind, BindingKind::Import(_)))
        }
        _ => false,
    };
    let (path, name) = (facts.callee_path(call), facts.callee_name(call));
    imported && context.words.scoped.iter().any(|word| word.fits(path, None) || word.fits(name, None))
}

fn judge(context: &Context, call: ExprId) -> Option<Finding> {
    let facts = context.facts;
    let function = facts.function_of(call);
    // What is kept can be stopped by hand.
    let kept = !matches!(kept::fate(facts, call), Fate::Dropped);
    if kept || facts.is_module(function) || facts.enclosing(function).any(|id| facts.function(id).traits.is_test) {
        return None;
    }
    let waited = awaited_before(facts, function, call)?;
    let name = facts.callee_name(call).unwrap_or_default();
    let message = format!("`{name}` is called after an `await`, when there is no scope to end what it registers");
    let mut finding = context.finding(call, message, "registered here".to_owned());
    finding.related.push(Mark::new(Role::Context, facts.expr(waited).span, "the scope is active only up to here"));
    "what is registered stays when the component has gone, with all that it refers to".clone_into(&mut finding.risk);
    "call it before the first `await` (on a reference that is filled later), or keep what it returns and stop it by hand"
        .clone_into(&mut finding.recommendation);
    finding.evidence.push(
        Evidence::supports(Weight::Fair, "the active scope is known only until the function waits").at(facts.expr(waited).span),
    );
    Some(finding.weigh(context.prior()))
}

/// An `await` of the same function that is over before the call.
fn awaited_before(facts: &Facts, function: FunctionId, call: ExprId) -> Option<ExprId> {
    let start = facts.expr(call).span.start;
    let awaits = facts.exprs.iter().enumerate().filter(|(_, expr)| {
        matches!(expr.kind, ExprKind::Await(_)) && expr.span.end <= start && facts.scopes[expr.scope.index()].function == function
    });
    awaits.map(|(at, _)| ExprId(at as u32)).next()
}
