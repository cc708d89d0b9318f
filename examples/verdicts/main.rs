//! How right are the verdicts? Replays labelled series through the decider, and through what others do.
//!
//! `cargo run --release --example verdicts -- DIR…`, where each DIR holds `labels.jsonl` (lines with `name`, `truth`,
//! `kind`, `starts_at_s`) and a `NAME.csv` for each. The series are split in two by a hash of their names: thresholds were
//! chosen on the first half only. With `--each` every series is listed, with `--alone` nothing is compared with,
//! with `--bent` each series is judged in several bent forms as well (with `--each`, what is wrong there is listed).

// Statistics need floating point.
#![allow(clippy::cast_precision_loss, clippy::cast_sign_loss)]

mod baselines;
mod bent;
mod tally;

use bent::Bend;
use rayon::prelude::*;
use std::fs::{File, read_to_string};
use std::io::BufReader;
use std::path::Path;
use std::process::ExitCode;
use tally::{Outcome, Tally};
use watertight::runtime::{Decider, Level, Limits, Sample, Series};

/// What is known of a series.
#[derive(Clone, Debug, serde::Deserialize)]
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
    if folders.is_empty() || flags.iter().any(|flag| !["--each", "--alone", "--bent"].contains(&flag.as_str())) {
        eprintln!("usage: verdicts [--each] [--alone] [--bent] DIR…");
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
    let asked = |name: &str| flags.iter().any(|flag| flag == name);
    if asked("--bent") {
        bends(&all, asked("--each"));
    } else {
        report(&all, asked("--each"), asked("--alone"));
    }
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

/// How far ahead forecasts are tested, seconds; at the end of a series less, and not below two minutes.
const AHEAD_S: f64 = 300.0;

/// Replays a series through the decider. Once a minute a limit is set that will be reached after [`AHEAD_S`]: what is
/// resident then for half a minute at least. The forecast for it is compared with the time it really took.
fn ours(series: &Labelled) -> Outcome {
    let mut decider = Decider::new(Limits::default());
    let mut outcome = Outcome::default();
    let last_s = series.samples.last().map_or(0.0, |sample| sample.at_s);
    let mut asked_s = 0.0;
    for sample in &series.samples {
        let ahead = (last_s - sample.at_s).min(AHEAD_S);
        let floor = |at_s: f64| {
            let near = series.samples.iter().filter(|sample| (at_s - 30.0..=at_s).contains(&sample.at_s));
            near.map(Sample::resident).min().unwrap_or(0)
        };
        let ask = ahead >= 120.0 && sample.at_s - asked_s >= 60.0;
        if ask {
            // What is held now and not for long does not count: the forecast is of the floor.
            let limit = floor(sample.at_s + ahead) + sample.resident() - floor(sample.at_s);
            decider.set_limits(Limits { user: Some(limit), ..Limits::default() });
        }
        let judgement = decider.push(*sample);
        if let Some(in_s) =
            judgement.forecast.filter(|_| ask && judgement.level == Some(Level::Leak)).and_then(|forecast| forecast.in_s)
        {
            asked_s = sample.at_s;
            outcome.forecasts.push((sample.at_s, in_s / ahead - 1.0));
        }
        decider.set_limits(Limits::default());
    }
    let judgement = decider.judgement();
    let of = |level| judgement.alerts.iter().filter(move |alert| alert.level == level).map(|alert| alert.at_s);
    outcome.leak = of(Level::Leak).collect();
    outcome.watch = of(Level::Watch).collect();
    outcome.ends = judgement.level == Some(Level::Leak);
    outcome.verdict = judgement.verdict.name();
    outcome
}

/// A row for each way to bend the series, and one for all of them together.
fn bends(all: &[Labelled], each: bool) {
    println!("{:<34}{:>30}{:>30}{:>20}", "", "counting every leak alert", "state at the end", "medians");
    println!(
        "{:<34}{:>30}{:>30}{:>10}{:>10}",
        "", "right false missed prec rec", "right false missed prec rec", "watch s", "leak s"
    );
    let (mut forms, mut said) = (Vec::new(), Vec::new());
    for bend in Bend::ALL {
        let bent: Vec<_> = all.iter().map(|series| bend.of(series)).collect();
        let outcomes: Vec<_> = bent.par_iter().map(ours).collect();
        println!("{}{}", Tally::of(&bent, &outcomes, |_| true).row(&bend.name()), tally::waits(&bent, &outcomes));
        for (series, outcome) in bent.iter().zip(&outcomes).filter(|(series, outcome)| each && tally::is_wrong(series, outcome)) {
            println!("      {}", tally::line(series, outcome));
        }
        forms.extend(bent);
        said.extend(outcomes);
    }
    println!("{}{}", Tally::of(&forms, &said, |_| true).row("together"), tally::waits(&forms, &said));
}

fn report(all: &[Labelled], each: bool, alone: bool) {
    let mut methods: Vec<(String, Vec<Outcome>)> = vec![("watertight".to_owned(), all.iter().map(ours).collect())];
    for (name, method) in baselines::all().into_iter().filter(|_| !alone) {
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
