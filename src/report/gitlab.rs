use super::Context;
use super::place::Places;
use crate::finding::{Report, Scanned, Severity, fingerprints, hash};
use serde::Serialize;
use std::io::{self, Write};

/// A Code Quality report, as GitLab reads it: <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>.
///
/// # Errors
/// What `out` says.
pub fn write(out: &mut dyn Write, report: &Report, context: &Context<'_>) -> io::Result<()> {
    let issues: Vec<Issue<'_>> = report.files.iter().flat_map(|file| issues(file, context)).collect();
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    writeln!(out)
}

fn issues<'a>(file: &'a Scanned, context: &Context<'_>) -> Vec<Issue<'a>> {
    let places = Places::new(file);
    let path = context.rooted(&file.path);
    let each = file.findings.iter().zip(fingerprints(file)).map(|(finding, name)| {
        let (start, end) = places.range(finding.primary.span);
        Issue {
            description: &finding.message,
            check_name: &finding.rule,
            // GitLab asks that a fingerprint be unique in the whole report.
            fingerprint: format!("{:016x}", hash([path.as_str(), name.as_str()])),
            severity: match finding.severity {
                Severity::High => "critical",
                Severity::Medium => "major",
                Severity::Low => "minor",
            },
            location: Location { path: path.clone(), lines: Range { begin: start.line, end: end.line } },
        }
    });
    each.collect()
}

#[derive(Serialize)]
struct Issue<'a> {
    description: &'a str,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Range,
}

#[derive(Serialize)]
struct Range {
    begin: u32,
    end: u32,
}
