use super::Span;

/// A place for people: both numbers count from one, the column counts Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in Unicode scalar values, from 1.
    pub column: u32,
}

/// The line starts of one text, to turn byte offsets into positions.
#[derive(Clone, Debug)]
pub struct Lines {
    starts: Vec<u32>,
}

impl Lines {
    /// Indexes `text`; a line ends at `\n`, so `\r\n` counts once.
    pub fn new(text: &str) -> Self {
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(newlines.map(|(at, _)| at as u32 + 1)).collect();
        Self { starts }
    }

    /// Line number, from 1, of a byte offset.
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|start| *start <= offset) as u32
    }

    /// Line and column of a byte offset in the text the index was made from.
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let line = self.line(offset);
        let start = self.starts[line as usize - 1];
        let column = Span::new(start, offset).slice(text).chars().count() as u32 + 1;
        Position { line, column }
    }

    /// The span of a line, numbered from 1, without its line break; empty when there is no such line.
    pub fn span(&self, text: &str, line: u32) -> Span {
        let Some(&start) = self.starts.get((line as usize).wrapping_sub(1)) else {
            return Span::default();
        };
        let end = self.starts.get(line as usize).copied().unwrap_or(text.len() as u32);
        let body = Span::new(start, end).slice(text).trim_end_matches(['\n', '\r']);
        Span::new(start, start + body.len() as u32)
    }

    /// How many lines the text has; an empty text has one.
    pub fn count(&self) -> u32 {
        self.starts.len() as u32
    }
}
