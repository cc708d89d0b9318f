//! Calls that make a thing which somebody must let go.

use super::kept::{self, Fate};
use crate::checks::Context;
use crate::facts::{Action, BindingId, ExprId, ExprKind, Facts, Literal, PlaceId};
use crate::rules::Resource;

/// Every call that makes a resource of the rule, in textual order by function.
pub fn all<'a>(context: &Context<'a>) -> Vec<(ExprId, &'a Resource)> {
    if context.words.tables().acquire.is_empty() {
        return Vec::new();
    }
    let calls = context.facts.functions.iter().flat_map(|function| function.calls.iter().copied());
    calls.filter_map(|call| Some((call, made(context, call)?))).collect()
}

/// The resource of the rule that a call makes.
pub fn made<'a>(context: &Context<'a>, call: ExprId) -> Option<&'a Resource> {
    let (facts, words) = (context.facts, context.words);
    let (path, method) = (facts.callee_path(call), facts.method_name(call));
    let at = words.tables().acquire.find(path, method).or_else(|| heir(context, call))?;
    let resource = &words.resource[at];
    let exempt = resource.exempt.iter().any(|word| word.fits(path, method));
    let asked = resource.when.is_empty() || resource.when.iter().any(|word| facts.argument(call, word, None).is_some());
    let excused = resource
        .unless
        .iter()
        .any(|word| facts.argument(call, word, None).is_some_and(|value| facts.literal(value) == Some(Literal::Bool(true))));
    (!exempt && asked && !excused).then_some(resource)
}

/// The resource whose type the constructed type of this file inherits from.
fn heir(context: &Context, call: ExprId) -> Option<usize> {
    let facts = context.facts;
    let ty = facts.callee(call).constructs?;
    let fits = |resource: &Resource| {
        let bases = facts.ty(ty).base_paths.iter().map(|base| facts.text(*base));
        resource.body.is_some() && bases.into_iter().any(|base| resource.acquire.iter().any(|word| word.fits(Some(base), None)))
    };
    context.words.resource.iter().position(fits)
}

/// Where the value of an acquiring call is kept, and whether it is started.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The names and fields that hold it; none when it is dropped.
    pub holders: Vec<PlaceId>,
    /// Whether it is started, as far as it has to be.
    pub armed: bool,
    /// Whether it is handed to somebody else where it is made.
    pub handed: bool,
}

/// Follows the value of an acquiring call to its holders.
pub fn kept(facts: &Facts, resource: &Resource, call: ExprId) -> Kept {
    let arms = |call: ExprId| facts.callee_name(call).is_some_and(|name| resource.armed_by.iter().any(|word| word == name));
    let at_once = resource.armed_by.is_empty();
    match kept::fate(facts, call) {
        Fate::Dropped => Kept { holders: Vec::new(), armed: at_once, handed: false },
        Fate::Kept(target) => {
            let holders = kept::holders(facts, target);
            let started = holders.iter().any(|place| {
                facts
                    .operations(*place)
                    .iter()
                    .any(|operation| matches!(operation.action, Action::Method { call, .. } if arms(call)))
            });
            Kept { armed: at_once || started, handed: holders.is_empty(), holders }
        }
        Fate::Given(ty, name) => {
            Kept { holders: super::share::place(facts, ty, name).into_iter().collect(), armed: at_once, handed: false }
        }
        // `Timer(…).start()` starts it and drops it; `create_task(…).add_done_callback(…)` drops it, too.
        Fate::Chained(method) => {
            let dropped = matches!(kept::fate(facts, method), Fate::Dropped);
            let freed = facts.callee_name(method).is_some_and(|name| resource.release.iter().any(|word| word == name));
            Kept { holders: Vec::new(), armed: at_once || arms(method), handed: !dropped || freed }
        }
        Fate::Handed => Kept { holders: Vec::new(), armed: at_once, handed: true },
    }
}

/// The values that this file gives to a parameter.
pub fn passed(facts: &Facts, param: ExprId) -> Vec<ExprId> {
    let Some(binding) = facts.binding_of(param) else { return Vec::new() };
    let owner = facts.scopes[facts.binding(binding).scope.index()].function;
    let mut calls = facts.function(owner).callers.clone();
    calls.sort_unstable();
    calls.into_iter().filter_map(|call| argument(facts, call, binding)).collect()
}

/// The value that a call gives to a parameter of the function that it calls.
pub fn argument(facts: &Facts, call: ExprId, param: BindingId) -> Option<ExprId> {
    let own = facts.function(facts.scopes[facts.binding(param).scope.index()].function);
    let at = own.params.iter().position(|own| own.binding == param)?;
    facts.argument(call, facts.text(facts.binding(param).name), at.checked_sub(usize::from(own.receiver.is_some())))
}

/// Whether a delay is a constant that is not longer than `short`, in the units of the call.
pub fn is_short(facts: &Facts, delay: ExprId, short: u32) -> bool {
    match facts.kind(delay) {
        // A number with a fraction has no value here; in delays it is a part of a second nearly always.
        ExprKind::Literal(Literal::Number(value)) => value.is_none_or(|value| value <= short),
        ExprKind::Name { binding: Some(binding), .. } => match facts.binding(binding).definitions.as_slice() {
            [only] => kept::given(only.source)
                .is_some_and(|value| matches!(facts.kind(value), ExprKind::Literal(_)) && is_short(facts, value, short)),
            _ => false,
        },
        _ => false,
    }
}
