//! Methods that stand outside of their type, and fields without names.

use super::lower::Lowering;
use crate::facts::{BindingKind, Block, Definition, ExprId, ExprKind, FunctionKind, Name, Parent, Source, StepKind, TypeId};
use crate::language::{Form, Part};
use tree_sitter::Node;

impl<'tree> Lowering<'_, 'tree> {
    /// Adds methods to a type, which may be declared later or elsewhere.
    pub fn extend(&mut self, node: Node<'tree>) {
        let Some(head) = self.part(node, Part::Name) else { return };
        let (bases, body) = (self.parts(node, Part::Bases), self.part(node, Part::Body));
        self.deeper(|this| {
            let outer = std::mem::replace(&mut this.parent, Parent::None);
            let traits: Vec<ExprId> = bases.into_iter().map(|base| this.expr(base)).collect();
            let name = this.type_name(head);
            let ty = this.extended(name, node, head);
            this.facts.types[ty.index()].is_copied |= traits.iter().any(|written| this.says_copied(*written));
            this.facts.types[ty.index()].traits.extend(traits);
            let inner = this.define(FunctionKind::TypeBody, node, Some(head), Some(ty), None, body);
            if this.facts.types[ty.index()].body.0 == 0 {
                this.facts.types[ty.index()].body = inner;
            }
            this.parent = outer;
        });
    }

    /// The last name of a type, without its arguments.
    fn type_name(&mut self, mut node: Node<'tree>) -> Name {
        loop {
            let inner = match self.form(node) {
                Some(Form::Index) => self.part(node, Part::Base),
                Some(Form::Path) => self.part(node, Part::Name),
                Some(Form::Transparent) => self.part(node, Part::Value),
                _ => None,
            };
            match inner {
                Some(inner) => node = inner,
                None => return self.name(node),
            }
        }
    }

    /// The type of a name that is in sight, or a new one of which only the name is known.
    fn extended(&mut self, name: Name, node: Node<'tree>, head: Node<'tree>) -> TypeId {
        let mut scope = Some(self.scope);
        while let Some(here) = scope {
            if let Some(binding) = self.declared.get(&(here, name))
                && let BindingKind::Type(ty) = self.facts.bindings[binding.index()].kind
            {
                return ty;
            }
            if let Some(ty) = self.awaited.get(&(here, name)) {
                return *ty;
            }
            scope = self.facts.scopes[here.index()].parent;
        }
        let ty = self.new_type(name, node, head);
        self.facts.types[ty.index()].is_foreign = true;
        self.awaited.insert((self.scope, name), ty);
        self.declare(self.scope, name, BindingKind::Type(ty));
        ty
    }

    /// Fields that are known by their position alone.
    pub fn positional(&mut self, node: Node<'tree>, steps: &mut Block) {
        for (at, ty) in self.parts(node, Part::Type).into_iter().enumerate() {
            let name = self.facts.names.intern(&at.to_string());
            let step = self.step_with(ty, |this| {
                StepKind::Evaluate(this.expr_with(ty, |this| {
                    let annotation = this.expr(ty);
                    let base = this.expr_with(ty, |_| ExprKind::This);
                    let target = this.expr_with(ty, |_| ExprKind::Field { base, name });
                    let source = Source::Declared(annotation);
                    this.pending.push(Definition { target, source, annotation: Some(annotation) });
                    ExprKind::Assign { target, value: None, update: None, annotation: Some(annotation) }
                }))
            });
            steps.push(step);
        }
    }
}
