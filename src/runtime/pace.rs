//! Two clocks: that of the detectors and that of the reader.
//!
//! Every threshold is in the detectors' seconds. Whoever asks for a shorter window has their clock run faster, and is
//! told all times and rates in seconds that really passed.

use super::verdict::Forecast;
use super::words::span;

/// The window in which a leak shows itself at the detectors' own pace, seconds.
pub const WINDOW_S: f64 = 300.0;

/// How many of the detectors' seconds pass in one of the reader's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace(f64);

impl Pace {
    /// The pace at which a leak shows itself within so many seconds; the detectors' own if that is no time.
    pub fn of(window_s: f64) -> Self {
        Self(if window_s.is_finite() && window_s > 0.0 { WINDOW_S / window_s } else { 1.0 })
    }

    /// What the detectors' clock shows at a time of the reader's.
    pub const fn inner(self, real_s: f64) -> f64 {
        real_s * self.0
    }

    /// The reader's time at one of the detectors'.
    pub const fn real(self, inner_s: f64) -> f64 {
        inner_s / self.0
    }

    /// A rate in the reader's seconds.
    pub const fn rate(self, inner: f64) -> f64 {
        inner * self.0
    }

    /// A span of the detectors' time, in words of the reader's.
    pub fn span(self, inner_s: f64) -> String {
        span(self.real(inner_s))
    }

    /// A forecast on the reader's clock.
    pub fn forecast(self, inner: Forecast) -> Forecast {
        Forecast {
            rate: self.rate(inner.rate),
            in_s: inner.in_s.map(|in_s| self.real(in_s)),
            at_s: inner.at_s.map(|at_s| self.real(at_s)),
            ..inner
        }
    }
}
