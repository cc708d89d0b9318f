//! Fields that are filled when they are first asked for, and that somebody empties again: `if self._pool is None` asks for a
//! pool, and not whether what goes with it was done before.

use super::lifetime;
use super::owner;
use crate::facts::{Action, ExprId, Facts, FunctionId, FunctionKind, Literal, Operation, Place, PlaceId, Root, Source};

/// Where another function than these gives a field nothing while its instance is in use.
pub fn emptied(facts: &Facts, place: PlaceId, family: &[FunctionId]) -> Option<ExprId> {
    let field = match facts.places.get(place) {
        Place { root: Root::Instance(_) | Root::Static(_), path } => path.len() == 1,
        Place { .. } => false,
    };
    let resets = |operation: &&Operation| match operation.action {
        Action::Assign(Source::Assigned(value)) => facts.literal(value) == Some(Literal::Null),
        _ => false,
    };
    let apart = |operation: &&Operation| {
        let own = facts.function(operation.function);
        !own.traits.is_constructor && own.kind == FunctionKind::Named && !family.contains(&operation.function)
    };
    let found = facts.operations(place).iter().filter(|_| field && facts.exported.is_none()).filter(apart).find(resets);
    found.map(|operation| operation.expr)
}

/// Where a field is emptied that is asked for before an expression, so that what is done there is done once more.
pub fn again(facts: &Facts, at: ExprId) -> Option<ExprId> {
    let family: Vec<FunctionId> = facts.enclosing(facts.function_of(at)).collect();
    let conditions = lifetime::conditions(facts, at).into_iter().chain(owner::leaving(facts, at));
    let spans: Vec<_> = conditions.map(|condition| facts.expr(condition).span).collect();
    let asked = facts.places.iter().filter(|(id, _)| {
        let inside = |operation: &Operation| spans.iter().any(|span| span.contains(facts.expr(operation.expr).span));
        let filled =
            |operation: &Operation| matches!(operation.action, Action::Assign(_)) && family.contains(&operation.function);
        !spans.is_empty() && facts.operations(*id).iter().any(inside) && facts.operations(*id).iter().any(filled)
    });
    asked.map(|(id, _)| id).find_map(|id| emptied(facts, id, &family))
}
