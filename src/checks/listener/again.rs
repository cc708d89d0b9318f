//! Teardowns that register once more what the object has registered before, where they were meant to take it off.

use crate::checks::Context;
use crate::checks::lives::callback;
use crate::facts::{ExprId, ExprKind, Facts, FunctionId, TypeId};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};
use crate::rules::Pattern;

/// Findings about registrations in the teardowns of a file.
pub fn check(context: &Context) -> Vec<Finding> {
    let facts = context.facts;
    if facts.exported.is_none() {
        return Vec::new();
    }
    let ends = |own: &crate::facts::Function| own.traits.is_teardown && own.owner.is_some();
    let teardowns = facts.functions().filter(|(_, own)| ends(own));
    teardowns.flat_map(|(id, own)| own.calls.iter().filter_map(move |call| repeated(context, id, *call))).collect()
}

fn repeated(context: &Context, teardown: FunctionId, call: ExprId) -> Option<Finding> {
    let facts = context.facts;
    let verb = facts.method_name(call)?;
    let lasting = context.words.registration.iter().filter(|one| !one.once && !one.remove.is_empty());
    if !lasting.flat_map(|one| &one.add).any(|pattern| pattern.last() == verb) || facts.args(call).len() < 2 {
        return None;
    }
    let ty = facts.owner_of(teardown)?;
    let first = alike(facts, ty, call, verb).find(|other| facts.function_of(*other) != teardown)?;
    let removers = context.words.registration.iter().flat_map(|one| &one.remove).map(Pattern::last);
    // Whoever takes it off as well means to put it on anew.
    if removers.into_iter().any(|remover| alike(facts, ty, call, remover).next().is_some()) {
        return None;
    }
    let name = facts.function(teardown).name.map_or("", |name| facts.text(name));
    let message = format!("`{name}` registers the callback once more, where it ought to take it off");
    let mut finding = context.finding(call, message, "registered again here".to_owned());
    finding.related.push(Mark::new(Role::Acquire, facts.expr(first).span, "registered before"));
    let text = "the same callback is registered in the same way where the object begins, and nothing takes it off";
    finding.evidence.push(Evidence::supports(Weight::Strong, text).at(facts.expr(first).span));
    finding.evidence.push(Evidence::supports(Weight::Strong, "it stands where the object ends"));
    "the emitter keeps the object, and calls it after its end".clone_into(&mut finding.risk);
    Some(finding.weigh(context.prior()))
}

/// The calls of a method of this name, for the same type, with the same receiver and arguments.
fn alike<'a>(facts: &'a Facts, ty: TypeId, call: ExprId, verb: &str) -> impl Iterator<Item = ExprId> + 'a {
    let calls = facts.calls_of(verb).iter().copied();
    calls.filter(move |other| {
        let (ours, theirs) = (facts.args(call), facts.args(*other));
        let same = |pair: (&ExprId, &ExprId)| is_same(facts, *pair.0, *pair.1);
        let receivers = facts.callee(call).receiver.zip(facts.callee(*other).receiver);
        *other != call
            && facts.owner_of(facts.function_of(*other)) == Some(ty)
            && ours.len() == theirs.len()
            && receivers.is_some_and(|(a, b)| is_same(facts, a, b))
            && ours.iter().zip(theirs).all(same)
            && ours
                .iter()
                .any(|arg| matches!(facts.kind(*arg), ExprKind::Field { base, .. } if callback::is_instance(facts, base)))
    })
}

/// Whether two expressions stand for the same instance, field or text.
fn is_same(facts: &Facts, a: ExprId, b: ExprId) -> bool {
    match (facts.literal_text(a), facts.literal_text(b)) {
        (Some(a), Some(b)) => return a == b,
        (None, None) => {}
        _ => return false,
    }
    match (facts.kind(a), facts.kind(b)) {
        _ if callback::is_instance(facts, a) && callback::is_instance(facts, b) => true,
        (ExprKind::Field { base: a, name: ours }, ExprKind::Field { base: b, name: theirs }) => {
            ours == theirs && is_same(facts, a, b)
        }
        (ExprKind::Name { .. }, ExprKind::Name { .. }) => {
            facts.binding_of(a).is_some_and(|binding| facts.is_global(binding) && facts.binding_of(b) == Some(binding))
        }
        _ => false,
    }
}
