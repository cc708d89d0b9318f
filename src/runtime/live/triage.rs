use super::cause::{Cause, causes};
use super::cgroup::{Cgroup, CgroupMemory};
use super::family::everyone;
use super::host::{Host, Pressure};
use super::process::Process;
use super::regions::{Anonymous, Regions};
use super::{LiveError, jvm};
use crate::runtime::Sample;
use serde::Serialize;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Processes whose PSS and regions are read in the first snapshot, before it is known who grows: the largest.
const LOOKED_AT: usize = 16;
/// What reading PSS and regions may take in all; it costs some 10 ms for each GiB.
const BUDGET: Duration = Duration::from_secs(2);
/// Processes that are listed.
const LISTED: usize = 10;

/// Two snapshots of the host, and what to make of them.
#[derive(Clone, Debug, Serialize)]
pub struct Triage {
    /// The version of this form, 1.
    pub version: u32,
    /// Seconds between the snapshots.
    pub delay_s: f64,
    /// The host at first.
    pub before: Host,
    /// The host at last.
    pub after: Host,
    /// How long tasks waited for memory, where the kernel measures it.
    pub pressure: Option<Pressure>,
    /// Processes at first and at last, kernel threads left out.
    pub processes: (usize, usize),
    /// What the matter is, most likely first.
    pub causes: Vec<Cause>,
    /// The process that matters most.
    pub leader: Option<Leader>,
    /// Those that grew most, then those that hold most.
    pub listed: Vec<Grower>,
    /// What could not be looked at, in words.
    pub gaps: Vec<String>,
}

/// A process in both snapshots.
#[derive(Clone, Debug, Serialize)]
pub struct Grower {
    /// Its id.
    pub pid: u32,
    /// Its command line.
    pub command: String,
    /// At first.
    pub before: Sample,
    /// At last.
    pub after: Sample,
    /// Its proportional share of memory at first and at last (PSS), bytes, where it was read.
    pub pss: (Option<u64>, Option<u64>),
}

impl Grower {
    /// Whether it started between the snapshots: what it grew by is then not known, only what it holds.
    pub fn fresh(&self) -> bool {
        self.before == Sample::default()
    }

    /// By how much it grew, bytes.
    pub fn grown(&self) -> i64 {
        self.after.held().cast_signed().saturating_sub(self.before.held().cast_signed())
    }
}

/// The process that matters most, looked at closely.
#[derive(Clone, Debug, Serialize)]
pub struct Leader {
    /// Who.
    pub process: Grower,
    /// Its regions at first, if it was among the largest.
    pub regions_before: Option<Regions>,
    /// Its regions at last.
    pub regions: Option<Regions>,
    /// Where the anonymous memory is by kind, compared with the runtime that the program is known to use.
    pub runtime: Option<&'static str>,
    /// What its managed heap holds, bytes, where that can be known from outside.
    pub heap: Option<u64>,
    /// Its control group.
    pub cgroup: Option<CgroupMemory>,
    /// The most descriptors it may open.
    pub most_descriptors: Option<u64>,
}

/// A process in one snapshot.
struct Seen {
    process: Process,
    sample: Sample,
    pss: Option<u64>,
    regions: Option<Regions>,
}

/// Takes two snapshots, so far apart, and says what the matter is.
pub fn triage(delay: Duration, mut sleep: impl FnMut(Duration)) -> Result<Triage, LiveError> {
    let begin = Instant::now();
    let before = Host::now()?;
    let mut first = snapshot();
    look_closely(&mut first);
    sleep(delay.saturating_sub(begin.elapsed()));
    let delay_s = begin.elapsed().as_secs_f64();
    let after = Host::now()?;
    let second = snapshot();
    let processes = (first.len(), second.len());
    let mut gaps = Vec::new();
    let mut growers = pair(first, second);
    growers.sort_by_key(|(grower, _, _)| (-grower.grown(), std::cmp::Reverse(grower.after.held()), grower.pid));
    let leader = lead(&growers, &mut gaps);
    let mut listed: Vec<Grower> = growers.iter().take(LISTED).map(|(grower, _, _)| grower.clone()).collect();
    growers.sort_by_key(|(grower, _, _)| (std::cmp::Reverse(grower.after.held()), grower.pid));
    for (grower, _, _) in growers.iter().take(LISTED / 2) {
        if listed.iter().all(|known| known.pid != grower.pid) {
            listed.push(grower.clone());
        }
    }
    complete(&mut listed, &growers);
    let pressure = Pressure::host();
    if pressure.is_none() {
        gaps.push("the kernel does not measure stalls (PSI), so pressure is not known".to_owned());
    }
    let mut triage = Triage { version: 1, delay_s, before, after, pressure, processes, causes: Vec::new(), leader, listed, gaps };
    triage.causes = causes(&triage);
    Ok(triage)
}

