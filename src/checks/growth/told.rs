//! A key that the callers decide on, and of which all that are known give a constant.

use crate::checks::Context;
use crate::facts::{BindingId, BindingKind, ExprId, ExprKind, Function, FunctionKind};
use crate::finding::{Evidence, Weight};

/// What speaks against many keys: each call in the project names them in the source.
pub fn constants(context: &Context, key: ExprId) -> Option<Evidence> {
    let calls = given(context, key, 4)?;
    let weight = if calls > 1 { Weight::Decisive } else { Weight::Strong };
    calls.checked_sub(1)?;
    let text = "its keys are constants that the callers in the project give it";
    Some(Evidence::doubts(weight, text).at(context.span(key)))
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
