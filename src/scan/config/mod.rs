//! The user's own settings: found, read, checked, and turned into the rules and filters of a run.
//!
//! A source file is ruled by the nearest configuration above it, and by that one alone: nothing is inherited from one
//! further up. What concerns the run as a whole (`fail-on`, `max-file-size`, `baseline`) comes from the one that is nearest
//! to the working directory. This is how ruff does it, so that a part of a repository behaves the same from wherever it is
//! looked at.

mod error;
mod find;
mod json;
mod own;
mod patterns;
mod raw;
mod section;
pub mod select;
mod settings;
mod tree;
mod vocabulary;

pub use error::ConfigError;
pub use find::{NAMES, inside};
pub use raw::{Config, FailOn, Level, RuleSettings};
pub(super) use settings::leaves_out;
pub use settings::{Overrides, Settings};
pub use tree::{Choice, Configs};

/// The JSON schema of a configuration, for editors.
pub fn schema() -> String {
    let mut schema = schemars::schema_for!(Config);
    schema.insert("title".to_owned(), "watertight.toml".into());
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}
