//! The expressions directly inside an expression, in the order in which they are evaluated.

use super::{ExprId, ExprKind, Facts, FunctionId, FunctionKind, Parent, Source};

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

    /// Whether a function stands in a closure that whoever is given it may call later, or again, and not in code that runs
    /// when the function with a name around it does, or the module.
    pub fn is_deferred(&self, function: FunctionId) -> bool {
        let closures = self.enclosing(function).take_while(|id| self.function(*id).kind == FunctionKind::Closure);
        closures.into_iter().any(|id| !self.runs_in_place(id))
    }

    /// Whether a closure runs once where it stands: it is called on the spot, or goes through what is there, or is what is
    /// done next.
    fn runs_in_place(&self, closure: FunctionId) -> bool {
        let own = self.function(closure);
        let visits = |definition: &super::Definition| matches!(definition.source, Source::Iterated(_));
        let visited = own.params.first().is_some_and(|param| self.binding(param.binding).definitions.iter().any(visits));
        let continues = || match self.closure_expr(closure).map(|made| self.expr(made).parent) {
            Some(Parent::Expr(call)) => self.callee_name(call).is_some_and(|name| IN_PLACE.contains(&name)),
            _ => false,
        };
        own.traits.is_immediate || visited || continues()
    }
}

/// Calls that run the closure that they are given once.
const IN_PLACE: [&str; 6] = ["then", "catch", "finally", "Promise", "reduce", "sort"];
