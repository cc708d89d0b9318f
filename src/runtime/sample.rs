use serde::{Deserialize, Serialize};

/// What was read of a process, or of a tree of processes, at one moment.
///
/// Sizes are bytes. What is `None` was not looked at or could not be known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// Seconds since the process started, or since watching began; never falls within a series.
    pub at_s: f64,
    /// Resident anonymous memory (`RssAnon`): heap, stacks, private writable pages.
    pub anon: u64,
    /// Resident file pages (`RssFile`); 0 when not known.
    #[serde(default)]
    pub file: u64,
    /// Resident shared memory (`RssShmem`); 0 when not known.
    #[serde(default)]
    pub shmem: u64,
    /// Memory that was swapped out (`VmSwap`); 0 when not known.
    #[serde(default)]
    pub swap: u64,
    /// Reserved address space (`VmSize`); 0 when not known.
    #[serde(default)]
    pub virt: u64,
    /// Threads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threads: Option<u32>,
    /// Open file descriptors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub descriptors: Option<u32>,
    /// Mapped regions (lines of `/proc/PID/maps`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mappings: Option<u32>,
    /// Arenas of the C allocator (glibc: aligned regions of 64 MiB).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arenas: Option<u32>,
    /// What a managed heap (V8, `CPython`, a JVM) held after its last collection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heap: Option<u64>,
}

impl Sample {
    /// What a leak is made of: anonymous and shared memory, and what of it was swapped out. File pages are not in it,
    /// because the kernel can drop them at any time.
    pub const fn held(&self) -> u64 {
        self.anon.saturating_add(self.shmem).saturating_add(self.swap)
    }

    /// What is resident, as `VmRSS` has it.
    pub const fn resident(&self) -> u64 {
        self.anon.saturating_add(self.file).saturating_add(self.shmem)
    }
}
