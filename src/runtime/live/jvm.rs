//! What a Java virtual machine tells of its heap: the file of performance data (`hsperfdata`) that it keeps for `jstat` and
//! the like, laid out as in `OpenJDK`'s `perfMemory.hpp`. Reading it asks nothing of the machine that runs.

use nix::fcntl::OFlag;
use procfs::process::Process;
use std::fs::{self, OpenOptions};
use std::io::Read as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

/// The file begins with this.
const MAGIC: [u8; 4] = [0xca, 0xfe, 0xc0, 0xc0];
/// It has 32 KiB unless the user wants it larger; more than this is none.
const LARGEST: u64 = 1 << 20;
/// Counters it may have; `OpenJDK` has some three hundred.
const MOST: u32 = 10_000;

/// What the heap of a process holds, bytes; `None` if it is no Java process, or one that keeps no such file.
pub(super) fn heap(process: &Process) -> Option<u64> {
    used(&read(&file(process)?)?)
}

/// The file, seen from the process's own root and by its own number.
fn file(process: &Process) -> Option<PathBuf> {
    let own = process.status().ok()?.nspid.and_then(|ids| ids.last().copied()).unwrap_or(process.pid);
    let folders = fs::read_dir(format!("/proc/{}/root/tmp", process.pid)).ok()?.flatten();
    let mut ours = folders.filter(|entry| entry.file_name().to_string_lossy().starts_with("hsperfdata_"));
    ours.find_map(|entry| Some(entry.path().join(own.to_string())).filter(|path| path.exists()))
}

/// Its bytes. It lies where everybody may write, so neither a link nor a pipe is followed.
fn read(path: &PathBuf) -> Option<Vec<u8>> {
    let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits()).open(path).ok()?;
    file.metadata().ok().filter(|metadata| metadata.is_file() && metadata.len() <= LARGEST)?;
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// The bytes in use in all spaces of the heap.
fn used(bytes: &[u8]) -> Option<u64> {
    // 1: the least significant byte comes first, as on all machines we are built for.
    if bytes.get(..4)? != MAGIC || bytes.get(4) != Some(&1) {
        return None;
    }
    let number = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?));
    let mut at = number(24)? as usize;
    let mut sum = None;
    for _ in 0..number(28)?.min(MOST) {
        let length = number(at)? as usize;
        let name = bytes.get(at.checked_add(number(at + 4)? as usize)?..)?;
        let name = &name[..name.iter().position(|byte| *byte == 0)?];
        let scalar = number(at + 8)? == 0 && bytes.get(at + 12) == Some(&b'J');
        if scalar && is_used(name) {
            let from = at.checked_add(number(at + 16)? as usize)?;
            let value = u64::from_le_bytes(bytes.get(from..from.checked_add(8)?)?.try_into().ok()?);
            sum = Some(sum.unwrap_or(0_u64).saturating_add(value));
        }
        at = at.checked_add(length).filter(|_| length > 0)?;
    }
    sum
}

/// `sun.gc.generation.0.space.1.used` and its like.
fn is_used(name: &[u8]) -> bool {
    name.strip_prefix(b"sun.gc.generation.").and_then(|rest| rest.strip_suffix(b".used")).is_some_and(|middle| {
        let words: Vec<_> = middle.split(|byte| *byte == b'.').collect();
        matches!(words[..], [generation, b"space", space] if [generation, space].iter().all(|word| word.iter().all(u8::is_ascii_digit)))
    })
}

#[cfg(test)]
mod tests {
    use super::used;

    /// A file with counters of this name and value.
    fn file(counters: &[(&str, u64)]) -> Vec<u8> {
        let mut bytes = vec![0xca, 0xfe, 0xc0, 0xc0, 1, 2, 0, 1];
        bytes.extend([0; 16]);
        bytes.extend(32_u32.to_le_bytes());
        bytes.extend((counters.len() as u32).to_le_bytes());
        for (name, value) in counters {
            let data = 20 + name.len().next_multiple_of(8) + 8;
            for number in [data as u32 + 8, 20, 0] {
                bytes.extend(number.to_le_bytes());
            }
            bytes.extend([b'J', 1, 1, 3]);
            bytes.extend((data as u32).to_le_bytes());
            bytes.extend(name.as_bytes());
            bytes.resize(bytes.len() + data - 20 - name.len(), 0);
            bytes.extend(value.to_le_bytes());
        }
        bytes
    }

    #[test]
    fn the_spaces_of_the_heap_are_added() {
        let all = [
            ("sun.gc.generation.0.space.0.used", 5),
            ("sun.gc.generation.0.space.0.capacity", 1000),
            ("sun.gc.generation.1.space.0.used", 70),
            ("sun.gc.metaspace.used", 3000),
        ];
        assert_eq!(used(&file(&all)), Some(75));
        assert_eq!(used(&file(&all[1..2])), None, "without a heap there is none");
    }

    #[test]
    fn rubbish_is_refused() {
        let good = file(&[("sun.gc.generation.0.space.0.used", 5)]);
        for cut in 0..good.len() {
            assert_eq!(used(&good[..cut]), None, "cut at {cut}");
        }
        for at in 0..good.len() {
            let mut wrong = good.clone();
            wrong[at] = 0xff;
            // Any answer will do, but there is one.
            let _ = used(&wrong);
        }
    }
}
