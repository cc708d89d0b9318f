//! Files that are written into a folder which has just been made: hardly anything keeps them from it.

use super::plight::Case;
use crate::facts::{ExprId, Source};
use rustc_hash::FxHashSet;

/// How many names in a row are followed from the folder to a file in it.
const HOPS: u32 = 3;

impl Case<'_, '_> {
    /// Whether a call makes or writes a file in the folder that is held.
    pub(super) fn is_filling(&self, call: ExprId) -> bool {
        let (facts, words) = (self.context.facts, self.context.words);
        let method = facts.method_name(call);
        if !words.filling.iter().any(|word| word.fits(facts.callee_path(call), method)) {
            return false;
        }
        // What is opened to be read may be missing.
        let opens = facts.callee_name(call) == Some("open");
        let mode =
            |arg: &ExprId| facts.literal_text(*arg).is_some_and(|text| text.len() < 4 && text.starts_with(['w', 'a', 'x']));
        let named = || facts.option(call, "mode").is_some_and(|value| mode(&value));
        if opens && !facts.args(call).iter().any(mode) && !named() {
            return false;
        }
        let inside = self.inside();
        let at = facts.callee(call).receiver.into_iter().chain(facts.positional(call, 0));
        at.map(|at| facts.expr(at).span).any(|span| inside.iter().any(|mention| span.contains(facts.expr(*mention).span)))
    }

    /// The mentions of the folder, and of what has its path from it.
    fn inside(&self) -> FxHashSet<ExprId> {
        let facts = self.context.facts;
        let mut inside = self.custody.mentions.clone();
        for _ in 0..HOPS {
            let made = |source: Source| match source {
                Source::Assigned(value) | Source::Managed(value) => {
                    let span = facts.expr(value).span;
                    inside.iter().any(|mention| span.contains(facts.expr(*mention).span))
                }
                _ => false,
            };
            let named = facts.bindings.iter().filter(|binding| binding.definitions.iter().any(|one| made(one.source)));
            let further: Vec<ExprId> = named.flat_map(|binding| binding.uses.iter().copied()).collect();
            inside.extend(further);
        }
        inside
    }
}
