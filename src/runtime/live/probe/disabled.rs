//! The build without the feature `ebpf`: there is no probe, and it says so.

use super::{Cost, Gaps, Growth, Hook, Plan, Rates, Refusal};
use std::convert::Infallible;
use std::time::Duration;

/// A probe that cannot exist.
#[derive(Debug)]
pub struct Probe(Infallible);

/// Knows no names: without a probe there are no stacks.
#[derive(Debug, Default)]
pub struct Names {}

impl Names {
    /// Nothing.
    pub fn of(&self, _: u32, _: &[u64]) -> Vec<Option<String>> {
        Vec::new()
    }
}

/// The probes that are loaded on the machine: not known to this build.
pub fn ours() -> Option<Vec<u32>> {
    None
}

impl Probe {
    /// Refuses.
    pub fn open(_: &Plan) -> Result<Self, Refusal> {
        Err(Refusal {
            reason: "this build of watertight holds no eBPF probe".to_owned(),
            remedy: "build it with `--features ebpf` (needs clang, libelf and zlib)".to_owned(),
        })
    }

    /// How it hangs on the kernel.
    pub fn hook(&self) -> Hook {
        match self.0 {}
    }

    /// Growth worth a record, in bytes.
    pub fn step(&self) -> u64 {
        match self.0 {}
    }

    /// By how much the counters may be off, in bytes.
    pub fn error(&self) -> u64 {
        match self.0 {}
    }

    /// Begins to watch a process and the children it will have.
    pub fn watch(&self, _: u32) -> bool {
        match self.0 {}
    }

    /// Stops watching a process; its children stay watched.
    pub fn forget(&self, _: u32) {
        match self.0 {}
    }

    /// Waits for records, at most so long, and hands over those there are.
    pub fn poll(&mut self, _: Duration) -> Vec<Growth> {
        match self.0 {}
    }

    /// What could not be told so far.
    pub fn gaps(&self) -> Gaps {
        match self.0 {}
    }

    /// What the handler of growth cost so far.
    pub fn cost(&self) -> Option<Cost> {
        match self.0 {}
    }

    /// Begins to count the calls of what is watched.
    pub fn count(&mut self) -> Result<(), Refusal> {
        match self.0 {}
    }

    /// The calls of a process since [`Self::count`].
    pub fn rates(&self, _: u32) -> Option<Rates> {
        match self.0 {}
    }
}
