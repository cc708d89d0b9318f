//! Timers that a field keeps, and that the end of its object does not cancel.

use super::task;
use super::timer::{Timer, is_unconditional, repeats, single, tell};
use crate::checks::Context;
use crate::checks::lives::callback::{self, Holds};
use crate::checks::lives::demise::{self, After};
use crate::checks::lives::kept::{self, Deed};
use crate::checks::lives::key;
use crate::checks::lives::life;
use crate::checks::lives::lifetime;
use crate::checks::lives::named::{self, Reach};
use crate::checks::lives::owner;
use crate::checks::lives::sole;
use crate::facts::{Action, ExprId, ExprKind, Facts, FunctionId, Place, PlaceId, Root, TypeId};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};
use rustc_hash::FxHashSet;

/// The type has an end, and the end does not cancel the timer.
pub fn check(
    context: &Context,
    timer: &Timer,
    ty: TypeId,
    field: PlaceId,
    deeds: &[(FunctionId, ExprId, Deed)],
    all: &[Timer],
) -> Option<Finding> {
    let facts = context.facts;
    // What the timer calls is no end, whatever it is called.
    let called = timer.callback.and_then(|callback| callback::function_behind(facts, callback));
    let mut teardowns = owner::teardowns(facts, ty);
    teardowns.retain(|method| Some(*method) != called);
    let last = demise::ends(facts, &context.words.words, ty, timer.function);
    // What nobody ever cancels is judged by whether the object ends at all.
    if deeds.is_empty() && !teardowns.iter().any(|method| last.contains(method)) {
        return None;
    }
    let reached = owner::reach(facts, Some(ty), &teardowns);
    if teardowns.is_empty() || reached.contains(&timer.function) || deeds.iter().any(|deed| reached.contains(&deed.0)) {
        return None;
    }
    let elsewhere = deeds.iter().find(|deed| deed.2 == Deed::Released);
    let sibling = sibling(facts, timer, &reached, all);
    // Whoever cancels one of them at the end means all of them, however soon they are gone.
    let meant = sibling.is_some() && timer.holds == Holds::Instance;
    if timer.short && (!meant || elsewhere.is_none()) {
        return None;
    }
    let mut evidence = vec![cancelled(facts, timer, elsewhere, deeds.is_empty())];
    evidence.extend(unseen(context, ty, &reached, elsewhere));
    if timer.resource.minor && !repeats(facts, timer) && !(meant && elsewhere.is_some()) {
        evidence.push(Evidence::doubts(Weight::Strong, "it fires once, and lets go then"));
    }
    if !context.words.words.drawn.is_empty() && timer.resource.ends && timer.holds < Holds::Instance && !repeats(facts, timer) {
        evidence.push(Evidence::doubts(Weight::Strong, "it fires once, and holds nothing of the object that has ended"));
    }
    if let Some(at) = deeds.iter().find_map(|deed| hears_the_end(facts, deed.0)).or_else(|| delegated(facts, ty, deeds)) {
        let text = "what cancels it is called when something that the teardown may end has ended";
        evidence.push(Evidence::doubts(Weight::Decisive, text).at(facts.expr(at).span));
    }
    if let Some(found) = context.touched(field).iter().find(|found| !found.touch.constructor) {
        let text = format!("`{}` in {} uses it, and may cancel it", found.function(), found.file.path);
        evidence.push(Evidence::doubts(Weight::Strong, text));
    }
    if timer.resource.ends && teardowns.iter().all(|method| sole::undoes_elsewhere(facts, &context.words.words, *method)) {
        evidence.push(Evidence::doubts(Weight::Decisive, "what undoes something elsewhere is no end of the object"));
    }
    if named::reached(facts, &facts.relatives(ty)) == Some(Reach::Any) {
        evidence.push(Evidence::doubts(Weight::Decisive, "fields of the instance are also reached by names that are computed"));
    }
    evidence.extend(sibling);
    evidence.extend(checked(facts, timer, &reached));
    if timer.holds == Holds::Instance {
        evidence.push(Evidence::supports(Weight::Slight, "its callback keeps the object that has ended alive"));
    }
    if is_unconditional(facts, timer) {
        evidence.push(Evidence::supports(Weight::Fair, "it schedules itself again without a condition"));
    }
    evidence.extend(goes_on(context, timer, ty, (&teardowns, &last), deeds));
    evidence.extend(single(context, ty));
    evidence.extend(task::idle(context, ty));
    evidence.extend(super::reach::exits(context, ty));
    teardowns.sort_by_key(|method| !last.contains(method));
    let shown =
        teardowns.iter().copied().find(|method| facts.function(*method).owner == Some(ty)).or(teardowns.first().copied())?;
    let teardown = facts.function(shown);
    let name = facts.display(field);
    let end = teardown.name.map_or("", |name| facts.text(name));
    let message = format!("the {} `{name}` still runs after `{end}`: no teardown cancels it", timer.resource.kind);
    let mut finding = tell(context, timer, message, evidence);
    finding.related.push(Mark::new(Role::Release, teardown.head, format!("`{end}` ends the owner and leaves the timer")));
    if let Some(deed) = elsewhere {
        finding.related.push(Mark::new(Role::Release, facts.expr(deed.1).span, "cancelled here only"));
    }
    Some(finding.weigh(context.prior()))
}

