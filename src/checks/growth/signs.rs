//! What tells growth that matters from what names alone suggest: a key that is new with each event, a sibling that is
//! cleaned, a request that fills it.

use super::container::{Growth, Held};
use super::counterpart;
use super::hearsay;
use super::recur;
use super::relief;
use super::served;
use crate::checks::Context;
use crate::checks::lives::fresh::{self, Fresh};
use crate::checks::lives::key::{self, Keys};
use crate::checks::lives::lifetime::{self, Life};
use crate::checks::lives::owner;
use crate::facts::{Action, ExprId, ExprKind, Facts, Operation, Root, Segment, TypeId};
use crate::finding::{Evidence, Stance, Weight};

/// Adds what the strong signs say, or what their absence does. Where a vocabulary does not tell which keys are drawn, names
/// are all there is, and nothing is added.
pub fn weigh(context: &Context, (held, growth): (&Held, &Growth), all: &[Held], known: Known, evidence: &mut Vec<Evidence>) {
    let words = &context.words.words;
    if words.drawn.is_empty() {
        return;
    }
    evidence.extend(on_trial(context, growth));
    let fresh = growth.key.and_then(|key| fresh::fresh(context.facts, words, key));
    if fresh == Some(Fresh::Drawn) {
        evidence.push(Evidence::supports(Weight::Strong, "each time it is given a key that is made anew"));
    }
    let sign = locks(context, held, growth, all);
    let many = known.surely || growth.key.is_some_and(|key| key::entries(context.facts, words, held.place, key) == Keys::Open);
    evidence.extend(hearsay::unseen(context, (held, growth), all, known.surely).filter(|_| sign.is_none()));
    if known.undone || counterpart::address(context, growth).is_some() {
        return;
    }
    if let Some(sign) = sign {
        // A lock weighs little: one for each of a few things is no leak. Where there is a limit beside it, there are many.
        let few = Evidence::doubts(Weight::Strong, "neither its keys nor whoever calls it say that there are many locks");
        let limited = all.iter().any(|other| other.place != held.place && recur::measured(context.facts, other));
        evidence.extend((!many && !limited).then_some(few));
        evidence.push(sign);
        return;
    }
    if let Some(sign) = ended(context, held) {
        evidence.push(sign);
        return;
    }
    let drawn = fresh == Some(Fresh::Drawn) || relief::is_left_behind(context, held, growth);
    if context.project.len() > 1 && !drawn && relief::siblings(context, held, growth, all).is_none() {
        evidence.extend(unheard(context, (held, growth), known));
        evidence.extend(unasked(context, growth));
    }
    if fresh.is_some() && lasts(context, held, evidence) || told(context, (held, growth), all, evidence) {
        return;
    }
    evidence.push(Evidence::doubts(
        Weight::Decisive,
        "nothing but names says that it grows: no key made anew, no sibling that is cleaned, no request that fills it",
    ));
    evidence.push(Evidence::doubts(Weight::Strong, "its entries may be as few as the program has things of that kind"));
}

/// What is known of the growth before the signs are looked at.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// Whether another function should undo it.
    pub undone: bool,
    /// Whether anything says how often the function runs.
    pub often: bool,
    /// Whether a framework or an endless loop is seen to run it, and not only its name says so.
    pub surely: bool,
}

/// The doubt about growth of which only a name says that its keys differ, and nothing that the function runs again. Only in
/// languages that neither declare types nor exports, where names are all that is left.
fn unheard(context: &Context, (held, _): (&Held, &Growth), known: Known) -> Option<Evidence> {
    let facts = context.facts;
    let names = !facts.typed && facts.exported.is_none() && !matches!(held.life, Life::Loop | Life::Default);
    (names && !known.often).then(|| {
        Evidence::doubts(Weight::Decisive, "its keys may be as few as the calls, of which nothing says that there are many")
    })
}

/// The doubt about a cache of whose keys neither requests nor guests say that there are many.
fn unasked(context: &Context, growth: &Growth) -> Option<Evidence> {
    let (facts, words) = (context.facts, &context.words.words);
    let names = !facts.typed && facts.exported.is_none() && context.rule.check == crate::rules::Check::Cache;
    let key = growth.key.filter(|_| names)?;
    let many = fresh::is_guest(facts, words, key) || served::brings(context, growth, key);
    (!many).then(|| Evidence::doubts(Weight::Decisive, "only a name says that there is no end of its keys"))
}

