//! Control groups of version 2, read from a folder that looks like one: not every machine has them mounted.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;
use tempfile::TempDir;
use watertight::runtime::live::{Cgroup, CgroupMemory, Pressure};

/// A group with these files.
fn group(folder: &Path, files: &[(&str, &str)]) {
    fs::create_dir_all(folder).expect("a folder");
    for (name, text) in files {
        fs::write(folder.join(name), text).expect("a file");
    }
}

fn memory(folder: &Path) -> Option<CgroupMemory> {
    Cgroup::open(folder).expect("a control group").memory()
}

const STALLED: &str = "some avg10=12.50 avg60=3.25 avg300=0.10 total=1234\nfull avg10=1.00 avg60=0.50 avg300=0.00 total=99\n";

#[test]
fn version_two_is_read() {
    let folder = TempDir::new().expect("a folder");
    let files = [
        ("cgroup.procs", "17\n0\n23\n"),
        ("memory.current", "104857600\n"),
        ("memory.max", "268435456\n"),
        ("memory.high", "201326592\n"),
        ("memory.stat", "anon 62914560\nfile 41943040\nactive_file 20971520\ninactive_file 20971520\n"),
        ("memory.events", "low 0\nhigh 41\nmax 7\noom 2\noom_kill 1\noom_group_kill 0\n"),
        ("memory.pressure", STALLED),
    ];
    group(folder.path(), &files);
    group(&folder.path().join("below"), &[("cgroup.procs", "31\n")]);
    let pressure = Pressure { some_10: 12.5, some_60: 3.25, full_10: 1.0, full_60: 0.5 };
    let expected = CgroupMemory {
        path: folder.path().to_path_buf(),
        version: 2,
        limit: Some(256 << 20),
        high: Some(192 << 20),
        used: 100 << 20,
        working_set: 80 << 20,
        limit_hits: 7,
        high_hits: 41,
        oom_kills: 1,
        pressure: Some(pressure),
    };
    assert_eq!(memory(folder.path()), Some(expected));
    let members = Cgroup::open(folder.path()).expect("a control group").members();
    assert_eq!(members.into_iter().collect::<Vec<_>>(), [17, 23, 31], "those of another namespace are shown as 0");
}

#[test]
fn a_group_without_limits_and_stalls_says_so() {
    let folder = TempDir::new().expect("a folder");
    let files = [("cgroup.procs", ""), ("memory.current", "4096\n"), ("memory.max", "max\n"), ("memory.high", "max\n")];
    group(folder.path(), &files);
    let memory = memory(folder.path()).expect("it accounts memory");
    assert_eq!((memory.limit, memory.high, memory.pressure), (None, None, None));
    assert_eq!((memory.used, memory.working_set, memory.limit_hits, memory.oom_kills), (4096, 4096, 0, 0));
}

#[test]
fn a_group_that_does_not_account_memory_has_none() {
    let folder = TempDir::new().expect("a folder");
    group(folder.path(), &[("cgroup.procs", "")]);
    assert_eq!(memory(folder.path()), None);
}
