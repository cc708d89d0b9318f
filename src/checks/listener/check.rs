//! Callbacks that are registered on something which lives longer than the registrant, and never removed.

use super::emitter;
use super::expectant;
use super::fleeting;
use super::forgotten;
use super::identity::{self, Removal};
use super::pooled;
use super::process;
use super::reach::{self, Reach};
use super::read;
use super::shared;
use super::skipped;
use super::tenure;
use super::toggled;
use super::uneven;
use super::unkept;
use crate::checks::Context;
use crate::checks::lives::callback::{self, Holds};
use crate::checks::lives::kept::{self, Fate};
use crate::checks::lives::key;
use crate::checks::lives::leave;
use crate::checks::lives::life::{self, Start};
use crate::checks::lives::owner::{self, Runs};
use crate::checks::lives::reset;
use crate::facts::{ExprId, ExprKind, Facts, FunctionId};
use crate::finding::{Evidence, Finding, Mark, Role, Stance, Weight};
use crate::rules::{Lifetime, Registration};
use rustc_hash::FxHashSet;
use std::cell::OnceCell;

/// A callback that is registered, with what was found out about it.
#[derive(Clone, Copy)]
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
    /// What is known of its removal.
    pub removal: Removal,
}

/// Findings of the rule that asks for `listener`.
pub fn check(context: &Context) -> Vec<Finding> {
    let mut all: Vec<Registered> = [read::calls(context), read::decorators(context)].concat();
    let handed = if all.is_empty() { FxHashSet::default() } else { identity::uncalled(context.facts) };
    for one in all.iter_mut().filter(|one| one.holds >= Holds::Unknown || is_renewed(context, one)) {
        one.removal = identity::removal(context, &handed, one);
    }
    let found = all.iter().filter_map(|one| Some((one, judge(context, one, &all)?)));
    let mut findings: Vec<(&Registered, Finding)> = Vec::new();
    for (one, finding) in found {
        match findings.iter_mut().find(|(first, told)| alike(context.facts, first, one) && told.message.ends_with(ENDING)) {
            // Several callbacks for one emitter are one fault.
            Some((_, told)) => told.related.push(Mark::new(Role::Acquire, finding.primary.span, "registered here, too")),
            None => findings.push((one, finding)),
        }
    }
    let lent = pooled::check(context, &all);
    let others = findings.into_iter().map(|(_, finding)| finding).filter(|told| lent.iter().all(|one| one.symbol != told.symbol));
    let others: Vec<Finding> = others.collect();
    let skipped = skipped::check(context, &all);
    others.into_iter().chain(lent).chain(unkept::check(context, &all)).chain(skipped).collect()
}

/// How the message of a registration ends that nothing takes back.
const ENDING: &str = "and never removed";

/// Whether two registrations are made in one function, in the same way, on the same emitter.
fn alike(facts: &Facts, one: &Registered, other: &Registered) -> bool {
    let name = |of: &Registered| of.emitter.and_then(|emitter| key::last_name(facts, emitter)).map(str::to_owned);
    one.function == other.function && one.registration.kind == other.registration.kind && name(one) == name(other)
}

/// How much a callback has to keep for its registration to matter.
fn least(context: &Context, one: &Registered) -> Holds {
    let begun = || {
        let span = life::span(context.facts, &context.words.words, one.function);
        span.is_some_and(|span| matches!(span.start, Start::Effect | Start::Begin))
    };
    if one.registration.shared || one.registration.once || begun() {
        Holds::Unknown
    } else if one.registration.emitter.is_some() && one.registration.lifetime == Lifetime::Process {
        // What a finalizer keeps goes with its object, unless it keeps that object.
        Holds::Instance
    } else {
        Holds::Locals
    }
}

/// Whether each component that is shown makes the callback anew, whatever that keeps: all of them are called from then on.
fn is_renewed(context: &Context, one: &Registered) -> bool {
    let facts = context.facts;
    let Some(made) = callback::function_behind(facts, one.callback).filter(|_| facts.exported.is_some()) else { return false };
    let span = life::span(facts, &context.words.words, one.function);
    span.is_some_and(|span| span.start == Start::Effect && facts.enclosing(made).skip(1).any(|around| around == span.begin))
}

