use super::{ExprId, ExprKind, Facts, Name};
use serde::{Deserialize, Serialize};

/// The parameter that an argument reaches, by position or by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Slot<T> {
    /// By position, the receiver not counted.
    At(u32),
    /// By name.
    Named(T),
}

impl<T> Slot<T> {
    /// The same parameter, its name told in another way.
    pub fn map<U>(self, name: impl FnOnce(T) -> U) -> Slot<U> {
        match self {
            Self::At(at) => Slot::At(at),
            Self::Named(own) => Slot::Named(name(own)),
        }
    }
}

impl Facts {
    /// The parameter that an argument of a call reaches, if no spread hides it.
    pub fn slot(&self, call: ExprId, arg: ExprId) -> Option<Slot<Name>> {
        if let ExprKind::Named { name, .. } = self.kind(arg) {
            return Some(Slot::Named(name));
        }
        let at = self.args(call).iter().position(|own| *own == arg)?;
        let spread = self.args(call)[..=at].iter().any(|arg| matches!(self.kind(*arg), ExprKind::Spread(_)));
        (!spread).then_some(Slot::At(at as u32))
    }
}
