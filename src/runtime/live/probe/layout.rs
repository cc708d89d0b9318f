//! The records as bytes: the structs of `bpf/record.h`, field by field.

use serde::Serialize;

/// Frames a record holds at most.
pub const FRAMES: usize = 127;
/// Bytes of stack a record holds at most.
pub const STACK_BYTES: usize = 16 * 1024;

/// A struct of `bpf/record.h`: its fields in order, with their sizes in bytes; it has no padding.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// The name in C.
    pub name: &'static str,
    /// Field and size.
    pub fields: &'static [(&'static str, usize)],
}

/// The records of growth.
pub const RECORD: Layout = Layout {
    name: "record",
    fields: &[
        ("at_ns", 8),
        ("pid", 4),
        ("tid", 4),
        ("anon", 8),
        ("file", 8),
        ("shmem", 8),
        ("swap", 8),
        ("virt", 8),
        ("grown", 8),
        ("missed", 8),
        ("refused", 8),
        ("ip", 8),
        ("sp", 8),
        ("fp", 8),
        ("lr", 8),
        ("flags", 4),
        ("frames", 4),
        ("copied", 4),
        ("unused", 4),
        ("comm", 16),
        ("frame", FRAMES * 8),
        ("stack", STACK_BYTES),
    ],
};

/// How the handlers run.
pub const CONFIG: Layout = Layout {
    name: "config",
    fields: &[("step_pages", 8), ("refill_ns", 8), ("burst", 4), ("everyone", 4), ("namespace", 4), ("page_bytes", 4)],
};

/// What is known of a process.
pub const STATE: Layout = Layout {
    name: "state",
    fields: &[
        ("mm", 8),
        ("peak_pages", 8),
        ("refilled_ns", 8),
        ("refused", 8),
        ("tokens", 4),
        ("turns", 8),
        ("unused", 4),
        ("anon_pages", 8),
        ("shmem_pages", 8),
        ("high_pages", 8),
        ("missed_pages", 8),
    ],
};

/// What could not be told.
pub const GAPS: Layout = Layout { name: "gaps", fields: &[("lost", 8), ("sent", 8)] };

/// What a processor saw last, and how many events in all.
pub const GLIMPSE: Layout =
    Layout { name: "glimpse", fields: &[("mm", 8), ("pages", 8), ("member", 8), ("events", 8), ("unused", 96)] };

/// Calls that were counted.
pub const RATES: Layout =
    Layout { name: "rates", fields: &[("mmap", 8), ("munmap", 8), ("brk", 8), ("madvise", 8), ("contended", 8)] };

const EXTERNAL: u64 = 1;
const REGISTERS: u64 = 2;
const COUNTERS: u64 = 4;

impl Layout {
    /// Bytes in all.
    pub fn size(&self) -> usize {
        self.fields.iter().map(|(_, size)| size).sum()
    }

    /// The bytes of a field.
    fn bytes<'a>(&self, from: &'a [u8], field: &str) -> Option<&'a [u8]> {
        let mut at = 0;
        for (name, size) in self.fields {
            if *name == field {
                return from.get(at..at + size);
            }
            at += size;
        }
        None
    }

    /// A field of four or eight bytes.
    pub fn number(&self, from: &[u8], field: &str) -> Option<u64> {
        let bytes = self.bytes(from, field)?;
        match bytes.len() {
            4 => Some(u64::from(u32::from_ne_bytes(bytes.try_into().ok()?))),
            8 => Some(u64::from_ne_bytes(bytes.try_into().ok()?)),
            _ => None,
        }
    }

    /// The struct with these values, and zero where none is given.
    pub fn write(&self, values: &[(&str, u64)]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.size());
        for (name, size) in self.fields {
            let value = values.iter().find(|(field, _)| field == name).map_or(0, |(_, value)| *value);
            match size {
                4 => bytes.extend((value as u32).to_ne_bytes()),
                8 => bytes.extend(value.to_ne_bytes()),
                _ => bytes.extend(std::iter::repeat_n(0, *size)),
            }
        }
        bytes
    }
}

