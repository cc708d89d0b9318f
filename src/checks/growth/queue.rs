//! Queues and channels without a bound, between a producer that nobody slows down and a consumer that can be slower.

use super::made::capped;
use crate::checks::Context;
use crate::checks::lives::key;
use crate::checks::lives::lifetime;
use crate::facts::{Action, Expr, ExprId, ExprKind, Facts, FunctionKind, Operation, Place, PlaceId, Root, Segment, Source};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};
use crate::rules::Channel;
use crate::source::Span;

/// Findings of the rule that asks for `channel`.
pub fn check(context: &Context) -> Vec<Finding> {
    let facts = context.facts;
    let mut found: Vec<Finding> = facts.places.iter().filter_map(|(id, place)| judge(context, id, place)).collect();
    found.extend(super::ends::check(context));
    found
}

fn judge(context: &Context, id: PlaceId, place: &Place) -> Option<Finding> {
    let facts = context.facts;
    let long = match (place.root, place.path.as_slice()) {
        // One queue per element of a long-lived collection lives as long as its element.
        (Root::Instance(_) | Root::Static(_), [Segment::Field(_)] | [Segment::Field(_), Segment::Item]) => true,
        (Root::Binding(binding), []) => {
            facts.function(facts.scopes[facts.binding(binding).scope.index()].function).kind == FunctionKind::Module
        }
        _ => false,
    };
    let (made, channel) = if long { made(context, id)? } else { return None };
    let has = |words: &[String], operation: &Operation| match operation.action {
        Action::Method { name, .. } => words.iter().any(|word| word == facts.text(name)),
        _ => false,
    };
    let all = facts.operations(id);
    if all.iter().any(|operation| has(&channel.measure, operation)) {
        return None;
    }
    let send =
        all.iter().find(|operation| has(&channel.send, operation) && !facts.function(operation.function).traits.is_teardown)?;
    let stored = |at| facts.operations(at).iter().find(|operation| has(&channel.receive, operation));
    let receive = stored(id).or_else(|| held_as(facts, id).into_iter().find_map(stored));
    let evidence = weigh(context, place, send, receive, all);
    Some(tell(context, id, channel, made, send, receive, evidence))
}

/// The one constructor call that fills the place, if it sets no bound.
fn made<'a>(context: &Context<'a>, id: PlaceId) -> Option<(ExprId, &'a Channel)> {
    let facts = context.facts;
    facts.definitions_of(id).into_iter().find_map(|definition| {
        let Source::Assigned(value) = definition.source else { return None };
        let value = origin(facts, value);
        let (path, name) = (facts.callee_path(value), facts.method_name(value));
        let channel = context
            .words
            .channel
            .iter()
            .find(|channel| !channel.ends && channel.make.iter().any(|make| make.fits(path, name)))?;
        let bounded = channel.bound.as_ref().is_some_and(|bound| capped(facts, value, bound));
        (!bounded).then_some((value, channel))
    })
}

/// The locals by which the channel is known where it is put into its place.
fn held_as(facts: &Facts, id: PlaceId) -> Vec<PlaceId> {
    let assigned = facts.definitions_of(id).into_iter().filter_map(|definition| match definition.source {
        Source::Assigned(value) => facts.place(value),
        _ => None,
    });
    assigned.filter(|place| *place != id).collect()
}

/// The value of a local that is given one only once.
fn origin(facts: &Facts, value: ExprId) -> ExprId {
    let Some(binding) = facts.binding_of(value) else { return value };
    match facts.binding(binding).definitions.as_slice() {
        [crate::facts::Definition { source: Source::Assigned(made), .. }] => *made,
        _ => value,
    }
}

