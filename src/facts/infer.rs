//! Types as far as constructor calls and annotations tell them.

use super::{Action, BindingKind, Definition, ExprId, ExprKind, Facts, PlaceId, Source, TypeId};

/// How many names are followed in a row, so that rings of assignments end.
const HOPS: u32 = 5;
/// How many types around a type, and names for types, are followed in a row.
const WRAPPERS: u32 = 8;

impl Facts {
    /// The dotted path of what made the value of an expression: `socket.socket` after `s = socket.socket()`.
    pub fn type_path(&self, expr: ExprId) -> Option<&str> {
        self.made_by(expr, HOPS)
    }

    fn made_by(&self, expr: ExprId, hops: u32) -> Option<&str> {
        let expr = self.peeled(expr);
        if let ExprKind::Call { .. } = self.kind(expr) {
            return self.made_type(expr);
        }
        if hops == 0 {
            return None;
        }
        if let ExprKind::Choice { then, otherwise, .. } = self.kind(expr) {
            return self.made_by(then, hops - 1).or_else(|| self.made_by(otherwise, hops - 1));
        }
        if let Some(binding) = self.binding_of(expr) {
            let binding = self.binding(binding);
            let found = binding.definitions.iter().rev().find_map(|definition| self.defined_type(definition, hops - 1));
            return found.or_else(|| self.parameter_type(expr));
        }
        self.place_type(self.place(expr)?, hops - 1)
    }

    /// What a call makes: the path of the callee, or of the type after which the callee is named.
    fn made_type(&self, call: ExprId) -> Option<&str> {
        let path = self.callee_path(call);
        if !self.typed {
            return path;
        }
        let Some(path) = path else {
            return self.annotated(self.function(self.callee(call).function?).returns?);
        };
        let mut end = 0;
        for part in path.split('.') {
            let next = end + part.len() + usize::from(end > 0);
            end = next;
            if part.starts_with(char::is_uppercase) {
                break;
            }
        }
        path.get(..end)
    }

    /// The dotted path of what made the values that a place is given.
    pub fn type_of_place(&self, place: PlaceId) -> Option<&str> {
        self.place_type(place, HOPS)
    }

    fn place_type(&self, place: PlaceId, hops: u32) -> Option<&str> {
        let written = || self.definitions_of(place).iter().find_map(|definition| self.annotated(definition.annotation?));
        if let Some(declared) = self.typed.then(written).flatten() {
            return Some(declared);
        }
        let assigned = self.operations(place).iter().find_map(|operation| match operation.action {
            Action::Assign(Source::Assigned(value) | Source::Managed(value)) => self.made_by(value, hops.checked_sub(1)?),
            _ => None,
        });
        assigned.or_else(written)
    }

    fn defined_type(&self, definition: &Definition, hops: u32) -> Option<&str> {
        if let Some(declared) = definition.annotation.filter(|_| self.typed).and_then(|annotation| self.annotated(annotation)) {
            return Some(declared);
        }
        let value = match definition.source {
            Source::Assigned(value) | Source::Managed(value) => self.made_by(value, hops),
            Source::Declared(annotation) => self.annotated(annotation),
            _ => None,
        };
        value.or_else(|| self.annotated(definition.annotation?))
    }

    fn parameter_type(&self, expr: ExprId) -> Option<&str> {
        let binding = self.binding_of(expr)?;
        let function = self.function(self.scopes[self.binding(binding).scope.index()].function);
        let param = function.params.iter().find(|param| param.binding == binding)?;
        self.annotated(param.annotation?)
    }

    /// The type that another name for it stands for, where a written type is such a name: `type Peers = Mutex<HashMap<…>>`.
    pub fn renamed(&self, written: ExprId) -> Option<ExprId> {
        let binding = self.binding_of(written).map(|binding| self.binding(binding))?;
        match (binding.kind, binding.definitions.as_slice()) {
            (BindingKind::Variable, [Definition { source: Source::Declared(meant), .. }]) => Some(*meant).filter(|_| self.typed),
            _ => None,
        }
    }

    /// The types that a written type is, from the outside: what it wraps, and what other names for a type stand for.
    pub fn layers(&self, written: ExprId) -> impl Iterator<Item = ExprId> {
        let inner = |outer: &ExprId| self.wraps.get(outer).copied().or_else(|| self.renamed(*outer));
        std::iter::successors(Some(written), inner).take(WRAPPERS as usize)
    }

    /// The type of this file that a written type is, behind whatever wraps it and by whatever name.
    pub fn type_written(&self, written: ExprId) -> Option<TypeId> {
        let mut written = self.layers(written).last()?;
        if let ExprKind::Index { base, .. } = self.kind(written) {
            written = base;
        }
        match self.binding(self.binding_of(written)?).kind {
            BindingKind::Type(ty) => Some(ty),
            _ => None,
        }
    }

    /// The dotted path of an annotation, if it names one import or builtin outright.
    pub fn annotated(&self, annotation: ExprId) -> Option<&str> {
        self.written(annotation, WRAPPERS)
    }

    fn written(&self, annotation: ExprId, hops: u32) -> Option<&str> {
        if let Some(inner) = self.wraps.get(&annotation) {
            return self.written(*inner, hops);
        }
        match self.kind(annotation) {
            ExprKind::Name { name, binding: None } => Some(self.text(name)),
            ExprKind::Name { binding: Some(binding), .. } => match self.binding(binding).kind {
                BindingKind::Import(path) => Some(self.text(path)),
                _ => self.written(self.renamed(annotation)?, hops.checked_sub(1)?),
            },
            ExprKind::Index { base, .. } => self.written(base, hops),
            ExprKind::Field { base, name } => {
                let path = format!("{}.{}", self.written(base, hops)?, self.text(name));
                self.names.find(&path).map(|name| self.text(name))
            }
            ExprKind::Other(list) => match self.list(list) {
                [first, ..] => self.written(*first, hops),
                [] => None,
            },
            _ => None,
        }
    }

    /// The type of this file that a value is an instance of.
    pub fn local_type(&self, expr: ExprId) -> Option<TypeId> {
        let mut expr = self.peeled(expr);
        for _ in 0..HOPS {
            if let ExprKind::Call { .. } = self.kind(expr) {
                return self.callee(expr).constructs;
            }
            let definition = match self.binding_of(expr) {
                Some(binding) => self.binding(binding).definitions.last().copied(),
                None => self.place(expr).and_then(|place| self.definitions_of(place).last().copied()),
            };
            expr = self.peeled(self.value_of(&definition?)?);
        }
        None
    }
}
