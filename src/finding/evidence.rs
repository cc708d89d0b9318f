use crate::source::Span;
use serde::{Deserialize, Serialize};

/// Which way a piece of evidence points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stance {
    /// It makes the leak more likely.
    For,
    /// It makes the leak less likely.
    Against,
}

/// How much a piece of evidence moves the odds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// Worth telling, moves nothing.
    None,
    /// A hint: odds × 1.5.
    Slight,
    /// Odds × 2.2.
    Fair,
    /// Odds × 4.5.
    Strong,
    /// Nearly settles the matter: odds × 12.
    Decisive,
}

impl Weight {
    /// Natural logarithm of the factor by which the odds change.
    pub fn log_odds(self) -> f64 {
        match self {
            Self::None => 0.0,
            Self::Slight => 0.4,
            Self::Fair => 0.8,
            Self::Strong => 1.5,
            Self::Decisive => 2.5,
        }
    }
}

/// One thing that was looked at, what was seen there, and which way it points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Which way it points.
    pub stance: Stance,
    /// How much.
    pub weight: Weight,
    /// One clause in plain words, lower case, no full stop.
    pub text: String,
    /// Where it was seen, if at one place.
    pub span: Option<Span>,
}

impl Evidence {
    /// Evidence for the leak.
    pub fn supports(weight: Weight, text: impl Into<String>) -> Self {
        Self { stance: Stance::For, weight, text: text.into(), span: None }
    }

    /// Evidence against the leak.
    pub fn doubts(weight: Weight, text: impl Into<String>) -> Self {
        Self { stance: Stance::Against, weight, text: text.into(), span: None }
    }

    /// The same evidence, with the place where it was seen.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }
}
