//! Subscriptions that are dropped beside others of the same object that are kept for its end.

use super::check::Registered;
use super::reach::{self, Reach};
use super::tenure;
use crate::checks::Context;
use crate::checks::lives::callback::{self, Holds};
use crate::checks::lives::kept::{self, Fate};
use crate::checks::lives::key;
use crate::checks::lives::owner::{self, Runs};
use crate::facts::{ExprId, ExprKind, Facts, Parent, Place, Root, Segment, Source, TypeId};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};
use crate::rules::{Lifetime, Registration};

/// A call whose name has the shape of a registration, in a method of a type.
#[derive(Clone, Copy)]
struct Subscription {
    call: ExprId,
    emitter: ExprId,
    callback: ExprId,
    owner: TypeId,
}

/// Findings about calls that are registrations by the shape of their names only: that their value takes them back, the
/// same type shows by keeping that of another one.
pub fn check(context: &Context, known: &[Registered]) -> Vec<Finding> {
    let shaped = context.words.registration.iter().filter(|one| !one.starts.is_empty());
    shaped.flat_map(|one| of_shape(context, one, known)).collect()
}

fn of_shape(context: &Context, registration: &Registration, known: &[Registered]) -> Vec<Finding> {
    let facts = context.facts;
    let calls = facts.functions.iter().flat_map(|function| function.calls.iter().copied());
    let all: Vec<Subscription> = calls.filter_map(|call| read(facts, registration, call)).collect();
    let kept: Vec<Subscription> = all.iter().copied().filter(|one| is_kept(facts, registration, one.call)).collect();
    let dropped = all.iter().filter(|one| kept::fate(facts, one.call) == Fate::Dropped);
    let unknown = dropped.filter(|one| known.iter().all(|other| other.at != one.call));
    unknown.filter_map(|one| judge(context, registration, one, &kept)).collect()
}

/// A call `emitter.onEvent(callback)` in a method, or in a closure of one.
fn read(facts: &Facts, registration: &Registration, call: ExprId) -> Option<Subscription> {
    let name = facts.method_name(call)?;
    let shaped = registration
        .starts
        .iter()
        .any(|start| name.strip_prefix(start.as_str()).is_some_and(|rest| rest.starts_with(char::is_uppercase)));
    // What is told of the end of its emitter goes with that.
    let ends = key::ends_with(&registration.last, name);
    // A further argument may be what collects the value.
    let alone = facts.args(call).len() <= 2;
    let callback = facts.positional(call, registration.callback).filter(|_| shaped && alone && !ends)?;
    let function = matches!(facts.kind(callback), ExprKind::Closure(_)) || callback::function_behind(facts, callback).is_some();
    let owner = facts.owner_of(facts.function_of(call)).filter(|_| function)?;
    Some(Subscription { call, emitter: facts.callee(call).receiver?, callback, owner })
}

/// Whether the value of a call is given to what collects such values: `this.toDispose.push(emitter.onEvent(callback))`.
fn is_kept(facts: &Facts, registration: &Registration, call: ExprId) -> bool {
    let Parent::Expr(outer) = facts.expr(call).parent else { return false };
    let collects = facts.callee_name(outer).is_some_and(|name| registration.keepers.iter().any(|word| word == name));
    collects && matches!(facts.kind(outer), ExprKind::Call { .. }) && facts.args(outer).contains(&call)
}

fn judge(context: &Context, registration: &Registration, one: &Subscription, kept: &[Subscription]) -> Option<Finding> {
    let (facts, words) = (context.facts, &context.words.words);
    let sibling = kept.iter().find(|other| other.owner == one.owner && is_alike(facts, one, other))?;
    let function = facts.function_of(one.call);
    let runs = owner::runs(facts, words, function);
    let holds = callback::holds(facts, &context.words.weak, one.callback);
    if holds < Holds::Locals || runs == Runs::Once || owner::guarded(facts, one.call) || !is_foreign(facts, one.emitter) {
        return None;
    }
    let name = facts.method_name(one.call)?;
    let message = format!("what `{name}` returns is dropped, so nothing can end the subscription");
    let mut finding = context.finding(one.call, message, "registered here".to_owned());
    let text = format!("the value of `{}` is kept for the end, and this one is not", facts.method_name(sibling.call)?);
    finding.related.push(Mark::new(Role::Release, facts.expr(sibling.call).span, "this one is kept to be ended"));
    finding.evidence.push(Evidence::supports(Weight::Strong, text).at(facts.expr(sibling.call).span));
    finding.evidence.extend(tenure::teardown(facts, words, (one.owner, Lifetime::Process), function));
    let named = facts.text(facts.ty(one.owner).name);
    if owner::made_at_top(facts, one.owner).is_some() || owner::is_single(facts, one.owner) {
        finding.evidence.push(Evidence::doubts(Weight::Decisive, format!("there is one `{named}` in the process")));
    } else if key::ends_with(&words.lasting, named) {
        finding.evidence.push(Evidence::doubts(Weight::Fair, format!("a `{named}` may live as long as the emitter")));
    }
    "the emitter keeps the object, and calls it after its end".clone_into(&mut finding.risk);
    finding.severity = registration.severity.unwrap_or(context.rule.severity);
    Some(finding.weigh(context.prior()))
}

/// Whether two subscriptions are of one kind: both on something that the object was given, or by the same method.
fn is_alike(facts: &Facts, one: &Subscription, other: &Subscription) -> bool {
    facts.method_name(one.call) == facts.method_name(other.call) || is_foreign(facts, other.emitter)
}

/// Whether the object was given the emitter: it is no part that it makes itself.
fn is_foreign(facts: &Facts, emitter: ExprId) -> bool {
    match reach::of(facts, emitter) {
        Reach::Given | Reach::Process => true,
        Reach::Owned | Reach::Local => false,
        Reach::Unknown => is_filled(facts, emitter),
    }
}

/// Whether a field is only declared, so that somebody outside gives it its value.
fn is_filled(facts: &Facts, emitter: ExprId) -> bool {
    let Some(place) = facts.place(emitter) else { return false };
    let field = matches!(facts.places.get(place), Place { root: Root::Instance(_), path } if matches!(path.as_slice(), [Segment::Field(_)]));
    let definitions = facts.definitions_of(place);
    field && !definitions.is_empty() && definitions.iter().all(|one| matches!(one.source, Source::Declared(_)))
}
