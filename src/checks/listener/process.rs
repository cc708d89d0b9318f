//! What is registered for the life of the process, and how often, as evidence.

use super::check::Registered;
use super::emitter;
use super::identity;
use super::reach::{self, Reach};
use super::tenure;
use crate::checks::Context;
use crate::checks::growth::hearsay;
use crate::checks::lives::callback::{self, Holds};
use crate::checks::lives::kept;
use crate::checks::lives::key;
use crate::checks::lives::life;
use crate::checks::lives::lifetime;
use crate::checks::lives::owner::{self, Runs};
use crate::checks::lives::sole;
use crate::checks::work::home;
use crate::facts::{ExprId, ExprKind, Facts, FunctionId, PlaceId, Root, TypeId};
use crate::finding::{Evidence, Stance, Weight};

/// Among the methods by which a registration is ended, the call of the function that it gives back.
const GIVEN_BACK: &str = "__call__";

/// The registry lives as long as the process.
pub fn lasting(context: &Context, one: &Registered, runs: Runs) -> Vec<Evidence> {
    let (facts, words) = (context.facts, &context.words.words);
    let mut evidence = Vec::new();
    if let Some(span) = life::span(facts, words, one.function) {
        evidence.push(life::left(facts, &span, &one.registration.kind));
        return evidence;
    }
    let owner = facts.owner_of(one.function).filter(|_| one.holds == Holds::Instance);
    evidence.extend(unregistered(context, one));
    let Some(ty) = owner else {
        evidence.extend(frequency(context, one));
        evidence.extend(context.command(Weight::Strong).filter(|_| !words.drawn.is_empty()));
        let told = evidence.iter().any(|piece| piece.stance == Stance::For);
        if !told && !is_one_of_many(context, one) && !words.drawn.is_empty() {
            evidence.push(Evidence::doubts(Weight::Slight, "nothing says that it is done more than once"));
        }
        return evidence;
    };
    let name = facts.text(facts.ty(ty).name);
    evidence.push(Evidence::supports(Weight::Slight, format!("every `{name}` stays reachable until the process ends")));
    let declared = sole::is_declared(facts, ty) || facts.exported.is_some() && owner::makes_one(facts, ty);
    let rerun = facts.function(one.function).traits.is_constructor && owner::is_single(facts, ty) && !declared;
    if rerun {
        let text = format!("`{name}` keeps one instance, and its constructor still runs with every call");
        evidence.push(Evidence::supports(Weight::Fair, text));
    } else if declared || owner::is_single(facts, ty) || owner::made_at_top(facts, ty).is_some() {
        evidence.push(Evidence::doubts(Weight::Decisive, format!("there is one `{name}` in the process")));
    } else if key::ends_with(&words.lasting, name) {
        // What has an end is not meant to, whatever it is called.
        let ends = facts.exported.is_some() && tenure::has_end(facts, words, ty, one.function);
        let weight = if ends { Weight::Slight } else { Weight::Fair };
        evidence.push(Evidence::doubts(weight, format!("a `{name}` may live as long as the process")));
    }
    let starting = |word: &str| words.running.iter().any(|own| own == word);
    if !words.drawn.is_empty()
        && one.registration.remove.is_empty()
        && let crate::index::Tenure::Lasting(path) = context.project.tenure(context.path, name, &starting)
    {
        evidence.push(Evidence::doubts(Weight::Fair, format!("{path} keeps a `{name}` for as long as the process lives")));
    }
    evidence.extend(at_exit(context, one, ty));
    evidence.extend(passed_along(context, one));
    let given_back = one.registration.disposer.iter().any(|word| word == GIVEN_BACK);
    if one.registration.remove.is_empty() && !one.registration.add.is_empty() && !given_back {
        evidence.push(Evidence::supports(Weight::Slight, "there is no way to take it back"));
    }
    // What is there for as long as the process drops what would end it.
    if given_back && owner::teardowns(facts, ty).is_empty() {
        let text = format!("a `{name}` has no end, so perhaps it lives as long as the process");
        evidence.push(Evidence::doubts(Weight::Strong, text));
    }
    if !words.drawn.is_empty() {
        evidence.extend(context.command(Weight::Strong));
    }
    let constructs = facts.function(one.function).traits.is_constructor;
    let called = owner::name_of(facts, one.function);
    let begins = key::starts_with(&words.setup, called) || !words.drawn.is_empty() && key::ends_with(&words.startup, called);
    if !constructs && begins {
        evidence.push(Evidence::doubts(Weight::Strong, "it sounds like set-up"));
    } else if runs == Runs::PerCall {
        evidence.push(Evidence::doubts(Weight::Slight, "nothing says how often it is registered"));
    }
    evidence
}

