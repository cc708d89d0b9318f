use super::sample::Sample;
use serde::{Deserialize, Serialize};
use std::io::{BufRead, Read, Write};
use thiserror::Error;

/// The longest series that is read: at one sample a second, six weeks.
const MOST_SAMPLES: usize = 4_000_000;
/// The longest line that is read, in bytes.
const LONGEST_LINE: u64 = 64 * 1024;
/// A size above this (4 EiB) is a mistake of whoever wrote the file.
const LARGEST: u64 = 1 << 62;
/// The version of the recorded form.
const VERSION: u32 = 1;
/// The columns of the table form: the first two are needed, the rest may be missing or in another order.
const COLUMNS: [&str; 11] = [
    "seconds",
    "rss_anon_kib",
    "rss_file_kib",
    "rss_shmem_kib",
    "swap_kib",
    "vsz_kib",
    "threads",
    "fds",
    "mappings",
    "arenas",
    "heap_kib",
];

/// Where a series comes from: the first line of a recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// The version of the form, 1.
    pub series: u32,
    /// The process, or the first of the tree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// The command line, or the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Where the samples were read: `statm`, `status`, the probe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The window that was asked for when it was recorded, seconds, if it was not the usual one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_s: Option<f64>,
}

impl Default for Origin {
    fn default() -> Self {
        Self { series: VERSION, pid: None, command: None, source: None, window_s: None }
    }
}

/// The samples of one process, in order of time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// Where they come from, if the file said so.
    pub origin: Option<Origin>,
    /// The samples; the time never falls.
    pub samples: Vec<Sample>,
    /// The last line, if whoever wrote it was ended in the middle of it.
    pub torn: Option<usize>,
}

/// Why a series could not be read, and what to do about it.
#[derive(Debug, Error)]
pub enum SeriesError {
    /// The file could not be read.
    #[error("could not be read: {0}")]
    Io(#[from] std::io::Error),
    /// A line that is wrong.
    #[error("line {line}: {fault}; {remedy}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        fault: String,
        /// What to do.
        remedy: String,
    },
    /// The file holds no sample.
    #[error("holds no sample; expected lines of JSON as `--record` writes them, or a CSV with the header `{}`", header())]
    Empty,
}

fn header() -> String {
    COLUMNS[..8].join(",")
}

fn wrong(line: usize, fault: impl Into<String>, remedy: &str) -> SeriesError {
    SeriesError::Line { line, fault: fault.into(), remedy: remedy.to_owned() }
}

impl Series {
    /// Reads what [`Recorder`] wrote, or a table with the header
    /// `seconds,rss_anon_kib,rss_file_kib,rss_shmem_kib,swap_kib,vsz_kib,threads,fds` (and, if there, `mappings`,
    /// `arenas`, `heap_kib`), in which -1 stands for what is not known.
    pub fn read(mut from: impl BufRead) -> Result<Self, SeriesError> {
        let mut series = Self::default();
        let mut columns: Option<Vec<usize>> = None;
        let mut text = Vec::new();
        for line in 1.. {
            text.clear();
            if from.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut text)? == 0 {
                break;
            }
            if text.len() as u64 == LONGEST_LINE {
                return Err(wrong(line, "it is longer than 64 KiB", "this is no series"));
            }
            let Ok(text) = std::str::from_utf8(&text) else {
                return Err(wrong(line, "it is no text", "a series is JSON lines or CSV, in UTF-8"));
            };
            let whole = text.ends_with('\n');
            let text = text.trim_start_matches('\u{feff}').trim();
            if text.is_empty() {
                continue;
            }
            let read = match (&columns, text.starts_with('{')) {
                (None, true) => series.json(line, text),
                (None, false) if series.samples.is_empty() && series.origin.is_none() => {
                    columns = Some(head(line, text)?);
                    Ok(())
                }
                (Some(columns), false) => row(line, text, columns).and_then(|sample| series.add(line, sample)),
                _ => Err(wrong(line, "JSON and CSV lines are mixed", "keep one form a file")),
            };
            // A recording is what is left of a process that was killed, mostly together with whoever recorded it.
            match read {
                Err(_) if !whole && !series.samples.is_empty() => series.torn = Some(line),
                read => read?,
            }
        }
        if series.samples.is_empty() { Err(SeriesError::Empty) } else { Ok(series) }
    }

    fn json(&mut self, line: usize, text: &str) -> Result<(), SeriesError> {
        if self.samples.is_empty() && self.origin.is_none() && text.contains("\"series\"") {
            let origin: Origin = serde_json::from_str(text)
                .map_err(|error| wrong(line, error.to_string(), "the first line says `{\"series\":1}`"))?;
            if origin.series != VERSION {
                return Err(wrong(line, format!("the form has version {}", origin.series), "this program reads version 1"));
            }
            self.origin = Some(origin);
            return Ok(());
        }
        let sample = serde_json::from_str(text).map_err(|error| {
            wrong(line, error.to_string(), "a sample is an object with `at_s` and `anon` at least, sizes in bytes")
        })?;
        self.add(line, sample)
    }

    fn add(&mut self, line: usize, sample: Sample) -> Result<(), SeriesError> {
        if !(sample.at_s.is_finite() && sample.at_s >= 0.0) {
            return Err(wrong(line, format!("`{}` is no time", sample.at_s), "give seconds, from 0 on"));
        }
        let sizes = [sample.anon, sample.file, sample.shmem, sample.swap, sample.virt, sample.heap.unwrap_or(0)];
        if let Some(size) = sizes.into_iter().find(|size| *size > LARGEST) {
            return Err(wrong(line, format!("{size} bytes cannot be"), "check the units: CSV has KiB, JSON has bytes"));
        }
        if let Some(last) = self.samples.last().filter(|last| last.at_s > sample.at_s) {
            let fault = format!("the time goes back from {} to {}", last.at_s, sample.at_s);
            return Err(wrong(line, fault, "sort the lines by time, or cut the file where a new process begins"));
        }
        if self.samples.len() == MOST_SAMPLES {
            let remedy = "replay a part of it, or keep one sample of several";
            return Err(wrong(line, format!("there are more than {MOST_SAMPLES} samples"), remedy));
        }
        self.samples.push(sample);
        Ok(())
    }
}

