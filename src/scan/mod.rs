//! The pipeline: from the paths a user named to a report. It is the only room that reads files.
//!
//! What is said about a text comes from an [`Analyzer`]; here is decided which texts are read, and which of the
//! findings are shown.

mod accepted;
mod baseline;
mod change;
mod chosen;
pub mod config;
mod copies;
mod decode;
mod directive;
mod generated;
mod git;
mod guard;
mod judge;
mod mend;
mod nesting;
mod order;
mod pipeline;
mod read;
mod repeats;
mod repository;
mod settle;
mod shown;
mod silence;
mod size;
mod suppress;
mod testcode;
mod walk;
mod wider;
mod workspace;
mod write;

pub use accepted::Accepted;
pub use baseline::{BASELINE, Baseline, nearby};
pub use change::{Change, Sides, sides};
pub use chosen::chosen;
pub use config::FailOn;
pub use guard::hush;
pub use mend::{Mended, Wanted, mend};
pub use pipeline::{Looked, over, run};
pub use repository::{repository, repository_of};
pub use settle::{idle, included, listed, settle};
pub use silence::Insertion;
pub use size::{memory, size};
pub use testcode::is_test;
pub use walk::{Candidate, Walked, walk};
pub use workspace::{Followed, Held, Look, Manner, Refused, Silences, State, Stop, Workspace, home, is_ruling};
pub use write::{roots, write_all};

use crate::finding::Analysis;
use crate::index::{Outline, Project};
use crate::rules::RuleSet;
use config::Settings;
use std::path::Path;

/// Whatever turns a text into findings.
pub trait Analyzer: Sync {
    /// Whether the file's name alone says that its language is supported.
    fn handles(&self, path: &Path) -> bool;

    /// Whether a first line that starts with `#!`, of a file without an extension, names a supported language.
    fn handles_shebang(&self, line: &str) -> bool;

    /// What `text` says to the project, and what is said about it while the project is not known. `is_test` is whether it is
    /// test code.
    fn survey(&self, path: &str, text: &str, is_test: bool) -> (Outline, Analysis);

    /// What `text` says to the project, and nothing else.
    fn outline(&self, path: &str, text: &str, is_test: bool) -> Outline;

    /// Every finding in `text` as a part of the project, and where its comments are.
    fn analyse(&self, path: &str, text: &str, project: &Project) -> Analysis;

    /// How many places of `text` are no sense in its language, so that a fix that adds one is known to be wrong.
    fn faults(&self, path: &str, text: &str) -> usize;
}

/// What a run may do and what it shows.
#[derive(Clone, Debug)]
pub struct Options {
    /// What rules the files; each candidate says which of them rules it.
    pub settings: Vec<Settings>,
    /// How many threads; `None` lets the machine decide.
    pub threads: Option<usize>,
    /// Larger files are not read.
    pub max_file_size: u64,
}

/// What makes an analyzer for the rules of a run.
pub type Build<'a> = &'a dyn Fn(&RuleSet) -> Box<dyn Analyzer>;

/// How far a run is: files done, files in all.
pub type Progress<'a> = &'a (dyn Fn(usize, usize) + Sync);
