//! Functions that are used as types: their methods are given to the prototype, or to `this` in the function itself.

use crate::facts::{
    BindingId, BindingKind, CollectionKind, ExprId, ExprKind, Facts, Function, FunctionId, FunctionKind, Name, Scope, ScopeId,
    Traits, Type, TypeId,
};
use crate::language::Habits;
use rustc_hash::FxHashMap;

/// The fields that functions give to what they are called on, by the function that does so: the name, and the closure
/// if it is one.
type Given = FxHashMap<FunctionId, Vec<(Name, Option<FunctionId>)>>;

struct Prototypes<'a> {
    facts: &'a mut Facts,
    habits: &'a Habits,
    given: Given,
}

/// Turns every function that has methods on its prototype, or that fills its instance and is constructed, into a type.
pub fn resolve(facts: &mut Facts, habits: &Habits) {
    if habits.prototype.is_empty() {
        return;
    }
    let given = given(facts);
    let mut all = Prototypes { facts, habits, given };
    for at in 0..all.facts.exprs.len() {
        match all.facts.exprs[at].kind {
            ExprKind::Collection { kind: CollectionKind::Map, .. } => all.described(ExprId(at as u32)),
            ExprKind::Assign { target, value: Some(value), .. } => all.assigned(target, value),
            ExprKind::Call { callee, .. } => all.called(ExprId(at as u32), callee),
            _ => {}
        }
    }
    for at in 0..all.facts.exprs.len() {
        if let ExprKind::Call { callee, .. } = all.facts.exprs[at].kind {
            all.borrowed(ExprId(at as u32), callee);
        }
    }
}

fn given(facts: &Facts) -> Given {
    let mut given = Given::default();
    for expr in &facts.exprs {
        let ExprKind::Assign { target, value: Some(value), .. } = expr.kind else { continue };
        let ExprKind::Field { base, name } = facts.kind(target) else { continue };
        if facts.kind(base) != ExprKind::This {
            continue;
        }
        // The function whose `this` it is: arrow functions have none of their own.
        let mut around = facts.enclosing(facts.function_of(base));
        let Some(owner) = around.find(|id| facts.function(*id).traits.own_instance || facts.function(*id).owner.is_some()) else {
            continue;
        };
        let closure = match facts.kind(value) {
            ExprKind::Closure(function) => Some(function),
            _ => None,
        };
        given.entry(owner).or_default().push((name, closure));
    }
    given
}

