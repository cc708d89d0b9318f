//! Callbacks that are registered on something which lives longer than the registrant, and never removed.

use super::Context;
use super::callback::{self, Holds};
use super::emitter::{self, Reach};
use super::identity::{self, Removal};
use super::kept::{self, Fate};
use super::owner::{self, Runs};
use super::{key, lifetime};
use crate::facts::{ExprId, ExprKind, Facts, FunctionId, FunctionKind, Literal, TypeId};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};
use crate::rules::{Lifetime, Patterns, Registration};

/// A callback that is registered, with what was found out about it.
pub struct Registered<'a> {
    /// The call or the decorator.
    pub at: ExprId,
    /// Its words.
    pub registration: &'a Registration,
    /// What is registered.
    pub callback: ExprId,
    /// What it is registered on, if that is an expression.
    pub emitter: Option<ExprId>,
    /// The function that registers.
    pub function: FunctionId,
    /// What the callback keeps alive.
    pub holds: Holds,
}

/// Findings of the rule that asks for `listener`.
pub fn check(context: &Context) -> Vec<Finding> {
    let all: Vec<Registered> = [calls(context), decorators(context)].concat();
    let found = all.iter().filter_map(|one| Some((one, judge(context, one, &all)?)));
    let mut findings: Vec<(&Registered, Finding)> = Vec::new();
    for (one, finding) in found {
        match findings.iter_mut().find(|(first, told)| alike(context.facts, first, one) && told.message.ends_with(ENDING)) {
            // Several callbacks for one emitter are one fault.
            Some((_, told)) => told.related.push(Mark::new(Role::Acquire, finding.primary.span, "registered here, too")),
            None => findings.push((one, finding)),
        }
    }
    findings.into_iter().map(|(_, finding)| finding).collect()
}

/// How the message of a registration ends that nothing takes back.
const ENDING: &str = "and never removed";

/// Whether two registrations are made in one function, in the same way, on the same emitter.
fn alike(facts: &Facts, one: &Registered, other: &Registered) -> bool {
    let name = |of: &Registered| of.emitter.and_then(|emitter| identity::last_name(facts, emitter)).map(str::to_owned);
    one.function == other.function && one.registration.kind == other.registration.kind && name(one) == name(other)
}

impl Clone for Registered<'_> {
    fn clone(&self) -> Self {
        *self
    }
}

impl Copy for Registered<'_> {}

fn calls<'a>(context: &Context<'a>) -> Vec<Registered<'a>> {
    let facts = context.facts;
    let mut table: Patterns<usize> = Patterns::default();
    for (at, registration) in context.words.registration.iter().enumerate() {
        for pattern in &registration.add {
            table.add(pattern, at);
        }
    }
    let calls = facts.functions.iter().flat_map(|function| function.calls.iter().copied());
    calls
        .filter_map(|call| {
            let at = table.find(facts.callee_path(call), facts.method_name(call))?;
            read(context, call, &context.words.registration[at])
        })
        .collect()
}

fn read<'a>(context: &Context<'a>, call: ExprId, registration: &'a Registration) -> Option<Registered<'a>> {
    let facts = context.facts;
    let receiver = facts.callee(call).receiver;
    let emitter = registration.emitter.map_or(receiver, |at| facts.positional(call, at));
    let keyword = registration.callback_name.as_deref().unwrap_or_default();
    let callback = facts.argument(call, keyword, Some(registration.callback))?;
    let collects =
        |expr: ExprId| identity::last_name(facts, expr).is_some_and(|name| key::ends_with(&registration.collections, name));
    let module = receiver.is_some_and(|receiver| identity::is_module(facts, receiver));
    if !registration.collections.is_empty() && !receiver.is_some_and(collects)
        || module && registration.lifetime == Lifetime::Receiver
    {
        return None;
    }
    let weakly = registration.weak_unless.as_ref().is_some_and(|word| {
        facts.argument(call, word, None).is_none_or(|value| facts.literal(value) != Some(Literal::Bool(false)))
    });
    if weakly {
        return None;
    }
    let weak = &context.words.weak;
    let holds = match registration.lifetime {
        // Whoever keeps the callback keeps the arguments that go with it, and an object that was made for it.
        Lifetime::Process => {
            let args = facts.args(call).iter().copied().filter(|arg| registration.emitter.is_none() || Some(*arg) != emitter);
            // `file.name` beside the callback is a value, `file.close` as the callback is the file.
            let value = |arg: ExprId| arg != callback && matches!(facts.kind(arg), ExprKind::Field { .. });
            let kept = |arg| match callback::holds(facts, weak, arg) {
                Holds::Locals if value(arg) => Holds::Unknown,
                holds => holds,
            };
            let widest = args.map(kept).max()?;
            if widest == Holds::Unknown && emitter::reach(facts, callback) <= Reach::Local { Holds::Locals } else { widest }
        }
        Lifetime::Receiver => callback::holds(facts, weak, callback),
    };
    Some(Registered { at: call, registration, callback, emitter, function: facts.function_of(call), holds })
}