/// Whether more than the name of its type says that the owner lives long, or the key comes with requests.
fn lasts(context: &Context, held: &Held, evidence: &[Evidence]) -> bool {
    held.life != Life::Instance
        || evidence.iter().any(|piece| piece.stance == Stance::For && piece.weight >= Weight::Fair)
        || context.project.len() < 2
}

/// The signs that other evidence rests on already.
fn told(context: &Context, (held, growth): (&Held, &Growth), all: &[Held], evidence: &[Evidence]) -> bool {
    let (facts, words) = (context.facts, &context.words.words);
    let served = lifetime::serves(facts, words, growth.function);
    let said = evidence.iter().any(|piece| piece.text.ends_with("which runs once per event"));
    let called = served::served(context, growth).is_some();
    let often = served.is_some() || called || said;
    let framework = served.as_ref().is_some_and(|piece| piece.weight == Weight::Strong)
        || lifetime::serves_one(facts, words, growth.function).is_some()
        || called;
    let brings = |key| match key::entries(facts, words, held.place, key) {
        Keys::Open => true,
        Keys::Unknown | Keys::Named => called && served::brings(context, growth, key),
        Keys::Few | Keys::Fixed => false,
    };
    let open = growth.key.is_none_or(brings);
    let shared = matches!(held.life, Life::Module | Life::Type);
    // What a list keeps of each guest is as good as a key.
    let comes = growth.key.or(growth.value).is_some_and(|key| fresh::is_guest(facts, words, key));
    relief::is_left_behind(context, held, growth)
        || growth.key.is_some() && relief::siblings(context, held, growth, all).is_some()
        || matches!(held.life, Life::Loop | Life::Default)
        || framework && open
        || comes && (often || shared)
        || growth.key.is_none() && held.life == Life::Module && often
        || open && growth.key.is_some() && (emptied(context, held) || made_at_top(facts, held))
        || often && growth.value.is_some_and(|value| is_live(context, value))
        || lifetime::ticks(facts, growth.at).is_some()
}

/// Whether an instance of the owner is made where its own file is loaded.
fn made_at_top(facts: &Facts, held: &Held) -> bool {
    matches!(facts.places.get(held.place).root, Root::Instance(ty) if owner::made_at_top(facts, ty).is_some())
}

/// Whether a value is named like the other end of a connection.
fn is_live(context: &Context, value: ExprId) -> bool {
    let name = match context.facts.kind(value) {
        ExprKind::Name { name, .. } | ExprKind::Field { name, .. } => context.facts.text(name),
        _ => return false,
    };
    key::ends_with(&context.words.words.live, name)
}

/// Whether entries are taken out of what the collection keeps under its keys.
pub fn emptied(context: &Context, held: &Held) -> bool {
    let facts = context.facts;
    let Some(item) = facts.member(held.place, Segment::Item) else { return false };
    let aliases = facts.operations(item).iter().filter_map(|operation| match operation.action {
        Action::Alias { target } => facts.place(target),
        _ => None,
    });
    let shrinks = |operation: &Operation| match operation.action {
        Action::Method { name, .. } => {
            context.words.container.iter().any(|one| one.shrink.iter().any(|word| word == facts.text(name)))
        }
        Action::DeleteItem { .. } => true,
        _ => false,
    };
    std::iter::once(item).chain(aliases).any(|place| facts.operations(place).iter().any(shrinks))
}

