//! The user's own settings: found, read, checked, and turned into the rules and filters of a run.
//!
//! A source file is ruled by the nearest configuration above it, and by that one alone: nothing is inherited from one
//! further up. What concerns the run as a whole (`fail-on`, `max-file-size`, `baseline`) comes from the one that is nearest
//! to the working directory. This is how ruff does it, so that a part of a repository behaves the same from wherever it is
//! looked at.

mod astray;
mod entry;
mod error;
mod find;
mod folder;
mod json;
mod own;
mod patterns;
mod raw;
mod said;
mod schema;
mod section;
pub mod select;
mod settings;
mod tree;
mod vocabulary;

pub use astray::astray;
pub use error::ConfigError;
pub use find::{NAMES, inside};
pub use raw::{Config, FailOn, Level, RuleSettings};
pub use schema::schema;
pub(super) use settings::leaves_out;
pub use settings::{Overrides, Settings};
pub use tree::{Choice, Configs};
