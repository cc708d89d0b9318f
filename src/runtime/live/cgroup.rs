use super::LiveError;
use super::host::Pressure;
use super::process::Process;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Above this a limit is none: version 1 writes `unlimited` as the largest number of pages in bytes.
const UNLIMITED: u64 = 1 << 62;
/// Groups below a group that are visited at most: a guard against endless trees, not a limit anybody meets.
const MOST_GROUPS: usize = 100_000;

/// A control group that accounts memory, of version 1 or 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cgroup {
    folder: PathBuf,
    /// Where its hierarchy is mounted: groups above cannot be seen.
    root: PathBuf,
    unified: bool,
}

/// What a control group says of its memory. Of the group itself and those above it, the one with the least room counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CgroupMemory {
    /// The group that counts.
    pub path: PathBuf,
    /// 1 or 2.
    pub version: u8,
    /// Its limit in bytes; `None` when neither it nor a group above has one.
    pub limit: Option<u64>,
    /// Above so many bytes it is slowed down, and what it holds is taken back (`memory.high`, version 2).
    pub high: Option<u64>,
    /// What it uses, page cache included, bytes.
    pub used: u64,
    /// What it uses without file pages that were not touched lately, which the kernel drops first: the measure that
    /// Kubernetes evicts by.
    pub working_set: u64,
    /// How often the limit was hit.
    pub limit_hits: u64,
    /// How often it was above `high`.
    pub high_hits: u64,
    /// Processes that were killed for it.
    pub oom_kills: u64,
    /// Its stalls for memory, where the kernel measures them.
    pub pressure: Option<Pressure>,
}

/// A mounted hierarchy that may account memory.
struct Hierarchy {
    root: PathBuf,
    /// The group that is mounted there, seen from the hierarchy's root.
    top: String,
    unified: bool,
}

fn hierarchies() -> Vec<Hierarchy> {
    let Ok(mounts) = procfs::process::Process::myself().and_then(|me| me.mountinfo()) else {
        return Vec::new();
    };
    let mut found: Vec<_> = mounts
        .into_iter()
        .filter_map(|mount| {
            let unified = mount.fs_type == "cgroup2";
            let accounts = unified || (mount.fs_type == "cgroup" && mount.super_options.contains_key("memory"));
            accounts.then_some(Hierarchy { root: mount.mount_point, top: mount.root, unified })
        })
        .collect();
    // Where both are mounted, version 1 has the memory controller.
    found.sort_by_key(|hierarchy| hierarchy.unified);
    found
}

impl Cgroup {
    /// The group whose limits hold for a process; `None` where groups do not account memory.
    pub fn of(process: &Process) -> Option<Self> {
        let groups = process.inner().cgroups().ok()?;
        for hierarchy in hierarchies() {
            let own = groups.0.iter().find(|group| {
                if hierarchy.unified { group.hierarchy == 0 } else { group.controllers.iter().any(|name| name == "memory") }
            });
            let Some(own) = own else { continue };
            let below = own.pathname.strip_prefix(hierarchy.top.trim_end_matches('/')).unwrap_or(&own.pathname);
            let folder = hierarchy.root.join(below.trim_start_matches('/'));
            if folder.is_dir() {
                return Some(Self { folder, root: hierarchy.root, unified: hierarchy.unified });
            }
        }
        None
    }

    /// The group a user names: by its folder, by its path below the hierarchy's mount, or, where each controller has a mount of
    /// its own, by its path below them all (`memory/name`).
    pub fn open(path: &Path) -> Result<Self, LiveError> {
        let mounted = hierarchies();
        let below = path.strip_prefix("/").unwrap_or(path);
        let mounts = mounted.iter().map(|hierarchy| hierarchy.root.as_path());
        let above = mounted.iter().filter_map(|hierarchy| hierarchy.root.parent());
        let folders = mounts.chain(above).map(|folder| folder.join(below));
        let folder = std::iter::once(path.to_path_buf())
            .chain(folders)
            .find(|folder| folder.join("cgroup.procs").is_file())
            .ok_or_else(|| LiveError::NoCgroup(path.to_path_buf()))?;
        let hierarchy = mounted.into_iter().find(|hierarchy| folder.starts_with(&hierarchy.root));
        let unified = hierarchy.as_ref().is_none_or(|hierarchy| hierarchy.unified);
        let root = hierarchy.map_or_else(|| folder.clone(), |hierarchy| hierarchy.root);
        Ok(Self { folder, root, unified })
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The processes in it and in the groups below it.
    pub fn members(&self) -> BTreeSet<u32> {
        let mut members = BTreeSet::new();
        let mut folders = vec![self.folder.clone()];
        let mut seen = 0;
        while let Some(folder) = folders.pop() {
            let text = fs::read_to_string(folder.join("cgroup.procs")).unwrap_or_default();
            // A process that our pid namespace does not contain is shown as 0.
            members.extend(text.lines().filter_map(|line| line.trim().parse::<u32>().ok()).filter(|pid| *pid != 0));
            seen += 1;
            if seen < MOST_GROUPS {
                let below = fs::read_dir(&folder).into_iter().flatten().flatten();
                folders.extend(below.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path()));
            }
        }
        members
    }

    /// What it and the groups above it say of memory; `None` if none of them accounts it.
    pub fn memory(&self) -> Option<CgroupMemory> {
        let above = self.folder.ancestors().take_while(|folder| folder.starts_with(&self.root));
        let all: Vec<_> = above.filter_map(|folder| self.account(folder)).collect();
        let room = |memory: &CgroupMemory| memory.limit.map_or(u64::MAX, |limit| limit.saturating_sub(memory.working_set));
        // The first of equals is the group itself.
        all.into_iter().reduce(|best, next| if room(&next) < room(&best) { next } else { best })
    }

    fn account(&self, folder: &Path) -> Option<CgroupMemory> {
        let names = if self.unified {
            ["memory.current", "memory.max", "inactive_file"]
        } else {
            ["memory.usage_in_bytes", "memory.limit_in_bytes", "total_inactive_file"]
        };
        let used = number(&folder.join(names[0]))?;
        let inactive = entry(&folder.join("memory.stat"), names[2]).unwrap_or(0);
        let (limit_hits, oom_kills) = if self.unified {
            (entry(&folder.join("memory.events"), "max"), entry(&folder.join("memory.events"), "oom_kill"))
        } else {
            (number(&folder.join("memory.failcnt")), entry(&folder.join("memory.oom_control"), "oom_kill"))
        };
        Some(CgroupMemory {
            path: folder.to_path_buf(),
            version: if self.unified { 2 } else { 1 },
            limit: number(&folder.join(names[1])).filter(|limit| *limit < UNLIMITED),
            high: self.unified.then(|| number(&folder.join("memory.high"))).flatten(),
            used,
            working_set: used.saturating_sub(inactive),
            limit_hits: limit_hits.unwrap_or(0),
            high_hits: self.unified.then(|| entry(&folder.join("memory.events"), "high")).flatten().unwrap_or(0),
            oom_kills: oom_kills.unwrap_or(0),
            pressure: Pressure::read(&folder.join("memory.pressure")),
        })
    }
}

/// A file with one number; `max` and other words are none.
fn number(path: &Path) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

/// The number behind a name in a file of `name number` lines.
fn entry(path: &Path, name: &str) -> Option<u64> {
    let text = fs::read_to_string(path).ok()?;
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value?.trim().parse().ok()
}
