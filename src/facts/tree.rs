//! The expressions directly inside an expression, in the order in which they are evaluated.

use super::{ExprId, ExprKind, Facts, FunctionId};

impl Facts {
    /// What is evaluated before an expression itself: values before their targets, a callee before its arguments. What
    /// a closure holds runs at a time of its own and is left out.
    pub fn operands(&self, expr: ExprId) -> Vec<ExprId> {
        match self.kind(expr) {
            ExprKind::Name { .. } | ExprKind::This | ExprKind::Literal(_) | ExprKind::Closure(_) => Vec::new(),
            ExprKind::Field { base, .. } => vec![base],
            ExprKind::Index { base, key } => std::iter::once(base).chain(key).collect(),
            ExprKind::Call { callee, args } => std::iter::once(callee).chain(self.list(args).iter().copied()).collect(),
            ExprKind::Named { value, .. } | ExprKind::Spread(value) | ExprKind::Await(value) | ExprKind::Try(value) => {
                vec![value]
            }
            ExprKind::Collection { items: list, .. }
            | ExprKind::Delete(list)
            | ExprKind::Operation { operands: list, .. }
            | ExprKind::Other(list) => self.list(list).to_vec(),
            // The clauses come last in the table and first in time.
            ExprKind::Comprehension { parts, .. } => self.list(parts).iter().rev().copied().collect(),
            ExprKind::Pair { key, value } => vec![key, value],
            ExprKind::Each { target, iterable } => vec![iterable, target],
            ExprKind::Yield { value, .. } => value.into_iter().collect(),
            ExprKind::Assign { target, value, .. } => value.into_iter().chain([target]).collect(),
            ExprKind::Choice { condition, then, otherwise } => vec![condition, then, otherwise],
        }
    }

    /// The expression that makes a closure.
    pub fn closure_expr(&self, function: FunctionId) -> Option<ExprId> {
        self.function(function).made
    }
}
