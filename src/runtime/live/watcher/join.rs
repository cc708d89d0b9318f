//! Who is watched, and what binds them.

use super::super::cgroup::Cgroup;
use super::super::family::{self, descendants, ended};
use super::super::host::Host;
use super::super::process::Process;
use super::super::track::{Gauge, Track};
use super::{LIMITS_EVERY, Target, Watcher};
use crate::runtime::Limits;
use std::collections::BTreeSet;
use std::time::Instant;

impl Watcher {
    /// Finds who belongs to the target by now.
    pub(super) fn join(&mut self) {
        let members: BTreeSet<u32> = match &self.target {
            Target::Children => descendants(std::process::id()),
            Target::Process(pid) => {
                let mut all = descendants(*pid);
                all.insert(*pid);
                all
            }
            Target::Cgroup(group) => group.members(),
            Target::Everyone => self.crowd.look(&family::everyone(), self.began.elapsed().as_secs_f64()),
        };
        let known = |pid: &u32| self.tracks.contains_key(pid);
        let fresh: Vec<u32> = members.into_iter().filter(|pid| !known(pid) && *pid != std::process::id()).collect();
        for pid in fresh {
            let Ok(process) = Process::open(pid) else { continue };
            if ended(&process) {
                continue;
            }
            if let (Ok(probe), false) = (&self.probe, matches!(self.target, Target::Everyone)) {
                probe.watch(pid);
            }
            let mut gauge = Gauge::new(self.limits, self.window_s);
            let (before, ledger) = self.crowd.promote(pid, process.started());
            for sample in before {
                gauge.push(sample);
            }
            let mut track = Track::new(process, gauge);
            track.ledger = ledger;
            self.tracks.insert(pid, track);
        }
    }

    pub(super) fn look_at_limits(&mut self) {
        if Instant::now() < self.limits_due {
            return;
        }
        self.limits_due = Instant::now() + LIMITS_EVERY;
        let group = match &self.target {
            Target::Cgroup(group) => Some(group.clone()),
            Target::Everyone => None,
            Target::Children | Target::Process(_) => self.tracks.values().next().and_then(|track| Cgroup::of(&track.process)),
        };
        self.cgroup = group.and_then(|group| group.memory());
        let limited = self.cgroup.as_ref().filter(|memory| memory.limit.is_some());
        self.limits = Limits {
            user: self.options.limit,
            cgroup: limited.and_then(|memory| memory.limit),
            cgroup_used: limited.map(|memory| memory.working_set),
            available: Host::now().ok().map(|host| host.available),
            heap: None,
        };
        self.total.set_limits(self.limits);
        // A limit on all together binds each, and so does what others leave.
        for track in self.tracks.values_mut() {
            track.gauge.set_limits(self.limits);
        }
    }
}
