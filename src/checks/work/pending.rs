//! Waiting for the first of several: what has not come is still waited for, by nobody.

use crate::checks::Context;
use crate::checks::lives::kept;
use crate::checks::lives::owner::{self, Runs};
use crate::facts::{Action, BindingId, ExprId, ExprKind, Facts, Literal, Parent, PlaceId};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};
use crate::rules::Resource;

/// How many names are followed in a row.
const HOPS: u32 = 4;

/// One of the things that are waited for.
#[derive(Clone, Copy)]
struct Waiter {
    /// The call that makes it.
    made: ExprId,
    /// The variable that holds it, if one does.
    name: Option<BindingId>,
}

/// The finding at a wait whose losers are neither cancelled nor waited for again.
pub fn check(context: &Context, call: ExprId, resource: &Resource) -> Option<Finding> {
    let facts = context.facts;
    let function = facts.function_of(call);
    if owner::runs(facts, &context.words.words, function) == Runs::Once || !is_dropped(facts, call, resource.part?) {
        return None;
    }
    let waited = facts.positional(call, 0)?;
    let lost: Vec<Waiter> =
        waiters(facts, waited, HOPS)?.into_iter().filter(|waiter| is_lost(facts, resource, call, *waiter)).collect();
    let first = lost.first()?;
    let mut evidence = vec![Evidence::supports(Weight::Fair, "what is pending after the wait is thrown away")];
    let foreign = lost.iter().all(|waiter| is_foreign(facts, resource, waiter.made));
    let known = !foreign || context.words.words.drawn.is_empty();
    if facts.in_loop(call) && known {
        // With a limit to the wait, rounds in which nothing comes are the rule.
        let timed = !context.words.words.drawn.is_empty() && facts.argument(call, "timeout", None).is_some();
        let weight = if timed { Weight::Fair } else { Weight::Slight };
        evidence.push(Evidence::supports(weight, "it waits in a loop, so each round can leave one behind"));
    }
    let served = crate::checks::lives::lifetime::serves(facts, &context.words.words, function);
    if !context.words.words.drawn.is_empty() {
        if !facts.in_loop(call) && served.is_none_or(|piece| piece.weight <= Weight::Slight) {
            // A task that is made for one wait is left behind by each call.
            let own = lost.iter().all(|waiter| is_made(facts, resource, waiter.made));
            let weight = if own && !begins(context, function) { Weight::Slight } else { Weight::Strong };
            evidence.push(Evidence::doubts(weight, "nothing says that it waits more than once"));
        }
        evidence.extend(context.command(Weight::Strong));
        if lost.iter().all(|waiter| is_polling(facts, waiter.made)) {
            evidence.push(Evidence::doubts(Weight::Strong, "it asks again and again whether it is still needed"));
        }
        if lost.iter().all(|waiter| is_tracked(facts, waiter.made)) {
            evidence.push(Evidence::doubts(Weight::Strong, "what makes it keeps it, and may end it"));
        }
    }
    if known && lost.iter().any(|waiter| waiter.name.is_none()) {
        evidence.push(Evidence::supports(Weight::Slight, "nobody else has a handle of what is waited for"));
    }
    if foreign {
        evidence.push(Evidence::doubts(Weight::Strong, "what is waited for comes from somebody else, who may end it"));
    }
    if facts.function(function).traits.is_teardown {
        evidence.push(Evidence::doubts(Weight::Strong, "it waits once, at the end"));
    }
    let message = format!("the {} is thrown away: what loses the race goes on waiting", resource.kind);
    // What has a name is pointed at where it is made; what has none stands inside the wait.
    let mut finding = match first.name {
        Some(_) => context.finding(first.made, message, "made for one wait, and never cancelled".to_owned()),
        None => context.finding(call, message, "what is made here and loses is never cancelled".to_owned()),
    };
    finding.related.push(Mark::new(Role::Context, facts.expr(call).span, "the wait ends before all are done"));
    for other in lost.iter().skip(1).filter(|other| other.name.is_some()) {
        finding.related.push(Mark::new(Role::Acquire, facts.expr(other.made).span, "made for the same wait"));
    }
    finding.risk.clone_from(&resource.cost);
    finding.evidence = evidence;
    finding.severity = resource.severity.unwrap_or(context.rule.severity);
    Some(finding.weigh(context.prior()))
}

