use super::{Evidence, Stance};
use serde::{Deserialize, Serialize};

/// The probability, between 0.02 and 0.98, that a reader of the source would agree with the finding.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Confidence(f64);

impl Confidence {
    /// What is shown unless `--pedantic` asks for all.
    pub const SHOWN: Self = Self(0.5);

    /// A probability; values outside 0.02–0.98 are moved to the nearer end, because no reading of source is certain.
    pub fn new(value: f64) -> Self {
        Self(if value.is_nan() { 0.02 } else { value.clamp(0.02, 0.98) })
    }

    /// The number, 0 to 1.
    pub fn value(self) -> f64 {
        self.0
    }

    /// The same, as far as readings of real code have borne out what the rule is sure of in this language.
    ///
    /// Above one half the log-odds are multiplied by `trust`, 0 to 1 (temperature scaling: Guo et al., *On Calibration of
    /// Modern Neural Networks*, 2017). So nothing changes sides, and the order stays.
    #[must_use]
    pub fn tempered(self, trust: f64) -> Self {
        if self <= Self::SHOWN { self } else { Self::of_odds(self.log_odds() * trust.clamp(0.0, 1.0)) }
    }

    fn log_odds(self) -> f64 {
        (self.0 / (1.0 - self.0)).ln()
    }

    fn of_odds(log_odds: f64) -> Self {
        let value = 1.0 / (1.0 + (-log_odds).exp());
        Self::new((value * 100.0).round() / 100.0)
    }

    /// The prior moved by the evidence.
    ///
    /// Pieces of evidence add up as log-odds (naive Bayes: Good, *Probability and the Weighing of Evidence*, 1950):
    /// `logit(p) = logit(prior) + Σ ±weight`, plus for evidence that speaks for the finding, minus for evidence
    /// against it. This file is the only place where a confidence is computed.
    #[must_use]
    pub fn given(self, evidence: &[Evidence]) -> Self {
        let moved = evidence.iter().fold(self.log_odds(), |sum, piece| match piece.stance {
            Stance::For => sum + piece.weight.log_odds(),
            Stance::Against => sum - piece.weight.log_odds(),
        });
        Self::of_odds(moved)
    }
}
