//! What begins in an effect ends in what the effect returns.

use super::{Mender, ending, manage};
use crate::checks::lives::{callback, life};
use crate::facts::{ExprId, ExprKind, FunctionId, FunctionKind, Parent, StepId, StepKind};
use crate::finding::{Edit, Fix, Safety};
use crate::language::fill;

/// A statement of an effect after which there is something to let go of.
#[derive(Clone, Copy)]
pub struct Begin {
    /// The effect.
    pub function: FunctionId,
    /// The statement.
    pub step: StepId,
    /// The function that the effect returns already.
    end: Option<FunctionId>,
}

/// The effect of which a statement is a part, if what it returns can still be said.
pub fn begin(mender: &Mender, step: StepId) -> Option<Begin> {
    let (facts, words) = (mender.context.facts, &mender.context.words.words);
    let function = facts.function_of_step(facts.step(step));
    let own = facts.function(function);
    let closure = own.kind == FunctionKind::Closure && !own.traits.is_async;
    if mender.phrases.ending.is_empty() || !closure || life::start(facts, words, function) != life::Start::Effect {
        return None;
    }
    // What may be skipped has nothing to end.
    if facts.step(step).parent != Parent::None || !own.body.contains(&step) || mender.statement_value(step).is_none() {
        return None;
    }
    let here = |other: &crate::facts::Step| facts.function_of_step(other) == function;
    let leaves = |other: &crate::facts::Step| matches!(other.kind, StepKind::Exit { .. }) && here(other);
    let later = facts.steps.iter().filter(|other| leaves(other) && other.span.start > facts.step(step).span.start).count();
    let end = match life::returned(facts, function).as_slice() {
        [] if later == 0 => None,
        [only] if later == 1 && own.body.last().is_some_and(|last| leaves(facts.step(*last))) => {
            Some(callback::function_behind(facts, *only).filter(|end| facts.function(*end).kind == FunctionKind::Closure)?)
        }
        _ => return None,
    };
    Some(Begin { function, step, end })
}

impl Mender<'_> {
    /// The expression that a step evaluates.
    pub fn statement_value(&self, step: StepId) -> Option<ExprId> {
        match self.context.facts.step(step).kind {
            StepKind::Evaluate(value) => Some(value),
            _ => None,
        }
    }
}

/// Adds a statement to what an effect returns.
pub fn end(mender: &Mender, begin: Begin, statement: &str) -> Option<Edit> {
    if let Some(end) = begin.end {
        return ending::append_to_effect(mender, end, statement, begin.step);
    }
    let ending = fill(&mender.phrases.ending, &[("value", statement)]);
    // What leaves earlier has begun nothing; only behind what begins is there something to end.
    ending::last(mender, begin.function, &ending, begin.step)
}

/// A timer, connection or observer that an effect makes is let go of when the effect ends.
pub fn resource(mender: &Mender, call: ExprId) -> Option<Fix> {
    let facts = mender.context.facts;
    let resource = manage::resource(mender, call).filter(|_| manage::ends_at_once(mender, call))?;
    let begin = begin(mender, facts.step_of(call)?)?;
    let value = mender.statement_value(begin.step)?;
    let mut edits = Vec::new();
    let name = match facts.kind(value) {
        ExprKind::Call { .. } if value == call => {
            let name = mender.name_for(&resource.kind, begin.function)?;
            let named = fill(&mender.phrases.declaration, &[("name", &name), ("value", mender.slice(call))]);
            edits.push(Edit::replace(facts.expr(call).span, named));
            name
        }
        ExprKind::Assign { target, value: Some(given), update: None, .. } if given == call => match facts.kind(target) {
            ExprKind::Name { name, binding: Some(binding) } if mender.is_local(binding, begin.function) => {
                // Another value that it is given later would be let go of in its place.
                if facts.binding(binding).definitions.len() != 1 {
                    return None;
                }
                facts.text(name).to_owned()
            }
            _ => return None,
        },
        _ => return None,
    };
    let statement = ending::release(mender, call, resource, &name, false)?;
    edits.push(end(mender, begin, &statement)?);
    Some(Fix::new(format!("End the {} with the effect", resource.kind), Safety::Safe, edits))
}
