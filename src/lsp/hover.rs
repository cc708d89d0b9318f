use super::document::Document;
use crate::finding::{Finding, Stance};
use lsp_types::{Contents, Hover, MarkupContent, MarkupKind, Position};
use std::fmt::Write as _;

/// What is known of the findings at a position: their evidence, and what to do.
pub fn hover(document: &Document, position: Position) -> Option<Hover> {
    let at = document.places.offset(&document.text, position);
    let here = |finding: &&Finding| finding.primary.span.start <= at && at <= finding.primary.span.end;
    let findings: Vec<&Finding> = document.findings()?.iter().filter(here).collect();
    let first = findings.first()?;
    let pages: Vec<String> = findings.iter().map(|finding| page(finding, document)).collect();
    let contents = MarkupContent { kind: MarkupKind::Markdown, value: pages.join("\n---\n\n") };
    let range = document.places.range(&document.text, first.primary.span);
    Some(Hover { contents: Contents::MarkupContent(contents), range: Some(range) })
}

/// A finding as Markdown: what speaks for it and against it comes before what always holds of its rule, because editors cut
/// off what is long.
fn page(finding: &Finding, document: &Document) -> String {
    let (confidence, severity) = (finding.confidence.value(), finding.severity.name());
    let message = plain(&finding.message);
    let mut page = format!("**{}** ({severity}, *confidence* {confidence:.2})\n\n{message}\n\n", finding.rule);
    if !finding.evidence.is_empty() {
        page.push_str("*evidence*\n\n");
    }
    for piece in &finding.evidence {
        let sign = if piece.stance == Stance::For { "for" } else { "against" };
        let line = |span| document.places.position(&document.text, span).line + 1;
        let place = piece.span.map(|span| format!(" (line {})", line(span.start))).unwrap_or_default();
        writeln!(page, "- {sign}: {}{place}", plain(&piece.text)).expect("a String can be written");
    }
    for (name, body) in [("pattern", &finding.pattern), ("risk", &finding.risk), ("remedy", &finding.recommendation)] {
        if !body.is_empty() {
            write!(page, "\n*{name}*: {}\n", plain(body)).expect("a String can be written");
        }
    }
    page
}

/// Words in which nothing but code between backquotes is markup.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut code = false;
    for letter in text.trim().chars() {
        match letter {
            '`' => code = !code,
            '\n' | '\r' => {
                out.push(' ');
                continue;
            }
            '\\' | '*' | '_' | '<' | '[' | ']' | '#' | '&' | '!' if !code => out.push('\\'),
            _ => {}
        }
        out.push(letter);
    }
    out
}
