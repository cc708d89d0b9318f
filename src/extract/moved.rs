//! Facts that move from one file to another place in the same or the next version of it: every id, name and place is told
//! anew, and all else stays.

use super::kept::Deed;
use crate::facts::{
    Arm, Binding, BindingId, BindingKind, Definition, Expr, ExprId, ExprKind, Function, FunctionId, Handler, List, Managed, Name,
    Param, Parent, Scope, ScopeId, Source, Step, StepId, StepKind, Type, TypeId,
};
use crate::source::Span;
use std::cell::Cell;

/// How far each kind of id, and each byte offset, is moved; or the first that is free.
#[derive(Clone, Copy, Debug)]
pub struct Bases {
    pub byte: u32,
    pub expr: u32,
    pub list: u32,
    pub step: u32,
    /// Functions and scopes are counted from one: what is the module's stays there.
    pub function: u32,
    pub scope: u32,
    pub ty: u32,
}

impl Bases {
    /// The way back.
    pub fn back(self) -> Self {
        Self {
            byte: self.byte.wrapping_neg(),
            expr: self.expr.wrapping_neg(),
            list: self.list.wrapping_neg(),
            step: self.step.wrapping_neg(),
            function: self.function.wrapping_neg(),
            scope: self.scope.wrapping_neg(),
            ty: self.ty.wrapping_neg(),
        }
    }
}

/// Whoever moves facts: how far, and what becomes of names and bindings.
pub struct Mover<N, B> {
    by: Bases,
    name: N,
    binding: B,
    /// The highest id that anything is given.
    highest: Cell<u32>,
}

impl<N: Fn(Name) -> Name, B: Fn(BindingId) -> BindingId> Mover<N, B> {
    pub fn new(by: Bases, name: N, binding: B) -> Self {
        Self { by, name, binding, highest: Cell::new(0) }
    }

    /// The highest id that anything was given: far above all tables where something was told that lies before the start.
    pub fn highest(&self) -> u32 {
        self.highest.get()
    }

    fn id(&self, id: u32, by: u32) -> u32 {
        let moved = id.wrapping_add(by);
        self.highest.set(self.highest.get().max(moved));
        moved
    }

    pub fn expr(&self, id: ExprId) -> ExprId {
        ExprId(self.id(id.0, self.by.expr))
    }

    pub fn step(&self, id: StepId) -> StepId {
        StepId(self.id(id.0, self.by.step))
    }

    fn ty(&self, id: TypeId) -> TypeId {
        TypeId(self.id(id.0, self.by.ty))
    }

    fn function(&self, id: FunctionId) -> FunctionId {
        if id.0 == 0 { id } else { FunctionId(self.id(id.0, self.by.function)) }
    }

    pub fn scope(&self, id: ScopeId) -> ScopeId {
        if id.0 == 0 { id } else { ScopeId(self.id(id.0, self.by.scope)) }
    }

    pub fn name(&self, name: Name) -> Name {
        (self.name)(name)
    }

    fn binding(&self, id: BindingId) -> BindingId {
        (self.binding)(id)
    }

    fn span(&self, span: Span) -> Span {
        Span::new(span.start.wrapping_add(self.by.byte), span.end.wrapping_add(self.by.byte))
    }

    /// An empty list stands nowhere.
    fn list(&self, list: List) -> List {
        if list.len == 0 { list } else { List { start: self.id(list.start, self.by.list), len: list.len } }
    }

    fn maybe(&self, expr: Option<ExprId>) -> Option<ExprId> {
        expr.map(|expr| self.expr(expr))
    }

    pub fn exprs(&self, all: &[ExprId]) -> Vec<ExprId> {
        all.iter().map(|expr| self.expr(*expr)).collect()
    }

    pub fn steps(&self, all: &[StepId]) -> Vec<StepId> {
        all.iter().map(|step| self.step(*step)).collect()
    }

    fn parent(&self, parent: Parent) -> Parent {
        match parent {
            Parent::None => Parent::None,
            Parent::Expr(expr) => Parent::Expr(self.expr(expr)),
            Parent::Step(step) => Parent::Step(self.step(step)),
        }
    }

    pub fn expression(&self, expr: &Expr) -> Expr {
        Expr {
            kind: self.kind(expr.kind),
            span: self.span(expr.span),
            parent: self.parent(expr.parent),
            scope: self.scope(expr.scope),
        }
    }

