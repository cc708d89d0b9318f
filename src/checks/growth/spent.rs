//! Maps whose values lose what is in them, or belong to something that ends, while their keys stay: the code that is told
//! of the end has the entry at hand, and leaves it.

use super::container::{Growth, Held};
use super::fixed;
use super::holder;
use super::made;
use super::rate;
use super::reach;
use super::recur;
use super::relief;
use super::undo;
use super::vetted;
use super::{abroad, tell};
use crate::checks::Context;
use crate::checks::lives::fresh;
use crate::checks::lives::key::{self, Keys};
use crate::checks::lives::lifetime::{self, Life};
use crate::facts::{Action, BindingId, BindingKind, ExprId, Facts, FunctionId, Operation, PlaceId, Segment, Source};
use crate::finding::{Evidence, Finding, Mark, Role, Stance, Weight};

/// What shows that an entry has served its purpose, and stays.
enum Spent {
    /// One thing is taken out of what it holds.
    Pruned(ExprId),
    /// It is used where what its key stands for ends.
    Ended(ExprId, FunctionId),
}

/// The finding at a map whose entries stay when nothing is left of what they were made for.
pub fn check(context: &Context, held: &Held) -> Option<Finding> {
    if !matches!(held.life, Life::Instance | Life::Module | Life::Type) || recur::measured(context.facts, held) {
        return None;
    }
    let (growth, how) = held.growth.iter().find_map(|growth| Some((growth, spent(context, held, growth)?)))?;
    // Single entries that leave anywhere, also in a finaliser, are entries that are looked after.
    let single = held.release.iter().any(|release| !undo::is_whole(context.facts, held, release));
    if single || recur::made_again(context, held) || fixed::is_sized(context, held, growth) {
        return None;
    }
    let mut evidence = relief::relief(context, held, growth)?;
    evidence.extend(abroad::relief(context, held)?);
    let owner = holder::owner(context, held);
    evidence.extend(owner.into_iter().filter(|piece| !holder::is_unknown(piece)));
    // What ends comes and goes, whatever it is called.
    evidence.extend(matches!(how, Spent::Pruned(_)).then(|| variety(context, held, growth)).flatten());
    evidence.extend(reach::reach(context, held));
    evidence.extend(fixed::doubts(context, held, growth));
    evidence.extend(vetted::doubts(context, held, growth));
    evidence.extend(rate::often(context, growth, true).filter(|piece| piece.stance == Stance::Against));
    Some(told(context, held, growth, &how, evidence))
}

/// What is done with the entries that `growth` makes when they are of no use any more.
fn spent(context: &Context, held: &Held, growth: &Growth) -> Option<Spent> {
    let (facts, words) = (context.facts, &context.words.words);
    let own = facts.function(growth.function);
    let few = growth.key.is_none_or(|key| key::entries(facts, words, held.place, key) <= Keys::Few);
    let again = !own.traits.is_constructor && lifetime::recurs(facts, words, &[], held.life, growth.function);
    if !again || few || facts.runs_once_at(growth.at) {
        return None;
    }
    let item = facts.member(held.place, Segment::Item)?;
    let pruned = || holds_many(context, item, growth).then(|| pruned(context, item, growth)).flatten();
    pruned().map(Spent::Pruned).or_else(|| ended(context, held, growth).map(|(at, by)| Spent::Ended(at, by)))
}

/// Whether a new entry holds a collection of its own, to which its function adds, or which it is given.
fn holds_many(context: &Context, item: PlaceId, growth: &Growth) -> bool {
    let facts = context.facts;
    let makes = |value: ExprId| made::container(context, value).is_some();
    let given = growth.value.is_some_and(|value| {
        let named = facts.binding_of(value).map(|binding| facts.binding(binding).definitions.as_slice()).unwrap_or_default();
        makes(value) || named.iter().any(|one| matches!(one.source, Source::Assigned(value) if makes(value)))
    });
    let adds = |operation: &Operation| match operation.action {
        Action::Method { name, .. } => {
            let all = &context.words.container;
            all.iter().any(|one| one.grow.iter().chain(&one.put).any(|word| word == facts.text(name)))
        }
        Action::SetItem { .. } => true,
        _ => false,
    };
    let filled = |operation: &Operation| operation.function == growth.function && adds(operation);
    let made = growth.by_read || growth.value.is_none();
    given && !growth.by_read || made && facts.operations(item).iter().any(filled)
}

/// Where another function takes one thing out of what an entry holds.
fn pruned(context: &Context, item: PlaceId, growth: &Growth) -> Option<ExprId> {
    let facts = context.facts;
    let takes_one = |name: &str| {
        let all = &context.words.container;
        all.iter().any(|one| has(&one.shrink, name)) && !all.iter().any(|one| has(&one.empty, name))
    };
    let away = |operation: &&Operation| {
        operation.function != growth.function
            && !facts.function(operation.function).traits.is_constructor
            && match operation.action {
                Action::Method { name, call } => {
                    // What takes the next one off an end consumes a queue.
                    let told = facts.positional(call, 0).is_some_and(|arg| facts.literal(arg).is_none());
                    told && takes_one(facts.text(name))
                }
                Action::DeleteItem { key: Some(key) } => facts.literal(key).is_none(),
                _ => false,
            }
    };
    facts.operations(item).iter().find(away).map(|operation| operation.expr)
}

