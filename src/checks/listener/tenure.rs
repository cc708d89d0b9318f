//! How much longer a registry lives than whoever registers there, as evidence.

use super::check::Registered;
use super::emitter;
use super::identity;
use super::identity::Removal;
use super::reach::{self, Reach};
use crate::checks::Context;
use crate::checks::lives::acquire;
use crate::checks::lives::callback::{self, Holds};
use crate::checks::lives::demise;
use crate::checks::lives::kept;
use crate::checks::lives::key;
use crate::checks::lives::life::{self, Span, Start};
use crate::checks::lives::lifetime;
use crate::checks::lives::owner::{self, Runs};
use crate::checks::lives::sole;
use crate::facts::{ExprId, ExprKind, Facts, FunctionId, TypeId};
use crate::finding::{Evidence, Weight};
use crate::rules::{Life, Lifetime, Words};

/// The registry lives as long as the emitter; nothing at all where that goes with the registrant.
pub fn receiver(context: &Context, one: &Registered, runs: Runs) -> Option<Vec<Evidence>> {
    let (facts, words) = (context.facts, &context.words.words);
    let emitter = one.emitter?;
    let reach = match reach::of(facts, emitter) {
        Reach::Local | Reach::Unknown if facts.per_instance && emitter::is_asked_for(facts, words, emitter) => Reach::Process,
        reach => reach,
    };
    if let Some(pooled) = emitter::pooled(facts, emitter).filter(|_| !one.registration.once && runs == Runs::PerCall) {
        return Some(vec![pooled]);
    }
    if emitter::is_handed_in(facts, words, emitter) {
        return None;
    }
    if let Some(span) = life::span(facts, words, one.function) {
        return within(context, one, emitter, reach, &span);
    }
    let is_field = matches!(facts.kind(emitter), ExprKind::Field { .. });
    let goes_on = facts.exported.is_some() && facts.owner_of(one.function).is_some_and(|ty| identity::goes_on(context, one, ty));
    let kept_on = is_field && (runs == Runs::PerCall || reach == Reach::Given);
    // A closure of one call outlives that call even on an emitter that goes with the object.
    let adds = runs == Runs::PerCall && is_field && one.holds == Holds::Locals;
    if (reach <= Reach::Local && !(adds && reach == Reach::Owned)) || (one.registration.ends && !kept_on) {
        return None;
    }
    let again = one.registration.once && runs == Runs::PerCall && reach == Reach::Unknown && emitter::hangs(facts, emitter);
    let mut evidence = vec![match reach {
        _ if again => Evidence::supports(Weight::Slight, "the emitter hangs on the object, and is the same for each call"),
        Reach::Process => Evidence::supports(Weight::Fair, "the emitter lives as long as the process"),
        // Where functions are values, most of what is handed about is made for one task and ends with it.
        Reach::Given => {
            let weight = if facts.exported.is_some() { Weight::None } else { Weight::Slight };
            Evidence::supports(weight, "the emitter belongs to somebody else")
        }
        Reach::Owned => Evidence::doubts(Weight::Fair, "the emitter goes with its owner"),
        _ => Evidence::doubts(Weight::Strong, "nothing says that the emitter lives longer"),
    }];
    evidence.extend(ephemeral(facts, one, emitter, runs));
    evidence.extend(emitter::brought(facts, words, emitter));
    evidence.extend(emitter::taken_in(facts, emitter));
    evidence.extend(emitter::stream(facts, emitter));
    evidence.extend(awaited(facts, one, emitter).filter(|_| one.registration.ends));
    if facts.entry(one.callback, "complete").is_some() {
        evidence.push(Evidence::doubts(Weight::Strong, "it is told of the end of the source, and goes with it"));
    }
    if adds {
        evidence.push(Evidence::supports(Weight::Slight, "each call adds a closure of its own"));
    } else if one.holds == Holds::Locals {
        let serves_all = reach == Reach::Process || emitter::is_given_per_request(facts, words, emitter);
        let weight = if serves_all { Weight::Fair } else { Weight::Strong };
        evidence.push(Evidence::doubts(weight, "the callback keeps the variables of one call only"));
    }
    if runs != Runs::PerInstance
        && (key::starts_with(&words.setup, owner::name_of(facts, one.function)) || owner::starts(facts, words, one.function))
    {
        evidence.push(Evidence::doubts(Weight::Strong, "it sounds like set-up"));
    }
    if runs == Runs::PerInstance {
        evidence.push(together(context, one, emitter, goes_on));
    } else if identity::is_param(facts, emitter)
        && words.life.given.iter().any(|word| Some(word.as_str()) == key::last_name(facts, emitter))
    {
        evidence.push(Evidence::doubts(Weight::Strong, "each call is given an emitter of its own"));
    } else {
        let known = lifetime::serves_one(facts, words, one.function).is_some() || facts.exported.is_none();
        let named = |piece: Evidence| if known { piece } else { Evidence { weight: Weight::Slight, ..piece } };
        evidence.extend(lifetime::serves(facts, words, one.function).map(named));
    }
    if runs == Runs::PerCall && is_replaced(facts, one, emitter) {
        evidence.push(Evidence::doubts(Weight::Strong, "the emitter before it is given up at the same time"));
    }
    let owner = facts.owner_of(one.function);
    // What the end of the object ends is too late for what each call adds.
    let single = runs == Runs::PerInstance || !one.registration.once;
    evidence.extend(owner.filter(|_| single).and_then(|ty| identity::ended(context, one, ty)));
    let name = owner.map_or("", |ty| facts.text(facts.ty(ty).name));
    if key::ends_with(&words.lasting, name) {
        evidence.push(Evidence::doubts(Weight::Strong, format!("a `{name}` may live as long as the emitter")));
    }
    if runs == Runs::PerCall && emitter::is_given_per_request(facts, words, emitter) {
        let text = "it is registered again with each request, on what serves them all";
        evidence.push(Evidence::supports(Weight::Strong, text).at(facts.expr(one.at).span));
    } else if runs == Runs::PerCall && identity::is_param(facts, emitter) {
        evidence.push(Evidence::doubts(Weight::Strong, "the caller hands the emitter in, and can remove what is registered"));
    }
    // That a function waits, or what it is called, is little to go by.
    let by_event = facts.exported.is_none() || lifetime::serves_one(facts, words, one.function).is_some();
    let told = |piece: &Evidence| piece.span.is_some() && (by_event || piece.weight > Weight::Slight);
    if runs == Runs::PerCall
        && !again
        && !evidence.iter().any(told)
        && (owner.is_none() || facts.exported.is_some())
        && !gets_its_own(facts, emitter)
    {
        let weight = if owner.is_none() { Weight::Strong } else { Weight::Fair };
        evidence.push(Evidence::doubts(weight, "nothing says how often it is registered"));
    }
    // Who waits for the end as well as for something else waits for it once more with each call.
    evidence.extend(ending(facts, one, emitter).filter(|_| !again));
    Some(evidence)
}

