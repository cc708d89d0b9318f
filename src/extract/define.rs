//! Functions, types and parameters.

use super::kept::Deed;
use super::lower::{Declaring, Lowering};
use super::tail::Tail;
use crate::facts::{
    BindingKind, Block, ExitKind, ExprId, FunctionId, FunctionKind, ParamKind, Parent, ScopeId, StepId, StepKind, TypeId,
};
use crate::language::{Form, Part, Receiver};
use tree_sitter::Node;

/// What a function sets aside while it is lowered.
struct Surroundings {
    declaring: Option<Declaring>,
    hoisting: bool,
    exporting: bool,
    in_switch: bool,
    decorators: Vec<ExprId>,
    prologue: Block,
}

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
        let decorators = self.decorating(node, decorators);
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
        self.settle(binding, BindingKind::Function(id));
        let declared = self.habits.receiver == Receiver::Declared && owner.is_some();
        let asks_lasting = params.is_some_and(|params| self.has_lasting_instance(params));
        let is_static = self.part(node, Part::Static).is_some() || (declared && !instance);
        let function = &mut self.facts.functions[id.index()];
        function.decorators = decorators;
        function.traits.is_async = self.forms.part(node, Part::Async).is_some();
        function.traits.is_static = is_static;
        function.traits.asks_lasting = asks_lasting;
        function.traits.own_instance = true;
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

    /// Whether the instance that stands among the parameters must live as long as the process.
    fn has_lasting_instance(&self, params: Node<'tree>) -> bool {
        let permanent = &self.habits.permanent;
        let lasts =
            |node: &Node<'tree>| self.form(*node) == Some(Form::This) && self.source(*node).starts_with(permanent.as_str());
        !permanent.is_empty() && self.children(params).iter().any(lasts)
    }

    /// The decorators of a definition: those given, those that stand before it, and those inside it.
    pub fn decorating(&mut self, node: Node<'tree>, given: &[ExprId]) -> Vec<ExprId> {
        let mut all = std::mem::take(&mut self.decorators);
        all.extend_from_slice(given);
        for inner in self.parts(node, Part::Decorator) {
            all.push(self.decorator(inner));
        }
        all
    }

    /// What a decorator calls or names.
    pub fn decorator(&mut self, node: Node<'tree>) -> ExprId {
        let before = std::mem::replace(&mut self.parent, Parent::None);
        let inner = self.part(node, Part::Value).or_else(|| self.children(node).first().copied());
        let value = self.expr(inner.unwrap_or(node));
        self.parent = before;
        value
    }

    /// Whether what is lowered stands in the body of a type itself.
    pub fn at_type_body(&self) -> bool {
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
        let params = match params {
            // A lone parameter needs no parentheses in some languages.
            Some(only) if self.form(only).is_some() => vec![only],
            Some(params) => self.children(params),
            None => Vec::new(),
        };
        let defaults: Vec<(Option<ExprId>, Option<ExprId>)> = params.iter().map(|param| self.outside(*param)).collect();
        let returns = self.returned(kind, node);
        let id = self.new_function(kind, node, head, owner);
        self.facts.functions[id.index()].returns = returns;
        let (scope, function, parent) = (self.scope, self.function, self.parent);
        let outer = self.entering();
        let (hoisted, around, broken) = (std::mem::take(&mut self.hoisted), self.around, self.broken.take());
        self.around = Parent::None;
        let shell = owner.filter(|_| kind == FunctionKind::TypeBody).map_or(scope, |owner| self.with_self(scope, owner));
        self.scope = self.new_scope(Some(shell), id, kind == FunctionKind::TypeBody && self.habits.opaque_types);
        (self.function, self.parent) = (id, Parent::None);
        self.facts.functions[id.index()].scope = self.scope;
        for (at, (param, (default, annotation))) in params.into_iter().zip(defaults).enumerate() {
            if let Some(param) = self.parameter(param, at as u32, default, annotation) {
                self.facts.functions[id.index()].params.push(param);
            }
        }
        let mut steps = std::mem::take(&mut self.prologue);
        steps.extend(self.body(kind, returns.is_some(), body));
        self.facts.functions[id.index()].body = steps;
        (self.scope, self.function, self.parent) = (scope, function, parent);
        (self.hoisted, self.around, self.broken) = (hoisted, around, broken);
        self.leaving(outer);
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

    /// What holds in a function does not hold in one inside it.
    fn entering(&mut self) -> Surroundings {
        Surroundings {
            declaring: self.declaring.take(),
            hoisting: std::mem::take(&mut self.hoisting),
            exporting: std::mem::take(&mut self.exporting),
            in_switch: std::mem::take(&mut self.in_switch),
            decorators: std::mem::take(&mut self.decorators),
            prologue: std::mem::take(&mut self.prologue),
        }
    }

    fn leaving(&mut self, outer: Surroundings) {
        self.declaring = outer.declaring;
        self.hoisting = outer.hoisting;
        self.exporting = outer.exporting;
        self.in_switch = outer.in_switch;
        self.decorators = outer.decorators;
        self.prologue = outer.prologue;
    }

    /// The body of a lambda is an expression: its value is what it returns.
    fn body(&mut self, kind: FunctionKind, returns: bool, body: Option<Node<'tree>>) -> Block {
        let Some(body) = body else { return Vec::new() };
        if self.habits.flow_values && kind != FunctionKind::TypeBody {
            let tail = if returns || kind == FunctionKind::Closure { Tail::Return } else { Tail::Discard };
            return self.valued(body, tail);
        }
        if kind != FunctionKind::Closure || self.form(body) == Some(Form::Block) {
            // The scope of a function is that of its body.
            let mut steps = Vec::new();
            match self.form(body) {
                None | Some(Form::Block) => self.inside(body, &mut steps),
                Some(_) => self.step(body, &mut steps),
            }
            return steps;
        }
        let lowered = self
            .deeper(|this| this.step_with(body, |this| StepKind::Exit { kind: ExitKind::Return, value: Some(this.expr(body)) }));
        lowered.into_iter().collect()
    }

    /// Reads a function's name and decorators for what they say about it.
    pub fn mark(&mut self, id: FunctionId) {
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
        let permanent = &self.habits.permanent;
        let lasts = |returns: ExprId| self.facts.expr(returns).span.slice(self.file).contains(permanent.as_str());
        traits.returns_lasting = !permanent.is_empty() && function.returns.is_some_and(lasts);
        traits.is_maker = method && self.habits.constructors.contains(&name);
        traits.is_constructor = traits.is_maker || method && self.makes_owner(function);
        traits.is_teardown = method && self.habits.teardowns.contains(&name) && !self.is_told_what(function);
        let tests = |name: &str| self.habits.test_prefixes.iter().any(|prefix| name.starts_with(prefix.as_str()));
        traits.is_test |= tests(&name) || function.owner.is_some_and(|owner| self.is_test_type(owner, tests));
        let first = function.params.first().map(|param| param.binding);
        let named = self.habits.receiver == Receiver::FirstParameter && method && !traits.is_static;
        let function = &mut self.facts.functions[id.index()];
        function.traits = traits;
        function.receiver = first.filter(|_| named);
    }

    /// Whether a method cannot be called without an argument that says which of several things it is about.
    fn is_told_what(&self, function: &crate::facts::Function) -> bool {
        let (known, keys) = (&self.habits.teardown_arguments, &self.habits.teardown_keys);
        let how =
            |name: &str| name.rsplit('_').find(|word| !word.is_empty()).is_none_or(|last| known.iter().any(|word| word == last));
        let asks = |param: &crate::facts::Param| param.default.is_none() && param.kind == ParamKind::Plain;
        let own = usize::from(self.habits.receiver == Receiver::FirstParameter);
        let which = |name: &str| keys.iter().any(|word| is_last_word(name, word));
        let tells = |name: &str| !known.is_empty() && !how(name) || which(name);
        function.params.iter().skip(own).any(|param| asks(param) && tells(self.facts.names.text(param.name)))
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

    /// `global` and `nonlocal`: the name is looked up around the function and never declared in it.
    pub fn borrow(&mut self, node: Node<'tree>, module: bool) {
        for node in self.parts(node, Part::Name) {
            let name = self.name(node);
            self.borrowed.insert((self.scope, name));
            if let (Some(keeping), 0) = (&mut self.keeping, self.scope.0) {
                keeping.off = true;
            }
            if module {
                self.declare(ScopeId(0), name, BindingKind::Variable);
                self.module_names.insert((self.scope, name));
                self.note(Deed::Takes(self.scope, name));
            }
        }
    }
}

/// Whether a name ends with a word: `sessionId` with `Id`, `row_id` with `id`, and `grid` not with `id`.
fn is_last_word(name: &str, word: &str) -> bool {
    let ends = |before: &str| before.is_empty() || before.ends_with('_') || word.starts_with(char::is_uppercase);
    name.strip_suffix(word).is_some_and(ends)
}