/// Functions that are given to an imported registering function by decoration, inside a method.
fn decorators<'a>(context: &Context<'a>) -> Vec<Registered<'a>> {
    let facts = context.facts;
    let Some(registration) = context.words.registration.iter().find(|one| !one.decorators.is_empty()) else { return Vec::new() };
    let mut found = Vec::new();
    for (id, function) in facts.functions() {
        let Some(parent) = function.parent.filter(|parent| facts.function(*parent).kind == FunctionKind::Named) else { continue };
        for decorator in function.decorators.iter().copied() {
            let path = facts.dotted(decorator);
            let last = path.as_deref().and_then(|path| path.rsplit('.').next()).unwrap_or_default();
            let imported = facts.binding_of(decorator).is_some();
            let holds = callback::captures(facts, id);
            if imported
                && key::split(last).len() > 1
                && key::starts_with(&registration.decorators, last)
                && holds == Holds::Instance
            {
                found.push(Registered {
                    at: decorator,
                    registration,
                    callback: decorator,
                    emitter: None,
                    function: parent,
                    holds,
                });
            }
        }
    }
    found
}

fn judge(context: &Context, one: &Registered, all: &[Registered]) -> Option<Finding> {
    let facts = context.facts;
    let runs = owner::runs(facts, &context.words.words, one.function);
    // What a finalizer keeps goes with its object, unless it keeps that object.
    let least = if one.registration.emitter.is_some() && one.registration.lifetime == Lifetime::Process {
        Holds::Instance
    } else {
        Holds::Locals
    };
    if one.holds < least || runs == Runs::Once || one.registration.replaces || disposed(facts, one) {
        return None;
    }
    let removal = identity::removal(facts, one);
    if removal == Removal::Same || arranged(facts, one) || owner::guarded(facts, one.at) || identity::asked(facts, one) {
        return None;
    }
    let mut evidence = match one.registration.lifetime {
        Lifetime::Process => process(context, one, runs),
        Lifetime::Receiver => receiver(context, one, runs)?,
    };
    evidence.extend(wrong(facts, removal));
    let owner = facts.owner_of(one.function);
    if let Some(ty) = owner {
        evidence.extend(teardown(facts, ty, one.registration.lifetime));
        evidence.extend(sibling(facts, one, all));
    }
    Some(tell(context, one, removal, evidence))
}

/// Whether the removing function itself is handed to somebody who will call it: `finalize(self, log.removeHandler, handler)`.
fn arranged(facts: &Facts, one: &Registered) -> bool {
    let last = |path: &str| facts.names.find(path.rsplit('.').next().unwrap_or(path));
    let removers: Vec<_> = one.registration.remove.iter().filter_map(|pattern| last(pattern.as_str())).collect();
    facts.exprs.iter().any(|expr| match (expr.kind, expr.parent) {
        (ExprKind::Field { name, .. }, crate::facts::Parent::Expr(call)) if removers.contains(&name) => {
            facts.args(call).iter().any(|arg| facts.expr(*arg).span == expr.span)
        }
        _ => false,
    })
}

/// The value that the call returns removes the callback, and somebody has it.
fn disposed(facts: &Facts, one: &Registered) -> bool {
    !one.registration.disposer.is_empty() && kept::fate(facts, one.at) != Fate::Dropped
}

