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

impl LimitKind {
    /// The word used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Cgroup => "cgroup",
            Self::Host => "host",
            Self::Heap => "heap",
        }
    }

    /// The limit, as a report says it.
    pub const fn whose(self) -> &'static str {
        match self {
            Self::User => "your limit",
            Self::Cgroup => "the limit of the control group",
            Self::Host => "what the machine has left",
            Self::Heap => "the limit of the managed heap",
        }
    }
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
