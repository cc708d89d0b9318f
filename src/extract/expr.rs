//! Expressions.

use super::lower::{Declaring, Lowering};
use crate::facts::{
    CollectionKind, Confined, Definition, Expr, ExprId, ExprKind, FunctionKind, List, Literal, Name, Operator, Parent, ScopeId,
    Source,
};
use crate::language::{Form, Part};
use tree_sitter::Node;

/// A string without its quotes.
pub fn unquoted(text: &str) -> &str {
    text.trim_matches(['"', '\'', '`'])
}

impl<'tree> Lowering<'_, 'tree> {
    /// Lowers one expression; what no pattern names stands for its only child, or for all that is inside it.
    pub fn expr(&mut self, node: Node<'tree>) -> ExprId {
        let lowered = self.deeper(|this| match this.form(node) {
            Some(form) if this.habits.flow_values && form.is_flow() => this.flow_value(node, form),
            Some(Form::Destructure) => this.destructure(node),
            Some(Form::Borrow) => this.borrowed_value(node),
            None | Some(Form::Block) => this.unnamed(node),
            Some(Form::Transparent) => match this.part(node, Part::Value) {
                Some(value) => {
                    let value = this.expr(value);
                    if this.habits.typed_fields && this.source(node).starts_with('&') {
                        this.facts.borrows.insert(value);
                    }
                    value
                }
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
                if let (Form::Path, Parent::Expr(id)) = (form, self.parent) {
                    self.facts.scoped.insert(id);
                }
                if self.part(node, Part::Maybe).is_some() {
                    self.facts.maybe.insert(base);
                }
                ExprKind::Field { base, name }
            }
            Form::Pointer => self.pointer(node),
            Form::Index => self.index(node),
            Form::Call | Form::Construct => self.fetched(node).unwrap_or_else(|| self.call(node, form)),
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
            Form::LocalType if self.at_type_body() => ExprKind::Literal(Literal::Other),
            Form::LocalType => self.local(node, Form::LocalStatic),
            Form::Local | Form::LocalStatic => self.local(node, form),
            Form::Await => ExprKind::Await(self.inner(node)),
            Form::Yield => {
                let delegate = self.part(node, Part::From).is_some();
                self.facts.functions[self.function.index()].traits.is_generator = true;
                ExprKind::Yield { value: self.first_child(node).map(|inner| self.expr(inner)), delegate }
            }
            Form::Closure | Form::ClosureOwn => self.closure(node, form),
            Form::Function => self.object_method(node),
            Form::Type => self.type_value(node),
            // A default inside a pattern: `{ name = value }`.
            Form::Param => ExprKind::Assign {
                target: self.required(node, Part::Name),
                value: self.part(node, Part::Default).map(|node| self.expr(node)),
                update: None,
                annotation: None,
            },
            Form::ParamRest => ExprKind::Spread(self.inner(node)),
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
            Form::Pair => self.pair(node),
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
        if !parts.is_empty() {
            return ExprKind::Other(self.list(&parts));
        }
        let text = self.source(node);
        if text.len() <= self.habits.longest_text
            && let Parent::Expr(id) = self.parent
        {
            let text = self.facts.names.intern(unquoted(text));
            self.facts.texts.insert(id, text);
        }
        ExprKind::Literal(Literal::Text)
    }

    /// A key that is a plain word names its entry.
    fn pair(&mut self, node: Node<'tree>) -> ExprKind {
        let key = self.part(node, Part::Key);
        match key.filter(|key| self.form(*key).is_none() && self.children(*key).is_empty()) {
            Some(key) => {
                let name = self.name(key);
                let value = self.required(node, Part::Value);
                self.christen(value, name, key);
                ExprKind::Named { name, value }
            }
            None => ExprKind::Pair { key: self.required(node, Part::Key), value: self.required(node, Part::Value) },
        }
    }

    /// A method of an object literal is a named value of it.
    fn object_method(&mut self, node: Node<'tree>) -> ExprKind {
        let Some(head) = self.part(node, Part::Name) else { return ExprKind::Literal(Literal::Other) };
        let name = self.name(head);
        let value = self.expr_with(node, |this| this.closure(node, Form::ClosureOwn));
        self.christen(value, name, head);
        ExprKind::Named { name, value }
    }

    /// The part that holds the value, or else the only child; empty where broken code lacks it.
    fn inner(&mut self, node: Node<'tree>) -> ExprId {
        match self.part(node, Part::Value).or_else(|| self.first_child(node)) {
            Some(inner) => self.expr(inner),
            None => self.expr_with(node, |_| ExprKind::Literal(Literal::Other)),
        }
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
        if let Some(name) = self.spelt_member(node, &keys) {
            return ExprKind::Field { base, name };
        }
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

    /// The method that is called by its quoted name, as transpilers write a name that once was reserved: `map["delete"](key)`.
    fn spelt_member(&mut self, node: Node<'tree>, keys: &[Node<'tree>]) -> Option<Name> {
        let [only] = keys else { return None };
        let called = node.parent().is_some_and(|parent| self.part(parent, Part::Callee) == Some(node));
        let text = self.source(*only);
        let name = unquoted(text);
        let plain = name.len() + 2 == text.len() && !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        (called && plain && self.habits.member_texts).then(|| self.facts.names.intern(name))
    }

    /// `getattr(base, "name")` reads a field; so it does with a constant that stands for a missing one.
    fn fetched(&mut self, node: Node<'tree>) -> Option<ExprKind> {
        let callee = self.part(node, Part::Callee).filter(|_| !self.habits.attributes.is_empty())?;
        if !self.habits.attributes.iter().any(|word| word == self.source(callee)) {
            return None;
        }
        let args = self.children(self.part(node, Part::Args)?);
        let ([base, named] | [base, named, _]) = args.as_slice() else { return None };
        let text = self.source(*named).trim_matches(['"', '\'']);
        let identifier =
            text.starts_with(|c: char| c.is_alphabetic() || c == '_') && text.chars().all(|c| c.is_alphanumeric() || c == '_');
        let constant = |node: &Node<'tree>| matches!(self.form(*node), Some(Form::Null | Form::True | Form::False));
        if self.form(*named) != Some(Form::Text) || !identifier || !args.get(2).is_none_or(constant) {
            return None;
        }
        let name = self.facts.names.intern(text);
        Some(ExprKind::Field { base: self.expr(*base), name })
    }

    fn call(&mut self, node: Node<'tree>, form: Form) -> ExprKind {
        let callee = self.required(node, Part::Callee);
        let args = match self.part(node, Part::Args) {
            // A generator expression can stand without the parentheses of an argument list.
            Some(args) if self.form(args).is_some() => vec![args],
            Some(args) => self.children(args),
            None => {
                self.leave_unread(node);
                Vec::new()
            }
        };
        let args = self.all(&args);
        if let Parent::Expr(id) = self.parent {
            self.facts.functions[self.function.index()].calls.push(id);
            self.called(id, callee, args);
        }
        if form == Form::Construct && self.habits.typed_fields {
            self.initialise(args);
        }
        ExprKind::Call { callee, args }
    }

    /// Notes the names in arguments that are not read, because something may be done through them there.
    fn leave_unread(&mut self, node: Node<'tree>) {
        let text = self.source(node);
        let Some((head, inside)) = text.split_once('!') else { return };
        if self.habits.macros.look.iter().any(|word| Some(word.as_str()) == head.rsplit("::").next()) {
            return;
        }
        let span = self.span(node);
        let words = inside.split(|c: char| !c.is_alphanumeric() && c != '_');
        for word in words.filter(|word| word.starts_with(|c: char| c.is_lowercase() || c == '_')) {
            let name = self.facts.names.intern(word);
            self.facts.unread.entry(name).or_default().push(span);
        }
    }

    /// What a call says about the closures in it and about the module it may stand for.
    fn called(&mut self, call: ExprId, callee: ExprId, args: List) {
        let args = self.facts.list(args).to_vec();
        self.lend_instance(callee, &args);
        match self.facts.kind(callee) {
            ExprKind::Closure(function) => self.facts.functions[function.index()].traits.is_immediate = true,
            ExprKind::Name { name, .. } => {
                let requires = self.habits.requires.iter().any(|word| word == self.facts.text(name));
                if let ([only], true) = (args.as_slice(), requires) {
                    let module = match self.facts.literal_text(*only) {
                        Some(text) => Some(super::import::module_path(text)),
                        None => self.facts.modules.get(only).map(|path| self.facts.text(*path).to_owned()),
                    };
                    if let Some(module) = module {
                        let module = self.facts.names.intern(&module);
                        self.facts.modules.insert(call, module);
                    }
                }
            }
            ExprKind::Field { base, name } => self.receives(base, name, &args),
            _ => {}
        }
    }

    /// `each(function () {}, this)`: the instance is that of the function around it. `__awaiter(this, …, function* () {})`:
    /// what a transpiler makes of a function that waits takes the instance first.
    fn lend_instance(&mut self, callee: ExprId, args: &[ExprId]) {
        let Some(given) = args.iter().rposition(|arg| self.facts.kind(*arg) == ExprKind::This) else { return };
        let name = match self.facts.kind(callee) {
            ExprKind::Name { name, .. } | ExprKind::Field { name, .. } => self.facts.text(name),
            _ => "",
        };
        let first = given == 0 && self.habits.runners.iter().any(|word| word == name);
        for arg in if first { &args[1..] } else { &args[..given] } {
            if let ExprKind::Closure(function) = self.facts.kind(*arg) {
                self.facts.functions[function.index()].traits.own_instance = false;
            }
        }
    }

    /// `(function () {}).call(this)` runs at once; `function () {}.bind(this)` keeps the instance; `items.forEach(item => …)` hands out elements.
    fn receives(&mut self, base: ExprId, name: Name, args: &[ExprId]) {
        let given_instance = args.iter().any(|arg| self.facts.kind(*arg) == ExprKind::This);
        let name = self.facts.text(name).to_owned();
        if let ExprKind::Closure(function) = self.facts.kind(base) {
            let traits = &mut self.facts.functions[function.index()].traits;
            traits.is_immediate |= name == "call" || name == "apply";
            traits.own_instance &= !given_instance;
        }
        let visits = self.habits.visits.contains(&name);
        let Some(&first) = args.first() else { return };
        let ExprKind::Closure(function) = self.facts.kind(first) else { return };
        let Some(param) = self.facts.functions[function.index()].params.first().filter(|_| visits) else { return };
        let (binding, name) = (param.binding, param.name);
        let scope = self.facts.functions[function.index()].scope;
        let span = self.facts.functions[function.index()].head;
        let target = ExprId(self.facts.exprs.len() as u32);
        let kind = ExprKind::Name { name, binding: Some(binding) };
        self.facts.exprs.push(Expr { kind, span, parent: Parent::None, scope });
        self.pending.push(Definition { target, source: Source::Iterated(base), annotation: None });
    }

    fn operation(&mut self, node: Node<'tree>) -> ExprKind {
        let written = self.part(node, Part::Operator).map(|node| self.source(node));
        let children = self.children(node);
        if written == Some("delete") {
            return ExprKind::Delete(self.all(&children));
        }
        let operator = written.map_or(Operator::Other, Self::operator);
        ExprKind::Operation { operator, operands: self.all(&children) }
    }

    fn assign(&mut self, node: Node<'tree>) -> ExprKind {
        let (target, value) = (self.part(node, Part::Target), self.part(node, Part::Value));
        self.name_types(target, value);
        let value = value.map(|node| self.expr(node));
        self.assigned(node, value)
    }

    /// An assignment of a value that is lowered already.
    pub fn assigned(&mut self, node: Node<'tree>, value: Option<ExprId>) -> ExprKind {
        let update = self.part(node, Part::Operator).map(|node| Self::operator(self.source(node)));
        let annotation = self.part(node, Part::Type).map(|node| self.expr(node));
        let source = match (value, update, annotation) {
            // `place ||= value` gives the place a value of its own or keeps the one it has.
            (Some(value), Some(Operator::Or | Operator::And), _) => Source::Assigned(value),
            (Some(value), Some(_), _) => Source::Updated(value),
            // A chain `a = b = value` gives the same value to both.
            (Some(value), None, _) => Source::Assigned(self.chained(value)),
            (None, _, Some(annotation)) => Source::Declared(annotation),
            (None, _, None) => Source::Caught,
        };
        let target = match self.part(node, Part::Target) {
            // `count++` has no value beside its own.
            Some(target) if value.is_none() && update.is_some() => {
                let written = self.expr(target);
                self.bind(written, Source::Updated(written), None);
                written
            }
            Some(target) => self.target(target, source, annotation),
            None => self.required(node, Part::Target),
        };
        if let (Some(value), None) = (value, update) {
            self.name_value(target, value, node);
        }
        ExprKind::Assign { target, value, update, annotation }
    }

    /// A type without a name is called like what it is given to.
    fn name_types(&mut self, target: Option<Node<'tree>>, value: Option<Node<'tree>>) {
        let Some((target, value)) = target.zip(value) else { return };
        if self.form(value) == Some(Form::Type) && self.form(target) == Some(Form::Name) {
            self.hint = Some(self.name(target));
        }
    }

    /// A closure is called like what it is given to; in a field of the instance it is a method.
    fn name_value(&mut self, target: ExprId, value: ExprId, node: Node<'tree>) {
        let head = self.part(node, Part::Target).unwrap_or(node);
        match self.facts.kind(target) {
            ExprKind::Name { name, .. } => {
                self.christen(value, name, head);
            }
            ExprKind::Field { base, name } => {
                let Some(function) = self.christen(value, name, head) else { return };
                if self.facts.kind(base) == ExprKind::This
                    && let Some((owner, shared)) = self.facts.instance_in(self.function)
                {
                    self.adopt(function, owner, shared);
                }
            }
            _ => {}
        }
    }

    /// A declaration: the value is lowered before the names exist, as it is evaluated before they do.
    pub fn local(&mut self, node: Node<'tree>, form: Form) -> ExprKind {
        let (target, value) = (self.part(node, Part::Target), self.part(node, Part::Value));
        self.name_types(target, value);
        let value = value.map(|node| self.expr(node));
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
            // At the top of the file everything sees it; a function's own is found by what stands below it.
            Form::LocalStatic => (ScopeId(0), if own.0 == 0 { 0 } else { self.span(node).start }),
            _ => (if self.hoisting { own } else { here }, self.span(node).end),
        };
        let before =
            self.declaring.replace(Declaring { scope, since, pattern: form == Form::Local && self.habits.constant_patterns });
        let target = match self.part(node, Part::Target) {
            Some(target) => self.target(target, source, annotation),
            None => self.required(node, Part::Target),
        };
        self.declaring = before;
        if form == Form::LocalStatic
            && self.is_confined(node)
            && let ExprKind::Name { binding: Some(binding), .. } = self.facts.kind(target)
        {
            self.facts.confined.insert(Confined::Name(binding));
        }
        if let Some(value) = value {
            self.name_value(target, value, node);
        }
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

    fn closure(&mut self, node: Node<'tree>, form: Form) -> ExprKind {
        let (params, body) = (self.part(node, Part::Params), self.part(node, Part::Body));
        let made = match self.parent {
            Parent::Expr(made) => Some(made),
            _ => None,
        };
        let id = self.define(FunctionKind::Closure, node, None, None, params, body);
        self.facts.functions[id.index()].made = made;
        let traits = &mut self.facts.functions[id.index()].traits;
        traits.is_async = self.forms.part(node, Part::Async).is_some();
        traits.own_instance = form == Form::ClosureOwn;
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
            // `*place.borrow_mut() = value` writes what the call hands out.
            ExprKind::Call { .. } if self.habits.typed_fields && self.declaring.is_none() => {
                self.pending.push(Definition { target, source, annotation });
            }
            ExprKind::Collection { kind: CollectionKind::Map, items } => self.unpack(items, source),
            ExprKind::Assign { target, .. } => self.bind(target, source, annotation),
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

    /// `{ a, b: c } = value` gives `a` and `c` the values of the fields `value.a` and `value.b`.
    fn unpack(&mut self, items: List, source: Source) {
        for (at, item) in self.facts.list(items).to_vec().into_iter().enumerate() {
            let target = match self.facts.kind(item) {
                ExprKind::Named { value, .. } | ExprKind::Pair { value, .. } | ExprKind::Spread(value) => value,
                _ => item,
            };
            let field = match self.facts.kind(item) {
                ExprKind::Named { name, .. } | ExprKind::Name { name, .. } => Some(name),
                ExprKind::Assign { target, .. } => match self.facts.kind(target) {
                    ExprKind::Name { name, .. } => Some(name),
                    _ => None,
                },
                _ => None,
            };
            let part = match (source, field) {
                (Source::Assigned(base), Some(name)) => Source::Assigned(self.read(target, base, name)),
                (Source::Assigned(value) | Source::Unpacked(value, _) | Source::Iterated(value), _) => {
                    Source::Unpacked(value, at as u32)
                }
                (other, _) => other,
            };
            self.bind(target, part, None);
        }
    }

    /// A field that is read where nobody wrote so.
    fn read(&mut self, target: ExprId, base: ExprId, name: Name) -> ExprId {
        let id = ExprId(self.facts.exprs.len() as u32);
        let Expr { span, scope, .. } = *self.facts.expr(target);
        self.facts.exprs.push(Expr { kind: ExprKind::Field { base, name }, span, parent: self.parent, scope });
        id
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
