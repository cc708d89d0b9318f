use crate::finding::Scanned;
use crate::source::{Lines, Position, Span};

/// A file's text with its lines, made once for all of its findings.
pub struct Places<'a> {
    /// The text.
    pub text: &'a str,
    /// Its lines.
    pub lines: Lines,
}

impl<'a> Places<'a> {
    pub fn new(file: &'a Scanned) -> Self {
        Self { text: &file.text, lines: Lines::new(&file.text) }
    }

    /// Where a span starts and ends; the end is the place behind its last character.
    pub fn range(&self, span: Span) -> (Position, Position) {
        let span = self.fit(span);
        (self.lines.position(self.text, span.start), self.lines.position(self.text, span.end))
    }

    /// Where a span starts.
    pub fn start(&self, span: Span) -> Position {
        self.lines.position(self.text, self.fit(span).start)
    }

    /// The span moved to lie in the text, at whole characters, so that no writer can stumble over it.
    pub fn fit(&self, span: Span) -> Span {
        let start = self.boundary(span.start);
        Span::new(start, self.boundary(span.end).max(start))
    }

    /// The nearest start of a character at or before an offset.
    fn boundary(&self, offset: u32) -> u32 {
        let offset = (offset as usize).min(self.text.len());
        (0..=offset).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or(0) as u32
    }

    /// The part of a span on its first line.
    pub fn first_line(&self, span: Span) -> Span {
        let span = self.fit(span);
        let line = self.lines.span(self.text, self.lines.line(span.start));
        Span::new(span.start, span.end.min(line.end).max(span.start))
    }
}
