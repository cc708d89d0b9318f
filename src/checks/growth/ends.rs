//! Channels that are made as two ends, a sender and a receiver, without a bound between them.

use super::made::capped;
use crate::checks::Context;
use crate::checks::lives::key;
use crate::checks::lives::lifetime;
use crate::facts::{
    Action, Around, BindingId, Definition, ExprId, ExprKind, Facts, Literal, LoopKind, Operation, Place, PlaceId, Root, Segment,
    Source, StepKind, TypeId,
};
use crate::finding::{Evidence, Finding, Mark, Role, Stance, Weight};
use crate::rules::Channel;

/// How many copies are followed in a row.
const HOPS: u32 = 6;

/// Findings about channels whose ends are two values.
pub fn check(context: &Context) -> Vec<Finding> {
    let calls = context.facts.functions().flat_map(|(_, function)| function.calls.iter().copied());
    calls.filter_map(|call| judge(context, call)).collect()
}

fn judge(context: &Context, made: ExprId) -> Option<Finding> {
    let facts = context.facts;
    let (path, name) = (facts.callee_path(made), facts.callee_name(made));
    let fits = |channel: &&Channel| channel.ends && channel.make.iter().any(|make| make.fits(path, name));
    let channel = context.words.channel.iter().find(fits)?;
    if channel.bound.as_ref().is_some_and(|bound| capped(facts, made, bound)) {
        return None;
    }
    let (sender, receiver) = (end(facts, made, 0)?, end(facts, made, 1)?);
    let senders = copies(facts, sender);
    let kept = keepers(facts, &senders);
    let sends = operations(facts, &senders, &kept, &channel.send);
    let send = *sends
        .iter()
        .filter(|send| !facts.function(send.function).traits.is_teardown && !is_signal(facts, send))
        .max_by_key(|send| lifetime::serves(facts, &context.words.words, send.function).is_some())?;
    let long = kept.iter().any(|(ty, _)| !passes(context, *ty)) || reads_on(facts, &send);
    let measured = !operations(facts, &senders, &kept, &channel.measure).is_empty();
    if !long || measured || sends.iter().all(|send| is_signal(facts, send)) {
        return None;
    }
    let taken = receives(facts, receiver, channel);
    let (receive, evidence) = consumer(facts, channel, receiver, &taken);
    let evidence = if evidence.stance == Stance::Against { worked(facts, &send, &taken).unwrap_or(evidence) } else { evidence };
    let mut finding = tell(context, made, channel, &send, receive, evidence);
    if kept.is_empty() && lifetime::endless_around(facts, send.expr).is_none() {
        finding.evidence.push(Evidence::doubts(Weight::Strong, "both ends go with the work that they are made for"));
    }
    Some(finding.weigh(context.prior()))
}

fn passes(context: &Context, ty: TypeId) -> bool {
    key::ends_with(&context.words.words.passing, context.facts.text(context.facts.ty(ty).name))
}

/// The variable that is given this end of what a call makes.
fn end(facts: &Facts, made: ExprId, at: u32) -> Option<BindingId> {
    let is = |definition: &Definition| match definition.source {
        Source::Unpacked(value, own) => own == at && facts.peeled(value) == made,
        _ => false,
    };
    let found = facts.bindings.iter().position(|binding| binding.definitions.iter().any(is))?;
    u32::try_from(found).ok().map(BindingId)
}

/// The variable whose value, or a copy of it, an expression is.
fn same(facts: &Facts, expr: ExprId) -> Option<BindingId> {
    let mut expr = facts.peeled(expr);
    for _ in 0..HOPS {
        let callee = facts.callee(expr);
        match (facts.kind(expr), callee.receiver) {
            (ExprKind::Name { binding, .. }, _) => return binding,
            (ExprKind::Call { .. }, Some(receiver)) if callee.name.is_some_and(|name| facts.text(name) == "clone") => {
                expr = facts.peeled(receiver);
            }
            _ => return None,
        }
    }
    None
}

/// The variables that hold the same sender.
fn copies(facts: &Facts, sender: BindingId) -> Vec<BindingId> {
    let mut all = vec![sender];
    for (at, binding) in facts.bindings.iter().enumerate() {
        if let [Definition { source: Source::Assigned(value), .. }] = binding.definitions.as_slice()
            && same(facts, *value).is_some_and(|from| all.contains(&from))
        {
            all.extend(u32::try_from(at).ok().map(BindingId));
        }
    }
    all
}

/// The fields in which a sender is kept.
fn keepers(facts: &Facts, senders: &[BindingId]) -> Vec<(TypeId, Segment)> {
    let is_sender = |value: ExprId| same(facts, value).is_some_and(|binding| senders.contains(&binding));
    let given = |operation: &Operation| match operation.action {
        Action::Assign(Source::Assigned(value)) | Action::SetItem { value: Some(value), .. } => is_sender(value),
        Action::Method { call, .. } => facts.args(call).iter().any(|arg| is_sender(*arg)),
        _ => false,
    };
    let mut found = Vec::new();
    for (id, place) in facts.places.iter() {
        if let (Root::Instance(ty), [field @ Segment::Field(_), ..]) = (place.root, place.path.as_slice())
            && facts.operations(id).iter().any(given)
        {
            found.push((ty, *field));
        }
    }
    found
}

