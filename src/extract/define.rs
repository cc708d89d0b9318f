//! Functions, types and parameters.

use super::lower::Lowering;
use super::tail::Tail;
use crate::facts::{
    BindingKind, Block, Definition, ExitKind, ExprId, ExprKind, FunctionId, FunctionKind, Param, ParamKind, Parent, ScopeId,
    Source, StepId, StepKind, Type, TypeId,
};
use crate::language::{Form, Part, Receiver};
use tree_sitter::Node;

impl<'tree> Lowering<'_, 'tree> {
    pub fn decorated(&mut self, node: Node<'tree>, steps: &mut Block) {
        let decorators: Vec<ExprId> = self.parts(node, Part::Decorator).into_iter().map(|inner| self.expr(inner)).collect();
        let Some(definition) = self.part(node, Part::Definition) else { return };
        let step = match self.form(definition) {
            Some(Form::Type) => self.define_type(definition, &decorators),
            _ => self.define_function(definition, &decorators),
        };
        steps.extend(step);
    }

    pub fn define_function(&mut self, node: Node<'tree>, decorators: &[ExprId]) -> Option<StepId> {
        let head = self.part(node, Part::Name)?;
        let name = self.name(head);
        let owner = self.facts.functions[self.function.index()].owner.filter(|_| self.at_type_body());
        let binding = self.declare(self.scope, name, BindingKind::Variable);
        let (params, body) = (self.part(node, Part::Params), self.part(node, Part::Body));
        let step = self.deeper(|this| {
            this.step_with(node, |this| {
                let id = this.define(FunctionKind::Named, node, Some(head), owner, params, body);
                StepKind::Function(id)
            })
        })?;
        let StepKind::Function(id) = self.facts.steps[step.index()].kind else { return None };
        let instance = params.is_some_and(|params| self.has_instance(params));
        self.facts.bindings[binding.index()].kind = BindingKind::Function(id);
        self.facts.functions[id.index()].decorators = decorators.to_vec();
        self.facts.functions[id.index()].traits.is_async = self.part(node, Part::Async).is_some();
        let declared = self.habits.receiver == Receiver::Declared && owner.is_some();
        self.facts.functions[id.index()].traits.is_static = self.part(node, Part::Static).is_some() || (declared && !instance);
        if let Some(owner) = owner {
            self.facts.types[owner.index()].methods.push(id);
        }
        self.mark(id);
        Some(step)
    }

    /// Whether the instance stands among the parameters.
    fn has_instance(&self, params: Node<'tree>) -> bool {
        let is_this = |node: Node<'tree>| self.form(node) == Some(Form::This);
        self.children(params).into_iter().any(|param| is_this(param) || self.part(param, Part::Name).is_some_and(is_this))
    }

    fn at_type_body(&self) -> bool {
        self.facts.functions[self.function.index()].kind == FunctionKind::TypeBody
    }

    /// Lowers a body with its own scope and parameters.
    pub fn define(
        &mut self,
        kind: FunctionKind,
        node: Node<'tree>,
        head: Option<Node<'tree>>,
        owner: Option<TypeId>,
        params: Option<Node<'tree>>,
        body: Option<Node<'tree>>,
    ) -> FunctionId {
        let params = params.map(|params| self.children(params)).unwrap_or_default();
        let defaults: Vec<(Option<ExprId>, Option<ExprId>)> = params.iter().map(|param| self.outside(*param)).collect();
        let returns = self.returned(kind, node);
        let id = self.new_function(kind, node, head, owner);
        self.facts.functions[id.index()].returns = returns;
        let hoisted = std::mem::take(&mut self.hoisted);
        let (around, broken) = (std::mem::replace(&mut self.around, Parent::None), self.broken.take());
        let (scope, function, parent) = (self.scope, self.function, self.parent);
        let outer = owner.filter(|_| kind == FunctionKind::TypeBody).map_or(scope, |owner| self.with_self(scope, owner));
        self.scope = self.new_scope(Some(outer), id, kind == FunctionKind::TypeBody && self.habits.opaque_types);
        (self.function, self.parent) = (id, Parent::None);
        self.facts.functions[id.index()].scope = self.scope;
        for (at, (param, (default, annotation))) in params.into_iter().zip(defaults).enumerate() {
            if let Some(param) = self.parameter(param, at as u32, default, annotation) {
                self.facts.functions[id.index()].params.push(param);
            }
        }
        let steps = self.body(kind, returns.is_some(), body);
        self.facts.functions[id.index()].body = steps;
        (self.scope, self.function, self.parent) = (scope, function, parent);
        (self.hoisted, self.around, self.broken) = (hoisted, around, broken);
        id
    }

    /// A scope around the body of a type in which the type has its short name.
    fn with_self(&mut self, outer: ScopeId, owner: TypeId) -> ScopeId {
        if self.habits.self_type.is_empty() {
            return outer;
        }
        let scope = self.new_scope(Some(outer), self.function, false);
        let name = self.facts.names.intern(&self.habits.self_type);
        self.declare(scope, name, BindingKind::Type(owner));
        scope
    }

    fn returned(&mut self, kind: FunctionKind, node: Node<'tree>) -> Option<ExprId> {
        let node = (kind == FunctionKind::Named).then(|| self.part(node, Part::Returns)).flatten()?;
        let before = std::mem::replace(&mut self.parent, Parent::None);
        let returns = self.expr(node);
        self.parent = before;
        Some(returns)
    }

    /// The body of a lambda is an expression: its value is what it returns.
    fn body(&mut self, kind: FunctionKind, returns: bool, body: Option<Node<'tree>>) -> Block {
        let Some(body) = body else { return Vec::new() };
        if self.habits.flow_values && kind != FunctionKind::TypeBody {
            let tail = if returns || kind == FunctionKind::Closure { Tail::Return } else { Tail::Discard };
            return self.valued(body, tail);
        }
        if kind != FunctionKind::Closure || self.form(body) == Some(Form::Block) {
            return self.block(body);
        }
        let lowered = self
            .deeper(|this| this.step_with(body, |this| StepKind::Exit { kind: ExitKind::Return, value: Some(this.expr(body)) }));
        lowered.into_iter().collect()
    }

    /// Default values and types are evaluated outside the function.
    fn outside(&mut self, param: Node<'tree>) -> (Option<ExprId>, Option<ExprId>) {
        let before = std::mem::replace(&mut self.parent, Parent::None);
        let default = self.part(param, Part::Default).map(|node| self.expr(node));
        let annotation = self.part(param, Part::Type).map(|node| self.expr(node));
        self.parent = before;
        (default, annotation)
    }

    fn parameter(&mut self, node: Node<'tree>, at: u32, default: Option<ExprId>, annotation: Option<ExprId>) -> Option<Param> {
        let inner = match self.form(node) {
            Some(Form::This) => return None,
            Some(Form::Name) => node,
            _ => match self.part(node, Part::Name) {
                Some(name) => name,
                None if self.habits.flow_values => node,
                None => return None,
            },
        };
        if self.habits.flow_values && self.form(inner) == Some(Form::This) {
            return None;
        }
        let shape = self.form(inner).filter(|form| matches!(form, Form::ParamRest | Form::ParamOptions));
        let kind = match shape.or_else(|| self.form(node)) {
            Some(Form::ParamRest) => ParamKind::Rest,
            Some(Form::ParamOptions) => ParamKind::Named,
            _ => ParamKind::Plain,
        };
        let named = if shape.is_some() { self.part(inner, Part::Name)? } else { inner };
        let named = if self.habits.flow_values { self.only_name(named) } else { named };
        let name = self.name(named);
        let binding = self.declare(self.scope, name, BindingKind::Parameter(at));
        if self.habits.flow_values && self.form(named) != Some(Form::Name) {
            self.taken_apart(named, binding);
        }
        Some(Param { name, binding, default, annotation, kind })
    }

    /// Reads a function's name and decorators for what they say about it.
    fn mark(&mut self, id: FunctionId) {
        let function = &self.facts.functions[id.index()];
        let name = function.name.map(|name| self.facts.names.text(name).to_owned()).unwrap_or_default();
        let decorated = |words: &[String]| {
            function.decorators.iter().any(|decorator| {
                let text = self.facts.expr(*decorator).span.slice(self.file);
                words.iter().any(|word| text == word)
            })
        };
        let mut traits = function.traits;
        let method = function.owner.is_some();
        traits.is_static |= decorated(&self.habits.static_decorators);
        let first_name = function.params.first().map_or("", |param| self.facts.names.text(param.name));
        traits.is_class_method = decorated(&self.habits.class_decorators)
            || self.habits.class_methods.contains(&name)
            || self.habits.class_receivers.iter().any(|word| word == first_name);
        traits.is_constructor = method && (self.habits.constructors.contains(&name) || self.makes_owner(function));
        traits.is_teardown = method && self.habits.teardowns.contains(&name);
        let tests = |name: &str| self.habits.test_prefixes.iter().any(|prefix| name.starts_with(prefix.as_str()));
        traits.is_test |= tests(&name) || function.owner.is_some_and(|owner| self.is_test_type(owner, tests));
        let first = function.params.first().map(|param| param.binding);
        let named = self.habits.receiver == Receiver::FirstParameter && method && !traits.is_static;
        let function = &mut self.facts.functions[id.index()];
        function.traits = traits;
        function.receiver = first.filter(|_| named);
    }

    fn is_test_type(&self, ty: TypeId, tests: impl Fn(&str) -> bool) -> bool {
        let ty = self.facts.ty(ty);
        let base = |base: &ExprId| {
            let text = self.facts.expr(*base).span.slice(self.file);
            self.habits.test_bases.iter().any(|end| text.ends_with(end.as_str()))
        };
        tests(self.facts.text(ty.name)) || ty.bases.iter().any(base)
    }

    /// Whether a function without an instance declares that it returns one.
    fn makes_owner(&self, function: &crate::facts::Function) -> bool {
        let (Some(owner), Some(returns)) = (function.owner, function.returns) else { return false };
        let text = self.facts.expr(returns).span.slice(self.file);
        let own = self.facts.text(self.facts.ty(owner).name);
        let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        function.traits.is_static && words.any(|word| word == own || word == self.habits.self_type)
    }

    pub fn define_type(&mut self, node: Node<'tree>, decorators: &[ExprId]) -> Option<StepId> {
        let head = self.part(node, Part::Name)?;
        let name = self.name(head);
        let binding = self.declare(self.scope, name, BindingKind::Variable);
        let awaited = self.awaited.remove(&(self.scope, name));
        let bases = self.part(node, Part::Bases);
        let body = self.part(node, Part::Body);
        self.deeper(|this| {
            this.step_with(node, |this| {
                let nodes = bases.map(|bases| this.children(bases)).unwrap_or_default();
                let outer = std::mem::replace(&mut this.parent, Parent::None);
                let bases = nodes.into_iter().map(|base| this.expr(base)).collect();
                this.parent = outer;
                let id = awaited.unwrap_or_else(|| this.new_type(name, node, head));
                this.facts.bindings[binding.index()].kind = BindingKind::Type(id);
                let (whole, head_span, parent) = (this.span(node), this.span(head), this.function);
                let copied = decorators.iter().any(|decorator| this.says_copied(*decorator));
                let ty = &mut this.facts.types[id.index()];
                ty.is_copied = copied;
                (ty.span, ty.head, ty.parent, ty.bases, ty.decorators) = (whole, head_span, parent, bases, decorators.to_vec());
                let inner = this.define(FunctionKind::TypeBody, node, Some(head), Some(id), None, body);
                this.facts.types[id.index()].body = inner;
                StepKind::Type(id)
            })
        })
    }

    /// Whether an attribute says that the values of its type are copied freely.
    fn says_copied(&self, decorator: ExprId) -> bool {
        let text = self.facts.expr(decorator).span.slice(self.file);
        let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        words.any(|word| self.habits.copied_decorators.iter().any(|own| own == word))
    }

    /// A type of which only the name is known yet.
    pub fn new_type(&mut self, name: crate::facts::Name, node: Node<'tree>, head: Node<'tree>) -> TypeId {
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
            is_copied: false,
            methods: Vec::new(),
            body: FunctionId(0),
        });
        id
    }

    /// A field declared in the body of its type. One that every instance has is written as an assignment to it.
    pub fn member(&mut self, node: Node<'tree>) -> Option<StepId> {
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
            self.expr_with(head, |this| {
                let base = this.expr_with(head, |_| ExprKind::This);
                ExprKind::Field { base, name }
            })
        };
        self.pending.push(Definition { target, source, annotation });
        ExprKind::Assign { target, value, update: None, annotation }
    }

    /// `global` and `nonlocal`: the name is looked up around the function and never declared in it.
    pub fn borrow(&mut self, node: Node<'tree>, module: bool) {
        for node in self.parts(node, Part::Name) {
            let name = self.name(node);
            self.borrowed.insert((self.scope, name));
            if module {
                self.declare(ScopeId(0), name, BindingKind::Variable);
                self.module_names.insert((self.scope, name));
            }
        }
    }
}
