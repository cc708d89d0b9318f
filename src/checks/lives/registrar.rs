//! Functions by which a callback is registered, whatever they are called: `onMessage(fn) { this.socket.onmessage = fn; }`.
//! They run once for each who registers, and neither for each event nor at an end.

use crate::facts::{BindingId, ExprId, ExprKind, Facts, FunctionId, Parent};

/// Whether a function is given a callback that it registers: it only hands it on, keeps it, or calls it in a callback of its
/// own.
pub fn registers(facts: &Facts, function: FunctionId) -> bool {
    let own = facts.function(function);
    facts.exported.is_some() && own.params.iter().any(|param| is_registered(facts, function, param.binding))
}

fn is_registered(facts: &Facts, function: FunctionId, param: BindingId) -> bool {
    let uses = &facts.binding(param).uses;
    let called_now = |at: &ExprId| facts.function_of(*at) == function && is_called(facts, *at);
    let named = || CALLED.contains(&facts.text(facts.binding(param).name));
    // One that is called on the spot is told of the outcome of this very call.
    !uses.iter().any(called_now)
        && uses.iter().any(|at| {
            let later = is_called(facts, *at) && facts.function_of(*at) != function && !continues(facts, facts.function_of(*at));
            later || becomes_handler(facts, *at) || named() && is_kept(facts, *at)
        })
}

/// Names of parameters that are functions.
const CALLED: [&str; 9] = ["fn", "func", "cb", "callback", "handler", "listener", "observer", "subscriber", "hook"];

fn is_called(facts: &Facts, mention: ExprId) -> bool {
    let Parent::Expr(call) = facts.expr(mention).parent else { return false };
    matches!(facts.kind(call), ExprKind::Call { callee, .. } if callee == mention)
}

/// Whether a closure is the rest of the work of this very call.
fn continues(facts: &Facts, closure: FunctionId) -> bool {
    let Some(Parent::Expr(call)) = facts.closure_expr(closure).map(|made| facts.expr(made).parent) else { return false };
    let after = ["then", "catch", "finally", "setTimeout", "setImmediate", "nextTick", "queueMicrotask", "requestAnimationFrame"];
    facts.callee_name(call).is_some_and(|name| after.contains(&name))
}

/// Whether a value becomes the handler of something: `socket.onclose = fn`.
fn becomes_handler(facts: &Facts, mention: ExprId) -> bool {
    let Parent::Expr(parent) = facts.expr(mention).parent else { return false };
    match facts.kind(parent) {
        ExprKind::Assign { target, value: Some(value), .. } if value == mention => match facts.kind(target) {
            ExprKind::Field { name, .. } => facts.text(name).starts_with("on"),
            _ => false,
        },
        _ => false,
    }
}

/// Whether a value is given to a call, or written to a place.
fn is_kept(facts: &Facts, mention: ExprId) -> bool {
    let Parent::Expr(parent) = facts.expr(mention).parent else { return false };
    match facts.kind(parent) {
        ExprKind::Call { callee, .. } => callee != mention,
        ExprKind::Assign { value, .. } => value == Some(mention),
        _ => false,
    }
}
