//! Which places hold containers, and what is done to them: growth, release, and what tells nothing.

use crate::checks::Context;
use crate::checks::lives::callback;
use crate::checks::lives::key;
use crate::checks::lives::lifetime;
use crate::checks::lives::lifetime::Life;
use crate::facts::{
    Action, BindingId, BindingKind, CollectionKind, ExprId, ExprKind, Facts, FunctionId, FunctionKind, Literal, Operation,
    Operator, Parent, Place, PlaceId, Root, Segment, Source, StepKind,
};
use crate::rules::{Bound, Container};
use rustc_hash::FxHashSet;

/// A place that is given a growable container.
#[derive(Clone, Debug)]
pub struct Held<'a> {
    /// The place.
    pub place: PlaceId,
    /// Its container's vocabulary.
    pub container: &'a Container,
    /// How long it lives.
    pub life: Life,
    /// Where it is given the container first.
    pub declared: ExprId,
    /// Where growth happens.
    pub growth: Vec<Growth>,
    /// Where entries leave.
    pub release: Vec<Release>,
}

/// One growing operation.
#[derive(Clone, Copy, Debug)]
pub struct Growth {
    /// The call or the mention that is written.
    pub at: ExprId,
    /// The mention of the place.
    pub expr: ExprId,
    /// The function that grows it.
    pub function: FunctionId,
    /// The key, where there is one.
    pub key: Option<ExprId>,
    /// The new value.
    pub value: Option<ExprId>,
    /// Whether a mere read inserts.
    pub by_read: bool,
}

/// One operation by which entries leave, or may leave.
#[derive(Clone, Copy, Debug)]
pub struct Release {
    /// Where.
    pub at: ExprId,
    /// The function that does it.
    pub function: FunctionId,
    /// Whether entries certainly leave there; otherwise the place is handed to somebody who could remove them.
    pub certain: bool,
    /// Whether the place is given a new value as a whole.
    pub replaced: bool,
}

/// Every place of the file that lives beyond a call and holds a container of the vocabulary.
pub fn held<'a>(context: &Context<'a>) -> Vec<Held<'a>> {
    let facts = context.facts;
    let handed = handed_out(facts);
    let lent: FxHashSet<FunctionId> = handed.iter().copied().chain(lent_out(context)).collect();
    // The same question has the same answer.
    let alike = lent.len() == handed.len();
    let defaults = super::fixed::defaults(facts);
    let known = facts.places.iter().map(|(id, place)| {
        let handed = one(context, &handed, &defaults, id, place);
        handed.or_else(|| if alike || gathered(facts, id) { None } else { one(context, &lent, &defaults, id, place) })
    });
    known.flatten().collect()
}

fn one<'a>(
    context: &Context<'a>,
    handed: &FxHashSet<FunctionId>,
    defaults: &[(PlaceId, BindingId)],
    id: PlaceId,
    place: &Place,
) -> Option<Held<'a>> {
    let facts = context.facts;
    let life = life(facts, handed, id, place)?;
    let (container, declared) = if life == Life::Default { default(context, place)? } else { made(context, id)? };
    let mut held = Held { place: id, container, life, declared, growth: Vec::new(), release: Vec::new() };
    for operation in facts.operations(id) {
        sort(context, &mut held, operation);
    }
    for (call, field) in super::lodged::through(facts, id) {
        held.release.retain(|release| release.at != call);
        for operation in facts.operations(field).iter().filter(|operation| !matches!(operation.action, Action::Assign(_))) {
            sort(context, &mut held, operation);
        }
        by_method(facts, &mut held, field);
    }
    by_method(facts, &mut held, id);
    held.release.extend(by_entry(facts, &held));
    for (at, function) in super::fixed::by_default(facts, defaults, id, &container.shrink) {
        held.release.push(Release { at, function, certain: true, replaced: false });
    }
    if let (Life::Closure, Root::Binding(binding)) = (life, place.root) {
        let own = facts.scopes[facts.binding(binding).scope.index()].function;
        held.growth.retain(|growth| escapes(facts, handed, growth.function, own));
    }
    Some(held)
}

