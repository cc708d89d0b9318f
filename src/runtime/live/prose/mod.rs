//! What was seen, in words: for a reader at a terminal and for a page in Markdown.

mod doctor;
mod outcome;
mod triage;

use crate::runtime::Lines;
use crate::runtime::words::size;
use std::fmt::Write as _;

/// Blocks of rising height.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// How a report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// For a terminal.
    #[default]
    Human,
    /// For programs.
    Json,
    /// For a page.
    Markdown,
}

/// A size as a person says it, in powers of 1024.
pub fn amount(bytes: u64) -> String {
    size(bytes as f64)
}

/// A command line in a few words. The program's own name says more than the folders it lies in.
pub(super) fn brief(command: &str, most: usize) -> String {
    let (program, rest) = command.split_once(' ').map_or((command, ""), |(program, rest)| (program, rest));
    let name = if program.starts_with('/') { program.rsplit('/').next().unwrap_or(program) } else { program };
    let text = if rest.is_empty() { name.to_owned() } else { format!("{name} {rest}") };
    // What a command is given may be a program of many lines.
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(most).collect()
}

/// A difference, with its sign.
fn change(from: u64, to: u64) -> String {
    if from == to {
        return "unchanged".to_owned();
    }
    let sign = if to >= from { '+' } else { '-' };
    format!("{sign}{}", amount(to.abs_diff(from)))
}

/// What was held over time as a line of blocks, from nothing to the most.
pub fn curve(points: &[(f64, u64)], width: usize) -> String {
    let most = points.iter().map(|(_, held)| *held).max().unwrap_or(0).max(1);
    let columns = width.min(points.len());
    let column = |at: usize| {
        let part = &points[at * points.len() / columns..((at + 1) * points.len() / columns).max(at * points.len() / columns + 1)];
        let held = part.iter().map(|(_, held)| *held).max().unwrap_or(0);
        BARS[(u128::from(held) * 7 / u128::from(most)) as usize]
    };
    (0..columns).map(column).collect()
}

pub(super) fn write_lines(out: &mut String, lines: &Lines, page: bool, margin: &str) {
    for (name, text) in lines {
        let _ = if page { writeln!(out, "- **{name}:** {text}") } else { writeln!(out, "{margin}{name:<14} {text}") };
    }
}

/// Text as code, whatever it holds.
pub(super) fn code(text: &str) -> String {
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}