/// Whether the event comes once, so that nobody is called again.
fn ends_with_event(facts: &Facts, one: &Registered) -> bool {
    let event = one.registration.event.and_then(|at| facts.literal_text(facts.positional(one.at, at)?));
    event.is_some_and(|event| one.registration.last.iter().any(|word| word == event))
}

fn judge(context: &Context, one: &Registered, all: &[Registered]) -> Option<Finding> {
    let facts = context.facts;
    let runs = owner::runs(facts, &context.words.words, one.function);
    let least = least(context, one);
    let felt = one.holds >= least || is_renewed(context, one) || one.registration.adds_up && process::comes_again(context, one);
    if !felt || runs == Runs::Once || one.registration.replaces || disposed(facts, one) {
        return None;
    }
    let removal = one.removal;
    if let Some(left) = unreturned(context, one).or_else(|| toggled::left(context, one)) {
        return Some(tell(context, one, removal, left));
    }
    let asked = !one.registration.shared && (owner::guarded(facts, one.at) || identity::asked(facts, one));
    let missed = (removal == Removal::Same && one.registration.shared).then(|| uneven::missed(context, one)).flatten();
    if removal == Removal::Same && missed.is_none() || arranged(facts, one) || asked {
        return None;
    }
    if !one.registration.once && ends_with_event(facts, one) {
        return None;
    }
    if one.registration.once && !expectant::left_waiting(facts, one, all) {
        return None;
    }
    // A finalizer goes with the object it waits for; only where that is the instance it keeps does it keep itself.
    let foreign = |emitter: ExprId| facts.owner_of(one.function).is_some() && !is_receiver(facts, one.function, emitter);
    let waits =
        one.registration.emitter.is_some() && one.registration.lifetime == Lifetime::Process && one.emitter.is_some_and(foreign);
    let own = one.registration.lifetime == Lifetime::Process
        && facts.exported.is_some()
        && one.emitter.is_some_and(|emitter| emitter::is_of_own(facts, emitter));
    if waits || own || teardown_list(context, one) {
        return None;
    }
    let mut evidence = match one.registration.lifetime {
        _ if one.registration.shared => shared::weigh(context, one)?,
        Lifetime::Process => process::lasting(context, one, runs),
        Lifetime::Receiver => tenure::receiver(context, one, runs)?,
    };
    if one.registration.once {
        evidence.push(Evidence::supports(
            Weight::Fair,
            "of several events that are waited for only one comes; the others keep theirs",
        ));
    }
    if misses(context, one) {
        // Whoever takes it back, and only misses the phase or the function, knows that the emitter outlives the registration.
        evidence.retain(|piece| piece.stance == Stance::For || piece.weight == Weight::Decisive);
    }
    if let Some(left) = forgotten::beside(context, one, all) {
        // Whoever ends one of two that were begun together means both.
        evidence.retain(|piece| piece.stance == Stance::For || piece.weight == Weight::Decisive);
        evidence.push(left);
    }
    evidence.extend(missed);
    evidence.extend(wrong(facts, removal));
    evidence.extend(renewed(facts, one));
    evidence.extend(context.brief());
    evidence.extend(fleeting::doubts(context, one));
    evidence.extend(identity::kept_apart(facts, one).filter(|_| removal == Removal::Never));
    evidence.extend(surrounds(context, one, all).filter(|_| runs == Runs::PerInstance));
    if one.registration.lifetime == Lifetime::Receiver && kept::fate(facts, one.at) == Fate::Handed {
        evidence
            .push(Evidence::doubts(Weight::Decisive, "what the registration returns is handed on, perhaps to remove it later"));
    }
    if one.registration.lifetime == Lifetime::Receiver
        && facts.exported.is_some()
        && one.registration.disposer.is_empty()
        && matches!(kept::fate(facts, one.at), Fate::Kept(_))
    {
        return None;
    }
    evidence.extend(tenure::passed_on(context, one));
    let owner = facts.owner_of(one.function);
    if let Some(ty) = owner {
        // The end of an object says nothing about what is kept without it.
        let concerns = context.words.words.drawn.is_empty() || one.holds == Holds::Instance;
        let ended = tenure::teardown(facts, &context.words.words, (ty, one.registration.lifetime), one.function);
        // What one call leaves on what the process keeps is no matter of the object.
        let apart = one.registration.lifetime == Lifetime::Process && one.holds < Holds::Instance && facts.exported.is_some();
        let told = facts.exported.is_some() && evidence.iter().any(|piece| piece.text.starts_with("the clean-up runs"));
        let new = |piece: &Evidence| !(apart && piece.stance == Stance::Against || told && piece.stance == Stance::For);
        evidence.extend(ended.filter(|piece| concerns && new(piece)));
        evidence.extend(tenure::sibling(context, one, all));
    }
    Some(tell(context, one, removal, evidence))
}