/// What speaks against a timer whose object is not gone after the methods that are named like its end.
fn goes_on(
    context: &Context,
    timer: &Timer,
    ty: TypeId,
    (teardowns, last): (&[FunctionId], &[FunctionId]),
    deeds: &[(FunctionId, ExprId, Deed)],
) -> Vec<Evidence> {
    let (facts, words) = (context.facts, &context.words.words);
    let mut evidence = Vec::new();
    if teardowns.iter().any(|method| last.contains(method)) {
        return evidence;
    }
    evidence.extend(teardowns.first().map(|method| {
        let (name, head) = (owner::name_of(facts, *method), facts.function(*method).head);
        match demise::after(facts, words, ty, *method) {
            After::Resumed(begin) => {
                let begin = owner::name_of(facts, begin);
                let text = format!("after `{name}` the object can begin anew with `{begin}`, and this timer is none of that");
                Evidence::doubts(Weight::Strong, text).at(head)
            }
            _ => Evidence::doubts(Weight::Fair, format!("after `{name}` such an object mostly goes on")).at(head),
        }
    }));
    if let Some(deed) = deeds.iter().find(|deed| deed.2 == Deed::Released && is_opposite(context, deed.0, timer.function)) {
        let text = format!("`{}` is there for whoever wants it to stop", owner::name_of(facts, deed.0));
        evidence.push(Evidence::doubts(Weight::Strong, text).at(facts.expr(deed.1).span));
    }
    evidence
}

/// Whether a function is named for undoing what another one does: `stopPolling` and `startPolling`.
fn is_opposite(context: &Context, undoing: FunctionId, doing: FunctionId) -> bool {
    let name = |function| owner::name_of(context.facts, function);
    let opposites = key::opposites(&context.words.words.opposites, name(doing));
    opposites.iter().any(|words| key::reads(name(undoing), words))
}

/// The registration by which a function is called when something has ended: `socket.once("close", this.onClose)`.
fn hears_the_end(facts: &Facts, function: FunctionId) -> Option<ExprId> {
    let calls = facts.functions.iter().flat_map(|own| own.calls.iter().copied());
    calls.into_iter().find(|call| {
        let event = facts.positional(*call, 0).and_then(|event| facts.literal_text(event));
        let ends = event.is_some_and(|event| END_EVENTS.contains(&event));
        let handler = || facts.positional(*call, 1);
        ends && handler().is_some_and(|handler| {
            let behind = callback::function_behind(facts, handler).or_else(|| {
                // A method is named, or an arrow function that a field holds.
                let ExprKind::Field { name, .. } = facts.kind(handler) else { return None };
                facts.enclosing(function).find(|id| life::name_of(facts, *id) == Some(name))
            });
            behind.is_some_and(|behind| facts.enclosing(function).any(|id| id == behind))
        })
    })
}