/// Every process with memory of its own.
fn snapshot() -> HashMap<(u32, u64), Seen> {
    let own = std::process::id();
    let opened = everyone().into_iter().filter(|pid| *pid != own).filter_map(|pid| Process::open(pid).ok());
    let seen = opened.filter_map(|mut process| {
        let mut sample = process.sample(0.0)?;
        process.count_descriptors(&mut sample);
        Some(((process.pid(), process.started()), Seen { process, sample, pss: None, regions: None }))
    });
    seen.collect()
}

/// Reads what is costly of the largest.
fn look_closely(seen: &mut HashMap<(u32, u64), Seen>) {
    let begin = Instant::now();
    let mut largest: Vec<_> = seen.values_mut().collect();
    largest.sort_by_key(|seen| (std::cmp::Reverse(seen.sample.held()), seen.process.pid()));
    for seen in largest.into_iter().take(LOOKED_AT) {
        if begin.elapsed() > BUDGET {
            return;
        }
        seen.pss = seen.process.pss();
        seen.regions = Regions::with_sizes(seen.process.inner());
    }
}

type Pair = (Grower, Option<Regions>, Process);

/// Those that were there both times. What started in between is compared with nothing.
fn pair(mut first: HashMap<(u32, u64), Seen>, second: HashMap<(u32, u64), Seen>) -> Vec<Pair> {
    let pairs = second.into_iter().map(|(key, last)| {
        let before = first.remove(&key);
        let (sample, pss, regions) = before.map_or((Sample::default(), None, None), |seen| (seen.sample, seen.pss, seen.regions));
        let grower = Grower { pid: key.0, command: last.process.command(), before: sample, after: last.sample, pss: (pss, None) };
        (grower, regions, last.process)
    });
    pairs.collect()
}

/// Adds the PSS at last of those that are listed.
fn complete(listed: &mut [Grower], pairs: &[Pair]) {
    let begin = Instant::now();
    for grower in listed {
        let pair = pairs.iter().find(|(known, _, _)| known.pid == grower.pid);
        if let (Some((_, _, process)), true) = (pair, begin.elapsed() < BUDGET) {
            grower.pss.1 = process.pss();
        }
    }
}

/// The one that grew most, or the largest if none grew by more than noise.
fn lead(growers: &[Pair], gaps: &mut Vec<String>) -> Option<Leader> {
    const NOISE: i64 = 256 * 1024;
    // Of what has just started nobody knows whether it goes on.
    let grown = growers.iter().find(|(grower, _, _)| !grower.fresh()).filter(|(grower, _, _)| grower.grown() > NOISE);
    let (grower, regions_before, process) = grown.or_else(|| growers.iter().max_by_key(|(g, _, _)| (g.after.held(), g.pid)))?;
    let regions = Regions::with_sizes(process.inner());
    if regions.is_none() {
        gaps.push(format!("the mappings of process {} may not be read: run as root, or see `watertight doctor`", grower.pid));
    }
    let mut grower = grower.clone();
    grower.pss.1 = process.pss();
    let mut counted = grower.after;
    if let Some(regions) = regions {
        (counted.mappings, counted.arenas) = (Some(regions.count), Some(regions.arenas));
    }
    grower.after = counted;
    let limits = process.inner().limits().ok();
    let most_descriptors = limits.and_then(|limits| match limits.max_open_files.soft_limit {
        procfs::process::LimitValue::Value(most) => Some(most),
        procfs::process::LimitValue::Unlimited => None,
    });
    Some(Leader {
        regions_before: *regions_before,
        regions,
        runtime: process.runtime(),
        heap: jvm::heap(process.inner()),
        cgroup: Cgroup::of(process).and_then(|group| group.memory()),
        most_descriptors,
        process: grower,
    })
}

/// The growth of anonymous memory by kind of region, where both snapshots have it.
pub(super) fn regions_grown(leader: &Leader) -> Option<[(&'static str, i64); 5]> {
    let (before, after) = (leader.regions_before?.anonymous?, leader.regions?.anonymous?);
    let grown = |of: fn(&Anonymous) -> u64| of(&after).cast_signed() - of(&before).cast_signed();
    Some([
        ("the C heap (brk)", grown(|a| a.heap)),
        ("arenas of the C allocator", grown(|a| a.arenas)),
        ("stacks", grown(|a| a.stack)),
        ("other mappings", grown(|a| a.mapped)),
        ("data of programs and libraries", grown(|a| a.files)),
    ])
}
