//! What the bases of a type say about who releases its fields.

use crate::checks::Context;
use crate::facts::{TypeId, last};
use crate::finding::{Evidence, Weight};
use crate::index::{Kind, Outline};

/// The teardown that a type has from a base in another file, which does not release the field either.
pub(super) fn inherited(context: &Context, ty: TypeId) -> Option<Evidence> {
    let facts = context.facts;
    let paths = facts.lineage(ty).into_iter().flat_map(|ty| facts.ty(ty).base_paths.iter().copied());
    let found = paths.filter_map(|path| ancestry(context, facts.text(path))).flatten();
    let (file, kind) = found.into_iter().find(|(_, kind)| !kind.teardowns.is_empty())?;
    let (base, teardown) = (file.text(kind.name), file.text(kind.teardowns[0]));
    let text = format!("`{teardown}` of its base `{base}` in {} ends the instance, and does not release the field", file.path);
    Some(Evidence::supports(Weight::Fair, text))
}

/// Whether a type inherits from something out of sight that may have a teardown.
pub(super) fn has_unknown_base(context: &Context, ty: TypeId) -> bool {
    let (facts, plain) = (context.facts, &context.words.words.plain_bases);
    facts.lineage(ty).iter().any(|ty| {
        let ty = facts.ty(*ty);
        ty.bases.len() > ty.local_bases.len()
            && ty.base_paths.iter().any(|path| {
                let path = facts.text(*path);
                !plain.iter().any(|word| word == path) && !is_known(context, path)
            })
    })
}

/// Whether the project shows a type, and all that it inherits from.
fn is_known(context: &Context, path: &str) -> bool {
    ancestry(context, path).is_some()
}

fn ancestry<'a>(context: &Context<'a>, path: &str) -> Option<Vec<(&'a Outline, &'a Kind)>> {
    let plain = &context.words.words.plain_bases;
    let matters_not = |base: &str| plain.iter().any(|word| word == base || last(word) == last(base));
    context.project.ancestry(context.path, path, &matters_not)
}
