//! Keys that are given to a function by calls which are all in sight, or known to the project, and written out there.

use crate::checks::Context;
use crate::checks::lives::acquire;
use crate::facts::{BindingId, BindingKind, ExprId, ExprKind, Facts, Function, FunctionId, FunctionKind};
use crate::finding::{Evidence, Weight};

/// Through how many parameters in a row a key is followed.
const HOPS: u32 = 4;

/// What speaks against many keys: whoever calls the function gives it constants, whatever functions hand them on.
pub fn doubts(context: &Context, key: ExprId) -> Option<Evidence> {
    let known = |weight, text: &str| Some(Evidence::doubts(weight, text).at(context.span(key)));
    if context.facts.literal(key).is_none() && follow(context.facts, key, HOPS) {
        return known(Weight::Decisive, "all who call the function give it keys that are written there");
    }
    match given(context, key, HOPS)? {
        0 => None,
        // Others may call it as well, and one call is no habit.
        1 => known(Weight::Strong, "its keys are constants that its caller in the project gives it"),
        _ => known(Weight::Decisive, "its keys are constants that the callers in the project give it"),
    }
}

fn follow(facts: &Facts, value: ExprId, hops: u32) -> bool {
    if facts.literal(value).is_some() {
        return true;
    }
    let Some(hops) = hops.checked_sub(1) else { return false };
    let Some(binding) = facts.binding_of(value).map(|binding| facts.binding(binding)) else { return false };
    let function = facts.scopes[binding.scope.index()].function;
    if !matches!(binding.kind, BindingKind::Parameter(_)) || !binding.definitions.is_empty() || is_exported(facts, function) {
        return false;
    }
    let given = acquire::passed(facts, value);
    given.len() == facts.function(function).callers.len()
        && !given.is_empty()
        && given.into_iter().all(|given| follow(facts, given, hops))
}

/// Whether others can call a function by the name that this file calls it by, or by one that is out of sight.
fn is_exported(facts: &Facts, function: FunctionId) -> bool {
    let named = |call: &ExprId| match facts.kind(*call) {
        ExprKind::Call { callee, .. } => facts.binding_of(callee),
        _ => None,
    };
    let Some(exported) = &facts.exported else { return true };
    let callers = &facts.function(function).callers;
    callers.is_empty() || callers.iter().any(|call| named(call).is_none_or(|binding| exported.contains(&binding)))
}

/// How many calls give a constant for a parameter of a function, if all do.
pub fn named(context: &Context, function: &Function, param: BindingId) -> Option<usize> {
    let name = function.name.filter(|_| function.kind == FunctionKind::Named)?;
    context.project.constants(&context.facts.language, context.facts.text(name), function.position(param)?)
}

/// How many calls give a constant for what a key is made of; none where anything else is in it.
fn given(context: &Context, key: ExprId, hops: u32) -> Option<usize> {
    let (facts, hops) = (context.facts, hops.checked_sub(1)?);
    if facts.is_constant(key) {
        return Some(0);
    }
    let of = |parts: &[ExprId]| parts.iter().map(|part| given(context, *part, hops)).sum();
    match facts.kind(key) {
        ExprKind::Name { binding: Some(binding), .. } => {
            let own = facts.binding(binding);
            let function = facts.scopes[own.scope.index()].function;
            let is_param = matches!(own.kind, BindingKind::Parameter(_)) && own.definitions.len() <= 1;
            is_param.then(|| named(context, facts.function(function), binding)).flatten()
        }
        ExprKind::Collection { items, .. } | ExprKind::Operation { operands: items, .. } => of(facts.list(items)),
        ExprKind::Call { .. } if facts.args(key).is_empty() => given(context, facts.callee(key).receiver?, hops),
        _ => None,
    }
}
