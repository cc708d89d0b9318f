use super::sample::Sample;
use super::verdict::{Judgement, Verdict};
use serde::{Deserialize, Serialize};

/// Which limit a process will hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LimitKind {
    /// The one the user named.
    User,
    /// The limit of the control group (`memory.max`).
    Cgroup,
    /// What the host has left (`MemAvailable`).
    Host,
    /// The limit of a managed heap.
    Heap,
}

/// The memory limits that are known, in bytes; they may change while a process is watched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The user's own limit on the memory of the process.
    pub user: Option<u64>,
    /// The limit of its control group.
    pub cgroup: Option<u64>,
    /// What the control group uses in all; without it, only the process itself counts against the limit.
    pub cgroup_used: Option<u64>,
    /// What the host could still give (`MemAvailable`).
    pub available: Option<u64>,
    /// The limit of its managed heap.
    pub heap: Option<u64>,
}

/// Takes the samples of one process as they come and says what to make of them.
///
/// Its own memory is bounded however long it watches, and the same samples give the same judgement.
#[derive(Clone, Debug)]
pub struct Decider {
    limits: Limits,
    judgement: Judgement,
    seen: u64,
}

impl Decider {
    /// A decider that has seen nothing yet.
    pub fn new(limits: Limits) -> Self {
        let judgement = Judgement {
            verdict: Verdict::NotEnoughData,
            confidence: 0.0,
            level: None,
            class: None,
            alerts: Vec::new(),
            forecast: None,
            reasons: vec!["nothing was seen yet".to_owned()],
        };
        Self { limits, judgement, seen: 0 }
    }

    /// Says what the limits are now.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// Takes the next sample. One that is not later than the last is ignored.
    pub fn push(&mut self, _sample: Sample) -> &Judgement {
        self.seen += 1;
        self.judgement.reasons = vec![format!("{} samples were seen; this build holds no trend detector", self.seen)];
        &self.judgement
    }

    /// What is thought now.
    pub fn judgement(&self) -> &Judgement {
        &self.judgement
    }
}
