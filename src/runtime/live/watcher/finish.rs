//! From what was watched to what is told of it.

use super::super::LiveError;
use super::super::outcome::{Ending, Outcome, ProbeUse, Summary, VERSION};
use super::super::track::Track;
use super::{Target, Watcher};
use crate::runtime::WINDOW_S;

impl Watcher {
    /// Ends the recording, and says what was seen.
    pub fn finish(mut self, ending: Ending) -> Result<Outcome, LiveError> {
        if let (Some(recorder), Some(path)) = (&mut self.recorder, &self.options.record) {
            recorder.flush().map_err(|error| LiveError::Write { path: path.clone(), error })?;
        }
        let mut processes: Vec<_> = self.tracks.values().map(|track| self.told(track, false)).collect();
        processes.append(&mut self.past.ended);
        if matches!(self.target, Target::Everyone) {
            self.past.unlisted += self.crowd.len().saturating_sub(self.tracks.len()) as u64;
        }
        processes.sort_by(|a, b| b.weight().cmp(&a.weight()).then(a.pid.cmp(&b.pid)));
        let all = !matches!(self.target, Target::Everyone) && (self.together || processes.len() > 1);
        let total = all.then(|| self.total.summary(None, &self.label, false));
        // One process says more than the sum; the sum counts only if it says more than each.
        let leader = processes.first().filter(|first| total.as_ref().is_none_or(|total| first.weight().0 >= total.weight().0));
        let leader = leader.filter(|first| total.is_none() || first.weight().0.is_some() || processes.len() == 1);
        let judgement = leader.map_or_else(|| self.total.judgement(), |leader| leader.judgement.clone());
        Ok(Outcome {
            version: VERSION,
            pid: leader.and_then(|leader| leader.pid),
            judgement,
            target: self.label.clone(),
            began_at: self.began_at,
            duration_s: self.at_s(),
            interval_s: self.options.interval.as_secs_f64(),
            window_s: self.window_s,
            pace: WINDOW_S / self.window_s,
            ending,
            total,
            processes,
            unlisted: self.past.unlisted,
            brief: self.past.brief,
            cgroup: self.cgroup.clone(),
            series_from: if matches!(self.target, Target::Everyone) { "/proc/PID/statm and status" } else { "/proc/PID/status" },
            probe: self.used(),
            breaches: self.breaches,
        })
    }

    pub(super) fn told(&self, track: &Track, ended: bool) -> Summary {
        let mut summary = track.summary(ended);
        summary.calls = self.probe.as_ref().ok().and_then(|probe| probe.rates(track.process.pid()));
        summary
    }

    fn used(&self) -> ProbeUse {
        match &self.probe {
            Ok(probe) => ProbeUse::Attached {
                hook: probe.hook(),
                step: probe.step(),
                error: probe.error(),
                gaps: probe.gaps(),
                calls_refused: self.calls_refused.clone(),
            },
            Err(Some(refusal)) => ProbeUse::Refused(refusal.clone()),
            Err(None) => ProbeUse::Off,
        }
    }
}
