//! Rules as data: what is a leak, in words for people and in vocabulary for the checks.
//!
//! A rule is one TOML file. The built-in ones are embedded; a user's own take the same type and the same path.

mod load;
mod mend;
mod near;
mod pattern;
mod plain;
mod raw;
mod set;
mod tables;
mod vocabulary;

pub use load::{RuleError, parse};
pub use mend::{Limit, Mend};
pub use near::nearest;
pub use pattern::{Pattern, Patterns};
pub use plain::plain;
pub use raw::{Check, Example, Family, Rule};
pub use set::{RuleSet, Verbs};
pub use tables::Tables;
pub use vocabulary::{
    Bound, Channel, Container, Finalizer, Life, Lifetime, Memo, Piped, Registration, Resource, Vocabulary, Waiting, Words,
};
