//! Types and the fields that their bodies declare.

use super::lower::Lowering;
use crate::facts::{
    BindingId, BindingKind, Confined, Definition, ExprId, ExprKind, FunctionId, FunctionKind, Name, Parent, Source, StepId,
    StepKind, Type, TypeId,
};
use crate::language::{Form, Part};
use crate::source::Span;
use tree_sitter::Node;

impl<'tree> Lowering<'_, 'tree> {
    pub fn define_type(&mut self, node: Node<'tree>, decorators: &[ExprId]) -> Option<StepId> {
        let decorators = self.decorating(node, decorators);
        let Some(head) = self.part(node, Part::Name) else {
            // `export default class { … }`
            let step = self.step_with(node, |this| StepKind::Evaluate(this.expr(node)));
            return Some(step);
        };
        let name = self.name(head);
        let binding = self.declare(self.scope, name, BindingKind::Variable);
        self.deeper(|this| this.step_with(node, |this| StepKind::Type(this.fill_type(node, head, binding, decorators))))
    }

    /// A type in the place of a value stands for its name; one that has none takes that of what it is given to.
    pub fn type_value(&mut self, node: Node<'tree>) -> ExprKind {
        let head = self.part(node, Part::Name);
        let hint = self.hint.take();
        let name = match (head, hint) {
            (Some(head), _) => self.name(head),
            (None, Some(hint)) => hint,
            (None, None) => self.facts.names.intern("class"),
        };
        let binding = self.fresh(self.scope, name, BindingKind::Variable);
        self.fill_type(node, head.unwrap_or(node), binding, Vec::new());
        ExprKind::Name { name, binding: Some(binding) }
    }

    fn fill_type(&mut self, node: Node<'tree>, head: Node<'tree>, binding: BindingId, decorators: Vec<ExprId>) -> TypeId {
        let nodes = self.part(node, Part::Bases).map(|bases| self.children(bases)).unwrap_or_default();
        let outer = std::mem::replace(&mut self.parent, Parent::None);
        let nodes = nodes.into_iter().filter(|node| self.form(*node) != Some(Form::Ignored)).collect::<Vec<_>>();
        let bases = nodes.into_iter().map(|base| self.expr(base)).collect();
        self.parent = outer;
        let name = self.facts.bindings[binding.index()].name;
        // Methods may stand before their type.
        let known = self.awaited.remove(&(self.scope, name));
        let id = known.unwrap_or_else(|| self.new_type(name, node, head));
        let (whole, parent) = (self.span(node), self.function);
        let head_span = if head.id() == node.id() { Span::new(whole.start, whole.start + 1) } else { self.span(head) };
        let copied = decorators.iter().any(|decorator| self.says_copied(*decorator));
        let ty = &mut self.facts.types[id.index()];
        ty.is_copied |= copied;
        ty.is_foreign = false;
        (ty.span, ty.head, ty.parent, ty.bases, ty.decorators) = (whole, head_span, parent, bases, decorators);
        self.settle(binding, BindingKind::Type(id));
        let body = self.part(node, Part::Body);
        let inner = self.define(FunctionKind::TypeBody, node, Some(head), Some(id), None, body);
        self.facts.types[id.index()].body = inner;
        id
    }

    /// Whether an attribute, or the name of a trait, says that the values of its type are copied freely.
    pub fn says_copied(&self, decorator: ExprId) -> bool {
        let text = self.facts.expr(decorator).span.slice(self.file);
        let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        words.any(|word| self.habits.copied_decorators.iter().any(|own| own == word))
    }

    /// A type of which only the name is known yet.
    pub fn new_type(&mut self, name: Name, node: Node<'tree>, head: Node<'tree>) -> TypeId {
        let id = TypeId(self.facts.types.len() as u32);
        self.facts.types.push(Type {
            name,
            span: self.span(node),
            head: self.span(head),
            parent: self.function,
            bases: Vec::new(),
            local_bases: Vec::new(),
            traits: Vec::new(),
            base_paths: Vec::new(),
            decorators: Vec::new(),
            is_foreign: false,
            is_copied: false,
            methods: Vec::new(),
            body: FunctionId(0),
            made: Vec::new(),
        });
        id
    }

    /// A field declared in the body of its type. One that every instance has is written as an assignment to it.
    pub fn member(&mut self, node: Node<'tree>) -> Option<StepId> {
        self.decorators.clear();
        let head = self.part(node, Part::Name)?;
        let shared = self.form(node) == Some(Form::MemberStatic);
        self.deeper(|this| {
            this.step_with(node, |this| StepKind::Evaluate(this.expr_with(node, |this| this.member_kind(node, head, shared))))
        })
    }

    fn member_kind(&mut self, node: Node<'tree>, head: Node<'tree>, shared: bool) -> ExprKind {
        let annotation = self.part(node, Part::Type).map(|node| self.expr(node));
        let value = self.part(node, Part::Value).map(|node| self.expr(node));
        let source = match (value, annotation) {
            (Some(value), _) => Source::Assigned(value),
            (None, Some(annotation)) => Source::Declared(annotation),
            (None, None) => Source::Caught,
        };
        let name = self.name(head);
        let target = if shared {
            let binding = self.declare(self.scope, name, BindingKind::Variable);
            self.expr_with(head, |_| ExprKind::Name { name, binding: Some(binding) })
        } else {
            self.own_field(head, name)
        };
        let owner = self.facts.functions[self.function.index()].owner;
        if let (Some(value), Some(owner)) = (value, owner)
            && let Some(method) = self.christen(value, name, head)
        {
            self.adopt(method, owner, shared);
        }
        if let Some(owner) = owner
            && self.hides(node)
        {
            self.facts.hidden_fields.insert((owner, name));
        }
        if let Some(owner) = owner
            && self.is_confined(node)
        {
            self.facts.confined.insert(Confined::Field(owner, name));
        }
        self.pending.push(Definition { target, source, annotation });
        ExprKind::Assign { target, value, update: None, annotation }
    }

    /// Gives a closure the name under which it is kept; nothing for what is no closure, or has a name.
    pub fn christen(&mut self, value: ExprId, name: Name, head: Node<'tree>) -> Option<FunctionId> {
        let ExprKind::Closure(id) = self.facts.kind(value) else { return None };
        let head_span = self.span(head);
        let function = &mut self.facts.functions[id.index()];
        function.kind = FunctionKind::Named;
        if function.name.is_none() {
            function.name = Some(name);
            function.head = head_span;
        }
        Some(id)
    }

    /// Makes a function that is kept in a field a method of the type.
    pub fn adopt(&mut self, method: FunctionId, owner: TypeId, shared: bool) {
        let function = &mut self.facts.functions[method.index()];
        function.owner = Some(owner);
        function.traits.is_static |= shared;
        self.facts.types[owner.index()].methods.push(method);
        self.mark(method);
    }
}
