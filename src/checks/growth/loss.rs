//! Entries that are left behind: a collection beside others keyed alike is not cleaned where they are.

use super::answered;
use super::apart;
use super::carried;
use super::clear;
use super::container::{self, Growth, Held};
use super::denied;
use super::fixed;
use super::holder;
use super::orphan;
use super::paired;
use super::revive;
use super::undo;
use crate::checks::Context;
use crate::checks::lives::key::{self, Keys};
use crate::checks::lives::lifetime;
use crate::checks::lives::lifetime::Life;
use crate::facts::{Action, ExprId, Facts, FunctionId, Operation};
use crate::finding::{Evidence, Finding, Mark, Role, Stance, Weight};

/// Findings of the rule that asks for `loss`.
pub fn check(context: &Context) -> Vec<Finding> {
    let all = container::held(context);
    let found = |held| {
        revive::revived(context, held)
            .or_else(|| clear::forgotten(context, held))
            .or_else(|| uneven(context, held, &all))
            .or_else(|| undo::missed(context, held))
            .or_else(|| paired::missed(context, held))
            .or_else(|| denied::denied(context, held))
    };
    let mut findings: Vec<Finding> = all.iter().filter_map(found).collect();
    findings.extend(orphan::check(context));
    findings.extend(answered::check(context));
    findings.dedup_by_key(|finding| finding.primary.span);
    findings
}

/// A map that is filled beside a sibling under the same key, and not cleaned in a function that cleans the sibling.
fn uneven(context: &Context, held: &Held, all: &[Held]) -> Option<Finding> {
    let facts = context.facts;
    if held.life == Life::Closure || super::recur::measured(facts, held) {
        return None;
    }
    let lasting = holder::owner(context, held);
    if !lasting.iter().any(|piece| piece.stance == Stance::For) {
        return None;
    }
    let root = facts.places.get(held.place).root;
    for growth in held.growth.iter().filter(|growth| growth.key.is_some() && !growth.by_read) {
        if !lifetime::recurs(facts, &context.words.words, &context.words.words.setup, held.life, growth.function) {
            continue;
        }
        for sibling in all.iter().filter(|other| other.place != held.place && facts.places.get(other.place).root == root) {
            if let Some(twin) = filled_alike(facts, growth, sibling)
                && many(context, growth, twin)
                && !undo::excluded(facts, growth.at, twin.at)
                && let Some(missed) = cleaned_alone(facts, sibling, held, growth.function)
            {
                return Some(tell(context, held, growth, sibling, twin, missed));
            }
        }
    }
    None
}

/// Whether there is no end of keys. In two maps from each other's values to each other's keys there are as many of both.
fn many(context: &Context, growth: &Growth, twin: &Growth) -> bool {
    let many = |key: Option<ExprId>| key.is_some_and(|key| key::keys(context.facts, &context.words.words, key) > Keys::Few);
    many(growth.key) || crossed(context.facts, growth, twin) && many(twin.key)
}

/// The growth of a sibling in the same function under the same key, or with key and value the other way round.
fn filled_alike<'a>(facts: &Facts, growth: &Growth, sibling: &'a Held) -> Option<&'a Growth> {
    let alike = |other: &Growth| other.key.is_some_and(|key| same(facts, key, growth.key)) || crossed(facts, growth, other);
    sibling.growth.iter().find(|other| other.function == growth.function && alike(other))
}

/// Whether each of two entries has the other's key for its value.
fn crossed(facts: &Facts, one: &Growth, other: &Growth) -> bool {
    let is = |a: Option<ExprId>, b: Option<ExprId>| a.is_some_and(|a| same(facts, plain(facts, a), b.map(|b| plain(facts, b))));
    facts.typed && is(one.key, other.value) && is(one.value, other.key)
}

/// What a copy is a copy of.
fn plain(facts: &Facts, expr: ExprId) -> ExprId {
    let copies = facts.callee_name(expr).is_some_and(|name| name == "clone") && facts.args(expr).is_empty();
    facts.callee(expr).receiver.filter(|_| copies).unwrap_or(expr)
}

fn same(facts: &Facts, a: ExprId, b: Option<ExprId>) -> bool {
    let Some(b) = b else { return false };
    match (facts.place(a), facts.place(b)) {
        (Some(a), Some(b)) => a == b,
        _ => false,
    }
}

