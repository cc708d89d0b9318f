//! Keys that a function refuses unless something else knows them: there are no more of them than that has.

use super::container::{Growth, Held};
use crate::checks::Context;
use crate::facts::{Action, BindingId, BindingKind, ExprId, ExprKind, Facts, Operation, Operator, PlaceId, Source};
use crate::finding::{Evidence, Weight};

/// What speaks for a fixed set of keys: an unknown one is refused before the entry is made.
pub fn doubts(context: &Context, held: &Held, growth: &Growth) -> Option<Evidence> {
    let facts = context.facts;
    let key = facts.place(growth.key?)?;
    facts.refusals(growth.function, growth.at).find_map(|(step, condition)| {
        let (weight, text) = if asks_another(facts, held, key, condition) {
            (Weight::Decisive, "a key that something else does not know is refused first")
        } else if asks_for(facts, held, key, condition, growth) {
            (Weight::Strong, "what the key stands for is looked up first, and refused where there is none")
        } else {
            return None;
        };
        Some(Evidence::doubts(weight, text).at(step.span))
    })
}

/// Whether a condition asks another collection, or constants, for the key: `if name not in MODELS`.
fn asks_another(facts: &Facts, held: &Held, key: PlaceId, condition: ExprId) -> bool {
    match facts.kind(condition) {
        ExprKind::Operation { operator: Operator::NotIn | Operator::In, operands } => match facts.list(operands) {
            [asked, within] => facts.place(*asked) == Some(key) && facts.place(*within) != Some(held.place),
            _ => false,
        },
        ExprKind::Operation { operator: Operator::Not | Operator::Or, operands } => {
            facts.list(operands).iter().any(|part| asks_another(facts, held, key, *part))
        }
        ExprKind::Call { .. } => {
            let asks =
                facts.method_name(condition).is_some_and(|name| matches!(name, "has" | "contains" | "contains_key" | "includes"));
            let on = facts.callee(condition).receiver.and_then(|on| facts.place(on));
            asks && on.is_some()
                && on != Some(held.place)
                && facts.positional(condition, 0).is_some_and(|asked| facts.place(asked) == Some(key))
        }
        _ => false,
    }
}

/// Whether a condition tests what a call has found by the key: `user = find(name)`, `if user is None: raise …`.
fn asks_for(facts: &Facts, held: &Held, key: PlaceId, condition: ExprId, growth: &Growth) -> bool {
    let span = facts.expr(condition).span;
    let tested = |binding: &BindingId| facts.binding(*binding).uses.iter().any(|at| span.contains(facts.expr(*at).span));
    let found = |at: usize| {
        let own = &facts.bindings[at];
        own.kind == BindingKind::Variable
            && facts.scopes[own.scope.index()].function == growth.function
            && own.definitions.iter().any(|definition| match definition.source {
                Source::Assigned(value) => finds(facts, held, key, value),
                _ => false,
            })
    };
    (0..facts.bindings.len()).filter(|at| found(*at)).map(|at| BindingId(at as u32)).any(|binding| tested(&binding))
}

/// Whether a value is what a call hands out for the key, and not the entry that the collection has for it.
fn finds(facts: &Facts, held: &Held, key: PlaceId, value: ExprId) -> bool {
    match facts.kind(value) {
        ExprKind::Await(inner) | ExprKind::Try(inner) => finds(facts, held, key, inner),
        ExprKind::Call { .. } => {
            let own = |operation: &Operation| matches!(operation.action, Action::Method { call, .. } if call == value);
            let given = facts.args(value).iter().any(|arg| facts.place(*arg) == Some(key));
            given && !facts.operations(held.place).iter().any(own)
        }
        _ => false,
    }
}