fn wrong(facts: &Facts, removal: Removal) -> Option<Evidence> {
    let Removal::Other(at) = removal else { return None };
    let text = "a removal exists, and it removes another callback than the registered one";
    Some(Evidence::supports(Weight::Strong, text).at(facts.expr(at).span))
}

/// The registry lives as long as the process.
fn process(context: &Context, one: &Registered, runs: Runs) -> Vec<Evidence> {
    let (facts, words) = (context.facts, &context.words.words);
    let mut evidence = Vec::new();
    let owner = facts.owner_of(one.function).filter(|_| one.holds == Holds::Instance);
    let Some(ty) = owner else {
        evidence.extend(frequency(context, one));
        return evidence;
    };
    let name = facts.text(facts.ty(ty).name);
    evidence.push(Evidence::supports(Weight::Slight, format!("every `{name}` stays reachable until the process ends")));
    let rerun = facts.function(one.function).traits.is_constructor && owner::is_single(facts, ty);
    if rerun {
        let text = format!("`{name}` keeps one instance, and its constructor still runs with every call");
        evidence.push(Evidence::supports(Weight::Fair, text));
    } else if owner::is_single(facts, ty) || owner::made_at_top(facts, ty).is_some() {
        evidence.push(Evidence::doubts(Weight::Decisive, format!("there is one `{name}` in the process")));
    } else if key::ends_with(&words.lasting, name) {
        evidence.push(Evidence::doubts(Weight::Fair, format!("a `{name}` may live as long as the process")));
    }
    if one.registration.remove.is_empty() && !one.registration.add.is_empty() {
        evidence.push(Evidence::supports(Weight::Slight, "there is no way to take it back"));
    }
    let constructs = facts.function(one.function).traits.is_constructor;
    if !constructs && key::starts_with(&words.setup, owner::name_of(facts, one.function)) {
        evidence.push(Evidence::doubts(Weight::Strong, "it sounds like set-up"));
    } else if runs == Runs::PerCall {
        evidence.push(Evidence::doubts(Weight::Slight, "nothing says how often it is registered"));
    }
    evidence
}

/// How often a registration is made that keeps no instance, but what one call made.
fn frequency(context: &Context, one: &Registered) -> Option<Evidence> {
    let facts = context.facts;
    let function = facts.function(one.function);
    let serves = lifetime::serves(facts, &context.words.words, one.function);
    if serves.is_some() || function.traits.is_constructor {
        return serves;
    }
    let named = facts.binding_of(one.callback).map(|binding| facts.binding(binding).kind);
    let closure =
        matches!(facts.kind(one.callback), ExprKind::Closure(_)) || matches!(named, Some(crate::facts::BindingKind::Function(_)));
    let work = function.params.iter().find(|param| key::ends_with(&context.words.words.open, facts.text(param.name)));
    if let Some(param) = work.filter(|_| closure) {
        let text = format!("it is registered for each `{}`", facts.text(param.name));
        return Some(Evidence::supports(Weight::None, text));
    }
    match closure && identity::handed_out(facts, one) {
        true => Some(Evidence::supports(Weight::None, "what it keeps is made anew with each call")),
        false => Some(Evidence::doubts(Weight::Strong, "nothing says how often it is registered")),
    }
}

