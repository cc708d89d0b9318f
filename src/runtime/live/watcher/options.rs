use super::super::cgroup::Cgroup;
use crate::runtime::WINDOW_S;
use std::path::PathBuf;
use std::time::Duration;

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
        Self { interval, window: Duration::from_secs_f64(WINDOW_S), limit: None, probe: true, calls: true, record: None }
    }
}
