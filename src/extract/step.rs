//! Statements.

use super::lower::Lowering;
use super::tail::Tail;
use crate::facts::{
    Arm, Block, ExitKind, ExprId, ExprKind, Handler, Literal, LoopKind, Managed, Operator, Source, StepId, StepKind,
};
use crate::language::{Form, Part};
use tree_sitter::Node;

impl<'tree> Lowering<'_, 'tree> {
    /// The steps of a block, or of a single statement where the grammar has no block.
    pub fn block(&mut self, node: Node<'tree>) -> Block {
        let mut steps = Vec::new();
        match self.form(node) {
            None | Some(Form::Block) => self.scoped(|this| this.inside(node, &mut steps)),
            Some(_) => self.step(node, &mut steps),
        }
        steps
    }

    pub fn inside(&mut self, node: Node<'tree>, steps: &mut Block) {
        let children = self.statements(node);
        self.deeper(|this| this.sequence(&children, None, steps));
    }

    /// Statements in a row; one that manages something to the end of its block holds those after it, and the last one may
    /// have a value.
    pub fn sequence(&mut self, nodes: &[Node<'tree>], tail: Option<Tail<'tree>>, steps: &mut Block) {
        for (at, node) in nodes.iter().enumerate() {
            if let Some(managed) = self.managed_to_the_end(*node) {
                let rest = &nodes[at + 1..];
                let step = self.deeper(|this| this.manage_rest(*node, &managed, rest));
                steps.extend(step);
                return;
            }
            if self.form(*node) == Some(Form::Attribute) {
                self.attribute(*node);
                continue;
            }
            let testing = self.testing;
            self.testing |= self.decorators.iter().any(|decorator| self.is_test_decorator(*decorator));
            match tail {
                Some(tail) if self.is_last(&nodes[at..]) && self.has_value(*node) => self.tail(*node, tail, steps),
                _ => self.step(*node, steps),
            }
            self.testing = testing;
            if self.habits.flow_values {
                self.decorators.clear();
            }
        }
    }

    /// Whether the first of these statements ends its block: the others are what it is under another configuration.
    fn is_last(&self, nodes: &[Node<'tree>]) -> bool {
        let Some((_, rest)) = nodes.split_first() else { return false };
        let under_attribute = |at: usize| at > 0 && self.form(rest[at - 1]) == Some(Form::Attribute);
        let other = |at: usize| self.form(rest[at]) == Some(Form::Attribute) || under_attribute(at) && self.has_value(rest[at]);
        rest.is_empty() || !self.decorators.is_empty() && (0..rest.len()).all(other)
    }

    /// An attribute belongs to what follows it.
    fn attribute(&mut self, node: Node<'tree>) {
        for part in self.parts(node, Part::Decorator) {
            let children = self.children(part);
            let decorator = self.expr_with(part, |this| ExprKind::Other(this.all(&children)));
            self.decorators.push(decorator);
        }
    }

    fn is_test_decorator(&self, decorator: ExprId) -> bool {
        let text = self.facts.expr(decorator).span.slice(self.file);
        self.habits.test_decorators.iter().any(|word| {
            text.strip_prefix(word.as_str())
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
        })
    }

    /// The declarations by which a statement manages something to the end of its block.
    pub fn managed_to_the_end(&self, node: Node<'tree>) -> Option<Vec<Node<'tree>>> {
        match self.form(node) {
            Some(Form::ManageRest) => Some(self.children(node)),
            Some(Form::Assign) => self.part(node, Part::Using).map(|_| vec![node]),
            None | Some(Form::Await) => match self.children(node).as_slice() {
                [only] => self.managed_to_the_end(*only).filter(|_| self.form(*only) != Some(Form::ManageRest)),
                _ => None,
            },
            _ => None,
        }
    }

    fn manage_rest(&mut self, node: Node<'tree>, managed: &[Node<'tree>], rest: &[Node<'tree>]) -> StepId {
        self.step_with(node, |this| {
            let items = managed.iter().map(|item| {
                let value = this.required(*item, Part::Value);
                let target = this.part(*item, Part::Target);
                let target = target.map(|target| this.introducing(|this| this.target(target, Source::Managed(value), None)));
                Managed { value, target }
            });
            let items = items.collect();
            let mut body = Vec::new();
            this.sequence(rest, None, &mut body);
            StepKind::Manage { items, body }
        })
    }

    /// Lowers one statement; what no pattern names is opened and read for the statements inside it.
    pub fn step(&mut self, node: Node<'tree>, steps: &mut Block) {
        match self.form(node) {
            Some(Form::Block) => self.scoped(|this| this.inside(node, steps)),
            None => self.inside(node, steps),
            Some(Form::Function) => steps.extend(self.define_function(node, &[])),
            Some(Form::Type) => steps.extend(self.define_type(node, &[])),
            Some(Form::Decorated) => self.decorated(node, steps),
            Some(Form::Import) => self.import(node),
            Some(Form::Global) => self.borrow(node, true),
            Some(Form::Nonlocal) => self.borrow(node, false),
            Some(Form::Member | Form::MemberStatic) => steps.extend(self.member(node)),
            Some(Form::LocalFunction) => {
                let outer = std::mem::replace(&mut self.hoisting, true);
                self.inside(node, steps);
                self.hoisting = outer;
            }
            Some(Form::Decorator) => {
                let decorator = self.decorator(node);
                self.decorators.push(decorator);
            }
            Some(Form::Export) => self.export(node, steps),
            // What a `break` leaves is the switch, at whose end every arm goes on anyway.
            // A label names what is left, which a switch is not.
            Some(Form::Break) if self.in_switch && self.operand(node).is_none() => {}
            Some(Form::Positional) => self.positional(node, steps),
            Some(Form::Extend) => self.extend(node),
            Some(Form::Annotation | Form::Comment | Form::Ignored | Form::Modifier | Form::Attribute) => {}
            Some(form) if self.habits.flow_values => self.statement(node, form, steps),
            Some(form) => {
                if let Some(step) = self.deeper(|this| this.flow(node, form)) {
                    steps.push(step);
                }
            }
        }
    }

    pub fn flow(&mut self, node: Node<'tree>, form: Form) -> StepId {
        match form {
            Form::Branch => self.branch(node),
            Form::While | Form::Forever | Form::For | Form::Each => {
                let outer = std::mem::take(&mut self.in_switch);
                let step = self.rounds(node, form);
                self.in_switch = outer;
                step
            }
            Form::Try => self.attempt(node),
            Form::Manage => self.manage(node),
            Form::Switch => self.switch(node),
            Form::Return => self.exit(node, ExitKind::Return),
            Form::Raise => self.exit(node, ExitKind::Raise),
            Form::Break => self.exit(node, ExitKind::Break),
            Form::Continue => self.exit(node, ExitKind::Continue),
            _ => self.step_with(node, |this| StepKind::Evaluate(this.expr(node))),
        }
    }

    fn rounds(&mut self, node: Node<'tree>, form: Form) -> StepId {
        let tail = self.arms.take();
        let outer = std::mem::replace(&mut self.broken, tail);
        let step = match form {
            Form::While => self.repeat(node),
            Form::Forever => self.forever(node),
            Form::For => self.count(node),
            _ => self.each(node),
        };
        self.broken = outer;
        step
    }

    fn exit(&mut self, node: Node<'tree>, kind: ExitKind) -> StepId {
        let value = self.operand(node);
        self.step_with(node, |this| StepKind::Exit { kind, value: value.map(|value| this.expr(value)) })
    }

    fn branch(&mut self, node: Node<'tree>) -> StepId {
        let (alternatives, tail) = (self.parts(node, Part::Else), self.arms.take());
        // What the condition declares is visible in its arms alone.
        self.scoped(|this| this.step_with(node, |this| this.branch_kind(node, &alternatives, tail)))
    }

    /// `elif` clauses are siblings in some grammars; here each is the `else` of the one before.
    fn branch_kind(&mut self, node: Node<'tree>, alternatives: &[Node<'tree>], tail: Option<Tail<'tree>>) -> StepKind {
        let condition = self.required(node, Part::Condition);
        let then = self.part(node, Part::Then);
        let then = then.map(|then| self.arm_body(then, tail)).unwrap_or_default();
        let otherwise = match alternatives {
            [] => Vec::new(),
            [next, rest @ ..] if self.form(*next) == Some(Form::Branch) && !rest.is_empty() => {
                let nested = self.deeper(|this| this.step_with(*next, |this| this.branch_kind(*next, rest, tail)));
                nested.into_iter().collect()
            }
            [next, ..] => self.arm_body(*next, tail),
        };
        StepKind::Branch { condition, then, otherwise }
    }

    fn repeat(&mut self, node: Node<'tree>) -> StepId {
        let (body, otherwise) = (self.part(node, Part::Body), self.part(node, Part::Else));
        self.scoped(|this| {
            this.step_with(node, |this| {
                let header = this.required(node, Part::Condition);
                let kind = if this.holds(header) { LoopKind::Forever } else { LoopKind::While };
                let (body, otherwise) = (this.optional_block(body), this.optional_block(otherwise));
                StepKind::Loop { kind, header: Some(header), target: None, body, otherwise }
            })
        })
    }

    fn each(&mut self, node: Node<'tree>) -> StepId {
        let (body, otherwise) = (self.part(node, Part::Body), self.part(node, Part::Else));
        self.step_with(node, |this| {
            let header = this.required(node, Part::Iterable);
            this.scoped(|this| {
                let target = this.part(node, Part::Target);
                let target = target.map(|target| this.introducing(|this| this.target(target, Source::Iterated(header), None)));
                let (body, otherwise) = (this.optional_block(body), this.optional_block(otherwise));
                StepKind::Loop { kind: LoopKind::Each, header: Some(header), target, body, otherwise }
            })
        })
    }

    fn forever(&mut self, node: Node<'tree>) -> StepId {
        let body = self.part(node, Part::Body);
        self.step_with(node, |this| {
            let body = this.optional_block(body);
            StepKind::Loop { kind: LoopKind::Forever, header: None, target: None, body, otherwise: Vec::new() }
        })
    }

    /// `for (initial; condition; update)`: the initial step runs before the loop, the update ends each round.
    fn count(&mut self, node: Node<'tree>) -> StepId {
        let (initial, condition) = (self.part(node, Part::Initial), self.part(node, Part::Condition));
        let condition = condition.filter(|condition| self.form(*condition) != Some(Form::Ignored));
        let (update, body) = (self.part(node, Part::Update), self.part(node, Part::Body));
        self.step_with(node, |this| {
            this.scoped(|this| {
                let mut before = Vec::new();
                if let Some(initial) = initial {
                    this.step(initial, &mut before);
                }
                let repeated = this.step_with(node, |this| {
                    let header = condition.map(|condition| this.expr(condition));
                    let endless = header.is_none_or(|header| this.holds(header));
                    let kind = if endless { LoopKind::Forever } else { LoopKind::While };
                    let mut body = this.optional_block(body);
                    if let Some(update) = update {
                        this.step(update, &mut body);
                    }
                    StepKind::Loop { kind, header, target: None, body, otherwise: Vec::new() }
                });
                before.push(repeated);
                StepKind::Manage { items: Vec::new(), body: before }
            })
        })
    }

    /// Whether a condition is constantly true.
    fn holds(&self, condition: ExprId) -> bool {
        matches!(self.facts.kind(condition), ExprKind::Literal(Literal::Bool(true) | Literal::Number(Some(1..))))
    }

    fn attempt(&mut self, node: Node<'tree>) -> StepId {
        let (body, handlers) = (self.part(node, Part::Body), self.parts(node, Part::Handler));
        let (otherwise, finally) = (self.part(node, Part::Else), self.part(node, Part::Finally));
        self.step_with(node, |this| StepKind::Try {
            body: this.optional_block(body),
            handlers: handlers.into_iter().map(|handler| this.handler(handler)).collect(),
            otherwise: this.optional_block(otherwise),
            finally: this.optional_block(finally),
        })
    }

    fn handler(&mut self, node: Node<'tree>) -> Handler {
        let caught = self.part(node, Part::Type);
        // `Type as name` is one node in some grammars and two fields in others.
        let (caught, name) = match caught {
            Some(caught) if self.form(caught) == Some(Form::Alias) => {
                (self.part(caught, Part::Value), self.part(caught, Part::Target))
            }
            _ => (caught, self.part(node, Part::Target)),
        };
        let catches = caught.map(|caught| self.expr(caught));
        let body = self.part(node, Part::Body);
        self.scoped(|this| {
            let target = name.map(|name| this.introducing(|this| this.target(name, Source::Caught, None)));
            Handler { catches, target, body: this.optional_block(body), span: this.span(node) }
        })
    }

    fn manage(&mut self, node: Node<'tree>) -> StepId {
        let (items, body) = (self.parts(node, Part::Item), self.part(node, Part::Body));
        self.step_with(node, |this| {
            let items = items.into_iter().flat_map(|item| this.managed(item)).collect();
            StepKind::Manage { items, body: this.optional_block(body) }
        })
    }

    /// Parentheses around several items look like a tuple to the grammar: each of its elements is managed.
    fn managed(&mut self, node: Node<'tree>) -> Vec<Managed> {
        let value = self.part(node, Part::Value).unwrap_or(node);
        match self.form(value) {
            Some(Form::Tuple) => self.children(value).into_iter().flat_map(|item| self.managed(item)).collect(),
            Some(Form::Alias) => {
                let managed = self.required(value, Part::Value);
                let target = self.part(value, Part::Target).map(|target| self.target(target, Source::Managed(managed), None));
                vec![Managed { value: managed, target }]
            }
            None if self.children(value).len() == 1 => self.managed(self.children(value)[0]),
            _ => vec![Managed { value: self.expr(value), target: None }],
        }
    }

    fn switch(&mut self, node: Node<'tree>) -> StepId {
        let (arms, tail) = (self.parts(node, Part::Arm), self.arms.take());
        self.step_with(node, |this| {
            let subject = this.required(node, Part::Subject);
            // A case without a body stands for the one after it.
            let empty = |arm: &Node<'tree>| this.habits.breaks_switch && this.parts(*arm, Part::Body).is_empty();
            let arms: Vec<Node> = arms.into_iter().filter(|arm| !empty(arm)).collect();
            let arms: Vec<Arm> = arms.into_iter().map(|arm| this.arm(arm, subject, tail)).collect();
            // Where a switch has a value, one of its arms must fit.
            let total = this.habits.flow_values || arms.iter().any(|arm| arm.guard.is_none() && arm.pattern.is_none());
            StepKind::Switch { subject, arms, total }
        })
    }

    fn arm(&mut self, node: Node<'tree>, subject: ExprId, tail: Option<Tail<'tree>>) -> Arm {
        let patterns = self.parts(node, Part::Pattern);
        let catches_all = patterns.len() == 1 && self.fits_all(patterns[0]);
        let bodies = self.parts(node, Part::Body);
        self.scoped(|this| {
            let source = if this.habits.flow_values { Source::Assigned(subject) } else { Source::Unpacked(subject, 0) };
            let pattern = patterns.first().map(|pattern| this.introducing(|this| this.target(*pattern, source, None)));
            let guard = this.part(node, Part::Guard).map(|guard| this.expr(guard));
            let outer = std::mem::replace(&mut this.in_switch, this.habits.breaks_switch);
            let mut body = Vec::new();
            match bodies.as_slice() {
                [only] => body = this.arm_body(*only, tail),
                several => this.sequence(several, None, &mut body),
            }
            this.in_switch = outer;
            Arm { pattern: pattern.filter(|_| !catches_all), guard, body }
        })
    }

    fn arm_body(&mut self, body: Node<'tree>, tail: Option<Tail<'tree>>) -> Block {
        match tail {
            Some(tail) => self.valued(body, tail),
            None => self.block(body),
        }
    }

    /// Whether a pattern is a lone `_` or a bare name, which fits everything.
    fn fits_all(&self, pattern: Node<'tree>) -> bool {
        let text = self.source(pattern);
        let constant = self.habits.constant_patterns && text.starts_with(char::is_uppercase);
        !constant && text.chars().all(|c| c.is_alphanumeric() || c == '_')
    }

    /// The value of a part; where broken code lacks it, an empty expression.
    pub fn required(&mut self, node: Node<'tree>, part: Part) -> ExprId {
        match self.part(node, part) {
            Some(child) => self.expr(child),
            None => self.expr_with(node, |_| ExprKind::Literal(Literal::Other)),
        }
    }

    pub fn operator(text: &str) -> Operator {
        match text.trim_end_matches('=') {
            "and" | "&&" => Operator::And,
            "or" | "||" | "??" => Operator::Or,
            "not" => Operator::Not,
            "in" => Operator::In,
            "not in" => Operator::NotIn,
            "is" => Operator::Is,
            "is not" => Operator::IsNot,
            "+" => Operator::Add,
            "-" => Operator::Subtract,
            "|" => Operator::BitOr,
            "&" => Operator::BitAnd,
            "<" if text == "<=" => Operator::LessEqual,
            ">" if text == ">=" => Operator::GreaterEqual,
            "<" => Operator::Less,
            ">" => Operator::Greater,
            "!" if text == "!" => Operator::Not,
            "!" | "<>" => Operator::NotEqual,
            "" => Operator::Equal,
            _ => Operator::Other,
        }
    }
}
