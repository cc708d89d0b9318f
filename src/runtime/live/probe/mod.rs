//! The kernel side: a record whenever a process holds clearly more memory than ever before.
//!
//! It hangs on `kmem:rss_stat` (see `bpf/`), which fires when the kernel changes a process's page counters. What
//! the counters say is short of the truth by up to [`Probe::error`]; the exact series comes from `/proc`, and the probe's
//! worth is the stack at the moment of growth, spikes between two samples, and every process at once. That the kernel
//! refuses is an answer ([`Refusal`]), and everything else works without it.

#[cfg(feature = "ebpf")]
mod classic;
#[cfg(not(feature = "ebpf"))]
mod disabled;
#[cfg(feature = "ebpf")]
mod duty;
#[cfg(feature = "ebpf")]
mod enabled;
pub mod layout;
#[cfg(feature = "ebpf")]
mod names;

#[cfg(not(feature = "ebpf"))]
pub use disabled::{Names, Probe, ours};
#[cfg(feature = "ebpf")]
pub use enabled::{Probe, ours};
pub use layout::{FRAMES, Growth, Rates, Registers, STACK_BYTES};
#[cfg(feature = "ebpf")]
pub use names::Names;

use serde::Serialize;

/// How the probe hangs on the kernel, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hook {
    /// Typed tracepoint: the kernel's type information says what it hands over.
    Typed,
    /// Raw tracepoint: the same arguments, read by copying.
    Raw,
    /// Classic tracepoint: one counter at a time, without registers and stack copies, and only root can see it.
    Classic,
}

impl Hook {
    /// All, best first.
    pub const ALL: [Self; 3] = [Self::Typed, Self::Raw, Self::Classic];

    /// The words used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Typed => "typed tracepoint kmem:rss_stat",
            Self::Raw => "raw tracepoint kmem:rss_stat",
            Self::Classic => "classic tracepoint kmem:rss_stat",
        }
    }
}

/// What to attach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Every process of the host instead of those named by [`Probe::watch`].
    pub everyone: bool,
    /// This hook and no other; otherwise the best that the kernel allows.
    pub hook: Option<Hook>,
    /// Growth worth a record, in bytes; otherwise 1 MiB or twice [`Probe::error`], whichever is more.
    pub step: Option<u64>,
}

/// Why there is no probe, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{reason}; {remedy}")]
pub struct Refusal {
    /// What the kernel, or this build, refuses.
    pub reason: String,
    /// What changes that.
    pub remedy: String,
}

impl Refusal {
    /// Something that no user can change.
    #[cfg(feature = "ebpf")]
    fn broken(reason: &str) -> Self {
        Self { reason: reason.to_owned(), remedy: "everything else works without it".to_owned() }
    }
}

/// What the probe could not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Gaps {
    /// Records that were sent.
    pub sent: u64,
    /// Records that were lost because nobody fetched them in time.
    pub lost: u64,
    /// Events that the kernel skipped because the same program was already running on that processor.
    pub skipped: u64,
    /// Milliseconds in which the handler was taken off because of a storm of events: what was kept meanwhile is told after
    /// it, without a stack, but a peak that came and went is not.
    pub rested_ms: u64,
    /// Events a second on one processor in that storm, at most.
    pub storm_per_s: u64,
}

/// What the handlers cost, as the kernel measured it (`kernel.bpf_stats_enabled`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// Times the program ran.
    pub runs: u64,
    /// Nanoseconds it took in all.
    pub ns: u64,
}
