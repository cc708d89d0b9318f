//! Keys that are made anew with each event: drawn at random, counted up, or named after something that comes and goes.

use super::key;
use crate::facts::{BindingKind, ExprId, ExprKind, Facts, Source};
use crate::rules::Words;

/// How many values are followed in a row.
const HOPS: u32 = 5;

/// Where a key gets what makes it new.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fresh {
    /// Its name says that it is the identifier of one event (`request_id`).
    Named,
    /// It is drawn or counted up in sight.
    Drawn,
}

/// What says that a key is another one with each event.
pub fn fresh(facts: &Facts, words: &Words, key: ExprId) -> Option<Fresh> {
    judge(facts, words, key, HOPS)
}

/// Whether a key is named after who or what comes and goes while a service runs: `user`, `session`, `ip`.
pub fn is_guest(facts: &Facts, words: &Words, key: ExprId) -> bool {
    let named = |name: &str| {
        let own = key::split(name);
        let of = match own.split_last() {
            Some((last, of)) if words.identifiers.contains(last) && !of.is_empty() => of.join("_"),
            _ => own.join("_"),
        };
        key::ends_with(&words.guests, &of)
    };
    match facts.kind(key) {
        ExprKind::Name { name, binding } => {
            let variable = binding
                .is_some_and(|binding| matches!(facts.binding(binding).kind, BindingKind::Variable | BindingKind::Parameter(_)));
            variable && named(facts.text(name))
        }
        ExprKind::Field { base, name } => {
            named(facts.text(name)) || key::last_name(facts, base).is_some_and(named) && named_id(words, facts.text(name))
        }
        ExprKind::Collection { items, .. } | ExprKind::Other(items) => {
            facts.list(items).iter().any(|item| is_guest(facts, words, *item))
        }
        ExprKind::Call { .. } => facts.args(key).iter().any(|arg| is_guest(facts, words, *arg)),
        _ => false,
    }
}

fn named_id(words: &Words, name: &str) -> bool {
    key::split(name).last().is_some_and(|last| words.identifiers.contains(last))
}

fn judge(facts: &Facts, words: &Words, key: ExprId, hops: u32) -> Option<Fresh> {
    let hops = hops.checked_sub(1)?;
    match facts.kind(key) {
        ExprKind::Call { .. } if draws(facts, words, key) => Some(Fresh::Drawn),
        // `uuid4().hex`, `str(uuid4())`
        ExprKind::Call { .. } => {
            let receiver = facts.callee(key).receiver.and_then(|receiver| judge(facts, words, receiver, hops));
            let args = facts.args(key).iter().filter_map(|arg| judge(facts, words, *arg, hops)).max();
            receiver.filter(|fresh| *fresh == Fresh::Drawn).max(args)
        }
        ExprKind::Field { base, name } => {
            let own = facts.text(name);
            let of = key::last_name(facts, base).filter(|_| named_id(words, own));
            let drawn = judge(facts, words, base, hops).filter(|fresh| *fresh == Fresh::Drawn);
            drawn.or_else(|| by_name(words, &of.map_or_else(|| own.to_owned(), |of| format!("{of}_{own}"))))
        }
        ExprKind::Name { name, binding: Some(binding) } => {
            let given = facts.binding(binding).definitions.iter().filter_map(|definition| match definition.source {
                Source::Assigned(value) => judge(facts, words, value, hops),
                _ => None,
            });
            let drawn = given.filter(|fresh| *fresh == Fresh::Drawn).max();
            drawn.or_else(|| if key::is_other(facts, binding) { None } else { by_name(words, facts.text(name)) })
        }
        ExprKind::Collection { items, .. } | ExprKind::Operation { operands: items, .. } | ExprKind::Other(items) => {
            facts.list(items).iter().filter_map(|item| judge(facts, words, *item, hops)).max()
        }
        ExprKind::Await(inner) => judge(facts, words, inner, hops),
        ExprKind::Assign { value: None, update: Some(_), .. } => Some(Fresh::Drawn),
        _ => None,
    }
}

fn draws(facts: &Facts, words: &Words, call: ExprId) -> bool {
    // A project may have a function of its own for it, by the name that everybody knows.
    let known = facts.callee_name(call).is_some_and(|name| {
        matches!(name, "uuid1" | "uuid4" | "uuid6" | "uuid7") && words.drawn.iter().any(|word| word.last() == name)
    });
    // The first that fits of several is none that was not there before, and a counter needs no value for its end.
    let chosen = || {
        let chooses = |arg: &ExprId| matches!(facts.kind(*arg), ExprKind::Comprehension { .. });
        facts.callee_path(call) == Some("next") && (facts.args(call).len() > 1 || facts.args(call).iter().any(chooses))
    };
    known || words.drawn.iter().any(|word| word.fits(facts.callee_path(call), facts.method_name(call))) && !chosen()
}

fn by_name(words: &Words, name: &str) -> Option<Fresh> {
    let own = key::split(name);
    let (last, of) = own.split_last()?;
    let event = words.identifiers.contains(last) && !of.is_empty() && key::ends_with(&words.events, &of.join("_"));
    // A `uuid` may just as well name a device; one that is drawn is told by the call.
    (event || matches!(last.as_str(), "nonce" | "pid")).then_some(Fresh::Named)
}
