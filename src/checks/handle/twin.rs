//! What else has the handle of a field, and releases it: another field of the instance, or a function that a helper makes.

use super::fate::{Fate, fates};
use super::field::Kept;
use super::obligation::Ledger;
use super::summary;
use crate::checks::lives::acquire;
use crate::checks::lives::callback;
use crate::facts::{BindingId, ExprId, ExprKind, Facts, Name, Parent};
use crate::rules::Resource;

/// The other fields that hold what a field is given: where it is made, or in a method of its own to which it is handed
/// there: `this.app = app; this.url = this.listen(app)`.
pub fn fields(facts: &Facts, kept: &Kept) -> Vec<Name> {
    let mut found = chained(facts, kept);
    if facts.exported.is_none() || facts.raii {
        return found;
    }
    let own = facts.function(facts.function_of(kept.obligation.call));
    for binding in named(facts, kept) {
        found.extend(stored(facts, binding));
        for call in own.calls.iter().copied() {
            let handed = facts.args(call).iter().any(|arg| facts.binding_of(*arg) == Some(binding));
            let method = facts.callee(call).function.filter(|id| handed && facts.function(*id).owner == Some(kept.ty));
            for param in method.map_or(&[][..], |method| &facts.function(method).params) {
                let given = |at: &ExprId| acquire::passed(facts, *at).iter().any(|arg| facts.binding_of(*arg) == Some(binding));
                if facts.binding(param.binding).uses.first().is_some_and(given) {
                    found.extend(stored(facts, param.binding));
                }
            }
        }
    }
    found.retain(|name| *name != kept.name);
    found
}

/// The other fields that one statement gives what is made: `self.read, self.write = self.ends = os.pipe()`.
fn chained(facts: &Facts, kept: &Kept) -> Vec<Name> {
    let (mut found, mut at) = (Vec::new(), kept.obligation.call);
    while let Parent::Expr(assign) = facts.expr(at).parent
        && let ExprKind::Assign { target, value: Some(value), .. } = facts.kind(assign)
        && value == at
    {
        if let ExprKind::Field { base, name } = facts.kind(target)
            && callback::is_instance(facts, base)
            && name != kept.name
        {
            found.push(name);
        }
        at = assign;
    }
    found
}

/// The variables whose value the field is given in the function that makes the handle.
fn named(facts: &Facts, kept: &Kept) -> Vec<BindingId> {
    let function = facts.function_of(kept.obligation.call);
    let fields = facts.mentions(kept.name).iter().copied().filter(|field| facts.function_of(*field) == function);
    let given = fields.filter_map(|field| match facts.expr(field).parent {
        Parent::Expr(assign) => match facts.kind(assign) {
            ExprKind::Assign { target, value: Some(value), .. } if target == field => facts.binding_of(value),
            _ => None,
        },
        _ => None,
    });
    given.collect()
}

/// The fields of the instance that are given a variable.
fn stored(facts: &Facts, binding: BindingId) -> Vec<Name> {
    let field = |at: &ExprId| {
        let Parent::Expr(assign) = facts.expr(*at).parent else { return None };
        let ExprKind::Assign { target, value: Some(value), .. } = facts.kind(assign) else { return None };
        match facts.kind(target) {
            ExprKind::Field { base, name } if value == *at && callback::is_instance(facts, base) => Some(name),
            _ => None,
        }
    };
    facts.binding(binding).uses.iter().filter_map(field).collect()
}

/// Whether a helper of this file makes a function that releases what it is given, for somebody to call later.
pub fn is_released_by(ledger: &Ledger, resource: &Resource, call: ExprId, arg: ExprId) -> bool {
    let facts = ledger.facts;
    if facts.exported.is_none() || facts.raii || !facts.args(call).contains(&arg) {
        return false;
    }
    let releases = |at: &ExprId| fates(ledger, resource, *at, None, 0).iter().any(|fate| matches!(fate, Fate::Released(_)));
    summary::parameter(ledger, call, arg).is_some_and(|param| facts.binding(param).uses.iter().any(releases))
}
