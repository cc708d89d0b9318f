//! How often a function runs that adds to a collection, where what serves requests, messages, events and ticks calls it: in
//! the same file, or in another one.

use super::container::Growth;
use super::hearsay;
use crate::checks::Context;
use crate::checks::lives::brought;
use crate::checks::lives::key;
use crate::checks::lives::lifetime;
use crate::checks::lives::served;
use crate::facts::{BindingKind, ExprId, Facts, FunctionId, FunctionKind};
use crate::finding::{Evidence, Weight};
use crate::index::{Called, Project, Serving};
use crate::rules::{Check, RuleSet};

/// How many callers in the file are followed to one that other files call.
const HOPS: u32 = 2;

/// Tells a project that listens what the functions of a file that serve requests call in others.
pub fn tell(path: &str, facts: &Facts, rules: &RuleSet, project: &Project) {
    let rules = rules.iter().filter(|rule| rule.check == Check::Growth);
    for (rule, words) in rules.filter_map(|rule| Some((rule, rule.vocabulary.get(&facts.language)?))) {
        report(&Context { facts, rule, words, project, path });
    }
}

/// The same for the rule that is just asked.
pub fn report(context: &Context) {
    if context.project.is_listening() && context.rule.check == Check::Growth {
        context.project.tell_served(|| context.facts.functions().flat_map(|(id, _)| calls(context, id)).collect());
    }
}

/// The calls of a function that lead out of sight, if it serves requests.
fn calls(context: &Context, function: FunctionId) -> Vec<Serving> {
    let (facts, words) = (context.facts, &context.words.words);
    let away = |call: &ExprId| facts.callee(*call).function.is_none() && !served::is_single(facts, *call);
    let mut away = facts.function(function).calls.iter().copied().filter(away).peekable();
    if away.peek().is_none() {
        return Vec::new();
    }
    let through = || {
        let through = served::through(facts, words, function)?;
        Some((through.text.strip_prefix("it is called ")?.to_owned(), through.weight))
    };
    let own = served::surely(facts, words, function).map(|serves| (served::clause(&serves), serves.weight));
    let Some((how, weight)) = own.or_else(through) else { return Vec::new() };
    away.filter_map(|call| serving(context, call, (&how, weight > Weight::Slight))).collect()
}

fn serving(context: &Context, call: ExprId, (how, firm): (&str, bool)) -> Option<Serving> {
    let facts = context.facts;
    let callee = facts.callee_path(call).or_else(|| facts.callee_name(call))?.to_owned();
    let on = facts.callee(call).receiver.map_or([None, None], |on| named(facts, on));
    let from = |at: &u32| {
        let arg = facts.positional(call, *at as usize);
        arg.is_some_and(|arg| brought::is_brought(facts, &context.words.words, arg))
    };
    let brings = (0..u32::BITS.min(facts.args(call).len() as u32)).filter(from).fold(0, |bits, at| bits | 1 << at);
    Some(Serving { callee, on: on.map(|on| on.map(str::to_owned)), how: how.to_owned(), firm, brings })
}

/// The last name of a value, and that of its type.
fn named(facts: &Facts, value: ExprId) -> [Option<&str>; 2] {
    let local = facts.local_type(value).map(|ty| facts.text(facts.ty(ty).name));
    [key::last_name(facts, value), local.or_else(|| facts.type_path(value))]
}

/// What says that what serves requests calls the function that adds to a collection, by more than names.
pub fn served(context: &Context, growth: &Growth) -> Option<Evidence> {
    let (facts, words) = (context.facts, &context.words.words);
    served::through(facts, words, growth.function).or_else(|| {
        let Calls { path, how, firm, .. } = abroad(context, growth.function, HOPS)?;
        Some(Evidence::supports(if firm { Weight::Fair } else { Weight::Slight }, format!("{path} calls it {how}")))
    })
}

/// Whether what a collection is given, or its key, comes with the requests for which other files call the function.
pub fn brings(context: &Context, growth: &Growth, value: ExprId) -> bool {
    let facts = context.facts;
    if brought::is_brought(facts, &context.words.words, value) {
        return true;
    }
    let Some(Calls { brings, .. }) = abroad(context, growth.function, HOPS) else { return false };
    let Some(named) = facts.enclosing(growth.function).find(|id| facts.function(*id).kind == FunctionKind::Named) else {
        return false;
    };
    let own = facts.function(named);
    let given = |param: &&crate::facts::Param| own.position(param.binding).is_some_and(|at| at < 32 && brings & 1 << at != 0);
    own.params.iter().filter(given).any(|param| hearsay::mentions(facts, value, param.binding, hearsay::HOPS))
}

/// The same, where what other files say is not known yet: a parameter may come with their requests.
pub fn may_bring(context: &Context, growth: &Growth, value: ExprId) -> bool {
    let facts = context.facts;
    let given = || {
        let binding = facts.binding_of(facts.peeled(value)).map(|binding| facts.binding(binding).kind);
        matches!(binding, Some(BindingKind::Parameter(_)))
    };
    brings(context, growth, value) || context.project.is_listening() && given()
}

/// How other files call a function for each request.
struct Calls<'a> {
    /// The first of them.
    path: &'a str,
    /// How often that is, as a clause.
    how: &'a str,
    /// Whether more than a hint says so.
    firm: bool,
    /// Which of the function's own arguments come with the request, a bit for each.
    brings: u32,
}

/// How other files call a function, or one that calls it in this file.
fn abroad<'a>(context: &Context<'a>, function: FunctionId, hops: u32) -> Option<Calls<'a>> {
    let (facts, hops) = (context.facts, hops.checked_sub(1)?);
    let named = facts.enclosing(function).find(|id| facts.function(*id).kind == FunctionKind::Named)?;
    let own = facts.function(named);
    let owner = facts.owner_of(named).map(|ty| facts.text(facts.ty(ty).name));
    // What a function makes anew with each call is called on what that hands out, of which nobody knows how long it is used.
    let inner = owner.is_none() && own.parent.is_some_and(|around| !facts.at_top(around));
    if inner {
        return None;
    }
    let called = match owner {
        Some(ty) if own.traits.is_constructor => Called { path: context.path, language: &facts.language, owner: None, name: ty },
        _ => Called { path: context.path, language: &facts.language, owner, name: facts.text(own.name?) },
    };
    let calls: Vec<_> = context.project.served(&called).collect();
    if let Some((file, call)) = calls.iter().find(|(_, call)| call.firm).or(calls.first()) {
        let brings = calls.iter().fold(0, |bits, (_, call)| bits | call.brings);
        return Some(Calls { path: &file.path, how: file.text(call.how), firm: call.firm, brings });
    }
    let mut callers = served::callers(facts, named).into_iter();
    callers.find_map(|call| Some(Calls { brings: 0, ..abroad(context, facts.function_of(call), hops)? }))
}

/// Whether a function is named like a registration, and nothing says that what serves requests calls it.
pub fn is_registration(context: &Context, growth: &Growth) -> bool {
    let (facts, words) = (context.facts, &context.words.words);
    lifetime::named(facts, &words.adding, growth.function)
        && !lifetime::is_entered(facts, words, growth.function)
        && served(context, growth).is_none()
}
