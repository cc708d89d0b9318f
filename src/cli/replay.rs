use super::flags::Colour;
use super::output::{emit, mention, paint, width};
use super::time::some_time;
use crate::runtime::{Decider, Judgement, Level, Limits, Sample, Series, WINDOW_S, plot, words};
use crate::scan::memory;
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::fmt::Write;
use std::fs::File;
use std::io::{BufReader, Read, stdin};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// No saved run is larger, in bytes.
const LARGEST_RUN: u64 = 16 << 20;

/// What `replay` understands.
#[derive(Debug, Args)]
pub struct Replay {
    /// A recording, or a CSV with the columns `seconds,rss_anon_kib,rss_file_kib,rss_shmem_kib,swap_kib,vsz_kib,threads,fds`
    /// (-1: not known); `-` reads the standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// How to write what comes out
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// A limit on the memory of the process, such as 512M or 2GiB: say when it will be reached
    #[arg(long, value_name = "SIZE", value_parser = memory)]
    limit: Option<u64>,
    /// Time in which a leak must show itself; a shorter one is quicker and less sure [default: that of the recording, or 300s]
    #[arg(long, value_name = "TIME", value_parser = some_time)]
    window: Option<Duration>,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    color: Colour,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For reading: a line whenever the verdict changes, and a summary
    Human,
    /// For a program: one document at the end
    Json,
    /// For a program: a line for every sample
    Jsonl,
}

/// The verdict after a sample, as a line of JSON.
#[derive(Debug, Serialize)]
struct Step<'a> {
    at_s: f64,
    #[serde(flatten)]
    judgement: &'a Judgement,
}

/// The last verdict, as a document.
#[derive(Debug, Serialize)]
struct Document<'a> {
    version: u32,
    samples: usize,
    window_s: f64,
    from_s: f64,
    to_s: f64,
    #[serde(flatten)]
    judgement: &'a Judgement,
}

/// Replays a recorded series through the detectors.
pub fn replay(asked: &Replay) -> Result<u8, String> {
    let series = read(&asked.file)?;
    if let Some(line) = series.torn {
        mention(&format!(
            "note: `{}`: line {line}, the last, was not written to its end, and is left out\n",
            asked.file.display()
        ));
    }
    let recorded = series.origin.as_ref().and_then(|origin| origin.window_s);
    let window_s = asked.window.map(|window| window.as_secs_f64()).or(recorded).unwrap_or(WINDOW_S);
    let mut decider = Decider::with_window(Limits { user: asked.limit, ..Limits::default() }, window_s);
    let text = match asked.format {
        Format::Human => human(&series, &mut decider, asked.color),
        Format::Json => json(&series, &mut decider, window_s)?,
        Format::Jsonl => {
            // Every step is written as it comes: a long series would be a long text.
            emit(None, |out| {
                for sample in &series.samples {
                    serde_json::to_writer(&mut *out, &Step { at_s: sample.at_s, judgement: decider.push(*sample) })?;
                    out.write_all(b"\n")?;
                }
                Ok(())
            })?;
            return Ok(0);
        }
    };
    emit(None, |out| out.write_all(text.as_bytes()))?;
    Ok(0)
}

fn read(path: &Path) -> Result<Series, String> {
    let read = if path == Path::new("-") {
        Series::read(stdin().lock())
    } else {
        let file = File::open(path).map_err(|error| format!("`{}` cannot be read: {error}", path.display()))?;
        Series::read(BufReader::new(file))
    };
    read.map_err(|error| {
        if is_saved(path) {
            return format!("`{}` is a saved run, which holds no samples; record with `--record` to replay", path.display());
        }
        format!("`{}`: {error}", path.display())
    })
}

/// Whether a file is what `--save` writes: people take it for a recording.
fn is_saved(path: &Path) -> bool {
    let document = File::open(path).ok().and_then(|file| {
        let file = BufReader::new(file.take(LARGEST_RUN));
        serde_json::from_reader::<_, serde_json::Value>(file).ok()
    });
    document.is_some_and(|document| ["target", "processes", "judgement"].iter().all(|key| document.get(key).is_some()))
}

fn json(series: &Series, decider: &mut Decider, window_s: f64) -> Result<String, String> {
    for sample in &series.samples {
        decider.push(*sample);
    }
    let at = |sample: Option<&Sample>| sample.map_or(0.0, |sample| sample.at_s);
    let document = Document {
        version: 1,
        samples: series.samples.len(),
        window_s,
        from_s: at(series.samples.first()),
        to_s: at(series.samples.last()),
        judgement: decider.judgement(),
    };
    serde_json::to_string_pretty(&document).map(|text| text + "\n").map_err(|error| error.to_string())
}

fn human(series: &Series, decider: &mut Decider, colour: Colour) -> String {
    let paint = paint(colour);
    let mut text = String::new();
    let mut before = None;
    for sample in &series.samples {
        let judgement = decider.push(*sample);
        let now = (judgement.level, judgement.verdict);
        if before != Some(now) {
            before = Some(now);
            let level = judgement.level.map_or("", Level::name);
            let size = words::bytes(sample.held());
            let reason = judgement.reasons.first().map_or("", String::as_str);
            let (at, verdict) = (words::span(sample.at_s), judgement.verdict.words());
            let line = format!("{at:>9}  {level:<11}{verdict:<17}{size:>10}  {reason}");
            let _ = writeln!(text, "{}", if judgement.level == Some(Level::Leak) { paint.strong(&line) } else { line });
        }
    }
    let _ = write!(text, "\n{}\n{}", curve(&series.samples), summary(decider.judgement()));
    text
}

/// The curve of what is held, with its scale.
fn curve(samples: &[Sample]) -> String {
    let top = samples.iter().map(Sample::held).max().unwrap_or(0);
    let points = || samples.iter().map(|sample| (sample.at_s, sample.held()));
    let lines = plot(points(), width().saturating_sub(14), 8);
    let mut text = String::new();
    for (at, line) in lines.iter().enumerate() {
        let scale = if at == 0 {
            words::bytes(top)
        } else if at + 1 == lines.len() {
            "0".to_owned()
        } else {
            String::new()
        };
        let _ = writeln!(text, "{scale:>10} {line}");
    }
    let at = |sample: Option<&Sample>| sample.map_or(0.0, |sample| sample.at_s);
    let (from, to) = (at(samples.first()), at(samples.last()));
    let right = width().saturating_sub(14);
    let _ = writeln!(text, "{:>10} {:<10}{:>rest$}", "", words::span(from), words::span(to), rest = right.saturating_sub(10));
    text
}

/// The last verdict in the words of the other reports.
fn summary(judgement: &Judgement) -> String {
    judgement.lines().iter().fold(String::new(), |text, (name, line)| format!("{text}{name:<14} {line}\n"))
}