/// What is done by these methods to the variables and to the fields, or to their elements.
fn operations(facts: &Facts, bindings: &[BindingId], fields: &[(TypeId, Segment)], methods: &[String]) -> Vec<Operation> {
    let ours = |place: &Place| match (place.root, place.path.as_slice()) {
        (Root::Binding(binding), []) => bindings.contains(&binding),
        (Root::Instance(ty), [field, ..]) => fields.contains(&(ty, *field)),
        _ => false,
    };
    let places = facts.places.iter().filter(|(_, place)| ours(place));
    let named = |operation: &&Operation| match operation.action {
        Action::Method { name, .. } => methods.iter().any(|method| method == facts.text(name)),
        _ => false,
    };
    places.flat_map(|(id, _)| facts.operations(id).iter().filter(named).copied()).collect()
}

/// Whether what is sent is always the same, as a signal to stop is.
fn is_signal(facts: &Facts, send: &Operation) -> bool {
    let Action::Method { call, .. } = send.action else { return false };
    facts.args(call).iter().all(|arg| match facts.kind(*arg) {
        ExprKind::Literal(Literal::Other) => false,
        ExprKind::Literal(_) => true,
        _ => facts.scoped.contains(arg),
    })
}

/// The call that makes two more ends, one of which is sent along for an answer.
fn answered(facts: &Facts, send: &Operation) -> Option<ExprId> {
    let Action::Method { call, .. } = send.action else { return None };
    let inside = |binding: &&crate::facts::Binding| {
        binding
            .uses
            .iter()
            .any(|mention| facts.args(call).iter().any(|arg| facts.expr(*arg).span.contains(facts.expr(*mention).span)))
    };
    facts.bindings.iter().filter(inside).flat_map(|binding| &binding.definitions).find_map(|definition| match definition.source {
        Source::Unpacked(value, 0) => Some(facts.peeled(value)).filter(|made| end(facts, *made, 1).is_some()),
        _ => None,
    })
}

/// Whether something is sent in a loop that waits for the next thing to send.
fn reads_on(facts: &Facts, send: &Operation) -> bool {
    let waits = |expr: &crate::facts::Expr, within: crate::source::Span| {
        matches!(expr.kind, ExprKind::Await(_)) && within.contains(expr.span)
    };
    facts.around(send.expr).any(|around| match around {
        Around::Step(step) => {
            let goes_on = matches!(facts.step(step).kind, StepKind::Loop { kind: LoopKind::Forever | LoopKind::While, .. });
            goes_on && facts.exprs.iter().any(|expr| waits(expr, facts.step(step).span))
        }
        Around::Expr(_) => false,
    })
}

/// Where something is taken out: through the variable, the parameter of a function, or the field that it is given to.
fn receives(facts: &Facts, receiver: BindingId, channel: &Channel) -> Vec<Operation> {
    let mut bindings = copies(facts, receiver);
    for (at, call) in bindings.clone().iter().flat_map(|binding| handed(facts, *binding)) {
        let Some(function) = facts.callee(call).function else { continue };
        let own = facts.function(function);
        let mut params = own.params.iter().filter(|param| own.receiver != Some(param.binding));
        bindings.extend(params.nth(at as usize).map(|param| param.binding));
    }
    let fields = keepers(facts, &bindings);
    let mut found = operations(facts, &bindings, &fields, &channel.receive);
    for binding in bindings {
        let place = facts.places.find(&Place { root: Root::Binding(binding), path: Vec::new() });
        let all = place.map_or(&[][..], |place: PlaceId| facts.operations(place));
        found.extend(all.iter().filter(|operation| operation.action == Action::Iterated));
    }
    found
}

/// The calls that a variable is given to, and at which position.
fn handed(facts: &Facts, binding: BindingId) -> Vec<(u32, ExprId)> {
    let place = facts.places.find(&Place { root: Root::Binding(binding), path: Vec::new() });
    let all = place.map_or(&[][..], |place| facts.operations(place));
    all.iter()
        .filter_map(|operation| match operation.action {
            Action::Argument { call, position } => Some((position, call)),
            _ => None,
        })
        .collect()
}

