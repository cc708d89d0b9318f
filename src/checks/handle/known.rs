//! Conditions whose outcome is known wherever a handle is held: those around its acquisition, which nothing changes
//! afterwards, and names that only ever have values of one truth.

use crate::facts::{
    Action, Around, BindingId, BindingKind, Definition, ExprId, ExprKind, Facts, FunctionId, Literal, Operator, Parent, Root,
    Source, StepKind,
};

/// What is known of conditions on every way that acquires a handle.
pub struct Known<'a> {
    facts: &'a Facts,
    function: FunctionId,
    acquire: ExprId,
    settled: Vec<(ExprId, bool)>,
}

impl<'a> Known<'a> {
    /// What the branches around an acquisition have decided.
    pub fn of(facts: &'a Facts, acquire: ExprId) -> Self {
        let mut known = Self { facts, function: facts.function_of(acquire), acquire, settled: Vec::new() };
        for around in facts.around(acquire) {
            let Around::Step(step) = around else { continue };
            let StepKind::Branch { condition, then, otherwise } = &facts.step(step).kind else { continue };
            let arms = (facts.in_block(acquire, then), facts.in_block(acquire, otherwise));
            if arms.0 != arms.1 {
                known.learn(*condition, arms.0);
            }
        }
        known
    }

    fn learn(&mut self, condition: ExprId, outcome: bool) {
        match self.facts.kind(condition) {
            ExprKind::Operation { operator: Operator::Not, operands } => {
                self.facts.list(operands).iter().for_each(|inner| self.learn(*inner, !outcome));
            }
            ExprKind::Operation { operator: Operator::And, operands } if outcome => {
                self.facts.list(operands).iter().for_each(|inner| self.learn(*inner, true));
            }
            ExprKind::Operation { operator: Operator::Or, operands } if !outcome => {
                self.facts.list(operands).iter().for_each(|inner| self.learn(*inner, false));
            }
            _ if self.is_stable(condition) => self.settled.push((condition, outcome)),
            _ => {}
        }
    }

    /// How a condition turns out while the handle is held, if that is known.
    pub fn outcome(&self, condition: ExprId) -> Option<bool> {
        let each = |operands| self.facts.list(operands).iter().map(|inner| self.outcome(*inner)).collect::<Vec<_>>();
        match self.facts.kind(condition) {
            ExprKind::Operation { operator: Operator::Not, operands } => each(operands).first()?.map(|outcome| !outcome),
            ExprKind::Operation { operator: Operator::And, operands } => joined(&each(operands), false),
            ExprKind::Operation { operator: Operator::Or, operands } => joined(&each(operands), true),
            _ => self.settled(condition).or_else(|| self.constant(condition)),
        }
    }

    fn settled(&self, condition: ExprId) -> Option<bool> {
        self.settled.iter().find_map(|(before, outcome)| {
            if self.is_same(*before, condition) {
                Some(*outcome)
            } else if self.is_opposite(*before, condition) {
                Some(!*outcome)
            } else {
                self.by_null(*before, *outcome, condition)
            }
        })
    }

    /// What is true is not nothing, and what is nothing is not true.
    fn by_null(&self, before: ExprId, outcome: bool, condition: ExprId) -> Option<bool> {
        if let Some((value, is)) = self.null_asked(before)
            && outcome == is
            && self.is_same(value, condition)
        {
            return Some(false);
        }
        let (value, is) = self.null_asked(condition)?;
        (outcome && self.is_same(before, value)).then_some(!is)
    }

    /// What is compared with nothing, and whether the comparison holds for nothing.
    fn null_asked(&self, condition: ExprId) -> Option<(ExprId, bool)> {
        let ExprKind::Operation { operator, operands } = self.facts.kind(condition) else { return None };
        let is = match operator {
            Operator::Is | Operator::Equal => true,
            Operator::IsNot | Operator::NotEqual => false,
            _ => return None,
        };
        match self.facts.list(operands) {
            [value, null] if self.facts.literal(*null) == Some(Literal::Null) => Some((*value, is)),
            _ => None,
        }
    }

    /// The truth of a name of the function, if every value that it ever gets is a literal of that truth.
    fn constant(&self, condition: ExprId) -> Option<bool> {
        let facts = self.facts;
        let binding = facts.binding(facts.binding_of(condition)?);
        if binding.kind != BindingKind::Variable || facts.scopes[binding.scope.index()].function != self.function {
            return None;
        }
        let mut values = binding.definitions.iter().map(|definition| truth(facts, definition));
        let first = values.next()??;
        values.all(|value| value == Some(first)).then_some(first)
    }

    /// Whether a condition has the same outcome each time it is asked in the function.
    fn is_stable(&self, expr: ExprId) -> bool {
        let facts = self.facts;
        match facts.kind(expr) {
            ExprKind::Literal(_) | ExprKind::This => true,
            ExprKind::Name { binding, .. } => binding.is_none_or(|binding| self.is_settled(binding)),
            ExprKind::Field { base, .. } => self.is_stable(base) && !self.is_written(expr),
            ExprKind::Operation { operands, .. } => facts.list(operands).iter().all(|operand| self.is_stable(*operand)),
            _ => false,
        }
    }

