//! Texts that are read again after each change: what was parsed is kept, and only what differs is parsed anew.

use super::kept::Placed;
use crate::language::Language;
use std::ops::ControlFlow;
use tree_sitter::{InputEdit, ParseOptions, ParseState, Parser, Point, Tree};

/// How many versions of a text have their trees kept. What is typed goes to and fro between a few states, such as an open
/// bracket and a closed one, and each of them tells another story of what follows; it need be parsed only once in each.
const STATES: usize = 4;
/// For how long a tree is tried, in hundreds of steps, besides two steps for each statement of the file.
const TRIED: usize = 5;

/// What a text was parsed into, kept for its next version.
#[derive(Debug)]
pub struct Parsed {
    language: String,
    text: String,
    /// Its tree, and behind it those of earlier versions in other states, as if they had been edited to be this text.
    trees: Vec<Tree>,
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
        let old = before.zip(edit.as_ref()).map(|(before, edit)| before.edited(edit)).unwrap_or_default();
        let trees = parse(&mut parser, text, old, stop)?;
        Some((Self { language: language.id.clone(), text: text.to_owned(), trees, kept: Vec::new() }, edit))
    }

    /// The tree.
    pub(super) fn tree(&self) -> &Tree {
        &self.trees[0]
    }

    /// The trees with their places moved to where they are after an edit.
    fn edited(&self, edit: &InputEdit) -> Vec<Tree> {
        let mut trees = self.trees.clone();
        if (edit.start_byte, edit.start_byte) != (edit.old_end_byte, edit.new_end_byte) {
            for tree in &mut trees {
                tree.edit(edit);
            }
        }
        trees
    }
}

/// Parses a text with the help of the first tree that saves most of the work; its own goes to the front.
fn parse(parser: &mut Parser, text: &str, mut old: Vec<Tree>, stop: &dyn Fn() -> bool) -> Option<Vec<Tree>> {
    let parts = |tree: &Tree| tree.root_node().child_count();
    let tried = TRIED + old.first().map_or(0, parts) as usize / 50;
    // What cannot be chosen from need not be tried.
    let chosen_from = if old.len() > 1 { old.len() } else { 0 };
    for at in 0..chosen_from {
        if let Some((tree, _)) = parse_for(parser, text, Some(&old[at]), tried, stop) {
            let used = old.remove(at);
            if parts(&used) != parts(&tree) {
                old.insert(0, used);
            }
            return Some(in_front(tree, old));
        }
        if stop() {
            return None;
        }
        parser.reset();
    }
    let (tree, taken) = parse_for(parser, text, old.first(), usize::MAX, stop)?;
    // One that shares most of the last one with it stands for the same state.
    if taken <= 4 * tried && !old.is_empty() {
        old.remove(0);
    }
    Some(in_front(tree, old))
}

fn in_front(tree: Tree, mut others: Vec<Tree>) -> Vec<Tree> {
    others.insert(0, tree);
    others.truncate(STATES);
    others
}

/// The tree of a text, and how many hundreds of steps it took; nothing if those are more than is allowed, or if stopped.
fn parse_for(
    parser: &mut Parser,
    text: &str,
    old: Option<&Tree>,
    allowed: usize,
    stop: &dyn Fn() -> bool,
) -> Option<(Tree, usize)> {
    let mut taken = 0;
    let mut check = |_: &ParseState| {
        taken += 1;
        if taken > allowed || stop() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut check);
    let bytes = text.as_bytes();
    let mut read = |at: usize, _: Point| bytes.get(at..).unwrap_or_default();
    let tree = parser.parse_with_options(&mut read, old, Some(options))?;
    Some((tree, taken))
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
    use super::{Parsed, STATES, edit};
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

    #[test]
    fn what_is_typed_to_and_fro_gives_the_trees_that_new_ones_are() {
        let python = languages().by_path(Path::new("a.py")).expect("known");
        let class = "class A:\n    def m(self):\n        for one in self.a:\n            self.b[one] = [1, 2]\n\n\n";
        let (above, below) = (class.repeat(40), class.repeat(40));
        let mut parsed: Option<Parsed> = None;
        let mut kept = 0;
        for typed in ["def f(x):\n    return g(x, h)\n", "if a:\n        y = g(", "        x = {'a': [1, (2"] {
            for end in (0..=typed.len()).chain([4, typed.len() - 2, 0]) {
                for (at, cut) in [(above.len(), 0), (above.len() - 30, 30)] {
                    let text = format!("{}{}{below}", &above[..at], &typed[..end]);
                    let next = Parsed::new(python, &text, parsed.as_ref(), &|| false).map(|(next, _)| next).expect("not stopped");
                    let fresh = Parsed::new(python, &text, None, &|| false).map(|(fresh, _)| fresh).expect("not stopped");
                    let (one, other) = (next.tree().root_node().to_sexp(), fresh.tree().root_node().to_sexp());
                    assert_eq!(one, other, "{} {cut}", &typed[..end]);
                    kept = kept.max(next.trees.len());
                    parsed = Some(next);
                }
            }
        }
        assert_eq!(kept, STATES);
    }
}
