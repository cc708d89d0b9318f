//! From text to facts. Together with `language/` the only user of the parser; total: whatever the text, facts come back.

mod define;
mod expr;
mod forms;
mod import;
mod lower;
mod operation;
mod place;
mod resolve;
mod step;

use crate::facts::{ExprId, ExprKind, Facts, Literal};
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
    let (mut facts, pending, module_names) = Lowering::new(language, &forms, text).run(tree.root_node());
    resolve::resolve(&mut facts, &language.habits, &pending, &module_names);
    texts(&mut facts, text);
    // Comments are read for the directives in them, and hardly any file has one.
    if text.contains(DIRECTIVE) {
        facts.comments = forms::comments(language, tree.root_node());
    }
    facts
}

/// Longest text that is kept, in bytes: the names of events and modes are short.
const LONGEST_TEXT: usize = 40;

/// Keeps the short constant texts that are given to calls.
fn texts(facts: &mut Facts, text: &str) {
    for at in 0..facts.exprs.len() {
        let ExprKind::Call { args, .. } = facts.exprs[at].kind else { continue };
        let constant = |arg: &ExprId| facts.literal(*arg) == Some(Literal::Text);
        let short: Vec<ExprId> = facts.list(args).iter().take(2).copied().filter(constant).collect();
        for arg in short {
            let written = facts.expr(arg).span.slice(text).trim_matches(['"', '\'', '`']);
            if written.len() <= LONGEST_TEXT {
                let name = facts.names.intern(written);
                facts.texts.insert(arg, name);
            }
        }
    }
}