/// Whether the work of a waiter is a loop of this file that asks each round whether it is still needed.
fn is_polling(facts: &Facts, made: ExprId) -> bool {
    crate::checks::lives::callback::function_behind(facts, made).is_some_and(|work| {
        let enders = super::endless::Enders::default();
        let flagged = matches!(super::endless::end(facts, enders, work), super::endless::End::Flagged(_));
        flagged || super::endless::has_way_out(facts, enders, work)
    })
}

/// Whether a call starts a task by itself.
fn is_made(facts: &Facts, resource: &Resource, made: ExprId) -> bool {
    resource.maker.iter().any(|word| word.fits(facts.callee_path(made), facts.method_name(made)))
}

/// Whether a function is named for what happens once: the run of a program, the beginning or the end of something.
fn begins(context: &Context, function: crate::facts::FunctionId) -> bool {
    let words = &context.words.words;
    let own = [&words.running, &words.beginning, &words.setup, &words.ending];
    let mut around = context.facts.enclosing(function);
    around.any(|id| own.iter().any(|list| crate::checks::lives::lifetime::named(context.facts, list, id)))
}

/// Whether the function of this file that makes a task puts it into a field.
fn is_tracked(facts: &Facts, made: ExprId) -> bool {
    let Some(maker) = facts.callee(made).function else { return false };
    facts.places.iter().any(|(id, place)| {
        matches!(place.root, crate::facts::Root::Instance(_))
            && facts.operations(id).iter().any(|operation| {
                let keeps = match operation.action {
                    Action::Method { name, .. } => matches!(facts.text(name), "add" | "append"),
                    Action::SetItem { .. } => true,
                    _ => false,
                };
                keeps && operation.function == maker
            })
    })
}

/// Whether nothing looks at the pending part of the result.
fn is_dropped(facts: &Facts, call: ExprId, part: usize) -> bool {
    let mut value = call;
    while let Parent::Expr(parent) = facts.expr(value).parent {
        match facts.kind(parent) {
            ExprKind::Await(_) => value = parent,
            ExprKind::Assign { target, .. } => {
                let items = match facts.kind(target) {
                    ExprKind::Collection { items, .. } | ExprKind::Other(items) => facts.list(items),
                    _ => return false,
                };
                return items
                    .get(part)
                    .and_then(|item| facts.binding_of(*item))
                    .is_some_and(|name| facts.binding(name).uses.iter().filter(|at| !is_written(facts, **at)).count() == 0);
            }
            _ => return false,
        }
    }
    // The result as a whole is dropped.
    facts.step_of(value).is_some_and(|step| matches!(facts.step(step).kind, crate::facts::StepKind::Evaluate(_))) && value != call
}

fn is_written(facts: &Facts, name: ExprId) -> bool {
    facts
        .binding_of(name)
        .is_some_and(|binding| facts.binding(binding).definitions.iter().any(|definition| definition.target == name))
}

/// The things that are waited for, if each of them is in sight.
fn waiters(facts: &Facts, waited: ExprId, hops: u32) -> Option<Vec<Waiter>> {
    match facts.kind(waited) {
        ExprKind::Collection { items, .. } => Some(facts.list(items).iter().map(|item| waiter(facts, *item)).collect()),
        ExprKind::Name { binding: Some(binding), .. } if hops > 0 => match facts.binding(binding).definitions.as_slice() {
            [only] if facts.binding(binding).uses.len() == 2 => waiters(facts, kept::given(only.source)?, hops - 1),
            _ => None,
        },
        _ => None,
    }
}

fn waiter(facts: &Facts, item: ExprId) -> Waiter {
    match facts.kind(item) {
        ExprKind::Name { binding: Some(binding), .. } => {
            let made = facts.binding(binding).definitions.iter().rev().find_map(|definition| kept::given(definition.source));
            // A name that is not made here stands for what somebody else keeps.
            Waiter { made: made.unwrap_or(item), name: Some(binding) }
        }
        _ => Waiter { made: item, name: None },
    }
}

/// Whether a waiter is made anew for this wait, can wait for long, and is left alone afterwards.
fn is_lost(facts: &Facts, resource: &Resource, wait: ExprId, waiter: Waiter) -> bool {
    let anew = matches!(facts.kind(waiter.made), ExprKind::Call { .. })
        && facts.function_of(waiter.made) == facts.function_of(wait)
        && facts.loop_around(waiter.made) == facts.loop_around(wait);
    anew && !is_brief(facts, resource, waiter.made, HOPS)
        && !awaits_kept(facts, resource, waiter.made)
        && !waiter.name.is_some_and(|name| is_kept(facts, resource, name, wait))
}

