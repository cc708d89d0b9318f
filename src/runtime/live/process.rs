use super::regions::Regions;
use super::{LiveError, jvm};
use crate::runtime::Sample;
use procfs::process::{self, Stat};
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

/// What a costly look may take of the time: a look that took a millisecond is not repeated for 200.
const SHARE: u32 = 200;

/// A process, known by its directory in `/proc` and the moment it started: an id that is given out again is another one.
#[derive(Debug)]
pub struct Process {
    pid: u32,
    started: u64,
    inner: process::Process,
    mappings: Looked<(u32, u32)>,
    descriptors: Looked<u32>,
    heap: Looked<u64>,
}

/// Something that is looked at as often as it is cheap.
#[derive(Debug)]
struct Looked<T> {
    last: Option<T>,
    due: Instant,
}

impl<T: Copy> Looked<T> {
    fn new() -> Self {
        Self { last: None, due: Instant::now() }
    }

    fn look(&mut self, how: impl FnOnce() -> Option<T>) -> Option<T> {
        let begin = Instant::now();
        if begin >= self.due {
            self.last = how();
            self.due = begin + begin.elapsed() * SHARE;
        }
        self.last
    }
}

impl Process {
    /// Opens a process of this id.
    pub fn open(pid: u32) -> Result<Self, LiveError> {
        let missing = |_| LiveError::NoProcess(pid);
        let inner = process::Process::new(pid.try_into().map_err(|_| LiveError::NoProcess(pid))?).map_err(missing)?;
        let stat = inner.stat().map_err(missing)?;
        Ok(Self { pid, started: stat.starttime, inner, mappings: Looked::new(), descriptors: Looked::new(), heap: Looked::new() })
    }

    /// Its id.
    pub const fn pid(&self) -> u32 {
        self.pid
    }

    /// When it started: clock ticks since the machine did.
    pub const fn started(&self) -> u64 {
        self.started
    }

    /// Its own record in `/proc`.
    pub(super) const fn inner(&self) -> &process::Process {
        &self.inner
    }

    /// Its parent, state and the like, while it lives.
    pub(super) fn stat(&self) -> Option<Stat> {
        self.inner.stat().ok()
    }

    /// The command line, or the name in brackets if there is none, as `ps` shows it.
    pub fn command(&self) -> String {
        let line = self.inner.cmdline().unwrap_or_default().join(" ");
        let line: String = line.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(4096).collect();
        if !line.trim().is_empty() {
            return line.trim().to_owned();
        }
        self.stat().map_or_else(|| "[?]".to_owned(), |stat| format!("[{}]", stat.comm))
    }

    /// The program it runs, if we may know.
    pub fn program(&self) -> Option<PathBuf> {
        self.inner.exe().ok()
    }

    /// What it holds now; `None` when it has ended or has no memory of its own.
    ///
    /// `status` costs some 20 µs and is as exact as `statm` since kernel 6.17 (before, both lag by the counters' batches).
    pub fn sample(&self, at_s: f64) -> Option<Sample> {
        let status = self.inner.status().ok()?;
        let bytes = |kib: Option<u64>| kib.unwrap_or(0).saturating_mul(1024);
        status.vmsize?;
        Some(Sample {
            at_s,
            anon: bytes(status.rssanon),
            file: bytes(status.rssfile),
            shmem: bytes(status.rssshmem),
            swap: bytes(status.vmswap),
            virt: bytes(status.vmsize),
            threads: u32::try_from(status.threads).ok(),
            ..Sample::default()
        })
    }

    /// The cheapest look: what is resident, from `statm`. Shared memory counts as file pages there.
    pub fn glance(&self, at_s: f64) -> Option<Sample> {
        let statm = self.inner.statm().ok()?;
        let page = procfs::page_size();
        let shared = statm.shared.min(statm.resident);
        (statm.size > 0).then(|| Sample {
            at_s,
            anon: (statm.resident - shared) * page,
            file: shared * page,
            virt: statm.size * page,
            ..Sample::default()
        })
    }

    /// Its proportional share of memory (PSS), bytes: shared pages count in part. Some 10 ms for each GiB; `None` if it may
    /// not be read.
    pub fn pss(&self) -> Option<u64> {
        let rollup = self.inner.smaps_rollup().ok()?;
        rollup.memory_map_rollup.0.first()?.extension.map.get("Pss").copied()
    }

    /// The managed runtime of its program, told by the program's name.
    pub(super) fn runtime(&self) -> Option<&'static str> {
        let program = self.program()?;
        let name = program.file_name()?.to_string_lossy().into_owned();
        let known = [
            ("python", "Python"),
            ("pypy", "Python"),
            ("node", "Node.js"),
            ("electron", "Node.js"),
            ("java", "Java"),
            ("ruby", "Ruby"),
        ];
        known.iter().find(|(prefix, _)| name.starts_with(prefix)).map(|(_, runtime)| *runtime)
    }

    /// Adds the open descriptors alone.
    pub(super) fn count_descriptors(&mut self, sample: &mut Sample) {
        let (pid, inner) = (self.pid, &self.inner);
        sample.descriptors = self.descriptors.look(|| descriptors(pid, inner));
    }

    /// Adds what must be counted: descriptors, mappings, arenas, and a managed heap that can be known from outside. What costs much is looked at less often, and the last
    /// count stands in between.
    pub fn count(&mut self, sample: &mut Sample) {
        let (pid, inner) = (self.pid, &self.inner);
        sample.descriptors = self.descriptors.look(|| descriptors(pid, inner));
        let regions = self.mappings.look(|| {
            let regions = Regions::of(inner)?;
            Some((regions.count, regions.arenas))
        });
        (sample.mappings, sample.arenas) = regions.unzip();
        sample.heap = self.heap.look(|| jvm::heap(inner));
    }
}

/// Open descriptors. From 6.2 on the kernel says the number as the size of the directory.
fn descriptors(pid: u32, inner: &process::Process) -> Option<u32> {
    let told = fs::metadata(format!("/proc/{pid}/fd")).ok()?.len();
    let count = if told > 0 { told } else { inner.fd_count().ok()? as u64 };
    u32::try_from(count).ok()
}