/// What is said where an object registers once, and may end with what it registers on; `goes_on` where its end counts on that.
fn together(context: &Context, one: &Registered, emitter: ExprId, goes_on: bool) -> Evidence {
    let (facts, words) = (context.facts, &context.words.words);
    // What an object is made with is its own in most code, and goes with it.
    let lasts = ends_for_good(facts, &words.life, one) || goes_on;
    let shown = facts.owner_of(one.function).is_some_and(|ty| life::is_component(facts, &words.life, ty));
    let weight = match facts.exported.is_some() {
        true if !lasts => Weight::Decisive,
        true if shown => Weight::None,
        _ => Weight::Slight,
    };
    // What fires once lets go of its callbacks then. A part of something else may be there for many such objects.
    let weight = if one.registration.ends && is_whole(facts, emitter) { weight.max(Weight::Strong) } else { weight };
    Evidence::doubts(weight, "both may end together")
}

/// Whether this file calls the function with what hangs on the instance, so that each call gets the same emitter.
fn gets_its_own(facts: &Facts, emitter: ExprId) -> bool {
    let mut whole = facts.peeled(emitter);
    while let ExprKind::Field { base, .. } = facts.kind(whole) {
        whole = facts.peeled(base);
    }
    let mut given = acquire::passed(facts, whole).into_iter();
    given.any(|value| matches!(facts.kind(facts.peeled(value)), ExprKind::Field { .. }) && emitter::hangs(facts, value))
}

/// Whether an emitter is what the object was given, and no part of that.
fn is_whole(facts: &Facts, emitter: ExprId) -> bool {
    match facts.kind(emitter) {
        ExprKind::Field { base, .. } => callback::is_instance(facts, base),
        _ => identity::is_param(facts, emitter),
    }
}

