//! Keys that a function refuses unless something else knows them: there are no more of them than that has.

use super::container::{Growth, Held};
use crate::checks::Context;
use crate::facts::{
    Action, BindingId, BindingKind, ExitKind, ExprId, ExprKind, Facts, Literal, Operation, Operator, Place, PlaceId, Root,
    Source, Step, StepId, StepKind,
};
use crate::finding::{Evidence, Weight};

/// What speaks for a fixed set of keys: an unknown one is refused before the entry is made.
pub fn doubts(context: &Context, held: &Held, growth: &Growth) -> Option<Evidence> {
    let facts = context.facts;
    let key = facts.place(growth.key?)?;
    refusals(facts, growth).find_map(|(step, condition)| {
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

/// The branches before the growth that leave its function, with their conditions.
fn refusals<'a>(facts: &'a Facts, growth: &Growth) -> impl Iterator<Item = (&'a Step, ExprId)> {
    let (function, start) = (growth.function, facts.expr(growth.at).span.start);
    let before = facts.steps_in(function).filter(move |step| step.span.end <= start);
    before.filter_map(|step| Some((step, refusal(facts, &step.kind)?)))
}

/// The condition of a branch that leaves the function and does nothing else.
fn refusal(facts: &Facts, kind: &StepKind) -> Option<ExprId> {
    let StepKind::Branch { condition, then, otherwise } = kind else { return None };
    let leaves =
        |step: &StepId| matches!(facts.step(*step).kind, StepKind::Exit { kind: ExitKind::Return | ExitKind::Raise, .. });
    (otherwise.is_empty() && then.last().is_some_and(leaves)).then_some(*condition)
}

/// Whether a function leaves at once when it has run before: `if self.loop is not None: return`, and later `self.loop = …`.
pub fn runs_once(facts: &Facts, growth: &Growth) -> bool {
    refusals(facts, growth).any(|(_, condition)| {
        let flag = match facts.kind(condition) {
            ExprKind::Operation { operator: Operator::IsNot | Operator::Is, operands } => facts.list(operands).first().copied(),
            ExprKind::Name { .. } | ExprKind::Field { .. } => Some(condition),
            _ => None,
        };
        let lasts = |place: &PlaceId| {
            let Place { root, path } = facts.places.get(*place);
            match root {
                Root::Instance(_) | Root::Static(_) => !path.is_empty(),
                Root::Binding(binding) => path.is_empty() && facts.is_global(*binding),
                Root::External(_) => false,
            }
        };
        let set = |place: PlaceId| {
            facts.operations(place).iter().any(|operation| {
                let given = match operation.action {
                    Action::Assign(Source::Assigned(value)) => {
                        !matches!(facts.literal(value), Some(Literal::Null | Literal::Bool(false)))
                    }
                    _ => false,
                };
                given && operation.function == growth.function
            })
        };
        flag.and_then(|flag| facts.place(flag)).filter(lasts).is_some_and(set)
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
