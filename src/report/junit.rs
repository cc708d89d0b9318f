use super::Context;
use super::place::Places;
use super::wrap::flat;
use super::xml::{clean, document};
use crate::finding::{Finding, Problem, Report, Scanned};
use quick_xml::Writer;
use quick_xml::events::BytesText;
use std::io::{self, Write};

/// The XML of `JUnit`: a suite for each file, a failed case for each finding, an error for each problem.
///
/// A clean run is one case that passed, because consumers take a report without cases for a run that broke.
///
/// # Errors
/// What `out` says.
pub fn write(out: &mut dyn Write, report: &Report, context: &Context<'_>) -> io::Result<()> {
    let failures = report.findings().count();
    let errors = report.problems.len();
    document(out, |xml| {
        let root = xml.create_element("testsuites").with_attribute(("name", env!("CARGO_PKG_NAME")));
        let root = root.with_attribute(("tests", (failures + errors).max(1).to_string().as_str()));
        let root = root.with_attribute(("failures", failures.to_string().as_str()));
        let root = root.with_attribute(("errors", errors.to_string().as_str()));
        let root = match context.seconds {
            Some(seconds) => root.with_attribute(("time", format!("{seconds:.3}").as_str())),
            None => root,
        };
        root.write_inner_content(|xml| {
            report.files.iter().try_for_each(|file| suite(xml, file))?;
            if errors > 0 {
                troubles(xml, &report.problems)?;
            }
            if failures + errors == 0 { passed(xml, report.scanned) } else { Ok(()) }
        })?;
        Ok(())
    })
}

type Xml<'a> = Writer<&'a mut dyn Write>;

fn suite(xml: &mut Xml<'_>, file: &Scanned) -> io::Result<()> {
    let places = Places::new(file);
    group(xml, &file.path, file.findings.len(), 0, |xml| {
        file.findings.iter().try_for_each(|finding| case(xml, &file.path, finding, &places))
    })
}

/// A suite with its counts.
fn group(
    xml: &mut Xml<'_>,
    name: &str,
    failures: usize,
    errors: usize,
    body: impl FnOnce(&mut Xml<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let tests = (failures + errors).max(1).to_string();
    let suite = xml.create_element("testsuite").with_attribute(("name", clean(name).as_ref()));
    let suite = suite.with_attribute(("tests", tests.as_str()));
    let suite = suite.with_attribute(("failures", failures.to_string().as_str()));
    let suite = suite.with_attribute(("errors", errors.to_string().as_str()));
    suite.write_inner_content(body)?;
    Ok(())
}

fn case(xml: &mut Xml<'_>, path: &str, finding: &Finding, places: &Places<'_>) -> io::Result<()> {
    let at = places.start(finding.primary.span);
    let name = format!("{}:{}:{}", finding.rule, at.line, at.column);
    let body = format!("{path}:{}:{}\n{}\n{}", at.line, at.column, flat(&finding.risk), flat(&finding.recommendation));
    let case = xml.create_element("testcase").with_attribute(("name", name.as_str()));
    let case = case.with_attribute(("classname", clean(path).as_ref())).with_attribute(("file", clean(path).as_ref()));
    let case = case.with_attribute(("line", at.line.to_string().as_str()));
    case.write_inner_content(|xml| {
        let failure = xml.create_element("failure").with_attribute(("message", clean(&finding.message).as_ref()));
        let failure = failure.with_attribute(("type", finding.severity.name()));
        failure.write_text_content(BytesText::new(&clean(&body)))?;
        Ok(())
    })?;
    Ok(())
}

fn troubles(xml: &mut Xml<'_>, problems: &[Problem]) -> io::Result<()> {
    group(xml, "problems", 0, problems.len(), |xml| {
        for problem in problems {
            let case = xml.create_element("testcase").with_attribute(("name", problem.kind.name()));
            let case = case.with_attribute(("classname", clean(&problem.path).as_ref()));
            case.write_inner_content(|xml| {
                let text = format!("{}; {}", problem.message, problem.remedy);
                let error = xml.create_element("error").with_attribute(("message", clean(&text).as_ref()));
                error.with_attribute(("type", problem.kind.name())).write_empty()?;
                Ok(())
            })?;
        }
        Ok(())
    })
}

fn passed(xml: &mut Xml<'_>, files: usize) -> io::Result<()> {
    group(xml, env!("CARGO_PKG_NAME"), 0, 0, |xml| {
        let name = format!("{files} {} without findings", if files == 1 { "file" } else { "files" });
        xml.create_element("testcase")
            .with_attribute(("name", name.as_str()))
            .with_attribute(("classname", "watertight"))
            .write_empty()?;
        Ok(())
    })
}
