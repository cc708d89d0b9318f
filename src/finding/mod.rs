//! What a check says: a finding with its places, its evidence, and how bad and how sure it is.

mod analysis;
mod confidence;
mod evidence;
mod fingerprint;
mod fix;
mod problem;
mod report;
mod severity;
mod wording;

pub use analysis::Analysis;
pub use confidence::Confidence;
pub use evidence::{Evidence, Stance, Weight};
pub use fingerprint::{fingerprints, hash};
pub use fix::{Edit, Fix, Safety};
pub use problem::{Problem, ProblemKind};
pub use report::{Report, Scanned};
pub use severity::Severity;
pub use wording::with_article;

use crate::source::Span;
use serde::{Deserialize, Serialize};

/// What a marked place is to its finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Where the holder is declared.
    Declaration,
    /// Where it takes hold: acquires, grows, registers, starts.
    Acquire,
    /// Where it lets go, though not of everything or not always.
    Release,
    /// A way out on which nothing lets go.
    Exit,
    /// Something else a reader needs.
    Context,
}

/// A span with the words to print at it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// What the place is to the finding.
    pub role: Role,
    /// The bytes it covers in the finding's file.
    pub span: Span,
    /// A few words, lower case, no full stop.
    pub label: String,
}

impl Mark {
    /// A mark of the given role.
    pub fn new(role: Role, span: Span, label: impl Into<String>) -> Self {
        Self { role, span, label: label.into() }
    }
}

/// One leak pattern found in one file.
///
/// It cannot be made without a primary place, so every report can point somewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Rule id.
    pub rule: String,
    /// One sentence that names the thing and the fault.
    pub message: String,
    /// The place to look at first; narrow, so that it falls inside a diff.
    pub primary: Mark,
    /// Other places that matter, in reading order.
    pub related: Vec<Mark>,
    /// From the acquisition to the exit that misses the release; empty where order does not matter.
    pub path: Vec<Mark>,
    /// Fully qualified name of the function or type the primary place stands in; empty at module level.
    pub symbol: String,
    /// The pattern, in one sentence.
    pub pattern: String,
    /// What happens to the running program.
    pub risk: String,
    /// What to change.
    pub recommendation: String,
    /// What was looked at, for and against.
    pub evidence: Vec<Evidence>,
    /// How bad.
    pub severity: Severity,
    /// How sure; follows from the evidence.
    pub confidence: Confidence,
    /// What would end it, where that can be written down exactly.
    #[serde(default)]
    pub fix: Option<Fix>,
    /// The function around the primary place, where it is long enough to be told by its text.
    #[serde(skip)]
    pub within: Option<Span>,
    /// Whether the primary place stands in code that the file itself marks as run by tests alone.
    pub in_test: bool,
}

impl Finding {
    /// The finding with its way marked between whole characters of the text: the end of a function is marked by its last
    /// byte, which may be a part of one.
    #[must_use]
    pub fn fitted(mut self, text: &str) -> Self {
        for mark in &mut self.path {
            let mut start = mark.span.start as usize;
            while start > 0 && !text.is_char_boundary(start) {
                start -= 1;
            }
            mark.span = Span::new(start as u32, mark.span.end);
        }
        self
    }

    /// A finding of `rule` at its primary place; the caller fills in the rest and ends with [`Finding::weigh`].
    pub fn new(rule: &str, message: impl Into<String>, primary: Mark) -> Self {
        Self {
            rule: rule.to_owned(),
            message: message.into(),
            primary,
            related: Vec::new(),
            path: Vec::new(),
            symbol: String::new(),
            pattern: String::new(),
            risk: String::new(),
            recommendation: String::new(),
            evidence: Vec::new(),
            severity: Severity::Medium,
            confidence: Confidence::new(0.5),
            fix: None,
            within: None,
            in_test: false,
        }
    }

    /// The same with as much confidence as readings of real code have borne out.
    #[must_use]
    pub fn tempered(mut self, trust: f64) -> Self {
        self.confidence = self.confidence.tempered(trust);
        self
    }

    /// Sets the confidence from the rule's own prior and the evidence listed so far.
    #[must_use]
    pub fn weigh(mut self, prior: Confidence) -> Self {
        self.confidence = prior.given(&self.evidence);
        self
    }
}
