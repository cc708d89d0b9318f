use super::Context;
use super::place::Places;
use super::xml::{clean, document};
use crate::finding::{Report, Scanned, Severity};
use quick_xml::Writer;
use std::io::{self, Write};

/// Checkstyle's XML, which many CI servers and editors read.
///
/// # Errors
/// What `out` says.
pub fn write(out: &mut dyn Write, report: &Report, _: &Context<'_>) -> io::Result<()> {
    document(out, |xml| {
        // The version is that of the format: the tool that defined it.
        let root = xml.create_element("checkstyle").with_attribute(("version", "4.3"));
        root.write_inner_content(|xml| report.files.iter().try_for_each(|file| written(xml, file)))?;
        Ok(())
    })
}

fn written(xml: &mut Writer<&mut dyn Write>, file: &Scanned) -> io::Result<()> {
    let places = Places::new(file);
    let element = xml.create_element("file").with_attribute(("name", clean(&file.path).as_ref()));
    element.write_inner_content(|xml| {
        for finding in &file.findings {
            let at = places.start(finding.primary.span);
            let severity = match finding.severity {
                Severity::High => "error",
                Severity::Medium => "warning",
                Severity::Low => "info",
            };
            xml.create_element("error")
                .with_attribute(("line", at.line.to_string().as_str()))
                .with_attribute(("column", at.column.to_string().as_str()))
                .with_attribute(("severity", severity))
                .with_attribute(("message", clean(&finding.message).as_ref()))
                .with_attribute(("source", format!("watertight.{}", finding.rule).as_str()))
                .write_empty()?;
        }
        Ok(())
    })?;
    Ok(())
}
