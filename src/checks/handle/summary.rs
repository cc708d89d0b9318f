//! What the functions of a file do for their callers: make a resource and return it, or take over a parameter.

use super::fate::{Fate, HELPERS, fates};
use super::obligation::Ledger;
use super::taking::Taking;
use crate::facts::{BindingId, ExitKind, ExprId, ExprKind, Facts, FunctionId, ParamKind, Parent, StepKind};
use crate::rules::Resource;
use rustc_hash::FxHashMap;

/// Rounds in which helpers that call helpers are found.
const ROUNDS: usize = 2;

/// Every function that returns a resource it has just made, with the resource.
pub fn fresh(ledger: &Ledger) -> FxHashMap<FunctionId, usize> {
    let mut found: FxHashMap<FunctionId, usize> = FxHashMap::default();
    let mut calls: Vec<ExprId> = ledger.facts.callees.keys().copied().collect();
    calls.sort_unstable();
    for _ in 0..ROUNDS {
        let before = found.len();
        for &call in &calls {
            let inner = ledger.facts.callee(call).function.and_then(|function| found.get(&function).map(|at| (*at, None)));
            let own = ledger.made(call).filter(|at| !ledger.is_built(ledger.resource(*at), call));
            let Some((at, part)) = own.map(|at| (at, ledger.resource(at).part)).or(inner) else { continue };
            let function = ledger.facts.function_of(call);
            let plain = ledger.facts.function(function);
            let direct = plain.decorators.is_empty() && !plain.traits.is_generator && plain.name.is_some();
            if direct && !is_choosy(ledger, function, call) && returns(ledger, ledger.resource(at), call, part) {
                found.insert(function, at);
            }
        }
        if found.len() == before {
            break;
        }
    }
    found
}

/// Whether a function returns an object of a type of the project on another way, which has ways of its own to be closed.
fn is_choosy(ledger: &Ledger, function: FunctionId, call: ExprId) -> bool {
    let facts = ledger.facts;
    let own =
        |value: ExprId| value != call && !facts.raii && facts.callee(value).constructs.is_some() && ledger.made(value).is_none();
    facts.steps_in(function).any(|step| match step.kind {
        StepKind::Exit { kind: ExitKind::Return, value: Some(value) } => own(facts.peeled(value)),
        _ => false,
    })
}

/// Whether the caller gets what a call makes, and nobody else.
fn returns(ledger: &Ledger, resource: &Resource, call: ExprId, part: Option<usize>) -> bool {
    let alone = |expr: ExprId| is_whole(ledger, expr) && !is_part(ledger, call, expr);
    match fates(ledger, resource, call, part, HELPERS).as_slice() {
        [Fate::Returned(at)] => part.is_none() && alone(*at),
        [Fate::Bound(binding, _)] => {
            let function = ledger.facts.function_of(call);
            // A name of the module keeps it, too.
            let outside = |expr: &ExprId| ledger.facts.function_of(*expr) != function;
            let known = ledger.facts.binding(*binding);
            if ledger.facts.scopes[known.scope.index()].function != function || known.uses.iter().any(outside) {
                return false;
            }
            // What every caller gives it, and gets back if nothing was wrong with it, is no new one.
            if is_demanded(ledger, function, *binding) {
                return false;
            }
            let mut returned = false;
            for &mention in &ledger.facts.binding(*binding).uses {
                for fate in fates(ledger, resource, mention, None, 0) {
                    match fate {
                        // It depends on the arguments whether the caller gets it open.
                        Fate::Released(at) if !is_clean_up(ledger, at) => return false,
                        Fate::Returned(at) if at == mention => returned = true,
                        Fate::Returned(_) | Fate::Handed(_) | Fate::Stored(..) | Fate::Yielded(_) | Fate::Bound(..) => {
                            return false;
                        }
                        _ => {}
                    }
                }
            }
            returned
        }
        _ => false,
    }
}

/// Whether a name is a parameter that every call gives a value.
fn is_demanded(ledger: &Ledger, function: FunctionId, binding: BindingId) -> bool {
    ledger.facts.function(function).params.iter().any(|param| param.binding == binding && param.default.is_none())
}

