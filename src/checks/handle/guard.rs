//! What a condition says about a handle.

use crate::facts::{Around, BindingId, Definition, ExprId, ExprKind, Facts, Literal, Operator, Source, StepKind};
use crate::rules::{Patterns, Tables};
use crate::source::Span;
use rustc_hash::FxHashSet;

/// Asks what conditions and patterns say about a handle.
pub struct Question<'a> {
    pub facts: &'a Facts,
    /// The words for what is there and what is not.
    pub tables: &'a Tables,
    /// Every mention of the handle.
    pub mentions: &'a FxHashSet<ExprId>,
}

impl Question<'_> {
    /// Whether the handle is nothing where a condition holds, and where it does not.
    pub fn nulls(&self, condition: ExprId) -> (bool, bool) {
        if self.mentions.contains(&condition) {
            return (false, true);
        }
        match self.facts.kind(condition) {
            ExprKind::Assign { target, value, .. } => {
                let own = value.is_some_and(|value| self.mentions.contains(&self.facts.peeled(value)));
                let absent = self.is_absent(target);
                (own && absent, !absent && (own || self.mentions.contains(&target)))
            }
            ExprKind::Operation { operator, operands } => self.operation(operator, self.facts.list(operands)),
            ExprKind::Call { .. } => self.call(condition),
            _ => (false, false),
        }
    }

    fn operation(&self, operator: Operator, operands: &[ExprId]) -> (bool, bool) {
        let inner = |at: usize| operands.get(at).map_or((false, false), |operand| self.nulls(*operand));
        let compared =
            operands.iter().any(|operand| self.is_own(*operand)) && operands.iter().any(|operand| self.is_nothing(*operand));
        let numbered = operands.first().is_some_and(|operand| self.is_own(*operand))
            && operands.get(1).is_some_and(|operand| !matches!(self.facts.kind(*operand), ExprKind::Name { .. }));
        match operator {
            Operator::Less | Operator::LessEqual if numbered => (true, false),
            Operator::GreaterEqual | Operator::Greater if numbered => (false, true),
            Operator::Not => (inner(0).1, inner(0).0),
            Operator::And => (inner(0).0 || inner(1).0, false),
            Operator::Or => (false, inner(0).1 || inner(1).1),
            Operator::Is | Operator::Equal => (compared, false),
            Operator::IsNot | Operator::NotEqual => (false, compared),
            _ => (false, false),
        }
    }

    /// Whether an expression is a mention of the handle, or gives it its name (`(fd := open_it()) is None`).
    fn is_own(&self, operand: ExprId) -> bool {
        let named = match self.facts.kind(operand) {
            ExprKind::Assign { target, .. } => Some(target),
            _ => self.facts.wraps.get(&operand).copied(),
        };
        self.mentions.contains(&operand) || named.is_some_and(|named| self.mentions.contains(&named))
    }

    /// `pointer.is_null()`: a question to the handle itself.
    fn call(&self, call: ExprId) -> (bool, bool) {
        let method = self.facts.method_name(call);
        let own = self.facts.callee(call).receiver.is_some_and(|receiver| self.mentions.contains(&receiver));
        let says = |table: &Patterns<()>| own && table.find(None, method).is_some();
        (says(&self.tables.absent), says(&self.tables.present))
    }

    /// Whether a value stands for no handle: null, a negative number, a constant that the vocabulary names.
    fn is_nothing(&self, value: ExprId) -> bool {
        match self.facts.kind(value) {
            ExprKind::Literal(literal) => literal == Literal::Null,
            // A descriptor is nothing where it is negative.
            ExprKind::Other(_) => true,
            ExprKind::Operation { operands, .. } => operands.len == 1,
            _ => self.facts.dotted(value).is_some_and(|path| self.tables.absent.find(Some(&path), None).is_some()),
        }
    }

    /// Whether a pattern fits what is there when there is no handle (`None`, `Err(_)`).
    pub fn is_absent(&self, pattern: ExprId) -> bool {
        let head = self.facts.patterns.get(&pattern).map(|name| self.facts.text(*name));
        if head.is_some() && self.tables.absent.find(head, None).is_some() {
            return true;
        }
        match self.facts.kind(pattern) {
            ExprKind::Call { callee, .. } => self.is_nothing(callee),
            ExprKind::Name { .. } | ExprKind::Field { .. } | ExprKind::Operation { .. } => self.is_nothing(pattern),
            _ => false,
        }
    }
}

