//! From the facts of one file to its outline.

use super::module::face;
use super::outline::{Caller, Gives, Keeping, Kind, Made, Of, Outline, Text, Touch, Verb};
use crate::facts::{
    self, Action, BindingKind, Definition, ExprId, ExprKind, Facts, FunctionId, FunctionKind, Operation, Parent, Place, Root,
    Segment, Source, StepKind, TypeId,
};
use crate::rules::Verbs;
use rustc_hash::FxHashMap;

/// The outline of a file: what others may want to know of it. `verbs` are the methods that let go, in any rule.
pub fn outline(facts: &Facts, path: &str, test: bool, verbs: &Verbs) -> Outline {
    let mut outline = Outline::new(path, &facts.language, test);
    outline.program = facts.is_program;
    outline.commanded = reads_command_line(facts, verbs);
    outline.bare = face(path).is_some() && is_bare(facts);
    let mut reading = Reading { facts, verbs, outline };
    reading.kinds();
    reading.touches();
    reading.made();
    reading.calls();
    reading.takers();
    reading.outline.hold(facts);
    reading.outline
}

pub(super) struct Reading<'a> {
    pub(super) facts: &'a Facts,
    pub(super) verbs: &'a Verbs,
    pub(super) outline: Outline,
}

impl Reading<'_> {
    fn kinds(&mut self) {
        for (_, ty) in self.facts.types() {
            let name = self.outline.intern(self.facts.text(ty.name));
            let bases: Vec<String> = ty.bases.iter().filter_map(|base| self.base(*base)).collect();
            let bases = bases.iter().map(|base| self.outline.intern(base)).collect();
            let ends = ty.methods.iter().map(|method| self.facts.function(*method)).filter(|method| method.traits.is_teardown);
            let teardowns = ends.filter_map(|method| method.name).collect::<Vec<_>>();
            let teardowns = teardowns.into_iter().map(|name| self.outline.intern(self.facts.text(name))).collect();
            self.outline.kinds.push(Kind { name, bases, foreign: ty.is_foreign, teardowns });
        }
        for (ty, field) in &self.facts.assigned_fields {
            let owner = self.outline.intern(self.facts.text(self.facts.ty(*ty).name));
            let field = self.outline.intern(self.facts.text(*field));
            self.outline.fields.push((owner, field));
        }
        for keyed in self.facts.keyed() {
            let owner = self.kind_name(keyed.owner);
            let field = self.outline.intern(self.facts.text(keyed.field));
            let key = self.outline.intern(self.facts.text(keyed.key));
            self.outline.keyed.push((owner, field, key));
        }
        if face(&self.outline.path).is_some() {
            let module = self.facts.bindings.iter().filter(|binding| binding.scope.index() == 0);
            for binding in module.filter(|binding| !matches!(binding.kind, BindingKind::Import(_))) {
                let name = self.outline.intern(self.facts.text(binding.name));
                self.outline.own.push(name);
            }
        }
        for (_, function) in self.facts.functions() {
            if let (FunctionKind::Named, Some(name)) = (function.kind, function.name) {
                let name = self.outline.intern(self.facts.text(name));
                self.outline.functions.push(name);
            }
        }
    }

    /// A base by its dotted path, or by its name if this file defines it.
    fn base(&self, base: ExprId) -> Option<String> {
        let base = self.facts.generic(base);
        let local = self.facts.binding_of(base).and_then(|binding| match self.facts.binding(binding).kind {
            BindingKind::Type(ty) => Some(self.facts.text(self.facts.ty(ty).name).to_owned()),
            _ => None,
        });
        let written = match self.facts.kind(base) {
            ExprKind::Name { name, .. } => self.facts.text(name),
            _ => "",
        };
        local.or_else(|| self.facts.dotted(base).map(|path| under(&path, written)))
    }

    fn touches(&mut self) {
        for (id, place) in self.facts.places.iter() {
            let Some((what, of)) = self.whose(place) else { continue };
            for operation in self.facts.operations(id) {
                if let Some(verb) = self.verb(operation) {
                    self.touch(what, of, verb, operation);
                }
            }
        }
    }

    fn touch(&mut self, what: Text, of: Of, verb: Verb, operation: &Operation) {
        let method = self.facts.method_of(operation.function).unwrap_or(operation.function);
        let traits = self.facts.function(method).traits;
        let function = self.function_name(operation.function);
        // A field that a constructor gives its value is made there, which says nothing about its end.
        if traits.is_constructor && verb == Verb::Replace && matches!(of, Of::Own(_)) {
            return;
        }
        let (teardown, constructor) = (traits.is_teardown, traits.is_constructor);
        self.outline.touches.push(Touch { what, of, verb, function, teardown, constructor });
    }

    /// The last name of a place, and whose it is; nothing for what no other file can know.
    fn whose(&mut self, place: &Place) -> Option<(Text, Of)> {
        match (place.root, place.path.as_slice()) {
            (Root::External(path), []) => {
                let path = self.facts.text(path).to_owned();
                let (module, name) = path.rsplit_once('.')?;
                let module = self.outline.intern(module);
                Some((self.outline.intern(name), Of::Module(module)))
            }
            // A path that begins with where in the package it starts is one of modules down to the name.
            (Root::External(path), [before @ .., Segment::Field(name)]) if is_start(self.facts.text(path)) => {
                let mut module = self.facts.text(path).to_owned();
                for segment in before {
                    let Segment::Field(name) = segment else { return None };
                    module = format!("{module}.{}", self.facts.text(*name));
                }
                Some((self.outline.intern(self.facts.text(*name)), Of::Module(self.outline.intern(&module))))
            }
            (root, [before @ .., Segment::Field(name)]) => {
                let of = match (root, before) {
                    (Root::Instance(ty) | Root::Static(ty), []) => Of::Own(self.kind_name(ty)),
                    (Root::External(path), []) => {
                        let path = self.facts.text(path).to_owned();
                        Of::Module(self.outline.intern(&path))
                    }
                    (Root::Binding(binding), []) => self.typed(binding),
                    _ => Of::Unknown,
                };
                Some((self.outline.intern(self.facts.text(*name)), of))
            }
            _ => None,
        }
    }

    fn typed(&mut self, binding: facts::BindingId) -> Of {
        let Some(mention) = self.facts.binding(binding).uses.first().copied() else { return Of::Unknown };
        let local = self.facts.local_type(mention).map(|ty| self.facts.text(self.facts.ty(ty).name).to_owned());
        match local.or_else(|| self.facts.type_path(mention).map(str::to_owned)) {
            Some(name) => Of::Typed(self.outline.intern(&name)),
            None => Of::Unknown,
        }
    }

    fn verb(&mut self, operation: &Operation) -> Option<Verb> {
        Some(match operation.action {
            Action::Method { name, .. } => {
                let name = self.facts.text(name);
                if !self.verbs.contains(name) {
                    return None;
                }
                Verb::Method(self.outline.intern(name))
            }
            Action::DeleteItem { .. } | Action::Delete | Action::SetItem { key: None, .. } => Verb::Delete,
            Action::Assign(Source::Updated(_) | Source::Declared(_)) => return None,
            Action::Assign(_) => Verb::Replace,
            Action::Measure { .. } => Verb::Measure,
            Action::Argument { call, .. } => {
                let name = self.facts.callee_name(call)?.to_owned();
                Verb::Hand(self.outline.intern(&name))
            }
            _ => return None,
        })
    }

    fn made(&mut self) {
        let mut calls: Vec<ExprId> = self.facts.callees.keys().copied().collect();
        calls.sort_unstable();
        let wrappers = self.facts.wraps.iter().map(|(wrapper, inner)| (*inner, *wrapper)).collect();
        for call in calls {
            if self.is_tested(self.facts.function_of(call)) {
                continue;
            }
            let callee = self.facts.callee(call);
            let written = callee.name.map_or("", |name| self.facts.text(name));
            let name = match (callee.constructs, callee.path) {
                (Some(ty), _) => self.facts.text(self.facts.ty(ty).name).to_owned(),
                (None, Some(path)) => under(self.facts.text(path), written),
                (None, None) => written.to_owned(),
            };
            let Some(name) = made_type(&name, callee.makes) else { continue };
            let what = self.outline.intern(name);
            let keeping = self.keeping(call, &wrappers);
            if keeping == Keeping::Elsewhere && self.is_own_maker(call, name) {
                continue;
            }
            let function = self.function_name(self.facts.function_of(call));
            let looping = self.facts.in_loop(call);
            self.outline.made.push(Made { what, keeping, function, looping });
        }
    }

    /// What becomes of the value of a call.
    fn keeping(&mut self, call: ExprId, wrappers: &FxHashMap<ExprId, ExprId>) -> Keeping {
        let mut value = call;
        loop {
            // `LazyLock::new(|| Mutex::new(Hub::new()))`: whoever keeps the lock keeps what is in it.
            if let Some(wrapper) = wrappers.get(&value) {
                value = *wrapper;
                continue;
            }
            match self.facts.expr(value).parent {
                Parent::Expr(parent) => match self.facts.kind(parent) {
                    ExprKind::Await(_) | ExprKind::Try(_) | ExprKind::Choice { .. } | ExprKind::Operation { .. } => {
                        value = parent;
                    }
                    ExprKind::Assign { target, value: Some(own), .. } if own == value => return self.target(target),
                    // A method is called on it at once.
                    ExprKind::Field { base, .. } if base == value => return Keeping::Local,
                    // `read(bytes, &mut Pool::new())`: it is lent to one call.
                    ExprKind::Call { .. } if self.is_lent(value) => return Keeping::Local,
                    _ => return Keeping::Elsewhere,
                },
                Parent::Step(step) => {
                    return match &self.facts.step(step).kind {
                        StepKind::Evaluate(_) | StepKind::Manage { .. } | StepKind::Loop { .. } => Keeping::Local,
                        _ => Keeping::Elsewhere,
                    };
                }
                Parent::None => return Keeping::Elsewhere,
            }
        }
    }

    /// Whether an instance is made for those who call a constructor of the type itself, who count instead.
    fn is_own_maker(&self, call: ExprId, name: &str) -> bool {
        let function = self.facts.function(self.facts.function_of(call));
        let own = function.owner.is_some_and(|ty| self.facts.text(self.facts.ty(ty).name) == facts::last(name));
        self.facts.raii && function.traits.is_maker && own
    }

    /// Whether a value is only referred to where it stands.
    fn is_lent(&self, value: ExprId) -> bool {
        self.facts.raii && (self.facts.borrows.contains(&value) || self.facts.lent_to_read.contains(&value))
    }

    fn target(&mut self, target: ExprId) -> Keeping {
        match self.facts.kind(target) {
            ExprKind::Name { binding: Some(binding), .. } => {
                let own = self.facts.binding(binding);
                let function = self.facts.scopes[own.scope.index()].function;
                match self.facts.function(function).kind {
                    FunctionKind::Module => Keeping::Module,
                    FunctionKind::TypeBody => {
                        self.facts.function(function).owner.map_or(Keeping::Elsewhere, |ty| Keeping::Field(self.kind_name(ty)))
                    }
                    _ if own.uses.iter().all(|mention| self.stays(*mention, function)) => Keeping::Local,
                    _ => own.uses.iter().find_map(|mention| self.stored(*mention)).unwrap_or(Keeping::Elsewhere),
                }
            }
            ExprKind::Field { .. } => self.field_owner(target),
            _ => Keeping::Elsewhere,
        }
    }

    fn field_owner(&mut self, target: ExprId) -> Keeping {
        let place = self.facts.place(target).map(|place| self.facts.places.get(place).clone());
        match place {
            Some(Place { root: Root::Instance(ty) | Root::Static(ty), .. }) => Keeping::Field(self.kind_name(ty)),
            _ => Keeping::Elsewhere,
        }
    }

    /// The field that a mention of a local is stored in.
    fn stored(&mut self, mention: ExprId) -> Option<Keeping> {
        let Parent::Expr(parent) = self.facts.expr(mention).parent else { return None };
        match self.facts.kind(parent) {
            ExprKind::Assign { target, value: Some(value), .. } if value == mention => match self.facts.kind(target) {
                ExprKind::Field { .. } => Some(self.field_owner(target)).filter(|keeping| *keeping != Keeping::Elsewhere),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether a mention of a local leaves it where it is: its fields and methods are used, and it is tested or managed.
    fn stays(&self, mention: ExprId, function: FunctionId) -> bool {
        if self.facts.function_of(mention) != function {
            return false;
        }
        match self.facts.expr(mention).parent {
            Parent::Expr(parent) => match self.facts.kind(parent) {
                ExprKind::Field { base, .. } | ExprKind::Index { base, .. } => base == mention,
                ExprKind::Assign { target, .. } => target == mention,
                ExprKind::Operation { .. } => true,
                _ => false,
            },
            Parent::Step(step) => !matches!(self.facts.step(step).kind, StepKind::Exit { .. }),
            Parent::None => false,
        }
    }

    /// Where an argument of a call in a function comes from.
    fn gives(&self, call: ExprId, position: usize, function: Option<FunctionId>) -> Gives {
        let Some(arg) = self.facts.positional(call, position) else {
            // What is not given has its default, which is the same for all.
            let args = self.facts.args(call).len();
            let plain = args <= position && args.checked_sub(1).is_none_or(|last| self.facts.positional(call, last).is_some());
            return if plain { Gives::Constant } else { Gives::Unknown };
        };
        if self.facts.is_constant(arg) {
            return Gives::Constant;
        }
        let param = self.facts.binding_of(arg).and_then(|binding| self.facts.function(function?).position(binding));
        match param.and_then(|at| u8::try_from(at).ok()) {
            Some(at) => Gives::Param(at),
            None if function.is_some_and(|function| self.is_made_here(arg, function)) => Gives::Made,
            None => Gives::Unknown,
        }
    }

    /// Whether a value is an object that a function makes, or a part of one.
    fn is_made_here(&self, value: ExprId, function: FunctionId) -> bool {
        let mut value = self.facts.peeled(value);
        while let ExprKind::Field { base, .. } = self.facts.kind(value) {
            value = self.facts.peeled(base);
        }
        if let ExprKind::Name { binding: Some(binding), .. } = self.facts.kind(value) {
            let own = self.facts.binding(binding);
            let [Definition { source: Source::Assigned(given), .. }] = own.definitions.as_slice() else { return false };
            if !self.facts.enclosing(self.facts.scopes[own.scope.index()].function).any(|id| id == function) {
                return false;
            }
            value = self.facts.peeled(*given);
        }
        let named = || self.facts.callee_name(value).is_some_and(|name| name.starts_with(char::is_uppercase));
        matches!(self.facts.kind(value), ExprKind::Call { .. }) && (self.facts.callee(value).constructs.is_some() || named())
    }

    fn calls(&mut self) {
        let single = self.facts.single_runs();
        for (id, function) in self.facts.functions().filter(|(id, _)| !self.is_tested(*id)).collect::<Vec<_>>() {
            let named = self.facts.enclosing(id).find(|id| self.facts.function(*id).kind == FunctionKind::Named);
            let traits = named.map(|id| self.facts.function(id).traits).unwrap_or_default();
            let name = self.function_name(id);
            for call in &function.calls {
                let Some(callee) = self.facts.callee_name(*call).map(str::to_owned) else { continue };
                let from = Caller {
                    function: name,
                    looping: self.facts.in_loop(*call),
                    constructor: traits.is_constructor,
                    waiting: traits.is_async,
                    later: !self.facts.typed && self.facts.is_deferred(id),
                    once: single.get(&id).is_some_and(|from| self.facts.expr(*call).span.start >= *from),
                    gives: std::array::from_fn(|at| self.gives(*call, at, named)),
                    composed: self.facts.args(*call).iter().any(|arg| self.facts.is_composed(*arg)),
                };
                let callee = self.outline.intern(&callee);
                self.outline.calls.push((callee, from));
            }
        }
    }

    /// Whether a function stands in code that its file marks as a test's, which says nothing of how the program runs.
    fn is_tested(&self, function: FunctionId) -> bool {
        self.facts.marked_failures && self.facts.enclosing(function).any(|id| self.facts.function(id).traits.is_test)
    }

    pub(super) fn kind_name(&mut self, ty: TypeId) -> Text {
        self.outline.intern(self.facts.text(self.facts.ty(ty).name))
    }

    fn function_name(&mut self, function: FunctionId) -> Option<Text> {
        let named = self.facts.enclosing(function).find(|id| self.facts.function(*id).kind == FunctionKind::Named)?;
        let name = self.facts.function(named).name?;
        Some(self.outline.intern(self.facts.text(name)))
    }
}

/// Whether a file reads the command line, in a call or by a decorator.
fn reads_command_line(facts: &Facts, verbs: &Verbs) -> bool {
    let called = facts.callees.keys().any(|call| verbs.reads_command_line(facts.callee_path(*call), facts.method_name(*call)));
    let path = |decorator: &ExprId| facts.path_of(*decorator);
    let mut decorators = facts.functions.iter().flat_map(|function| &function.decorators);
    called || decorators.any(|decorator| verbs.reads_command_line(path(decorator).as_deref(), None))
}

/// Modules of the language itself that a face needs to say which version the package is, or to set things up.
const PLAIN: [&str; 7] = ["__future__", "importlib", "logging", "os", "pkg_resources", "sys", "warnings"];

/// Whether the face of a package neither defines anything nor hands out what lies below it, but for what says which version
/// it is.
fn is_bare(facts: &Facts) -> bool {
    let plain = |path: &str| path.split('.').next().is_some_and(|first| PLAIN.contains(&first));
    facts.bindings.iter().filter(|binding| binding.scope.index() == 0).all(|binding| {
        let name = facts.text(binding.name);
        let imported = matches!(binding.kind, BindingKind::Import(path) if plain(facts.text(path)));
        name.starts_with('_') || imported || name.to_ascii_lowercase().contains("version")
    })
}

/// The type that a call makes: `Hub()`, `new Hub()`, or `Hub::new()`, where the last name makes instances.
fn made_type(path: &str, by_name: bool) -> Option<&str> {
    // A leading underscore says that it is private.
    let is_type = |path: &str| facts::last(path).trim_start_matches('_').starts_with(|first: char| first.is_uppercase());
    if is_type(path) {
        return Some(path);
    }
    let (ty, _) = path.rsplit_once('.')?;
    (by_name && is_type(ty)).then_some(ty)
}

/// Whether a path says no more than where in the package it begins.
fn is_start(path: &str) -> bool {
    matches!(path, "crate" | "self" | "super")
}

/// The path of what is imported; what a module gives as a whole (`import Base from './base'`) bears the name it is given.
fn under(path: &str, written: &str) -> String {
    let whole = facts::last(path).starts_with('/') && !written.is_empty();
    if whole { format!("{path}.{written}") } else { path.to_owned() }
}
