use super::outcome::{Growths, Stack};
use super::probe::Growth;
use std::collections::HashMap;

/// Stacks that are told apart; what comes after goes into the sums only.
const MOST_STACKS: usize = 256;
/// Stacks that a report shows.
const SHOWN: usize = 8;

/// What the probe told of a process.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    records: u64,
    bytes: u64,
    refused: u64,
    external: u64,
    stacks: HashMap<Vec<u64>, (u64, u64)>,
}

impl Ledger {
    pub fn add(&mut self, growth: &Growth) {
        self.records += 1;
        self.bytes += growth.grown;
        self.refused += growth.refused;
        self.external += u64::from(growth.external);
        if self.stacks.len() < MOST_STACKS || self.stacks.contains_key(&growth.frames) {
            let (count, bytes) = self.stacks.entry(growth.frames.clone()).or_default();
            *count += 1;
            *bytes += growth.grown;
        }
    }

    pub fn told(&self) -> Option<Growths> {
        if self.records == 0 {
            return None;
        }
        let with_frames = self.stacks.iter().filter(|(frames, _)| !frames.is_empty());
        let mut stacks: Vec<_> = with_frames
            .map(|(frames, (count, bytes))| Stack { frames: frames.clone(), records: *count, bytes: *bytes })
            .collect();
        stacks.sort_by(|a, b| (b.bytes, &a.frames).cmp(&(a.bytes, &b.frames)));
        stacks.truncate(SHOWN);
        let Self { records, bytes, refused, external, .. } = *self;
        Some(Growths { records, bytes, refused, external, stacks })
    }
}