    fn kind(&self, kind: ExprKind) -> ExprKind {
        match kind {
            ExprKind::Name { name, binding } => {
                ExprKind::Name { name: self.name(name), binding: binding.map(|binding| self.binding(binding)) }
            }
            ExprKind::This => ExprKind::This,
            ExprKind::Field { base, name } => ExprKind::Field { base: self.expr(base), name: self.name(name) },
            ExprKind::Index { base, key } => ExprKind::Index { base: self.expr(base), key: self.maybe(key) },
            ExprKind::Call { callee, args } => ExprKind::Call { callee: self.expr(callee), args: self.list(args) },
            ExprKind::Named { name, value } => ExprKind::Named { name: self.name(name), value: self.expr(value) },
            ExprKind::Spread(inner) => ExprKind::Spread(self.expr(inner)),
            ExprKind::Literal(literal) => ExprKind::Literal(literal),
            ExprKind::Collection { kind, items } => ExprKind::Collection { kind, items: self.list(items) },
            ExprKind::Pair { key, value } => ExprKind::Pair { key: self.expr(key), value: self.expr(value) },
            ExprKind::Comprehension { kind, parts } => ExprKind::Comprehension { kind, parts: self.list(parts) },
            ExprKind::Each { target, iterable } => ExprKind::Each { target: self.expr(target), iterable: self.expr(iterable) },
            ExprKind::Closure(function) => ExprKind::Closure(self.function(function)),
            ExprKind::Await(inner) => ExprKind::Await(self.expr(inner)),
            ExprKind::Yield { value, delegate } => ExprKind::Yield { value: self.maybe(value), delegate },
            ExprKind::Try(inner) => ExprKind::Try(self.expr(inner)),
            ExprKind::Assign { target, value, update, annotation } => ExprKind::Assign {
                target: self.expr(target),
                value: self.maybe(value),
                update,
                annotation: self.maybe(annotation),
            },
            ExprKind::Delete(targets) => ExprKind::Delete(self.list(targets)),
            ExprKind::Operation { operator, operands } => ExprKind::Operation { operator, operands: self.list(operands) },
            ExprKind::Choice { condition, then, otherwise } => {
                ExprKind::Choice { condition: self.expr(condition), then: self.expr(then), otherwise: self.expr(otherwise) }
            }
            ExprKind::Other(inside) => ExprKind::Other(self.list(inside)),
        }
    }

    pub fn statement(&self, step: &Step) -> Step {
        Step {
            kind: self.flow(&step.kind),
            span: self.span(step.span),
            parent: self.parent(step.parent),
            scope: self.scope(step.scope),
        }
    }

    fn flow(&self, kind: &StepKind) -> StepKind {
        match kind {
            StepKind::Evaluate(expr) => StepKind::Evaluate(self.expr(*expr)),
            StepKind::Exit { kind, value } => StepKind::Exit { kind: *kind, value: self.maybe(*value) },
            StepKind::Branch { condition, then, otherwise } => {
                StepKind::Branch { condition: self.expr(*condition), then: self.steps(then), otherwise: self.steps(otherwise) }
            }
            StepKind::Switch { subject, arms, total } => StepKind::Switch {
                subject: self.expr(*subject),
                arms: arms.iter().map(|arm| self.arm(arm)).collect(),
                total: *total,
            },
            StepKind::Loop { kind, header, target, body, otherwise } => StepKind::Loop {
                kind: *kind,
                header: self.maybe(*header),
                target: self.maybe(*target),
                body: self.steps(body),
                otherwise: self.steps(otherwise),
            },
            StepKind::Try { body, handlers, otherwise, finally } => StepKind::Try {
                body: self.steps(body),
                handlers: handlers.iter().map(|handler| self.handler(handler)).collect(),
                otherwise: self.steps(otherwise),
                finally: self.steps(finally),
            },
            StepKind::Manage { items, body } => {
                let managed = |item: &Managed| Managed { value: self.expr(item.value), target: self.maybe(item.target) };
                StepKind::Manage { items: items.iter().map(managed).collect(), body: self.steps(body) }
            }
            StepKind::Function(function) => StepKind::Function(self.function(*function)),
            StepKind::Type(ty) => StepKind::Type(self.ty(*ty)),
        }
    }

    fn arm(&self, arm: &Arm) -> Arm {
        Arm { pattern: self.maybe(arm.pattern), guard: self.maybe(arm.guard), body: self.steps(&arm.body) }
    }

