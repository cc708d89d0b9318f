//! What a run says, in one format a file.
//!
//! Writers get a [`Report`] and write it; they decide nothing and read no file. Problems go into the report where the
//! format has a place for them; `human` and `concise` leave them to the standard error.

mod concise;
mod fingerprint;
mod human;
mod json;
mod linehash;
mod paint;
mod place;
mod rulebook;
mod sarif;
mod snippet;
mod summary;
mod uri;
mod wrap;

pub use concise::write as write_concise;
pub use human::write as write_human;
pub use json::write as write_json;
pub use paint::Paint;
pub use rulebook::{Card, markdown, page};
pub use sarif::write as write_sarif;
pub use summary::{summary, tell};
pub use wrap::wrap;

use crate::finding::Report;
use crate::rules::RuleSet;
use std::path::Path;

/// What a writer needs besides the report.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The rules of the run.
    pub rules: &'a RuleSet,
    /// The directory to which the paths are relative.
    pub root: &'a Path,
    /// The exit code of the run.
    pub exit: u8,
    /// Whether to colour.
    pub colour: bool,
    /// How many columns a line may have.
    pub width: usize,
    /// The seconds the run took, where they are to be told.
    pub seconds: Option<f64>,
}

/// How many findings of each severity a report has: high, medium, low.
fn levels(report: &Report) -> [usize; 3] {
    let mut levels = [0; 3];
    for (_, finding) in report.findings() {
        levels[2 - finding.severity as usize] += 1;
    }
    levels
}