/// Whether the end of the object waits for the event itself, so that the callback has been called by then.
fn awaited(facts: &Facts, one: &Registered, emitter: ExprId) -> Option<Evidence> {
    let ty = facts.owner_of(one.function)?;
    let reached = owner::reach(facts, Some(ty), &owner::teardowns(facts, ty));
    let waits = |operation: &&crate::facts::Operation| {
        operation.action == crate::facts::Action::Awaited && reached.contains(&operation.function)
    };
    let at = facts.operations(facts.place(emitter)?).iter().find(waits)?;
    let text = "the end of the object waits for it, and it lets go of the callback then";
    Some(Evidence::doubts(Weight::Decisive, text).at(facts.expr(at.expr).span))
}

/// Whether the function that registers has just put another emitter into the field.
fn is_replaced(facts: &Facts, one: &Registered, emitter: ExprId) -> bool {
    let Some(place) = facts.place(emitter).filter(|_| matches!(facts.kind(emitter), ExprKind::Field { .. })) else {
        return false;
    };
    facts.operations(place).iter().any(|operation| {
        let given = match operation.action {
            crate::facts::Action::Assign(crate::facts::Source::Assigned(value)) => identity::is_param(facts, value),
            _ => false,
        };
        given && operation.function == one.function && facts.expr(operation.expr).span.end <= facts.expr(one.at).span.start
    })
}

/// An emitter that is made for one piece of work, as far as the name of a parameter tells, or that the function ends.
fn ephemeral(facts: &Facts, one: &Registered, emitter: ExprId, runs: Runs) -> Option<Evidence> {
    let field = facts.exported.is_some() && matches!(facts.kind(facts.peeled(emitter)), ExprKind::Field { .. });
    let given = identity::is_param(facts, emitter) || field;
    let name = key::last_name(facts, emitter).unwrap_or_default();
    let word = key::split(name).pop().unwrap_or_default();
    let carried = field && matches!(word.as_str(), "message" | "event");
    let brief = matches!(word.as_str(), "request" | "req" | "response" | "res" | "reply" | "message" | "event") && !carried
        || runs == Runs::PerInstance && matches!(word.as_str(), "stream" | "response");
    (given && brief && one.registration.lifetime == Lifetime::Receiver)
        .then(|| Evidence::doubts(Weight::Strong, format!("a `{name}` is made for one piece of work")))
}

/// Whether the object that registers comes and goes while its emitter stays: it is shown and taken off the screen, or has
/// an end that is for nothing else. To close a thing mostly closes what it works on.
fn ends_for_good(facts: &Facts, life: &Life, one: &Registered) -> bool {
    let Some(ty) = facts.owner_of(one.function) else { return false };
    let name = |method: &FunctionId| facts.function(*method).name.map_or("", |name| facts.text(name));
    let last = |method| {
        let parts = key::split(name(method));
        parts.iter().any(|part| matches!(part.as_str(), "dispose" | "destroy" | "unmount" | "teardown" | "disconnected"))
    };
    life::is_component(facts, life, ty) || owner::teardowns(facts, ty).iter().any(last)
}

/// What the function does besides says that the emitter comes to an end: it ends it, or waits for its end.
fn ending(facts: &Facts, one: &Registered, emitter: ExprId) -> Option<Evidence> {
    let name = key::last_name(facts, emitter)?;
    let same = |call: ExprId| facts.callee(call).receiver.and_then(|receiver| key::last_name(facts, receiver)) == Some(name);
    let calls = facts.function(one.function).calls.iter().copied();
    let ends = |call: &ExprId| matches!(facts.callee_name(*call), Some("end" | "destroy" | "close" | "terminate")) && same(*call);
    if let Some(at) = calls.clone().find(ends).filter(|_| facts.exported.is_some()) {
        let text = format!("`{name}` is ended by the same function");
        return Some(Evidence::doubts(Weight::Strong, text).at(facts.expr(at).span));
    }
    let around = |call: ExprId| {
        facts.expr(call).span.contains(facts.expr(one.at).span) || facts.expr(one.at).span.contains(facts.expr(call).span)
    };
    let waits = |call: &ExprId| {
        let event = facts.positional(*call, 0).and_then(|event| facts.literal_text(event));
        matches!(event, Some("end" | "finish" | "close")) && (same(*call) || around(*call))
    };
    let at = calls.clone().find(waits).filter(|_| facts.exported.is_some())?;
    let text = format!("`{name}` has an end, which is waited for here, and its listeners go with it");
    Some(Evidence::doubts(Weight::Strong, text).at(facts.expr(at).span))
}

