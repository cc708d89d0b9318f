//! The ways by which an effect leaves without the clean-up that it returns on others.

use super::callback;
use super::life::{self, Start};
use super::owner;
use crate::facts::{
    Around, BindingKind, ExitKind, ExprId, ExprKind, Facts, FunctionId, FunctionKind, Literal, Name, Operator, Parent, Step,
    StepId, StepKind,
};
use crate::finding::{Evidence, Weight};
use crate::rules::Words;
use crate::source::Span;

/// What says that an effect leaves on some way without what ends a thing that it has begun there: all the calls that end it
/// stand in clean-ups which the effect returns on other ways.
pub fn bare(facts: &Facts, words: &Words, begun: ExprId, ends: &[ExprId]) -> Option<Evidence> {
    let effect = facts.function_of(begun);
    let own = facts.function(effect);
    let starts = own.kind == FunctionKind::Closure && life::start(facts, words, effect) == Start::Effect;
    let returned = life::returned(facts, effect);
    let cleans = |end: &ExprId| {
        let holds = |value: &&ExprId| is_within(facts, **value, facts.function_of(*end));
        returned.iter().find(holds).is_some_and(|value| is_only_returned(facts, *value, &returned))
    };
    if !starts || own.traits.is_async || ends.is_empty() || !ends.iter().all(cleans) || owner::chosen(facts, begun) {
        return None;
    }
    let at = Walk::begin(facts, effect, begun).after(begun)?;
    let text = "the effect leaves without a clean-up here, and returns one on another way";
    Some(Evidence::supports(Weight::Strong, text).at(at))
}

/// Whether a function is a part of a value: the function that it is, or one of those in it.
fn is_within(facts: &Facts, value: ExprId, function: FunctionId) -> bool {
    let behind = callback::function_behind(facts, value);
    facts.enclosing(function).any(|id| Some(id) == behind || facts.expr(value).span.contains(facts.function(id).span))
}

/// Whether a value has no name, or one that is mentioned in what is returned alone, so that nobody else calls it.
fn is_only_returned(facts: &Facts, value: ExprId, returned: &[ExprId]) -> bool {
    let Some(binding) = facts.binding_of(value) else { return true };
    let declares = |at: ExprId| match (facts.binding(binding).kind, facts.expr(at).parent) {
        (BindingKind::Function(own), _) if facts.function(own).head.contains(facts.expr(at).span) => true,
        (_, Parent::Expr(outer)) => matches!(facts.kind(outer), ExprKind::Assign { target, .. } if target == at),
        _ => false,
    };
    let leaves = |at: ExprId| returned.iter().any(|value| facts.expr(*value).span.contains(facts.expr(at).span));
    facts.binding(binding).uses.iter().all(|at| declares(*at) || leaves(*at))
}

/// Whether an effect is given nothing to call by the value that it returns: nothing, or what an operator makes of one value.
pub fn is_nothing(facts: &Facts, value: ExprId) -> bool {
    match facts.kind(value) {
        ExprKind::Literal(Literal::Null | Literal::Bool(_) | Literal::Number(_)) => true,
        ExprKind::Operation { operands, .. } => facts.list(operands).len() == 1,
        _ => false,
    }
}

/// How a step leaves those after it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// It goes on.
    On,
    /// It leaves with a clean-up, or by a failure.
    Out,
    /// It leaves without a clean-up.
    Bare(Span),
    /// What decides may well have to do with whether anything was begun.
    Unclear,
}

/// A walk from where something has begun to the ends of its effect.
struct Walk<'a> {
    facts: &'a Facts,
    effect: FunctionId,
    /// The names in the step that begins it: to ask for one of them may be to ask whether it has begun.
    names: Vec<Name>,
}

impl<'a> Walk<'a> {
    fn begin(facts: &'a Facts, effect: FunctionId, begun: ExprId) -> Self {
        let span = facts.step_of(begun).map_or(facts.expr(begun).span, |step| facts.step(step).span);
        let mut walk = Self { facts, effect, names: Vec::new() };
        walk.names = walk.named(span);
        walk
    }

    /// The names that the effect itself mentions in a part of it.
    fn named(&self, span: Span) -> Vec<Name> {
        let own = |at: usize| self.facts.function_of(ExprId(at as u32)) == self.effect;
        let inside = self.facts.exprs.iter().enumerate().filter(|(at, expr)| span.contains(expr.span) && own(*at));
        inside
            .filter_map(|(_, expr)| match expr.kind {
                ExprKind::Name { name, .. } => Some(name),
                _ => None,
            })
            .collect()
    }