/// The registers of a thread in user space, as far as unwinding needs them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Registers {
    /// Instruction pointer.
    pub ip: u64,
    /// Stack pointer.
    pub sp: u64,
    /// Frame pointer.
    pub fp: u64,
    /// Return address, on arm64; 0 elsewhere.
    pub lr: u64,
}

/// A moment at which a process held more than ever before. Sizes are bytes, within the kernel's batching error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Growth {
    /// `CLOCK_MONOTONIC`, nanoseconds.
    pub at_ns: u64,
    /// The process.
    pub pid: u32,
    /// The thread that touched the memory; 0 when it was none of the process.
    pub tid: u32,
    /// The thread's name.
    pub comm: String,
    /// Anonymous memory.
    pub anon: u64,
    /// Shared memory.
    pub shmem: u64,
    /// File pages, where the hook tells.
    pub file: Option<u64>,
    /// What was swapped out, where the hook tells.
    pub swap: Option<u64>,
    /// Address space, where the hook tells.
    pub virt: Option<u64>,
    /// More than at the record before.
    pub grown: u64,
    /// How much of that came while the handler was not attached: its place is not known, and a record of nothing else has no
    /// stack.
    pub missed: u64,
    /// Events since the record before that were worth one and got none, because there were too many.
    pub refused: u64,
    /// Another process or the kernel touched the memory, so there is no stack.
    pub external: bool,
    /// The registers, where the hook tells.
    pub registers: Option<Registers>,
    /// Return addresses found by frame pointers, innermost first.
    pub frames: Vec<u64>,
    /// The stack from `sp` upwards.
    pub stack: Vec<u8>,
}

impl Growth {
    /// Reads a record; `None` for what is none.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let number = |field| RECORD.number(bytes, field);
        let flags = number("flags")?;
        let known = |field| if flags & COUNTERS == 0 { None } else { number(field) };
        let comm = RECORD.bytes(bytes, "comm")?;
        let comm = comm.split(|byte| *byte == 0).next().unwrap_or_default();
        let registers = if flags & REGISTERS == 0 {
            None
        } else {
            Some(Registers { ip: number("ip")?, sp: number("sp")?, fp: number("fp")?, lr: number("lr")? })
        };
        let frames = RECORD.bytes(bytes, "frame")?.chunks_exact(8).take(number("frames")? as usize);
        Some(Self {
            at_ns: number("at_ns")?,
            pid: number("pid")? as u32,
            tid: number("tid")? as u32,
            comm: String::from_utf8_lossy(comm).into_owned(),
            anon: number("anon")?,
            shmem: number("shmem")?,
            file: known("file"),
            swap: known("swap"),
            virt: known("virt"),
            grown: number("grown")?,
            missed: number("missed")?,
            refused: number("refused")?,
            external: flags & EXTERNAL != 0,
            registers,
            frames: frames.map_while(|frame| Some(u64::from_ne_bytes(frame.try_into().ok()?))).collect(),
            stack: RECORD.bytes(bytes, "stack")?.iter().take(number("copied")? as usize).copied().collect(),
        })
    }
}

/// Calls of a process since it is watched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Rates {
    /// Mappings made.
    pub mmap: u64,
    /// Mappings given back.
    pub munmap: u64,
    /// Moves of the heap's end.
    pub brk: u64,
    /// Advice about pages, with which allocators give memory back.
    pub madvise: u64,
    /// Futex waits that failed because the value had changed: threads that contend.
    pub contended: u64,
}

impl Rates {
    /// Reads the counters.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let number = |field| RATES.number(bytes, field);
        Some(Self {
            mmap: number("mmap")?,
            munmap: number("munmap")?,
            brk: number("brk")?,
            madvise: number("madvise")?,
            contended: number("contended")?,
        })
    }
}
