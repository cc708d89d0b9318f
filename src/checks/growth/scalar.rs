//! Types whose instances hold nothing but numbers, flags and names.

use crate::checks::lives::key;
use crate::facts::{ExprId, ExprKind, Facts, Root, Source, TypeId};

/// Names of types whose values refer to nothing.
const PLAIN: [&str; 6] = ["int", "float", "bool", "str", "bytes", "dtype"];

/// What is written around the names of types.
const AROUND: [&str; 6] = ["Optional", "Union", "Tuple", "tuple", "frozenset", "None"];

/// Whether all that the methods of a type put into its fields are plain values, so that an instance weighs nothing.
pub fn is_plain(facts: &Facts, ty: TypeId) -> bool {
    let mut definitions = facts.fields_of(ty).flat_map(|field| facts.definitions_of(field)).peekable();
    definitions.peek().is_some()
        && definitions.all(|definition| match definition.source {
            Source::Assigned(value) | Source::Updated(value) => is_scalar(facts, value),
            Source::Declared(_) => true,
            _ => false,
        })
}

/// Whether all fields that the body of a type declares are of plain types, or of tuples of them.
pub fn is_declared_plain(facts: &Facts, ty: TypeId) -> bool {
    let declared = |field| facts.definitions_of(field).into_iter().find_map(|definition| definition.annotation);
    let plain = |annotation: ExprId| {
        let names = facts.names_in(annotation);
        !names.is_empty()
            && names.iter().all(|(_, name)| PLAIN.contains(&facts.text(*name)) || AROUND.contains(&facts.text(*name)))
    };
    let lineage = facts.lineage(ty);
    let own = |place: &crate::facts::Place| {
        matches!(place.root, Root::Instance(ty) | Root::Static(ty) if lineage.contains(&ty)) && place.path.len() == 1
    };
    let fields = facts.places.iter().filter(|(_, place)| own(place)).map(|(id, _)| id);
    let mut fields = fields.filter_map(declared).peekable();
    fields.peek().is_some() && fields.all(plain)
}

fn is_scalar(facts: &Facts, value: ExprId) -> bool {
    match facts.kind(value) {
        ExprKind::Literal(_) => true,
        ExprKind::Operation { operands, .. } => facts.list(operands).iter().all(|operand| is_scalar(facts, *operand)),
        ExprKind::Choice { then, otherwise, .. } => is_scalar(facts, then) && is_scalar(facts, otherwise),
        ExprKind::Name { binding: Some(binding), .. } => {
            facts.functions.iter().flat_map(|function| &function.params).any(|param| {
                let declared = param.annotation.and_then(|annotation| key::last_name(facts, bare(facts, annotation)));
                param.binding == binding && declared.is_some_and(|name| PLAIN.contains(&name))
            })
        }
        _ => false,
    }
}

/// What an annotation names, without what the grammar puts around it.
fn bare(facts: &Facts, mut annotation: ExprId) -> ExprId {
    loop {
        annotation = match (facts.wraps.get(&annotation), facts.kind(annotation)) {
            (Some(inner), _) => *inner,
            (None, ExprKind::Other(list)) if !facts.list(list).is_empty() => facts.list(list)[0],
            _ => return annotation,
        };
    }
}