/// `pop = self.items.pop`, kept and called later, takes entries away as well.
fn by_method(facts: &Facts, held: &mut Held, place: PlaceId) {
    let bound = held.container.shrink.iter().filter_map(|word| facts.member(place, Segment::Field(facts.names.find(word)?)));
    for method in bound {
        for operation in facts.operations(method).iter().filter(|operation| !matches!(operation.action, Action::Called { .. })) {
            held.release.push(Release { at: operation.expr, function: operation.function, certain: true, replaced: false });
        }
    }
}

fn life(facts: &Facts, handed: &FxHashSet<FunctionId>, id: PlaceId, place: &Place) -> Option<Life> {
    match (place.root, place.path.as_slice()) {
        (Root::Static(_), [Segment::Field(_)]) => Some(Life::Type),
        (Root::Instance(_), [Segment::Field(_)]) => Some(Life::Instance),
        (Root::Binding(binding), []) => {
            let own = facts.scopes[facts.binding(binding).scope.index()].function;
            match facts.function(own).kind {
                _ if facts.at_top(own) => Some(Life::Module),
                FunctionKind::TypeBody => None,
                // A function that merely uses its own local closes over nothing.
                _ if matches!(facts.binding(binding).kind, BindingKind::Parameter(_)) => Some(Life::Default),
                _ if facts.operations(id).iter().any(|operation| escapes(facts, handed, operation.function, own)) => {
                    Some(Life::Closure)
                }
                _ => outer(facts, id, binding).then_some(Life::Loop),
            }
        }
        _ => None,
    }
}

/// Whether a local is made before an endless loop that goes on using it.
fn outer(facts: &Facts, id: PlaceId, binding: BindingId) -> bool {
    let [made, ..] = facts.binding(binding).definitions.as_slice() else { return false };
    // A generator goes on for as long as somebody takes from it.
    if facts.function(facts.scopes[facts.binding(binding).scope.index()].function).traits.is_generator {
        return false;
    }
    // What is handed out where the loop is over shows that it ends, by whatever way the source does not tell.
    if facts.operations(id).iter().any(|operation| operation.action == Action::Returned) {
        return false;
    }
    facts.operations(id).iter().any(|operation| {
        lifetime::endless_around(facts, operation.expr)
            .is_some_and(|around| !facts.step(around).span.contains(facts.expr(made.target).span))
    })
}

/// Whether a function inside another one is handed out by it, and so lives on.
fn escapes(facts: &Facts, handed: &FxHashSet<FunctionId>, inner: FunctionId, outer: FunctionId) -> bool {
    let direct = facts.enclosing(inner).take_while(|id| *id != outer).last();
    inner != outer && direct.is_some_and(|direct| handed.contains(&direct))
}

/// The functions that the function around them hands out: by name, or as a value that is returned as it is or in a
/// literal. A closure that is given to a call may be gone with the call.
pub fn handed_out(facts: &Facts) -> FxHashSet<FunctionId> {
    let exits = |step: crate::facts::StepId| matches!(facts.step(step).kind, StepKind::Exit { .. });
    let mut handed = FxHashSet::default();
    for binding in &facts.bindings {
        let BindingKind::Function(function) = binding.kind else { continue };
        let maker = facts.function(function).parent;
        let handing = |mention: &ExprId| {
            !is_callee(facts, *mention)
                && Some(facts.function_of(*mention)) == maker
                && facts.step_of(*mention).is_some_and(exits)
        };
        if binding.uses.iter().any(handing) {
            handed.insert(function);
        }
    }
    for (id, function) in facts.functions() {
        let mut next = function.made.map(|made| facts.expr(made).parent);
        while let Some(Parent::Expr(parent)) = next {
            next = match facts.kind(parent) {
                ExprKind::Collection { .. } | ExprKind::Named { .. } | ExprKind::Pair { .. } | ExprKind::Choice { .. } => {
                    Some(facts.expr(parent).parent)
                }
                _ => None,
            };
        }
        if let Some(Parent::Step(step)) = next
            && exits(step)
        {
            handed.insert(id);
        }
    }
    handed
}