    fn is_settled(&self, binding: BindingId) -> bool {
        let facts = self.facts;
        let binding = facts.binding(binding);
        match (binding.kind, binding.definitions.as_slice()) {
            (_, []) => true,
            (BindingKind::Parameter(_), _) => false,
            (_, [only]) => !facts.in_loop(only.target),
            _ => false,
        }
    }

    fn is_written(&self, field: ExprId) -> bool {
        let facts = self.facts;
        let Some(place) = facts.place(field) else { return true };
        if !matches!(facts.places.get(place).root, Root::Instance(_) | Root::External(_)) {
            return true;
        }
        let mut operations = facts.operations(place).iter();
        operations.any(|done| {
            let own = matches!(done.action, Action::Assign(_)) && facts.function_of(done.expr) == self.function;
            own && !self.is_missed(done.expr)
        })
    }

    /// Whether an expression is evaluated only if the acquisition has failed.
    fn is_missed(&self, expr: ExprId) -> bool {
        let facts = self.facts;
        facts.around(expr).any(|around| match around {
            Around::Step(step) => match &facts.step(step).kind {
                StepKind::Try { body, handlers, .. } => {
                    facts.in_block(self.acquire, body) && handlers.iter().any(|handler| facts.in_block(expr, &handler.body))
                }
                _ => false,
            },
            Around::Expr(_) => false,
        })
    }

    fn is_opposite(&self, one: ExprId, other: ExprId) -> bool {
        let (ExprKind::Operation { operator, operands }, ExprKind::Operation { operator: turned, operands: others }) =
            (self.facts.kind(one), self.facts.kind(other))
        else {
            return false;
        };
        let pair = (operator, turned);
        let turned = [
            (Operator::Equal, Operator::NotEqual),
            (Operator::Is, Operator::IsNot),
            (Operator::In, Operator::NotIn),
            (Operator::Less, Operator::GreaterEqual),
            (Operator::Greater, Operator::LessEqual),
        ];
        let (operands, others) = (self.facts.list(operands), self.facts.list(others));
        turned.iter().any(|(a, b)| pair == (*a, *b) || pair == (*b, *a)) && self.are_same(operands, others)
    }

    fn are_same(&self, one: &[ExprId], other: &[ExprId]) -> bool {
        one.len() == other.len() && one.iter().zip(other).all(|(one, other)| self.is_same(*one, *other))
    }

    fn is_same(&self, one: ExprId, other: ExprId) -> bool {
        let facts = self.facts;
        match (facts.kind(one), facts.kind(other)) {
            (ExprKind::Name { name, binding }, ExprKind::Name { name: same, binding: bound }) => name == same && binding == bound,
            (ExprKind::This, ExprKind::This) => true,
            // Which text it is the facts do not tell.
            (ExprKind::Literal(Literal::Text | Literal::Other | Literal::Number(None)), _) => one == other,
            (ExprKind::Literal(value), ExprKind::Literal(same)) => value == same,
            (ExprKind::Field { base, name }, ExprKind::Field { base: under, name: same }) => {
                name == same && self.is_same(base, under)
            }
            (ExprKind::Operation { operator, operands }, ExprKind::Operation { operator: same, operands: others }) => {
                operator == same
                    && !matches!(operator, Operator::Other)
                    && self.are_same(facts.list(operands), facts.list(others))
            }
            _ => false,
        }
    }
}

/// `deciding` decides as soon as one has it; all of the others are needed for its opposite.
fn joined(each: &[Option<bool>], deciding: bool) -> Option<bool> {
    if each.contains(&Some(deciding)) {
        return Some(deciding);
    }
    each.iter().all(|outcome| *outcome == Some(!deciding)).then_some(!deciding)
}

/// The truth of the literal that a definition gives.
fn truth(facts: &Facts, definition: &Definition) -> Option<bool> {
    let Source::Assigned(value) = definition.source else { return None };
    match facts.literal(value)? {
        Literal::Null => Some(false),
        Literal::Bool(value) => Some(value),
        Literal::Number(number) => number.map(|number| number != 0),
        Literal::Text | Literal::Other => None,
    }
}

/// Whether the condition of a loop has just been made true, so that there is at least one round.
pub fn is_entered(facts: &Facts, header: ExprId) -> bool {
    let Parent::Step(around) = facts.expr(header).parent else { return false };
    let (name, wanted) = match facts.kind(header) {
        ExprKind::Operation { operator: Operator::Not, operands } => (facts.list(operands).first().copied(), false),
        _ => (Some(header), true),
    };
    let Some(binding) = name.and_then(|name| facts.binding_of(name)) else { return false };
    let start = facts.step(around).span.start;
    let before = facts.binding(binding).definitions.iter().filter(|definition| facts.expr(definition.target).span.end <= start);
    let last = before.max_by_key(|definition| facts.expr(definition.target).span.start);
    last.is_some_and(|definition| {
        let beside = facts.step_of(definition.target).is_some_and(|step| facts.step(step).parent == facts.step(around).parent);
        beside && truth(facts, definition) == Some(wanted)
    })
}
