//! The reference that closes a ring of counted references becomes a weak one.

use super::Mender;
use crate::facts::{Action, ExprId, ExprKind, Facts, Literal, Operation, PlaceId, Root, Segment, Source};
use crate::finding::{Edit, Finding, Fix, Safety};

/// How deep the arguments of a type are followed.
const DEPTH: u32 = 12;

/// Changes the declared type of the field that a finding points at, and each value that it is given. A field that is read
/// anywhere in the file is left alone: whoever reads a weak reference has to say what happens when the other end is gone.
pub fn fix(mender: &Mender, finding: &Finding) -> Option<Fix> {
    let facts = mender.context.facts;
    let place = stored(facts, finding)?;
    let annotation = facts.definitions_of(place).into_iter().find_map(|definition| definition.annotation)?;
    let (base, weak) = counted(mender, annotation, DEPTH)?;
    let strong = mender.slice(base);
    let mut edits = vec![Edit::replace(facts.expr(base).span, weak)];
    for operation in facts.operations(place) {
        edits.extend(weakened(mender, strong, operation)?);
    }
    if edits.len() < 2 {
        return None;
    }
    edits.sort_by_key(|edit| edit.span.start);
    edits.dedup();
    let name = match facts.places.get(place).path.last() {
        Some(Segment::Field(name)) => facts.text(*name),
        _ => return None,
    };
    Some(Fix::new(format!("Let `{name}` refer weakly (`{weak}`)"), Safety::Unsafe, edits))
}

/// The field that is given a value where the finding points.
fn stored(facts: &Facts, finding: &Finding) -> Option<PlaceId> {
    let here = |operation: &Operation| facts.expr(operation.expr).span == finding.primary.span;
    let fields = facts
        .places
        .iter()
        .filter(|(_, place)| matches!((place.root, place.path.as_slice()), (Root::Instance(_), [Segment::Field(_)])));
    fields.map(|(id, _)| id).find(|id| facts.operations(*id).iter().any(here))
}

/// The counted reference in a written type, and what it is called where it does not count.
fn counted<'a>(mender: &'a Mender, written: ExprId, depth: u32) -> Option<(ExprId, &'a str)> {
    let (facts, words) = (mender.context.facts, &mender.context.words.mend);
    let depth = depth.checked_sub(1)?;
    match facts.kind(written) {
        ExprKind::Index { base, key } => match facts.annotated(base).and_then(|path| words.weak.get(path)) {
            Some(weak) => Some((base, weak.as_str())),
            None => counted(mender, key?, depth),
        },
        ExprKind::Other(list) | ExprKind::Collection { items: list, .. } => {
            facts.list(list).iter().find_map(|part| counted(mender, *part, depth))
        }
        _ => None,
    }
}

/// What changes where the field is used, if that can be written down.
fn weakened(mender: &Mender, strong: &str, operation: &Operation) -> Option<Vec<Edit>> {
    let facts = mender.context.facts;
    match operation.action {
        Action::Assign(Source::Declared(_)) => Some(Vec::new()),
        Action::Assign(Source::Assigned(value)) if is_nothing(facts, value) => Some(Vec::new()),
        Action::Assign(Source::Assigned(value)) => Some(vec![downgraded(mender, strong, value)?]),
        Action::Method { call, .. } => {
            let edits: Vec<Edit> = facts.args(call).iter().filter_map(|arg| downgraded(mender, strong, *arg)).collect();
            (edits.len() == 1).then_some(edits)
        }
        _ => None,
    }
}

/// `None`, on its own or in whatever wraps it.
fn is_nothing(facts: &Facts, value: ExprId) -> bool {
    matches!(facts.kind(facts.peeled(value)), ExprKind::Literal(Literal::Null) | ExprKind::Name { binding: None, .. })
}

/// The copy of a counted reference in a value becomes a weak one: `Rc::clone(self)`, `Some(parent.clone())`.
fn downgraded(mender: &Mender, strong: &str, mut value: ExprId) -> Option<Edit> {
    let (facts, words) = (mender.context.facts, &mender.context.words.mend);
    loop {
        let renamed = facts.callee_name(value).and_then(|name| words.downgrade.get_key_value(name));
        if let (Some((old, new)), ExprKind::Call { callee, .. }) = (renamed, facts.kind(value)) {
            let span = facts.expr(callee).span;
            let Some(receiver) = facts.callee(value).receiver else {
                let ty = span.slice(mender.text).strip_suffix(old.as_str())?;
                return Some(Edit::replace(span, format!("{ty}{new}")));
            };
            let text = format!("{strong}::{new}(&{})", mender.slice(receiver));
            return Some(Edit::replace(facts.expr(value).span, text));
        }
        value = *facts.wraps.get(&value)?;
    }
}
