use super::Context;
use super::place::Places;
use super::tame::tamed;
use crate::finding::{Report, Safety};
use std::io::{self, Write};

/// One line a finding, `path:line:column: severity[rule] message`, as editors and `grep` read it; `[*]` stands behind what
/// `--fix` ends.
///
/// # Errors
/// What `out` says.
pub fn write(out: &mut dyn Write, report: &Report, _: &Context<'_>) -> io::Result<()> {
    for file in &report.files {
        let file = &*tamed(file);
        let places = Places::new(file);
        for finding in &file.findings {
            let at = places.start(finding.primary.span);
            let (severity, rule, message) = (finding.severity.name(), &finding.rule, &finding.message);
            let mark = finding.fix.as_ref().filter(|fix| fix.safety == Safety::Safe).map_or("", |_| " [*]");
            writeln!(out, "{}:{}:{}: {severity}[{rule}] {message}{mark}", file.path, at.line, at.column)?;
        }
    }
    Ok(())
}
