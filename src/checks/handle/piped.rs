//! Sources that are piped to the answer of a request, and that nobody ends when whoever asked goes before the end.

use crate::checks::Context;
use crate::checks::lives::kept;
use crate::checks::lives::key;
use crate::facts::{BindingKind, ExprId, ExprKind, Facts, FunctionId, Parent};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};
use crate::rules::Piped;

/// Findings about the calls of a file that pipe what they have opened.
pub fn check(context: &Context) -> Vec<Finding> {
    let facts = context.facts;
    let of = |one: &'_ Piped| -> Vec<Finding> {
        let verbs = one.pipe.iter().flat_map(|verb| facts.calls_of(verb).iter().copied());
        verbs.filter_map(|call| piped(context, one, call)).collect()
    };
    context.words.piped.iter().flat_map(of).collect()
}

fn piped(context: &Context, one: &Piped, call: ExprId) -> Option<Finding> {
    let facts = context.facts;
    let sink = facts.positional(call, 0)?;
    let handler = answering(facts, one, sink)?;
    let opened = source(facts, one, facts.callee(call).receiver?)?;
    if is_ended(facts, one, handler) || hands_on(facts, opened) {
        return None;
    }
    let name = key::last_name(facts, sink)?;
    let message = format!("the {} is piped to `{name}`, and stays open when that is closed early", one.kind);
    let mut finding = context.finding(opened, message, "opened here".to_owned());
    finding.related.push(Mark::new(Role::Context, facts.expr(call).span, "piped here"));
    let text = "to pipe does not end the source when whoever asked goes away, and nothing in the handler does";
    finding.evidence.push(Evidence::supports(Weight::Strong, text).at(facts.expr(call).span));
    finding.evidence.extend(context.brief());
    finding.evidence.extend(context.command(Weight::Strong));
    "a file descriptor stays open for each answer that is broken off".clone_into(&mut finding.risk);
    Some(finding.weigh(context.prior()))
}

/// The handler of requests of which an expression is the answer: a parameter that stands beside the request.
fn answering(facts: &Facts, one: &Piped, sink: ExprId) -> Option<FunctionId> {
    let binding = facts.binding_of(sink)?;
    let own = facts.binding(binding);
    if !matches!(own.kind, BindingKind::Parameter(_)) || !key::ends_with(&one.sink, facts.text(own.name)) {
        return None;
    }
    let handler = facts.scopes[own.scope.index()].function;
    let asks = |name| key::ends_with(&one.beside, facts.text(name));
    facts.function(handler).params.iter().any(|param| asks(param.name)).then_some(handler)
}

/// The call that opens what a chain of pipes and registrations begins with.
fn source(facts: &Facts, one: &Piped, mut expr: ExprId) -> Option<ExprId> {
    let opens = |call: ExprId| one.open.iter().any(|word| word.fits(facts.callee_path(call), facts.method_name(call)));
    loop {
        expr = match facts.kind(facts.peeled(expr)) {
            ExprKind::Call { .. } if opens(expr) => return Some(expr),
            ExprKind::Call { .. } => facts.callee(expr).receiver?,
            ExprKind::Name { binding: Some(binding), .. } => kept::only_value(facts, &facts.binding(binding).definitions)?,
            _ => return None,
        };
    }
}

/// Whether something in the handler ends streams, or hears that the answer was broken off.
fn is_ended(facts: &Facts, one: &Piped, handler: FunctionId) -> bool {
    let named = |call: ExprId| facts.callee_name(call).is_some_and(|name| one.end.iter().any(|word| word == name));
    let hears = |call: ExprId| {
        let event = facts.positional(call, 0).and_then(|event| facts.literal_text(event));
        event.is_some_and(|event| one.events.iter().any(|word| word == event))
    };
    let inside = |call: ExprId| facts.enclosing(facts.function_of(call)).any(|id| id == handler);
    facts.callees.keys().any(|call| (named(*call) || hears(*call)) && inside(*call))
}

/// Whether a variable that holds the source goes to somebody who may end it.
fn hands_on(facts: &Facts, opened: ExprId) -> bool {
    let kept::Fate::Kept(target) = kept::fate(facts, opened) else { return false };
    let Some(binding) = facts.binding_of(target) else { return true };
    let used = |at: &ExprId| match facts.expr(*at).parent {
        Parent::Expr(parent) => match facts.kind(parent) {
            ExprKind::Field { base, .. } => base == *at,
            ExprKind::Assign { target, .. } => target == *at,
            _ => false,
        },
        _ => false,
    };
    !facts.binding(binding).uses.iter().all(used)
}
