use super::ledger::Ledger;
use super::outcome::{Peak, Summary};
use super::process::Process;
use crate::runtime::{Decider, Judgement, Limits, Sample};
use std::path::PathBuf;

/// Points that a curve keeps; when there are more, every other one goes.
const POINTS: usize = 512;

/// The samples of one process, or the sum of several, and what is thought of them.
#[derive(Debug)]
pub(super) struct Gauge {
    decider: Decider,
    pub first: Option<Sample>,
    pub last: Option<Sample>,
    pub peak: Peak,
    pub samples: u64,
    curve: Vec<(f64, u64)>,
    every: u64,
}

impl Gauge {
    /// A leak must show itself within so many seconds.
    pub fn new(limits: Limits, window_s: f64) -> Self {
        let decider = Decider::with_window(limits, window_s);
        Self { decider, first: None, last: None, peak: Peak::default(), samples: 0, curve: Vec::new(), every: 1 }
    }

    pub fn set_limits(&mut self, limits: Limits) {
        self.decider.set_limits(limits);
    }

    pub fn push(&mut self, sample: Sample) {
        self.decider.push(sample);
        self.first.get_or_insert(sample);
        self.last = Some(sample);
        self.saw(sample.held(), sample.at_s, false);
        if self.samples.is_multiple_of(self.every) {
            self.curve.push((sample.at_s, sample.held()));
        }
        self.samples += 1;
        if self.curve.len() >= POINTS {
            let mut keep = false;
            self.curve.retain(|_| {
                keep = !keep;
                keep
            });
            self.every *= 2;
        }
    }

    /// Notes what was held at a moment, between samples too.
    pub fn saw(&mut self, held: u64, at_s: f64, between: bool) {
        if held > self.peak.held {
            self.peak = Peak { held, at_s, between };
        }
    }

    /// What is thought now.
    pub fn judgement(&self) -> Judgement {
        self.decider.judgement().clone()
    }

    pub fn curve(&self) -> &[(f64, u64)] {
        &self.curve
    }

    pub fn summary(&self, pid: Option<u32>, command: &str, ended: bool) -> Summary {
        Summary {
            pid,
            command: command.to_owned(),
            ended,
            became: None,
            samples: self.samples,
            first: self.first.unwrap_or_default(),
            last: self.last.unwrap_or_default(),
            peak: self.peak,
            judgement: self.judgement(),
            runtime: None,
            growth: None,
            calls: None,
            curve: self.curve.clone(),
        }
    }
}

/// A process that is watched.
#[derive(Debug)]
pub(super) struct Track {
    pub process: Process,
    pub command: String,
    program: Option<PathBuf>,
    pub gauge: Gauge,
    runtime: Option<&'static str>,
    pub ledger: Ledger,
}

impl Track {
    pub fn new(process: Process, gauge: Gauge) -> Self {
        let (command, program, runtime) = (process.command(), process.program(), process.runtime());
        Self { process, command, program, runtime, gauge, ledger: Ledger::default() }
    }

    /// Reads it once more; `None` when it has ended.
    pub fn read(&mut self, at_s: f64) -> Option<Sample> {
        let mut sample = self.process.sample(at_s)?;
        self.process.count(&mut sample);
        Some(sample)
    }

    /// What it ran before, if it runs another program now. Then the memory is another, too, and a new series begins.
    pub fn executed(&mut self) -> Option<String> {
        let program = self.process.program();
        if program.is_none() || program == self.program {
            if self.command.starts_with('[') {
                // It was seen between its fork and its first instruction.
                self.command = self.process.command();
            }
            return None;
        }
        let known = self.program.is_some();
        self.program = program;
        let before = std::mem::replace(&mut self.command, self.process.command());
        self.runtime = self.process.runtime();
        known.then_some(before)
    }

    pub fn summary(&self, ended: bool) -> Summary {
        let mut summary = self.gauge.summary(Some(self.process.pid()), &self.command, ended);
        summary.growth = self.ledger.told();
        summary.runtime = self.runtime;
        summary
    }
}