/// Whether the file or the project shows that a registration is made again and again: for each request or event, or by each
/// of the objects that a loop makes.
pub fn comes_again(context: &Context, one: &Registered) -> bool {
    let (facts, words) = (context.facts, &context.words.words);
    let served = |function| lifetime::serves(facts, words, function).is_some_and(|piece| piece.weight >= Weight::Fair);
    let own = facts.function(one.function);
    let Some(ty) = facts.owner_of(one.function).filter(|_| own.traits.is_constructor) else { return served(one.function) };
    let again = |call: &ExprId| facts.in_loop(*call) || served(facts.function_of(*call));
    facts.ty(ty).made.iter().any(again) || context.project.is_made_in_loop(context.path, facts.text(facts.ty(ty).name))
}

/// A receiver of a signal that registers for the same sender: it runs once for each class that there is.
fn passed_along(context: &Context, one: &Registered) -> Option<Evidence> {
    let facts = context.facts;
    let own = facts.function(one.function);
    let told = own.params.iter().any(|param| param.kind == crate::facts::ParamKind::Named);
    let same = |arg: &ExprId| match facts.kind(*arg) {
        ExprKind::Named { name, value } => {
            let mut told = own.params.iter().filter(|param| param.name == name);
            told.any(|param| hearsay::mentions(facts, value, param.binding, hearsay::HOPS))
        }
        _ => false,
    };
    let told = told && !context.words.words.drawn.is_empty() && facts.args(one.at).iter().any(same);
    let text = "it is registered for what the function itself is told of, once for each";
    told.then(|| Evidence::doubts(Weight::Strong, text).at(own.head))
}

/// An emitter that is not known to come from the registry of the process, such as a logger that was made by hand.
fn unregistered(context: &Context, one: &Registered) -> Option<Evidence> {
    let facts = context.facts;
    let origin = &one.registration.origin;
    let emitter = one.emitter.filter(|_| !origin.is_empty())?;
    if reach::of(facts, emitter) == Reach::Process || emitter::comes_from(facts, origin, emitter) {
        return None;
    }
    Some(Evidence::doubts(Weight::Decisive, "nothing says that the emitter is one of those that the process keeps"))
}

/// To end an object with the process is what somebody wants who has one of it. It matters where there are many: where
/// functions make it for themselves, or where a finaliser waits that can never run.
fn at_exit(context: &Context, one: &Registered, ty: TypeId) -> Option<Evidence> {
    let (facts, words) = (context.facts, &context.words.words);
    let fits = |word: &crate::rules::Pattern| word.fits(facts.callee_path(one.at), facts.method_name(one.at));
    if !words.at_exit.iter().any(fits) {
        return None;
    }
    let finaliser = |method: &&FunctionId| {
        facts.function(**method).name.is_some_and(|name| words.finaliser.iter().any(|word| word == facts.text(name)))
    };
    if let Some(method) = facts.ty(ty).methods.iter().find(finaliser).filter(|_| !is_of_type(facts, one.callback, ty)) {
        if callback::function_behind(facts, one.callback) == Some(*method) {
            let text = "what it registers is the finaliser, so it is meant to be kept until the end";
            return Some(Evidence::doubts(Weight::Strong, text).at(facts.function(*method).head));
        }
        let text = "its finaliser can never run, because the registry keeps the object";
        return Some(Evidence::supports(Weight::Slight, text).at(facts.function(*method).head));
    }
    let starting = |name: &str| words.running.iter().any(|word| word == name);
    let many = context.project.made_for_calls(context.path, facts.text(facts.ty(ty).name), &starting);
    // A command makes one and ends; what sets things up makes one.
    let many =
        many.filter(|(function, path)| !lifetime::is_among_programs(words, path) && !key::starts_with(&words.setup, function));
    match many {
        Some((function, path)) => {
            let text = format!("`{function}` in {path} makes one for each call");
            Some(Evidence::supports(Weight::Slight, text))
        }
        None if context.project.len() > 1 => Some(Evidence::doubts(Weight::Strong, "nothing in the project makes many of them")),
        None => None,
    }
}