impl Prototypes<'_> {
    /// `Type.prototype.name = function`, `Type.prototype = { … }`.
    fn assigned(&mut self, target: ExprId, value: ExprId) {
        if let ExprKind::Field { base, .. } = self.facts.kind(target)
            && let Some(ty) = self.prototype_of(base)
            && let ExprKind::Closure(method) = self.facts.kind(value)
        {
            self.adopt(ty, method);
        } else if let Some(ty) = self.prototype_of(target) {
            self.adopt_all(ty, value);
        }
    }

    /// `Object.assign(Type.prototype, { … })`, `util.inherits(Type, Base)` and `new Type()`.
    fn called(&mut self, call: ExprId, callee: ExprId) {
        let args = self.facts.args(call).to_vec();
        match (self.facts.dotted(callee).as_deref(), args.as_slice()) {
            (Some("Object.assign"), [target, sources @ ..]) => {
                let Some(ty) = self.prototype_of(*target) else { return };
                for source in sources {
                    self.adopt_all(ty, *source);
                }
            }
            (Some("util.inherits" | "inherits"), [heir, base]) => {
                let Some(ty) = self.type_of(*heir) else { return };
                self.facts.types[ty.index()].bases.push(*base);
            }
            _ => {
                let Some(binding) = self.facts.binding_of(callee) else { return };
                if let BindingKind::Function(function) = self.facts.binding(binding).kind
                    && self.facts.function(function).owner.is_none()
                    && self.given.contains_key(&function)
                {
                    self.make(binding, function);
                }
            }
        }
    }

    /// `Base.prototype.close.call(this)`: a type that calls another one's methods on its own instance inherits from that.
    fn borrowed(&mut self, call: ExprId, callee: ExprId) {
        let facts = &*self.facts;
        let own = facts.args(call).first().is_some_and(|first| facts.kind(*first) == ExprKind::This);
        let ExprKind::Field { base: method, name } = facts.kind(callee) else { return };
        if !own || !matches!(facts.text(name), "call" | "apply") {
            return;
        }
        let (ExprKind::Field { base: prototype, .. }, Some(heir)) = (facts.kind(method), facts.owner_of(facts.function_of(call)))
        else {
            return;
        };
        let Some(base) = self.prototype_of(prototype).filter(|base| *base != heir) else { return };
        let ExprKind::Field { base: named, .. } = self.facts.kind(prototype) else { return };
        let known = self.facts.types[heir.index()]
            .bases
            .iter()
            .any(|other| self.facts.binding_of(*other) == self.facts.binding_of(named));
        let around = self.facts.types[base.index()].bases.iter().any(|other| self.named(*other) == Some(heir));
        if !known && !around {
            self.facts.types[heir.index()].bases.push(named);
        }
    }

    /// The type that a name stands for already.
    fn named(&self, expr: ExprId) -> Option<TypeId> {
        match self.facts.binding(self.facts.binding_of(expr)?).kind {
            BindingKind::Type(ty) => Some(ty),
            _ => None,
        }
    }

    /// `{ mounted() { … }, methods: { … } }`: what a framework makes instances of.
    fn described(&mut self, object: ExprId) {
        let entries = self.closures(object);
        let named = |(name, _): &(Name, FunctionId)| self.habits.hooks.iter().skip(1).any(|hook| hook == self.facts.text(*name));
        let (Some(first), Some(word)) = (entries.iter().find(|entry| named(entry)), self.habits.hooks.first()) else { return };
        if self.facts.function(first.1).owner.is_some() {
            return;
        }
        let own = Function { name: None, span: self.facts.expr(object).span, ..self.facts.function(first.1).clone() };
        let name = self.facts.names.intern(word);
        let id = TypeId(self.facts.types.len() as u32);
        let body = self.body(&own, id, first.1);
        self.facts.types.push(Type { base_paths: vec![name], ..bare(name, &own, body) });
        let inner: Vec<_> = self.objects(object).into_iter().flat_map(|object| self.closures(object)).collect();
        for (name, method) in entries.into_iter().chain(inner) {
            self.facts.functions[method.index()].name.get_or_insert(name);
            self.adopt(id, method);
        }
    }

    /// The functions that are entries of an object literal, with their names, without those that have no instance.
    fn closures(&self, object: ExprId) -> Vec<(Name, FunctionId)> {
        let closure = |item: &ExprId| match self.facts.kind(*item) {
            ExprKind::Named { name, value } => match self.facts.kind(value) {
                ExprKind::Closure(method) if self.facts.function(method).traits.own_instance => Some((name, method)),
                _ => None,
            },
            _ => None,
        };
        self.items(object).iter().filter_map(closure).collect()
    }

    /// The object literals that are entries of one.
    fn objects(&self, object: ExprId) -> Vec<ExprId> {
        let inner = |item: &ExprId| match self.facts.kind(*item) {
            ExprKind::Named { value, .. } => {
                matches!(self.facts.kind(value), ExprKind::Collection { kind: CollectionKind::Map, .. }).then_some(value)
            }
            _ => None,
        };
        self.items(object).iter().filter_map(inner).collect()
    }

    fn items(&self, object: ExprId) -> Vec<ExprId> {
        match self.facts.kind(object) {
            ExprKind::Collection { items, .. } => self.facts.list(items).to_vec(),
            _ => Vec::new(),
        }
    }

    fn adopt_all(&mut self, ty: TypeId, object: ExprId) {
        for item in self.items(object) {
            if let ExprKind::Named { value, .. } = self.facts.kind(item)
                && let ExprKind::Closure(method) = self.facts.kind(value)
            {
                self.adopt(ty, method);
            }
        }
    }

    /// The type whose prototype an expression is, by itself or by a variable that is given it once.
    fn prototype_of(&mut self, expr: ExprId) -> Option<TypeId> {
        let expr = match self.facts.binding_of(expr).map(|binding| self.facts.binding(binding).definitions.as_slice()) {
            Some([only]) => self.facts.value_of(only)?,
            Some(_) => return None,
            None => expr,
        };
        let ExprKind::Field { base, name } = self.facts.kind(expr) else { return None };
        if self.facts.text(name) != self.habits.prototype {
            return None;
        }
        self.type_of(base)
    }

    /// The type that a name stands for; a function becomes one.
    fn type_of(&mut self, expr: ExprId) -> Option<TypeId> {
        let binding = self.facts.binding_of(expr)?;
        match self.facts.binding(binding).kind {
            BindingKind::Type(ty) => Some(ty),
            BindingKind::Function(function) => Some(self.make(binding, function)),
            _ => None,
        }
    }

    fn make(&mut self, binding: BindingId, function: FunctionId) -> TypeId {
        let id = TypeId(self.facts.types.len() as u32);
        let own = self.facts.function(function).clone();
        let body = self.body(&own, id, function);
        let name = self.facts.binding(binding).name;
        self.facts.types.push(Type { methods: vec![function], ..bare(name, &own, body) });
        for at in 0..self.facts.bindings.len() {
            if self.facts.bindings[at].kind == BindingKind::Function(function) {
                self.facts.bindings[at].kind = BindingKind::Type(id);
            }
        }
        let constructor = &mut self.facts.functions[function.index()];
        constructor.owner = Some(id);
        constructor.traits.is_constructor = true;
        for (name, closure) in self.given.get(&function).cloned().unwrap_or_default() {
            if let Some(method) = closure {
                self.facts.functions[method.index()].name.get_or_insert(name);
                self.adopt(id, method);
            }
        }
        id
    }

    /// The body of a type that has none in the text.
    fn body(&mut self, own: &Function, ty: TypeId, function: FunctionId) -> FunctionId {
        let id = FunctionId(self.facts.functions.len() as u32);
        let scope = ScopeId(self.facts.scopes.len() as u32);
        let parent = self.facts.scopes[own.scope.index()].parent;
        self.facts.scopes.push(Scope { parent, function: id, opaque: true, bindings: Vec::new() });
        self.facts.functions.push(Function {
            steps: Vec::new(),
            callers: Vec::new(),
            returns: None,
            kind: FunctionKind::TypeBody,
            name: own.name,
            span: own.span,
            head: own.head,
            parent: self.facts.function(function).parent,
            owner: Some(ty),
            scope,
            params: Vec::new(),
            receiver: None,
            decorators: Vec::new(),
            traits: Traits::default(),
            body: Vec::new(),
            made: None,
            calls: Vec::new(),
        });
        id
    }

    fn adopt(&mut self, ty: TypeId, method: FunctionId) {
        let function = &self.facts.functions[method.index()];
        if function.owner.is_some() {
            return;
        }
        let teardown = function.name.is_some_and(|name| self.habits.teardowns.iter().any(|word| word == self.facts.text(name)));
        let function = &mut self.facts.functions[method.index()];
        function.owner = Some(ty);
        function.kind = FunctionKind::Named;
        function.traits.is_teardown |= teardown;
        self.facts.types[ty.index()].methods.push(method);
    }
}

/// A type that stands where a function does, with nothing else known of it.
fn bare(name: Name, own: &Function, body: FunctionId) -> Type {
    Type {
        made: Vec::new(),
        traits: Vec::new(),
        name,
        span: own.span,
        head: own.head,
        parent: own.parent.unwrap_or(FunctionId(0)),
        bases: Vec::new(),
        local_bases: Vec::new(),
        base_paths: Vec::new(),
        decorators: Vec::new(),
        is_foreign: false,
        is_copied: false,
        methods: Vec::new(),
        body,
    }
}
