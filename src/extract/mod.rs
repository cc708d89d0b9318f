//! From text to facts. Together with `language/` the only user of the parser; total: whatever the text, facts come back.

mod define;
mod expr;
mod extend;
mod fault;
mod forms;
mod import;
mod lower;
mod macros;
mod operation;
mod param;
mod parsed;
mod pattern;
mod place;
mod prototype;
mod resolve;
mod step;
mod tail;
mod typed;
mod typedef;

pub use fault::faults;
pub use parsed::Parsed;

use crate::facts::Facts;
use crate::language::Language;
use lower::Lowering;
use macros::Prepared;
use tree_sitter::{Parser, Tree};

/// The word with which a directive to this program begins, and how people write it by mistake.
const DIRECTIVE: [&str; 3] = ["watertight", "Watertight", "WATERTIGHT"];

/// The facts of one text. A text that does not parse gives the facts of the parts that do.
pub fn extract(language: &Language, text: &str) -> Facts {
    let prepared = macros::prepare(&language.habits.macros, text);
    let mut parser = Parser::new();
    let tree = match parser.set_language(&language.grammar) {
        Ok(()) => parser.parse(prepared.parsed(text), None),
        Err(_) => None,
    };
    tree.map(|tree| read(language, text, &prepared, &tree)).unwrap_or_default()
}

/// The facts of a text that will change and be read again. Only what differs from `before` is parsed anew; nothing comes of
/// it if `stop` says so meanwhile.
pub fn extract_again(
    language: &Language,
    text: &str,
    before: Option<&Parsed>,
    stop: &dyn Fn() -> bool,
) -> Option<(Facts, Parsed)> {
    let prepared = macros::prepare(&language.habits.macros, text);
    let parsed = Parsed::new(language, prepared.parsed(text), before, stop)?;
    Some((read(language, text, &prepared, parsed.tree()), parsed))
}

fn read(language: &Language, text: &str, prepared: &Prepared, tree: &Tree) -> Facts {
    let parsed = prepared.parsed(text);
    let forms = forms::Forms::new(language, parsed);
    let lowered = Lowering::new(language, &forms, parsed, (text, prepared)).run(tree.root_node());
    let mut facts = resolve::resolve(lowered, &language.habits);
    // Comments are read for the directives in them, and hardly any file has one.
    if DIRECTIVE.iter().any(|word| text.contains(word)) {
        facts.comments = forms::comments(language, tree.root_node(), |node| lower::span(prepared, node));
    }
    let runs = |mark: &String| text.contains(mark.as_str());
    // `#![no_std]` is an attribute.
    let interpreted = text.strip_prefix("#!").is_some_and(|rest| rest.trim_start().starts_with('/'));
    facts.is_program = interpreted && language.habits.program.as_ref().is_none_or(runs);
    facts.skipped = fault::skipped(tree.root_node()).map(|node| lower::span(prepared, node));
    facts
}