/// The functions that take in pieces of work, and that are lent to somebody else's code: to what a parameter stands for.
/// How often that calls them is its own matter.
fn lent_out(context: &Context) -> Vec<FunctionId> {
    let (facts, work) = (context.facts, &context.words.words.work);
    let takes_work = |function: &FunctionId| {
        let params = &facts.function(*function).params;
        matches!(params.as_slice(), [only] if key::ends_with(work, facts.text(only.name)))
    };
    let calls = facts.functions.iter().flat_map(|function| function.calls.iter().copied());
    let foreign = calls.filter(|call| match facts.kind(*call) {
        ExprKind::Call { callee, .. } => {
            facts.binding_of(callee).is_some_and(|binding| matches!(facts.binding(binding).kind, BindingKind::Parameter(_)))
        }
        _ => false,
    });
    let lent = foreign.flat_map(|call| facts.args(call).iter().filter_map(|arg| callback::function_behind(facts, *arg)));
    lent.filter(takes_work).collect()
}

/// Whether somebody gets hold of a collection as a whole, and may wait for what is in it.
fn gathered(facts: &Facts, id: PlaceId) -> bool {
    facts.operations(id).iter().any(|operation| {
        matches!(
            operation.action,
            Action::Argument { .. } | Action::Returned | Action::Awaited | Action::Alias { .. } | Action::Stored { .. }
        )
    })
}

fn is_callee(facts: &Facts, expr: ExprId) -> bool {
    match facts.expr(expr).parent {
        Parent::Expr(parent) => matches!(facts.kind(parent), ExprKind::Call { callee, .. } if callee == expr),
        _ => false,
    }
}

/// The container a place is given, if every container it is given can grow.
fn made<'a>(context: &Context<'a>, id: PlaceId) -> Option<(&'a Container, ExprId)> {
    let facts = context.facts;
    if let Some(declared) = facts.typed.then(|| declared(context, id)).flatten() {
        return Some(declared).filter(|(container, _)| !container.bounded);
    }
    let mut found: Option<(&Container, ExprId)> = None;
    for definition in facts.definitions_of(id) {
        let Source::Assigned(value) = definition.source else { continue };
        for value in alternatives(facts, value) {
            match container(context, value) {
                Some(container) if container.bounded => return None,
                Some(container) => found = found.or(Some((container, definition.target))),
                None => {}
            }
        }
    }
    found
}

/// `items or []` and `[] if x else y` can be either.
fn alternatives(facts: &Facts, value: ExprId) -> Vec<ExprId> {
    match facts.kind(value) {
        ExprKind::Choice { then, otherwise, .. } => vec![then, otherwise],
        ExprKind::Operation { operator: Operator::Or, operands } => facts.list(operands).to_vec(),
        _ => vec![value],
    }
}

/// The name of the type by which a framework keeps the value of a parameter from call to call.
fn kept<'a>(context: &Context<'a>, annotation: Option<ExprId>) -> Option<&'a str> {
    let facts = context.facts;
    let ExprKind::Index { base, .. } = facts.kind(annotation?) else { return None };
    let (ExprKind::Name { name, .. } | ExprKind::Field { name, .. }) = facts.kind(base) else { return None };
    Some(facts.text(name)).filter(|name| context.words.words.kept_params.iter().any(|word| word == name))
}

/// The container that a written type is.
fn typed<'a>(context: &Context<'a>, annotation: ExprId) -> Option<(&'a Container, ExprId)> {
    Some((named(&context.words.container, context.facts.annotated(annotation)?)?, annotation))
}

