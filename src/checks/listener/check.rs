//! Callbacks that are registered on something which lives longer than the registrant, and never removed.

use super::emitter::{self, Reach};
use super::expectant;
use super::fleeting;
use super::forgotten;
use super::identity::{self, Removal};
use super::options;
use super::pooled;
use super::tenure;
use super::uneven;
use super::unkept;
use crate::checks::Context;
use crate::checks::lives::callback::{self, Holds};
use crate::checks::lives::kept::{self, Fate};
use crate::checks::lives::key;
use crate::checks::lives::leave;
use crate::checks::lives::life::{self, Start};
use crate::checks::lives::owner::{self, Runs};
use crate::facts::{ExprId, ExprKind, Facts, FunctionId, FunctionKind, Literal};
use crate::finding::{Evidence, Finding, Mark, Role, Stance, Weight};
use crate::rules::{Lifetime, Patterns, Registration};
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
    let mut all: Vec<Registered> = [calls(context), decorators(context)].concat();
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
    others.into_iter().chain(lent).chain(unkept::check(context, &all)).collect()
}

/// How the message of a registration ends that nothing takes back.
const ENDING: &str = "and never removed";

/// Whether two registrations are made in one function, in the same way, on the same emitter.
fn alike(facts: &Facts, one: &Registered, other: &Registered) -> bool {
    let name = |of: &Registered| of.emitter.and_then(|emitter| key::last_name(facts, emitter)).map(str::to_owned);
    one.function == other.function && one.registration.kind == other.registration.kind && name(one) == name(other)
}

fn calls<'a>(context: &Context<'a>) -> Vec<Registered<'a>> {
    let facts = context.facts;
    // The first registration of a verb stands in the table; those that share the verb come after it.
    let mut table: Patterns<usize> = Patterns::default();
    for (at, registration) in context.words.registration.iter().enumerate() {
        for pattern in &registration.add {
            table.add(pattern, at);
        }
    }
    let calls = facts.functions.iter().flat_map(|function| function.calls.iter().copied());
    calls
        .filter_map(|call| {
            let (path, method) = (facts.callee_path(call), facts.method_name(call));
            let first = table.find(path, method)?;
            let fits = |one: &&Registration| one.add.iter().any(|pattern| pattern.fits(path, method));
            let exact = read(context, call, &context.words.registration[first]);
            exact.or_else(|| {
                context.words.registration.iter().skip(first + 1).filter(fits).find_map(|one| read(context, call, one))
            })
        })
        .collect()
}

fn read<'a>(context: &Context<'a>, call: ExprId, registration: &'a Registration) -> Option<Registered<'a>> {
    let facts = context.facts;
    let receiver = facts.callee(call).receiver;
    let emitter = registration.emitter.map_or(receiver, |at| facts.positional(call, at));
    let emitter = emitter.map(|emitter| unchained(facts, registration, emitter));
    let keyword = registration.callback_name.as_deref().unwrap_or_default();
    let callback = facts.argument(call, keyword, Some(registration.callback))?;
    let collects = |expr: ExprId| key::last_name(facts, expr).is_some_and(|name| key::ends_with(&registration.collections, name));
    let answers = |expr: ExprId| key::last_name(facts, expr).is_some_and(|name| key::ends_with(&registration.answering, name));
    if receiver.is_some_and(answers) {
        return None;
    }
    let module = receiver.is_some_and(|receiver| identity::is_module(facts, receiver));
    if !registration.collections.is_empty() && !receiver.is_some_and(collects)
        || module && registration.lifetime == Lifetime::Receiver
    {
        return None;
    }
    let named = |word: &str| facts.argument(call, word, None).and_then(|value| facts.literal(value));
    let python = !context.words.words.drawn.is_empty();
    if is_data(facts, callback) || python && (is_property(facts, callback) || named("weak") == Some(Literal::Bool(true))) {
        return None;
    }
    let event = registration.event.and_then(|at| facts.literal_text(facts.positional(call, at)?));
    if !registration.events.is_empty() && !event.is_some_and(|event| registration.events.iter().any(|word| word == event)) {
        return None;
    }
    if options::ends(facts, call, registration) || receiver.is_some_and(|receiver| completes(context, registration, receiver)) {
        return None;
    }
    let weakly = registration.weak_unless.as_ref().is_some_and(|word| {
        facts.argument(call, word, None).is_none_or(|value| facts.literal(value) != Some(Literal::Bool(false)))
    });
    if weakly {
        return None;
    }
    let holds = kept_with(context, call, registration, callback, emitter)?;
    Some(Registered {
        at: call,
        registration,
        callback,
        emitter,
        function: facts.function_of(call),
        holds,
        removal: Removal::Never,
    })
}

