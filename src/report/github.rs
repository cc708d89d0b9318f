use super::Context;
use super::place::Places;
use super::tame::tamed;
use super::wrap::flat;
use crate::finding::{Report, Severity};
use std::io::{self, Write};

/// One workflow command a finding, which GitHub Actions shows as an annotation beside the line:
/// `::error file=…,line=…::message`.
///
/// # Errors
/// What `out` says.
pub fn write(out: &mut dyn Write, report: &Report, context: &Context<'_>) -> io::Result<()> {
    for file in &report.files {
        let file = &*tamed(file);
        let places = Places::new(file);
        let path = property(&context.rooted(&file.path));
        for finding in &file.findings {
            let command = match finding.severity {
                Severity::High => "error",
                Severity::Medium => "warning",
                Severity::Low => "notice",
            };
            let (start, end) = places.range(places.first_line(finding.primary.span));
            write!(out, "::{command} title={},", property(&format!("watertight ({})", finding.rule)))?;
            write!(out, "file={path},line={},col={},endLine={},endColumn={}::", start.line, start.column, end.line, end.column)?;
            let text = format!("{}\n{}\nTo do: {}", finding.message, flat(&finding.risk), flat(&finding.recommendation));
            writeln!(out, "{}", data(&text))?;
        }
    }
    Ok(())
}

/// The text of a command: its line ends with the line, so a line break has to be written in another way.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, in which the signs that separate properties have to be written in another way as well.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
