//! Callbacks that one local function takes off which only some of those call who settle the promise.

use super::check::Registered;
use crate::checks::Context;
use crate::checks::lives::callback;
use crate::checks::work::race;
use crate::facts::{BindingId, BindingKind, ExprId, ExprKind, Facts, FunctionId, FunctionKind, Parent};

/// Events that tell of a failure, after which the work is over.
const FAILURES: [&str; 4] = ["error", "timeout", "abort", "aborted"];
/// Events that come at the end whatever has happened.
const ENDS: [&str; 6] = ["close", "end", "finish", "loadend", "exit", "settled"];

/// The call that breaks the promise in a handler of a failure which does not call what takes the callback off.
pub fn forgotten(context: &Context, one: &Registered, removals: &[ExprId]) -> Option<ExprId> {
    let facts = context.facts;
    let helper = facts.function_of(*removals.first()?);
    let executor = facts.enclosing(one.function).find(|id| is_executor(context, *id))?;
    let alone = removals.iter().all(|call| facts.function_of(*call) == helper);
    let inside = helper != executor && facts.enclosing(helper).any(|id| id == executor);
    if !alone || !inside || facts.function(helper).kind != FunctionKind::Named || !is_only_called(facts, helper) {
        return None;
    }
    let ending: Vec<FunctionId> = facts.function(helper).callers.iter().map(|call| facts.function_of(*call)).collect();
    if ending.is_empty() || ending.iter().any(|id| *id == executor || has_role(facts, *id, &ENDS)) {
        return None;
    }
    let reject = facts.function(executor).params.get(1)?.binding;
    let told = callback::function_behind(facts, one.callback);
    let forgets = |at: &&ExprId| {
        let own = facts.function_of(**at);
        let around: Vec<FunctionId> = facts.enclosing(own).take_while(|id| *id != executor).collect();
        let ends = |id: &FunctionId| ending.contains(id) || calls_any(facts, *id, &ending) || Some(*id) == told;
        is_called(facts, **at) && has_role(facts, own, &FAILURES) && !around.iter().any(ends)
    };
    facts.binding(reject).uses.iter().find(forgets).copied()
}

/// Whether a function is what a promise is made with.
fn is_executor(context: &Context, function: FunctionId) -> bool {
    let facts = context.facts;
    match facts.closure_expr(function).map(|made| facts.expr(made).parent) {
        Some(Parent::Expr(call)) => race::is_pending(context, call),
        _ => false,
    }
}

fn is_called(facts: &Facts, mention: ExprId) -> bool {
    matches!(facts.expr(mention).parent, Parent::Expr(call) if matches!(facts.kind(call), ExprKind::Call { callee, .. } if callee == mention))
}

/// The name of a function that is declared by a name.
fn binding_of(facts: &Facts, function: FunctionId) -> Option<BindingId> {
    let at = facts.bindings.iter().position(|binding| binding.kind == BindingKind::Function(function))?;
    Some(BindingId(at as u32))
}

/// The mentions of a function that do not call it, its declaration aside.
fn handed(facts: &Facts, function: FunctionId) -> Vec<ExprId> {
    let head = facts.function(function).head;
    let uses = binding_of(facts, function).map_or(&[][..], |binding| facts.binding(binding).uses.as_slice());
    uses.iter().copied().filter(|at| !is_called(facts, *at) && !head.contains(facts.expr(*at).span)).collect()
}

/// Whether nobody else gets a function, so that all who call it are in sight.
fn is_only_called(facts: &Facts, function: FunctionId) -> bool {
    binding_of(facts, function).is_some() && handed(facts, function).is_empty()
}

/// Whether a function calls one of these.
fn calls_any(facts: &Facts, function: FunctionId, others: &[FunctionId]) -> bool {
    facts.function(function).calls.iter().any(|call| facts.callee(*call).function.is_some_and(|id| others.contains(&id)))
}

/// Whether a function is told of one of these events: as `onerror`, or by the name under which it is registered.
fn has_role(facts: &Facts, function: FunctionId, events: &[&str]) -> bool {
    let made = facts.closure_expr(function).and_then(|made| closure_of(facts, made, function));
    made.into_iter().chain(handed(facts, function)).any(|at| tells(facts, at, events))
}

/// The expression that a closure is, by what stands around it.
fn closure_of(facts: &Facts, made: ExprId, function: FunctionId) -> Option<ExprId> {
    (facts.kind(made) == ExprKind::Closure(function)).then_some(made)
}

/// Whether what holds a function says that it is told of one of these events.
fn tells(facts: &Facts, at: ExprId, events: &[&str]) -> bool {
    let Parent::Expr(outer) = facts.expr(at).parent else { return false };
    match facts.kind(outer) {
        ExprKind::Assign { target, value: Some(value), .. } if value == at => match facts.kind(target) {
            ExprKind::Field { name, .. } => facts.text(name).strip_prefix("on").is_some_and(|event| events.contains(&event)),
            _ => false,
        },
        ExprKind::Call { callee, .. } if callee != at => {
            let event = facts.positional(outer, 0).and_then(|event| facts.literal_text(event));
            event.is_some_and(|event| events.contains(&event)) || facts.method_name(outer) == Some("finally")
        }
        _ => false,
    }
}
