use super::super::outcome::Summary;
use std::cmp::Reverse;

/// Ended processes that are remembered.
const MOST: usize = 64;
/// Fewer samples say nothing of a process that has ended.
const LEAST_SAMPLES: u64 = 5;

/// The processes that have ended.
#[derive(Debug, Default)]
pub(super) struct Past {
    pub ended: Vec<Summary>,
    /// Those that had to give way to others that mattered more.
    pub unlisted: u64,
    /// Those that ended before there was enough to judge them by.
    pub brief: u64,
}

impl Past {
    /// Remembers a process that has ended.
    pub fn keep(&mut self, summary: Summary) {
        if summary.samples < LEAST_SAMPLES {
            self.brief += 1;
            return;
        }
        self.ended.push(summary);
        if self.ended.len() > MOST {
            self.ended.sort_by_key(|summary| Reverse(summary.weight()));
            self.ended.truncate(MOST);
            self.unlisted += 1;
        }
    }

    /// Remembers what a process was before it became another program. What it was for a moment only, between fork and the
    /// first instruction, is nothing.
    pub fn shed(&mut self, summary: Summary) {
        if summary.samples >= LEAST_SAMPLES {
            self.keep(summary);
        }
    }
}