/// The emitter was there before the life in which the callback is registered, and is there after it.
fn within(context: &Context, one: &Registered, emitter: ExprId, reach: Reach, span: &Span) -> Option<Vec<Evidence>> {
    let facts = context.facts;
    let outside = facts.binding_of(emitter).is_some_and(|binding| {
        let declared = facts.scopes[facts.binding(binding).scope.index()].function;
        !facts.enclosing(declared).any(|around| around == span.begin)
    });
    let first = match reach {
        Reach::Owned => return None,
        Reach::Process => Evidence::supports(Weight::Fair, "the emitter lives as long as the process"),
        Reach::Given if is_entrusted(context, one, emitter, span) => {
            Evidence::doubts(Weight::Strong, "it is made for the emitter that it is handed, and both may end together")
        }
        Reach::Given => Evidence::supports(Weight::Slight, "the emitter belongs to somebody else"),
        _ if outside => {
            let made = facts.exported.is_some() && facts.binding_of(emitter).is_some_and(|binding| made(facts, binding));
            let weight = if made { Weight::Decisive } else { Weight::Fair };
            Evidence::doubts(weight, "nothing says how long the emitter lives")
        }
        Reach::Local => return None,
        Reach::Unknown => Evidence::doubts(Weight::Strong, "nothing says that the emitter lives longer"),
    };
    let mut evidence = vec![first, life::left(facts, span, &one.registration.kind)];
    evidence.extend(ended_with(facts, emitter, span));
    evidence.extend(emitter::taken_in(facts, emitter));
    evidence.extend(emitter::own_stream(facts, emitter));
    Some(evidence)
}

/// Whether a function that returns its end, and that no framework calls, is handed the emitter, and its end takes nothing
/// else off that: whoever hands it in may end both.
fn is_entrusted(context: &Context, one: &Registered, emitter: ExprId, span: &Span) -> bool {
    let facts = context.facts;
    let handed = || {
        emitter::whole(facts, emitter).is_some_and(|binding| {
            let declared = facts.scopes[facts.binding(binding).scope.index()].function;
            facts.enclosing(span.begin).any(|around| around == declared)
        })
    };
    let ends = || owner::reach(facts, facts.owner_of(one.function), &span.ends);
    facts.exported.is_some() && span.start == Start::Named && handed() && !identity::is_spared(context, one, &ends())
}

/// What runs at the end of a life ends the emitter itself.
fn ended_with(facts: &Facts, emitter: ExprId, span: &Span) -> Option<Evidence> {
    let place = facts.place(emitter).filter(|_| facts.exported.is_some())?;
    let reached = owner::reach(facts, None, &span.ends);
    let ends = |operation: &&crate::facts::Operation| match operation.action {
        crate::facts::Action::Method { name, .. } => {
            let name = facts.text(name).trim_start_matches(['$', '_']);
            reached.contains(&operation.function) && identity::ends(name)
        }
        _ => false,
    };
    let held = kept::holders(facts, emitter);
    let places = [place].into_iter().chain(held);
    let (place, at) = places.into_iter().find_map(|of| Some((of, facts.operations(of).iter().find(ends)?)))?;
    let text = format!("the clean-up ends `{}`", facts.display(place));
    Some(Evidence::doubts(Weight::Decisive, text).at(facts.expr(at.expr).span))
}

/// Whether a variable is given what a call makes.
fn made(facts: &Facts, binding: crate::facts::BindingId) -> bool {
    facts.binding(binding).definitions.iter().any(|definition| match definition.source {
        crate::facts::Source::Assigned(value) => matches!(facts.kind(facts.peeled(value)), ExprKind::Call { .. }),
        _ => false,
    })
}

/// Whether a type has an end that is for good.
pub fn has_end(facts: &Facts, words: &Words, ty: TypeId, function: FunctionId) -> bool {
    let ends = demise::ends(facts, words, ty, function);
    ends.iter().any(|method| !sole::is_refused_end(facts, *method) && !sole::exits(facts, words, *method))
}