/// A mutable default value is made once and lives as long as its function.
fn default<'a>(context: &Context<'a>, place: &Place) -> Option<(&'a Container, ExprId)> {
    let facts = context.facts;
    let Root::Binding(binding) = place.root else { return None };
    let function = facts.function(facts.scopes[facts.binding(binding).scope.index()].function);
    let param = function.params.iter().find(|param| param.binding == binding)?;
    if kept(context, param.annotation).is_some() {
        let place = facts.places.find(&Place { root: Root::Binding(binding), path: Vec::new() })?;
        return declared(context, place)
            .or_else(|| typed(context, param.annotation?))
            .filter(|(container, _)| !container.bounded);
    }
    let value = param.default?;
    if is_made_again(facts, facts.scopes[facts.binding(binding).scope.index()].function) {
        return None;
    }
    container(context, value).filter(|container| !container.bounded).map(|container| (container, value))
}

/// Whether the default values of a function are made with each call of the function around it, or are never used because
/// the language itself is who calls, and gives all that there is (`__deepcopy__`).
fn is_made_again(facts: &Facts, function: FunctionId) -> bool {
    let own = facts.function(function);
    let inside = facts.enclosing(function).skip(1).any(|id| facts.function(id).kind == FunctionKind::Named);
    let special = own.name.map(|name| facts.text(name)).is_some_and(|name| name.starts_with("__") && name.ends_with("__"));
    inside && facts.exported.is_none() || special && !own.traits.is_constructor
}

/// The vocabulary of the container that an expression makes; a capped one counts as bounded, that is, as none.
pub fn container<'a>(context: &Context<'a>, value: ExprId) -> Option<&'a Container> {
    let facts = context.facts;
    let all = &context.words.container;
    let literal = |kind: CollectionKind| all.iter().find(|container| container.literal.iter().any(|word| word == kind.word()));
    match facts.kind(facts.peeled(value)) {
        // What has entries of its own names is a record and not a map.
        ExprKind::Collection { kind: CollectionKind::Map, items }
            if facts
                .list(items)
                .iter()
                .any(|item| matches!(facts.kind(*item), ExprKind::Named { .. } | ExprKind::Name { .. })) =>
        {
            None
        }
        ExprKind::Collection { kind, .. } | ExprKind::Comprehension { kind, .. } => literal(kind),
        ExprKind::Call { .. } if facts.typed => named(all, facts.type_path(value)?),
        ExprKind::Call { .. } => {
            let call = facts.peeled(value);
            let path = facts.callee_path(call);
            let found =
                all.iter().find(|container| container.make.iter().any(|make| make.fits(path, facts.callee_name(call))))?;
            match &found.bound {
                Some(bound) if capped(facts, call, bound) => None,
                _ => Some(found),
            }
        }
        _ => None,
    }
}

/// The container of a declared type, whose last name tells as much as its path.
fn named<'a>(all: &'a [Container], path: &str) -> Option<&'a Container> {
    let last = path.rsplit('.').next();
    let find = |path| all.iter().find(|container| container.make.iter().any(|make| make.fits(path, None)));
    find(Some(path)).or_else(|| find(last))
}

/// The container that a place is declared to be.
fn declared<'a>(context: &Context<'a>, id: PlaceId) -> Option<(&'a Container, ExprId)> {
    let facts = context.facts;
    facts.definitions_of(id).iter().find_map(|definition| {
        let path = facts.annotated(definition.annotation?)?;
        Some((named(&context.words.container, path)?, definition.target))
    })
}

/// Whether a constructor call is given a cap.
pub fn capped(facts: &Facts, call: ExprId, bound: &Bound) -> bool {
    let other = || bound.or.iter().find_map(|name| facts.argument(call, name, None));
    let found = facts.argument(call, &bound.name, bound.position).or_else(other);
    let Some(value) = found.filter(|value| !bound.options || !facts.is_options(*value)) else {
        return bound.by_default || facts.has_spread(call) || (bound.options && facts.has_hidden_options(call));
    };
    match facts.literal(value) {
        Some(Literal::Null) => false,
        Some(Literal::Number(Some(0))) => !bound.zero_is_unbounded,
        _ => true,
    }
}

fn sort(context: &Context, held: &mut Held, operation: &Operation) {
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
fn by_entry(facts: &Facts, held: &Held) -> Vec<Release> {
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
