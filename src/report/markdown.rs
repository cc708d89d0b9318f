use super::place::Places;
use super::summary::headline;
use super::tame::tame;
use super::wrap::flat;
use super::{Context, Paint};
use crate::finding::{Finding, Report, Stance};
use std::fmt::Write as _;
use std::io::{self, Write};

/// GitHub-flavoured Markdown, for a job's summary or a comment on a change.
///
/// # Errors
/// What `out` says.
pub fn write(out: &mut dyn Write, report: &Report, _: &Context<'_>) -> io::Result<()> {
    writeln!(out, "## watertight: {}", headline(report, Paint(false)))?;
    for file in &report.files {
        let places = Places::new(file);
        writeln!(out, "\n### {}\n", code(&file.path))?;
        for finding in &file.findings {
            out.write_all(item(finding, &places).as_bytes())?;
        }
    }
    if !report.problems.is_empty() {
        writeln!(out, "\n### Problems\n")?;
        for problem in &report.problems {
            writeln!(out, "- {}: {}; {}", code(&problem.path), prose(&problem.message), prose(&problem.remedy))?;
        }
    }
    Ok(())
}

fn item(finding: &Finding, places: &Places<'_>) -> String {
    let line = places.start(finding.primary.span).line;
    let head = format!("- **{}** {} in line {line}: {}\n", finding.severity.name(), code(&finding.rule), prose(&finding.message));
    let mut text = head;
    let mut part = |name: &str, body: &str| {
        if !body.trim().is_empty() {
            writeln!(text, "  - {name}: {}", prose(body)).expect("a String can be written");
        }
    };
    part("risk", &finding.risk);
    for piece in &finding.evidence {
        let place = piece.span.map(|span| format!(" (line {})", places.start(span).line)).unwrap_or_default();
        part(if piece.stance == Stance::For { "for" } else { "against" }, &format!("{}{place}", piece.text));
    }
    part("remedy", &finding.recommendation);
    part("confidence", &format!("{:.2}", finding.confidence.value()));
    text
}

/// Text as code, whatever backticks it holds (`CommonMark` 0.31, section 6.1).
fn code(text: &str) -> String {
    let text = tame(text);
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// Prose with what is in backticks left as code, and everything else taken by its letters: no mark-up, no HTML, and nobody
/// is mentioned.
fn prose(text: &str) -> String {
    let words = flat(text);
    let parts: Vec<&str> = words.split('`').collect();
    // An odd number of backticks pairs none of them surely.
    if parts.len().is_multiple_of(2) {
        return escaped(&words);
    }
    let each = parts.iter().enumerate().map(|(at, part)| if at % 2 == 0 { escaped(part) } else { code(part) });
    each.collect()
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '!' => out.extend(['\\', letter]),
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{code, prose};

    #[test]
    fn names_in_messages_are_code_and_nothing_else_is_mark_up() {
        assert_eq!(prose("`a*b` holds <b>*x*</b> for @me"), "`a*b` holds &lt;b>\\*x\\*&lt;/b> for &#64;me");
        assert_eq!(prose("one ` tick"), "one \\` tick");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("a\u{1b}[31m\nb\u{202e}"), "`a\\u{1b}[31m\\nb\\u{202e}`");
    }
}
