use super::{Finding, ProblemKind};
use crate::source::Span;

/// What the checks say about one file, before anything is suppressed or filtered.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    /// Every finding, whatever its confidence.
    pub findings: Vec<Finding>,
    /// What could not be judged, and a sentence about it.
    pub problems: Vec<(ProblemKind, String)>,
    /// Where the comments are; suppressions are honoured only in there.
    pub comments: Vec<Span>,
}
