//! SARIF 2.1.0, in the shape that GitHub code scanning reads.

mod driver;
mod results;
mod run;

pub use run::write;

use crate::finding::Severity;

/// The word for a severity.
const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

/// The name of the folder to which the paths are relative.
const BASE: &str = "SRCROOT";
