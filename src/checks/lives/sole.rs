//! Types of which there is one object by the way they are declared, and ends that are refused.

use super::key;
use super::registrar;
use crate::facts::{ExitKind, ExprId, ExprKind, Facts, FunctionId, Parent, Root, StepKind, TypeId};
use crate::rules::Words;

/// Whether a type is declared as a singleton: by a metaclass, a base or a decorator of that name, which keeps the one instance
/// and runs its constructor once.
pub fn is_declared(facts: &Facts, ty: TypeId) -> bool {
    let own = facts.ty(ty);
    let named = |expr| key::last_name(facts, expr).is_some_and(|name| key::split(name).iter().any(|word| word == "singleton"));
    own.bases.iter().chain(&own.decorators).any(|part| match facts.kind(*part) {
        ExprKind::Named { value, .. } => named(value),
        _ => named(*part),
    })
}

/// Whether a method that is named like an end is told which of many entries to end, and looks that one up:
/// `disconnect(id)` beside `this.peers[id]`.
fn ends_an_entry(facts: &Facts, method: FunctionId) -> bool {
    let own = facts.function(method);
    let Some(first) = own.params.first().filter(|_| facts.exported.is_some()) else { return false };
    let is_field =
        |expr: ExprId| facts.place(expr).is_some_and(|place| matches!(facts.places.get(place).root, Root::Instance(_)));
    let looks_up = |at: &ExprId| match facts.expr(*at).parent {
        Parent::Expr(user) => match facts.kind(user) {
            ExprKind::Index { base, .. } => base != *at && is_field(base),
            ExprKind::Call { .. } => {
                let by_key = matches!(facts.method_name(user), Some("get" | "has" | "delete"));
                by_key && facts.positional(user, 0) == Some(*at) && facts.callee(user).receiver.is_some_and(is_field)
            }
            _ => false,
        },
        _ => false,
    };
    facts.binding(first.binding).uses.iter().any(looks_up)
}

/// Whether a method takes back what the object has done to the one thing that it is given: `uninstall(agent)`. The object
/// itself goes on.
pub fn undoes_elsewhere(facts: &Facts, words: &Words, method: FunctionId) -> bool {
    let own = facts.function(method);
    let name = own.name.map_or("", |name| facts.text(name));
    let undoes = words.undoing.iter().any(|word| word == name);
    let Some(first) = own.params.first().filter(|first| undoes && first.default.is_none()) else { return false };
    let reads = |at: &ExprId| match facts.expr(*at).parent {
        Parent::Expr(part) => {
            matches!(facts.kind(part), ExprKind::Field { base, .. } | ExprKind::Index { base, .. } if base == *at)
        }
        _ => false,
    };
    facts.binding(first.binding).uses.iter().any(reads)
}

/// Whether a method that is named like an end is none: it is told which of many entries to end, or what is to be called at
/// the end.
pub fn is_no_end(facts: &Facts, method: FunctionId) -> bool {
    let name = facts.function(method).name.map_or("", |name| facts.text(name));
    ends_an_entry(facts, method) || name.starts_with("on") && registrar::registers(facts, method)
}

/// Whether nothing at all is done in the methods that are to end an object: the contract asks for them, and it has no end.
pub fn is_idle_end(facts: &Facts, methods: &[FunctionId]) -> bool {
    let idle = |step: &crate::facts::StepId| match facts.step(*step).kind {
        StepKind::Evaluate(expr) => matches!(facts.kind(expr), ExprKind::Literal(_)),
        StepKind::Exit { kind: ExitKind::Return, value } => value.is_none_or(|value| facts.literal(value).is_some()),
        _ => false,
    };
    !methods.is_empty() && methods.iter().all(|method| facts.function(*method).body.iter().all(idle))
}

/// Whether a method that is named like an end only says that it cannot be done. One that is empty is there to be filled.
pub fn is_refused_end(facts: &Facts, method: FunctionId) -> bool {
    let body = &facts.function(method).body;
    let idle = |step: &crate::facts::StepId| match facts.step(*step).kind {
        StepKind::Evaluate(expr) => matches!(facts.kind(expr), ExprKind::Literal(_)),
        StepKind::Exit { kind: ExitKind::Return, value } => value.is_none_or(|value| facts.literal(value).is_some()),
        StepKind::Exit { kind, .. } => kind == ExitKind::Raise,
        _ => false,
    };
    let raises = |step: &crate::facts::StepId| matches!(facts.step(*step).kind, StepKind::Exit { kind: ExitKind::Raise, .. });
    body.iter().all(idle) && body.iter().any(raises)
}

/// Whether a method ends the process in which it runs.
pub fn exits(facts: &Facts, words: &Words, method: FunctionId) -> bool {
    facts.function(method).calls.iter().any(|call| quits(facts, words, *call))
}

/// Whether a call ends the process.
pub fn quits(facts: &Facts, words: &Words, call: ExprId) -> bool {
    words.quits.iter().any(|word| word.fits(facts.callee_path(call), None))
}
