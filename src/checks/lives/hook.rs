//! Functions that a framework calls once, when the program begins or ends.

use super::key;
use crate::facts::{Facts, FunctionId};
use crate::rules::Words;

/// Whether a function of no type is named, or decorated, for the start or the end of the program: `on_startup`.
pub fn is_startup(facts: &Facts, words: &Words, function: FunctionId) -> bool {
    let own = facts.function(function);
    let begins = |name: &str| {
        let parts = key::split(name);
        let last = |last: &String| matches!(last.as_str(), "startup" | "shutdown") && words.startup.contains(last);
        parts.first().is_some_and(|first| first == "on") && parts.last().is_some_and(last)
    };
    let named = own.name.is_some_and(|name| begins(facts.text(name)));
    let decorated = own.decorators.iter().any(|decorator| {
        let path = facts.path_of(*decorator);
        path.as_deref().and_then(|path| path.rsplit('.').next()).or_else(|| facts.callee_name(*decorator)).is_some_and(begins)
    });
    own.owner.is_none() && (named || decorated)
}
