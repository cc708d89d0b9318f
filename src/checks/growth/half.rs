//! One end of a channel is kept, and the other is handed out: whoever has that drops it without a word.

use super::container::Growth;
use crate::checks::Context;
use crate::facts::{BindingId, ExitKind, ExprId, Facts, Source, StepKind};

/// The call that makes the channel of which one end is kept here, where the function returns the other end.
pub fn kept(context: &Context, growth: &Growth) -> Option<ExprId> {
    let facts = context.facts;
    let own = facts.binding_of(facts.peeled(growth.value?))?;
    let made = origin(facts, own)?;
    let name = facts.callee_name(facts.peeled(made))?;
    if !context.words.words.halves.iter().any(|word| word == name) {
        return None;
    }
    // The other end is the other part of the same value.
    let other = |part: ExprId| facts.binding_of(part).is_some_and(|id| id != own && origin(facts, id) == Some(made));
    let handed = |value: ExprId| facts.within(value).chain([value]).any(other);
    let mut steps = facts.steps_in(growth.function);
    steps
        .any(|step| match step.kind {
            StepKind::Exit { kind: ExitKind::Return, value: Some(value) } => handed(value),
            _ => false,
        })
        .then_some(made)
}

/// The value that a variable is one part of.
fn origin(facts: &Facts, binding: BindingId) -> Option<ExprId> {
    match facts.binding(binding).definitions.as_slice() {
        [only] => match only.source {
            Source::Unpacked(value, _) => Some(value),
            _ => None,
        },
        _ => None,
    }
}
