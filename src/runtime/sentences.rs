//! A judgement in words, the same in every report.

use super::verdict::{Alert, Forecast, Judgement, Level, Verdict};
use super::words::{percent, rate, size, span};
use std::fmt::Write as _;

/// The lines of a report: what, and its text.
pub type Lines = Vec<(String, String)>;

impl Judgement {
    /// The verdict in a line.
    pub fn headline(&self) -> String {
        let mut text = self.verdict.words().to_owned();
        if self.verdict != Verdict::NotEnoughData {
            let _ = write!(text, " ({} sure)", percent(self.confidence));
        }
        if let Some(class) = self.class {
            let _ = write!(text, ", growth of {}", class.words());
        }
        match self.level {
            Some(Level::Watch) => text.push_str("; watched, for it may become a leak"),
            Some(Level::Exhaustion) => text.push_str("; a limit is near"),
            Some(Level::Leak) | None => {}
        }
        text
    }

    /// The verdict, why, where it leads, and what was said on the way.
    pub fn lines(&self) -> Lines {
        let mut lines = vec![("verdict".to_owned(), self.headline())];
        lines.extend(self.reasons.iter().map(|reason| ("because".to_owned(), reason.clone())));
        lines.extend(self.forecast.map(|forecast| ("forecast".to_owned(), forecast.words())));
        lines.extend(self.alerts.iter().map(|alert| ("alert".to_owned(), alert.words())));
        lines
    }
}

impl Forecast {
    /// Where it leads, in a line.
    pub fn words(&self) -> String {
        let mut text = format!("it goes on by {}", rate(self.rate));
        if let (Some(limit), Some(kind), Some(in_s)) = (self.limit, self.kind, self.in_s) {
            let (whose, limit) = (kind.whose(), size(limit as f64));
            let _ = if in_s > 0.0 {
                write!(text, "; {whose} of {limit} is then reached in {}", span(in_s))
            } else {
                write!(text, "; {whose} of {limit} is reached already")
            };
        }
        text
    }
}

impl Alert {
    /// When it was said, and why, in a line.
    pub fn words(&self) -> String {
        let taken = self.retracted_at_s.map_or_else(String::new, |at_s| format!(", taken back at {}", span(at_s)));
        let why = self.reasons.first().map_or("", String::as_str);
        format!("{} at {}{taken}: {why}", self.level.name(), span(self.at_s))
    }
}
