//! What shows that growth is none of a program's few things: keys that events carry, or code that means entries to go.

use super::container::{Growth, Held};
use super::counterpart;
use super::hearsay;
use super::rate;
use super::relief;
use super::served;
use crate::checks::Context;
use crate::checks::lives::acquire;
use crate::checks::lives::event;
use crate::checks::lives::fresh::{self, Fresh};
use crate::checks::lives::kept;
use crate::checks::lives::lifetime::{self, Life};
use crate::facts::{BindingId, BindingKind, ExprId, FunctionId};
use crate::finding::{Evidence, Weight};
use crate::rules::Check;

/// The doubt about growth of which neither the code around it nor an event shows that entries come and should go: most of
/// what programs keep in memory has as many entries as they have things of that kind. Where files say what they export.
pub fn doubts(context: &Context, (held, growth): (&Held, &Growth), undone: bool) -> Vec<Evidence> {
    let (facts, words) = (context.facts, &context.words.words);
    let meant = || {
        undone
            || counterpart::address(context, growth).is_some()
            || relief::adds_itself(context, held, growth)
            || relief::pruned(context, held).is_some()
            || held.life == Life::Closure && growth.value.is_some_and(|value| rate::is_work(facts, words, value))
    };
    let comes = |key| is_carried(context, growth, key) || is_new(context, key);
    let guest = |key| context.rule.check == Check::Cache && fresh::is_guest(facts, words, key);
    let brings = || match growth.key {
        Some(key) => comes(key) || guest(key),
        // A list without keys may be the result of one job, whoever tells of its items.
        None if held.life == Life::Instance && growth.value.is_some_and(|value| is_work_of(context, value)) => false,
        None => growth.value.is_some_and(|value| is_carried(context, growth, value)),
    };
    let lasting = || held.life == Life::Loop || lifetime::ticks(facts, growth.at).is_some() || ticks(context, growth.function);
    if facts.exported.is_none() || meant() || brings() || lasting() {
        return Vec::new();
    }
    let text = "no event brings its keys, and nothing shows that entries should be taken out";
    let few = "its entries may be as few as the program has things of that kind";
    vec![Evidence::doubts(Weight::Decisive, text), Evidence::doubts(Weight::Strong, few)]
}

/// The doubt about an entry that stays behind under a key which no event brings: what it stands for may be wanted for as
/// long as its owner is there.
pub fn kept_for_owner(context: &Context, growth: &Growth) -> Option<Evidence> {
    let key = growth.key.filter(|_| context.facts.exported.is_some())?;
    let guest = fresh::is_guest(context.facts, &context.words.words, key);
    (!guest && !is_carried(context, growth, key) && !is_new(context, key))
        .then(|| Evidence::doubts(Weight::Decisive, "no event brings its keys, and it may be asked for it later"))
}

/// Whether a value stands for one piece of work, or settles it.
fn is_work_of(context: &Context, value: ExprId) -> bool {
    rate::is_work(context.facts, &context.words.words, value) || rate::settles(context, value).is_some()
}

/// How many functions are followed in a row.
const HOPS: u32 = 3;

/// Whether a request, message or event brings a value to the function that adds it.
fn is_carried(context: &Context, growth: &Growth, value: ExprId) -> bool {
    served::brings(context, growth, value) || is_told(context, growth.function, value, HOPS)
}

/// Whether a value is made of what a function around is told of one event, or of what this file hands that function.
fn is_told(context: &Context, function: FunctionId, value: ExprId, hops: u32) -> bool {
    let facts = context.facts;
    let Some(hops) = hops.checked_sub(1) else { return false };
    let mentions = |param: BindingId| hearsay::mentions(facts, value, param, hearsay::HOPS);
    carriers(context, function).into_iter().any(mentions)
        || facts.within(value).chain([value]).any(|part| {
            let passed = acquire::passed(facts, part);
            passed.into_iter().any(|given| is_told(context, facts.function_of(given), given, hops))
        })
}

/// The parameters by which the functions around are told of one event.
fn carriers(context: &Context, function: FunctionId) -> Vec<BindingId> {
    let (facts, words) = (context.facts, &context.words.words);
    let told = facts.enclosing(function).filter(|id| event::asked_again(facts, words, *id).is_some());
    let params = told.flat_map(|id| facts.function(id).params.iter().map(|param| param.binding));
    let given = lifetime::given(facts, words, function).filter(|of| matches!(facts.binding(*of).kind, BindingKind::Parameter(_)));
    params.chain(given).collect()
}

/// Whether a key is made anew each time: counted up, or drawn at random.
pub fn is_new(context: &Context, key: ExprId) -> bool {
    let (facts, words) = (context.facts, &context.words.words);
    let value =
        facts.binding_of(key).and_then(|binding| kept::only_value(facts, &facts.binding(binding).definitions)).unwrap_or(key);
    let drawn = |call: ExprId| words.anew.iter().any(|word| word.fits(facts.callee_path(call), facts.method_name(call)));
    fresh::fresh(facts, words, key) == Some(Fresh::Drawn) || drawn(value)
}

/// Whether a function is given to what calls it at intervals, or is called by one that is.
fn ticks(context: &Context, function: FunctionId) -> bool {
    let (facts, words) = (context.facts, &context.words.words);
    let timed = |id: FunctionId| {
        let call = event::asked_again(facts, words, id);
        call.and_then(|call| facts.callee_name(call)).is_some_and(|name| words.timed.iter().any(|word| word == name))
    };
    let called = || facts.function(function).callers.iter().any(|call| facts.enclosing(facts.function_of(*call)).any(timed));
    facts.enclosing(function).any(timed) || called()
}
