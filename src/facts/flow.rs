use super::{ExprId, FunctionId, Parent, ScopeId, TypeId};
use crate::source::Span;
use serde::{Deserialize, Serialize};

use super::StepId;

/// Steps in the order in which they run.
pub type Block = Vec<StepId>;

/// A way out of a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ExitKind {
    /// Leaves the function with a value.
    Return,
    /// Leaves by an exception.
    Raise,
    /// Leaves the loop.
    Break,
    /// Starts the loop's next round.
    Continue,
}

/// How a loop goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LoopKind {
    /// Over the elements of something.
    Each,
    /// While a condition holds.
    While,
    /// Its condition is constantly true: only an exit ends it.
    Forever,
}

/// `except Type as name: body`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Handler {
    /// What it catches; nothing means everything.
    pub catches: Option<ExprId>,
    /// What the exception is bound to.
    pub target: Option<ExprId>,
    /// What it does.
    pub body: Block,
    /// The whole clause.
    pub span: Span,
}

/// One arm of a switch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Arm {
    /// The pattern.
    pub pattern: Option<ExprId>,
    /// The condition beside it.
    pub guard: Option<ExprId>,
    /// What it does.
    pub body: Block,
}

/// `with value as target`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Managed {
    /// The context manager.
    pub value: ExprId,
    /// What its value is bound to.
    pub target: Option<ExprId>,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum StepKind {
    /// Evaluates an expression (assignments and deletions are expressions).
    Evaluate(ExprId),
    /// Leaves.
    Exit {
        /// Which way.
        kind: ExitKind,
        /// The value that goes along.
        value: Option<ExprId>,
    },
    /// Two ways.
    Branch {
        /// What decides.
        condition: ExprId,
        /// If it holds.
        then: Block,
        /// If not; empty when there is no `else`.
        otherwise: Block,
    },
    /// Many ways.
    Switch {
        /// What is looked at.
        subject: ExprId,
        /// The arms in order.
        arms: Vec<Arm>,
        /// Whether one arm always fits.
        total: bool,
    },
    /// Again and again.
    Loop {
        /// How it goes on.
        kind: LoopKind,
        /// The condition or the iterable.
        header: Option<ExprId>,
        /// What each element is bound to.
        target: Option<ExprId>,
        /// Each round.
        body: Block,
        /// When it ends without a break.
        otherwise: Block,
    },
    /// Exceptions are caught here.
    Try {
        /// What may fail.
        body: Block,
        /// What catches.
        handlers: Vec<Handler>,
        /// After a body that did not fail.
        otherwise: Block,
        /// On every way out.
        finally: Block,
    },
    /// A region that releases its managed values on every way out.
    Manage {
        /// What is managed.
        items: Vec<Managed>,
        /// The region.
        body: Block,
    },
    /// Defines a function.
    Function(FunctionId),
    /// Defines a type; its body runs here.
    Type(TypeId),
}

/// A step of flow with its place in the text and in the tree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// What it does.
    pub kind: StepKind,
    /// The bytes it covers.
    pub span: Span,
    /// The step that holds it.
    pub parent: Parent,
    /// The scope it stands in.
    pub scope: ScopeId,
}
