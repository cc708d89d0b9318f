use super::probe::Names;
use procfs::process::{MMPermissions, MMapPath, Process};
use serde::Serialize;

/// Letters of a name that are shown; those of templates have hundreds.
const LONGEST: usize = 60;

/// A place in a program, on a stack.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Frame {
    /// Its address in the process.
    pub address: u64,
    /// The program or library that is mapped there.
    pub module: Option<String>,
    /// Where in that file, bytes: what `addr2line` and the like understand for position-independent code.
    pub offset: Option<u64>,
    /// The function, where its name is known.
    pub function: Option<String>,
}

impl Frame {
    /// In a few letters: the function, or else the place in the file.
    pub fn text(&self) -> String {
        if let Some(function) = &self.function {
            let whole = function.chars().count() <= LONGEST;
            return if whole { function.clone() } else { function.chars().take(LONGEST).chain(['…']).collect() };
        }
        match (&self.module, self.offset) {
            (Some(module), Some(offset)) => format!("{}+{offset:#x}", module.rsplit('/').next().unwrap_or(module)),
            _ => format!("{:#x}", self.address),
        }
    }
}

/// What stands at each address of a process that still runs; of one that has ended only the addresses are left.
pub(super) fn frames(pid: u32, addresses: &[u64], names: &Names) -> Vec<Frame> {
    let maps = i32::try_from(pid).ok().and_then(|pid| Process::new(pid).ok()?.maps().ok());
    let mut functions = names.of(pid, addresses).into_iter();
    let frames = addresses.iter().map(|address| {
        let all = maps.iter().flat_map(|maps| &maps.0);
        let mapped = all.filter(|map| (map.address.0..map.address.1).contains(address));
        let map = mapped.into_iter().find(|map| map.perms.contains(MMPermissions::EXECUTE));
        let file = map.and_then(|map| match &map.pathname {
            MMapPath::Path(path) => Some((path.display().to_string(), address - map.address.0 + map.offset)),
            _ => None,
        });
        let (module, offset) = file.unzip();
        Frame { address: *address, module, offset, function: functions.next().flatten() }
    });
    let mut frames: Vec<Frame> = frames.collect();
    // Where frame pointers end, the walk goes on to what is no code.
    let code = |frame: &Frame| frame.module.is_some() || frame.function.is_some();
    if let Some(last) = frames.iter().rposition(code) {
        frames.truncate(last + 1);
    }
    frames
}
