use super::Context;
use super::place::Places;
use super::wrap::flat;
use crate::finding::{Finding, Fix, Mark, Report, Severity};
use crate::source::Span;
use serde::Serialize;
use std::io::{self, Write};

/// Reviewdog's Diagnostic Format: <https://github.com/reviewdog/reviewdog/tree/master/proto/rdf>.
///
/// Its columns count UTF-8 bytes from 1, and an end is the place behind the last byte.
///
/// # Errors
/// What `out` says.
pub fn write(out: &mut dyn Write, report: &Report, _: &Context<'_>) -> io::Result<()> {
    let diagnostics = report.files.iter().flat_map(|file| {
        let places = Places::new(file);
        file.findings.iter().map(|finding| diagnostic(&file.path, finding, &places)).collect::<Vec<_>>()
    });
    let source = Source { name: env!("CARGO_PKG_NAME") };
    serde_json::to_writer_pretty(&mut *out, &Document { source, diagnostics: diagnostics.collect() })?;
    writeln!(out)
}

fn diagnostic<'a>(path: &'a str, finding: &'a Finding, places: &Places<'_>) -> Diagnostic<'a> {
    let related = |mark: &'a Mark| Related { message: &mark.label, location: Location::new(path, mark.span, places) };
    Diagnostic {
        message: format!("{}\n{}\nTo do: {}", finding.message, flat(&finding.risk), flat(&finding.recommendation)),
        location: Location::new(path, finding.primary.span, places),
        severity: match finding.severity {
            Severity::High => "ERROR",
            Severity::Medium => "WARNING",
            Severity::Low => "INFO",
        },
        code: Code { value: &finding.rule },
        related_locations: finding.related.iter().map(related).collect(),
        // A suggestion stands for itself and is taken with one click, so it is none unless one edit does it all.
        suggestions: finding.fix.iter().filter_map(|fix| suggestion(fix, places)).collect(),
    }
}

fn suggestion<'a>(fix: &'a Fix, places: &Places<'_>) -> Option<Suggestion<'a>> {
    let [edit] = fix.edits.as_slice() else { return None };
    Some(Suggestion { range: Range::new(edit.span, places), text: &edit.text })
}

#[derive(Serialize)]
struct Document<'a> {
    source: Source,
    diagnostics: Vec<Diagnostic<'a>>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    message: String,
    location: Location<'a>,
    severity: &'static str,
    code: Code<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Related<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion<'a>>,
}

#[derive(Serialize)]
struct Suggestion<'a> {
    range: Range,
    text: &'a str,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    range: Range,
}

impl<'a> Location<'a> {
    fn new(path: &'a str, span: Span, places: &Places<'_>) -> Self {
        Self { path, range: Range::new(span, places) }
    }
}

#[derive(Serialize)]
struct Range {
    start: Point,
    end: Point,
}

impl Range {
    fn new(span: Span, places: &Places<'_>) -> Self {
        let span = places.fit(span);
        Self { start: point(span.start, places), end: point(span.end, places) }
    }
}

#[derive(Serialize)]
struct Point {
    line: u32,
    column: u32,
}

fn point(offset: u32, places: &Places<'_>) -> Point {
    let line = places.lines.line(offset);
    Point { line, column: offset - places.lines.span(places.text, line).start + 1 }
}
