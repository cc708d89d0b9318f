//! The commands that look at running processes: what they share.

mod line;
mod shown;
mod subject;
mod watching;

pub use shown::Shown;
pub use subject::Subject;
pub use watching::Watching;

use super::time::time;
use super::{doctor, run, triage, watch};
use clap::Subcommand;
use std::time::Duration;

#[derive(Debug, Subcommand)]
pub enum Live {
    /// Run a command and watch its memory
    Run(run::Run),
    /// Watch the memory of what already runs
    Watch(watch::Watch),
    /// Find out which process takes the memory of this machine, from two snapshots
    Triage(triage::Triage),
    /// Say what this machine allows, and how to get the rest
    Doctor(doctor::Doctor),
}

/// Runs one of them.
pub fn dispatch(command: &Live) -> Result<u8, String> {
    match command {
        Live::Run(run) => run::run(run),
        Live::Watch(watch) => watch::watch(watch),
        Live::Triage(triage) => triage::triage(triage),
        Live::Doctor(doctor) => doctor::doctor(doctor),
    }
}

/// The delay of `triage`.
pub fn delay(text: &str) -> Result<Duration, String> {
    time(text)
}
