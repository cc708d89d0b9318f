//! Where the value of a call goes: dropped, handed on, or kept under names and fields, and what is done to it there.

use super::callback;
use super::share;
use crate::facts::{
    Action, Definition, ExprId, ExprKind, Facts, FunctionId, Literal, Name, Operation, Parent, Place, PlaceId, Root, Segment,
    Source, StepKind, TypeId,
};
use crate::rules::{Pattern, Resource};

/// How many names are followed in a row, so that rings of assignments end.
const HOPS: usize = 8;

/// What happens to a value where it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Nothing: the statement ends with it.
    Dropped,
    /// A name, a field or an element is given it.
    Kept(ExprId),
    /// A field of a new object has it.
    Given(TypeId, Name),
    /// A method of it is called at once.
    Chained(ExprId),
    /// It is returned, awaited, managed, given to a call or made part of something.
    Handed,
}

/// What happens to the value of a call where it is made.
pub fn fate(facts: &Facts, call: ExprId) -> Fate {
    if let Some((ty, name)) = share::field_of(facts, call) {
        return Fate::Given(ty, name);
    }
    let mut value = call;
    loop {
        let parent = match facts.expr(value).parent {
            Parent::Expr(parent) => parent,
            Parent::Step(step) => match facts.step(step).kind {
                StepKind::Evaluate(_) => return Fate::Dropped,
                _ => return Fate::Handed,
            },
            Parent::None => return Fate::Handed,
        };
        match facts.kind(parent) {
            ExprKind::Assign { target, value: Some(given), update: None, .. } if given == value => {
                return Fate::Kept(target);
            }
            ExprKind::Choice { condition, .. } if condition != value => value = parent,
            ExprKind::Try(_) => value = parent,
            _ if facts.wraps.get(&parent) == Some(&value) => value = parent,
            ExprKind::Field { .. } => match facts.expr(parent).parent {
                Parent::Expr(outer) if facts.wraps.get(&outer) == Some(&value) => value = outer,
                Parent::Expr(outer) if matches!(facts.kind(outer), ExprKind::Call { callee, .. } if callee == parent) => {
                    return Fate::Chained(outer);
                }
                _ => return Fate::Handed,
            },
            _ => return Fate::Handed,
        }
    }
}

/// Every place that holds what was written to `target`: the place itself, and those that were given its value later.
pub fn holders(facts: &Facts, target: ExprId) -> Vec<PlaceId> {
    let Some(first) = facts.place(target) else { return Vec::new() };
    let mut all = vec![first];
    // `a = b = value` gives the value to both.
    if let Parent::Expr(assign) = facts.expr(target).parent {
        let outer = match facts.expr(assign).parent {
            Parent::Expr(outer) => Some(outer),
            _ => None,
        };
        let inner = match facts.kind(assign) {
            ExprKind::Assign { value, .. } => value,
            _ => None,
        };
        let others = [outer, inner].into_iter().flatten().filter_map(|other| match facts.kind(other) {
            ExprKind::Assign { target, .. } => facts.place(target),
            _ => None,
        });
        all.extend(others);
    }
    let mut at = 0;
    while at < all.len() && all.len() < HOPS {
        for operation in facts.operations(all[at]) {
            if let Some(field) = share::field_of(facts, operation.expr).and_then(|(ty, name)| share::place(facts, ty, name))
                && !all.contains(&field)
            {
                all.push(field);
            }
            if let Action::Alias { target } = operation.action
                && let Some(next) = facts.place(target)
                && !all.contains(&next)
            {
                all.push(next);
            }
        }
        at += 1;
    }
    all
}

/// An object that wraps the handle may have the same verb: `wrapper.cancel()` for `wrapper.handle`.
pub fn with_base(facts: &Facts, holders: &[PlaceId]) -> Vec<PlaceId> {
    let mut all = holders.to_vec();
    for place in holders {
        let Place { root, path } = facts.places.get(*place);
        if let (Root::Binding(_), [_, ..]) = (root, path.as_slice()) {
            let base = Place { root: *root, path: path[..path.len() - 1].to_vec() };
            all.extend(facts.places.find(&base));
        }
    }
    all
}

/// Whether a place is reached by an index, so that it is one element of something.
pub fn is_element(facts: &Facts, place: PlaceId) -> bool {
    facts.places.get(place).path.contains(&Segment::Item)
}

/// What an operation on a holder means for the thing it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It is let go: cancelled, joined, closed.
    Released,
    /// Somebody else gets hold of it and may let it go.
    Handed,
    /// Nothing that matters.
    Nothing,
}

