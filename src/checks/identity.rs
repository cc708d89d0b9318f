//! Whether a registration is taken back: the same receiver, event and callback.

use super::callback;
use super::listener::Registered;
use crate::facts::{ExprId, ExprKind, Facts, Segment};

/// What is known of the removal of a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// Nothing removes it.
    Never,
    /// Something removes it, or may.
    Same,
    /// A call removes a callback that was made on the spot and was never registered.
    Other(ExprId),
}

/// Looks for the removal of a registered callback anywhere in the file.
pub fn removal(facts: &Facts, one: &Registered) -> Removal {
    let mut found = Removal::Never;
    for function in &facts.functions {
        for call in function.calls.iter().copied().filter(|call| removes(facts, one, *call)) {
            match compare(facts, one, call) {
                Removal::Same => return Removal::Same,
                Removal::Other(at) => found = Removal::Other(at),
                Removal::Never => {}
            }
        }
    }
    found
}

fn removes(facts: &Facts, one: &Registered, call: ExprId) -> bool {
    let (path, method) = (facts.callee_path(call), facts.method_name(call));
    one.registration.remove.iter().any(|pattern| pattern.fits(path, method)) && call != one.at
}

fn compare(facts: &Facts, one: &Registered, call: ExprId) -> Removal {
    // A collection of callbacks has verbs that everything has; only the same collection counts.
    if !one.registration.collections.is_empty() {
        let ours = one.emitter.and_then(|emitter| last_name(facts, emitter));
        let theirs = facts.callee(call).receiver.and_then(|receiver| last_name(facts, receiver));
        if ours != theirs {
            return Removal::Never;
        }
    }
    let keyword = one.registration.callback_name.as_deref().unwrap_or_default();
    let Some(given) = facts.argument(call, keyword, Some(one.registration.callback)).or_else(|| facts.args(call).last().copied())
    else {
        // Everything is removed.
        return Removal::Same;
    };
    let fresh = matches!(facts.kind(given), ExprKind::Closure(_));
    if callback::same(facts, given, one.callback) {
        Removal::Same
    } else if fresh && matches!(facts.kind(one.callback), ExprKind::Closure(_)) {
        Removal::Other(call)
    } else if fresh || is_method(facts, given) && is_method(facts, one.callback) {
        Removal::Never
    } else {
        // By a variable, an event or a handle: it may well be the same.
        Removal::Same
    }
}

/// A method or field of the instance is told apart by its name.
fn is_method(facts: &Facts, expr: ExprId) -> bool {
    matches!(facts.kind(expr), ExprKind::Field { base, .. } if callback::is_instance(facts, base))
}

/// The last name on the way to an expression.
pub fn last_name(facts: &Facts, expr: ExprId) -> Option<&str> {
    match facts.kind(expr) {
        ExprKind::Field { name, .. } | ExprKind::Name { name, .. } => Some(facts.text(name)),
        ExprKind::Index { base, .. } => last_name(facts, base),
        _ => match facts.places.get(facts.place(expr)?).path.last()? {
            Segment::Field(name) => Some(facts.text(*name)),
            Segment::Item => None,
        },
    }
}
