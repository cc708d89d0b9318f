//! Functions by which a promise is settled, which whoever makes one is given.

use crate::facts::{BindingKind, ExprId, Facts, Parent};

/// Whether a name is the function that settles a promise which is being made around it: `new Promise((resolve) => …)`.
/// `pending` are the last names of what makes one.
pub fn settles(facts: &Facts, pending: &[String], name: ExprId) -> bool {
    let Some(binding) = facts.binding_of(name) else { return false };
    let own = facts.binding(binding);
    let maker = facts.closure_expr(facts.scopes[own.scope.index()].function);
    let begins = |call| facts.callee_name(call).is_some_and(|name| pending.iter().any(|word| word == name));
    let made = maker.is_some_and(|closure| matches!(facts.expr(closure).parent, Parent::Expr(call) if begins(call)));
    matches!(own.kind, BindingKind::Parameter(_)) && made
}
