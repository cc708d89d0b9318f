use super::{BindingId, ExprId, FunctionId, Name, ScopeId, TypeId};
use serde::{Deserialize, Serialize};

/// What a name is bound by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BindingKind {
    /// A variable.
    Variable,
    /// A parameter, by position in its function.
    Parameter(u32),
    /// An import, with the dotted path it stands for.
    Import(Name),
    /// A function.
    Function(FunctionId),
    /// A type.
    Type(TypeId),
}

/// How a binding, or a place, comes by a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Source {
    /// `target = value`.
    Assigned(ExprId),
    /// The element at a position of an unpacked value.
    Unpacked(ExprId, u32),
    /// Each element of an iterated value in turn.
    Iterated(ExprId),
    /// What a managed value hands out (`with value as target`).
    Managed(ExprId),
    /// `target op= value`.
    Updated(ExprId),
    /// A caught exception.
    Caught,
    /// Declared with a type alone.
    Declared(ExprId),
}

/// One way in which a value reaches a name or a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// The expression that is written.
    pub target: ExprId,
    /// Where the value comes from.
    pub source: Source,
    /// The declared type, if one stands there.
    pub annotation: Option<ExprId>,
}

/// A name in a scope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Binding {
    /// The name.
    pub name: Name,
    /// What it is bound by.
    pub kind: BindingKind,
    /// The scope that declares it.
    pub scope: ScopeId,
    /// Byte offset from which it is visible inside its own function; 0 where names are hoisted.
    pub since: u32,
    /// Every value it is given, in textual order.
    pub definitions: Vec<Definition>,
    /// Every mention, writes included, in textual order.
    pub uses: Vec<ExprId>,
}

/// A region in which names are declared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scope {
    /// The enclosing scope.
    pub parent: Option<ScopeId>,
    /// The function whose body it belongs to.
    pub function: FunctionId,
    /// Whether the names of the region are out of sight of functions inside it (a Python class body).
    pub opaque: bool,
    /// The bindings declared here, in order.
    pub bindings: Vec<BindingId>,
}
