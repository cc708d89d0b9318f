//! Lists of those who wait: an entry whose owner has gone stays until everything is taken out at once.

use crate::checks::Context;
use crate::checks::lives::key;
use crate::checks::lives::lifetime;
use crate::checks::lives::owner;
use crate::facts::{Action, ExprId, ExprKind, Facts, FunctionId, Name, Operation, PlaceId, Root, Segment, TypeId};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};
use crate::rules::Waiting;

/// Findings about the lists of waiters of a file's types.
pub fn check(context: &Context) -> Vec<Finding> {
    let facts = context.facts;
    let lists = facts.places.iter().filter_map(|(id, place)| match (place.root, place.path.as_slice()) {
        (Root::Instance(ty), [Segment::Field(name)]) => Some((id, ty, *name)),
        _ => None,
    });
    let words = &context.words.waiting;
    lists
        .filter_map(|(id, ty, name)| {
            let annotation = *facts.field_types.get(&(ty, name))?;
            let one = words.iter().find(|one| holds(facts, annotation, &one.elements))?;
            list(context, one, id, (ty, name))
        })
        .collect()
}

/// Whether a written type is a list of one of these.
fn holds(facts: &Facts, annotation: ExprId, elements: &[String]) -> bool {
    facts.within(annotation).any(|at| match facts.kind(at) {
        ExprKind::Name { name, .. } | ExprKind::Field { name, .. } => elements.iter().any(|word| word == facts.text(name)),
        _ => false,
    })
}

fn list(context: &Context, one: &Waiting, place: PlaceId, (ty, name): (TypeId, Name)) -> Option<Finding> {
    let facts = context.facts;
    let has = |words: &[String], operation: &&Operation| match operation.action {
        Action::Method { name, .. } => words.iter().any(|word| word == facts.text(name)),
        _ => false,
    };
    let adds = |operation: &&Operation| has(&one.add, operation) && runs_again(facts, operation.function);
    let added = facts.operations(place).iter().find(adds)?;
    // The same field of what is presumably the same type counts as well.
    let same = facts.places.iter().filter(|(_, other)| other.path.last() == Some(&Segment::Field(name))).map(|(id, _)| id);
    let all: Vec<&Operation> = same.flat_map(|id| facts.operations(id)).collect();
    let harmless =
        |call: ExprId| context.words.harmless.iter().any(|word| word.fits(facts.callee_path(call), facts.method_name(call)));
    let escapes = |operation: &&Operation| match operation.action {
        Action::Returned | Action::Stored { .. } => true,
        Action::Argument { call, .. } => {
            !harmless(call) && facts.callee_name(call).is_none_or(|name| !one.drain.iter().any(|word| word == name))
        }
        _ => false,
    };
    if all.iter().any(|operation| has(&one.remove, operation) || escapes(operation)) {
        return None;
    }
    let Action::Method { call, .. } = added.action else { return None };
    let drained = all.iter().find(|operation| {
        let handed = matches!(operation.action, Action::Argument { call, .. } if !harmless(call));
        handed || has(&one.drain, operation)
    });
    let asked: Vec<_> = lifetime::conditions(facts, call).into_iter().map(|condition| facts.expr(condition).span).collect();
    let known = all.iter().any(|operation| asked.iter().any(|span| span.contains(facts.expr(operation.expr).span)));
    Some(tell(context, one, (call, known), (ty, name), drained.map(|operation| operation.expr)))
}

/// What is said of how the entries of a list go.
fn left(context: &Context, one: &Waiting, adding: FunctionId, drained: Option<ExprId>) -> Evidence {
    let facts = context.facts;
    let Some(at) = drained else {
        return Evidence::supports(Weight::Fair, "nothing in this file takes an entry out");
    };
    let by = facts.function_of(at);
    let name = owner::name_of(facts, by);
    let ends = facts.enclosing(by).any(|id| facts.function(id).traits.is_teardown);
    let evidence = if ends || lifetime::named(facts, &one.again, adding) {
        Evidence::supports(Weight::Slight, format!("entries only ever go all at once, in `{name}`, which need not come"))
    } else {
        // What they wait for comes by again and again, and empties the list each time; nobody is seen to add twice meanwhile.
        Evidence::doubts(Weight::Fair, format!("all entries go at once, in `{name}`, and that may come often enough"))
    };
    evidence.at(context.span(at))
}

/// Whether a function runs more than once for its object.
fn runs_again(facts: &Facts, function: FunctionId) -> bool {
    !facts.function(function).traits.is_constructor && !facts.function(function).traits.is_test
}

fn tell(
    context: &Context,
    one: &Waiting,
    (call, known): (ExprId, bool),
    (ty, field): (TypeId, Name),
    drained: Option<ExprId>,
) -> Finding {
    let facts = context.facts;
    let (name, field, kind) = (facts.text(facts.ty(ty).name), facts.text(field), &one.kind);
    let message = format!("`{name}.{field}` keeps each {kind} when whoever waits has gone");
    let mut finding = context.finding(call, message, format!("a {kind} is added here"));
    finding.related.push(Mark::new(Role::Declaration, facts.ty(ty).head, "the type that keeps the list"));
    finding.evidence.push(left(context, one, facts.function_of(call), drained));
    if known {
        finding.evidence.push(Evidence::doubts(Weight::Decisive, "the list is asked first, so nobody waits in it twice"));
    }
    if key::ends_with(&context.words.words.passing, name) {
        finding.evidence.push(Evidence::doubts(Weight::Decisive, format!("a `{name}` is usually thrown away soon")));
    }
    if super::fixed::is_double(&context.words.words, name) {
        let text = format!("a `{name}` stands in for another one, by hand or in tests");
        finding.evidence.push(Evidence::doubts(Weight::Decisive, text));
    }
    finding.risk = format!("each {kind} keeps what it belongs to; one more stays for everybody who stops waiting early");
    finding.weigh(context.prior())
}
