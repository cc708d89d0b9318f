//! Texts that are read again after each change: what was parsed is kept, and only what differs is parsed anew.

use crate::language::Language;
use std::ops::ControlFlow;
use tree_sitter::{InputEdit, ParseOptions, Parser, Point, Tree};

/// What a text was parsed into, kept for its next version.
#[derive(Debug)]
pub struct Parsed {
    language: String,
    text: String,
    tree: Tree,
}

impl Parsed {
    /// Parses a text, as far as it differs from what was parsed before; nothing if that was stopped.
    pub fn new(language: &Language, text: &str, before: Option<&Self>, stop: &dyn Fn() -> bool) -> Option<Self> {
        let mut parser = Parser::new();
        parser.set_language(&language.grammar).ok()?;
        let old = before.filter(|before| before.language == language.id).map(|before| before.edited(text));
        let mut check = |_: &tree_sitter::ParseState| if stop() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        let options = ParseOptions::new().progress_callback(&mut check);
        let bytes = text.as_bytes();
        let mut read = |at: usize, _: Point| bytes.get(at..).unwrap_or_default();
        let tree = parser.parse_with_options(&mut read, old.as_ref(), Some(options))?;
        Some(Self { language: language.id.clone(), text: text.to_owned(), tree })
    }

    /// The tree.
    pub(super) fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The tree with its places moved to where they are in another text.
    fn edited(&self, text: &str) -> Tree {
        let mut tree = self.tree.clone();
        if self.text != text {
            tree.edit(&edit(&self.text, text));
        }
        tree
    }
}

/// What was changed between two texts: all between what is the same at their starts and at their ends.
fn edit(before: &str, after: &str) -> InputEdit {
    let start = common(before.bytes(), after.bytes());
    let start = (0..=start).rev().find(|at| before.is_char_boundary(*at)).unwrap_or(0);
    let end = common(before.as_bytes()[start..].iter().rev(), after.as_bytes()[start..].iter().rev());
    let end = (0..=end).rev().find(|end| before.is_char_boundary(before.len() - end)).unwrap_or(0);
    let (old_end, new_end) = (before.len() - end, after.len() - end);
    InputEdit {
        start_byte: start,
        old_end_byte: old_end,
        new_end_byte: new_end,
        start_position: point(before, start),
        old_end_position: point(before, old_end),
        new_end_position: point(after, new_end),
    }
}

fn common<T: PartialEq>(one: impl Iterator<Item = T>, other: impl Iterator<Item = T>) -> usize {
    one.zip(other).take_while(|(a, b)| a == b).count()
}

/// A place in rows and columns of bytes, both from zero.
fn point(text: &str, at: usize) -> Point {
    let head = &text[..at];
    let line = head.rfind('\n').map_or(0, |end| end + 1);
    Point { row: head.matches('\n').count(), column: at - line }
}

#[cfg(test)]
mod tests {
    use super::{Parsed, edit};
    use crate::language::languages;
    use std::path::Path;

    #[test]
    fn an_edit_is_what_lies_between_the_common_ends() {
        for (before, after, expected) in [
            ("abc", "abXc", (2, 2, 3)),
            ("aaa", "aa", (2, 3, 2)),
            ("a\u{e9}b", "a\u{e8}b", (1, 3, 3)),
            ("\u{1f600}x", "\u{1f601}x", (0, 4, 4)),
            ("", "x", (0, 0, 1)),
            ("same", "same", (4, 4, 4)),
        ] {
            let edit = edit(before, after);
            assert_eq!((edit.start_byte, edit.old_end_byte, edit.new_end_byte), expected, "{before} {after}");
        }
        let edit = edit("a\nbc\n", "a\nbXc\n");
        assert_eq!((edit.start_position.row, edit.start_position.column), (1, 1));
    }

    #[test]
    fn a_changed_text_gives_the_tree_that_a_new_one_gives() {
        let python = languages().by_path(Path::new("a.py")).expect("known");
        let mut text = "def f(x):\n    return g(x)\n\n\nclass A:\n    def m(self):\n        self.a = [1, 2]\n".to_owned();
        let mut parsed = Parsed::new(python, &text, None, &|| false);
        for (at, new) in
            [("return", "y = "), ("self.a", "self.b\n        "), ("class", "@d\n"), ("[1", "["), ("x):", "\u{1f600}")]
        {
            let place = text.find(at).expect("there");
            text.insert_str(place, new);
            parsed = Parsed::new(python, &text, parsed.as_ref(), &|| false);
            let fresh = Parsed::new(python, &text, None, &|| false).expect("parsed");
            let tree = parsed.as_ref().expect("parsed").tree().root_node().to_sexp();
            assert_eq!(tree, fresh.tree().root_node().to_sexp(), "{text}");
        }
        assert!(Parsed::new(python, &text.repeat(2000), None, &|| true).is_none());
    }
}
