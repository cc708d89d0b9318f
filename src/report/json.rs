use super::place::Places;
use super::{Context, levels};
use crate::finding::{Evidence, Finding, Fix, Mark, Problem, Report, Scanned, Stance, fingerprints};
use crate::source::{Position, Span};
use serde::Serialize;
use std::io::{self, Write};

/// The whole report as one JSON document.
///
/// The form is this file's own: it changes only with `version`. Lines and columns count from 1, columns in Unicode scalar
/// values; offsets count UTF-8 bytes from 0 in the decoded text, without a byte order mark; an end is the place behind the
/// last character.
///
/// # Errors
/// What `out` says.
pub fn write(out: &mut dyn Write, report: &Report, context: &Context<'_>) -> io::Result<()> {
    let document = Document {
        version: 1,
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        summary: counts(report),
        exit_code: context.exit,
        findings: report.files.iter().flat_map(entries).collect(),
        problems: report.problems.iter().map(Trouble::from).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// How much was looked at and found.
pub(super) fn counts(report: &Report) -> Summary {
    let [high, medium, low] = levels(report);
    Summary {
        files: report.scanned,
        findings: high + medium + low,
        high,
        medium,
        low,
        hidden: report.hidden,
        accepted: report.accepted,
        earlier: report.earlier,
        generated: report.generated,
        fixed: report.fixed,
    }
}

/// The findings of a file.
pub(super) fn entries(file: &Scanned) -> Vec<Entry<'_>> {
    let places = Places::new(file);
    let names = fingerprints(file);
    file.findings.iter().zip(names).map(|(finding, name)| entry(&file.path, finding, name, &places)).collect()
}

fn entry<'a>(path: &'a str, finding: &'a Finding, fingerprint: String, places: &Places<'_>) -> Entry<'a> {
    let marks = |marks: &'a [Mark]| marks.iter().map(|mark| Labelled::new(mark, places)).collect();
    Entry {
        rule: &finding.rule,
        severity: finding.severity.name(),
        confidence: finding.confidence.value(),
        message: &finding.message,
        path,
        location: Labelled::new(&finding.primary, places),
        symbol: &finding.symbol,
        related: marks(&finding.related),
        flow: marks(&finding.path),
        pattern: &finding.pattern,
        risk: &finding.risk,
        recommendation: &finding.recommendation,
        evidence: finding.evidence.iter().map(|piece| Clue::new(piece, places)).collect(),
        fingerprint,
        fix: finding.fix.as_ref().map(|fix| Repair::new(fix, places)),
    }
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    summary: Summary,
    exit_code: u8,
    findings: Vec<Entry<'a>>,
    problems: Vec<Trouble<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
pub(super) struct Summary {
    files: usize,
    findings: usize,
    high: usize,
    medium: usize,
    low: usize,
    hidden: usize,
    accepted: usize,
    earlier: usize,
    generated: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed: Option<usize>,
}

#[derive(Serialize)]
pub(super) struct Entry<'a> {
    rule: &'a str,
    severity: &'static str,
    confidence: f64,
    message: &'a str,
    path: &'a str,
    location: Labelled<'a>,
    symbol: &'a str,
    related: Vec<Labelled<'a>>,
    flow: Vec<Labelled<'a>>,
    pattern: &'a str,
    risk: &'a str,
    recommendation: &'a str,
    evidence: Vec<Clue<'a>>,
    fingerprint: String,
    fix: Option<Repair<'a>>,
}

/// What would end the finding.
#[derive(Serialize)]
struct Repair<'a> {
    applicability: &'static str,
    message: &'a str,
    edits: Vec<Change<'a>>,
}

/// A text that takes the place of a range.
#[derive(Serialize)]
struct Change<'a> {
    #[serde(flatten)]
    range: Range,
    content: &'a str,
}

impl<'a> Repair<'a> {
    fn new(fix: &'a Fix, places: &Places<'_>) -> Self {
        let edits = fix.edits.iter().map(|edit| Change { range: Range::new(edit.span, places), content: &edit.text });
        Self { applicability: fix.safety.name(), message: &fix.title, edits: edits.collect() }
    }
}

#[derive(Serialize)]
struct Labelled<'a> {
    role: crate::finding::Role,
    label: &'a str,
    #[serde(flatten)]
    range: Range,
}

impl<'a> Labelled<'a> {
    fn new(mark: &'a Mark, places: &Places<'_>) -> Self {
        Self { role: mark.role, label: &mark.label, range: Range::new(mark.span, places) }
    }
}

#[derive(Serialize)]
struct Clue<'a> {
    stance: &'static str,
    weight: crate::finding::Weight,
    text: &'a str,
    location: Option<Range>,
}

impl<'a> Clue<'a> {
    fn new(piece: &'a Evidence, places: &Places<'_>) -> Self {
        let stance = if piece.stance == Stance::For { "for" } else { "against" };
        let location = piece.span.map(|span| Range::new(span, places));
        Self { stance, weight: piece.weight, text: &piece.text, location }
    }
}

#[derive(Serialize)]
struct Range {
    start: Point,
    end: Point,
}

impl Range {
    fn new(span: Span, places: &Places<'_>) -> Self {
        let (start, end) = places.range(span);
        let span = places.fit(span);
        Self { start: Point::new(start, span.start), end: Point::new(end, span.end) }
    }
}

#[derive(Serialize)]
struct Point {
    line: u32,
    column: u32,
    offset: u32,
}

impl Point {
    fn new(at: Position, offset: u32) -> Self {
        Self { line: at.line, column: at.column, offset }
    }
}

#[derive(Serialize)]
pub(super) struct Trouble<'a> {
    path: &'a str,
    kind: &'static str,
    message: &'a str,
    remedy: &'a str,
}

impl<'a> From<&'a Problem> for Trouble<'a> {
    fn from(problem: &'a Problem) -> Self {
        Self { path: &problem.path, kind: problem.kind.name(), message: &problem.message, remedy: &problem.remedy }
    }
}