/// Whether an argument is a literal without a function in it, which nobody can call.
fn is_data(facts: &Facts, callback: ExprId) -> bool {
    match facts.kind(callback) {
        ExprKind::Collection { items, .. } => facts.list(items).iter().all(|item| match facts.kind(*item) {
            ExprKind::Pair { value, .. } | ExprKind::Named { value, .. } => callback::function_behind(facts, value).is_none(),
            ExprKind::Name { .. } => callback::function_behind(facts, *item).is_none(),
            ExprKind::Spread(_) => false,
            _ => true,
        }),
        ExprKind::Literal(_) => true,
        // An object is called only where it has the method for it.
        ExprKind::This => facts.exported.is_some() && facts.names.find("handleEvent").is_none(),
        _ => false,
    }
}

/// Whether a field of the instance is a decorated method, whose value is read there: nobody can call that.
fn is_property(facts: &Facts, callback: ExprId) -> bool {
    let ExprKind::Field { base, name } = facts.kind(callback) else { return false };
    let method = facts.owner_of(facts.function_of(callback)).and_then(|ty| facts.method(ty, facts.text(name)));
    let property = |decorator: &ExprId| {
        let path = facts.dotted(*decorator);
        path.as_deref().and_then(|path| path.rsplit('.').next()).is_some_and(|last| last.ends_with("property"))
    };
    callback::is_instance(facts, base) && method.is_some_and(|method| facts.function(method).decorators.iter().any(property))
}

/// What a chain of registrations begins with: `emitter.on(…).on(…)`.
fn unchained(facts: &Facts, registration: &Registration, mut emitter: ExprId) -> ExprId {
    let again = |call: ExprId| registration.add.iter().any(|word| word.fits(facts.callee_path(call), facts.method_name(call)));
    while let Some(receiver) = facts.callee(emitter).receiver.filter(|_| again(emitter)) {
        emitter = receiver;
    }
    emitter
}

/// Whether the chain of calls that makes the emitter ends it: `source.pipe(take(1))`. What ends the chain before a later
/// step opens a source without an end does not end that: `source.pipe(takeUntil(gone), switchMap(() => interval(1000)))`.
fn completes(context: &Context, registration: &Registration, receiver: ExprId) -> bool {
    let facts = context.facts;
    let alike = context.words.registration.iter().filter(|other| other.kind == registration.kind);
    let words: Vec<&String> = alike.flat_map(|other| &other.completes).collect();
    let named = |call: ExprId| facts.callee_name(call).is_some_and(|name| words.iter().any(|word| *word == name));
    let mut next = Some(receiver);
    while let Some(expr) = next {
        next = match facts.kind(facts.peeled(expr)) {
            ExprKind::Call { .. } => {
                let args = facts.args(expr);
                let ending = args.iter().rposition(|arg| named(*arg));
                let reopened = |at: usize| args[at + 1..].iter().any(|later| opens(context, expr, *later));
                let unknown = registration.lifetime == Lifetime::Process && args.iter().any(|arg| is_unknown(facts, expr, *arg));
                if named(expr) || unknown || ending.is_some_and(|at| !reopened(at)) {
                    return true;
                }
                facts.callee(expr).receiver
            }
            ExprKind::Field { base, .. } => Some(base),
            ExprKind::Name { binding: Some(binding), .. } => match facts.binding(binding).definitions.as_slice() {
                [only] => kept::given(only.source).filter(|value| facts.expr(*value).span.end <= facts.expr(expr).span.start),
                _ => None,
            },
            _ => None,
        };
    }
    false
}

/// Whether a step of a chain comes from elsewhere than the chain itself, so that nobody knows whether it ends it.
fn is_unknown(facts: &Facts, chain: ExprId, step: ExprId) -> bool {
    let root = |call: ExprId| facts.callee_path(call).and_then(|path| path.split(['.', '/']).next());
    matches!(facts.kind(step), ExprKind::Call { .. }) && root(step) != root(chain)
}

/// Whether a step of a chain makes a source that never ends by itself, such as those whose subscribers the process keeps.
fn opens(context: &Context, chain: ExprId, step: ExprId) -> bool {
    let facts = context.facts;
    let span = facts.expr(step).span;
    let endless = || context.words.registration.iter().filter(|one| one.lifetime == Lifetime::Process);
    let subscribed = |path: &str| {
        let whole = format!("{path}.subscribe");
        endless().any(|one| one.add.iter().any(|word| word.fits(Some(&whole), None)))
    };
    let within = |call: &ExprId| *call != chain && span.contains(facts.expr(*call).span);
    facts.callees.keys().filter(|call| within(call)).any(|call| facts.callee_path(*call).is_some_and(subscribed))
}