fn weigh(context: &Context, place: &Place, send: &Operation, receive: Option<&Operation>, all: &[Operation]) -> Vec<Evidence> {
    let (facts, words) = (context.facts, &context.words.words);
    let mut evidence = Vec::new();
    match lifetime::serves(facts, words, send.function) {
        Some(serves) => evidence.push(serves),
        None => evidence.push(Evidence::doubts(Weight::Strong, "nothing says how often something is sent")),
    }
    let framework = lifetime::serves(facts, words, send.function).is_some_and(|piece| piece.weight == Weight::Strong)
        || lifetime::serves_one(facts, words, send.function).is_some();
    if !words.drawn.is_empty() && !framework {
        evidence.push(Evidence::doubts(Weight::Strong, "only its name says that what fills it runs once per event"));
    }
    if facts.in_loop(send.expr) {
        evidence.push(Evidence::supports(Weight::Slight, "it is filled in a loop").at(facts.expr(send.expr).span));
    }
    if let Root::Instance(ty) = place.root {
        let name = facts.text(facts.ty(ty).name);
        if key::ends_with(&words.passing, name) {
            evidence.push(Evidence::doubts(Weight::Decisive, format!("a `{name}` is usually thrown away soon")));
        } else if !key::ends_with(&words.lasting, name) && !facts.typed {
            evidence.push(Evidence::doubts(
                Weight::Slight,
                format!("it goes with its `{name}`, and nothing says that one lives long"),
            ));
        }
    }
    match receive {
        Some(receive) if awaits(facts, receive) => {
            let text = "its consumer waits for something else between two items";
            evidence.push(Evidence::supports(Weight::Fair, text).at(facts.expr(receive.expr).span));
        }
        Some(receive) if works(facts, receive) => {
            let text = "its consumer calls out to something else for each item";
            evidence.push(Evidence::supports(Weight::Fair, text).at(facts.expr(receive.expr).span));
        }
        Some(_) => evidence.push(Evidence::doubts(Weight::Fair, "its consumer does little else")),
        None if all
            .iter()
            .any(|operation| matches!(operation.action, Action::Argument { .. } | Action::Returned | Action::Alias { .. })) =>
        {
            evidence.push(Evidence::doubts(Weight::Fair, "it is handed to a consumer out of sight"));
        }
        None => evidence.push(Evidence::doubts(Weight::Slight, "no consumer is in sight, so how fast it is cannot be told")),
    }
    evidence
}

/// Whether the loop that receives calls a method of another field for what it received.
fn works(facts: &Facts, receive: &Operation) -> bool {
    let Some(around) = facts.loop_around(receive.expr) else { return false };
    let span = facts.step(around).span;
    facts.function(receive.function).calls.iter().any(|call| {
        let place = facts.callee(*call).receiver.and_then(|receiver| facts.place(receiver));
        let foreign = place.is_some_and(|place| matches!(facts.places.get(place).path.as_slice(), [Segment::Field(_), ..]));
        span.contains(facts.expr(*call).span) && foreign && place != facts.place(receive.expr)
    })
}

/// Whether the loop that receives also awaits something else: beside what is received, or with it as an argument.
fn awaits(facts: &Facts, receive: &Operation) -> bool {
    let Some(around) = facts.loop_around(receive.expr) else { return false };
    let (span, received) = (facts.step(around).span, facts.expr(receive.expr).span);
    let awaited = |expr: &Expr| match expr.kind {
        ExprKind::Await(inner) if span.contains(expr.span) => Some(facts.expr(inner).span),
        _ => None,
    };
    let all: Vec<Span> = facts.exprs.iter().filter_map(awaited).collect();
    let holding = all.iter().filter(|inner| inner.contains(received)).count();
    holding > 1 || holding < all.len()
}

fn tell(
    context: &Context,
    id: PlaceId,
    channel: &Channel,
    made: ExprId,
    send: &Operation,
    receive: Option<&Operation>,
    evidence: Vec<Evidence>,
) -> Finding {
    let facts = context.facts;
    let message = format!("the {} `{}` has no bound, and nothing slows its producer down", channel.kind, facts.display(id));
    let mut finding = context.finding(made, message, "made without a bound".to_owned());
    finding.related.push(Mark::new(Role::Acquire, facts.expr(send.expr).span, "filled here"));
    if let Some(receive) = receive {
        finding.related.push(Mark::new(Role::Release, facts.expr(receive.expr).span, "emptied here"));
    }
    "items pile up in memory whenever the consumer is slower than the producer".clone_into(&mut finding.risk);
    finding.evidence = evidence;
    finding.weigh(context.prior())
}
