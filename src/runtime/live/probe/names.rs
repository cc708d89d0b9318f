//! The build with the feature `ebpf`: the names of functions. The only file that names `blazesym`.

use blazesym::symbolize::source::{Process, Source};
use blazesym::symbolize::{Input, Symbolizer};
use std::fmt::{self, Debug, Formatter};

/// Finds the names of functions, from the symbols of programs and libraries and from the maps that runtimes write for
/// profilers (`/tmp/perf-PID.map`).
pub struct Names(Symbolizer);

impl Debug for Names {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str("Names")
    }
}

impl Default for Names {
    fn default() -> Self {
        // Lines would need the debug information, which may take seconds to read.
        Self(Symbolizer::builder().enable_code_info(false).enable_inlined_fns(false).build())
    }
}

impl Names {
    /// The name of the function at each address of a process, as far as there is one.
    pub fn of(&self, pid: u32, addresses: &[u64]) -> Vec<Option<String>> {
        let ask = |map_files| {
            let mut process = Process::new(pid.into());
            (process.debug_syms, process.map_files) = (false, map_files);
            self.0.symbolize(&Source::Process(process), Input::AbsAddr(addresses))
        };
        // The kernel's own links to the mapped files are the better way, and not everybody may follow them.
        let found = ask(true).or_else(|_| ask(false)).unwrap_or_default();
        found.iter().map(|one| one.as_sym().map(|symbol| symbol.name.clone().into_owned())).collect()
    }
}
