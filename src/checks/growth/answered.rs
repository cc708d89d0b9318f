//! Requests that wait for their answer under a key of their own, and whose entry stays when the answer has come.

use crate::checks::Context;
use crate::checks::lives::key::{self, Keys};
use crate::checks::lives::promise;
use crate::facts::{Action, ExprId, Facts, FunctionId, Literal, Operation, Parent, Place, PlaceId, Root, Segment};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};

/// What stays of an answered request.
enum Left {
    /// The whole entry: only what gives up waiting takes it out.
    Entry(ExprId),
    /// Its key, with nothing under it.
    Key(ExprId),
}

/// Findings about the maps of waiting requests in a file.
pub fn check(context: &Context) -> Vec<Finding> {
    let facts = context.facts;
    let lasting = |place: &Place| match (place.root, place.path.as_slice()) {
        (Root::Instance(_) | Root::Static(_), [Segment::Field(_)]) => true,
        (Root::Binding(binding), []) => facts.is_global(binding),
        _ => false,
    };
    let places = facts.places.iter().filter(|(_, place)| facts.exported.is_some() && lasting(place));
    places.filter_map(|(id, _)| map(context, id)).collect()
}

fn map(context: &Context, place: PlaceId) -> Option<Finding> {
    let facts = context.facts;
    let all = facts.operations(place);
    let waits = |operation: &&Operation| entry(facts, operation).is_some_and(|(key, value)| is_request(context, key, value));
    let added = all.iter().find(waits)?;
    let shared = |operation: &Operation| {
        matches!(
            operation.action,
            Action::Argument { .. } | Action::Returned | Action::Alias { .. } | Action::Stored { .. } | Action::Delete
        )
    };
    let answers = |operation: &&Operation| reads(facts, operation) && !is_around(facts, added.function, operation.function);
    let answer = all.iter().find(answers)?;
    if all.iter().any(shared) || !context.touched(place).is_empty() {
        return None;
    }
    Some(tell(context, place, (added.expr, answer.expr), &left(context, all)?))
}

/// The key and the value of an entry that is put in.
fn entry(facts: &Facts, operation: &Operation) -> Option<(ExprId, ExprId)> {
    match operation.action {
        Action::SetItem { key, value, update: None } => key.zip(value),
        Action::Method { name, call } if facts.text(name) == "set" => facts.positional(call, 0).zip(facts.positional(call, 1)),
        _ => None,
    }
}

/// Whether an entry is a request: under a key of its own it keeps what settles a promise.
fn is_request(context: &Context, key: ExprId, value: ExprId) -> bool {
    let facts = context.facts;
    let settles = |at: ExprId| promise::settles(facts, &context.words.pending, at);
    key::keys(facts, &context.words.words, key) > Keys::Few && facts.within(value).any(settles)
}

fn reads(facts: &Facts, operation: &Operation) -> bool {
    match operation.action {
        Action::GetItem { .. } => true,
        Action::Method { name, .. } => facts.text(name) == "get",
        _ => false,
    }
}

/// Whether one function stands in another, so that it belongs to the same request.
fn is_around(facts: &Facts, outer: FunctionId, inner: FunctionId) -> bool {
    let outermost = || facts.enclosing(outer).filter(|id| !facts.at_top(*id)).last();
    let top = facts.method_of(outer).or_else(outermost);
    facts.enclosing(inner).any(|id| Some(id) == top)
}

/// What stays of a request that has been answered, by all that takes entries out.
fn left(context: &Context, all: &[Operation]) -> Option<Left> {
    let facts = context.facts;
    let takes = |operation: &&Operation| match operation.action {
        Action::DeleteItem { .. } => true,
        Action::Method { name, .. } => matches!(facts.text(name), "delete" | "clear"),
        _ => false,
    };
    let empties =
        |operation: &&Operation| entry(facts, operation).is_some_and(|(_, value)| facts.literal(value) == Some(Literal::Null));
    let removals: Vec<&Operation> = all.iter().filter(takes).collect();
    let hollow = all.iter().find(empties);
    match (removals.as_slice(), hollow) {
        ([], Some(hollow)) => Some(Left::Key(hollow.expr)),
        ([first, ..], None) if removals.iter().all(|one| is_late(context, one.function)) => Some(Left::Entry(first.expr)),
        _ => None,
    }
}

/// Whether a function runs when the time is over.
fn is_late(context: &Context, function: FunctionId) -> bool {
    let facts = context.facts;
    facts.enclosing(function).any(|id| {
        let Some(made) = facts.closure_expr(id) else { return false };
        let Parent::Expr(call) = facts.expr(made).parent else { return false };
        context.words.later.iter().any(|word| word.fits(facts.callee_path(call), facts.method_name(call)))
    })
}

fn tell(context: &Context, place: PlaceId, (added, answer): (ExprId, ExprId), left: &Left) -> Finding {
    let facts = context.facts;
    let name = facts.display(place);
    let (at, message, text) = match left {
        Left::Entry(at) => (
            *at,
            format!("the answer leaves its request in `{name}`: only the timeout takes it out"),
            "entries only go where the time is over, and not where the answer comes",
        ),
        Left::Key(at) => (
            *at,
            format!("each answered request leaves its key in `{name}`"),
            "the entry is emptied, and its key stays: nothing deletes it",
        ),
    };
    let mut finding = context.finding(added, message, "the request is put in here".to_owned());
    finding.related.push(Mark::new(Role::Context, facts.expr(answer).span, "answered here"));
    finding.related.push(Mark::new(Role::Release, facts.expr(at).span, "the only place where it goes"));
    finding.evidence.push(Evidence::supports(Weight::Decisive, text).at(facts.expr(at).span));
    finding.evidence.push(Evidence::supports(Weight::Strong, "each request waits under a key of its own"));
    finding.evidence.extend(context.brief());
    finding.risk = format!("one entry more in `{name}` for each request");
    finding.weigh(context.prior())
}
