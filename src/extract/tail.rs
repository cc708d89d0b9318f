//! Languages in which branches, loops and blocks have values: flow in an expression becomes steps before its statement,
//! and each arm says where its value goes.

use super::lower::Lowering;
use crate::facts::{
    Binding, BindingId, BindingKind, Block, Definition, ExitKind, ExprId, ExprKind, Parent, ScopeId, Source, StepId, StepKind,
};
use crate::language::{Form, Part};
use tree_sitter::Node;

/// Where the value of a piece of flow goes.
#[derive(Clone, Copy, Debug)]
pub enum Tail<'tree> {
    /// Nowhere.
    Discard,
    /// Out of the function.
    Return,
    /// To the target of a declaration or assignment that stands in this scope.
    Into(Node<'tree>, ScopeId),
    /// To a variable that stands for it in the expression around it.
    Hidden(BindingId),
}

impl<'tree> Lowering<'_, 'tree> {
    /// The steps of a body whose last value goes somewhere.
    pub fn valued(&mut self, node: Node<'tree>, tail: Tail<'tree>) -> Block {
        let mut steps = Vec::new();
        self.tail(node, tail, &mut steps);
        steps
    }

    /// Whether the last statement of a block is its value.
    pub fn has_value(&self, node: Node<'tree>) -> bool {
        let declares = matches!(
            self.form(node),
            Some(
                Form::Local
                    | Form::LocalStatic
                    | Form::LocalType
                    | Form::Function
                    | Form::Type
                    | Form::Extend
                    | Form::Import
                    | Form::Ignored
                    | Form::Member
            )
        );
        !declares && !self.source(node).ends_with(';')
    }

    /// Lowers something that has a value, and sends the value where it goes.
    pub fn tail(&mut self, node: Node<'tree>, tail: Tail<'tree>, steps: &mut Block) {
        self.deeper(|this| match this.form(node) {
            None => match this.children(node).as_slice() {
                [only] => this.tail(*only, tail, steps),
                _ => this.value(node, tail, steps),
            },
            Some(Form::Transparent) => match this.part(node, Part::Value) {
                Some(inner) if this.form(inner).is_some_and(Form::is_flow) => this.tail(inner, tail, steps),
                _ => this.value(node, tail, steps),
            },
            Some(Form::Block) => this.scoped(|this| {
                let children = this.statements(node);
                this.sequence(&children, Some(tail), steps);
            }),
            Some(form @ (Form::Branch | Form::Switch | Form::Forever)) => {
                this.arms = Some(tail);
                this.statement(node, form, steps);
                this.arms = None;
            }
            Some(form) if form.is_flow() => this.statement(node, form, steps),
            Some(_) => this.value(node, tail, steps),
        });
    }

    /// One statement of a language whose flow has values.
    pub fn statement(&mut self, node: Node<'tree>, form: Form, steps: &mut Block) {
        let value = match form {
            Form::Return => self.operand(node),
            Form::Assign | Form::Local => self.part(node, Part::Value),
            _ => None,
        };
        let flowing = value.filter(|value| self.form(*value).is_some_and(Form::is_flow) && !self.is_plain(*value));
        match (form, flowing, self.broken) {
            (Form::Return, Some(value), _) => self.tail(value, Tail::Return, steps),
            (Form::Local, _, _) if self.part(node, Part::Else).is_some() => self.refutable(node, steps),
            (Form::Assign, Some(value), _) if self.part(node, Part::Operator).is_none() => {
                self.tail(value, Tail::Into(node, self.scope), steps);
            }
            (Form::Local, Some(value), _) => self.tail(value, Tail::Into(node, self.scope), steps),
            (Form::Break, _, Some(tail)) if self.operand(node).is_some() => {
                if let Some(value) = self.operand(node) {
                    self.tail(value, tail, steps);
                }
                self.emit(steps, |this| this.step_with(node, |_| StepKind::Exit { kind: ExitKind::Break, value: None }));
            }
            _ => {
                self.deeper(|this| this.emit(steps, |this| this.flow(node, form)));
            }
        }
    }

    /// What a `return` or `break` takes along.
    pub fn operand(&self, node: Node<'tree>) -> Option<Node<'tree>> {
        self.children(node).into_iter().find(|child| self.form(*child) != Some(Form::Ignored))
    }

    /// `let pattern = value else { … }`: the pattern may not fit, and then the block leaves.
    fn refutable(&mut self, node: Node<'tree>, steps: &mut Block) {
        let otherwise = self.part(node, Part::Else);
        self.emit(steps, |this| {
            this.step_with(node, |this| {
                let condition = this.expr_with(node, |this| this.local(node, Form::Local));
                let otherwise = this.optional_block(otherwise);
                StepKind::Branch { condition, then: Vec::new(), otherwise }
            })
        });
    }

    /// Lowers one step, after whatever its expressions need done before it.
    fn emit(&mut self, steps: &mut Block, make: impl FnOnce(&mut Self) -> StepId) {
        let outer = std::mem::take(&mut self.hoisted);
        let around = std::mem::replace(&mut self.around, self.parent);
        let step = make(self);
        steps.append(&mut self.hoisted);
        steps.push(step);
        (self.hoisted, self.around) = (outer, around);
    }

    fn value(&mut self, node: Node<'tree>, tail: Tail<'tree>, steps: &mut Block) {
        match tail {
            Tail::Discard => self.step(node, steps),
            Tail::Return => self.emit(steps, |this| {
                this.step_with(node, |this| StepKind::Exit { kind: ExitKind::Return, value: Some(this.expr(node)) })
            }),
            Tail::Into(holder, scope) => self.emit(steps, |this| {
                this.step_with(node, |this| {
                    StepKind::Evaluate(this.expr_with(node, |this| {
                        let value = this.expr(node);
                        match this.form(holder) {
                            Some(Form::Assign) => this.assigned(holder, Some(value)),
                            _ => this.declared(holder, Form::Local, Some(value), scope),
                        }
                    }))
                })
            }),
            Tail::Hidden(binding) => self.emit(steps, |this| {
                this.step_with(node, |this| {
                    StepKind::Evaluate(this.expr_with(node, |this| {
                        let value = this.expr(node);
                        let name = this.facts.binding(binding).name;
                        let target = this.expr_with(node, |_| ExprKind::Name { name, binding: Some(binding) });
                        this.pending.push(Definition { target, source: Source::Assigned(value), annotation: None });
                        ExprKind::Assign { target, value: Some(value), update: None, annotation: None }
                    }))
                })
            }),
        }
    }

    /// The value of flow inside an expression.
    pub fn flow_value(&mut self, node: Node<'tree>, form: Form) -> ExprId {
        if self.is_plain(node) {
            return match self.statements(node).first() {
                Some(only) => self.expr(*only),
                None => self.empty(node),
            };
        }
        // Where an exit stands inside an expression, only a part of the expression leads to it.
        if matches!(form, Form::Return | Form::Raise | Form::Break | Form::Continue) {
            let children = self.children(node);
            return self.expr_with(node, |this| ExprKind::Other(this.all(&children)));
        }
        let name = self.facts.names.intern("value");
        let binding = BindingId(self.facts.bindings.len() as u32);
        let kind = BindingKind::Variable;
        let scope = self.scope;
        self.facts.bindings.push(Binding { name, kind, scope, since: 0, definitions: Vec::new(), uses: Vec::new() });
        let (parent, declaring) = (std::mem::replace(&mut self.parent, self.around), self.declaring.take());
        let steps = self.valued(node, Tail::Hidden(binding));
        self.hoisted.extend(steps);
        (self.parent, self.declaring) = (parent, declaring);
        self.expr_with(node, |_| ExprKind::Name { name, binding: Some(binding) })
    }

    /// Whether a block holds nothing but one expression.
    fn is_plain(&self, node: Node<'tree>) -> bool {
        let children = self.statements(node);
        let plain = |only: &Node<'tree>| self.has_value(*only) && !self.form(*only).is_some_and(Form::is_flow);
        self.form(node) == Some(Form::Block) && matches!(children.as_slice(), [only] if plain(only) && self.form(*only).is_some())
    }

    /// The statements of a block.
    pub fn statements(&self, node: Node<'tree>) -> Vec<Node<'tree>> {
        match self.part(node, Part::Body) {
            Some(body) if self.form(node) == Some(Form::Block) && self.form(body) == Some(Form::Block) => self.statements(body),
            Some(body) => vec![body],
            None => self.children(node),
        }
    }

    /// An expression of which nothing is known.
    pub fn empty(&mut self, node: Node<'tree>) -> ExprId {
        self.expr_with(node, |_| ExprKind::Literal(crate::facts::Literal::Other))
    }

    /// Whether the parent of what is lowered is an expression, and which.
    pub fn holder(&self) -> Option<ExprId> {
        match self.parent {
            Parent::Expr(id) => Some(id),
            _ => None,
        }
    }
}
