//! Watches processes: takes their samples, hears the probe, and says what is thought of them.

mod begin;
mod finish;
mod join;
mod options;
mod past;
mod sum;

pub use options::{OnLimit, Options, Target};

use super::LiveError;
use super::cgroup::CgroupMemory;
use super::crowd::Crowd;
use super::launch::end_process;
use super::outcome::{Breach, Summary};
use super::probe::{Growth, Names, Probe, Refusal};
use super::process::Process;
use super::track::{Gauge, Track};
use crate::runtime::{Judgement, Level, Limits, Recorder, Sample, Verdict};
use begin::{open_probe, record};
use past::Past;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use sum::add;

/// Limits change seldom and cost a dozen files to read.
const LIMITS_EVERY: Duration = Duration::from_secs(5);
/// The longest wait at a time, so that signals are noticed.
const SLICE: Duration = Duration::from_millis(50);

/// Watches until it is told to stop.
#[derive(Debug)]
pub struct Watcher {
    target: Target,
    label: String,
    options: Options,
    window_s: f64,
    began: Instant,
    began_at: u64,
    next: Instant,
    limits: Limits,
    limits_due: Instant,
    cgroup: Option<CgroupMemory>,
    tracks: BTreeMap<u32, Track>,
    crowd: Crowd,
    past: Past,
    total: Gauge,
    together: bool,
    over: bool,
    breaches: Vec<Breach>,
    probe: Result<Probe, Option<Refusal>>,
    calls_refused: Option<Refusal>,
    names: Names,
    recorder: Option<Recorder<BufWriter<File>>>,
}

impl Watcher {
    /// Prepares to watch; `label` says what, in the user's words.
    pub fn new(target: Target, label: String, options: Options) -> Result<Self, LiveError> {
        let window_s = options.window.as_secs_f64();
        let mut calls_refused = None;
        let probe = open_probe(&target, &options, &mut calls_refused);
        let now = Instant::now();
        let limits = Limits { user: options.limit, ..Limits::default() };
        let recorder = options.record.as_ref().map(|path| record(path, &target, &label, window_s)).transpose()?;
        let began_at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
        let mut watcher = Self {
            total: Gauge::new(limits, window_s),
            target,
            label,
            options,
            window_s,
            began: now,
            began_at,
            next: now,
            limits,
            limits_due: now,
            cgroup: None,
            tracks: BTreeMap::new(),
            crowd: Crowd::default(),
            past: Past::default(),
            together: false,
            over: false,
            breaches: Vec::new(),
            probe,
            calls_refused,
            names: Names::default(),
            recorder,
        };
        if let Target::Process(pid) = watcher.target {
            let process = Process::open(pid)?;
            process.sample(0.0).ok_or(LiveError::NoMemory(pid))?;
        }
        watcher.join();
        Ok(watcher)
    }

    /// To be called when our command was started: from then on only it and its children are watched.
    pub fn launched(&self) {
        if let Ok(probe) = &self.probe {
            probe.forget(std::process::id());
        }
    }

    /// Seconds since watching began.
    pub fn at_s(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    /// Waits a little: until the next sample is due, and never long. True when it is due.
    pub fn wait(&mut self) -> bool {
        let left = self.next.saturating_duration_since(Instant::now()).min(SLICE);
        match &mut self.probe {
            Ok(probe) => {
                let records = probe.poll(left);
                for growth in &records {
                    self.hear(growth);
                }
            }
            Err(_) => thread::sleep(left),
        }
        Instant::now() >= self.next
    }

    fn hear(&mut self, growth: &Growth) {
        let at_s = self.at_s();
        if let Some(track) = self.tracks.get_mut(&growth.pid) {
            track.ledger.add(growth, &self.names);
            track.gauge.saw(growth.anon + growth.shmem, at_s, true);
        } else {
            self.crowd.hear(growth, &self.names);
        }
    }

    /// Takes a sample of everything that is watched. False when there is nothing left.
    pub fn tick(&mut self) -> bool {
        let at_s = self.at_s();
        // A machine that slept, or was too busy, owes no samples.
        self.next = (self.next + self.options.interval).max(Instant::now());
        self.look_at_limits();
        self.join();
        let mut sum: Option<Sample> = None;
        let mut gone = Vec::new();
        for (pid, track) in &mut self.tracks {
            let Some(sample) = track.read(at_s) else {
                gone.push(*pid);
                continue;
            };
            if let Some(command) = track.executed() {
                let fresh = Gauge::new(self.limits, self.window_s);
                let before = std::mem::replace(&mut track.gauge, fresh).summary(Some(*pid), &command, true);
                self.past.shed(Summary { became: Some(track.command.clone()), ..before });
            }
            track.gauge.push(sample);
            sum = Some(sum.map_or(sample, |sum| add(&sum, &sample)));
        }
        for pid in gone {
            if let Some(track) = self.tracks.remove(&pid) {
                let told = self.told(&track, true);
                self.past.keep(told);
            }
        }
        self.together |= self.tracks.len() > 1;
        // Of everyone only some are watched closely: their sum says nothing.
        if let Some(sum) = sum.filter(|_| !matches!(self.target, Target::Everyone)) {
            self.total.push(sum);
            self.check(at_s, sum.held());
            if let Some(recorder) = &mut self.recorder {
                // What cannot be written is said at the end, when the file is closed.
                let _ = recorder.push(&sum);
            }
        }
        !self.tracks.is_empty() || !self.crowd.is_empty()
    }

    fn check(&mut self, at_s: f64, held: u64) {
        let Some(limit) = self.options.limit else { return };
        let over = held > limit;
        if over && !self.over {
            self.breaches.push(Breach { at_s, held, limit, done: "reported" });
        }
        self.over = over;
    }

    /// Whether the limit is passed now.
    pub fn over(&self) -> bool {
        self.over
    }

    /// Ends what is watched, or asks it to end.
    pub fn end(&self, force: bool) {
        self.tracks.keys().for_each(|pid| end_process(*pid, force));
    }

    /// Notes what was done about the latest breach.
    pub fn acted(&mut self, done: &'static str) {
        if let Some(breach) = self.breaches.last_mut() {
            breach.done = done;
        }
    }

    /// The latest sum, and the sums over time.
    pub fn now(&self) -> (Option<Sample>, &[(f64, u64)]) {
        (self.total.last, self.total.curve())
    }

    /// How many processes are watched.
    pub fn count(&self) -> usize {
        self.tracks.len().max(self.crowd.len())
    }

    /// What is thought of the one that matters most now.
    pub fn judgement(&self) -> Judgement {
        let total = self.total.judgement();
        if self.tracks.len() < 2 && matches!(self.target, Target::Children | Target::Process(_)) {
            return self.tracks.values().next().map_or(total, |track| track.gauge.judgement());
        }
        let tracks = self.tracks.values().map(|track| track.gauge.judgement());
        tracks.fold(total, |best, next| if (next.level, next.level.is_some()) > (best.level, false) { next } else { best })
    }

    /// Whether there is a verdict that more time would hardly change: a leak, or a calm that is as sure as can be.
    pub fn decided(&self) -> bool {
        let judgement = self.judgement();
        let calm = matches!(judgement.verdict, Verdict::Bounded | Verdict::Cache | Verdict::WarmUp);
        judgement.level == Some(Level::Leak) || (calm && judgement.level.is_none() && judgement.confidence >= 0.8)
    }
}
