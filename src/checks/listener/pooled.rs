//! Callbacks on a socket that a request is only lent: a pool hands the same one to the next request, with all that is still
//! registered there.

use super::check::{Registered, disposed};
use super::identity::Removal;
use crate::checks::Context;
use crate::checks::lives::callback::{self, Holds};
use crate::checks::lives::kept;
use crate::checks::lives::key;
use crate::checks::lives::lifetime;
use crate::checks::lives::owner;
use crate::facts::{Around, BindingId, BindingKind, ExprId, ExprKind, Facts, FunctionId, Literal};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};

/// Findings about what each request leaves behind on the socket that it was lent; one for each function that is lent one.
pub fn check(context: &Context, all: &[Registered]) -> Vec<Finding> {
    let mut findings: Vec<(FunctionId, Finding)> = Vec::new();
    for one in all.iter().filter(|one| one.holds >= Holds::Locals && one.removal == Removal::Never) {
        let words = &context.words.words;
        let kept = |lender: &ExprId| {
            stays(context.facts, &words.underway, one) && !is_new_alone(context.facts, &words.reused, one, *lender)
        };
        let Some(lender) = lender(context.facts, one, all).filter(kept) else {
            continue;
        };
        match findings.iter_mut().find(|(function, _)| *function == one.function) {
            Some((_, told)) => told.related.push(Mark::new(Role::Acquire, context.span(one.at), "registered here, too")),
            None => findings.push((one.function, tell(context, one, lender))),
        }
    }
    findings.into_iter().map(|(_, finding)| finding).collect()
}

/// The registration whose callback is lent what `one` is registered on.
fn lender(facts: &Facts, one: &Registered, all: &[Registered]) -> Option<ExprId> {
    let lent = facts.binding(facts.binding_of(one.emitter?)?);
    let function = facts.scopes[lent.scope.index()].function;
    if lent.kind != BindingKind::Parameter(0) || function != one.function {
        return None;
    }
    let lends = |other: &&Registered| {
        let event = other.registration.event.and_then(|at| facts.literal_text(facts.positional(other.at, at)?));
        event.is_some_and(|event| other.registration.lends.iter().any(|word| word == event))
            && callback::function_behind(facts, other.callback) == Some(function)
            && is_pooled(facts, other)
    };
    all.iter().find(lends).map(|other| other.at)
}

/// Whether the emitter that lends is a request of a client, and does not say that its socket is its own.
fn is_pooled(facts: &Facts, lending: &Registered) -> bool {
    let words = &lending.registration.lender;
    let Some(emitter) = lending.emitter else { return false };
    let binding = facts.binding_of(emitter).map(|binding| facts.binding(binding));
    let made = binding.and_then(|binding| kept::only_value(facts, &binding.definitions));
    let own = |call: ExprId| facts.option(call, "agent").and_then(|agent| facts.literal(agent)) == Some(Literal::Bool(false));
    let named = |name: &str| key::ends_with(words, name);
    let called = made.and_then(|call| facts.callee_name(call));
    (key::last_name(facts, emitter).is_some_and(named) || called.is_some_and(named)) && !made.is_some_and(own)
}

/// Whether what is registered is still there when the next request is lent the same socket.
fn stays(facts: &Facts, words: &[String], one: &Registered) -> bool {
    let event = one.registration.event.and_then(|at| facts.literal_text(facts.positional(one.at, at)?));
    let waits = || event.is_some_and(|event| one.registration.opening.iter().any(|word| word == event));
    let Some(socket) = one.emitter.and_then(|emitter| facts.binding_of(emitter)) else { return false };
    (!one.registration.once || waits()) && !disposed(facts, one) && !is_asked(facts, words, one.at, socket)
}

/// Whether the request says that its socket was not used before: `if (request.reusedSocket) return`.
fn is_new_alone(facts: &Facts, words: &[String], one: &Registered, lender: ExprId) -> bool {
    let request = facts.callee(lender).receiver.and_then(|request| facts.binding_of(request));
    let conditions = lifetime::conditions(facts, one.at).into_iter().chain(owner::leaving(facts, one.at));
    let spans: Vec<_> = conditions.map(|condition| facts.expr(condition).span).collect();
    let asks = |expr: &crate::facts::Expr| match expr.kind {
        ExprKind::Field { base, name } => {
            let of = facts.binding_of(base);
            words.iter().any(|word| word == facts.text(name))
                && of.is_some()
                && of == request
                && spans.iter().any(|span| span.contains(expr.span))
        }
        _ => false,
    };
    facts.exprs.iter().any(asks)
}

/// Whether a condition asks the socket first, whether it connects or was seen before, or asks for the version that runs.
fn is_asked(facts: &Facts, words: &[String], at: ExprId, socket: BindingId) -> bool {
    let conditions = lifetime::conditions(facts, at).into_iter().chain(owner::leaving(facts, at));
    let conditions: Vec<_> = conditions.map(|condition| facts.expr(condition).span).collect();
    let about = |span: crate::source::Span| conditions.iter().any(|condition| condition.contains(span));
    let version = |expr: &crate::facts::Expr| {
        matches!(expr.kind, ExprKind::Name { name, binding: None } if facts.text(name) == "process") && about(expr.span)
    };
    let inline = facts.around(at).any(|around| match around {
        Around::Expr(outer) => matches!(facts.kind(outer), ExprKind::Operation { .. } | ExprKind::Choice { .. }),
        Around::Step(_) => false,
    });
    let underway = || {
        let named = |expr: &crate::facts::Expr| match expr.kind {
            ExprKind::Name { name, .. } | ExprKind::Field { name, .. } => {
                key::split(facts.text(name)).iter().any(|word| words.contains(word)) && about(expr.span)
            }
            _ => false,
        };
        facts.exprs.iter().any(named)
    };
    inline
        || underway()
        || facts.binding(socket).uses.iter().any(|mention| about(facts.expr(*mention).span))
        || facts.exprs.iter().any(version)
}

fn tell(context: &Context, one: &Registered, lender: ExprId) -> Finding {
    let kind = &one.registration.kind;
    let message = format!("the {kind} {} stays on a socket that later requests are given, too", written(context.facts, one));
    let mut finding = context.finding(one.at, message, "registered here".to_owned());
    finding.related.push(Mark::new(Role::Context, context.span(lender), "each request is lent its socket here"));
    let text = "a connection that is kept alive is handed to the next request with all that is registered on it";
    finding.evidence.push(Evidence::supports(Weight::Strong, text).at(context.span(lender)));
    if one.registration.once {
        let text = "the event does not come again where the connection is there already";
        finding.evidence.push(Evidence::supports(Weight::Fair, text));
    }
    "the socket keeps what each request has registered, and calls all of it".clone_into(&mut finding.risk);
    "register only while the socket connects, or keep the callback and take it off when the request closes"
        .clone_into(&mut finding.recommendation);
    finding.weigh(context.prior())
}

fn written(facts: &Facts, one: &Registered) -> String {
    match callback::written(facts, one.callback) {
        named if named.starts_with('`') => named,
        unnamed => format!("({unnamed})"),
    }
}
