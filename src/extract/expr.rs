//! Expressions.

use super::lower::{Declaring, Lowering};
use crate::facts::{CollectionKind, Definition, ExprId, ExprKind, FunctionKind, List, Literal, Name, Operator, ScopeId, Source};
use crate::language::{Form, Part};
use tree_sitter::Node;

impl<'tree> Lowering<'_, 'tree> {
    /// Lowers one expression; what no pattern names stands for its only child, or for all that is inside it.
    pub fn expr(&mut self, node: Node<'tree>) -> ExprId {
        let lowered = self.deeper(|this| match this.form(node) {
            Some(form) if this.habits.flow_values && form.is_flow() => this.flow_value(node, form),
            Some(Form::Destructure) => this.destructure(node),
            None | Some(Form::Block) => this.unnamed(node),
            Some(Form::Transparent) => match this.part(node, Part::Value) {
                Some(value) => this.expr(value),
                None => this.unnamed(node),
            },
            Some(Form::Ignored) => this.expr_with(node, |_| ExprKind::Other(List::default())),
            Some(form) => this.expr_with(node, |this| this.kind(node, form)),
        });
        lowered.unwrap_or_else(|| self.expr_with(node, |_| ExprKind::Other(List::default())))
    }

    pub fn unnamed(&mut self, node: Node<'tree>) -> ExprId {
        let mut children = self.children(node);
        if children.len() > 1 {
            children.retain(|child| self.form(*child) != Some(Form::Ignored));
        }
        match children.as_slice() {
            [only] => self.expr(*only),
            children => self.expr_with(node, |this| ExprKind::Other(this.all(children))),
        }
    }

    pub fn all(&mut self, nodes: &[Node<'tree>]) -> List {
        let items: Vec<ExprId> = nodes.iter().map(|node| self.expr(*node)).collect();
        self.list(&items)
    }

    fn kind(&mut self, node: Node<'tree>, form: Form) -> ExprKind {
        match form {
            Form::Name => {
                let name = self.name(node);
                ExprKind::Name { name, binding: None }
            }
            Form::Field | Form::Path => {
                let base = self.required(node, Part::Base);
                let name = self.named(node);
                if let (Form::Path, crate::facts::Parent::Expr(id)) = (form, self.parent) {
                    self.facts.scoped.insert(id);
                }
                ExprKind::Field { base, name }
            }
            Form::Pointer => self.pointer(node),
            Form::Index => self.index(node),
            Form::Call | Form::Construct => self.call(node, form),
            Form::Named => {
                let name = self.named(node);
                // A field that is named alone has the value of the variable of that name.
                let value = self.part(node, Part::Value).or_else(|| self.part(node, Part::Name));
                let value = match value {
                    Some(value) => self.expr(value),
                    None => self.empty(node),
                };
                ExprKind::Named { name, value }
            }
            Form::Spread => {
                self.first_child(node).map_or(ExprKind::Literal(Literal::Other), |inner| ExprKind::Spread(self.expr(inner)))
            }
            Form::This => ExprKind::This,
            Form::Propagate => ExprKind::Try(self.required(node, Part::Value)),
            Form::Local | Form::LocalFunction | Form::LocalStatic => self.local(node, form),
            Form::Await => ExprKind::Await(self.required(node, Part::Value)),
            Form::Yield => {
                let delegate = self.part(node, Part::From).is_some();
                self.facts.functions[self.function.index()].traits.is_generator = true;
                ExprKind::Yield { value: self.first_child(node).map(|inner| self.expr(inner)), delegate }
            }
            Form::Closure => self.closure(node),
            Form::Assign => self.assign(node),
            Form::Delete => {
                let targets = self.parts(node, Part::Target);
                ExprKind::Delete(self.flattened(&targets))
            }
            Form::Choice => ExprKind::Choice {
                condition: self.required(node, Part::Condition),
                then: self.required(node, Part::Then),
                otherwise: self.required(node, Part::Else),
            },
            Form::Operation => self.operation(node),
            Form::Pair => ExprKind::Pair { key: self.required(node, Part::Key), value: self.required(node, Part::Value) },
            Form::Alias => {
                let value = self.required(node, Part::Value);
                let target = match self.part(node, Part::Target) {
                    Some(target) => self.target(target, Source::Assigned(value), None),
                    None => value,
                };
                ExprKind::Assign { target, value: Some(value), update: None, annotation: None }
            }
            _ => self.plain(node, form),
        }
    }

    fn plain(&mut self, node: Node<'tree>, form: Form) -> ExprKind {
        let collection = |kind, this: &mut Self| {
            let children = this.children(node);
            ExprKind::Collection { kind, items: this.all(&children) }
        };
        match form {
            Form::List => collection(CollectionKind::List, self),
            Form::Map => collection(CollectionKind::Map, self),
            Form::Set => collection(CollectionKind::Set, self),
            Form::Tuple => collection(CollectionKind::Tuple, self),
            Form::ComprehensionList => self.comprehension(node, CollectionKind::List),
            Form::ComprehensionMap => self.comprehension(node, CollectionKind::Map),
            Form::ComprehensionSet => self.comprehension(node, CollectionKind::Set),
            Form::ComprehensionGenerator => self.comprehension(node, CollectionKind::Generator),
            Form::Null => ExprKind::Literal(Literal::Null),
            Form::True => ExprKind::Literal(Literal::Bool(true)),
            Form::False => ExprKind::Literal(Literal::Bool(false)),
            Form::Number => ExprKind::Literal(Literal::Number(self.source(node).parse().ok())),
            Form::Text => self.string(node),
            _ => {
                let children = self.children(node);
                ExprKind::Other(self.all(&children))
            }
        }
    }

    /// A string is a constant unless something is interpolated into it.
    fn string(&mut self, node: Node<'tree>) -> ExprKind {
        let mut parts = Vec::new();
        for child in self.children(node) {
            if self.form(child).is_some() || self.children(child).iter().any(|inner| self.form(*inner).is_some()) {
                let part = self.expr(child);
                if self.facts.literal(part) != Some(Literal::Text) {
                    parts.push(part);
                }
            }
        }
        if parts.is_empty() { ExprKind::Literal(Literal::Text) } else { ExprKind::Other(self.list(&parts)) }
    }

    /// The name a node carries; empty where broken code lacks it.
    fn named(&mut self, node: Node<'tree>) -> Name {
        let text = self.part(node, Part::Name).map_or("", |name| self.source(name));
        self.facts.names.intern(text)
    }

    fn first_child(&self, node: Node<'tree>) -> Option<Node<'tree>> {
        self.children(node).into_iter().next()
    }

    fn index(&mut self, node: Node<'tree>) -> ExprKind {
        let base = self.required(node, Part::Base);
        let keys = self.parts(node, Part::Key);
        let key = match keys.as_slice() {
            [] => None,
            [only] if self.form(*only) == Some(Form::Slice) => None,
            [only] => Some(self.argument(base, *only)),
            several => {
                Some(self.expr_with(node, |this| ExprKind::Collection { kind: CollectionKind::Tuple, items: this.all(several) }))
            }
        };
        ExprKind::Index { base, key }
    }

    fn call(&mut self, node: Node<'tree>, form: Form) -> ExprKind {
        let callee = self.required(node, Part::Callee);
        let args = match self.part(node, Part::Args) {
            // A generator expression can stand without the parentheses of an argument list.
            Some(args) if self.form(args).is_some() => vec![args],
            Some(args) => self.children(args),
            None => Vec::new(),
        };
        let args = self.all(&args);
        if let crate::facts::Parent::Expr(id) = self.parent {
            self.facts.functions[self.function.index()].calls.push(id);
        }
        if form == Form::Construct && self.habits.typed_fields {
            self.initialise(args);
        }
        ExprKind::Call { callee, args }
    }

    fn operation(&mut self, node: Node<'tree>) -> ExprKind {
        let operator = self.part(node, Part::Operator).map_or(Operator::Other, |node| Self::operator(self.source(node)));
        let children = self.children(node);
        ExprKind::Operation { operator, operands: self.all(&children) }
    }

    fn assign(&mut self, node: Node<'tree>) -> ExprKind {
        let value = self.part(node, Part::Value).map(|node| self.expr(node));
        self.assigned(node, value)
    }

    /// An assignment of a value that is lowered already.
    pub fn assigned(&mut self, node: Node<'tree>, value: Option<ExprId>) -> ExprKind {
        let update = self.part(node, Part::Operator).map(|node| Self::operator(self.source(node)));
        let annotation = self.part(node, Part::Type).map(|node| self.expr(node));
        let source = match (value, update, annotation) {
            (Some(value), Some(_), _) => Source::Updated(value),
            // A chain `a = b = value` gives the same value to both.
            (Some(value), None, _) => Source::Assigned(self.chained(value)),
            (None, _, Some(annotation)) => Source::Declared(annotation),
            (None, _, None) => Source::Caught,
        };
        let target = match self.part(node, Part::Target) {
            Some(target) => self.target(target, source, annotation),
            None => self.required(node, Part::Target),
        };
        ExprKind::Assign { target, value, update, annotation }
    }

    /// A declaration: the value is lowered before the names exist, as it is evaluated before they do.
    pub fn local(&mut self, node: Node<'tree>, form: Form) -> ExprKind {
        let value = self.part(node, Part::Value).map(|node| self.expr(node));
        self.declared(node, form, value, self.scope)
    }

    /// A declaration with a value that is lowered already; plain names live in the given scope.
    pub fn declared(&mut self, node: Node<'tree>, form: Form, value: Option<ExprId>, here: ScopeId) -> ExprKind {
        let annotation = self.part(node, Part::Type).map(|node| self.expr(node));
        let source = match (value, annotation) {
            (Some(value), _) => Source::Assigned(self.chained(value)),
            (None, Some(annotation)) => Source::Declared(annotation),
            (None, None) => Source::Caught,
        };
        let own = self.facts.functions[self.function.index()].scope;
        let (scope, since) = match form {
            Form::LocalFunction => (own, self.span(node).end),
            // At the top of the file everything sees it; a function's own is found by what stands below it.
            Form::LocalStatic => (ScopeId(0), if own.0 == 0 { 0 } else { self.span(node).start }),
            _ => (here, self.span(node).end),
        };
        let before = self.declaring.replace(Declaring { scope, since, pattern: form == Form::Local });
        let target = match self.part(node, Part::Target) {
            Some(target) => self.target(target, source, annotation),
            None => self.required(node, Part::Target),
        };
        self.declaring = before;
        ExprKind::Assign { target, value, update: None, annotation }
    }

    fn chained(&self, mut value: ExprId) -> ExprId {
        while let ExprKind::Assign { value: Some(inner), update: None, .. } = self.facts.kind(value) {
            value = inner;
        }
        value
    }

    fn comprehension(&mut self, node: Node<'tree>, kind: CollectionKind) -> ExprKind {
        let before = self.scope;
        self.scope = self.new_scope(Some(before), self.function, false);
        let children = self.children(node);
        // The clauses declare what the element uses, so they are lowered first.
        let (clauses, rest): (Vec<_>, Vec<_>) = children.into_iter().partition(|child| self.form(*child) == Some(Form::Clause));
        let clauses: Vec<ExprId> = clauses.into_iter().map(|clause| self.clause(clause)).collect();
        let mut parts: Vec<ExprId> = rest.into_iter().map(|child| self.expr(child)).collect();
        parts.extend(clauses);
        self.scope = before;
        ExprKind::Comprehension { kind, parts: self.list(&parts) }
    }

    fn clause(&mut self, node: Node<'tree>) -> ExprId {
        self.expr_with(node, |this| {
            let iterable = this.required(node, Part::Iterable);
            let target = match this.part(node, Part::Target) {
                Some(target) => this.target(target, Source::Iterated(iterable), None),
                None => iterable,
            };
            ExprKind::Each { target, iterable }
        })
    }

    fn closure(&mut self, node: Node<'tree>) -> ExprKind {
        let (params, body) = (self.part(node, Part::Params), self.part(node, Part::Body));
        let is_async = self.part(node, Part::Async).is_some();
        let id = self.define(FunctionKind::Closure, node, None, None, params, body);
        self.facts.functions[id.index()].traits.is_async = is_async;
        ExprKind::Closure(id)
    }

    fn flattened(&mut self, targets: &[Node<'tree>]) -> List {
        let mut nodes = Vec::new();
        for target in targets {
            match self.form(*target) {
                Some(Form::Tuple | Form::List) => nodes.extend(self.children(*target)),
                _ => nodes.push(*target),
            }
        }
        self.all(&nodes)
    }

    /// Lowers what an assignment, loop, `with` or handler writes, and remembers where each name's value comes from.
    pub fn target(&mut self, node: Node<'tree>, source: Source, annotation: Option<ExprId>) -> ExprId {
        let target = self.expr(node);
        self.bind(target, source, annotation);
        target
    }

    pub fn bind(&mut self, target: ExprId, source: Source, annotation: Option<ExprId>) {
        match self.facts.kind(target) {
            ExprKind::Name { name, .. }
                if self.declaring.is_some_and(|declaring| declaring.pattern) && self.is_constant(name) => {}
            ExprKind::Name { name, .. } => {
                let scope = self.facts.expr(target).scope;
                if let Some(declaring) = self.declaring {
                    let binding = self.declare_local(declaring, name);
                    self.facts.exprs[target.index()].kind = ExprKind::Name { name, binding: Some(binding) };
                } else if self.habits.implicit_declarations && !self.borrowed.contains(&(scope, name)) {
                    self.declare(scope, name, crate::facts::BindingKind::Variable);
                }
                self.pending.push(Definition { target, source, annotation });
            }
            ExprKind::Field { .. } if self.facts.scoped.contains(&target) => {}
            ExprKind::Named { name, value } => self.bind_field(name, value, source),
            ExprKind::Field { .. } | ExprKind::Index { .. } => self.pending.push(Definition { target, source, annotation }),
            ExprKind::Collection { items, .. } | ExprKind::Other(items) => {
                let value = match source {
                    Source::Assigned(value) | Source::Unpacked(value, _) | Source::Iterated(value) => Some(value),
                    _ => None,
                };
                for (at, item) in self.facts.list(items).to_vec().into_iter().enumerate() {
                    let part = match source {
                        _ if matches!(self.facts.kind(item), ExprKind::Named { .. }) => source,
                        Source::Assigned(value) => {
                            self.element(value, at).map_or(Source::Unpacked(value, at as u32), Source::Assigned)
                        }
                        other => value.map_or(other, |value| Source::Unpacked(value, at as u32)),
                    };
                    self.bind(item, part, None);
                }
            }
            ExprKind::Spread(inner) => self.bind(inner, source, None),
            _ => {}
        }
    }

    /// The element of a tuple that stands there as a literal: `a, b = x, y`.
    fn element(&self, value: ExprId, at: usize) -> Option<ExprId> {
        match self.facts.kind(value) {
            ExprKind::Collection { kind: CollectionKind::Tuple | CollectionKind::List, items } => {
                self.facts.list(items).get(at).copied()
            }
            _ => None,
        }
    }
}
