//! A collection that is keyed by objects becomes one that does not keep them alive.

use super::{Mender, limit};
use crate::facts::{Action, ExprId, ExprKind, Facts, PlaceId};
use crate::finding::{Edit, Finding, Fix, Safety};

/// Changes what makes the collection, and the type that is declared for it.
pub fn fix(mender: &Mender, finding: &Finding, growth: ExprId) -> Option<Fix> {
    let (facts, words) = (mender.context.facts, &mender.context.words.mend);
    let (made, old, new) = limit::made(mender, finding).find_map(|expr| {
        let (old, new) = words.weak.get_key_value(facts.callee_path(expr)?)?;
        Some((expr, old, new))
    })?;
    let place = facts.callee(growth).receiver.and_then(|receiver| facts.place(receiver))?;
    let key = *facts.args(growth).first()?;
    if !is_object(mender, key) || !only_keyed(mender, place) {
        return None;
    }
    let ExprKind::Call { callee, .. } = facts.kind(made) else { return None };
    if mender.slice(callee) != old || !facts.args(made).is_empty() {
        return None;
    }
    let declared = facts.definitions_of(place).into_iter().filter_map(|definition| definition.annotation);
    let declared = declared.filter_map(|annotation| name_of(facts, annotation));
    let mut edits: Vec<Edit> = declared.map(|name| Edit::replace(facts.expr(name).span, new.as_str())).collect();
    if edits.iter().any(|edit| edit.span.slice(mender.text) != old) {
        return None;
    }
    edits.push(Edit::replace(facts.expr(callee).span, new.as_str()));
    Some(Fix::new(format!("Make `{}` a `{new}`, which keeps no key alive", facts.display(place)), Safety::Unsafe, edits))
}

/// The name of a declared type, without what it is made of.
fn name_of(facts: &Facts, annotation: ExprId) -> Option<ExprId> {
    match facts.kind(annotation) {
        ExprKind::Name { .. } => Some(annotation),
        ExprKind::Index { base, .. } => name_of(facts, base),
        _ => None,
    }
}

/// Whether a key is surely an object: the instance, or something declared as one.
fn is_object(mender: &Mender, key: ExprId) -> bool {
    let facts = mender.context.facts;
    match facts.kind(key) {
        ExprKind::This => true,
        ExprKind::Name { binding: Some(binding), .. } => {
            let declared = facts.binding(binding).definitions.iter().find_map(|definition| definition.annotation);
            let param = || {
                let scope = facts.binding(binding).scope;
                let function = facts.function(facts.scopes[scope.index()].function);
                function.params.iter().find(|param| param.binding == binding)?.annotation
            };
            let path = declared.or_else(param).and_then(|annotation| facts.annotated(annotation));
            let last = path.map(crate::facts::last);
            last.is_some_and(|last| mender.context.words.mend.objects.iter().any(|word| word == last))
        }
        _ => false,
    }
}

/// Whether nothing is done to the collection that one without an order or a size cannot do.
fn only_keyed(mender: &Mender, place: PlaceId) -> bool {
    let facts = mender.context.facts;
    facts.operations(place).iter().all(|operation| match operation.action {
        Action::Method { name, .. } => mender.context.words.mend.weak_methods.iter().any(|word| word == facts.text(name)),
        Action::Assign(_) => true,
        _ => false,
    })
}
