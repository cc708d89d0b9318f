use super::LiveError;
use super::cgroup::{Cgroup, CgroupMemory};
use super::crowd::Crowd;
use super::family::{self, descendants, ended};
use super::host::Host;
use super::launch::end_process;
use super::outcome::{Breach, Ending, Outcome, ProbeUse, Summary, VERSION};
use super::probe::{Growth, Plan, Probe, Refusal};
use super::process::Process;
use super::track::{Gauge, Track};
use crate::runtime::{Judgement, Level, Limits, Origin, Recorder, Sample, Verdict};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The window in which a leak shows itself at the decider's own pace.
const WINDOW: Duration = Duration::from_secs(300);
/// Limits change seldom and cost a dozen files to read.
const LIMITS_EVERY: Duration = Duration::from_secs(5);
/// Ended processes that are remembered.
const MOST_ENDED: usize = 64;
/// Fewer samples say nothing of a process that has ended.
const LEAST_SAMPLES: u64 = 5;
/// The longest wait at a time, so that signals are noticed.
const SLICE: Duration = Duration::from_millis(50);

/// What is watched.
#[derive(Clone, Debug)]
pub enum Target {
    /// Our own children and theirs.
    Children,
    /// A process, its children and theirs.
    Process(u32),
    /// What is in a control group and below it.
    Cgroup(Cgroup),
    /// Every process there is.
    Everyone,
}

/// What to do when the user's limit is passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnLimit {
    /// Say so.
    #[default]
    Report,
    /// Ask the command to end.
    Signal,
    /// End it.
    Kill,
}

/// How to watch.
#[derive(Clone, Debug)]
pub struct Options {
    /// Time between samples.
    pub interval: Duration,
    /// The time in which a leak must show itself; 300 s is the decider's own. A shorter one is quicker and less sure.
    pub window: Duration,
    /// The most that the target may hold together, bytes.
    pub limit: Option<u64>,
    /// Whether to use the probe.
    pub probe: bool,
    /// Whether the probe counts calls, too.
    pub calls: bool,
    /// Where to write the series of all together.
    pub record: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        let interval = Duration::from_secs(1);
        Self { interval, window: WINDOW, limit: None, probe: true, calls: true, record: None }
    }
}

/// Watches until it is told to stop.
#[derive(Debug)]
pub struct Watcher {
    target: Target,
    label: String,
    options: Options,
    pace: f64,
    began: Instant,
    began_at: u64,
    next: Instant,
    limits: Limits,
    limits_due: Instant,
    cgroup: Option<CgroupMemory>,
    tracks: BTreeMap<u32, Track>,
    crowd: Crowd,
    ended: Vec<Summary>,
    unlisted: u64,
    total: Gauge,
    together: bool,
    over: bool,
    breaches: Vec<Breach>,
    probe: Result<Probe, Option<Refusal>>,
    calls_refused: Option<Refusal>,
    recorder: Option<Recorder<BufWriter<File>>>,
}

