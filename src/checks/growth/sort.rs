//! What an operation does to a container: it grows, entries leave, or neither.

use super::container::{Growth, Held, Release};
use crate::checks::Context;
use crate::checks::lives::lifetime::Life;
use crate::facts::{
    Action, CollectionKind, ExprId, ExprKind, Facts, Literal, Operation, Operator, Parent, Place, PlaceId, Root, Segment, Source,
};
use crate::rules::Container;

/// Enters an operation where it belongs.
pub fn sort(context: &Context, held: &mut Held, operation: &Operation) {
    let (facts, container) = (context.facts, held.container);
    let Operation { action, expr, function } = *operation;
    let has = |words: &[String], name: &str| words.iter().any(|word| word == name);
    let life = held.life;
    let by_key = has(&container.literal, "map") || has(&container.touch, "[]") || has(&container.grow, "setdefault");
    let mut grow = |at, key, value, by_read| held.growth.push(Growth { at, expr, function, key, value, by_read });
    let mut release = |at, certain, replaced| held.release.push(Release { at, function, certain, replaced });
    match action {
        Action::Method { name, call } => {
            let name = facts.text(name);
            if has(&container.shrink, name) {
                release(call, true, false);
            } else if has(&container.put, name) {
                grow(call, facts.positional(call, 0), facts.positional(call, 1), false);
            } else if has(&container.literal, "map") && has(&container.grow, name) && is_written_down(facts, call) {
                // `update(name=value)` replaces the same entry each time.
            } else if has(&container.grow, name) || has(&container.touch, name) {
                // `update` and its like take whole collections; only what inserts one key has a key.
                let single = has(&container.touch, name);
                // An element of a set is its own key.
                let element = name == "add" && has(&container.literal, "set");
                let key = (single || element).then(|| facts.positional(call, 0)).flatten();
                grow(call, key, facts.positional(call, usize::from(single)), single);
            }
        }
        // To count up or down in an entry asks for the entry first, unless a mere read makes it.
        Action::SetItem { key: Some(_), .. } if counts(facts, expr) && !has(&container.touch, "[]") => {}
        Action::SetItem { key: Some(key), value, .. } if by_key => grow(expr, Some(key), value, false),
        Action::SetItem { key: None, .. } | Action::DeleteItem { .. } | Action::Delete => release(expr, true, false),
        Action::GetItem { key: Some(key) } if has(&container.touch, "[]") => grow(expr, Some(key), given(facts, expr), true),
        // A parameter that is given another value refers to its default no more.
        Action::Assign(Source::Assigned(_)) if life == Life::Default => release(expr, true, true),
        Action::Assign(Source::Updated(value)) => match update_of(facts, expr) {
            Some(Operator::Add | Operator::BitOr) => grow(expr, None, Some(value), false),
            _ => release(expr, true, false),
        },
        Action::Assign(Source::Assigned(value)) if keeps(facts, container, held.place, value) => {
            if let Some((key, value)) = extended(facts, container, held.place, value) {
                grow(expr, key, Some(value), false);
            }
        }
        Action::Assign(_) if matches!(update_of(facts, expr), Some(Operator::Or | Operator::And)) => {}
        // What a new instance is given, or what a declaration says, takes nothing from one that is there.
        Action::Assign(Source::Declared(_)) => {}
        Action::Assign(_) if facts.typed && first_value(facts, expr) => {}
        // What is switched off keeps nothing any more, but nobody switches off what is in use.
        Action::Assign(Source::Assigned(value))
            if facts.exported.is_some() && facts.literal(value) == Some(Literal::Bool(false)) => {}
        Action::Assign(_) if expr != held.declared => release(expr, true, true),
        Action::Argument { call, position } => {
            if let Some(certain) = handed(context, container, call, position) {
                release(call, certain, false);
            }
        }
        Action::Alias { target } if !facts.place_of.contains_key(&target) || leaves(facts, target) => release(expr, false, false),
        _ => {}
    }
}

/// Whether all that a call puts into a map has keys that are written there: `update({"name": value})`.
fn is_written_down(facts: &Facts, call: ExprId) -> bool {
    let constant = |item: &ExprId| match facts.kind(*item) {
        ExprKind::Pair { key, .. } => facts.literal(key).is_some_and(|literal| literal != Literal::Other),
        ExprKind::Named { .. } => true,
        _ => false,
    };
    let written = |arg: &ExprId| match facts.kind(*arg) {
        ExprKind::Collection { kind: CollectionKind::Map, items } => facts.list(items).iter().all(constant),
        ExprKind::Named { .. } => true,
        _ => false,
    };
    !facts.args(call).is_empty() && facts.args(call).iter().all(written)
}

/// Entries that are taken out through themselves: `entry.remove()`, which names no key.
pub fn by_entry(facts: &Facts, held: &Held) -> Vec<Release> {
    let Some(item) = facts.member(held.place, Segment::Item) else { return Vec::new() };
    let taken = |operation: &Operation| match operation.action {
        Action::Method { name, call } => {
            let name = facts.text(name);
            let removes =
                name.contains("remove") && facts.args(call).is_empty() && held.container.shrink.iter().any(|word| word == name);
            removes.then_some(Release { at: call, function: operation.function, certain: true, replaced: false })
        }
        _ => None,
    };
    facts.operations(item).iter().filter_map(taken).collect()
}

