//! Patterns that take values apart, and literals that put them together field by field.

use super::lower::Lowering;
use crate::facts::{Definition, Expr, ExprId, ExprKind, List, Name, Source};
use crate::language::{Form, Part};
use crate::source::Span;
use tree_sitter::Node;

impl<'tree> Lowering<'_, 'tree> {
    /// A pattern with one part in it has the value of that part.
    pub fn destructure(&mut self, node: Node<'tree>) -> ExprId {
        let items = self.items(node);
        let inside = match items.as_slice() {
            [only] if self.form(*only) != Some(Form::Named) => self.expr(*only),
            items => self.expr_with(node, |this| ExprKind::Other(this.all(items))),
        };
        if let Some(head) = self.part(node, Part::Name) {
            let text = self.source(head);
            let name = self.facts.names.intern(text.rsplit(':').next().unwrap_or(text));
            self.facts.patterns.entry(inside).or_insert(name);
        }
        inside
    }

    fn items(&self, node: Node<'tree>) -> Vec<Node<'tree>> {
        let head = self.part(node, Part::Name).map(|head| head.id());
        let mut items = self.children(node);
        items.retain(|item| Some(item.id()) != head && self.form(*item) != Some(Form::Ignored));
        items
    }

    /// The name that a parameter's pattern binds, where it binds only one.
    pub fn only_name(&self, mut node: Node<'tree>) -> Node<'tree> {
        loop {
            let inner = match self.form(node) {
                Some(Form::Transparent) => self.part(node, Part::Value),
                Some(Form::Destructure) => match self.items(node).as_slice() {
                    [only] if self.form(*only) != Some(Form::Named) => Some(*only),
                    _ => None,
                },
                _ => None,
            };
            match inner {
                Some(inner) => node = inner,
                None => return node,
            }
        }
    }

    /// Whether a name in a pattern is a constant.
    pub fn is_constant(&self, name: Name) -> bool {
        self.habits.constant_patterns && self.facts.names.text(name).starts_with(char::is_uppercase)
    }

    /// `Type { name: target } = value`: the target is given the field of the value.
    pub fn bind_field(&mut self, name: Name, target: ExprId, source: Source) {
        let source = match source {
            Source::Assigned(base) => {
                let span = self.facts.expr(target).span;
                Source::Assigned(self.made(span, ExprKind::Field { base, name }))
            }
            other => other,
        };
        self.bind(target, source, None);
    }

    /// `Type { name: value }` gives the fields of an instance their first values.
    pub fn initialise(&mut self, args: List) {
        let Some(base) = self.holder() else { return };
        for arg in self.facts.list(args).to_vec() {
            let ExprKind::Named { name, value } = self.facts.kind(arg) else { continue };
            let span = self.facts.expr(arg).span;
            let target = self.made(span, ExprKind::Field { base, name });
            self.pending.push(Definition { target, source: Source::Assigned(value), annotation: None });
        }
    }

    /// An expression that stands nowhere in the text by itself.
    fn made(&mut self, span: Span, kind: ExprKind) -> ExprId {
        let id = ExprId(self.facts.exprs.len() as u32);
        self.facts.exprs.push(Expr { kind, span, parent: self.parent, scope: self.scope });
        id
    }

    /// The arguments of a type; one that only wraps another counts as that other.
    pub fn argument(&mut self, base: ExprId, node: Node<'tree>) -> ExprId {
        let args = self.expr(node);
        let last = match self.facts.kind(base) {
            ExprKind::Name { name, .. } | ExprKind::Field { name, .. } => self.facts.names.text(name),
            _ => "",
        };
        if self.habits.wrappers.iter().any(|word| word == last)
            && let Some(holder) = self.holder()
        {
            let inner = match self.facts.kind(args) {
                ExprKind::Other(several) => self.facts.list(several).first().copied(),
                _ => Some(args),
            };
            if let Some(inner) = inner {
                self.facts.wraps.insert(holder, inner);
            }
        }
        args
    }

    /// A reference has the value of what it refers to; without a word that says otherwise it only reads it.
    pub fn borrowed_value(&mut self, node: Node<'tree>) -> ExprId {
        let Some(value) = self.part(node, Part::Value) else { return self.unnamed(node) };
        let writes = self.children(node).iter().any(|child| self.form(*child) == Some(Form::Ignored));
        let value = self.expr(value);
        if writes {
            self.facts.borrows.insert(value);
        } else {
            self.facts.lent_to_read.insert(value);
        }
        value
    }

    /// A pointer type is written as a generic type of the name `*`.
    pub fn pointer(&mut self, node: Node<'tree>) -> ExprKind {
        let name = self.facts.names.intern("*");
        let base = self.expr_with(node, |_| ExprKind::Name { name, binding: None });
        ExprKind::Index { base, key: self.part(node, Part::Value).map(|inner| self.expr(inner)) }
    }
}