/// Whether an expression is evaluated only after a failure, or just before the function gives up.
fn is_clean_up(ledger: &Ledger, expr: ExprId) -> bool {
    ledger.facts.in_handler(expr) || ledger.facts.before_raise(expr)
}

/// A tuple or a choice that holds the handle is not the handle.
fn is_whole(ledger: &Ledger, expr: ExprId) -> bool {
    matches!(ledger.facts.kind(expr), ExprKind::Call { .. } | ExprKind::Await(_) | ExprKind::Try(_))
}

/// Whether what a call makes is one part of what holds it: `Ok((command.spawn()?, file))`.
fn is_part(ledger: &Ledger, call: ExprId, holder: ExprId) -> bool {
    let facts = ledger.facts;
    let around = std::iter::successors(Some(call), |at| match facts.expr(*at).parent {
        Parent::Expr(parent) if *at != holder => Some(parent),
        _ => None,
    });
    around.skip(1).any(|at| matches!(facts.kind(at), ExprKind::Collection { .. }))
}

/// What a function of this file does with the argument at one of its parameters; none if it is out of sight.
pub fn taking(ledger: &Ledger, resource: &Resource, call: ExprId, arg: ExprId, depth: u32) -> Option<Taking> {
    if depth == 0 {
        return None;
    }
    let binding = parameter(ledger, call, arg)?;
    let facts = ledger.facts;
    // A function that ignores what it is given stands for another one: an abstract method, a stub.
    if facts.binding(binding).uses.is_empty() {
        // A bare number that a function takes by a name for what it ignores stays with whoever has it.
        let ignored = facts.raii && resource.release.is_empty() && facts.text(facts.binding(binding).name).starts_with('_');
        return ignored.then_some(Taking::Borrows);
    }
    let mut result = Taking::Borrows;
    for &mention in &facts.binding(binding).uses {
        // What a function inside the helper does with it, it does at a time of its own.
        if facts.function_of(mention) != facts.scopes[facts.binding(binding).scope.index()].function {
            return Some(Taking::Keeps);
        }
        if result == Taking::Borrows && is_chosen(facts, mention) {
            result = Taking::Keeps;
        }
        for fate in fates(ledger, resource, mention, None, depth - 1) {
            match fate {
                Fate::Released(_) => result = Taking::Releases,
                Fate::Used(_) | Fate::Tested | Fate::Dropped => {}
                _ if result == Taking::Releases => {}
                _ => result = Taking::Keeps,
            }
        }
    }
    Some(result)
}

/// Whether a method is called on a value that is chosen when it runs, and so may be the one that lets it go: `stream[verb]()`.
fn is_chosen(facts: &Facts, mention: ExprId) -> bool {
    let Parent::Expr(element) = facts.expr(mention).parent else { return false };
    let ExprKind::Index { base, key: Some(key) } = facts.kind(element) else { return false };
    let called = |call| matches!(facts.kind(call), ExprKind::Call { callee, .. } if callee == element);
    base == mention && facts.literal(key).is_none() && matches!(facts.expr(element).parent, Parent::Expr(call) if called(call))
}

/// The parameter that an argument of a call reaches, where the callee is a plain function of this file.
pub fn parameter(ledger: &Ledger, call: ExprId, arg: ExprId) -> Option<BindingId> {
    let facts = ledger.facts;
    let callee = facts.callee(call);
    let function = facts.function(callee.function?);
    if !function.decorators.is_empty() && function.owner.is_none() {
        return None;
    }
    if let ExprKind::Named { name, .. } = facts.kind(arg) {
        return function
            .params
            .iter()
            .find(|param| param.name == name && param.kind == ParamKind::Plain)
            .map(|param| param.binding);
    }
    let position = facts.args(call).iter().position(|own| *own == arg)?;
    let spread = facts.args(call)[..=position].iter().any(|arg| matches!(facts.kind(*arg), ExprKind::Spread(_)));
    let implied = function.receiver.is_some() && callee.receiver.is_some();
    let param = function.params.get(position + usize::from(implied))?;
    (!spread && param.kind == ParamKind::Plain).then_some(param.binding)
}
