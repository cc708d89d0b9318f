//! What a file says, in the words that all languages share.
//!
//! Facts are plain data without a type of the parser; they depend on their own file alone. Checks read them and know
//! no syntax. The tables are indexed by the ids; [`Facts`] also answers the questions that checks ask of them.

mod constant;
mod dotted;
mod expr;
mod flow;
mod function;
mod ids;
mod infer;
mod keyed;
mod lookup;
mod name;
mod place;
mod refusal;
mod scope;
mod slot;
mod tree;
mod types;
mod view;

pub use dotted::last;
pub use expr::{CollectionKind, Expr, ExprKind, List, Literal, Operator, Parent};
pub use flow::{Arm, Block, ExitKind, Handler, LoopKind, Managed, Step, StepKind};
pub use function::{Function, FunctionKind, Param, ParamKind, Traits};
pub use ids::{BindingId, ExprId, FunctionId, PlaceId, ScopeId, StepId, TypeId};
pub use keyed::Keyed;
pub use name::{Name, Names};
pub use place::{Action, Confined, Operation, Place, Places, Root, Segment};
pub use scope::{Binding, BindingKind, Definition, Scope, Source};
pub use slot::Slot;
pub use types::Type;
pub use view::Around;

use crate::source::Span;
use lookup::Lookup;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

/// What a call calls, as far as the file tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callee {
    /// The dotted path through imports, builtins and inferred types: `socket.socket.accept`.
    pub path: Option<Name>,
    /// The last name: the method, or the function.
    pub name: Option<Name>,
    /// What the method is called on.
    pub receiver: Option<ExprId>,
    /// The function of this file that is called.
    pub function: Option<FunctionId>,
    /// The type of this file that is constructed.
    pub constructs: Option<TypeId>,
    /// Whether it is a function of a type, of whatever file, by a name with which instances are made.
    pub makes: bool,
}

/// The facts of one file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "each is independent of the others")]
pub struct Facts {
    /// The id of the language, or of the most general one it inherits from.
    pub language: String,
    /// What the language calls the instance: `self`, `this`.
    pub instance: String,
    /// Whether a value goes when its owner goes, and its destructor runs then.
    pub raii: bool,
    /// Identifiers and dotted paths.
    pub names: Names,
    /// Expressions.
    pub exprs: Vec<Expr>,
    /// Children of expressions; see [`List`].
    pub lists: Vec<ExprId>,
    /// Steps of flow.
    pub steps: Vec<Step>,
    /// Functions; the first is the module body.
    pub functions: Vec<Function>,
    /// Types.
    pub types: Vec<Type>,
    /// Scopes; the first is the module's.
    pub scopes: Vec<Scope>,
    /// Bindings.
    pub bindings: Vec<Binding>,
    /// Places.
    pub places: Places,
    /// The place an expression denotes, aliases followed.
    pub place_of: FxHashMap<ExprId, PlaceId>,
    /// What is done to each place, in textual order; indexed by [`PlaceId`].
    pub operations: Vec<Vec<Operation>>,
    /// What each call calls.
    pub callees: FxHashMap<ExprId, Callee>,
    /// Fields that a method of the type itself gives a value.
    pub assigned_fields: FxHashSet<(TypeId, Name)>,
    /// Field accesses that name something inside a module or type (`a::b`).
    pub scoped: FxHashSet<ExprId>,
    /// What a field is read from only where it is there: `signal` in `signal?.aborted`.
    pub maybe: FxHashSet<ExprId>,
    /// Expressions whose value is that of another inside of them, and types that only wrap another: `Arc::new(x)`,
    /// `x.lock()`, `Mutex<T>`.
    pub wraps: FxHashMap<ExprId, ExprId>,
    /// Expressions that are lent for reading only: `&value`.
    pub lent_to_read: FxHashSet<ExprId>,
    /// Written types, and values, that are only referred to.
    pub borrows: FxHashSet<ExprId>,
    /// What the first parameter of a closure stands for, where a call lends its receiver to it.
    #[serde(skip)]
    pub lent: FxHashMap<FunctionId, ExprId>,
    /// The declared types of fields.
    #[serde(skip)]
    pub field_types: FxHashMap<(TypeId, Name), ExprId>,
    /// Whether types are declared, and made by functions that are named after them.
    pub typed: bool,
    /// Whether only what is marked leaves a function on failure (`?`), and not any call.
    pub marked_failures: bool,
    /// The name of what a pattern takes apart, by the expression that stands for what is inside (`Err` of `Err(error)`).
    pub patterns: FxHashMap<ExprId, Name>,
    /// Names that stand in arguments which are not read (of a macro), with where that is.
    pub unread: FxHashMap<Name, Vec<Span>>,
    /// The modules of which everything is imported.
    pub globs: Vec<Name>,
    /// Fields that only the type itself may use.
    pub hidden_fields: FxHashSet<(TypeId, Name)>,
    /// Fields and names of the module that are not declared to be in reach beyond it, where the language asks for a word.
    pub confined: FxHashSet<Confined>,
    /// Module names that other files can reach; none where every name is in reach unless its spelling says otherwise.
    pub exported: Option<FxHashSet<BindingId>>,
    /// The texts of short strings, where the language tells things apart by them.
    pub texts: FxHashMap<ExprId, Name>,
    /// The modules that calls stand for (`require("x")`).
    pub modules: FxHashMap<ExprId, Name>,
    /// Whether the module's code runs once for each instance of what the file defines, and not once for the process.
    pub per_instance: bool,
    /// Whether the file says by itself that it is run as a program.
    pub is_program: bool,
    /// Comments, for suppressions.
    pub comments: Vec<Span>,
    /// Whether the nesting limit cut something off.
    pub cut: bool,
    /// What the grammar could make nothing of, where that is more than a slip: the first of it.
    pub skipped: Option<Span>,
    /// What was looked up once for all who ask; nobody asks before the facts are complete.
    #[serde(skip)]
    pub(crate) lookup: Lookup,
}
