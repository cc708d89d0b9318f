//! Dotted paths through imports and builtins.

use super::{BindingId, BindingKind, ExprId, ExprKind, Facts, Source};

/// How many fields and names are followed in a row.
const HOPS: u32 = 6;

/// The last name of a dotted path.
pub fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

impl Facts {
    /// The dotted path of what an expression names or, if it is a call, of what that calls: a decorator with or without
    /// arguments.
    pub fn path_of(&self, expr: ExprId) -> Option<String> {
        self.callee_path(expr).map(str::to_owned).or_else(|| self.dotted(expr))
    }

    /// The dotted path of a name or field chain that starts at an import or a builtin.
    pub fn dotted(&self, expr: ExprId) -> Option<String> {
        match self.kind(expr) {
            ExprKind::Name { name, binding: None } => Some(self.text(name).to_owned()),
            ExprKind::Name { binding: Some(binding), .. } => match self.binding(binding).kind {
                BindingKind::Import(path) => Some(self.text(path).to_owned()),
                BindingKind::Variable => self.dotted_alias(binding),
                _ => None,
            },
            ExprKind::Field { base, name } => self.dotted(base).map(|base| format!("{base}.{}", self.text(name))),
            ExprKind::Call { .. } => self.modules.get(&expr).map(|path| self.text(*path).to_owned()),
            ExprKind::Await(inner) => self.modules.get(&inner).map(|path| self.text(*path).to_owned()),
            // `Dict[str, int]` names the same type as `Dict`.
            ExprKind::Index { base, .. } => self.dotted(base),
            _ => None,
        }
    }

    /// `name = imported.thing` is that thing by another name.
    fn dotted_alias(&self, binding: BindingId) -> Option<String> {
        let [only] = self.binding(binding).definitions.as_slice() else { return None };
        let Source::Assigned(value) = only.source else { return None };
        self.imported(value, HOPS)
    }

    pub(crate) fn imported(&self, expr: ExprId, hops: u32) -> Option<String> {
        match self.kind(expr) {
            ExprKind::Call { .. } => self.modules.get(&expr).map(|path| self.text(*path).to_owned()),
            ExprKind::Await(inner) if hops > 0 => self.imported(inner, hops - 1),
            ExprKind::Name { binding: Some(binding), .. } => match self.binding(binding).kind {
                BindingKind::Import(path) => Some(self.text(path).to_owned()),
                _ => None,
            },
            ExprKind::Field { base, name } if hops > 0 => Some(format!("{}.{}", self.imported(base, hops - 1)?, self.text(name))),
            _ => None,
        }
    }
}