/// What is known of the consumer, and where it takes something out.
fn consumer(facts: &Facts, channel: &Channel, receiver: BindingId, taken: &[Operation]) -> (Option<ExprId>, Evidence) {
    let is_slow = |call: ExprId| {
        let name = facts.callee_name(call).unwrap_or_default();
        channel.slow.iter().any(|word| word == name) && (is_awaited(facts, call) || !channel.send.iter().any(|word| word == name))
    };
    for receive in taken {
        let around = facts.around(receive.expr).find_map(|around| match around {
            Around::Step(step) if matches!(facts.step(step).kind, StepKind::Loop { .. }) => Some(facts.step(step).span),
            _ => None,
        });
        let Some(span) = around else { continue };
        let mut calls = facts.functions().flat_map(|(_, function)| function.calls.iter().copied());
        if let Some(slow) = calls.find(|call| span.contains(facts.expr(*call).span) && is_slow(*call)) {
            let text =
                format!("its consumer waits for `{}` before it takes the next item", facts.callee_name(slow).unwrap_or_default());
            return (Some(receive.expr), Evidence::supports(Weight::Strong, text).at(facts.expr(slow).span));
        }
    }
    // A stream that is made of the receiver and poured into something that takes its time.
    for mention in &facts.binding(receiver).uses {
        let poured = facts.around(*mention).find_map(|around| match around {
            Around::Expr(call) if channel.slow.iter().any(|word| facts.callee_name(call) == Some(word)) => Some(call),
            _ => None,
        });
        if let Some(call) = poured {
            let text = "its items are poured into something that may take its time";
            return (Some(*mention), Evidence::supports(Weight::Strong, text).at(facts.expr(call).span));
        }
    }
    let at = taken.first().map(|receive| receive.expr);
    let text = if at.is_some() { "its consumer does nothing that is known to be slow" } else { "its consumer is out of sight" };
    (at, Evidence::doubts(Weight::Fair, text))
}

/// A consumer that waits for a coroutine of this file with each item, while whatever accepts connections sends on.
fn worked(facts: &Facts, send: &Operation, taken: &[Operation]) -> Option<Evidence> {
    let endless = lifetime::endless_around(facts, send.expr)?;
    let span = facts.step(endless).span;
    let mut calls = facts.function(send.function).calls.iter();
    let accepts = |call: &&ExprId| span.contains(facts.expr(**call).span) && facts.method_name(**call) == Some("accept");
    calls.find(|call| accepts(call) && is_awaited(facts, **call))?;
    let work = taken.iter().find_map(|receive| {
        let around = facts.loop_around(receive.expr).or_else(|| {
            facts.around(receive.expr).find_map(|around| match around {
                Around::Step(step) if matches!(facts.step(step).kind, StepKind::Loop { .. }) => Some(step),
                _ => None,
            })
        })?;
        let span = facts.step(around).span;
        let slow = |call: &ExprId| {
            let coroutine = facts.callee(*call).function.is_some_and(|function| facts.function(function).traits.is_async);
            coroutine && span.contains(facts.expr(*call).span) && is_awaited(facts, *call)
        };
        facts.function(receive.function).calls.iter().copied().find(slow)
    })?;
    let name = facts.callee_name(work).unwrap_or_default();
    let text = format!("its consumer waits for `{name}` before it takes the next item, and connections come all the while");
    Some(Evidence::supports(Weight::Fair, text).at(facts.expr(work).span))
}

fn is_awaited(facts: &Facts, call: ExprId) -> bool {
    let next = |around: Around| match around {
        Around::Expr(expr) => Some(facts.kind(expr)),
        Around::Step(_) => None,
    };
    facts.around(call).map_while(next).take(3).any(|kind| matches!(kind, ExprKind::Await(_)))
}

fn tell(
    context: &Context,
    made: ExprId,
    channel: &Channel,
    send: &Operation,
    receive: Option<ExprId>,
    slow: Evidence,
) -> Finding {
    let facts = context.facts;
    let sender = facts.place(send.expr).map_or_else(String::new, |place| facts.display(place));
    let message = format!("the {} behind `{sender}` has no bound, and nothing slows its producer down", channel.kind);
    let mut finding = context.finding(made, message, "made without a bound".to_owned());
    finding.related.push(Mark::new(Role::Acquire, facts.expr(send.expr).span, "filled here"));
    finding.related.extend(receive.map(|receive| Mark::new(Role::Release, facts.expr(receive).span, "emptied here")));
    finding.evidence.push(slow);
    let serves = lifetime::serves(facts, &context.words.words, send.function);
    finding.evidence.push(serves.unwrap_or_else(|| Evidence::doubts(Weight::Fair, "nothing says how often something is sent")));
    let named = |function| facts.enclosing(function).find(|id| facts.function(*id).kind == crate::facts::FunctionKind::Named);
    if named(facts.function_of(made)) == named(send.function) && !facts.in_loop(send.expr) {
        finding.evidence.push(Evidence::doubts(Weight::Strong, "it is made anew for the one item that is sent here"));
    }
    if let Some(answer) = answered(facts, send) {
        let text = "whoever sends waits for an answer to each item";
        finding.evidence.push(Evidence::doubts(Weight::Decisive, text).at(facts.expr(answer).span));
    }
    "items pile up in memory whenever the consumer is slower than the producer".clone_into(&mut finding.risk);
    finding
}
