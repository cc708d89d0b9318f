//! What stands in the source itself.

use super::{BindingKind, ExprId, ExprKind, Facts, Literal, Operator};

/// How deep expressions are looked into.
const HOPS: u32 = 12;

impl Facts {
    /// Whether an expression is a text that is put together of several parts.
    pub fn is_composed(&self, expr: ExprId) -> bool {
        self.is_joined(expr, HOPS)
    }

    /// The same, so many joins deep; a longer chain of them is made by a machine.
    fn is_joined(&self, expr: ExprId, hops: u32) -> bool {
        let Some(hops) = hops.checked_sub(1) else { return false };
        match self.kind(expr) {
            ExprKind::Literal(Literal::Other) => true,
            // A text with something in it is the list of what is in it.
            ExprKind::Other(parts) => !self.list(parts).is_empty(),
            ExprKind::Operation { operator: Operator::Add, operands } => {
                let parts = self.list(operands).iter();
                let texts = parts.filter(|part| self.literal(**part) == Some(Literal::Text) || self.is_joined(**part, hops));
                (1..self.list(operands).len()).contains(&texts.count())
            }
            _ => false,
        }
    }

    /// Whether an expression stands for one value that the source holds: a literal, what is made of such, a name in capitals,
    /// what an import, a type or a function is called.
    pub fn is_constant(&self, expr: ExprId) -> bool {
        self.is_written(expr, HOPS)
    }

    fn is_written(&self, expr: ExprId, hops: u32) -> bool {
        let Some(hops) = hops.checked_sub(1) else { return false };
        let capitals = |name: &str| name.chars().all(|c| c.is_uppercase() || c == '_' || c.is_ascii_digit());
        match self.kind(expr) {
            ExprKind::Literal(literal) => literal != Literal::Other,
            // What is only joined of such is one, too: a text that is broken into lines.
            ExprKind::Collection { items, .. } | ExprKind::Operation { operands: items, .. } => {
                self.list(items).iter().all(|item| self.is_written(*item, hops))
            }
            ExprKind::Field { name, .. } => capitals(self.text(name)),
            ExprKind::Name { name, binding } => {
                let fixed = |kind: BindingKind| matches!(kind, BindingKind::Function(_) | BindingKind::Type(_));
                capitals(self.text(name)) || binding.is_some_and(|binding| fixed(self.binding(binding).kind))
            }
            _ => false,
        }
    }
}
