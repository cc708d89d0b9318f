//! Every process of the host at once: each is only glanced at, and those that grow are handed on to be watched closely.

use super::ledger::Ledger;
use super::probe::{Growth, Names};
use super::process::Process;
use crate::runtime::Sample;
use std::collections::{BTreeSet, HashMap};

/// Points of history that a process keeps; when there are more, every other one goes.
const POINTS: usize = 120;
/// Growth above which a process is watched closely, bytes, and as a share of what it held at first.
const RISE: u64 = 2 * 1024 * 1024;
const SHARE: u64 = 50;
/// Processes that are watched closely at a time, at most.
const MOST_CLOSE: usize = 256;

#[derive(Debug)]
struct Member {
    started: u64,
    lowest: u64,
    history: Vec<Sample>,
    every: u64,
    seen: u64,
    ledger: Ledger,
}

/// Those that are only glanced at.
#[derive(Debug, Default)]
pub(super) struct Crowd {
    members: HashMap<u32, Member>,
    close: BTreeSet<u32>,
}

impl Crowd {
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Glances at all that are alive, and says who is to be watched closely.
    pub fn look(&mut self, alive: &BTreeSet<u32>, at_s: f64) -> BTreeSet<u32> {
        self.members.retain(|pid, _| alive.contains(pid));
        self.close.retain(|pid| alive.contains(pid));
        let mut risen = Vec::new();
        for pid in alive.iter().filter(|pid| **pid != std::process::id()) {
            // Reopened each time: thousands of open directories are more than a user may have.
            let Ok(process) = Process::open(*pid) else { continue };
            let Some(sample) = process.glance(at_s) else { continue };
            let member = self.members.entry(*pid).or_insert_with(|| Member::new(&process, &sample));
            if member.started != process.started() {
                // The id was given out again.
                *member = Member::new(&process, &sample);
                self.close.remove(pid);
            }
            let rise = member.note(sample);
            if rise >= RISE.max(member.lowest / SHARE) {
                risen.push((rise, *pid));
            }
        }
        risen.sort_unstable_by(|a, b| b.cmp(a));
        for (_, pid) in risen {
            if self.close.len() < MOST_CLOSE {
                self.close.insert(pid);
            }
        }
        self.close.clone()
    }

    /// Hands over what is known of a process that is watched closely from now on.
    pub fn promote(&mut self, pid: u32, started: u64) -> (Vec<Sample>, Ledger) {
        let member = self.members.get_mut(&pid).filter(|member| member.started == started);
        member.map(|member| (std::mem::take(&mut member.history), std::mem::take(&mut member.ledger))).unwrap_or_default()
    }

    pub fn hear(&mut self, growth: &Growth, names: &Names) {
        if let Some(member) = self.members.get_mut(&growth.pid) {
            member.ledger.add(growth, names);
        }
    }
}

impl Member {
    fn new(process: &Process, sample: &Sample) -> Self {
        let (started, lowest) = (process.started(), sample.held());
        Self { started, lowest, history: Vec::new(), every: 1, seen: 0, ledger: Ledger::default() }
    }

    /// Adds a point; returns how far it is above the lowest.
    fn note(&mut self, sample: Sample) -> u64 {
        if self.seen.is_multiple_of(self.every) {
            self.history.push(sample);
        }
        self.seen += 1;
        if self.history.len() >= POINTS {
            let mut keep = false;
            self.history.retain(|_| {
                keep = !keep;
                keep
            });
            self.every *= 2;
        }
        self.lowest = self.lowest.min(sample.held());
        sample.held() - self.lowest
    }
}
