//! Which types of a file keep which others alive, by the declared types of their fields.

use crate::checks::Context;
use crate::facts::{ExprId, ExprKind, Facts, Name, Place, PlaceId, Root, Segment, TypeId};
use crate::rules::Pattern;

/// How deep the arguments of types are followed.
const DEPTH: u32 = 12;

/// A field by which one type keeps another alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keeps {
    /// The type that is kept.
    pub kept: TypeId,
    /// Whether it is shared with others, and lives until the last of them lets go.
    pub strong: bool,
    /// Whether it can be given another value while others see it.
    pub open: bool,
}

/// What a field keeps alive.
pub fn field(context: &Context, ty: TypeId, name: Name) -> Vec<Keeps> {
    let facts = context.facts;
    let place = facts.places.find(&Place { root: Root::Instance(ty), path: vec![Segment::Field(name)] });
    let definitions = place.map(|place| facts.definitions_of(place)).unwrap_or_default();
    let written = definitions.iter().find_map(|definition| definition.annotation);
    written.map(|written| written_type(context, written)).unwrap_or_default()
}

/// What a value of a written type keeps alive.
pub fn written_type(context: &Context, written: ExprId) -> Vec<Keeps> {
    let mut found = Vec::new();
    walk(context, written, (false, false), DEPTH, &mut found);
    // A cell in which the shared value lies changes it as well as one that holds the reference.
    let open = mentions(context.facts, &context.words.cell, written, DEPTH);
    for keeps in &mut found {
        keeps.open |= open;
    }
    found
}

fn walk(context: &Context, written: ExprId, (strong, open): (bool, bool), depth: u32, found: &mut Vec<Keeps>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    let facts = context.facts;
    match facts.kind(written) {
        ExprKind::Index { base, key } => {
            if is(facts, &context.words.weak, base) {
                return;
            }
            // What a foreign generic type does with its arguments is its own matter.
            if !known(context, written, base) {
                return;
            }
            let strong_here = strong || is(facts, &context.words.strong, base);
            walk(context, base, (strong, open), depth, found);
            if let Some(key) = key {
                walk(context, key, (strong_here, open), depth, found);
            }
        }
        ExprKind::Name { binding: Some(_), .. } => {
            found.extend(local(facts, written).map(|kept| Keeps { kept, strong, open }));
        }
        ExprKind::Other(list) | ExprKind::Collection { items: list, .. } => {
            facts.list(list).iter().for_each(|part| walk(context, *part, (strong, open), depth, found));
        }
        _ => {}
    }
}

/// Whether a generic type is known to keep what it is given: a counted reference, a cell, a container, a type of this file.
fn known(context: &Context, written: ExprId, base: ExprId) -> bool {
    let facts = context.facts;
    let words = context.words;
    let path = facts.annotated(base);
    let last = path.and_then(|path| path.rsplit('.').next());
    let keeps = |word: &Pattern| word.fits(path, None) || word.fits(last, None);
    facts.wraps.contains_key(&written)
        || local(facts, base).is_some()
        || is(facts, &words.strong, base)
        || is(facts, &words.cell, base)
        || words.container.iter().any(|container| container.make.iter().any(keeps))
}

fn mentions(facts: &Facts, words: &[Pattern], written: ExprId, depth: u32) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    match facts.kind(written) {
        ExprKind::Index { base, key } => is(facts, words, base) || key.is_some_and(|key| mentions(facts, words, key, depth)),
        ExprKind::Other(list) | ExprKind::Collection { items: list, .. } => {
            facts.list(list).iter().any(|part| mentions(facts, words, *part, depth))
        }
        _ => false,
    }
}

/// Whether a written type is one of these, by its path or by its last name.
fn is(facts: &Facts, words: &[Pattern], base: ExprId) -> bool {
    let path = facts.annotated(base);
    let last = path.and_then(|path| path.rsplit('.').next());
    words.iter().any(|word| word.fits(path, None) || word.fits(last, None))
}

/// Whether a path begins with one of these types and names something inside of it.
pub fn inside(words: &[Pattern], path: &str) -> bool {
    let Some((ty, _)) = path.rsplit_once('.') else { return false };
    let last = ty.rsplit('.').next();
    words.iter().any(|word| word.fits(Some(ty), None) || word.fits(last, None))
}

/// The type of this file that a name means.
fn local(facts: &Facts, name: ExprId) -> Option<TypeId> {
    match facts.binding(facts.binding_of(name)?).kind {
        crate::facts::BindingKind::Type(ty) => Some(ty),
        _ => None,
    }
}

/// The fields of the types of a file, with what each keeps alive.
pub fn fields(context: &Context) -> Vec<(PlaceId, TypeId, Keeps)> {
    let mut found = Vec::new();
    for (id, place) in context.facts.places.iter() {
        let (Root::Instance(ty), [Segment::Field(name)]) = (place.root, place.path.as_slice()) else { continue };
        found.extend(field(context, ty, *name).into_iter().map(|keeps| (id, ty, keeps)));
    }
    found
}
