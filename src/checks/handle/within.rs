//! What a teardown gets out of a handle, and releases: `self.client.get_transport().close()` ends the client with it.

use super::obligation::Ledger;
use crate::facts::{ExprId, ExprKind, Facts, Parent};
use crate::rules::Resource;

/// How many steps lead from the handle to what is inside of it.
const DEEP: u32 = 3;

/// Whether what is inside the value of `at`, got by a field or by a method without arguments that is named for that, is
/// released in a teardown.
pub fn is_ended(ledger: &Ledger, resource: &Resource, at: ExprId) -> bool {
    !ledger.facts.raii && inner(ledger.facts, at).is_some_and(|inner| ends(ledger, resource, inner, DEEP))
}

/// The field of a value, or what a method hands out that only looks for it.
fn inner(facts: &Facts, at: ExprId) -> Option<ExprId> {
    let Parent::Expr(field) = facts.expr(at).parent else { return None };
    let ExprKind::Field { base, name } = facts.kind(field) else { return None };
    if base != at {
        return None;
    }
    let Parent::Expr(call) = facts.expr(field).parent else { return Some(field) };
    match facts.kind(call) {
        ExprKind::Call { callee, .. } if callee == field => {
            let gets = facts.text(name).strip_prefix("get").is_some_and(|rest| !rest.is_empty());
            (gets && facts.args(call).is_empty()).then_some(call)
        }
        _ => Some(field),
    }
}

/// Whether a value, or one of the names that it is given, is released in a teardown, or what is inside of it.
fn ends(ledger: &Ledger, resource: &Resource, value: ExprId, left: u32) -> bool {
    let facts = ledger.facts;
    let Some(less) = left.checked_sub(1) else { return false };
    if is_released(ledger, resource, value) || inner(facts, value).is_some_and(|inner| ends(ledger, resource, inner, less)) {
        return true;
    }
    let Parent::Expr(assign) = facts.expr(value).parent else { return false };
    let ExprKind::Assign { target, value: Some(given), update: None, .. } = facts.kind(assign) else { return false };
    let Some(name) = facts.binding_of(target).filter(|_| given == value) else { return false };
    facts.binding(name).uses.iter().any(|mention| ends(ledger, resource, *mention, less))
}

/// Whether the method that is called on a value ends it for good, within a teardown. What a handle has inside may know
/// words of its own that also let go of less (`clear`), so only the plainest counts.
fn is_released(ledger: &Ledger, resource: &Resource, value: ExprId) -> bool {
    let facts = ledger.facts;
    let Parent::Expr(field) = facts.expr(value).parent else { return false };
    let ExprKind::Field { base, name } = facts.kind(field) else { return false };
    let Parent::Expr(call) = facts.expr(field).parent else { return false };
    let called = base == value && matches!(facts.kind(call), ExprKind::Call { callee, .. } if callee == field);
    let name = facts.text(name);
    let plain = resource.release.first().is_some_and(|word| word == name) || ledger.is_final(name);
    let teardown = || facts.enclosing(facts.function_of(call)).any(|function| facts.function(function).traits.is_teardown);
    called && plain && teardown()
}
