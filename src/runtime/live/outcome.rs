use super::cgroup::CgroupMemory;
use super::frame::Frame;
use super::probe::{Gaps, Hook, Rates, Refusal};
use crate::runtime::{Judgement, Level, Sample};
use serde::Serialize;

/// The version of the report's form.
pub const VERSION: u32 = 1;

/// What watching brought: the report, and the saved run.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// The version of this form, 1.
    pub version: u32,
    /// What was watched, in words.
    pub target: String,
    /// When watching began, seconds since 1970.
    pub began_at: u64,
    /// How long it went on.
    pub duration_s: f64,
    /// Seconds between samples.
    pub interval_s: f64,
    /// The time in which a leak had to show itself, seconds.
    pub window_s: f64,
    /// By how much faster than its own pace the deciding ran (300 s divided by the window asked for).
    pub pace: f64,
    /// How it ended.
    pub ending: Ending,
    /// What is thought of the one that matters most.
    pub judgement: Judgement,
    /// Which process that is; `None` for all together.
    pub pid: Option<u32>,
    /// All together, when there was more than one.
    pub total: Option<Summary>,
    /// Each process, the one that matters most first.
    pub processes: Vec<Summary>,
    /// Processes that are not listed, because there were too many that mattered more.
    pub unlisted: u64,
    /// Processes that ended before there was enough to judge them by.
    pub brief: u64,
    /// The control group whose limit is nearest.
    pub cgroup: Option<CgroupMemory>,
    /// Times the user's own limit was passed.
    pub breaches: Vec<Breach>,
    /// Where the samples come from.
    pub series_from: &'static str,
    /// What the probe did, or why there was none.
    pub probe: ProbeUse,
}

/// How watching ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ending {
    /// Why: `exited`, `killed`, `duration`, `verdict`, `limit`, `interrupted`, `gone`.
    pub why: &'static str,
    /// The exit status of the command, if it was ours and exited.
    pub status: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
}

/// What the kernel side did.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProbeUse {
    /// It was attached.
    Attached {
        /// How.
        hook: Hook,
        /// Growth worth a record, bytes.
        step: u64,
        /// By how much its counters may be off, bytes.
        error: u64,
        /// What it could not tell.
        gaps: Gaps,
        /// Why calls were not counted, if they were to be.
        calls_refused: Option<Refusal>,
    },
    /// It could not be.
    Refused(Refusal),
    /// It was not wanted.
    Off,
}

/// One process, or several together.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// Its id; `None` for several.
    pub pid: Option<u32>,
    /// Its command line.
    pub command: String,
    /// Whether it has ended.
    pub ended: bool,
    /// The command line of the program that it became.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub became: Option<String>,
    /// How many samples were taken.
    pub samples: u64,
    /// The first.
    pub first: Sample,
    /// The latest.
    pub last: Sample,
    /// The most it held.
    pub peak: Peak,
    /// What is thought of it.
    pub judgement: Judgement,
    /// The managed runtime it runs in, if it is a known one.
    pub runtime: Option<&'static str>,
    /// What the probe told, if it did.
    pub growth: Option<Growths>,
    /// Calls that were counted.
    pub calls: Option<Rates>,
    /// What it held over time: seconds and bytes, thinned out evenly.
    pub curve: Vec<(f64, u64)>,
}

/// The most that was held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Peak {
    /// Bytes.
    pub held: u64,
    /// When.
    pub at_s: f64,
    /// Seen by the probe between two samples, within its error.
    pub between: bool,
}

/// What the probe told of a process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Growths {
    /// Records.
    pub records: u64,
    /// New high-water memory they tell of, bytes.
    pub bytes: u64,
    /// The part of it that came with a stack, of which the stacks below are shares; of the rest the place is not known.
    pub attributed: u64,
    /// The part that has none because it came while the probe was not attached, in a storm of events.
    pub missed: u64,
    /// Events that were too many to be told one by one.
    pub refused: u64,
    /// Records without a stack, because another process or the kernel touched the memory.
    pub external: u64,
    /// The stacks with the most bytes, by frame pointers.
    pub stacks: Vec<Stack>,
}

/// A stack that grew memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stack {
    /// Its places, innermost first.
    pub frames: Vec<Frame>,
    /// Records with this stack.
    pub records: u64,
    /// New high-water memory in them, bytes.
    pub bytes: u64,
}

/// The user's limit was passed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Breach {
    /// When.
    pub at_s: f64,
    /// What was held, bytes.
    pub held: u64,
    /// The limit, bytes.
    pub limit: u64,
    /// What was done about it.
    pub done: &'static str,
}

impl Summary {
    /// How much this matters: its level, how sure that is, how much it grew.
    pub(super) fn weight(&self) -> (Option<Level>, u64, u64) {
        let sure = (self.judgement.confidence.clamp(0.0, 1.0) * 1000.0) as u64;
        let sure = if self.judgement.level.is_some() { sure } else { 0 };
        (self.judgement.level, sure, self.last.held().saturating_sub(self.first.held()))
    }
}