/// The registry lives as long as the emitter; nothing at all where that goes with the registrant.
fn receiver(context: &Context, one: &Registered, runs: Runs) -> Option<Vec<Evidence>> {
    let (facts, words) = (context.facts, &context.words.words);
    let emitter = one.emitter?;
    let reach = emitter::reach(facts, emitter);
    let is_field = matches!(facts.kind(emitter), ExprKind::Field { .. });
    let kept_on = is_field && (runs == Runs::PerCall || reach == Reach::Given);
    if reach <= Reach::Local || (one.registration.ends && !kept_on) {
        return None;
    }
    let mut evidence = vec![match reach {
        Reach::Process => Evidence::supports(Weight::Fair, "the emitter lives as long as the process"),
        Reach::Given => Evidence::supports(Weight::Slight, "the emitter belongs to somebody else"),
        _ => Evidence::doubts(Weight::Strong, "nothing says that the emitter lives longer"),
    }];
    if one.holds == Holds::Locals {
        evidence.push(Evidence::doubts(Weight::Fair, "the callback keeps the variables of one call only"));
    }
    if runs == Runs::PerInstance {
        evidence.push(Evidence::doubts(Weight::Slight, "both may end together"));
    } else {
        evidence.extend(lifetime::serves(facts, words, one.function));
    }
    let owner = facts.owner_of(one.function);
    evidence.extend(owner.and_then(|ty| identity::ended(facts, one, ty)));
    let name = owner.map_or("", |ty| facts.text(facts.ty(ty).name));
    if key::ends_with(&words.lasting, name) {
        let weight = if runs == Runs::PerInstance { Weight::Strong } else { Weight::Slight };
        evidence.push(Evidence::doubts(weight, format!("a `{name}` may live as long as the emitter")));
    }
    if runs == Runs::PerCall && identity::is_param(facts, emitter) {
        evidence.push(Evidence::doubts(Weight::Strong, "the caller hands the emitter in, and can remove what is registered"));
    }
    if runs == Runs::PerCall && owner.is_none() && !evidence.iter().any(|piece| piece.span.is_some()) {
        evidence.push(Evidence::doubts(Weight::Strong, "nothing says how often it is registered"));
    }
    Some(evidence)
}

/// The type has an end, and the end does not remove the callback.
fn teardown(facts: &Facts, ty: TypeId, lifetime: Lifetime) -> Option<Evidence> {
    let teardowns = owner::teardowns(facts, ty);
    match teardowns.first() {
        Some(method) => {
            let own = facts.function(*method);
            let name = own.name.map_or("", |name| facts.text(name));
            let text = format!("`{name}` ends the object and leaves the registration");
            Some(Evidence::supports(Weight::Fair, text).at(own.head))
        }
        None if lifetime == Lifetime::Process => None,
        None => Some(Evidence::doubts(Weight::Slight, "nothing says that the object ends before the emitter")),
    }
}

/// Another callback of the same type that is removed.
fn sibling(facts: &Facts, one: &Registered, all: &[Registered]) -> Option<Evidence> {
    let owner = facts.owner_of(one.function);
    let others = all.iter().filter(|other| other.at != one.at && facts.owner_of(other.function) == owner);
    let removed =
        others.filter(|other| identity::removal(facts, other) == Removal::Same).find(|other| other.holds >= Holds::Locals)?;
    let text = format!("{} is removed, and this one is not", callback::written(facts, removed.callback));
    Some(Evidence::supports(Weight::Strong, text).at(facts.expr(removed.at).span))
}

fn tell(context: &Context, one: &Registered, removal: Removal, evidence: Vec<Evidence>) -> Finding {
    let facts = context.facts;
    let what = callback::written(facts, one.callback);
    let kind = &one.registration.kind;
    let message = match (one.registration.lifetime, removal) {
        (_, Removal::Other(_)) => format!("the {kind} {what} is never removed: the removal names another callback"),
        (Lifetime::Process, _) => format!("the {kind} {what} is registered for the life of the process and never removed"),
        (Lifetime::Receiver, _) => format!("the {kind} {what} is registered on something that lives longer, and never removed"),
    };
    let mut finding = context.finding(one.at, message, "registered here".to_owned());
    if let Removal::Other(at) = removal {
        finding.related.push(Mark::new(Role::Release, facts.expr(at).span, "removes something else"));
    }
    let owner = facts.owner_of(one.function).and_then(|ty| owner::teardowns(facts, ty).first().copied());
    if let Some(method) = owner {
        finding.related.push(Mark::new(Role::Exit, facts.function(method).head, "ends the registrant and removes nothing"));
    }
    finding.risk = match one.holds {
        Holds::Instance => "the emitter keeps the object, and calls it after its end; each new one adds another".to_owned(),
        _ => "the emitter keeps what the callback refers to; each call adds another".to_owned(),
    };
    finding.severity = one.registration.severity.unwrap_or(context.rule.severity);
    finding.evidence = evidence;
    finding.weigh(context.rule.confidence)
}
