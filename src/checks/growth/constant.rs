//! Keys that are given to a function by calls which are all in sight, and written out there.

use crate::checks::lives::acquire;
use crate::facts::{BindingKind, ExprId, ExprKind, Facts, FunctionId};

/// Through how many parameters in a row a key is followed.
const HOPS: u32 = 4;

/// Whether a key is a parameter that is given nothing but constants, by whatever functions hand it on.
pub fn is_given(facts: &Facts, key: ExprId) -> bool {
    follow(facts, key, HOPS)
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
