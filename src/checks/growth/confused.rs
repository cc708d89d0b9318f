//! A collection of a type that all code takes for one of each instance: `handlers = []` in the class, and `self.handlers` in
//! every method. What one instance puts into it all of them have, for as long as the process lives.

use super::abroad;
use super::container::{Growth, Held};
use super::recur;
use super::signs;
use super::tell;
use crate::checks::Context;
use crate::checks::lives::callback;
use crate::checks::lives::key;
use crate::checks::lives::lifetime::{self, Life};
use crate::checks::lives::owner;
use crate::facts::{Action, ExprId, ExprKind, Facts, FunctionId, FunctionKind, Operation, Place, Root, TypeId};
use crate::finding::{Evidence, Finding, Weight};

/// The finding at a collection that its instances share by mistake.
pub fn check(context: &Context, held: &Held) -> Option<Finding> {
    let facts = context.facts;
    let Root::Static(ty) = facts.places.get(held.place).root else { return None };
    if held.life != Life::Type || context.words.words.drawn.is_empty() || recur::measured(facts, held) {
        return None;
    }
    let removed = held.release.iter().any(|release| !is_declaring(facts, release.function));
    let single = owner::is_single(facts, ty) || owner::made_at_top(facts, ty).is_some();
    if removed || single || !is_taken_for_own(facts, held) || is_given_anew(facts, held, ty) || is_a_field(facts, held, ty) {
        return None;
    }
    let growth = held.growth.iter().find(|growth| is_per_instance(facts, growth))?;
    if !context.touched(held.place).is_empty() {
        return None;
    }
    let mut evidence =
        vec![Evidence::supports(Weight::Strong, "the type has it, and every method takes it for one of the instance")];
    evidence.extend(abroad::relief(context, held)?);
    evidence.extend(signs::single(context, held, growth));
    Some(tell::tell(context, held, growth, evidence))
}

/// Whether a function is the body of a type or module.
fn is_declaring(facts: &Facts, function: FunctionId) -> bool {
    matches!(facts.function(function).kind, FunctionKind::TypeBody | FunctionKind::Module)
}

/// Whether every mention outside the body of the type goes by an instance, and only adds to it or reads it there.
fn is_taken_for_own(facts: &Facts, held: &Held) -> bool {
    let own = |operation: &Operation| {
        let through = matches!(facts.kind(operation.expr), ExprKind::Field { base, .. } if callback::is_instance(facts, base));
        let plain = !matches!(
            operation.action,
            Action::Assign(_) | Action::Delete | Action::Alias { .. } | Action::Argument { .. } | Action::Stored { .. }
        );
        through && plain
    };
    let mut outside = facts.operations(held.place).iter().filter(|operation| !is_declaring(facts, operation.function));
    outside.all(own)
}

/// Whether an instance, or a kindred type, is given one of its own.
fn is_given_anew(facts: &Facts, held: &Held, ty: TypeId) -> bool {
    let path = facts.places.get(held.place).path.clone();
    let given = |root: Root| {
        let place = facts.places.find(&Place { root, path: path.clone() });
        let own = |operation: &&Operation| matches!(operation.action, Action::Assign(_) | Action::Delete);
        place.is_some_and(|place| place != held.place && facts.operations(place).iter().any(|one| own(&one)))
    };
    facts.relatives(ty).into_iter().any(|kin| given(Root::Static(kin)) || given(Root::Instance(kin)))
}

/// Whether the type is one whose body describes the fields of its instances, or the declaration says whose it is.
fn is_a_field(facts: &Facts, held: &Held, ty: TypeId) -> bool {
    let own = facts.ty(ty);
    let meta = own.bases.iter().any(|base| key::last_name(facts, *base) == Some("type"));
    let annotated = facts.definitions_of(held.place).iter().any(|definition| definition.annotation.is_some());
    meta || annotated || !own.decorators.is_empty()
}

/// Whether an addition is that of one instance, of what it is given or is itself, and each time anew.
fn is_per_instance(facts: &Facts, growth: &Growth) -> bool {
    let function = facts.function(growth.function);
    let Some(value) = growth.value.filter(|_| growth.key.is_none()) else { return false };
    let span = facts.expr(value).span;
    let inside = |at: &ExprId| span.contains(facts.expr(*at).span);
    let told = function.params.iter().any(|param| facts.binding(param.binding).uses.iter().any(inside));
    told && function.receiver.is_some() && !growth.by_read && lifetime::conditions(facts, growth.at).is_empty()
}
