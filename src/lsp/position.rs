//! Positions as editors write them. This is the only place where they are turned into bytes and back.

use crate::source::Span;
use lsp_types::{ClientCapabilities, Position, PositionEncodingKind, Range};

/// What a column counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units; what is meant where nothing was agreed on.
    Utf16,
    /// Unicode scalar values.
    Utf32,
}

impl Encoding {
    /// The first that the client offers and that is known here.
    pub fn agreed(client: &ClientCapabilities) -> Self {
        let offered = client.general.as_ref().and_then(|general| general.position_encodings.as_deref()).unwrap_or_default();
        let known = offered.iter().find_map(|kind| match kind {
            PositionEncodingKind::UTF8 => Some(Self::Utf8),
            PositionEncodingKind::UTF16 => Some(Self::Utf16),
            PositionEncodingKind::UTF32 => Some(Self::Utf32),
            PositionEncodingKind::Custom(_) => None,
        });
        known.unwrap_or(Self::Utf16)
    }

    /// Its name in the protocol.
    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
            Self::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    fn width(self, letter: char) -> u32 {
        match self {
            Self::Utf8 => letter.len_utf8() as u32,
            Self::Utf16 => letter.len_utf16() as u32,
            Self::Utf32 => 1,
        }
    }
}

/// The starts of the lines of a text. Other than everywhere else in this program, a lone CR ends a line, too.
#[derive(Clone, Debug)]
pub struct Places {
    starts: Vec<u32>,
    encoding: Encoding,
}

impl Places {
    /// The lines of a text.
    pub fn new(text: &str, encoding: Encoding) -> Self {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|(at, byte)| match byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        let starts = std::iter::once(0).chain(ends.map(|(at, _)| at as u32 + 1)).collect();
        Self { starts, encoding }
    }

    /// The byte at a position. What lies behind the end of a line or of the text means that end.
    pub fn offset(&self, text: &str, position: Position) -> u32 {
        let Some(&start) = self.starts.get(position.line as usize) else { return text.len() as u32 };
        let next = self.starts.get(position.line as usize + 1).copied().unwrap_or(text.len() as u32);
        let line = Span::new(start, next).slice(text).trim_end_matches(['\n', '\r']);
        let mut column = 0;
        for (at, letter) in line.char_indices() {
            column += self.encoding.width(letter);
            // A position inside of a letter means its start.
            if column > position.character {
                return start + at as u32;
            }
        }
        start + line.len() as u32
    }

    /// The bytes of a range; one whose ends are the wrong way round is turned.
    pub fn span(&self, text: &str, range: Range) -> Span {
        let (start, end) = (self.offset(text, range.start), self.offset(text, range.end));
        Span::new(start.min(end), start.max(end))
    }

    /// The position of a byte.
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let offset = offset.min(text.len() as u32);
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let head = Span::new(self.starts[line], offset).slice(text);
        let character = head.chars().map(|letter| self.encoding.width(letter)).sum();
        Position { line: line as u32, character }
    }

    /// The range of a span.
    pub fn range(&self, text: &str, span: Span) -> Range {
        Range { start: self.position(text, span.start), end: self.position(text, span.end) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Encoding, Places};
    use crate::source::Span;
    use lsp_types::{Position, Range};

    const TEXT: &str = "a\u{e9}\u{4e2d}\u{1f600}z\r\nb\rc\n";

    #[test]
    fn columns_count_what_was_agreed_on() {
        let z = TEXT.find('z').expect("there") as u32;
        for (encoding, column) in [(Encoding::Utf8, 10), (Encoding::Utf16, 5), (Encoding::Utf32, 4)] {
            let places = Places::new(TEXT, encoding);
            let position = Position { line: 0, character: column };
            assert_eq!(places.position(TEXT, z), position);
            assert_eq!(places.offset(TEXT, position), z);
        }
    }

    #[test]
    fn every_end_of_line_counts_once() {
        let places = Places::new(TEXT, Encoding::Utf16);
        for (letter, line) in [('b', 1), ('c', 2)] {
            let at = TEXT.find(letter).expect("there") as u32;
            assert_eq!(places.position(TEXT, at), Position { line, character: 0 });
        }
    }

    #[test]
    fn what_is_out_of_range_means_the_nearest_place_inside() {
        let places = Places::new(TEXT, Encoding::Utf16);
        let at = |line, character| places.offset(TEXT, Position { line, character });
        assert_eq!(at(0, u32::MAX), TEXT.find('\r').expect("there") as u32);
        assert_eq!(at(u32::MAX, 0), TEXT.len() as u32);
        assert_eq!(at(0, 4), TEXT.find('\u{1f600}').expect("there") as u32, "inside of a pair");
        assert_eq!(places.position(TEXT, u32::MAX), Position { line: 3, character: 0 });
        let turned = Range { start: Position { line: 1, character: 1 }, end: Position { line: 0, character: 0 } };
        assert_eq!(places.span(TEXT, turned), Span::new(0, TEXT.find('b').expect("there") as u32 + 1));
    }
}
