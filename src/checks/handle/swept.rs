//! Handles that are put into a list, all of which is cleared away: `leftovers = [self.folder]`, `remove_all(leftovers)`.

use super::obligation::Ledger;
use crate::checks::lives::key;
use crate::facts::{BindingId, ExprId, ExprKind, Parent};

/// Whether a value becomes an element of a list that is given to a call which is named for clearing things away.
pub fn is_swept(ledger: &Ledger, at: ExprId) -> bool {
    let facts = ledger.facts;
    let sweeps = |list: ExprId| {
        let Parent::Expr(call) = facts.expr(list).parent else { return false };
        let named = facts.callee_name(call).is_some_and(|name| key::starts_with(&ledger.words.sweeping, name));
        named && facts.args(call).contains(&list)
    };
    let Parent::Expr(around) = facts.expr(at).parent else { return false };
    match facts.kind(around) {
        ExprKind::Collection { .. } if sweeps(around) => true,
        _ => list(ledger, at, around).is_some_and(|list| facts.binding(list).uses.iter().any(|mention| sweeps(*mention))),
    }
}

/// The variable with the list that a value is an element of, or is appended to.
fn list(ledger: &Ledger, at: ExprId, around: ExprId) -> Option<BindingId> {
    let facts = ledger.facts;
    match facts.kind(around) {
        ExprKind::Collection { .. } => match facts.expr(around).parent {
            Parent::Expr(assign) => match facts.kind(assign) {
                ExprKind::Assign { target, value: Some(value), .. } if value == around => facts.binding_of(target),
                _ => None,
            },
            _ => None,
        },
        ExprKind::Call { .. }
            if facts.args(around).contains(&at) && matches!(facts.method_name(around), Some("append" | "add")) =>
        {
            facts.callee(around).receiver.and_then(|list| facts.binding_of(list))
        }
        _ => None,
    }
}
