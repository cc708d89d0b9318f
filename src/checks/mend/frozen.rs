//! Texts that go over several lines: white space counts in them, so they stay as they are where lines are shifted.

use super::Mender;
use crate::facts::{ExprId, ExprKind, Facts};
use crate::source::Span;

/// The texts, and what may hold them, that go over several lines, by where they begin.
pub fn long(facts: &Facts, text: &str) -> Vec<ExprId> {
    let over = |at: &ExprId| {
        let expr = facts.expr(*at);
        matches!(expr.kind, ExprKind::Literal(_) | ExprKind::Other(_)) && expr.span.slice(text).contains('\n')
    };
    let mut all: Vec<ExprId> = (0..facts.exprs.len() as u32).map(ExprId).filter(over).collect();
    all.sort_by_key(|at| facts.expr(*at).span.start);
    all
}

impl Mender<'_> {
    /// Texts that go over several lines and reach into these.
    pub fn frozen(&self, lines: Span) -> Vec<Span> {
        let facts = self.context.facts;
        let marks = &self.phrases.verbatim;
        let over = |span: &Span| span.slice(self.text).contains('\n');
        let near = |span: Span| lines.start < span.end;
        let mut found = Vec::new();
        let before = self.long.partition_point(|at| facts.expr(*at).span.start < lines.end);
        for expr in self.long[..before].iter().map(|at| facts.expr(*at)).filter(|expr| near(expr.span)) {
            match expr.kind {
                // Several texts in a row are one value, and between them white space does not count.
                ExprKind::Literal(_) => {
                    let own = texts(expr.span.slice(self.text), marks);
                    let own = own.into_iter().map(|(start, end)| Span::new(expr.span.start + start, expr.span.start + end));
                    found.extend(own.filter(over));
                }
                // A text with gaps holds other expressions, and begins as a text does.
                ExprKind::Other(_) => {
                    let own = expr.span.slice(self.text).trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
                    found.extend(marks.iter().any(|mark| own.starts_with(mark.as_str())).then_some(expr.span));
                }
                _ => {}
            }
        }
        found
    }
}

/// Where the texts of a value begin and end, quotes included.
fn texts(value: &str, marks: &[String]) -> Vec<(u32, u32)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(letter) = value[at..].chars().next() {
        let mark = marks.iter().map(String::as_str).find(|mark| value[at..].starts_with(mark));
        let mark = mark.or_else(|| ["\"", "'"].into_iter().find(|mark| value[at..].starts_with(mark)));
        let next = match (mark, letter) {
            (Some(mark), _) => {
                let end = end_of_text(value, at + mark.len(), mark);
                found.push((at as u32, end as u32));
                end
            }
            (None, '#') => value[at..].find('\n').map_or(value.len(), |end| at + end),
            (None, _) => at + letter.len_utf8(),
        };
        at = next;
    }
    found
}

/// Where a text ends that a mark has begun; a mark behind a backslash does not end it.
fn end_of_text(value: &str, start: usize, mark: &str) -> usize {
    let mut at = start;
    while let Some(letter) = value[at..].chars().next() {
        if value[at..].starts_with(mark) {
            return at + mark.len();
        }
        let escaped = if letter == '\\' { value[at + 1..].chars().next() } else { None };
        at += letter.len_utf8() + escaped.map_or(0, char::len_utf8);
    }
    value.len()
}

/// Whether a text that is not known as such begins in some lines, in which white space counts.
pub fn counts_white_space(mender: &Mender, lines: Span, frozen: &[Span]) -> bool {
    mender.phrases.verbatim.iter().any(|mark| {
        let text = lines.slice(mender.text);
        let mut marks = text.match_indices(mark.as_str()).map(|(at, _)| lines.start + at as u32);
        // One on a single line ends there.
        marks.any(|at| {
            let known = frozen.iter().any(|span| span.start <= at && at < span.end);
            let line = Span::new(mender.layout.start(at), mender.layout.end(at)).slice(mender.text);
            !known && line.matches(mark.as_str()).count() % 2 == 1
        })
    })
}

#[cfg(test)]
mod tests {
    use super::texts;

    #[test]
    fn white_space_counts_inside_quotes_only() {
        let value = "(\"a\\\"\\\nb\"  # it's\n 'c' r\"\"\"d\n'e\"\"\")";
        let marks = ["\"\"\"".to_owned()];
        let found: Vec<&str> =
            texts(value, &marks).into_iter().map(|(start, end)| &value[start as usize..end as usize]).collect();
        assert_eq!(found, ["\"a\\\"\\\nb\"", "'c'", "\"\"\"d\n'e\"\"\""]);
    }
}
