use super::{BindingId, Block, ExprId, FunctionId, Name, ScopeId, StepId, TypeId};
use crate::source::Span;
use serde::{Deserialize, Serialize};

/// What kind of body it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FunctionKind {
    /// The top level of the file.
    Module,
    /// The body of a type, run when the type is defined.
    TypeBody,
    /// A named function or method.
    Named,
    /// A lambda, arrow function or closure expression.
    Closure,
}

/// How an argument reaches a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ParamKind {
    /// One argument.
    Plain,
    /// All further positional arguments.
    Rest,
    /// All further named arguments.
    Named,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Param {
    /// Its name.
    pub name: Name,
    /// Its binding.
    pub binding: BindingId,
    /// Its default value.
    pub default: Option<ExprId>,
    /// Its declared type.
    pub annotation: Option<ExprId>,
    /// How arguments reach it.
    pub kind: ParamKind,
}

/// What is special about a function; the words come from the language's own description.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools)] // Each trait is independent of the others.
pub struct Traits {
    /// Runs as a coroutine.
    pub is_async: bool,
    /// Hands out values with `yield`.
    pub is_generator: bool,
    /// Makes the instance.
    pub is_constructor: bool,
    /// A constructor by whose name its calls are told from others.
    pub is_maker: bool,
    /// Runs when the instance goes: `close`, `__exit__`, `dispose`, `Drop`.
    pub is_teardown: bool,
    /// Has no instance.
    pub is_static: bool,
    /// Its receiver is the type.
    pub is_class_method: bool,
    /// A test, or a helper that only tests call.
    pub is_test: bool,
    /// The word for the instance does not mean in it what it means around it.
    pub own_instance: bool,
    /// Declares that what it returns lives as long as the process (`&'static T`).
    pub returns_lasting: bool,
    /// Declares that its instance must live as long as the process (`&'static self`).
    pub asks_lasting: bool,
    /// Called in the very place where it is made, and nowhere else.
    pub is_immediate: bool,
}

/// A function, method, closure, type body or the module body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Function {
    /// What kind of body.
    pub kind: FunctionKind,
    /// Its name; closures have none.
    pub name: Option<Name>,
    /// All of it.
    pub span: Span,
    /// Its name in the text, or its first bytes.
    pub head: Span,
    /// The function around it; none for the module.
    pub parent: Option<FunctionId>,
    /// The type whose method (or body) it is.
    pub owner: Option<TypeId>,
    /// Its own scope.
    pub scope: ScopeId,
    /// Its parameters, the receiver included where the language writes it.
    pub params: Vec<Param>,
    /// The parameter that is the instance (or the type, for a class method).
    pub receiver: Option<BindingId>,
    /// The declared type of what it returns.
    pub returns: Option<ExprId>,
    /// Its decorators or attributes.
    pub decorators: Vec<ExprId>,
    /// What is special about it.
    pub traits: Traits,
    /// What it does; the value of an expression body is a return.
    pub body: Block,
    /// The expression that makes it, for a closure.
    pub made: Option<ExprId>,
    /// Every call directly inside it, in textual order.
    pub calls: Vec<ExprId>,
    /// Every step directly inside it, in textual order.
    pub steps: Vec<StepId>,
    /// The calls of this file that call it.
    pub callers: Vec<ExprId>,
}

impl Function {
    /// The number of one of its parameters, the receiver not counted.
    pub fn position(&self, param: BindingId) -> Option<usize> {
        let mut given = self.params.iter().filter(|own| Some(own.binding) != self.receiver);
        given.position(|own| own.binding == param)
    }
}
