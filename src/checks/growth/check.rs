//! A collection that outlives the call, grows again and again, and is never relieved. Caches are told apart by their
//! shape: an entry is made when its key is missing, and handed out again later.

use super::abroad;
use super::astray;
use super::carried;
use super::confused;
use super::container::{self, Growth, Held};
use super::counterpart;
use super::fixed;
use super::hearsay;
use super::holder;
use super::notice;
use super::rate;
use super::reach;
use super::recur;
use super::relief;
use super::served;
use super::signs;
use super::spent;
use super::tell;
use super::unasked;
use super::vetted;
use crate::checks::Context;
use crate::checks::lives::key::{self, Keys};
use crate::checks::lives::lifetime;
use crate::checks::lives::lifetime::Life;
use crate::facts::{Root, Segment};
use crate::finding::{Evidence, Finding, Severity, Stance, Weight};
use crate::rules::Check;

/// Findings of the rules that ask for `growth` or `cache`.
pub fn check(context: &Context) -> Vec<Finding> {
    served::report(context);
    let all = container::held(context);
    all.iter().filter_map(|held| surest(judge(context, held, &all), amiss(context, held))).collect()
}

/// What the code itself shows to be amiss, whatever names say of how often it runs: entries are taken out by halves,
/// under another key, or only while something is there.
fn amiss(context: &Context, held: &Held) -> Option<Finding> {
    let asked = context.rule.check == Check::Growth;
    let shown = || {
        let halves = astray::check(context, held).or_else(|| spent::check(context, held));
        halves.or_else(|| confused::check(context, held)).or_else(|| unasked::check(context, held))
    };
    asked.then(shown).flatten()
}

/// The surer one of two findings about one collection.
fn surest(one: Option<Finding>, other: Option<Finding>) -> Option<Finding> {
    match (one, other) {
        (Some(one), Some(other)) if other.confidence > one.confidence => Some(other),
        (one, other) => one.or(other),
    }
}

fn judge(context: &Context, held: &Held, all: &[Held]) -> Option<Finding> {
    let facts = context.facts;
    let growth: Vec<&Growth> = held.growth.iter().filter(|growth| recur::recurring(context, held, growth)).collect();
    if recur::made_again(context, held) {
        return None;
    }
    let telling = |growth: &&&Growth| {
        relief::adds_itself(context, held, growth) || (growth.by_read && relief::looked_up(facts, held, growth))
    };
    let first = growth.iter().find(telling).or(growth.first()).copied()?;
    let caching = growth.iter().all(|growth| recur::caches(facts, held, growth));
    if caching != (context.rule.check == Check::Cache) || recur::measured(facts, held) || recur::reset_first(facts, held, first) {
        return None;
    }
    if shared(context, held) || fixed::is_sized(context, held, first) {
        return None;
    }
    let mut evidence = holder::owner(context, held);
    let vague = holder::vague(context, held, &evidence);
    evidence.extend(relief::relief(context, held, first)?);
    evidence.extend(abroad::relief(context, held)?);
    // What takes something out of the entry undoes what was put into it.
    let inner = !context.words.words.drawn.is_empty() && signs::emptied(context, held);
    let neglected = counterpart::neglected(context, held, first).filter(|_| !inner);
    let undone = neglected.is_some();
    let anew = rate::anew(context, held, first);
    let often = rate::often(context, first, undone).filter(|_| anew.is_none());
    evidence.extend(anew);
    evidence.extend(notice::doubts(context, held, first));
    let surely = often.as_ref().is_some_and(|often| often.stance == Stance::For && often.weight >= Weight::Strong);
    // An end that leaves an entry under a key of which there may be few says less of the owner.
    let unknown = |key| key::entries(facts, &context.words.words, held.place, key) == Keys::Unknown;
    let told = undone && !first.key.is_some_and(unknown);
    evidence.extend(vague.filter(|_| !surely && !told));
    if undone && !is_structure(context, first) {
        evidence.retain(|piece| !holder::is_unknown(piece));
    }
    let shown: Vec<Evidence> =
        relief::siblings(context, held, first, all).into_iter().chain(relief::pruned(context, held)).chain(neglected).collect();
    let alone = first.key.is_none() || first.key == first.value;
    let works = |value| {
        rate::settles(context, value).is_some() || held.life == Life::Closure && rate::is_work(facts, &context.words.words, value)
    };
    // What few things are moved between shows no growth.
    let several =
        |key| facts.exported.is_none() || facts.typed || key::entries(facts, &context.words.words, held.place, key) == Keys::Open;
    let keyed = first.key.is_some_and(several) && !shown.is_empty()
        || alone && relief::adds_itself(context, held, first)
        || first.value.is_some_and(works);
    evidence.extend(shown);
    evidence.extend(hearsay::doubts(context, held, first, keyed));
    evidence.extend(rate::rate(context, held, first, (often.as_ref(), undone)));
    evidence.extend(reach::reach(context, held));
    evidence.extend(fixed::doubts(context, held, first));
    evidence.extend(vetted::doubts(context, held, first));
    let known = signs::Known { undone, often: often.is_some(), surely: surely || hearsay::seen(context, first) };
    signs::weigh(context, (held, first), all, known, &mut evidence);
    evidence.extend(carried::doubts(context, (held, first), undone));
    let mut finding = tell::tell(context, held, first, evidence);
    finding.severity = exposure(context, held, first, often.as_ref());
    Some(finding)
}

/// Whether it grows by `add` or the like and has no keys, as any data structure does, which goes with what it is made for.
fn is_structure(context: &Context, growth: &Growth) -> bool {
    let words = &context.words.words;
    !words.drawn.is_empty() && growth.key.is_none() && lifetime::named(context.facts, &words.adding, growth.function)
}

/// Whether other types may have the same guarded collection, and one of them takes entries out of it under the same name.
fn shared(context: &Context, held: &Held) -> bool {
    let facts = context.facts;
    let (Root::Instance(_), [Segment::Field(name)]) =
        (facts.places.get(held.place).root, facts.places.get(held.place).path.as_slice())
    else {
        return false;
    };
    facts.typed
        && holder::is_counted(facts, &context.words.words, held)
        && context.project.called(&facts.language, facts.text(*name), &held.container.shrink).is_some()
}

/// How bad the growth is, by who can reach it: high where each request, message or tick adds to it, low where only the
/// start of the program does.
fn exposure(context: &Context, held: &Held, growth: &Growth, often: Option<&Evidence>) -> Severity {
    if held.life == Life::Loop || lifetime::ticks(context.facts, growth.at).is_some() {
        return Severity::High;
    }
    match often {
        Some(often) if often.stance == Stance::Against => Severity::Low,
        Some(often) if often.weight > Weight::Slight => Severity::High,
        _ => Severity::Medium,
    }
}