    fn handler(&self, handler: &Handler) -> Handler {
        Handler {
            catches: self.maybe(handler.catches),
            target: self.maybe(handler.target),
            body: self.steps(&handler.body),
            span: self.span(handler.span),
        }
    }

    pub fn defined(&self, function: &Function) -> Function {
        Function {
            kind: function.kind,
            name: function.name.map(|name| self.name(name)),
            span: self.span(function.span),
            head: self.span(function.head),
            parent: function.parent.map(|parent| self.function(parent)),
            owner: function.owner.map(|owner| self.ty(owner)),
            scope: self.scope(function.scope),
            params: function.params.iter().map(|param| self.param(param)).collect(),
            receiver: function.receiver.map(|receiver| self.binding(receiver)),
            returns: self.maybe(function.returns),
            decorators: self.exprs(&function.decorators),
            traits: function.traits,
            body: self.steps(&function.body),
            made: self.maybe(function.made),
            calls: self.exprs(&function.calls),
            // What is gathered when all of the file is lowered is not there yet.
            steps: Vec::new(),
            callers: Vec::new(),
        }
    }

    fn param(&self, param: &Param) -> Param {
        Param {
            name: self.name(param.name),
            binding: self.binding(param.binding),
            default: self.maybe(param.default),
            annotation: self.maybe(param.annotation),
            kind: param.kind,
        }
    }

    pub fn declared(&self, ty: &Type) -> Type {
        Type {
            name: self.name(ty.name),
            span: self.span(ty.span),
            head: self.span(ty.head),
            parent: self.function(ty.parent),
            bases: self.exprs(&ty.bases),
            local_bases: Vec::new(),
            traits: self.exprs(&ty.traits),
            base_paths: Vec::new(),
            decorators: self.exprs(&ty.decorators),
            is_foreign: ty.is_foreign,
            is_copied: ty.is_copied,
            methods: ty.methods.iter().map(|method| self.function(*method)).collect(),
            body: self.function(ty.body),
            made: Vec::new(),
        }
    }

    pub fn region(&self, scope: &Scope) -> Scope {
        Scope {
            parent: scope.parent.map(|parent| self.scope(parent)),
            function: self.function(scope.function),
            opaque: scope.opaque,
            bindings: scope.bindings.iter().map(|binding| self.binding(*binding)).collect(),
        }
    }

    /// A binding as it is before anything is resolved.
    pub fn bound(&self, binding: &Binding) -> Binding {
        Binding {
            name: self.name(binding.name),
            kind: self.what(binding.kind),
            scope: self.scope(binding.scope),
            since: binding.since,
            definitions: Vec::new(),
            uses: Vec::new(),
        }
    }

    /// What a name is bound by.
    pub fn what(&self, kind: BindingKind) -> BindingKind {
        match kind {
            BindingKind::Variable => BindingKind::Variable,
            BindingKind::Parameter(at) => BindingKind::Parameter(at),
            BindingKind::Import(path) => BindingKind::Import(self.name(path)),
            BindingKind::Function(function) => BindingKind::Function(self.function(function)),
            BindingKind::Type(ty) => BindingKind::Type(self.ty(ty)),
        }
    }

    pub fn deed(&self, deed: Deed) -> Deed {
        match deed {
            Deed::Own(id) => Deed::Own(self.binding(id)),
            Deed::Declares(id, name, kind) => Deed::Declares(self.binding(id), self.name(name), self.what(kind)),
            Deed::Settles(id, kind) => Deed::Settles(self.binding(id), self.what(kind)),
            Deed::Takes(scope, name) => Deed::Takes(self.scope(scope), self.name(name)),
        }
    }

    pub fn given(&self, definition: &Definition) -> Definition {
        let source = match definition.source {
            Source::Assigned(value) => Source::Assigned(self.expr(value)),
            Source::Unpacked(value, at) => Source::Unpacked(self.expr(value), at),
            Source::Iterated(value) => Source::Iterated(self.expr(value)),
            Source::Managed(value) => Source::Managed(self.expr(value)),
            Source::Updated(value) => Source::Updated(self.expr(value)),
            Source::Caught => Source::Caught,
            Source::Declared(annotation) => Source::Declared(self.expr(annotation)),
        };
        Definition { target: self.expr(definition.target), source, annotation: self.maybe(definition.annotation) }
    }
}
