//! Fields that are reached by names which are values, so that nothing shows which ones.

use crate::facts::{Action, ExprId, ExprKind, Facts, Operation, Parent, Place, Root, StepKind, TypeId};

/// How fields are reached by a name that is a value (`getattr(self, name)`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// By a name that stands there as text; which one the facts do not tell.
    Text,
    /// By a name that is computed: it may be any.
    Any,
}

/// How the fields of these types are reached by names, if they are.
pub fn reached(facts: &Facts, relatives: &[TypeId]) -> Option<Reach> {
    if facts.raii {
        return None;
    }
    let reach = |operation: &Operation| {
        let Action::Argument { call, position: 0 } = operation.action else { return None };
        let callee = facts.callee(call);
        let builtin =
            callee.receiver.is_none() && callee.function.is_none() && callee.constructs.is_none() && callee.path.is_some();
        let key = facts.positional(call, 1).filter(|_| builtin)?;
        match facts.kind(key) {
            ExprKind::Literal(_) => Some(Reach::Text).filter(|_| is_used(facts, call)),
            ExprKind::Name { .. } | ExprKind::Other(_) | ExprKind::Operation { .. } => Some(Reach::Any),
            _ => None,
        }
    };
    let places = relatives.iter().filter_map(|ty| facts.places.find(&Place { root: Root::Instance(*ty), path: Vec::new() }));
    places.flat_map(|place| facts.operations(place).iter().filter_map(reach).collect::<Vec<_>>()).max()
}

/// Whether more is done with the value of a call than to look at it (`hasattr`).
fn is_used(facts: &Facts, call: ExprId) -> bool {
    match facts.expr(call).parent {
        Parent::Expr(holder) => !matches!(facts.kind(holder), ExprKind::Operation { .. }),
        Parent::Step(step) => {
            !matches!(facts.step(step).kind, StepKind::Branch { .. } | StepKind::Loop { .. } | StepKind::Evaluate(_))
        }
        Parent::None => false,
    }
}
