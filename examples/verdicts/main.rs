//! How right are the verdicts? Replays labelled series through the decider, and through what others do.
//!
//! `cargo run --release --example verdicts -- DIR…`, where each DIR holds `labels.jsonl` (lines with `name`, `truth`,
//! `kind`, `starts_at_s`) and a `NAME.csv` for each. The series are split in two by a hash of their names: thresholds were
//! chosen on the first half only. With `--each` every series is listed.

// Statistics need floating point.
#![allow(clippy::cast_precision_loss, clippy::cast_sign_loss)]

mod baselines;
mod tally;

use std::fs::{File, read_to_string};
use std::io::BufReader;
use std::path::Path;
use std::process::ExitCode;
use tally::{Outcome, Tally};
use watertight::runtime::{Decider, Level, Limits, Sample, Series};

/// What is known of a series.
#[derive(Debug, serde::Deserialize)]
pub struct Label {
    name: String,
    truth: String,
    kind: String,
    starts_at_s: f64,
}

/// A labelled series.
#[derive(Debug)]
pub struct Labelled {
    label: Label,
    samples: Vec<Sample>,
}

impl Labelled {
    fn leaks(&self) -> bool {
        self.label.truth == "leak"
    }

    /// 0 for the half that was tuned on, 1 for the other: FNV-1a with a final mix.
    fn half(&self) -> usize {
        let hash = self
            .label
            .name
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        let hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        ((hash ^ (hash >> 33)) & 1) as usize
    }
}

fn main() -> ExitCode {
    let (flags, folders): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|word| word.starts_with("--"));
    if folders.is_empty() || flags.iter().any(|flag| flag != "--each") {
        eprintln!("usage: verdicts [--each] DIR…");
        return ExitCode::from(2);
    }
    let mut all = Vec::new();
    for folder in &folders {
        match load(Path::new(folder)) {
            Ok(series) => all.extend(series),
            Err(message) => {
                eprintln!("error: {message}");
                return ExitCode::from(2);
            }
        }
    }
    report(&all, !flags.is_empty());
    ExitCode::SUCCESS
}

fn load(folder: &Path) -> Result<Vec<Labelled>, String> {
    let path = folder.join("labels.jsonl");
    let text = read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut all = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let label: Label = serde_json::from_str(line).map_err(|error| format!("{}: {error}", path.display()))?;
        let path = folder.join(format!("{}.csv", label.name));
        let file = File::open(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let series = Series::read(BufReader::new(file)).map_err(|error| format!("{}: {error}", path.display()))?;
        all.push(Labelled { label, samples: series.samples });
    }
    Ok(all)
}

/// Replays a series through the decider.
fn ours(series: &Labelled) -> Outcome {
    let mut decider = Decider::new(Limits::default());
    let mut outcome = Outcome::default();
    for sample in &series.samples {
        let judgement = decider.push(*sample);
        outcome.note(sample.at_s, judgement.forecast.map(|forecast| forecast.rate), judgement.level == Some(Level::Leak));
    }
    let judgement = decider.judgement();
    let of = |level| judgement.alerts.iter().filter(move |alert| alert.level == level).map(|alert| alert.at_s);
    outcome.leak = of(Level::Leak).collect();
    outcome.watch = of(Level::Watch).collect();
    outcome.ends = judgement.level == Some(Level::Leak);
    outcome.verdict = judgement.verdict.name();
    outcome
}

fn report(all: &[Labelled], each: bool) {
    let mut methods: Vec<(String, Vec<Outcome>)> = vec![("watertight".to_owned(), all.iter().map(ours).collect())];
    for (name, method) in baselines::all() {
        methods.push((name, all.iter().map(|series| method(&series.samples)).collect()));
    }
    if each {
        for (series, outcome) in all.iter().zip(&methods[0].1) {
            println!("{}", tally::line(series, outcome));
        }
        println!();
    }
    println!("{:<34}{:>30}{:>30}", "", "counting every leak alert", "state at the end");
    println!("{:<34}{:>30}{:>30}", "", "right false missed prec rec", "right false missed prec rec");
    for (half, title) in [(Some(0), "the half tuned on"), (Some(1), "the half held out"), (None, "all")] {
        println!("{title}");
        for (name, outcomes) in &methods {
            println!("{}", Tally::of(all, outcomes, |series| half.is_none_or(|half| series.half() == half)).row(name));
        }
    }
    println!("\n{}", tally::delays(all, &methods[0].1));
    println!("\nby kind: series of it; called a leak at any time (at the end), by method");
    println!("{}", tally::kinds(all, &methods));
}
