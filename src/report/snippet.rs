use super::place::Places;
use crate::source::Span;
use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

/// A file as miette asks for it, but found by the line index: miette's own reads the text from its start for every label.
pub struct Snippet<'a> {
    /// The path to print.
    pub path: &'a str,
    /// The text.
    pub places: &'a Places<'a>,
}

/// Lines longer than this are not printed: they are generated, and nobody can read them.
const LONGEST: u32 = 600;

impl Snippet<'_> {
    /// Whether the lines around the spans are short enough to print.
    pub fn printable(&self, spans: impl Iterator<Item = Span>) -> bool {
        let lines = |span: Span| {
            let line = self.places.lines.line(span.start);
            line.saturating_sub(1)..=line + 1
        };
        spans.flat_map(lines).all(|line| self.places.lines.span(self.places.text, line).len() <= LONGEST)
    }
}

impl SourceCode for Snippet<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let Places { text, lines } = self.places;
        let wanted = self.places.fit(Span::new(span.offset() as u32, (span.offset() + span.len()) as u32));
        let first = lines.line(wanted.start).saturating_sub(before as u32).max(1);
        let last = (lines.line(wanted.end.saturating_sub(1).max(wanted.start)) + after as u32).min(lines.count());
        let mut covered = Span::new(lines.span(text, first).start, lines.span(text, last).end);
        let mut column = 0;
        if before == 0 {
            // Asked for no context, miette wants to know where the span itself starts.
            column = lines.position(text, wanted.start).column as usize - 1;
            covered.start = wanted.start;
        }
        let offset = covered.start as usize;
        Ok(Box::new(MietteSpanContents::new_named(
            self.path.to_owned(),
            covered.slice(text).as_bytes(),
            (offset, covered.len() as usize).into(),
            first as usize - 1,
            column,
            (last - first) as usize + 1,
        )))
    }
}
