//! Which container an expression, a declaration or a default value makes, and whether it is capped.

use crate::checks::Context;
use crate::facts::{
    CollectionKind, ExprId, ExprKind, Facts, FunctionId, FunctionKind, Literal, Operator, Place, PlaceId, Root, Source,
};
use crate::rules::{Bound, Container};

/// The container a place is given, if every container it is given can grow.
pub fn made<'a>(context: &Context<'a>, id: PlaceId) -> Option<(&'a Container, ExprId)> {
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
pub fn default<'a>(context: &Context<'a>, place: &Place) -> Option<(&'a Container, ExprId)> {
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
        // A field that refers to what somebody else has goes with the work that borrows it.
        let annotation = definition.annotation.filter(|written| !facts.borrows.contains(written))?;
        let path = facts.annotated(annotation)?;
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
