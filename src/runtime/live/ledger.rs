use super::frame::{Frame, frames};
use super::outcome::{Growths, Stack};
use super::probe::{Growth, Names};
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
    attributed: u64,
    missed: u64,
    refused: u64,
    external: u64,
    stacks: HashMap<Vec<u64>, Told>,
}

/// What was told of one stack.
#[derive(Debug)]
struct Told {
    records: u64,
    bytes: u64,
    frames: Vec<Frame>,
}

impl Ledger {
    /// Takes a record of growth. A stack that is new is given names at once: when the process has ended, they are gone.
    pub fn add(&mut self, growth: &Growth, names: &Names) {
        self.records += 1;
        self.bytes += growth.grown;
        self.missed += growth.missed;
        self.refused += growth.refused;
        self.external += u64::from(growth.external);
        if growth.frames.is_empty() {
            return;
        }
        // What came while the handler was not attached is not this stack's.
        let own = growth.grown.saturating_sub(growth.missed);
        self.attributed += own;
        if self.stacks.len() < MOST_STACKS || self.stacks.contains_key(&growth.frames) {
            let fresh = || Told { records: 0, bytes: 0, frames: frames(growth.pid, &growth.frames, names) };
            let told = self.stacks.entry(growth.frames.clone()).or_insert_with(fresh);
            told.records += 1;
            told.bytes += own;
        }
    }

    pub fn told(&self) -> Option<Growths> {
        if self.records == 0 {
            return None;
        }
        let mut stacks: Vec<_> = self
            .stacks
            .values()
            .map(|told| Stack { frames: told.frames.clone(), records: told.records, bytes: told.bytes })
            .collect();
        let addresses = |stack: &Stack| stack.frames.iter().map(|frame| frame.address).collect::<Vec<_>>();
        stacks.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| addresses(a).cmp(&addresses(b))));
        stacks.truncate(SHOWN);
        let Self { records, bytes, attributed, missed, refused, external, .. } = *self;
        Some(Growths { records, bytes, attributed, missed, refused, external, stacks })
    }
}
