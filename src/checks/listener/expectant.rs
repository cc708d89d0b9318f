//! Callbacks for one of several events: the emitter takes off those that were called, and keeps the others.

use super::check::Registered;
use super::reach::{self, Reach};
use crate::checks::lives::key;
use crate::facts::Facts;

/// Whether a callback waits for one of several events on an emitter that goes on after the first of them.
pub fn left_waiting(facts: &Facts, one: &Registered, all: &[Registered]) -> bool {
    let event = |of: &Registered| of.registration.event.and_then(|at| facts.literal_text(facts.positional(of.at, at)?));
    let name = |of: &Registered| of.emitter.and_then(|emitter| key::last_name(facts, emitter));
    let Some(own) = event(one) else { return false };
    let lasts = |of: &str| !one.registration.last.iter().any(|word| word == of);
    let beside = |other: &&Registered| {
        other.registration.once && other.function == one.function && other.at != one.at && name(other) == name(one)
    };
    let others: Vec<&str> = all.iter().filter(beside).filter_map(event).filter(|other| *other != own).collect();
    let stays = one.emitter.is_some_and(|emitter| reach::of(facts, emitter) > Reach::Local);
    // When the last event of an emitter has come, nothing is left of it.
    stays && !others.is_empty() && (lasts(own) || others.iter().any(|other| lasts(other)))
}
