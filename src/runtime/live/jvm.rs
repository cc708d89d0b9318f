//! What a Java virtual machine tells of its heap: the file of performance data (`hsperfdata`) that it keeps for `jstat` and
//! the like, laid out as in `OpenJDK`'s `perfMemory.hpp`. Reading it asks nothing of the machine that runs.

use super::confined::Confined;
use procfs::process::Process;

/// The file begins with this.
const MAGIC: [u8; 4] = [0xca, 0xfe, 0xc0, 0xc0];
/// It has 32 KiB unless the user wants it larger; more than this is none.
const LARGEST: u64 = 1 << 20;
/// Counters it may have; `OpenJDK` has some three hundred.
const MOST: u32 = 10_000;

/// What the heap of a process holds, bytes; `None` if it is no Java process, or one that keeps no such file.
///
/// The file is in a folder of the process's own root, under its own number, and belongs to it.
pub(super) fn heap(process: &Process) -> Option<u64> {
    let status = process.status().ok()?;
    let own = status.nspid.and_then(|ids| ids.last().copied()).unwrap_or(process.pid).to_string();
    let tmp = Confined::open(format!("/proc/{}/root", process.pid).as_ref(), status.euid)?.folder("tmp")?;
    let mut folders = tmp.names()?.filter(|name| name.starts_with("hsperfdata_"));
    used(&folders.find_map(|name| tmp.own_folder(&name)?.read(&own, LARGEST))?)
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
