use super::BASE;
use super::driver::tool;
use super::results::{artifact, results};
use crate::finding::{Problem, ProblemKind, Report};
use crate::report::Context;
use crate::report::uri::folder;
use serde_sarif::sarif::{
    ArtifactLocation, Invocation, Location, Message, Notification, PhysicalLocation, ReportingDescriptorReference, Run,
    SCHEMA_URL, Sarif,
};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Writes the report as one SARIF log with one run.
///
/// # Errors
/// What `out` says.
pub fn write(out: &mut dyn Write, report: &Report, context: &Context<'_>) -> io::Result<()> {
    let root = ArtifactLocation::builder().uri(folder(context.root)).build();
    let run = Run::builder()
        .tool(tool(context.rules))
        .invocations(vec![invocation(report, context, root.clone())])
        .original_uri_base_ids(BTreeMap::from([(BASE.to_owned(), root)]))
        .column_kind("unicodeCodePoints")
        .results(report.files.iter().flat_map(|file| results(file, context.rules)).collect::<Vec<_>>())
        .build();
    let log = Sarif::builder().schema(SCHEMA_URL).version("2.1.0").runs(vec![run]).build();
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

fn invocation(report: &Report, context: &Context<'_>, root: ArtifactLocation) -> Invocation {
    Invocation::builder()
        .execution_successful(context.exit < 2)
        .exit_code(i64::from(context.exit))
        .working_directory(root)
        .tool_execution_notifications(report.problems.iter().map(notification).collect::<Vec<_>>())
        .build()
}

fn notification(problem: &Problem) -> Notification {
    let Problem { path, kind, message, remedy } = problem;
    let level = match kind {
        ProblemKind::Missing | ProblemKind::Unreadable | ProblemKind::Internal => "error",
        ProblemKind::NoFiles => "note",
        _ => "warning",
    };
    let physical = PhysicalLocation::builder().artifact_location(artifact(path)).build();
    Notification::builder()
        .level(level)
        .message(Message::builder().text(format!("{path}: {message}; {remedy}.")).build())
        .descriptor(ReportingDescriptorReference::builder().id(kind.name()).build())
        .locations(vec![Location::builder().physical_location(physical).build()])
        .build()
}
