//! Keys that a function refuses unless something else knows them: there are no more of them than that has.

use super::container::{Growth, Held};
use crate::checks::Context;
use crate::checks::lives::key;
use crate::facts::{
    Action, Around, BindingId, BindingKind, ExitKind, ExprId, ExprKind, Facts, Handler, Operation, Operator, PlaceId, Source,
    StepKind,
};
use crate::finding::{Evidence, Weight};

/// What speaks for a fixed set of keys: an unknown one is refused before the entry is made.
pub fn doubts(context: &Context, held: &Held, growth: &Growth) -> Option<Evidence> {
    let facts = context.facts;
    let key = facts.place(growth.key?)?;
    if let Some(at) = misses(context, held, key, growth) {
        let text = "a key that something else does not know fails first, and then nothing is kept under it";
        return Some(Evidence::doubts(Weight::Decisive, text).at(facts.expr(at).span));
    }
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

/// The call before the entry is made that is given the key, and whose failure to know it leaves the function:
/// `try: zone = find(name)`, `except KeyError: raise UnknownZone(name)`.
fn misses(context: &Context, held: &Held, key: PlaceId, growth: &Growth) -> Option<ExprId> {
    let facts = context.facts;
    let before = |call: &ExprId| facts.expr(*call).span.end <= facts.expr(growth.at).span.start;
    let calls = facts.function(growth.function).calls.iter().copied().filter(before);
    calls.filter(|call| finds(facts, held, key, *call)).find(|call| {
        facts.around(*call).any(|around| match around {
            Around::Step(step) => match &facts.step(step).kind {
                StepKind::Try { body, handlers, .. } if facts.in_block(*call, body) => {
                    handlers.iter().any(|handler| is_told_unknown(context, handler))
                }
                _ => false,
            },
            Around::Expr(_) => false,
        })
    })
}

/// Whether a handler leaves the function when nothing is known under a key.
fn is_told_unknown(context: &Context, handler: &Handler) -> bool {
    let facts = context.facts;
    let leaves = handler
        .body
        .last()
        .is_some_and(|last| matches!(facts.step(*last).kind, StepKind::Exit { kind: ExitKind::Raise | ExitKind::Return, .. }));
    let named =
        |caught: ExprId| key::last_name(facts, caught).is_some_and(|name| key::ends_with(&context.words.words.unknown, name));
    let caught = handler.catches.filter(|_| leaves);
    caught.is_some_and(|caught| match facts.kind(caught) {
        ExprKind::Collection { items, .. } | ExprKind::Other(items) => facts.list(items).iter().any(|one| named(*one)),
        _ => named(caught),
    })
}
