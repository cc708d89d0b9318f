use super::{ExprId, FunctionId, Name, TypeId};
use crate::source::Span;
use serde::{Deserialize, Serialize};

/// A class, struct or enum.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Type {
    /// Its name.
    pub name: Name,
    /// All of it.
    pub span: Span,
    /// Its name in the text.
    pub head: Span,
    /// The function in which it is defined.
    pub parent: FunctionId,
    /// What it inherits from, as written.
    pub bases: Vec<ExprId>,
    /// Those of them that this file defines.
    pub local_bases: Vec<TypeId>,
    /// The traits that it implements outside of its own definition.
    pub traits: Vec<ExprId>,
    /// The dotted paths of all its bases and traits, through this file's own types.
    pub base_paths: Vec<Name>,
    /// Its decorators or attributes.
    pub decorators: Vec<ExprId>,
    /// Whether this file adds methods to it and does not define it.
    pub is_foreign: bool,
    /// Whether its values are copied freely, so that none of them owns anything.
    pub is_copied: bool,
    /// Its methods in order.
    pub methods: Vec<FunctionId>,
    /// The statements of its body.
    pub body: FunctionId,
    /// The calls of this file that make an instance of it.
    pub made: Vec<ExprId>,
}