/// Whether a place is given its value in a literal of its type, or where it is declared.
fn first_value(facts: &Facts, target: ExprId) -> bool {
    match facts.kind(target) {
        ExprKind::Field { base, .. } => {
            matches!(facts.kind(base), ExprKind::Call { .. }) && facts.callee(base).receiver.is_none()
        }
        ExprKind::Name { binding: Some(binding), .. } => {
            facts.binding(binding).definitions.first().is_some_and(|first| first.target == target)
        }
        _ => false,
    }
}

/// Whether a new value still has in it all that the place held before: `place = place || []`, `[...place, item]`,
/// `place.concat(items)`.
fn keeps(facts: &Facts, container: &Container, place: PlaceId, value: ExprId) -> bool {
    let same = |expr: ExprId| facts.place(expr) == Some(place);
    match facts.kind(value) {
        ExprKind::Choice { then, otherwise, .. } => same(then) || same(otherwise),
        ExprKind::Operation { operator: Operator::Or, operands } => facts.list(operands).iter().any(|operand| same(*operand)),
        _ => extended(facts, container, place, value).is_some(),
    }
}

/// What a new value has beside all that the place held before: its key, where it has one, and the value itself.
fn extended(facts: &Facts, container: &Container, place: PlaceId, value: ExprId) -> Option<(Option<ExprId>, ExprId)> {
    // What a call hands out may be a part of it.
    let same = |expr: ExprId| facts.place(expr) == Some(place) && !matches!(facts.kind(expr), ExprKind::Call { .. });
    match facts.kind(value) {
        ExprKind::Collection { items, .. } => {
            let items = facts.list(items);
            items.iter().find(|item| matches!(facts.kind(**item), ExprKind::Spread(inner) if same(inner)))?;
            items.iter().find_map(|item| match facts.kind(*item) {
                ExprKind::Spread(inner) if same(inner) => None,
                ExprKind::Pair { key, value } => Some((Some(key), value)),
                ExprKind::Named { .. } | ExprKind::Name { .. } if is_map(facts, value) => None,
                _ => Some((None, *item)),
            })
        }
        ExprKind::Call { .. } => {
            let callee = facts.callee(value);
            let joins = callee.receiver.is_some_and(same)
                && facts.callee_name(value).is_some_and(|name| container.join.iter().any(|word| word == name));
            joins.then(|| facts.positional(value, 0).map(|more| (None, more))).flatten()
        }
        _ => None,
    }
}

fn is_map(facts: &Facts, value: ExprId) -> bool {
    matches!(facts.kind(value), ExprKind::Collection { kind: CollectionKind::Map, .. })
}

/// What a call does with the container it is given: surely takes entries out, may do so, or surely does not.
fn handed(context: &Context, container: &Container, call: ExprId, position: u32) -> Option<bool> {
    let facts = context.facts;
    let callee = facts.callee(call);
    if context.words.harmless.iter().any(|word| word.fits(facts.callee_path(call), facts.method_name(call))) {
        return None;
    }
    if context.words.emptier.iter().any(|word| word.fits(facts.callee_path(call), facts.method_name(call))) {
        return Some(true);
    }
    if facts.positional(call, position as usize).is_some_and(|arg| facts.lent_to_read.contains(&arg)) {
        return None;
    }
    let Some(function) = callee.function else { return Some(false) };
    let function = facts.function(function);
    let at = position as usize + usize::from(callee.receiver.is_some() && function.receiver.is_some());
    let Some(param) = function.params.get(at) else { return Some(false) };
    let place = facts.places.find(&Place { root: Root::Binding(param.binding), path: Vec::new() })?;
    let shrinks = |operation: &Operation| match operation.action {
        Action::Method { name, .. } => container.shrink.iter().any(|word| word == facts.text(name)),
        Action::DeleteItem { .. } | Action::SetItem { key: None, .. } => true,
        _ => false,
    };
    facts.operations(place).iter().any(shrinks).then_some(true)
}

/// What is put into the entry that a read makes: `entries[key].append(value)`.
fn given(facts: &Facts, mention: ExprId) -> Option<ExprId> {
    let up = |expr: ExprId| match facts.expr(expr).parent {
        Parent::Expr(parent) => Some(parent),
        _ => None,
    };
    let call = up(up(up(mention)?)?)?;
    facts.positional(call, 0)
}

/// Whether what is written lies outside the function, so that others reach the container through it.
fn leaves(facts: &Facts, target: ExprId) -> bool {
    facts.place(target).is_some_and(|place| {
        let place = facts.places.get(place);
        !matches!(place.root, Root::Binding(_)) || !place.path.is_empty()
    })
}

/// Whether an entry of the place mentioned is updated: `entries[key] += 1`. What is given only to a missing entry
/// (`entries[key] ??= value`) is an entry of its own.
pub fn counts(facts: &Facts, mention: ExprId) -> bool {
    match facts.expr(mention).parent {
        Parent::Expr(entry) => update_of(facts, entry).is_some_and(|operator| operator != Operator::Or),
        _ => false,
    }
}

fn update_of(facts: &Facts, target: ExprId) -> Option<Operator> {
    match facts.expr(target).parent {
        Parent::Expr(parent) => match facts.kind(parent) {
            ExprKind::Assign { update, .. } => update,
            _ => None,
        },
        _ => None,
    }
}