/// Whether a condition asks for the state of the handle: mentions it, and does not just use it (`f.read(1)`).
pub fn asks(facts: &Facts, condition: ExprId, mentions: &FxHashSet<ExprId>) -> bool {
    let span = facts.expr(condition).span;
    let asks = |mention: &ExprId| {
        let call = facts.around(*mention).nth(1).and_then(|around| match around {
            Around::Expr(call) if facts.callee(call).receiver == Some(*mention) => Some(call),
            _ => None,
        });
        call.is_none_or(|call| facts.args(call).is_empty())
    };
    mentions.iter().any(|mention| span.contains(facts.expr(*mention).span) && asks(mention))
        || is_witness(facts, condition, mentions)
}

/// Whether a condition asks for what the handle has given, which is nothing where a handler says so: there, most likely,
/// nothing was acquired.
fn is_witness(facts: &Facts, condition: ExprId, mentions: &FxHashSet<ExprId>) -> bool {
    let asked = match facts.kind(condition) {
        ExprKind::Operation { operator: Operator::Is | Operator::IsNot | Operator::Not, operands } => {
            facts.list(operands).first().copied().unwrap_or(condition)
        }
        _ => condition,
    };
    let Some(name) = facts.binding_of(asked) else { return false };
    let given = |source: Source| match source {
        Source::Assigned(value) => facts.callee(value).receiver.is_some_and(|receiver| mentions.contains(&receiver)),
        _ => false,
    };
    let nothing = |source: Source, target: ExprId| {
        let null = matches!(source, Source::Assigned(value) if facts.literal(value) == Some(Literal::Null));
        null && facts.in_handler(target)
    };
    let definitions = &facts.binding(name).definitions;
    definitions.iter().any(|definition| given(definition.source))
        && definitions.iter().any(|definition| nothing(definition.source, definition.target))
        || is_flag(facts, definitions)
}

/// Whether a name says whether something has failed: it is true where a region has gone on, and false in its handler.
fn is_flag(facts: &Facts, definitions: &[Definition]) -> bool {
    let said = |definition: &Definition| match definition.source {
        Source::Assigned(value) => match facts.literal(value) {
            Some(Literal::Bool(said)) => Some((said, facts.in_handler(definition.target))),
            _ => None,
        },
        _ => None,
    };
    let said: Option<Vec<_>> = definitions.iter().map(said).collect();
    said.is_some_and(|said| {
        said.iter().any(|(value, _)| *value)
            && said.iter().any(|(value, _)| !*value)
            && said.iter().all(|(value, handled)| value != handled)
    })
}

/// Whether a condition asks what kind of failure was caught (`error.errno == EADDRINUSE`).
pub fn asks_failure(facts: &Facts, condition: ExprId) -> bool {
    let caught = |name: BindingId| facts.binding(name).definitions.iter().any(|definition| definition.source == Source::Caught);
    let span = facts.expr(condition).span;
    let names = facts.bindings.iter().enumerate().filter(|(at, _)| caught(BindingId(*at as u32)));
    names.flat_map(|(_, binding)| binding.uses.iter()).any(|at| span.contains(facts.expr(*at).span))
}

/// What decides whether an expression is evaluated: the branches, switches and choices around it.
pub fn deciders(facts: &Facts, expr: ExprId) -> Vec<Span> {
    let decides = |around: Around| match around {
        Around::Expr(id) => match facts.kind(id) {
            ExprKind::Choice { .. } | ExprKind::Operation { operator: Operator::And | Operator::Or, .. } => {
                Some(facts.expr(id).span)
            }
            _ => None,
        },
        Around::Step(id) => match facts.step(id).kind {
            StepKind::Branch { .. } | StepKind::Switch { .. } => Some(facts.step(id).span),
            _ => None,
        },
    };
    facts.around(expr).filter_map(decides).collect()
}

/// Whether a value is an exception that a handler of the function has caught and kept.
pub fn was_caught(facts: &Facts, value: ExprId) -> bool {
    let kept = |source: Source| match source {
        Source::Caught => true,
        Source::Assigned(value) => facts
            .binding_of(value)
            .is_some_and(|name| facts.binding(name).definitions.iter().any(|definition| definition.source == Source::Caught)),
        _ => false,
    };
    let Some(name) = facts.binding_of(value) else { return false };
    facts.binding(name).definitions.iter().any(|definition| kept(definition.source))
}

/// Whether the handle is held for long when an expression is evaluated: across the rounds of a loop, the body of a
/// managed region, or a wait.
pub fn is_sustained(facts: &Facts, acquire: ExprId, expr: ExprId) -> bool {
    let from = facts.expr(acquire).span;
    facts.around(expr).any(|around| match around {
        Around::Expr(id) => matches!(facts.kind(id), ExprKind::Await(_)),
        Around::Step(id) => {
            let step = facts.step(id);
            matches!(step.kind, StepKind::Loop { .. } | StepKind::Manage { .. }) && !step.span.contains(from)
        }
    })
}
