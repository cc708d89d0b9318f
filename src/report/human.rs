use super::place::Places;
use super::snippet::Snippet;
use super::tame::tamed;
use super::wrap::wrap;
use super::{Context, Paint};
use crate::finding::{Finding, Mark, Report, Role, Safety, Severity, Stance};
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};
use std::fmt;
use std::io::{self, Write};

/// Every finding with its source, what speaks for and against it, and the remedy.
///
/// # Errors
/// What `out` says.
pub fn write(out: &mut dyn Write, report: &Report, context: &Context<'_>) -> io::Result<()> {
    let theme = if context.colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let printer = GraphicalReportHandler::new_themed(theme).with_width(context.width).with_links(false).without_cause_chain();
    for file in &report.files {
        let file = &*tamed(file);
        let places = Places::new(file);
        for finding in &file.findings {
            let shown = Shown { finding, source: Snippet { path: &file.path, places: &places } };
            let mut text = String::new();
            if printer.render_report(&mut text, &shown).is_err() {
                text = format!("{}\n", finding.message);
            }
            out.write_all(text.as_bytes())?;
            if shown.source_code().is_none() {
                let at = places.start(finding.primary.span);
                writeln!(out, "   ╭─[{}:{}:{}] (its lines are too long to print)", file.path, at.line, at.column)?;
            }
            out.write_all(reasons(finding, &places, context).as_bytes())?;
            writeln!(out)?;
        }
    }
    Ok(())
}

/// What stands below the source.
fn reasons(finding: &Finding, places: &Places<'_>, context: &Context<'_>) -> String {
    let paint = Paint(context.colour);
    let mut text = String::new();
    let mut part = |name: &str, sign: &str, body: &str| {
        if !body.is_empty() {
            let wrapped = wrap(&format!("  {name:<10} {sign}"), body, context.width);
            // The name is coloured last, so that wrapping need not know of colours.
            text.push_str("  ");
            text.push_str(&paint.strong(name));
            text.push_str(&wrapped[2 + name.len()..]);
        }
    };
    part("pattern", "", &finding.pattern);
    part("risk", "", &finding.risk);
    for (index, piece) in finding.evidence.iter().enumerate() {
        let name = if index == 0 { "evidence" } else { "" };
        let sign = if piece.stance == Stance::For { "+ " } else { "- " };
        let place = piece.span.map(|span| format!(" (line {})", places.start(span).line)).unwrap_or_default();
        part(name, sign, &format!("{}{place}", piece.text));
    }
    part("remedy", "", &finding.recommendation);
    if let Some(fix) = &finding.fix {
        let (sign, flags) = match fix.safety {
            Safety::Safe => ("[*] ", "--fix"),
            Safety::Unsafe => ("", "--fix --unsafe-fixes"),
        };
        part("fix", "", &format!("{sign}{} ({flags})", fix.title));
    }
    part("confidence", "", &format!("{:.2}", finding.confidence.value()));
    text
}

/// A finding as miette wants to see it.
struct Shown<'a> {
    finding: &'a Finding,
    source: Snippet<'a>,
}

impl Shown<'_> {
    /// The places to label, each once, the primary one first.
    fn marks(&self) -> Vec<&Mark> {
        let finding = self.finding;
        let mut marks = vec![&finding.primary];
        for mark in finding.related.iter().chain(&finding.path) {
            if !marks.iter().any(|known| known.span == mark.span) {
                marks.push(mark);
            }
        }
        marks
    }
}

impl Diagnostic for Shown<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(format!("{} ({})", self.finding.rule, self.finding.severity.name())))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.finding.severity {
            Severity::High => miette::Severity::Error,
            Severity::Medium => miette::Severity::Warning,
            Severity::Low => miette::Severity::Advice,
        })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.printable(self.marks().into_iter().map(|mark| mark.span)).then_some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let marks = self.marks().into_iter().enumerate();
        Some(Box::new(marks.map(|(index, mark)| {
            let span = self.source.places.first_line(mark.span);
            let span = (span.start as usize, span.len() as usize);
            if index == 0 {
                LabeledSpan::new_primary_with_span(Some(label(mark)), span)
            } else {
                LabeledSpan::new_with_span(Some(label(mark)), span)
            }
        })))
    }
}

/// The words at a mark; its role stands in where it has none.
fn label(mark: &Mark) -> String {
    if !mark.label.is_empty() {
        return mark.label.clone();
    }
    let role = match mark.role {
        Role::Declaration => "declared here",
        Role::Acquire => "takes hold here",
        Role::Release => "lets go here, but not always",
        Role::Exit => "leaves here without letting go",
        Role::Context => "see here",
    };
    role.to_owned()
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.finding.message)
    }
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl std::error::Error for Shown<'_> {}
