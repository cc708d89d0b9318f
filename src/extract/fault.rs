//! What a grammar cannot make sense of.

use crate::language::Language;
use tree_sitter::{Node, Parser};

/// How many places of a text the grammar cannot make sense of: what it skips, what it has to imagine, and, where lines part
/// statements, those that nothing parts from the one before.
pub fn faults(language: &Language, text: &str) -> usize {
    let mut parser = Parser::new();
    let Ok(()) = parser.set_language(&language.grammar) else { return 0 };
    let Some(tree) = parser.parse(text, None) else { return 0 };
    let phrases = &language.habits.mend;
    let by_line = phrases.body.is_none() && !phrases.apart.is_empty();
    let mut open: Vec<Node> = vec![tree.root_node()];
    let mut count = 0;
    while let Some(node) = open.pop() {
        if node.is_error() || node.is_missing() {
            count += 1;
        } else if node.has_error() || by_line {
            let mut cursor = node.walk();
            let parts: Vec<Node> = node.children(&mut cursor).collect();
            if by_line {
                count += parts.windows(2).filter(|pair| are_joined(pair[0], pair[1])).count();
            }
            open.extend(parts);
        }
    }
    count
}

/// Whether two statements stand side by side on one line.
fn are_joined(one: Node, next: Node) -> bool {
    let states = |node: Node| node.is_named() && (node.kind().ends_with("_statement") || node.kind().ends_with("_definition"));
    states(one) && states(next) && one.end_position().row == next.start_position().row
}

/// How much the grammar has to skip, in bytes, before that is more than a slip of the grammar.
const SLIP: usize = 6;

/// The first stretch of code that the grammar skips, if there is enough of it in the file. What an exact grammar skips or
/// imagines is never its own slip.
pub fn skipped(root: Node, exact: bool) -> Option<Node> {
    let (mut open, mut first, mut bytes) = (vec![root], None::<Node>, 0);
    while let Some(node) = open.pop() {
        if node.is_error() || (exact && node.is_missing()) {
            bytes += node.byte_range().len();
            if first.is_none_or(|first| node.start_byte() < first.start_byte()) {
                first = Some(node);
            }
        } else if node.has_error() {
            let mut cursor = node.walk();
            open.extend(node.children(&mut cursor));
        }
    }
    first.filter(|_| exact || bytes > SLIP)
}

#[cfg(test)]
mod tests {
    use super::faults;
    use crate::extract::extract;
    use crate::language::languages;

    #[test]
    fn statements_need_something_between_them() {
        let python = languages().get("python").expect("a built-in language");
        for right in ["a()\nb()\n", "a(); b()\n", "if a: b()\nelse: c()\n", "def a(): b(); return c\n", "class A: b = 1; c = 2\n"]
        {
            assert_eq!(faults(python, right), 0, "{right}");
        }
        for wrong in ["def a():\n    b(); c() return None\n", "def a(): b() return c()\n", "b(); c() raise d\n"] {
            assert!(faults(python, wrong) > 0, "{wrong}");
        }
    }

    #[test]
    fn an_exact_grammar_makes_no_slips() {
        let python = languages().get("python").expect("a built-in language");
        for right in ["x = 1\n", "match = case = type = 1\nprint(match, *case)\n", "def f[T](x: T) -> T: ...\n", "", "# only\n"] {
            assert_eq!(extract(python, right).skipped, None, "{right}");
        }
        for wrong in ["x = = 1\n", "def x(:\n    pass\n", "x = (1\n", "x = [1,, 2]\n", "a b\n", "if x\n    y()\n"] {
            assert!(extract(python, wrong).skipped.is_some(), "{wrong}");
        }
    }
}