/// Locks that are made one a key, beside a collection from which keys go.
fn locks(context: &Context, held: &Held, growth: &Growth, all: &[Held]) -> Option<Evidence> {
    let facts = context.facts;
    let lock = growth.value?;
    let makes = context.words.words.locks.iter().any(|word| word.fits(facts.callee_path(lock), facts.method_name(lock)));
    let kin = |other: &&Held| {
        let same = match (facts.places.get(held.place).root, facts.places.get(other.place).root) {
            (Root::Binding(_), Root::Binding(_)) => held.life == Life::Module && other.life == Life::Module,
            (ours, theirs) => ours == theirs,
        };
        let named = |growth: &Growth| growth.key.and_then(|key| key::last_name(facts, key));
        let keyed = other.growth.iter().any(|twin| named(twin).is_some() && named(twin) == named(growth));
        other.place != held.place && same && keyed
    };
    let goes = |other: &Held| {
        let taken = |release: &&super::container::Release| release.certain && !release.replaced;
        other.release.iter().find(taken).map(|release| release.at)
    };
    let at = all.iter().filter(|_| makes && growth.key.is_some()).filter(kin).find_map(goes)?;
    let text = "keys go from the collection beside it, and their locks stay here";
    Some(Evidence::supports(Weight::Strong, text).at(facts.expr(at).span))
}

/// An entry that is ended or emptied under its key, which stays.
fn ended(context: &Context, held: &Held) -> Option<Evidence> {
    let facts = context.facts;
    let item = facts.member(held.place, Segment::Item)?;
    let words = &context.words.words;
    let ends = |operation: &&Operation| {
        let by_key = match facts.kind(operation.expr) {
            ExprKind::Index { key: Some(key), .. } => facts.literal(key).is_none(),
            _ => false,
        };
        match operation.action {
            Action::Method { name, .. } => by_key && words.endings.iter().any(|word| word == facts.text(name)),
            _ => false,
        }
    };
    let at = facts.operations(item).iter().find(ends)?.expr;
    Some(Evidence::supports(Weight::Fair, "what an entry holds is ended, and the entry stays").at(facts.expr(at).span))
}

/// A condition that holds only while something is tested.
fn on_trial(context: &Context, growth: &Growth) -> Option<Evidence> {
    let facts = context.facts;
    let words = &context.words.words.trials;
    let conditions = lifetime::conditions(facts, growth.at);
    let asks = |at: ExprId| {
        let name = match facts.kind(at) {
            ExprKind::Name { name, .. } | ExprKind::Field { name, .. } => facts.text(name),
            _ => return false,
        };
        key::split(name).iter().any(|word| words.contains(word))
    };
    let span = conditions
        .iter()
        .map(|condition| facts.expr(*condition).span)
        .find(|span| (0..facts.exprs.len() as u32).map(ExprId).any(|at| span.contains(facts.expr(at).span) && asks(at)))?;
    Some(Evidence::doubts(Weight::Decisive, "it grows only while the program is tested").at(span))
}

/// Objects by whose name each is there for long, and of which the project does not make many.
pub fn seldom(context: &Context, growth: &Growth) -> Option<Evidence> {
    let (facts, words) = (context.facts, &context.words.words);
    let ty = facts.owner_of(growth.function).filter(|_| facts.exported.is_some() && context.project.len() > 1)?;
    let name = facts.text(facts.ty(ty).name);
    let starting = |word: &str| words.running.iter().any(|own| own == word);
    let lasts = key::ends_with(&words.lasting, name);
    let made = lasts && context.project.made_for_calls(context.path, name, &starting).is_some();
    let text = format!("a `{name}` may live as long as the process, and nothing in the project makes many of them");
    (lasts && !made).then(|| Evidence::doubts(Weight::Decisive, text))
}

/// What says that the instances which add themselves are few: the project makes them while its modules are loaded, or they are
/// the managers of a program, of which there is one of each kind.
pub fn single(context: &Context, held: &Held, growth: &Growth) -> Option<Evidence> {
    let (facts, project, words) = (context.facts, context.project, &context.words.words);
    if words.drawn.is_empty() {
        return None;
    }
    let name = |ty: TypeId| facts.text(facts.ty(ty).name);
    let loaded = |name: &&str| project.is_made(context.path, name) && project.is_made_at_load(context.path, name, None);
    if let Some(own) = facts.owner_of(growth.function).map(name).filter(loaded) {
        let text = format!("the project makes each `{own}` while modules are loaded, so there are so many");
        return Some(Evidence::doubts(Weight::Decisive, text));
    }
    let Root::Static(ty) = facts.places.get(held.place).root else { return None };
    let lasting = key::ends_with(&words.lasting, name(ty)) && project.has_heirs(name(ty));
    lasting.then(|| Evidence::doubts(Weight::Decisive, format!("there is one of each kind of `{}` in a program", name(ty))))
}
