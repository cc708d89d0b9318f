use super::{Finding, Problem};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One analysed file that has findings, with the text they point into.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Scanned {
    /// The path as the user would write it: relative to the working directory where it can be, `/` between parts.
    pub path: String,
    /// The text the spans point into, as it was decoded.
    #[serde(skip)]
    pub text: Arc<str>,
    /// The findings, ordered by primary place, then rule.
    pub findings: Vec<Finding>,
}

/// The outcome of one run: everything a writer needs, in the order in which it is written.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Report {
    /// Files with findings, ordered by path.
    pub files: Vec<Scanned>,
    /// Files with findings whose confidence is below the level shown: they are not written, but they are there.
    #[serde(skip)]
    pub doubted: Vec<Scanned>,
    /// What could not be analysed, ordered by path.
    pub problems: Vec<Problem>,
    /// How many files were looked at.
    pub scanned: usize,
    /// How many files were passed over because a program has written them for other programs.
    pub generated: usize,
    /// How many findings were left out because their confidence is below the level shown.
    pub hidden: usize,
    /// How many findings were left out because a baseline accepts them.
    pub accepted: usize,
    /// How many findings were left out because they were there before the change that was asked for.
    pub earlier: usize,
    /// How many findings were ended by fixes, where fixes were asked for.
    pub fixed: Option<usize>,
    /// How many paths that the user named could not be analysed at all.
    pub refused: usize,
}

impl Report {
    /// Every finding with its file, in order.
    pub fn findings(&self) -> impl Iterator<Item = (&Scanned, &Finding)> {
        self.files.iter().flat_map(|file| file.findings.iter().map(move |finding| (file, finding)))
    }
}
