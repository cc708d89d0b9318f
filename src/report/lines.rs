use super::Context;
use super::json::{Trouble, counts, entries};
use crate::finding::Report;
use serde::Serialize;
use std::io::{self, Write};

/// One JSON object a line, for programs that read while others write: each finding, each problem, and a summary at the end.
///
/// What `type` says is in an object is what the same thing is in the `json` format.
///
/// # Errors
/// What `out` says.
pub fn write(out: &mut dyn Write, report: &Report, context: &Context<'_>) -> io::Result<()> {
    for file in &report.files {
        for entry in entries(file) {
            line(out, "finding", &entry)?;
        }
    }
    for problem in &report.problems {
        line(out, "problem", &Trouble::from(problem))?;
    }
    line(out, "summary", &End { counts: counts(report), exit_code: context.exit })
}

fn line(out: &mut dyn Write, kind: &'static str, body: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &Line { kind, body })?;
    writeln!(out)
}

#[derive(Serialize)]
struct Line<'a, T> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    body: &'a T,
}

#[derive(Serialize)]
struct End {
    #[serde(flatten)]
    counts: super::json::Summary,
    exit_code: u8,
}