/// A function in which single entries leave the sibling, and none leaves the map, itself or through a call.
fn cleaned_alone(facts: &Facts, sibling: &Held, held: &Held, filling: FunctionId) -> Option<ExprId> {
    let single = |release: &&container::Release| {
        let own = facts.function(release.function);
        // What fills both and takes out of one keeps a state there, not a twin.
        release.function != filling
            && release.certain
            && !release.replaced
            && !own.traits.is_constructor
            // With a destructor both go, emptied or not.
            && (!facts.raii || !own.traits.is_teardown)
            && !whole(facts, sibling, release.at)
    };
    let cleaned = |release: &container::Release| release.function == filling && release.certain && !release.replaced;
    if held.release.iter().any(cleaned) {
        return None;
    }
    let leaves = |function: FunctionId| {
        held.release.iter().any(|release| {
            release.function == function || calls(facts, function, release.function) || calls(facts, release.function, function)
        })
    };
    sibling.release.iter().filter(single).find(|release| !leaves(release.function)).map(|release| release.at)
}

/// A call that ends everything at once says nothing about single entries.
fn whole(facts: &Facts, sibling: &Held, at: ExprId) -> bool {
    facts.method_name(at).is_some_and(|name| sibling.container.empty.iter().any(|word| word == name))
}

fn calls(facts: &Facts, from: FunctionId, to: FunctionId) -> bool {
    facts.function(from).calls.iter().any(|call| facts.callee(*call).function == Some(to))
}

fn tell(context: &Context, held: &Held, growth: &Growth, sibling: &Held, twin: &Growth, missed: ExprId) -> Finding {
    let facts = context.facts;
    let (name, other) = (facts.display(held.place), facts.display(sibling.place));
    let message = format!("an entry of `{name}` stays behind where its twin in `{other}` is taken out");
    let mut finding = context.finding(growth.at, message, "the entry is made here".to_owned());
    finding.related.push(Mark::new(Role::Acquire, facts.expr(twin.at).span, format!("`{other}` gets its twin here")));
    finding.related.push(Mark::new(
        Role::Exit,
        facts.expr(missed).span,
        format!("the twin leaves here, the entry of `{name}` does not"),
    ));
    finding.risk = format!("`{name}` keeps one entry for each that `{other}` has let go");
    finding.evidence.push(Evidence::supports(Weight::Fair, "both are filled under the same key in the same function"));
    let elsewhere = held.release.iter().find(|release| release.certain);
    match elsewhere {
        Some(release) => finding
            .evidence
            .push(Evidence::doubts(Weight::Decisive, "entries do leave it elsewhere").at(facts.expr(release.at).span)),
        None => finding.evidence.push(Evidence::supports(Weight::Fair, "no single entry ever leaves it in this file")),
    }
    let drawn = !context.words.words.drawn.is_empty();
    let sized = fixed::known(facts, growth).filter(|_| drawn);
    let apart =
        if drawn || facts.exported.is_some() { apart::doubts(facts, held, sibling, (growth, twin), missed) } else { Vec::new() };
    let owner = holder::owner(context, held);
    // How long the owner lives matters only where entries do gather.
    let gathers = elsewhere.is_none() && sized.is_none() && apart.is_empty();
    finding.evidence.extend(owner.into_iter().filter(|piece| gathers || piece.stance == Stance::Against));
    finding.evidence.extend(sized);
    finding.evidence.extend(carried::kept_for_owner(context, growth));
    if remembers(context, held, growth) {
        let text = "all that is asked of it is whether something was there before, also after it has gone";
        finding.evidence.push(Evidence::doubts(Weight::Decisive, text));
    }
    if let Some(key) = fixed::constant_key(facts, held).filter(|_| drawn) {
        let text = "it is also given keys that are constants, so there are so many";
        finding.evidence.push(Evidence::doubts(Weight::Decisive, text).at(facts.expr(key).span));
    }
    finding.evidence.extend(apart);
    if returned(facts, held) {
        finding.evidence.push(Evidence::doubts(Weight::Fair, "it is handed out, so a caller could remove entries"));
    }
    finding.weigh(context.prior())
}

fn returned(facts: &Facts, held: &Held) -> bool {
    facts.operations(held.place).iter().any(|Operation { action, .. }| *action == Action::Returned)
}

/// Whether a collection of mere marks is only ever asked for what was there before.
fn remembers(context: &Context, held: &Held, growth: &Growth) -> bool {
    let facts = context.facts;
    // An element of a set is its own key.
    let mark = growth.value.is_none_or(|value| facts.literal(value).is_some() || growth.key == Some(value));
    let asks = |action: &Action| !matches!(action, Action::GetItem { .. } | Action::Iterated | Action::Argument { .. });
    let tested = facts.operations(held.place).iter().any(|operation| operation.action == Action::Tested);
    !context.words.words.drawn.is_empty()
        && mark
        && tested
        && facts.operations(held.place).iter().all(|operation| asks(&operation.action))
}
