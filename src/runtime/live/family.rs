//! Who belongs to what is watched.

use super::process::Process;
use std::collections::{BTreeSet, HashMap};

/// Descendants of a process that are alive, found through the kernel's lists of children, which cost as much as the tree
/// is large; where the kernel has none, through the parents of all processes.
pub(super) fn descendants(root: u32) -> BTreeSet<u32> {
    let mut found = BTreeSet::new();
    let mut open = vec![root];
    while let Some(pid) = open.pop() {
        let Some(children) = children(pid) else { return by_parents(root) };
        open.extend(children.into_iter().filter(|child| found.insert(*child)));
    }
    found
}

/// The children of each thread of a process; `None` when the kernel keeps no lists. A process that ended has none.
fn children(pid: u32) -> Option<Vec<u32>> {
    let Some(process) = i32::try_from(pid).ok().and_then(|pid| procfs::process::Process::new(pid).ok()) else {
        return Some(Vec::new());
    };
    let mut all = Vec::new();
    for task in process.tasks().into_iter().flatten().flatten() {
        match task.children() {
            Ok(children) => all.extend(children),
            // The thread has ended, or there are no lists: the process itself tells which.
            Err(_) if process.task_main_thread().is_ok_and(|main| main.children().is_err()) && process.is_alive() => return None,
            Err(_) => {}
        }
    }
    Some(all)
}

fn by_parents(root: u32) -> BTreeSet<u32> {
    let mut below: HashMap<u32, Vec<u32>> = HashMap::new();
    for process in procfs::process::all_processes().into_iter().flatten().flatten() {
        if let Ok(stat) = process.stat() {
            below.entry(stat.ppid.unsigned_abs()).or_default().push(stat.pid.unsigned_abs());
        }
    }
    let mut found = BTreeSet::new();
    let mut open = vec![root];
    while let Some(pid) = open.pop() {
        let children = below.remove(&pid).unwrap_or_default();
        open.extend(children.into_iter().filter(|child| found.insert(*child)));
    }
    found
}

/// Every process there is, kernel threads too.
pub(super) fn everyone() -> BTreeSet<u32> {
    let processes = procfs::process::all_processes().into_iter().flatten().flatten();
    processes.map(|process| process.pid().unsigned_abs()).collect()
}

/// Whether a process is only waiting to be reaped.
pub(super) fn ended(process: &Process) -> bool {
    process.stat().is_none_or(|stat| matches!(stat.state, 'Z' | 'X' | 'x'))
}