    fn asks(&self, condition: ExprId) -> bool {
        self.named(self.facts.expr(condition).span).iter().any(|name| self.names.contains(name))
    }

    /// The first way out without a clean-up, from the step after the one in which something has begun.
    fn after(&self, begun: ExprId) -> Option<Span> {
        let facts = self.facts;
        // What begins it may itself decide how the effect leaves: `return begin(), () => end()`.
        let mut inner = facts.step_of(begun).filter(|step| matches!(facts.step(*step).kind, StepKind::Evaluate(_)))?;
        // What follows a condition under which it has begun may ask for the same.
        let mut narrowed = false;
        for around in facts.around(begun) {
            let Around::Step(outer) = around else { continue };
            let Some(rest) = (outer != inner).then(|| block(facts.step(outer), inner)).flatten() else { continue };
            match self.through(rest, narrowed) {
                Way::On => {}
                Way::Bare(span) => return Some(span),
                Way::Out | Way::Unclear => return None,
            }
            match facts.step(outer).kind {
                StepKind::Branch { .. } => narrowed = true,
                StepKind::Loop { .. } => {}
                _ => return None,
            }
            inner = outer;
        }
        let own = facts.function(self.effect);
        match self.through(rest(&own.body, inner)?, narrowed) {
            Way::On => Some(own.head),
            Way::Bare(span) => Some(span),
            Way::Out | Way::Unclear => None,
        }
    }

    fn through(&self, steps: &[StepId], narrowed: bool) -> Way {
        let ways = steps.iter().map(|step| self.step(*step, narrowed));
        ways.into_iter().find(|way| *way != Way::On).unwrap_or(Way::On)
    }

    fn step(&self, id: StepId, narrowed: bool) -> Way {
        let step = self.facts.step(id);
        match &step.kind {
            StepKind::Exit { kind: ExitKind::Return, value } => self.exit(*value, step.span),
            StepKind::Exit { .. } => Way::Out,
            _ if !self.returns(step.span) => Way::On,
            StepKind::Branch { condition, .. } if narrowed || self.asks(*condition) => Way::Unclear,
            StepKind::Branch { then, otherwise, .. } => match [self.through(then, narrowed), self.through(otherwise, narrowed)] {
                [Way::Unclear, _] | [_, Way::Unclear] => Way::Unclear,
                [Way::Bare(span), _] | [_, Way::Bare(span)] => Way::Bare(span),
                [Way::Out, Way::Out] => Way::Out,
                _ => Way::On,
            },
            _ => Way::Unclear,
        }
    }

    fn returns(&self, span: Span) -> bool {
        let returns = |step: &Step| matches!(step.kind, StepKind::Exit { kind: ExitKind::Return, .. });
        self.facts.steps_in(self.effect).any(|step| returns(step) && span.contains(step.span))
    }

    fn exit(&self, value: Option<ExprId>, span: Span) -> Way {
        let Some(value) = value.filter(|value| !is_nothing(self.facts, *value)) else { return Way::Bare(span) };
        let condition = match self.facts.kind(value) {
            ExprKind::Choice { condition, then, otherwise } => {
                [then, otherwise].iter().any(|arm| is_nothing(self.facts, *arm)).then_some(condition)
            }
            ExprKind::Operation { operator: Operator::And, operands } => self.facts.list(operands).first().copied(),
            _ => None,
        };
        match condition {
            Some(condition) if self.asks(condition) => Way::Unclear,
            Some(_) => Way::Bare(span),
            None => Way::Out,
        }
    }
}

/// The steps after one of them.
fn rest(steps: &[StepId], inner: StepId) -> Option<&[StepId]> {
    steps.iter().position(|step| *step == inner).map(|at| &steps[at + 1..])
}

/// The steps after one in the block of a step that holds it.
fn block(outer: &Step, inner: StepId) -> Option<&[StepId]> {
    match &outer.kind {
        StepKind::Branch { then, otherwise, .. } => rest(then, inner).or_else(|| rest(otherwise, inner)),
        StepKind::Loop { body, .. } => rest(body, inner),
        _ => None,
    }
}
