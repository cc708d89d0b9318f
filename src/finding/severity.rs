use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How bad a leak is when it is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Bounded or rare: SARIF `note`.
    Low,
    /// Grows with use: SARIF `warning`.
    Medium,
    /// Grows with every request, message or tick: SARIF `error`.
    High,
}

impl Severity {
    /// The word used in reports and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// One step less; `Low` stays.
    #[must_use]
    pub const fn lowered(self) -> Self {
        match self {
            Self::High => Self::Medium,
            Self::Medium | Self::Low => Self::Low,
        }
    }
}