/// Whether a waiter only waits for others that have names, and something is done with each of them that ends it.
fn awaits_kept(facts: &Facts, resource: &Resource, made: ExprId) -> bool {
    let waits = |call: ExprId| resource.acquire.iter().any(|word| word.fits(facts.callee_path(call), facts.method_name(call)));
    let mut next = Some(made);
    while let Some(call) = next {
        if waits(call) {
            let inner = facts.positional(call, 0).and_then(|waited| waiters(facts, waited, HOPS));
            return inner.is_some_and(|inner| {
                inner.iter().all(|waiter| waiter.name.is_some_and(|name| is_kept(facts, resource, name, call)))
            });
        }
        next = facts.positional(call, 0).filter(|inner| matches!(facts.kind(*inner), ExprKind::Call { .. }));
    }
    false
}

/// Whether a call ends by itself after a known time: a pause, or a function of this file that only pauses.
fn is_brief(facts: &Facts, resource: &Resource, call: ExprId, hops: u32) -> bool {
    let brief = |call: ExprId| resource.brief.iter().any(|word| word.fits(facts.callee_path(call), facts.method_name(call)));
    if brief(call) {
        return true;
    }
    if hops == 0 {
        return false;
    }
    if let Some(function) = facts.callee(call).function {
        let own = facts.function(function);
        // One that reads something to its end ends with it.
        if super::endless::has_way_out(facts, super::endless::Enders::default(), function) {
            return true;
        }
        let awaited = own.calls.iter().copied().filter(
            |inner| matches!(facts.expr(*inner).parent, Parent::Expr(parent) if matches!(facts.kind(parent), ExprKind::Await(_))),
        );
        let mut awaited = awaited.peekable();
        return awaited.peek().is_some() && awaited.all(brief);
    }
    facts
        .args(call)
        .first()
        .is_some_and(|arg| matches!(facts.kind(*arg), ExprKind::Call { .. }) && is_brief(facts, resource, *arg, hops - 1))
}

/// Whether anything else is done with a waiter that could end it.
fn is_kept(facts: &Facts, resource: &Resource, name: BindingId, wait: ExprId) -> bool {
    let span = facts.expr(wait).span;
    let mut places: Vec<PlaceId> = facts.binding(name).uses.iter().filter_map(|at| facts.place(*at)).collect();
    places.dedup();
    let outside = |at: &&crate::facts::Operation| !span.contains(facts.expr(at.expr).span);
    let own = facts.function_of(wait);
    // Whoever closes over it can end it.
    let captured = facts.binding(name).uses.iter().any(|at| facts.function_of(*at) != own);
    // `stack.callback(task.cancel)`: whoever is handed the method ends it.
    let handed = facts.binding(name).uses.iter().any(|at| match facts.expr(*at).parent {
        Parent::Expr(member) => {
            let release = match facts.kind(member) {
                ExprKind::Field { name, .. } => resource.release.iter().any(|word| word == facts.text(name)),
                _ => false,
            };
            release && matches!(facts.expr(member).parent, Parent::Expr(call) if facts.args(call).contains(&member))
        }
        Parent::Step(_) | Parent::None => false,
    });
    captured
        || handed
        || places.iter().flat_map(|place| facts.operations(*place)).filter(outside).any(|at| match at.action {
            Action::Method { name, .. } => resource.release.iter().any(|word| word == facts.text(name)),
            Action::Awaited | Action::Returned | Action::Argument { .. } | Action::Alias { .. } | Action::Iterated => true,
            Action::Stored { holder } => !is_membership(facts, holder) && !span.contains(facts.expr(holder).span),
            _ => false,
        })
}

/// Whether a call asks another object for something, rather than making a task here.
fn is_foreign(facts: &Facts, resource: &Resource, call: ExprId) -> bool {
    let callee = facts.callee(call);
    let task = resource.maker.iter().any(|word| word.fits(facts.callee_path(call), facts.method_name(call)));
    callee.receiver.is_some() && callee.function.is_none() && !task
}

fn is_membership(facts: &Facts, holder: ExprId) -> bool {
    matches!(facts.kind(holder), ExprKind::Operation { .. } | ExprKind::Literal(Literal::Other))
}