/// Reads the header: for each column of the file its place in [`COLUMNS`], or beyond for what is not known.
fn head(line: usize, text: &str) -> Result<Vec<usize>, SeriesError> {
    let place = |name: &str| COLUMNS.iter().position(|known| *known == name.trim()).unwrap_or(COLUMNS.len());
    let columns: Vec<usize> = text.split(',').map(place).collect();
    for (needed, name) in COLUMNS.iter().enumerate().take(2) {
        if columns.iter().filter(|column| **column == needed).count() != 1 {
            let fault = format!("the header has not exactly one column `{name}`");
            return Err(wrong(line, fault, &format!("the first line of a CSV is `{}`", header())));
        }
    }
    Ok(columns)
}

fn row(line: usize, text: &str, columns: &[usize]) -> Result<Sample, SeriesError> {
    let mut values = [None; COLUMNS.len()];
    let mut fields = 0;
    for (field, column) in text.split(',').zip(columns) {
        fields += 1;
        if *column < COLUMNS.len() {
            values[*column] = number(line, field.trim(), COLUMNS[*column])?;
        }
    }
    if fields != columns.len() || text.split(',').count() != columns.len() {
        let fault = format!("it has {} fields and the header has {}", text.split(',').count(), columns.len());
        return Err(wrong(line, fault, "write -1 for what is not known"));
    }
    let (Some(at_s), Some(anon)) = (values[0], values[1]) else {
        return Err(wrong(
            line,
            "time or anonymous memory is missing",
            "no verdict is possible without them: leave the line out",
        ));
    };
    let kib = |at: usize| values[at].map(|kib| (kib * 1024.0) as u64);
    let count = |at: usize| values[at].map(|count| count as u32);
    Ok(Sample {
        at_s,
        anon: (anon * 1024.0) as u64,
        file: kib(2).unwrap_or(0),
        shmem: kib(3).unwrap_or(0),
        swap: kib(4).unwrap_or(0),
        virt: kib(5).unwrap_or(0),
        threads: count(6),
        descriptors: count(7),
        mappings: count(8),
        arenas: count(9),
        heap: kib(10),
    })
}

/// A number from 0 on; `None` for what is not known: empty, or -1.
fn number(line: usize, field: &str, name: &str) -> Result<Option<f64>, SeriesError> {
    if field.is_empty() || field == "-1" {
        return Ok(None);
    }
    match field.parse::<f64>() {
        Ok(value) if (0.0..=LARGEST as f64).contains(&value) => Ok(Some(value)),
        _ => Err(wrong(
            line,
            format!("`{field}` is no value for `{name}`"),
            "write a number from 0 on, or -1 for what is not known",
        )),
    }
}

/// Writes a series while it is taken, a line a sample, so that what was seen survives whatever ends the program.
#[derive(Debug)]
pub struct Recorder<W: Write> {
    out: W,
}

impl<W: Write> Recorder<W> {
    /// Begins a recording with its first line.
    pub fn new(mut out: W, origin: &Origin) -> std::io::Result<Self> {
        serde_json::to_writer(&mut out, origin)?;
        out.write_all(b"\n")?;
        Ok(Self { out })
    }

    /// Adds a sample.
    pub fn push(&mut self, sample: &Sample) -> std::io::Result<()> {
        // In one piece, so that who reads meanwhile finds whole lines.
        let mut line = serde_json::to_vec(sample)?;
        line.push(b'\n');
        self.out.write_all(&line)
    }

    /// Hands on what the writer still holds.
    pub fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}
