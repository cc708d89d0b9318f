//! The lines of a text: where they begin, how they are indented and how they end, so that what is added looks like the rest.

use crate::language::Phrases;
use crate::source::Span;

/// How many lines are looked at to learn how a file is indented.
const LOOKED_AT: usize = 500;

/// The lines of one text.
#[derive(Clone, Debug)]
pub struct Layout<'t> {
    text: &'t str,
    /// What ends a line.
    pub newline: &'static str,
    /// One step of indentation, where nothing around tells it.
    unit: String,
    /// One step of it among lines that are indented by spaces.
    spaces: String,
}

impl<'t> Layout<'t> {
    /// Learns how a text is laid out; what it does not show is as its language is commonly written.
    pub fn new(text: &'t str, phrases: &Phrases) -> Self {
        let newline = match text.find('\n') {
            Some(at) if text[..at].ends_with('\r') => "\r\n",
            _ => "\n",
        };
        let usual = || Some(phrases.indent.clone()).filter(|usual| usual.starts_with(' ')).unwrap_or_else(|| " ".repeat(4));
        let spaces = unit(text).unwrap_or_else(usual);
        let tabs =
            text.lines().take(LOOKED_AT).find(|line| line.starts_with([' ', '\t'])).is_some_and(|line| line.starts_with('\t'));
        Self { text, newline, unit: if tabs { "\t".to_owned() } else { spaces.clone() }, spaces }
    }

    /// The first byte of the line of an offset.
    pub fn start(&self, at: u32) -> u32 {
        self.text[..at as usize].rfind('\n').map_or(0, |newline| newline as u32 + 1)
    }

    /// One past the last byte of the line of an offset, its line break left out.
    pub fn end(&self, at: u32) -> u32 {
        let end = self.text[at as usize..].find('\n').map_or(self.text.len(), |newline| at as usize + newline);
        end as u32 - u32::from(self.text[at as usize..end].ends_with('\r'))
    }

    /// The first byte of the line after that of an offset.
    pub fn next(&self, at: u32) -> u32 {
        self.text[at as usize..].find('\n').map_or(self.text.len() as u32, |newline| at + newline as u32 + 1)
    }

    /// The white space with which the line of an offset begins.
    pub fn indent(&self, at: u32) -> &'t str {
        let line = &self.text[self.start(at) as usize..];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }

    /// One step of indentation at the line of an offset: a file may use tabs in one function and spaces in another.
    pub fn step(&self, at: u32) -> &str {
        match self.indent(at).chars().next() {
            Some('\t') => "\t",
            Some(_) => &self.spaces,
            None => &self.unit,
        }
    }

    /// Whether only white space stands before an offset on its line.
    pub fn begins(&self, at: u32) -> bool {
        self.text[self.start(at) as usize..at as usize].trim().is_empty()
    }

    /// Whether only words stand before an offset on its line, such as the `const` of a declaration.
    pub fn leads(&self, at: u32) -> bool {
        let word = |letter: char| letter.is_alphanumeric() || letter.is_whitespace() || letter == '_';
        self.text[self.start(at) as usize..at as usize].chars().all(word)
    }

    /// What stands behind an offset on its line, without white space around it.
    pub fn rest(&self, at: u32) -> &'t str {
        self.text[at as usize..self.end(at) as usize].trim()
    }

    /// The text of whole lines, each indented by `step` more; empty ones and those that begin inside one of `frozen` stay as
    /// they are.
    pub fn indented(&self, lines: Span, step: &str, frozen: &[Span]) -> String {
        let mut shifted = String::with_capacity(lines.len() as usize * 5 / 4);
        let mut at = lines.start;
        while at < lines.end {
            let line = Span::new(at, self.next(at).min(lines.end)).slice(self.text);
            let inside = frozen.iter().any(|span| span.start < at && at < span.end);
            if !inside && !line.trim().is_empty() {
                shifted.push_str(step);
            }
            shifted.push_str(line);
            at += line.len() as u32;
        }
        shifted
    }

    /// A text of which the first line moves to a line with this indentation: what the others are indented further than
    /// the first comes after that.
    pub fn outdented(&self, span: Span, indent: &str, frozen: &[Span]) -> String {
        let old = self.indent(span.start);
        let mut moved = String::with_capacity(span.len() as usize);
        let mut at = span.start;
        while at < span.end {
            let line = Span::new(at, self.next(at).min(span.end)).slice(self.text);
            let inside = at == span.start || frozen.iter().any(|text| text.start < at && at < text.end);
            match line.strip_prefix(old).filter(|_| !inside) {
                Some(rest) if !rest.trim().is_empty() => {
                    moved.push_str(indent);
                    moved.push_str(rest);
                }
                _ => moved.push_str(line),
            }
            at += line.len() as u32;
        }
        moved
    }
}

/// The step by which lines that are indented by spaces are most often indented further than the one before.
fn unit(text: &str) -> Option<String> {
    let mut counts = [0_u32; 9];
    let mut before = 0;
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('\t')).take(LOOKED_AT) {
        let own = line.len() - line.trim_start_matches(' ').len();
        if let Some(count @ 2..=8) = own.checked_sub(before) {
            counts[count] += 1;
        }
        before = own;
    }
    let (step, count) = counts.iter().enumerate().max_by_key(|(step, count)| (**count, std::cmp::Reverse(*step)))?;
    (*count > 0).then(|| " ".repeat(step))
}

#[cfg(test)]
mod tests {
    use super::{Layout, unit};
    use crate::language::Phrases;
    use crate::source::Span;

    #[test]
    fn the_step_is_that_of_the_file() {
        assert_eq!(unit("a:\n  b\n  c:\n    d\n"), Some("  ".into()));
        assert_eq!(unit("a:\n\tb\n"), None);
        assert_eq!(unit("a\nb\n"), None);
    }

    #[test]
    fn tabs_and_spaces_stay_apart() {
        let text = "def a():\n\tb\ndef c():\n  d\n  e\nf\n";
        let layout = Layout::new(text, &Phrases::default());
        assert_eq!((layout.step(10), layout.step(22), layout.step(29)), ("\t", "  ", "\t"));
    }

    #[test]
    fn lines_are_found_whatever_ends_them() {
        let text = "if a:\r\n    b\r\n    c  # d";
        let layout = Layout::new(text, &Phrases::default());
        assert_eq!((layout.newline, layout.step(11)), ("\r\n", "    "));
        assert_eq!((layout.start(11), layout.end(11), layout.next(11)), (7, 12, 14));
        assert!(layout.begins(11) && !layout.begins(19));
        assert_eq!((layout.indent(11), layout.rest(19)), ("    ", "# d"));
        assert_eq!((layout.end(19), layout.next(19)), (24, 24));
    }

    #[test]
    fn what_counts_its_white_space_is_not_indented() {
        let text = "a = '''\nb\n'''\n\nc\n";
        let layout = Layout { text, newline: "\n", unit: " ".into(), spaces: " ".into() };
        assert_eq!(layout.indented(Span::new(0, text.len() as u32), " ", &[Span::new(4, 13)]), " a = '''\nb\n'''\n\n c\n");
    }
}