/// Whether a callback is a function of the type that is called without an instance: what it is given beside it is kept, and
/// the object can go.
fn is_of_type(facts: &Facts, callback: ExprId, ty: TypeId) -> bool {
    let named =
        |method: &FunctionId| facts.function(*method).name.map(|name| facts.text(name)) == key::last_name(facts, callback);
    facts.ty(ty).methods.iter().find(|method| named(method)).is_some_and(|method| facts.function(*method).receiver.is_none())
}

/// Whether the project is known, and no function of it makes the object for itself. What the object keeps in a field is its
/// own, and not the set-up of something that there is once.
fn is_made_seldom(context: &Context, one: &Registered) -> bool {
    let (facts, words) = (context.facts, &context.words.words);
    let own = |place: &PlaceId| matches!(facts.places.get(*place).root, Root::Instance(_));
    if kept::holders(facts, one.callback).iter().any(own) {
        return false;
    }
    let Some(ty) = facts.owner_of(one.function).filter(|_| !words.drawn.is_empty() && context.project.len() > 1) else {
        return false;
    };
    let starting = |name: &str| words.running.iter().any(|word| word == name);
    context.project.made_for_calls(context.path, facts.text(facts.ty(ty).name), &starting).is_none()
}

/// How often a registration is made that keeps no instance, but what one call made.
fn frequency(context: &Context, one: &Registered) -> Option<Evidence> {
    let facts = context.facts;
    let function = facts.function(one.function);
    let words = &context.words.words;
    let serves = lifetime::serves(facts, words, one.function);
    if !words.drawn.is_empty() {
        if home::has_own_process(facts, one.function) {
            let text = "the function is all that a process of its own does, and the registration goes with it";
            return Some(Evidence::doubts(Weight::Decisive, text).at(function.head));
        }
        if lifetime::named(facts, &words.ending, one.function) {
            return Some(Evidence::doubts(Weight::Strong, "it is registered where something ends").at(function.head));
        }
    }
    let at_exit = context.words.words.at_exit.iter().any(|word| word.fits(facts.callee_path(one.at), facts.method_name(one.at)));
    if serves.is_none() && function.traits.is_constructor && !at_exit && is_made_seldom(context, one) {
        return Some(Evidence::doubts(Weight::Strong, "nothing in the project makes many of the objects that register it"));
    }
    if serves.is_none() && function.traits.is_constructor && at_exit {
        return Some(Evidence::doubts(Weight::Fair, "nothing says how many objects there are that register it"));
    }
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
    if closure && identity::handed_out(facts, one) {
        Some(Evidence::supports(Weight::None, "what it keeps is made anew with each call"))
    } else {
        Some(Evidence::doubts(Weight::Strong, "nothing says how often it is registered"))
    }
}

/// Whether the object that registers is made for one piece of work, or for each call of something in the project.
fn is_one_of_many(context: &Context, one: &Registered) -> bool {
    let (facts, words) = (context.facts, &context.words.words);
    let Some(ty) = facts.owner_of(one.function) else { return false };
    let name = facts.text(facts.ty(ty).name);
    let starting = |word: &str| words.running.iter().any(|own| own == word);
    key::ends_with(&words.passing, name) || context.project.made_for_calls(context.path, name, &starting).is_some()
}
