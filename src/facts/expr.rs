use super::{BindingId, ExprId, FunctionId, Name, ScopeId, StepId};
use crate::source::Span;
use serde::{Deserialize, Serialize};

/// What holds an expression or a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Parent {
    /// Nothing: the body of a function, a default value, a decorator.
    None,
    /// A larger expression.
    Expr(ExprId),
    /// A step of flow.
    Step(StepId),
}

/// A run of expressions in [`super::Facts::lists`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// First index.
    pub start: u32,
    /// How many.
    pub len: u32,
}

/// A constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Literal {
    /// `None`, `null`, `undefined`, `()`.
    Null,
    /// `True` or `False`.
    Bool(bool),
    /// A number; its value if it is a whole number that fits.
    Number(Option<u32>),
    /// A string without interpolation.
    Text,
    /// A string with interpolation; its parts are children of the expression that holds it.
    Other,
}

/// The kind of a collection literal or comprehension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CollectionKind {
    /// `[…]`, `vec![…]`.
    List,
    /// `{k: v}`, an object literal.
    Map,
    /// `{a, b}`.
    Set,
    /// `(a, b)`; fixed in size.
    Tuple,
    /// A lazy sequence.
    Generator,
}

impl CollectionKind {
    /// The word that a rule's vocabulary uses for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Map => "map",
            Self::Set => "set",
            Self::Tuple => "tuple",
            Self::Generator => "generator",
        }
    }
}

/// An operator that reasoning needs to know; the rest are [`Operator::Other`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Operator {
    And,
    Or,
    Not,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
    NotIn,
    Is,
    IsNot,
    Add,
    Subtract,
    BitOr,
    BitAnd,
    Other,
}

/// An expression in the words that all languages share.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum ExprKind {
    /// A name and what it refers to; no binding means a builtin or something out of sight.
    Name {
        /// As written.
        name: Name,
        /// What it refers to.
        binding: Option<BindingId>,
    },
    /// The instance, where the language has a word for it.
    This,
    /// `base.name`.
    Field {
        /// What the field is read from.
        base: ExprId,
        /// The field.
        name: Name,
    },
    /// `base[key]`; a slice has no key.
    Index {
        /// The container.
        base: ExprId,
        /// The key; absent for a slice.
        key: Option<ExprId>,
    },
    /// A call; named arguments are [`ExprKind::Named`], `*rest` is [`ExprKind::Spread`].
    Call {
        /// What is called.
        callee: ExprId,
        /// The arguments in order.
        args: List,
    },
    /// `name=value` in a call.
    Named {
        /// The keyword.
        name: Name,
        /// The value.
        value: ExprId,
    },
    /// `*value`, `**value`, `...value`.
    Spread(ExprId),
    /// A constant.
    Literal(Literal),
    /// A collection literal.
    Collection {
        /// What it makes.
        kind: CollectionKind,
        /// Its items; those of a map are [`ExprKind::Pair`].
        items: List,
    },
    /// `key: value` in a map.
    Pair {
        /// The key.
        key: ExprId,
        /// The value.
        value: ExprId,
    },
    /// A collection made by a loop.
    Comprehension {
        /// What it makes.
        kind: CollectionKind,
        /// The element, then the clauses ([`ExprKind::Each`]) and conditions.
        parts: List,
    },
    /// `for target in iterable` inside a comprehension.
    Each {
        /// What each element is bound to.
        target: ExprId,
        /// Where the elements come from.
        iterable: ExprId,
    },
    /// A lambda, arrow function or closure.
    Closure(FunctionId),
    /// `await value`.
    Await(ExprId),
    /// `yield value`; `yield from value` when `delegate`.
    Yield {
        /// What is handed out.
        value: Option<ExprId>,
        /// Whether another generator takes over.
        delegate: bool,
    },
    /// `value?`: leaves the function on failure.
    Try(ExprId),
    /// `target = value`; an update has its operator, a bare declaration no value.
    Assign {
        /// What is written.
        target: ExprId,
        /// The new value.
        value: Option<ExprId>,
        /// The operator of `target op= value`.
        update: Option<Operator>,
        /// The declared type.
        annotation: Option<ExprId>,
    },
    /// `del a, b[c]`.
    Delete(List),
    /// Comparison, arithmetic, logic.
    Operation {
        /// The (first) operator.
        operator: Operator,
        /// The operands in order.
        operands: List,
    },
    /// `then if condition else otherwise`.
    Choice {
        /// The condition.
        condition: ExprId,
        /// The value if it holds.
        then: ExprId,
        /// The value if not.
        otherwise: ExprId,
    },
    /// Anything else, with what is inside it.
    Other(List),
}

/// An expression with its place in the text and in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// The bytes it covers.
    pub span: Span,
    /// What holds it.
    pub parent: Parent,
    /// The scope it stands in.
    pub scope: ScopeId,
}
