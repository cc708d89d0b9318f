use serde::{Deserialize, Serialize};

/// What kept a file, or a part of it, from being analysed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// The path does not exist.
    Missing,
    /// It exists and could not be read.
    Unreadable,
    /// It holds NUL bytes, so it is no source text.
    Binary,
    /// It is not UTF-8; the undecodable bytes were replaced.
    Encoding,
    /// It is larger than the limit.
    TooLarge,
    /// It nests deeper than the limit; what lies below was left out.
    TooDeep,
    /// It took longer than the limit.
    TooSlow,
    /// Nothing on the command line could be analysed.
    NoFiles,
}

/// Something that could not be analysed, said once, with the remedy; it never ends a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    /// The path as the user would write it, `/` between parts.
    pub path: String,
    /// What kind.
    pub kind: ProblemKind,
    /// What happened.
    pub message: String,
    /// What the user can do.
    pub remedy: String,
}
