//! What is made ready before the first sample.

use super::super::LiveError;
use super::super::probe::{Plan, Probe, Refusal};
use super::{Options, Target};
use crate::runtime::{Origin, Recorder, WINDOW_S};
use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;

pub(super) fn open_probe(
    target: &Target,
    options: &Options,
    calls_refused: &mut Option<Refusal>,
) -> Result<Probe, Option<Refusal>> {
    if !options.probe {
        return Err(None);
    }
    let everyone = matches!(target, Target::Everyone);
    let mut probe = Probe::open(&Plan { everyone, ..Plan::default() }).map_err(Some)?;
    if options.calls && !everyone {
        *calls_refused = probe.count().err();
    }
    if matches!(target, Target::Children) {
        // The command inherits this when it is started, before it runs its first instruction.
        probe.watch(std::process::id());
    }
    Ok(probe)
}

pub(super) fn record(
    path: &PathBuf,
    target: &Target,
    label: &str,
    window_s: f64,
) -> Result<Recorder<BufWriter<File>>, LiveError> {
    let pid = if let Target::Process(pid) = target { Some(*pid) } else { None };
    let window_s = Some(window_s).filter(|window_s| (window_s - WINDOW_S).abs() > f64::EPSILON);
    let (command, source) = (Some(label.to_owned()), Some("status".to_owned()));
    let origin = Origin { pid, command, source, window_s, ..Origin::default() };
    let file = File::create(path).and_then(|file| Recorder::new(BufWriter::new(file), &origin));
    file.map_err(|error| LiveError::Write { path: path.clone(), error })
}
