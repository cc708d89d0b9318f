//! Parameters: what they are called, what they are given when nobody gives them anything, and what they take apart.

use super::lower::Lowering;
use crate::facts::{BindingId, BindingKind, Definition, ExprId, ExprKind, Param, ParamKind, Parent, Source, StepKind};
use crate::language::{Form, Part};
use tree_sitter::Node;

impl<'tree> Lowering<'_, 'tree> {
    /// Types, and default values that are made once, are evaluated outside the function.
    pub fn outside(&mut self, param: Node<'tree>) -> (Option<ExprId>, Option<ExprId>) {
        let before = std::mem::replace(&mut self.parent, Parent::None);
        let default = if self.habits.fresh_defaults { None } else { self.part(param, Part::Default) };
        let default = default.map(|node| self.expr(node));
        let annotation = self.part(param, Part::Type).map(|node| self.expr(node));
        self.parent = before;
        (default, annotation)
    }

    pub fn parameter(
        &mut self,
        node: Node<'tree>,
        at: u32,
        default: Option<ExprId>,
        annotation: Option<ExprId>,
    ) -> Option<Param> {
        let patterns = self.habits.flow_values;
        let inner = match self.form(node) {
            Some(Form::Name | Form::Map | Form::List | Form::Tuple | Form::ParamRest) => node,
            None if !patterns => return None,
            _ => match self.part(node, Part::Name) {
                Some(name) if self.form(node) != Some(Form::Destructure) => name,
                _ if patterns => node,
                _ => return None,
            },
        };
        let shape = self.form(inner).filter(|form| matches!(form, Form::ParamRest | Form::ParamOptions));
        let kind = match shape.or_else(|| self.form(node)) {
            Some(Form::ParamRest) => ParamKind::Rest,
            Some(Form::ParamOptions) => ParamKind::Named,
            _ => ParamKind::Plain,
        };
        let named = match shape {
            Some(_) => self.part(inner, Part::Name).or_else(|| self.children(inner).first().copied())?,
            None => inner,
        };
        let named = if patterns { self.only_name(named) } else { named };
        let named_alone = matches!(self.form(named), Some(Form::Name | Form::This));
        let taken_apart = (patterns && !named_alone) || matches!(self.form(named), Some(Form::Map | Form::List | Form::Tuple));
        if self.form(named) == Some(Form::This) {
            return None;
        }
        let name = if taken_apart { self.facts.names.intern("") } else { self.name(named) };
        let binding = if taken_apart {
            self.fresh(self.scope, name, BindingKind::Parameter(at))
        } else {
            self.declare(self.scope, name, BindingKind::Parameter(at))
        };
        if self.habits.fresh_defaults
            && let Some(value) = self.part(node, Part::Default)
        {
            let value = self.expr(value);
            let target = self.mention(named, binding);
            self.pending.push(Definition { target, source: Source::Assigned(value), annotation });
        }
        if taken_apart {
            let whole = self.mention(named, binding);
            self.introducing(|this| this.target(named, Source::Assigned(whole), None));
        } else if self.children(node).iter().any(|child| self.form(*child) == Some(Form::Modifier)) {
            self.property(node, named, binding, annotation);
        }
        Some(Param { name, binding, default, annotation, kind })
    }

    /// A mention of a binding that nobody wrote.
    fn mention(&mut self, node: Node<'tree>, binding: BindingId) -> ExprId {
        let name = self.facts.bindings[binding.index()].name;
        self.expr_with(node, |_| ExprKind::Name { name, binding: Some(binding) })
    }

    /// `constructor(private name: Type)` gives the field of that name the value of the parameter.
    fn property(&mut self, node: Node<'tree>, named: Node<'tree>, binding: BindingId, annotation: Option<ExprId>) {
        let name = self.facts.bindings[binding.index()].name;
        let step = self.step_with(node, |this| {
            StepKind::Evaluate(this.expr_with(node, |this| {
                let value = this.mention(named, binding);
                let target = this.own_field(named, name);
                this.pending.push(Definition { target, source: Source::Assigned(value), annotation });
                ExprKind::Assign { target, value: Some(value), update: None, annotation }
            }))
        });
        self.prologue.push(step);
        if let Some(owner) = self.facts.functions[self.function.index()].owner
            && self.hides(node)
        {
            self.facts.hidden_fields.insert((owner, name));
        }
    }

    /// The field of the instance that has this name.
    pub fn own_field(&mut self, node: Node<'tree>, name: crate::facts::Name) -> ExprId {
        self.expr_with(node, |this| {
            let base = this.expr_with(node, |_| ExprKind::This);
            ExprKind::Field { base, name }
        })
    }

    /// Whether a declaration lacks the word that puts it in reach beyond its module.
    pub fn is_confined(&self, node: Node<'tree>) -> bool {
        let word = self.habits.visible.as_str();
        let says = |child: &Node<'tree>| self.form(*child) == Some(Form::Ignored) && self.source(*child).starts_with(word);
        !word.is_empty() && !self.children(node).iter().any(says)
    }

    /// Whether a word before a declaration says that only the type itself may use it.
    pub fn hides(&self, node: Node<'tree>) -> bool {
        let children = self.children(node);
        children.iter().any(|child| self.form(*child) == Some(Form::Modifier) && self.source(*child) == "private")
    }
}