fn has(words: &[String], name: &str) -> bool {
    words.iter().any(|word| word == name)
}

/// Where a function that is told of the end of what a key stands for looks its entry up.
fn ended(context: &Context, held: &Held, growth: &Growth) -> Option<(ExprId, FunctionId)> {
    let facts = context.facts;
    let looks = |operation: &Operation| {
        let key = match operation.action {
            Action::GetItem { key } => key?,
            Action::Method { name, call } if has(&held.container.look, facts.text(name)) => facts.positional(call, 0)?,
            _ => return None,
        };
        let by = facts.method_of(operation.function).unwrap_or(operation.function);
        let param = facts.binding_of(key).filter(|binding| is_what_ends(facts, by, *binding))?;
        let same = growth.key.and_then(|key| key::last_name(facts, key)) == Some(facts.text(facts.binding(param).name));
        (same && by != growth.function && tells_of_end(context, by, param)).then_some((operation.expr, by))
    };
    let found = facts.operations(held.place).iter().find_map(looks)?;
    // An entry that is given another value there notes the end.
    let noted = held.growth.iter().any(|other| other.function == found.1 && !other.by_read);
    (!noted).then_some(found)
}

/// Whether a function is told of one thing alone, and this is it.
fn is_what_ends(facts: &Facts, function: FunctionId, binding: BindingId) -> bool {
    let own = facts.function(function);
    let mut told = own.params.iter().filter(|param| Some(param.binding) != own.receiver);
    matches!(facts.binding(binding).kind, BindingKind::Parameter(_))
        && told.next().is_some_and(|param| param.binding == binding)
        && told.all(|param| facts.binding(param.binding).uses.is_empty() || param.default.is_some())
}

/// Whether a function is named like the end of what it is told of: `session_closed(session)`, `on_leave(room)`. What another
/// thing is taken off, as in `unbind_shortcut(action)`, does not end with that.
fn tells_of_end(context: &Context, function: FunctionId, told: BindingId) -> bool {
    let facts = context.facts;
    let Some(name) = facts.function(function).name else { return false };
    let parts = key::split(facts.text(name));
    let undoes = |word: &String| {
        let rows = &context.words.words.opposites;
        rows.iter().any(|row| row.iter().skip(1).any(|other| other == word))
    };
    let Some(end) = [parts.last(), parts.first()].into_iter().flatten().find(|word| undoes(word)) else { return false };
    // `delete_plan(plan)` is an order, and what carries it out may well only note it.
    if !(end.ends_with("ed") || end == "lost" || end == "gone" || parts.iter().any(|part| part == "on")) {
        return false;
    }
    let of = key::split(facts.text(facts.binding(told).name));
    let mut others = parts.iter().filter(|part| *part != end && part.as_str() != "on");
    others.all(|part| of.contains(part))
}

/// How many different keys there can be: what comes and goes under one key says nothing of how many there are.
fn variety(context: &Context, held: &Held, growth: &Growth) -> Option<Evidence> {
    let (facts, words) = (context.facts, &context.words.words);
    let key = growth.key?;
    if key::last_name(facts, key).is_some_and(|name| key::ends_with(&words.accounts, name)) {
        return Some(Evidence::doubts(Weight::Strong, "its keys are as many as there are accounts"));
    }
    if fresh::fresh(facts, words, key).is_some() || fresh::is_guest(facts, words, key) {
        return Some(Evidence::supports(Weight::Strong, "its keys come and go while the program runs"));
    }
    match key::entries(facts, words, held.place, key) {
        Keys::Open => Some(Evidence::supports(Weight::None, "there is no end to the number of its keys")),
        _ => Some(Evidence::doubts(Weight::Decisive, "nothing says that there are many keys")),
    }
}

fn told(context: &Context, held: &Held, growth: &Growth, spent: &Spent, mut evidence: Vec<Evidence>) -> Finding {
    let facts = context.facts;
    let name = facts.display(held.place);
    let (at, text, message) = match *spent {
        Spent::Pruned(at) => {
            let text = "what an entry holds is taken out piece by piece, and the entry stays when it is empty";
            (at, text.to_owned(), format!("`{name}` keeps its keys when their values are empty"))
        }
        Spent::Ended(at, by) => {
            let by = facts.function(by).name.map_or("", |name| facts.text(name));
            let text = format!("`{by}` is told of the end of what the key stands for, uses the entry and leaves it");
            (at, text, format!("`{name}` keeps the entry of what `{by}` ends"))
        }
    };
    let span = facts.expr(at).span;
    evidence.push(Evidence::supports(Weight::Fair, text).at(span));
    let mut finding = tell::tell(context, held, growth, evidence);
    finding.message = message;
    finding.related.push(Mark::new(Role::Release, span, "the key stays here"));
    finding
}
