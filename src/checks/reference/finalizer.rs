//! Finalizers that hold what they wait for: the object never goes, and they never run.

use crate::checks::Context;
use crate::checks::lives::callback;
use crate::checks::lives::kept;
use crate::checks::lives::key;
use crate::facts::{BindingId, BindingKind, CollectionKind, ExprId, ExprKind, Facts, FunctionId, Place, Root};
use crate::finding::{Evidence, Finding, Weight};
use crate::rules::Finalizer;

/// How many names and values are followed in a row.
const HOPS: u32 = 4;

/// How what a finalizer holds keeps the object.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hold {
    /// It is the object, or refers to it.
    Sure,
    /// It is a part of what the object keeps, and keeps callbacks of those who use it.
    Likely,
}

/// Findings about calls that wait for the end of an object and keep it.
pub fn check(context: &Context) -> Vec<Finding> {
    let facts = context.facts;
    let calls = facts.functions.iter().flat_map(|function| function.calls.iter().copied());
    let known = calls.filter(|_| !context.words.finalizer.is_empty());
    known
        .filter_map(|call| {
            let finalizer = context.words.finalizer.iter().find(|one| one.add.iter().any(|word| registers(facts, call, word)))?;
            judge(context, call, finalizer)
        })
        .collect()
}

/// Whether a call has this name, or is a method of what a variable of that type was given.
fn registers(facts: &Facts, call: ExprId, word: &crate::rules::Pattern) -> bool {
    if word.fits(facts.callee_path(call), None) {
        return true;
    }
    let (Some(method), Some(receiver)) = (facts.method_name(call), facts.callee(call).receiver) else { return false };
    let Some(place) = facts.place(receiver).filter(|_| word.last() == method) else { return false };
    facts.definitions_of(place).iter().filter_map(|definition| facts.value_of(definition)).any(|value| {
        let made = match facts.kind(value) {
            ExprKind::Choice { then, otherwise, .. } => [then, otherwise],
            _ => [value, value],
        };
        made.iter().any(|made| facts.callee_path(*made).is_some_and(|path| word.fits(Some(&format!("{path}.{method}")), None)))
    })
}

fn judge(context: &Context, call: ExprId, finalizer: &Finalizer) -> Option<Finding> {
    let facts = context.facts;
    let target = facts.positional(call, 0)?;
    if finalizer.foreign && callback::is_instance(facts, target) {
        return None;
    }
    let kept = facts.args(call).iter().skip(1).take(finalizer.held.unwrap_or(usize::MAX));
    let object = Object { facts, target, binding: facts.binding_of(target), finalizer };
    let (held, how) = kept.enumerate().find_map(|(at, held)| {
        let called = finalizer.calls && at == 0;
        let sure = object.is_held(*held, called, HOPS).then_some(Hold::Sure);
        Some((*held, sure.or_else(|| object.is_reached(*held, call).then_some(Hold::Likely))?))
    })?;
    let name = key::last_name(facts, target).unwrap_or(facts.instance.as_str());
    let message = match how {
        Hold::Sure => format!("what the finalizer of `{name}` is given keeps `{name}` itself, so it never runs"),
        Hold::Likely => format!("the finalizer of `{name}` keeps a part of it that may refer back to it, and then never runs"),
    };
    let mut finding = context.finding(call, message, "registered here".to_owned());
    let span = facts.expr(held).span;
    finding.evidence.push(match how {
        Hold::Sure => Evidence::supports(Weight::Strong, "the registry keeps it until the object has gone").at(span),
        Hold::Likely => {
            let text = "the registry keeps it until the object has gone, and it keeps callbacks of whoever uses it";
            Evidence::supports(Weight::Fair, text).at(span)
        }
    });
    "neither the object nor what its finalizer would free is ever freed".clone_into(&mut finding.risk);
    "hand over only what the clean-up needs and what does not lead back to the object, or a weak reference"
        .clone_into(&mut finding.recommendation);
    Some(finding.weigh(context.prior()))
}

/// The object for whose end a finalizer waits.
#[derive(Clone, Copy)]
struct Object<'a> {
    facts: &'a Facts,
    target: ExprId,
    binding: Option<BindingId>,
    finalizer: &'a Finalizer,
}

impl Object<'_> {
    /// Whether an expression is the object.
    fn is(&self, expr: ExprId) -> bool {
        let instance = callback::is_instance(self.facts, self.target);
        instance && callback::is_instance(self.facts, expr)
            || self.binding.is_some() && self.facts.binding_of(expr) == self.binding
    }

    /// Whether whoever keeps a value keeps the object as well.
    fn is_held(&self, value: ExprId, called: bool, hops: u32) -> bool {
        let facts = self.facts;
        let Some(hops) = hops.checked_sub(1) else { return false };
        if self.is(value) {
            return true;
        }
        match facts.kind(value) {
            ExprKind::Closure(function) => self.is_captured(function),
            ExprKind::Named { value, .. } | ExprKind::Pair { value, .. } => self.is_held(value, false, hops),
            ExprKind::Collection { items, kind } if kind != CollectionKind::Generator => {
                facts.list(items).iter().any(|item| self.is_held(*item, false, hops))
            }
            // A method of the object, if it is called, is no mere part of it.
            ExprKind::Field { base, .. } => called && self.is(base),
            ExprKind::Name { binding: Some(binding), .. } => match facts.binding(binding).kind {
                BindingKind::Function(function) => self.is_captured(function),
                BindingKind::Variable => {
                    let value = kept::only_value(facts, &facts.binding(binding).definitions);
                    value.is_some_and(|value| self.is_held(value, false, hops))
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether a function mentions the object that it is made beside.
    fn is_captured(&self, function: FunctionId) -> bool {
        let facts = self.facts;
        let own = facts.function(function);
        let Some(binding) = self.binding.filter(|_| !callback::is_instance(facts, self.target)) else {
            return callback::is_instance(facts, self.target)
                && facts.function_of(self.target) != FunctionId(0)
                && !own.traits.own_instance
                && callback::captures(facts, &[], function) == callback::Holds::Instance;
        };
        let inside = |at: &ExprId| own.span.contains(facts.expr(*at).span);
        // What stays at the level of the module is no object that goes.
        !facts.is_global(binding) && facts.binding(binding).uses.iter().any(inside)
    }

    /// Whether a value is found below something that the function has put into the object, and keeps callbacks.
    fn is_reached(&self, value: ExprId, call: ExprId) -> bool {
        let facts = self.facts;
        let named = key::last_name(facts, value).is_some_and(|name| key::ends_with(&self.finalizer.reaching, name));
        let Some(place) = facts.place(value).filter(|_| named) else { return false };
        let Place { root: Root::Binding(root), path } = facts.places.get(place) else { return false };
        let (function, end) = (facts.function_of(call), facts.expr(call).span.start);
        let puts = |expr: &crate::facts::Expr| match expr.kind {
            ExprKind::Assign { target, value: Some(value), update: None, .. } => match facts.kind(target) {
                ExprKind::Field { base, .. } | ExprKind::Index { base, .. } => {
                    self.is(base) && facts.binding_of(value) == Some(*root)
                }
                _ => false,
            },
            _ => false,
        };
        let here = |expr: &crate::facts::Expr| {
            expr.span.end <= end && facts.scopes[expr.scope.index()].function == function && puts(expr)
        };
        path.len() > 1 && Some(*root) != self.binding && facts.exprs.iter().any(here)
    }
}
