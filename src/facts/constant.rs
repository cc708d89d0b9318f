//! What stands in the source itself.

use super::{BindingKind, ExprId, ExprKind, Facts, Literal};

impl Facts {
    /// Whether an expression stands for one value that the source holds: a literal, what is made of such, a name in capitals,
    /// what an import, a type or a function is called.
    pub fn is_constant(&self, expr: ExprId) -> bool {
        let capitals = |name: &str| name.chars().all(|c| c.is_uppercase() || c == '_' || c.is_ascii_digit());
        match self.kind(expr) {
            ExprKind::Literal(literal) => literal != Literal::Other,
            // What is only joined of such is one, too: a text that is broken into lines.
            ExprKind::Collection { items, .. } | ExprKind::Operation { operands: items, .. } => {
                self.list(items).iter().all(|item| self.is_constant(*item))
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