/// What says that a field is filled, and the callback registered, once more after each reset.
fn renewed(facts: &Facts, one: &Registered) -> Option<Evidence> {
    let at = reset::again(facts, one.at)?;
    let text = "what is asked for before is given nothing again, and then it is registered once more";
    Some(Evidence::supports(Weight::Fair, text).at(facts.expr(at).span))
}

/// What says that an effect takes a callback off only on some of its ways.
fn unreturned(context: &Context, one: &Registered) -> Option<Vec<Evidence>> {
    let facts = context.facts;
    let lasting = one.registration.lifetime == Lifetime::Process
        || one.emitter.is_some_and(|emitter| reach::of(facts, emitter) == Reach::Process);
    if one.removal != Removal::Same || one.registration.shared || one.registration.once || !lasting {
        return None;
    }
    let begun = OnceCell::new();
    let mut ends = identity::removals(context, one);
    ends.retain(|call| !identity::is_of_another(context, one, *call, &begun));
    let left = leave::bare(facts, &context.words.words, one.at, &ends)?;
    let mut evidence = vec![left, Evidence::supports(Weight::Slight, "the emitter lives as long as the process")];
    evidence.extend(context.brief());
    Some(evidence)
}

/// Of how many callbacks on one emitter an object may be said to be there for that emitter.
const MANY: usize = 5;

/// An object that listens to so much of what its emitter says is made around it, and goes with it.
fn surrounds(context: &Context, one: &Registered, all: &[Registered]) -> Option<Evidence> {
    let python = !context.words.words.drawn.is_empty() && one.registration.lifetime == Lifetime::Receiver;
    let beside = all.iter().filter(|other| alike(context.facts, one, other)).count();
    let text = "the object listens to so much of it that it is made for this emitter, and goes with it";
    (python && beside >= MANY).then(|| Evidence::doubts(Weight::Strong, text))
}

fn is_receiver(facts: &Facts, function: FunctionId, expr: ExprId) -> bool {
    let receiver = facts.method_of(function).and_then(|method| facts.function(method).receiver);
    receiver.is_none() || facts.binding_of(expr) == receiver
}

/// Whether what is added to a collection is no callback of the registrant: the collection is a list of what ends things,
/// or an object is made for it.
fn teardown_list(context: &Context, one: &Registered) -> bool {
    let facts = context.facts;
    if one.registration.collections.is_empty() {
        return false;
    }
    let name = facts.callee(one.at).receiver.and_then(|receiver| key::last_name(facts, receiver)).unwrap_or_default();
    let makes = facts.callee(one.callback).constructs.is_some()
        || facts.callee_name(one.callback).is_some_and(|name| name.starts_with(char::is_uppercase));
    // What is put among the clean-ups is what ends things, and not who hears of them.
    let cleans = |part: &String| {
        matches!(part.as_str(), "cleanup" | "cleanups" | "unsub" | "unsubs" | "unsubscribe" | "unload" | "teardown")
    };
    if !context.words.words.drawn.is_empty() && key::split(name).iter().any(cleans) {
        return true;
    }
    let ending = |part: &String| context.words.words.ending.contains(part);
    matches!(facts.kind(one.callback), ExprKind::Call { .. }) && (makes || key::split(name).iter().any(ending))
}

