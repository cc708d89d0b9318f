use super::order::Order;
use crate::source::{Lines, Span};

/// How far a suppression reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Findings whose primary place touches this line.
    Line(u32),
    /// The whole file.
    File,
}

/// One comment that suppresses findings.
#[derive(Debug)]
pub struct Directive {
    /// How far it reaches.
    pub reach: Reach,
    /// From the program's name to the end of the list.
    pub span: Span,
    /// The rules it names, with their places; none means every rule.
    pub rules: Vec<(String, Span)>,
}

/// The directives in the comments of a text, in order.
pub fn directives(text: &str, lines: &Lines, comments: &[Span]) -> Vec<Directive> {
    comments.iter().filter_map(|comment| directive(text, lines, comments, *comment)).collect()
}

fn directive(text: &str, lines: &Lines, comments: &[Span], comment: Span) -> Option<Directive> {
    let body = comment.slice(text);
    let order = Order::of(body)?;
    let whole_file = order.verb == "ignore-file";
    if !(order.is_exact() && (whole_file || order.verb == "ignore")) || order.fault().is_some() {
        return None;
    }
    let offset = |part: &str| comment.end - part.len() as u32;
    let start = comment.start + order.at as u32;
    let rest = order.rest;
    let (rules, end) = match rest.strip_prefix('[').and_then(|list| list.split_once(']')) {
        Some((list, behind)) => (names(list, offset(rest) + 1), offset(behind)),
        None => (Vec::new(), offset(rest)),
    };
    let reach = if whole_file { Reach::File } else { Reach::Line(target(text, lines, comments, comment)) };
    Some(Directive { reach, span: Span::new(start, end), rules })
}

/// The names in a list that starts at `offset`.
fn names(list: &str, offset: u32) -> Vec<(String, Span)> {
    let mut at = offset;
    let mut names = Vec::new();
    for part in list.split(',') {
        let name = part.trim();
        let start = at + (part.len() - part.trim_start().len()) as u32;
        if !name.is_empty() {
            names.push((name.to_owned(), Span::new(start, start + name.len() as u32)));
        }
        at += part.len() as u32 + 1;
    }
    names
}

/// The line a comment speaks of: its own if there is code on it, else the next one that is not a comment itself.
fn target(text: &str, lines: &Lines, comments: &[Span], comment: Span) -> u32 {
    let own = lines.line(comment.start);
    if !alone(text, lines, comment) {
        return own;
    }
    let mut line = lines.line(comment.end.saturating_sub(1).max(comment.start)) + 1;
    let after = comments.partition_point(|other| other.start <= comment.start);
    for other in &comments[after..] {
        if lines.line(other.start) != line || !alone(text, lines, *other) {
            break;
        }
        line = lines.line(other.end.saturating_sub(1)) + 1;
    }
    line
}

/// Whether nothing but white space stands before a comment on its line.
fn alone(text: &str, lines: &Lines, comment: Span) -> bool {
    let start = lines.span(text, lines.line(comment.start)).start;
    Span::new(start, comment.start).slice(text).trim().is_empty()
}