impl Watcher {
    /// Prepares to watch; `label` says what, in the user's words.
    pub fn new(target: Target, label: String, options: Options) -> Result<Self, LiveError> {
        let pace = WINDOW.as_secs_f64() / options.window.as_secs_f64();
        let mut calls_refused = None;
        let probe = open_probe(&target, &options, &mut calls_refused);
        let now = Instant::now();
        let limits = Limits { user: options.limit, ..Limits::default() };
        let recorder = options.record.as_ref().map(|path| record(path, &target, &label)).transpose()?;
        let began_at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
        let mut watcher = Self {
            total: Gauge::new(limits, pace),
            target,
            label,
            options,
            pace,
            began: now,
            began_at,
            next: now,
            limits,
            limits_due: now,
            cgroup: None,
            tracks: BTreeMap::new(),
            crowd: Crowd::default(),
            ended: Vec::new(),
            unlisted: 0,
            together: false,
            over: false,
            breaches: Vec::new(),
            probe,
            calls_refused,
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
            track.ledger.add(growth);
            track.gauge.saw(growth.anon + growth.shmem, at_s, true);
        } else {
            self.crowd.hear(growth);
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
            if track.executed() {
                let fresh = Gauge::new(self.limits, self.pace);
                let before = std::mem::replace(&mut track.gauge, fresh);
                keep(&mut self.ended, &mut self.unlisted, before.summary(Some(*pid), &track.command, true));
            }
            track.gauge.push(sample);
            sum = Some(sum.map_or(sample, |sum| add(&sum, &sample)));
        }
        for pid in gone {
            if let Some(track) = self.tracks.remove(&pid) {
                let told = self.told(&track, true);
                keep(&mut self.ended, &mut self.unlisted, told);
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

    /// Finds who belongs to the target by now.
    fn join(&mut self) {
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
            let mut gauge = Gauge::new(self.limits, self.pace);
            let (before, ledger) = self.crowd.promote(pid, process.started());
            for sample in before {
                gauge.push(sample);
            }
            let mut track = Track::new(process, gauge);
            track.ledger = ledger;
            self.tracks.insert(pid, track);
        }
    }

    fn look_at_limits(&mut self) {
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

    /// Ends the recording, and says what was seen.
    pub fn finish(mut self, ending: Ending) -> Result<Outcome, LiveError> {
        if let (Some(recorder), Some(path)) = (&mut self.recorder, &self.options.record) {
            recorder.flush().map_err(|error| LiveError::Write { path: path.clone(), error })?;
        }
        let mut processes: Vec<_> = self.tracks.values().map(|track| self.told(track, false)).collect();
        processes.append(&mut self.ended);
        if matches!(self.target, Target::Everyone) {
            self.unlisted += self.crowd.len().saturating_sub(self.tracks.len()) as u64;
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
            pace: self.pace,
            ending,
            total,
            processes,
            unlisted: self.unlisted,
            cgroup: self.cgroup.clone(),
            series_from: if matches!(self.target, Target::Everyone) { "/proc/PID/statm and status" } else { "/proc/PID/status" },
            probe: self.used(),
            breaches: self.breaches,
        })
    }

    fn told(&self, track: &Track, ended: bool) -> Summary {
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

fn open_probe(target: &Target, options: &Options, calls_refused: &mut Option<Refusal>) -> Result<Probe, Option<Refusal>> {
    if !options.probe {
        return Err(None);
    }
    let everyone = matches!(target, Target::Everyone);
    let mut probe = Probe::open(&Plan { everyone, ..Plan::default() }).map_err(Some)?;
    if options.calls && !everyone {
        *calls_refused = probe.count().err();
    }
    if matches!(target, Target::Children) {
        // The command inherits this when it is started, before it runs its first instruction.
        probe.watch(std::process::id());
    }
    Ok(probe)
}

fn record(path: &PathBuf, target: &Target, label: &str) -> Result<Recorder<BufWriter<File>>, LiveError> {
    let pid = if let Target::Process(pid) = target { Some(*pid) } else { None };
    let origin = Origin { pid, command: Some(label.to_owned()), source: Some("status".to_owned()), ..Origin::default() };
    let file = File::create(path).and_then(|file| Recorder::new(BufWriter::new(file), &origin));
    file.map_err(|error| LiveError::Write { path: path.clone(), error })
}

/// Remembers a process that ended, unless it was too short or there are too many that mattered more.
fn keep(ended: &mut Vec<Summary>, unlisted: &mut u64, summary: Summary) {
    if summary.samples < LEAST_SAMPLES {
        *unlisted += 1;
        return;
    }
    ended.push(summary);
    if ended.len() > MOST_ENDED {
        ended.sort_by_key(|summary| Reverse(summary.weight()));
        ended.truncate(MOST_ENDED);
        *unlisted += 1;
    }
}

/// The sum of two samples of one moment.
fn add(one: &Sample, other: &Sample) -> Sample {
    let both = |a: Option<u32>, b: Option<u32>| match (a, b) {
        (Some(a), Some(b)) => Some(a.saturating_add(b)),
        (known, None) | (None, known) => known,
    };
    Sample {
        at_s: one.at_s,
        anon: one.anon + other.anon,
        file: one.file + other.file,
        shmem: one.shmem + other.shmem,
        swap: one.swap + other.swap,
        virt: one.virt + other.virt,
        threads: both(one.threads, other.threads),
        descriptors: both(one.descriptors, other.descriptors),
        mappings: both(one.mappings, other.mappings),
        arenas: both(one.arenas, other.arenas),
        heap: None,
    }
}