/// What whoever keeps the callback keeps with it.
fn kept_with(
    context: &Context,
    call: ExprId,
    registration: &Registration,
    callback: ExprId,
    emitter: Option<ExprId>,
) -> Option<Holds> {
    let facts = context.facts;
    let weak = &context.words.weak;
    let holds = match registration.lifetime {
        // Whoever keeps the callback keeps the arguments that go with it, and an object that was made for it.
        Lifetime::Process => {
            let args = facts.args(call).iter().copied().filter(|arg| registration.emitter.is_none() || Some(*arg) != emitter);
            // `file.name` beside the callback is a value, `file.close` as the callback is the file.
            let value = |arg: ExprId| arg != callback && is_value(facts, arg);
            let method = |arg: ExprId| callback::function_behind(facts, arg).is_some();
            // What a plain function hands out need not refer to the object whose method it is.
            let made = |arg: ExprId| {
                let plain = |function: FunctionId| {
                    !facts.function(function).traits.is_async && !facts.function(function).traits.is_generator
                };
                matches!(facts.kind(arg), ExprKind::Call { .. }) && facts.callee(arg).function.is_some_and(plain)
            };
            let kept = |arg| match callback::holds(facts, weak, arg) {
                Holds::Locals if value(arg) => Holds::Unknown,
                Holds::Instance if value(arg) && !method(arg) || made(arg) => Holds::Unknown,
                holds => holds,
            };
            let widest = args.map(kept).max()?;
            if widest == Holds::Unknown && emitter::reach(facts, callback) <= Reach::Local { Holds::Locals } else { widest }
        }
        Lifetime::Receiver => callback::holds(facts, weak, callback),
    };
    Some(holds)
}

/// Whether an argument is read off something, or is what a function out of sight makes of that: `cast(Owner, self.owner)`.
fn is_value(facts: &Facts, arg: ExprId) -> bool {
    match facts.kind(arg) {
        ExprKind::Field { .. } => true,
        ExprKind::Call { .. } => {
            let callee = facts.callee(arg);
            let foreign = callee.receiver.is_none() && callee.function.is_none() && callee.constructs.is_none();
            let read = |part: &ExprId| match facts.kind(*part) {
                ExprKind::Field { .. } => callback::function_behind(facts, *part).is_none(),
                ExprKind::Name { .. } => callback::holds(facts, &[], *part) < Holds::Instance,
                ExprKind::Literal(_) => true,
                _ => false,
            };
            foreign && facts.args(arg).iter().all(read)
        }
        _ => false,
    }
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
            let holds = callback::captures(facts, &context.words.weak, id);
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
                    removal: Removal::Never,
                });
            }
        }
    }
    found
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
    let felt = one.holds >= least || is_renewed(context, one) || one.registration.adds_up && tenure::comes_again(context, one);
    if !felt || runs == Runs::Once || one.registration.replaces || disposed(facts, one) {
        return None;
    }
    let removal = one.removal;
    if let Some(left) = unreturned(context, one) {
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
        _ if one.registration.shared => tenure::shared(context, one)?,
        Lifetime::Process => tenure::process(context, one, runs),
        Lifetime::Receiver => tenure::receiver(context, one, runs)?,
    };
    if one.registration.once {
        evidence.push(Evidence::supports(
            Weight::Fair,
            "of several events that are waited for only one comes; the others keep theirs",
        ));
    }
    if let Removal::Phase(_) = removal {
        // Whoever takes it back, and only misses the phase, knows that the emitter outlives the registration.
        evidence.retain(|piece| piece.stance == Stance::For || piece.weight == Weight::Decisive);
    }
    if let Some(left) = forgotten::beside(context, one, all) {
        // Whoever ends one of two that were begun together means both.
        evidence.retain(|piece| piece.stance == Stance::For || piece.weight == Weight::Decisive);
        evidence.push(left);
    }
    evidence.extend(missed);
    evidence.extend(wrong(facts, removal));
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
        let ended = tenure::teardown(facts, &context.words.words.life, (ty, one.registration.lifetime), one.function);
        evidence.extend(ended.filter(|_| concerns));
        evidence.extend(tenure::sibling(context, one, all));
    }
    Some(tell(context, one, removal, evidence))
}

/// What says that an effect takes a callback off only on some of its ways.
fn unreturned(context: &Context, one: &Registered) -> Option<Vec<Evidence>> {
    let facts = context.facts;
    let lasting = one.registration.lifetime == Lifetime::Process
        || one.emitter.is_some_and(|emitter| emitter::reach(facts, emitter) == Reach::Process);
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
