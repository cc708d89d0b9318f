//! From text to facts. Together with `language/` the only user of the parser; total: whatever the text, facts come back.

mod define;
mod expr;
mod forms;
mod import;
mod lower;
mod operation;
mod param;
mod place;
mod prototype;
mod resolve;
mod step;
mod typedef;

use crate::facts::Facts;
use crate::language::Language;
use lower::Lowering;
use tree_sitter::Parser;

/// The word with which a directive to this program begins.
const DIRECTIVE: &str = "watertight";

/// The facts of one text. A text that does not parse gives the facts of the parts that do.
pub fn extract(language: &Language, text: &str) -> Facts {
    let mut parser = Parser::new();
    let tree = match parser.set_language(&language.grammar) {
        Ok(()) => parser.parse(text, None),
        Err(_) => None,
    };
    let Some(tree) = tree else { return Facts::default() };
    let forms = forms::Forms::new(language, text);
    let lowered = Lowering::new(language, &forms, text).run(tree.root_node());
    let mut facts = resolve::resolve(lowered, &language.habits);
    // Comments are read for the directives in them, and hardly any file has one.
    if text.contains(DIRECTIVE) {
        facts.comments = forms::comments(language, tree.root_node());
    }
    facts
}