/// Whether the removing function itself is handed to somebody who will call it: `finalize(self, log.removeHandler, handler)`.
fn arranged(facts: &Facts, one: &Registered) -> bool {
    let removers: Vec<_> = one.registration.remove.iter().filter_map(|pattern| facts.names.find(pattern.last())).collect();
    facts.exprs.iter().any(|expr| match (expr.kind, expr.parent) {
        (ExprKind::Field { name, .. }, crate::facts::Parent::Expr(call)) if removers.contains(&name) => {
            facts.args(call).iter().any(|arg| facts.expr(*arg).span == expr.span)
        }
        _ => false,
    })
}

/// The value that the call returns removes the callback, and somebody has it who does, or may.
pub fn disposed(facts: &Facts, one: &Registered) -> bool {
    let disposer = &one.registration.disposer;
    if disposer.is_empty() {
        return false;
    }
    match kept::fate(facts, one.at) {
        Fate::Dropped => false,
        Fate::Handed | Fate::Given(..) => true,
        // A chain of registrations hands on the emitter, or what removes the last of them.
        Fate::Chained(call) => {
            let again = one.registration.add.iter().any(|verb| verb.fits(facts.callee_path(call), facts.method_name(call)));
            !again || kept::fate(facts, call) != Fate::Dropped
        }
        Fate::Kept(target) => {
            let holders = kept::holders(facts, target);
            holders.is_empty()
                || holders.iter().any(|place| kept::is_element(facts, *place) || kept::is_used(facts, disposer, *place))
        }
    }
}

/// Whether a removal of the same event is there that surely removes nothing: it names the other phase, or makes the same method
/// into a function once more.
fn misses(context: &Context, one: &Registered) -> bool {
    match one.removal {
        Removal::Phase(_) => true,
        Removal::Other(call, differing) if differing.is_callback_alone() => identity::is_made_twice(context, one, call),
        _ => false,
    }
}

fn wrong(facts: &Facts, removal: Removal) -> Option<Evidence> {
    let (at, text) = match removal {
        Removal::Other(at, differing) => {
            (at, format!("a removal exists, and it names {} than the registration", differing.named()))
        }
        Removal::Phase(at) => {
            (at, "a removal exists, and it is for the other phase: `capture` must be the same for both".to_owned())
        }
        Removal::Never | Removal::Same => return None,
    };
    Some(Evidence::supports(Weight::Strong, text).at(facts.expr(at).span))
}

fn tell(context: &Context, one: &Registered, removal: Removal, evidence: Vec<Evidence>) -> Finding {
    let facts = context.facts;
    // What has no name is set apart.
    let what = match callback::written(facts, one.callback) {
        named if named.starts_with('`') => named,
        unnamed => format!("({unnamed})"),
    };
    let kind = &one.registration.kind;
    let message = match (one.registration.lifetime, removal) {
        (_, Removal::Other(_, differing)) => {
            format!("the {kind} {what} is never removed: the removal names {}", differing.named())
        }
        (_, Removal::Phase(_)) => format!("the {kind} {what} is never removed: the removal names another phase"),
        (_, Removal::Same) => format!("the {kind} {what} is not removed on every way out"),
        (Lifetime::Process, _) => format!("the {kind} {what} is registered for the life of the process and never removed"),
        (Lifetime::Receiver, _) => format!("the {kind} {what} is registered on something that lives longer, and never removed"),
    };
    let mut finding = context.finding(one.at, message, "registered here".to_owned());
    if let Removal::Other(at, _) | Removal::Phase(at) = removal {
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
    finding.weigh(context.prior())
}