/// The type has an end, and the end does not remove the callback.
pub fn teardown(facts: &Facts, words: &Words, (ty, lifetime): (TypeId, Lifetime), function: FunctionId) -> Option<Evidence> {
    let mut teardowns = owner::teardowns(facts, ty);
    // What registers is no end, whatever it is called.
    teardowns.retain(|method| facts.exported.is_some() || facts.method_of(function) != Some(*method));
    teardowns.retain(|method| !sole::is_refused_end(facts, *method) && !sole::exits(facts, words, *method));
    let last = demise::ends(facts, words, ty, function);
    match teardowns.iter().find(|method| last.contains(method)).or(teardowns.first()) {
        None if life::is_component(facts, &words.life, ty) => {
            Some(Evidence::supports(Weight::Fair, "such an object ends when it is taken off the screen"))
        }
        Some(method) => {
            let own = facts.function(*method);
            let name = own.name.map_or("", |name| facts.text(name));
            let text = format!("`{name}` ends the object and leaves the registration");
            Some(Evidence::supports(Weight::Fair, text).at(own.head))
        }
        None if lifetime == Lifetime::Process && words.life.components.is_empty() => None,
        None => {
            let weight = if lifetime == Lifetime::Receiver { Weight::Fair } else { Weight::Slight };
            Some(Evidence::doubts(weight, "nothing says that the object ends before the emitter"))
        }
    }
}

/// Another callback of the same type that is removed.
pub fn sibling(context: &Context, one: &Registered, all: &[Registered]) -> Option<Evidence> {
    let facts = context.facts;
    let owner = facts.owner_of(one.function);
    let others = all.iter().filter(|other| other.at != one.at && facts.owner_of(other.function) == owner);
    let name = |of: &Registered| of.emitter.and_then(|emitter| key::last_name(facts, emitter)).map(str::to_owned);
    let alike = |other: &&Registered| match one.registration.lifetime {
        // Of two emitters that are named, each has its own time.
        Lifetime::Process => {
            other.registration.kind == one.registration.kind && (name(other) == name(one) || name(one).is_none())
        }
        Lifetime::Receiver => name(other) == name(one),
    };
    let removed =
        others.filter(alike).filter(|other| other.removal == Removal::Same).find(|other| other.holds >= Holds::Locals)?;
    // One of many closures says nothing of the others.
    if matches!(facts.kind(removed.callback), ExprKind::Closure(_)) || is_of_one_call(context, removed, one) {
        return None;
    }
    let text = format!("{} is removed, and this one is not", callback::written(facts, removed.callback));
    Some(Evidence::supports(Weight::Strong, text).at(facts.expr(removed.at).span))
}

/// Whether a callback is a variable of one call, which takes it off itself, so that its removal says nothing of what an
/// object registers for good.
fn is_of_one_call(context: &Context, one: &Registered, beside: &Registered) -> bool {
    let facts = context.facts;
    let Some(binding) = facts.binding_of(one.callback).filter(|_| facts.exported.is_some()) else { return false };
    let own = facts.scopes[facts.binding(binding).scope.index()].function;
    let inside = |call: &ExprId| facts.enclosing(facts.function_of(*call)).any(|id| id == own);
    let begun = life::span(facts, &context.words.words, one.function).is_some();
    let apart = facts.enclosing(beside.function).all(|id| id != own);
    !begun && apart && !facts.is_global(binding) && identity::removals(context, one).iter().all(inside)
}

/// A callback that the function is given and hands on: its caller registers it, and knows how to take it back.
pub fn passed_on(context: &Context, one: &Registered) -> Option<Evidence> {
    let facts = context.facts;
    if context.words.words.drawn.is_empty() {
        return None;
    }
    let own = facts.function(one.function);
    let span = match (facts.kind(one.callback), callback::function_behind(facts, one.callback)) {
        (_, Some(behind)) if facts.function(behind).parent == Some(one.function) => facts.function(behind).span,
        (ExprKind::Name { .. } | ExprKind::Call { .. }, _) => facts.expr(one.callback).span,
        _ => return None,
    };
    let registers = own.name.map_or("", |name| facts.text(name));
    let named = ["add_", "on_", "register_", "subscribe", "add", "register", "observe", "listen"];
    let given = own.params.iter().filter(|param| Some(param.binding) != own.receiver).any(|param| {
        let callable = matches!(facts.text(param.name), "fn" | "func" | "callback" | "cb" | "handler" | "listener" | "hook");
        callable && facts.binding(param.binding).uses.iter().any(|at| span.contains(facts.expr(*at).span))
    });
    (given && named.iter().any(|start| registers.starts_with(start)))
        .then(|| Evidence::doubts(Weight::Decisive, "it hands on the callback that its caller registers"))
}
