//! Where a comment is written that suppresses a finding. The places are proposals: whether a comment does there what it
//! should is for the analysis to say, because a line may end inside a string.

use super::directive::{Reach, directives};
use crate::finding::Finding;
use crate::source::{Lines, Span};

/// A longer line is broken by putting the comment above it.
const LONGEST: usize = 100;

/// A text put in at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Insertion {
    /// The byte before which it stands.
    pub at: u32,
    /// The text.
    pub text: String,
}

impl Insertion {
    /// The text with it.
    pub fn applied(&self, text: &str) -> String {
        let (head, tail) = text.split_at(self.at as usize);
        [head, &self.text, tail].concat()
    }
}

/// What a suppression is made of, besides the place.
#[derive(Clone, Copy, Debug)]
pub struct Wording<'a> {
    /// What starts a comment.
    pub token: &'a str,
    /// Why the finding is no leak, in the user's words.
    pub reason: &'a str,
}

/// Ways to suppress one finding where it stands, the best first.
pub fn beside(text: &str, comments: &[Span], finding: &Finding, wording: Wording<'_>) -> Vec<Insertion> {
    let lines = Lines::new(text);
    let span = finding.primary.span;
    let (first, last) = (lines.line(span.start), lines.line(span.end.saturating_sub(1).max(span.start)));
    let written = directives(text, &lines, comments);
    let near = |reach| matches!(reach, Reach::Line(line) if (first..=last).contains(&line));
    let listing = written.iter().filter(|directive| near(directive.reach)).find_map(|directive| directive.rules.last());
    let mut ways: Vec<Insertion> = Vec::new();
    ways.extend(listing.map(|(_, name)| Insertion { at: name.end, text: format!(", {}", finding.rule) }));
    let comment = format!("{} watertight: ignore[{}] {}", wording.token, finding.rule, wording.reason);
    let behind = |line: u32| {
        let whole = lines.span(text, line);
        let body = whole.slice(text).trim_end();
        let fits = body.chars().count() + comment.chars().count() + 2 <= LONGEST;
        (fits, Insertion { at: whole.start + body.len() as u32, text: format!("  {comment}") })
    };
    let own = lines.span(text, first);
    let indent = own.slice(text).len() - own.slice(text).trim_start().len();
    let margin = &own.slice(text)[..indent];
    let above = Insertion { at: own.start, text: format!("{margin}{comment}{}", line_end(text, own)) };
    let (fits, beside) = behind(first);
    ways.extend(if fits { [beside, above] } else { [above, beside] });
    if last != first {
        ways.push(behind(last).1);
    }
    ways
}

/// The way to suppress a rule in a whole file: a comment on top, below what must come first.
pub fn on_top(text: &str, finding: &Finding, wording: Wording<'_>) -> Insertion {
    let lines = Lines::new(text);
    let mut line = 1;
    while line <= 2 && line < lines.count() {
        let body = lines.span(text, line).slice(text);
        let interpreter = line == 1 && body.starts_with("#!") && !body.starts_with("#![");
        let coding = body.starts_with('#') && body.contains("coding");
        if !interpreter && !coding {
            break;
        }
        line += 1;
    }
    let place = lines.span(text, line);
    let text = format!(
        "{} watertight: ignore-file[{}] {}{}",
        wording.token,
        finding.rule,
        wording.reason,
        line_end(text, lines.span(text, 1))
    );
    Insertion { at: place.start, text }
}

/// How the line of this span ends.
fn line_end(text: &str, line: Span) -> &'static str {
    if text[line.end as usize..].starts_with("\r\n") { "\r\n" } else { "\n" }
}

#[cfg(test)]
mod tests {
    use super::{Wording, beside, on_top};
    use crate::finding::{Finding, Mark, Role};
    use crate::source::Span;

    const WORDING: Wording<'_> = Wording { token: "#", reason: "closed by the caller" };

    fn finding(text: &str, at: &str) -> Finding {
        let start = text.find(at).expect("there") as u32;
        Finding::new("some-rule", "m", Mark::new(Role::Acquire, Span::new(start, start + at.len() as u32), ""))
    }

    #[test]
    fn a_short_line_gets_it_behind_and_a_long_one_above() {
        let text = "def f():\r\n\tx = open(p)  \r\n";
        let ways = beside(text, &[], &finding(text, "open(p)"), WORDING);
        assert_eq!(
            ways[0].applied(text),
            "def f():\r\n\tx = open(p)  # watertight: ignore[some-rule] closed by the caller  \r\n"
        );
        assert_eq!(
            ways[1].applied(text),
            "def f():\r\n\t# watertight: ignore[some-rule] closed by the caller\r\n\tx = open(p)  \r\n"
        );
        let long = format!("x = open({})\n", "p".repeat(80));
        assert!(beside(&long, &[], &finding(&long, "open"), WORDING)[0].applied(&long).starts_with("# watertight"));
    }

    #[test]
    fn a_list_that_is_there_gets_one_rule_more() {
        let text = "x = open(p)  # watertight: ignore[other-rule] why\n";
        let comment = Span::new(13, text.len() as u32 - 1);
        let ways = beside(text, &[comment], &finding(text, "open(p)"), WORDING);
        assert_eq!(ways[0].applied(text), "x = open(p)  # watertight: ignore[other-rule, some-rule] why\n");
    }

    #[test]
    fn what_must_come_first_stays_first() {
        for (text, before) in [
            ("#!/usr/bin/env python\n# -*- coding: utf-8 -*-\nx = 1\n", 2),
            ("x = 1\n", 0),
            ("#![allow(unused)]\nfn x() {}\n", 0),
            ("#!/usr/bin/env python\nx\n", 1),
        ] {
            let new = on_top(text, &finding(text, "x"), WORDING).applied(text);
            assert!(new.lines().nth(before).expect("a line").contains("ignore-file[some-rule]"), "{new}");
        }
    }
}