/// Where something is told to call, at its end, what leads to a cancel: `socket.on("close", this.onClose)`, or
/// `{ onDisconnect: () => this.stop() }`.
fn delegated(facts: &Facts, ty: TypeId, deeds: &[(FunctionId, ExprId, Deed)]) -> Option<ExprId> {
    let ends = |name: &str| {
        let words = key::split(name);
        words.first().is_some_and(|first| first == "on") && words.last().is_some_and(|last| END_EVENTS.contains(&last.as_str()))
    };
    let told = facts.exprs.iter().enumerate().filter_map(|(at, expr)| {
        let handler = match expr.kind {
            ExprKind::Pair { key, value } if key::last_name(facts, key).is_some_and(ends) => value,
            ExprKind::Named { name, value } if ends(facts.text(name)) => value,
            ExprKind::Call { .. } => {
                let call = ExprId(at as u32);
                let event = facts.positional(call, 0).and_then(|event| facts.literal_text(event))?;
                facts.positional(call, 1).filter(|_| END_EVENTS.contains(&event))?
            }
            _ => return None,
        };
        Some((ExprId(at as u32), callback::function_behind(facts, bound(facts, handler))?))
    });
    told.into_iter().find_map(|(at, handler)| {
        let reached = owner::reach(facts, Some(ty), &[handler]);
        deeds.iter().any(|deed| deed.2 == Deed::Released && reached.contains(&deed.0)).then_some(at)
    })
}

/// What `this.close.bind(this)` binds.
fn bound(facts: &Facts, handler: ExprId) -> ExprId {
    facts.callee(handler).receiver.filter(|_| facts.method_name(handler) == Some("bind")).unwrap_or(handler)
}

/// Events by which something says that it has ended.
const END_EVENTS: [&str; 7] = ["close", "end", "exit", "finish", "disconnect", "disconnected", "closed"];

/// Code out of sight that may cancel it: what a base calls, and what a teardown calls on the instance.
fn unseen(
    context: &Context,
    ty: TypeId,
    reached: &FxHashSet<FunctionId>,
    elsewhere: Option<&(FunctionId, ExprId, Deed)>,
) -> Option<Evidence> {
    let facts = context.facts;
    let sounds = |deed: &&(FunctionId, ExprId, Deed)| lifetime::named(facts, &context.words.words.ending, deed.0);
    if let Some(deed) = elsewhere.filter(sounds).filter(|_| owner::has_hidden_base(facts, ty)) {
        let text = format!("a base out of sight may call `{}`, which cancels it", owner::name_of(facts, deed.0));
        return Some(Evidence::doubts(Weight::Strong, text).at(facts.expr(deed.1).span));
    }
    let ends = facts.functions().filter(|(id, _)| reached.contains(id)).flat_map(|(_, function)| function.calls.iter().copied());
    let hidden = |call: &ExprId| {
        let callee = facts.callee(*call);
        let own = callee.receiver.is_some_and(|receiver| callback::is_instance(facts, receiver));
        let above = lent(facts, *call).or(callee.receiver).is_some_and(|on| key::last_name(facts, on) == Some("super"));
        let base = above && callee.function.is_none() && owner::has_hidden_base(facts, ty);
        base || own && callee.function.is_none() && callee.name.is_some_and(|name| !facts.assigned_fields.contains(&(ty, name)))
    };
    let call = ends.into_iter().find(hidden)?;
    let name = facts.callee_name(call).unwrap_or_default();
    let text = format!("the teardown calls `{name}`, which this file does not define and which may cancel it");
    Some(Evidence::doubts(Weight::Strong, text).at(facts.expr(call).span))
}

