use super::LiveError;
use procfs::{Current as _, FromRead as _, Meminfo, MemoryPressure};
use serde::Serialize;
use std::path::Path;

/// The memory of the machine, bytes, as `/proc/meminfo` says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Host {
    /// All of it.
    pub total: u64,
    /// What could be given without swapping (`MemAvailable`).
    pub available: u64,
    /// What nobody uses.
    pub free: u64,
    /// Anonymous memory of processes.
    pub anon: u64,
    /// File pages, shared memory included.
    pub cached: u64,
    /// Shared memory and tmpfs.
    pub shmem: u64,
    /// The kernel's own small objects that it cannot give back (`SUnreclaim`).
    pub slab: u64,
    /// Page tables.
    pub tables: u64,
    /// Swap there is.
    pub swap_total: u64,
    /// Swap in use.
    pub swap_used: u64,
}

impl Host {
    /// How it is now.
    pub fn now() -> Result<Self, LiveError> {
        let info = Meminfo::current().map_err(|error| LiveError::NoProc(error.to_string()))?;
        // Before 3.14 the kernel did not say what is available.
        let available = info.mem_available.unwrap_or(info.mem_free + info.cached);
        Ok(Self {
            total: info.mem_total,
            available,
            free: info.mem_free,
            anon: info.anon_pages.unwrap_or(0),
            cached: info.cached,
            shmem: info.shmem.unwrap_or(0),
            slab: info.s_unreclaim.unwrap_or(0),
            tables: info.page_tables.unwrap_or(0),
            swap_total: info.swap_total,
            swap_used: info.swap_total.saturating_sub(info.swap_free),
        })
    }
}

/// The share of time in which tasks waited for memory (PSI), percent over the last 10 and 60 seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Pressure {
    /// Some waited.
    pub some_10: f32,
    /// Some waited.
    pub some_60: f32,
    /// All waited: nothing was done.
    pub full_10: f32,
    /// All waited: nothing was done.
    pub full_60: f32,
}

impl Pressure {
    /// That of the machine; `None` when the kernel does not measure it.
    pub fn host() -> Option<Self> {
        Self::read(Path::new("/proc/pressure/memory"))
    }

    /// That of the machine, or of a control group.
    pub(super) fn read(path: &Path) -> Option<Self> {
        let all = MemoryPressure::from_file(path).ok()?;
        Some(Self { some_10: all.some.avg10, some_60: all.some.avg60, full_10: all.full.avg10, full_60: all.full.avg60 })
    }
}
