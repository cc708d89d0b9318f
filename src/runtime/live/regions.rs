use procfs::process::{MMPermissions, MMapPath, MemoryMap, Process};
use serde::Serialize;

/// Size and alignment of an arena of glibc's malloc (`HEAP_MAX_SIZE`, malloc/arena.c).
const ARENA: u64 = 64 * 1024 * 1024;

/// What a process has mapped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Regions {
    /// Regions in all.
    pub count: u32,
    /// Of those, private and writable.
    pub writable: u32,
    /// Arenas of the C allocator: aligned, 64 MiB of used and reserved address space.
    pub arenas: u32,
    /// Where the resident anonymous memory is, where that may be known.
    pub anonymous: Option<Anonymous>,
}

/// Resident anonymous memory by kind of region, bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Anonymous {
    /// The heap that `brk` moves: the C allocator's first arena.
    pub heap: u64,
    /// The C allocator's other arenas.
    pub arenas: u64,
    /// Stacks of threads as far as the kernel names them: the first thread's.
    pub stack: u64,
    /// Other mappings: managed heaps (V8, the JVM, Go, `CPython`'s arenas), big blocks of the C allocator, thread stacks.
    pub mapped: u64,
    /// Private copies of file pages: data of programs and libraries.
    pub files: u64,
}

impl Regions {
    /// Reads `maps`; `None` if that is not allowed or the process has ended.
    pub fn of(process: &Process) -> Option<Self> {
        let maps = process.maps().ok()?;
        (!maps.0.is_empty()).then(|| Self::read(&maps.0))
    }

    /// Reads `smaps`, too, which takes some 10 ms for each GiB that is resident.
    pub fn with_sizes(process: &Process) -> Option<Self> {
        let maps = process.smaps().ok()?;
        if maps.0.is_empty() {
            return None;
        }
        let mut anonymous = Anonymous::default();
        for (at, map) in maps.0.iter().enumerate() {
            let kib = map.extension.map.get("Anonymous").copied().unwrap_or(0);
            // The library gives bytes for what the kernel shows in kB.
            *match &map.pathname {
                MMapPath::Heap => &mut anonymous.heap,
                MMapPath::Stack | MMapPath::TStack(_) => &mut anonymous.stack,
                MMapPath::Path(_) => &mut anonymous.files,
                _ if arena_at(&maps.0, at) => &mut anonymous.arenas,
                _ => &mut anonymous.mapped,
            } += kib;
        }
        Some(Self { anonymous: Some(anonymous), ..Self::read(&maps.0) })
    }

    fn read(maps: &[MemoryMap]) -> Self {
        let writable = |map: &&MemoryMap| map.perms.contains(MMPermissions::WRITE | MMPermissions::PRIVATE);
        let arenas = (0..maps.len()).filter(|at| arena_at(maps, *at)).count();
        Self {
            count: maps.len() as u32,
            writable: maps.iter().filter(writable).count() as u32,
            arenas: arenas as u32,
            anonymous: None,
        }
    }
}

/// Whether an arena begins at this region: it is aligned, private and writable, and together with the reserved rest that
/// follows it ends where the next could begin.
fn arena_at(maps: &[MemoryMap], at: usize) -> bool {
    let (start, end) = maps[at].address;
    let readable = maps[at].perms.contains(MMPermissions::READ | MMPermissions::WRITE | MMPermissions::PRIVATE);
    if start % ARENA != 0 || !readable || !matches!(maps[at].pathname, MMapPath::Anonymous) {
        return false;
    }
    let rest = maps.get(at + 1).filter(|next| next.address.0 == end);
    let reserved =
        rest.filter(|next| !next.perms.intersects(MMPermissions::READ | MMPermissions::WRITE | MMPermissions::EXECUTE));
    end - start == ARENA || reserved.is_some_and(|next| next.address.1 == start + ARENA)
}
