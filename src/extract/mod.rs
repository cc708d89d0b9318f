//! From text to facts. Together with `language/` the only user of the parser; total: whatever the text, facts come back.

mod define;
mod expr;
mod extend;
mod fault;
mod forms;
mod import;
mod kept;
mod lower;
mod macros;
mod moved;
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
use kept::{Keeping, Placed};
use lower::Lowering;
use macros::Prepared;
use tree_sitter::{Parser, Tree};

/// The word with which a directive to this program begins, and how people write it by mistake.
const DIRECTIVE: [&str; 5] = ["watertight", "Watertight", "WATERTIGHT", "ater-tight:", "ater_tight:"];

/// The facts of one text. A text that does not parse gives the facts of the parts that do.
pub fn extract(language: &Language, text: &str) -> Facts {
    let prepared = macros::prepare(&language.habits.macros, text);
    let mut parser = Parser::new();
    let tree = match parser.set_language(&language.grammar) {
        Ok(()) => parser.parse(prepared.parsed(text), None),
        Err(_) => None,
    };
    tree.map(|tree| read(language, text, &prepared, &tree, None).0).unwrap_or_default()
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
    let (mut parsed, edit) = Parsed::new(language, prepared.parsed(text), before, stop)?;
    let keeping = language.habits.implicit_declarations.then(|| Keeping::new(before.map(|before| &before.kept).zip(edit)));
    let (facts, kept) = read(language, text, &prepared, parsed.tree(), keeping);
    parsed.kept = kept;
    Some((facts, parsed))
}

/// The facts of a tree, and what of them can be kept for the next one if something is kept at all.
fn read(language: &Language, text: &str, prepared: &Prepared, tree: &Tree, keeping: Option<Keeping<'_>>) -> (Facts, Vec<Placed>) {
    let parsed = prepared.parsed(text);
    let forms = forms::Forms::new(language, parsed);
    let mut lowering = Lowering::new(language, &forms, parsed, (text, prepared));
    lowering.keeping = keeping;
    let mut lowered = lowering.run(tree.root_node());
    let kept = std::mem::take(&mut lowered.kept);
    let mut facts = resolve::resolve(lowered, &language.habits);
    // Comments are read for the directives in them, and hardly any file has one.
    if DIRECTIVE.iter().any(|word| text.contains(word)) {
        facts.comments = forms::comments(language, tree.root_node(), |node| lower::span(prepared, node));
    }
    let runs = |mark: &String| text.contains(mark.as_str());
    // `#![no_std]` is an attribute.
    let interpreted = text.strip_prefix("#!").is_some_and(|rest| rest.trim_start().starts_with('/'));
    facts.is_program = interpreted && language.habits.program.as_ref().is_none_or(runs);
    facts.skipped = fault::skipped(tree.root_node(), language.habits.exact_grammar).map(|node| lower::span(prepared, node));
    (facts, kept)
}

#[cfg(test)]
mod tests {
    use super::{Parsed, extract_again, macros, read};
    use crate::language::languages;
    use std::path::Path;

    const TEXT: &str = "import os, sys as system
from a.b import *

CACHE = {}
read = lambda path: CACHE[path]


class Store(Base, metaclass=Meta):
    seen: list = []

    def put(self, key, value=None):
        global LAST
        LAST, self.last = key, value
        self.seen += [one for one in self.seen if one]
        yield self


@decorated(CACHE)
async def load(path, *rest, **named):
    try:
        async with opened(path) as handle:
            for line in handle:
                CACHE[line] = await rest
    except OSError as error:
        raise error
    finally:
        os.remove(path)


if system:
    def load(path):
        match path:
            case [one]:
                return one
else:
    load = None
for LAST in CACHE:
    del CACHE[LAST]
Store().put(1)
";

    #[test]
    fn what_is_kept_is_what_is_lowered_again() {
        let python = languages().by_path(Path::new("a.py")).expect("known");
        let bits = [
            "def f(a=g):\n    global CACHE\n    CACHE = a\n",
            "class Store: pass\n",
            "x = (",
            ")",
            "'",
            "\n",
            "global load\n",
            "é",
        ];
        let starts = TEXT.match_indices('\n').map(|(at, _)| at + 1);
        let mut before: Option<Parsed> = None;
        for (start, bit) in starts.zip(bits.into_iter().cycle()) {
            for text in [TEXT.to_owned(), format!("{}{bit}{}", &TEXT[..start], &TEXT[start..]), TEXT[..start].to_owned()] {
                let (facts, parsed) = extract_again(python, &text, before.as_ref(), &|| false).expect("not stopped");
                let prepared = macros::prepare(&python.habits.macros, &text);
                let (whole, _) = read(python, &text, &prepared, parsed.tree(), None);
                assert_eq!(format!("{facts:#?}"), format!("{whole:#?}"), "{text}");
                before = Some(parsed);
            }
        }
        let kept = before.map_or(0, |parsed| parsed.kept.len());
        assert!(kept > 5, "{kept}");
    }
}
