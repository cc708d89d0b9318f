use super::LimitKind;
use serde::{Deserialize, Serialize};

/// What the memory of a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It keeps more and more, and nothing points to an end.
    Leak,
    /// It stays below a level that it has reached before.
    Bounded,
    /// It grew and levels off.
    WarmUp,
    /// It grew at a steady rate up to a limit and stays there, as a cache does that has been filled.
    Cache,
    /// It grows outside of what its managed heap holds: freed memory that the allocator keeps.
    Fragmentation,
    /// It maps regions and does not unmap them.
    MappingLeak,
    /// Too short, too sparse or too restless to tell.
    NotEnoughData,
}

impl Verdict {
    /// The word that programs are told.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Leak => "leak",
            Self::Bounded => "bounded",
            Self::WarmUp => "warm-up",
            Self::Cache => "cache",
            Self::Fragmentation => "fragmentation",
            Self::MappingLeak => "mapping-leak",
            Self::NotEnoughData => "not-enough-data",
        }
    }

    /// The same, to be read.
    pub const fn words(self) -> &'static str {
        match self {
            Self::MappingLeak => "mapping leak",
            Self::NotEnoughData => "not enough data",
            other => other.name(),
        }
    }
}

/// How loud an alert is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Growth that may become a leak; worth a look, not a claim.
    Watch,
    /// A limit will be hit soon, whatever the cause.
    Exhaustion,
    /// A leak.
    Leak,
}

impl Level {
    /// The word used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Watch => "watch",
            Self::Exhaustion => "exhaustion",
            Self::Leak => "leak",
        }
    }
}

/// What was said when a level was entered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// When: on the clock of the samples.
    pub at_s: f64,
    /// How loud.
    pub level: Level,
    /// Why, in words, the strongest reason first.
    pub reasons: Vec<String>,
    /// When it was taken back, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retracted_at_s: Option<f64>,
}

/// What the growth is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Anonymous memory; what is inside is not known.
    Anonymous,
    /// The managed heap: objects that are still reachable.
    ManagedHeap,
    /// Anonymous memory beside a managed heap that does not grow: native code, or memory the allocator keeps.
    NativeGap,
    /// Arenas of the C allocator.
    Arenas,
    /// Regions that are mapped and not unmapped.
    Mappings,
    /// Threads with their stacks.
    Threads,
    /// Descriptors, with the buffers that belong to them.
    Descriptors,
    /// Shared memory.
    SharedMemory,
    /// File pages, which the kernel can drop.
    FilePages,
}

impl Class {
    /// The word used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::ManagedHeap => "managed-heap",
            Self::NativeGap => "native-gap",
            Self::Arenas => "arenas",
            Self::Mappings => "mappings",
            Self::Threads => "threads",
            Self::Descriptors => "descriptors",
            Self::SharedMemory => "shared-memory",
            Self::FilePages => "file-pages",
        }
    }

    /// What it is, in the words of a report.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous memory",
            Self::ManagedHeap => "the managed heap",
            Self::NativeGap => "native memory beside the managed heap",
            Self::Arenas => "arenas of the C allocator",
            Self::Mappings => "mappings",
            Self::Threads => "threads",
            Self::Descriptors => "descriptors",
            Self::SharedMemory => "shared memory",
            Self::FilePages => "file pages",
        }
    }
}

/// Where the growth leads if it goes on as it does.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    /// Growth of the floor, bytes a second.
    pub rate: f64,
    /// The nearest limit and its size in bytes, where one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// What kind of limit it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<LimitKind>,
    /// Seconds until the limit is reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_s: Option<f64>,
    /// When it is reached, on the clock of the samples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_s: Option<f64>,
}

/// What is thought of a process after its latest sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// What its memory does.
    pub verdict: Verdict,
    /// How sure that is, 0 to 1.
    pub confidence: f64,
    /// The level that stands now; `None` when nothing is to be said.
    pub level: Option<Level>,
    /// What the growth is made of, when there is growth.
    pub class: Option<Class>,
    /// Every alert raised so far, oldest first; after a great many the oldest are dropped.
    pub alerts: Vec<Alert>,
    /// Where it leads, when there is growth.
    pub forecast: Option<Forecast>,
    /// Why, in words, the strongest reason first.
    pub reasons: Vec<String>,
}
