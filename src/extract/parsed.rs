//! Texts that are read again after each change: what was parsed is kept, and only what differs is parsed anew.

use super::kept::Placed;
use crate::language::Language;
use std::ops::ControlFlow;
use tree_sitter::{InputEdit, ParseOptions, Parser, Point, Tree};

/// What a text was parsed into, kept for its next version.
#[derive(Debug)]
pub struct Parsed {
    language: String,
    text: String,
    tree: Tree,
    /// What its statements were lowered to.
    pub(super) kept: Vec<Placed>,
}

impl Parsed {
    /// Parses a text, as far as it differs from what was parsed before, and says where it does; nothing if that was stopped.
    pub(super) fn new(
        language: &Language,
        text: &str,
        before: Option<&Self>,
        stop: &dyn Fn() -> bool,
    ) -> Option<(Self, Option<InputEdit>)> {
        let mut parser = Parser::new();
        parser.set_language(&language.grammar).ok()?;
        let before = before.filter(|before| before.language == language.id);
        let edit = before.map(|before| edit(&before.text, text));
        let old = before.zip(edit.as_ref()).map(|(before, edit)| before.edited(edit));
        let mut check = |_: &tree_sitter::ParseState| if stop() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        let options = ParseOptions::new().progress_callback(&mut check);
        let bytes = text.as_bytes();
        let mut read = |at: usize, _: Point| bytes.get(at..).unwrap_or_default();
        let tree = parser.parse_with_options(&mut read, old.as_ref(), Some(options))?;
        Some((Self { language: language.id.clone(), text: text.to_owned(), tree, kept: Vec::new() }, edit))
    }

    /// The tree.
    pub(super) fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The tree with its places moved to where they are after an edit.
    fn edited(&self, edit: &InputEdit) -> Tree {
        let mut tree = self.tree.clone();
        if (edit.start_byte, edit.start_byte) != (edit.old_end_byte, edit.new_end_byte) {
            tree.edit(edit);
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
    let from = behind(Point { row: 0, column: 0 }, &before[..start]);
    InputEdit {
        start_byte: start,
        old_end_byte: old_end,
        new_end_byte: new_end,
        start_position: from,
        old_end_position: behind(from, &before[start..old_end]),
        new_end_position: behind(from, &after[start..new_end]),
    }
}

fn common<T: PartialEq>(one: impl Iterator<Item = T>, other: impl Iterator<Item = T>) -> usize {
    one.zip(other).take_while(|(a, b)| a == b).count()
}

/// Where a text ends that begins at a place, in rows and columns of bytes, both from zero.
fn behind(start: Point, text: &str) -> Point {
    let rows = text.bytes().filter(|byte| *byte == b'\n').count();
    let column = match text.rfind('\n') {
        Some(end) => text.len() - end - 1,
        None => start.column + text.len(),
    };
    Point { row: start.row + rows, column }
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
        let parse = |text: &str, before: Option<&Parsed>| Parsed::new(python, text, before, &|| false).map(|(parsed, _)| parsed);
        let mut parsed = parse(&text, None);
        for (at, new) in
            [("return", "y = "), ("self.a", "self.b\n        "), ("class", "@d\n"), ("[1", "["), ("x):", "\u{1f600}")]
        {
            let place = text.find(at).expect("there");
            text.insert_str(place, new);
            parsed = parse(&text, parsed.as_ref());
            let fresh = parse(&text, None).expect("parsed");
            let tree = parsed.as_ref().expect("parsed").tree().root_node().to_sexp();
            assert_eq!(tree, fresh.tree().root_node().to_sexp(), "{text}");
        }
        assert!(Parsed::new(python, &text.repeat(2000), None, &|| true).is_none());
    }
}