/// What one operation does to the resource.
pub fn deed(facts: &Facts, resource: &Resource, operation: &Operation) -> Deed {
    let has = |words: &[Pattern], call| words.iter().any(|word| word.fits(facts.callee_path(call), facts.method_name(call)));
    match operation.action {
        Action::Method { name, .. } if resource.release.iter().any(|word| word == facts.text(name)) => Deed::Released,
        Action::Method { name, .. } if resource.proxies.iter().any(|word| word == facts.text(name)) => Deed::Handed,
        Action::Argument { call, .. } if has(&resource.release_by, call) => Deed::Released,
        // A field of a new object is another holder.
        Action::Argument { .. } if share::field_of(facts, operation.expr).is_some() => Deed::Nothing,
        Action::Argument { .. } | Action::Returned | Action::Stored { .. } | Action::Iterated => Deed::Handed,
        Action::Awaited | Action::Managed => Deed::Released,
        Action::Alias { target } if facts.place(target).is_none_or(|place| is_element(facts, place)) => Deed::Handed,
        _ => Deed::Nothing,
    }
}

/// Whether something is done with what a place holds that ends it, or may: a method of these, a call of it, or handing it on.
pub fn is_used(facts: &Facts, enders: &[String], place: PlaceId) -> bool {
    let ends = |operation: &Operation| match operation.action {
        Action::Method { name, .. } => enders.iter().any(|word| word == facts.text(name)),
        Action::Alias { target } => facts.place(target).is_none_or(|place| is_element(facts, place)),
        Action::Called { .. }
        | Action::Argument { .. }
        | Action::Returned
        | Action::Stored { .. }
        | Action::Iterated
        | Action::Managed
        | Action::Awaited => true,
        _ => false,
    };
    let handed = enders.iter().filter_map(|word| facts.member(place, Segment::Field(facts.names.find(word)?)));
    let handed = handed.into_iter().any(|member| !facts.operations(member).is_empty());
    handed || facts.operations(place).iter().any(ends)
}

/// The functions in which a held resource is released, or handed to somebody who could.
pub fn deeds(facts: &Facts, resource: &Resource, holders: &[PlaceId]) -> Vec<(FunctionId, ExprId, Deed)> {
    let mut found = Vec::new();
    for place in holders {
        let own = facts.operations(*place).iter().map(|operation| (operation, deed(facts, resource, operation)));
        found.extend(own.filter(|(_, deed)| *deed != Deed::Nothing).map(|(at, deed)| (at.function, at.expr, deed)));
        found.extend(bound_release(facts, resource, *place));
    }
    found.extend(by_name(facts, resource, holders));
    found
}

/// `done(self.timer.cancel)`: the releasing method is handed on without being called.
fn bound_release(facts: &Facts, resource: &Resource, place: PlaceId) -> Vec<(FunctionId, ExprId, Deed)> {
    let members = resource.release.iter().filter_map(|word| facts.member(place, Segment::Field(facts.names.find(word)?)));
    let mentions = members.flat_map(|member| facts.operations(member));
    let handed = mentions.filter(|operation| !matches!(operation.action, Action::Called { .. } | Action::Assign(_)));
    handed.map(|operation| (operation.function, operation.expr, Deed::Released)).collect()
}

/// `connection.timer.cancel()` on another name: the same field of what is presumably the same kind of thing.
fn by_name(facts: &Facts, resource: &Resource, holders: &[PlaceId]) -> Vec<(FunctionId, ExprId, Deed)> {
    let fields: Vec<_> = holders
        .iter()
        .filter_map(|place| match facts.places.get(*place).path.last() {
            Some(Segment::Field(name)) => Some(*name),
            _ => None,
        })
        .collect();
    if fields.is_empty() {
        return Vec::new();
    }
    // On the instance itself the place tells; here the base is another name.
    let named = |expr| matches!(facts.kind(expr), ExprKind::Field { base, name } if fields.contains(&name) && !callback::is_instance(facts, base));
    let calls = resource.release.iter().flat_map(|word| facts.calls_of(word));
    let mut found: Vec<ExprId> = calls.copied().filter(|call| facts.callee(*call).receiver.is_some_and(named)).collect();
    found.sort_unstable();
    found.into_iter().map(|call| (facts.function_of(call), call, Deed::Released)).collect()
}

/// The one value that a name is given; that it is declared before, or emptied, gives it none.
pub fn only_value(facts: &Facts, definitions: &[Definition]) -> Option<ExprId> {
    let gives = |definition: &&Definition| match definition.source {
        Source::Declared(_) => false,
        Source::Assigned(value) => facts.literal(value) != Some(Literal::Null),
        // A bare declaration has neither type nor value.
        Source::Caught => facts.step_of(definition.target).is_none(),
        _ => true,
    };
    let mut values = definitions.iter().filter(gives);
    match (values.next(), values.next()) {
        (Some(only), None) => given(only.source),
        _ => None,
    }
}

/// The value that a definition gives as a whole.
pub fn given(source: Source) -> Option<ExprId> {
    match source {
        Source::Assigned(value) | Source::Managed(value) => Some(value),
        _ => None,
    }
}
