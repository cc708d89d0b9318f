//! Watching processes on Linux: what `/proc`, the control groups and the probe tell, and the commands made of it.

mod cause;
mod cgroup;
mod confined;
mod crowd;
mod doctor;
mod family;
mod frame;
mod host;
mod jvm;
mod launch;
mod ledger;
mod outcome;
pub mod probe;
mod process;
mod prose;
mod regions;
mod track;
mod triage;
mod watcher;

pub use cause::Cause;
pub use cgroup::{Cgroup, CgroupMemory};
pub use doctor::{Ability, Doctor};
pub use frame::Frame;
pub use host::{Host, Pressure};
pub use launch::{Ended, Launched, Signals};
pub use outcome::{Breach, Ending, Growths, Outcome, Peak, ProbeUse, Stack, Summary};
pub use process::Process;
pub use prose::{Form, amount, curve};
pub use regions::{Anonymous, Regions};
pub use triage::{Grower, Leader, Triage, triage};
pub use watcher::{OnLimit, Options, Target, Watcher};

use std::path::PathBuf;
use thiserror::Error;

/// Why something cannot be watched, and what to do about it.
#[derive(Debug, Error)]
pub enum LiveError {
    /// There is no such process, or not any more.
    #[error("there is no process {0}; `ps -e` lists those there are")]
    NoProcess(u32),
    /// The process is hidden or belongs to the kernel.
    #[error("process {0} has no memory of its own to watch: it belongs to the kernel or has ended")]
    NoMemory(u32),
    /// There is no such control group.
    #[error("there is no control group `{}`; name a folder below /sys/fs/cgroup, or the path that /proc/PID/cgroup shows", .0.display())]
    NoCgroup(PathBuf),
    /// The command could not be started.
    #[error("`{command}` could not be started: {error}{}", words(.command))]
    Start {
        /// What was to be run.
        command: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// A file could not be written.
    #[error("could not write to `{}`: {error}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// `/proc` could not be read at all.
    #[error("/proc cannot be read: {0}; is it mounted?")]
    NoProc(String),
}

/// What to do where a whole command line was given as one word: that is no program's name.
fn words(command: &str) -> &'static str {
    if command.trim().contains(' ') {
        "; write the command and its arguments as words of their own, or use `sh -c '…'`"
    } else {
        ""
    }
}
