//! What becomes of an object after a method that is named like its end: it may be gone, begin anew, or just go on.

use super::owner;
use crate::facts::{Facts, FunctionId, TypeId};
use crate::rules::Words;

/// What becomes of an object after such a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// It is of no use any more, as far as is known.
    Gone,
    /// Another method begins anew what this one ends: `connect` after `disconnect`.
    Resumed(FunctionId),
    /// It goes on: `clear` empties it, `abort` gives up what it is about.
    On,
}

/// What becomes of an object of a type after a method of it.
pub fn after(facts: &Facts, words: &Words, ty: TypeId, method: FunctionId) -> After {
    let name = facts.function(method).name.map_or("", |name| facts.text(name));
    if words.interim.iter().any(|word| word == name) || super::sole::undoes_elsewhere(facts, words, method) {
        return After::On;
    }
    resuming(facts, words, ty, name).map_or(After::Gone, After::Resumed)
}

/// The method that does the opposite of one that is named like an end, and is named like a beginning.
fn resuming(facts: &Facts, words: &Words, ty: TypeId, name: &str) -> Option<FunctionId> {
    if words.interim.is_empty() {
        return None;
    }
    let bare = name.trim_start_matches(['_', '#']);
    let undone = |row: &&Vec<String>| row.iter().skip(1).any(|word| word == bare);
    let doing = words.opposites.iter().filter(undone).filter_map(|row| row.first());
    let mut beginning = doing.filter(|word| words.beginning.contains(word));
    let methods = facts.relatives(ty).into_iter().flat_map(|ty| facts.ty(ty).methods.iter().copied());
    let own: Vec<FunctionId> = methods.filter(|id| !facts.function(*id).traits.is_static).collect();
    let named = |id: &FunctionId, word: &str| facts.function(*id).name.is_some_and(|name| facts.text(name) == word);
    beginning.find_map(|word| own.iter().copied().find(|id| named(id, word)))
}

/// The methods that end an object of a type for good, as far as a function of it is concerned: what a method begins that
/// can begin anew is ended by the opposite of that method.
pub fn ends(facts: &Facts, words: &Words, ty: TypeId, function: FunctionId) -> Vec<FunctionId> {
    let reaches = |begin: FunctionId| owner::reach(facts, Some(ty), &[begin]).contains(&function);
    let mut all = owner::teardowns(facts, ty);
    all.retain(|method| match after(facts, words, ty, *method) {
        After::Gone => true,
        After::Resumed(begin) => reaches(begin),
        After::On => false,
    });
    all
}
