//! Branches that leave a function before it does its work, and flags that let it do that work once.

use super::{
    Action, ExitKind, ExprId, ExprKind, Facts, FunctionId, Literal, Operator, Place, PlaceId, Root, Source, Step, StepId,
    StepKind,
};
use rustc_hash::FxHashMap;

impl Facts {
    /// The branches of a function before an expression that leave it and do nothing else, with their conditions.
    pub fn refusals(&self, function: FunctionId, before: ExprId) -> impl Iterator<Item = (&Step, ExprId)> {
        let start = self.expr(before).span.start;
        let steps = self.steps_in(function).filter(move |step| step.span.end <= start);
        steps.filter_map(|step| Some((step, self.refusal(&step.kind)?)))
    }

    /// The condition of a branch that leaves the function and does nothing else.
    fn refusal(&self, kind: &StepKind) -> Option<ExprId> {
        let StepKind::Branch { condition, then, otherwise } = kind else { return None };
        let leaves =
            |step: &StepId| matches!(self.step(*step).kind, StepKind::Exit { kind: ExitKind::Return | ExitKind::Raise, .. });
        (otherwise.is_empty() && then.last().is_some_and(leaves)).then_some(*condition)
    }

    /// Whether the function around an expression leaves before it once it has run: `if self.loop is not None: return`, and
    /// later `self.loop = …`.
    pub fn runs_once_at(&self, expr: ExprId) -> bool {
        let function = self.function_of(expr);
        self.refusals(function, expr).any(|(_, condition)| self.is_flagged(condition, function))
    }

    /// The functions that leave once they have run, with the offset from which on that holds.
    pub fn single_runs(&self) -> FxHashMap<FunctionId, u32> {
        let mut found = FxHashMap::default();
        for step in &self.steps {
            let function = self.function_of_step(step);
            if self.refusal(&step.kind).is_some_and(|condition| self.is_flagged(condition, function)) {
                found.entry(function).or_insert(step.span.end);
            }
        }
        found
    }

    /// Whether a condition asks a flag that the function itself sets.
    fn is_flagged(&self, condition: ExprId, function: FunctionId) -> bool {
        let flag = match self.kind(condition) {
            ExprKind::Operation { operator: Operator::IsNot | Operator::Is, operands } => self.list(operands).first().copied(),
            ExprKind::Name { .. } | ExprKind::Field { .. } => Some(condition),
            _ => None,
        };
        let flag = flag.and_then(|flag| self.place(flag));
        flag.is_some_and(|flag| self.outlives_calls(flag) && self.is_set(flag, function))
    }

    /// Whether a place is a field, or a name of the module.
    fn outlives_calls(&self, place: PlaceId) -> bool {
        let Place { root, path } = self.places.get(place);
        match root {
            Root::Instance(_) | Root::Static(_) => !path.is_empty(),
            Root::Binding(binding) => path.is_empty() && self.is_global(*binding),
            Root::External(_) => false,
        }
    }

    /// Whether a function gives a place a value that says yes.
    fn is_set(&self, place: PlaceId, function: FunctionId) -> bool {
        self.operations(place).iter().any(|operation| {
            let given = match operation.action {
                Action::Assign(Source::Assigned(value)) => {
                    !matches!(self.literal(value), Some(Literal::Null | Literal::Bool(false)))
                }
                _ => false,
            };
            given && operation.function == function
        })
    }
}
