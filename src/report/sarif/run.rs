use super::BASE;
use super::driver::tool;
use super::results::{artifact, results};
use crate::finding::{Problem, ProblemKind, Report};
use crate::report::uri::folder;
use crate::report::{Context, levels};
use serde_sarif::sarif::{
    ArtifactLocation, Invocation, Location, Message, Notification, PhysicalLocation, ReportingDescriptorReference,
    Result as Entry, Run, RunAutomationDetails, SCHEMA_URL, Sarif,
};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Writes the report as one SARIF log with one run.
///
/// # Errors
/// What `out` says.
pub fn write(out: &mut dyn Write, report: &Report, context: &Context<'_>) -> io::Result<()> {
    let root = ArtifactLocation::builder().uri(folder(context.root)).build();
    let results = all(report, context);
    let left_out = report.findings().count() - results.len();
    let run = Run::builder()
        .tool(tool(context.rules))
        .invocations(vec![invocation(report, context, left_out)])
        .original_uri_base_ids(BTreeMap::from([(BASE.to_owned(), root)]))
        .column_kind("unicodeCodePoints")
        .results(results)
        .automation_details(RunAutomationDetails::builder().id(context.category).build())
        .build();
    let log = Sarif::builder().schema(SCHEMA_URL).version("2.1.0").runs(vec![run]).build();
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

/// Code scanning refuses a log with more results.
const MOST: usize = 25_000;

/// How many results of each severity the log still takes; the most severe come first.
fn room(report: &Report, most: usize) -> [usize; 3] {
    let mut left = most;
    // `levels` counts from the most severe, and a severity's number from the least.
    let [high, medium, low] = levels(report).map(|count| {
        let taken = count.min(left);
        left -= taken;
        taken
    });
    [low, medium, high]
}

/// The results of all files, without the least severe where there are too many.
fn all(report: &Report, context: &Context<'_>) -> Vec<Entry> {
    let mut room = room(report, MOST);
    let each = report.files.iter().flat_map(|file| results(file, context).into_iter().zip(&file.findings));
    let kept = each.filter(|(_, finding)| {
        let room = &mut room[finding.severity as usize];
        let fits = *room > 0;
        *room = room.saturating_sub(1);
        fits
    });
    kept.map(|(entry, _)| entry).collect()
}

fn invocation(report: &Report, context: &Context<'_>, left_out: usize) -> Invocation {
    let mut told: Vec<_> = report.problems.iter().map(|problem| notification(problem, context)).collect();
    if left_out > 0 {
        let text = format!("{left_out} of the least severe results were left out, because code scanning accepts {MOST} at most.");
        told.push(Notification::builder().level("warning").message(Message::builder().text(text).build()).build());
    }
    Invocation::builder()
        .execution_successful(context.exit < 2)
        .exit_code(i64::from(context.exit))
        .working_directory(ArtifactLocation::builder().uri(folder(context.cwd)).build())
        .tool_execution_notifications(told)
        .build()
}

fn notification(problem: &Problem, context: &Context<'_>) -> Notification {
    let Problem { path, kind, message, remedy } = problem;
    let level = match kind {
        ProblemKind::Missing | ProblemKind::Unreadable | ProblemKind::Internal => "error",
        ProblemKind::NoFiles | ProblemKind::Stale => "note",
        _ => "warning",
    };
    let physical = PhysicalLocation::builder().artifact_location(artifact(&context.rooted(path))).build();
    Notification::builder()
        .level(level)
        .message(Message::builder().text(format!("{path}: {message}; {remedy}.")).build())
        .descriptor(ReportingDescriptorReference::builder().id(kind.name()).build())
        .locations(vec![Location::builder().physical_location(physical).build()])
        .build()
}

#[cfg(test)]
mod tests {
    use super::room;
    use crate::finding::{Finding, Mark, Report, Role, Scanned, Severity};
    use crate::source::Span;

    #[test]
    fn the_least_severe_give_way() {
        let of = |severity, count| {
            let mut finding = Finding::new("x", "x", Mark::new(Role::Acquire, Span::default(), ""));
            finding.severity = severity;
            vec![finding; count]
        };
        let findings = [of(Severity::Low, 4), of(Severity::High, 2), of(Severity::Medium, 3)].concat();
        let file = Scanned { path: String::new(), text: "".into(), findings };
        let report = Report { files: vec![file], ..Report::default() };
        assert_eq!(room(&report, 4), [0, 2, 2]);
        assert_eq!(room(&report, 6), [1, 3, 2]);
        assert_eq!(room(&report, 99), [4, 3, 2]);
    }
}