/// Whose method a call runs on the instance by another way: `super.close.call(this)`.
fn lent(facts: &Facts, call: ExprId) -> Option<ExprId> {
    let given = matches!(facts.method_name(call), Some("call" | "apply"))
        && facts.args(call).first().is_some_and(|first| callback::is_instance(facts, *first));
    match facts.kind(facts.callee(call).receiver.filter(|_| given)?) {
        ExprKind::Field { base, .. } => Some(base),
        _ => None,
    }
}

/// What a cancel outside the teardowns says.
fn cancelled(facts: &Facts, timer: &Timer, elsewhere: Option<&(FunctionId, ExprId, Deed)>, never: bool) -> Evidence {
    match elsewhere {
        Some(deed) if timer.callback.and_then(|callback| callback::function_behind(facts, callback)) == Some(deed.0) => {
            Evidence::doubts(Weight::Strong, "its own callback cancels it").at(facts.expr(deed.1).span)
        }
        Some(deed) => {
            let text = format!("`{}` cancels it, and no teardown does", owner::name_of(facts, deed.0));
            Evidence::supports(Weight::Fair, text).at(facts.expr(deed.1).span)
        }
        None if never => Evidence::supports(Weight::Slight, "nothing in this file cancels it"),
        None => Evidence::doubts(Weight::Strong, "it is handed to code that could cancel it"),
    }
}

/// Another timer of the same type that the teardown does cancel.
fn sibling(facts: &Facts, timer: &Timer, reached: &FxHashSet<FunctionId>, all: &[Timer]) -> Option<Evidence> {
    let owner = facts.owner_of(timer.function);
    let others = all.iter().filter(|other| other.kept.holders.first() != timer.kept.holders.first());
    others.filter(|other| facts.owner_of(other.function) == owner).find_map(|other| {
        let deeds = kept::deeds(facts, other.resource, &other.kept.holders);
        let (_, at, _) = deeds.into_iter().find(|deed| deed.2 == Deed::Released && reached.contains(&deed.0))?;
        let name = facts.display(*other.kept.holders.first()?);
        Some(
            Evidence::supports(Weight::Strong, format!("the teardown cancels `{name}`, and not this one"))
                .at(facts.expr(at).span),
        )
    })
}

/// A callback that asks a flag which a teardown sets does nothing when it comes late.
fn checked(facts: &Facts, timer: &Timer, reached: &FxHashSet<FunctionId>) -> Option<Evidence> {
    let behind = timer.callback.and_then(|callback| callback::function_behind(facts, callback))?;
    let family = owner::reach(facts, facts.owner_of(timer.function), &[behind]);
    let own = |place: &Place| matches!(place.root, Root::Instance(_) | Root::Static(_));
    let asked =
        |id: PlaceId| facts.operations(id).iter().any(|at| family.contains(&at.function) && asked(facts, at.expr, &at.action));
    let changed = |id: PlaceId| {
        let there = facts.operations(id).iter().filter(|at| reached.contains(&at.function));
        there.filter_map(|at| changes(&at.action)).max()
    };
    let (id, weight) = facts
        .places
        .iter()
        .filter(|(id, place)| own(place) && asked(*id))
        .filter_map(|(id, _)| Some((id, changed(id)?)))
        .max_by_key(|(id, weight)| (*weight, std::cmp::Reverse(*id)))?;
    let text = format!("its callback asks `{}`, which a teardown changes", facts.display(id));
    Some(Evidence::doubts(weight, text))
}

/// How surely an operation of a teardown changes the answer to a question.
fn changes(action: &Action) -> Option<Weight> {
    match action {
        Action::Assign(_) => Some(Weight::Strong),
        Action::Method { .. } => Some(Weight::Fair),
        _ => None,
    }
}

fn asked(facts: &Facts, expr: ExprId, action: &Action) -> bool {
    matches!(action, Action::Tested)
        || matches!(action, Action::Method { call, .. } if facts.step_of(*call).is_some_and(|step| {
            matches!(facts.step(step).kind, crate::facts::StepKind::Branch { condition, .. } if facts.expr(condition).span.contains(facts.expr(expr).span))
        }))
}
