//! The registrations that a file makes: what its calls and decorators register, and where.

use super::check::Registered;
use super::identity::{self, Removal};
use super::options;
use super::reach::{self, Reach};
use crate::checks::Context;
use crate::checks::lives::callback::{self, Holds};
use crate::checks::lives::kept;
use crate::checks::lives::key;
use crate::facts::{ExprId, ExprKind, Facts, FunctionId, FunctionKind, Literal};
use crate::rules::{Lifetime, Patterns, Registration};

pub(super) fn calls<'a>(context: &Context<'a>) -> Vec<Registered<'a>> {
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

/// Whether a name is that of a collection of callbacks, by its last word or by its first (`on_close`).
fn is_collection(registration: &Registration, name: &str) -> bool {
    let first = |word: &String| word.ends_with('_') && name.strip_prefix(word.as_str()).is_some_and(|rest| !rest.is_empty());
    key::ends_with(&registration.collections, name) || registration.collections.iter().any(first)
}

fn read<'a>(context: &Context<'a>, call: ExprId, registration: &'a Registration) -> Option<Registered<'a>> {
    let facts = context.facts;
    let receiver = facts.callee(call).receiver;
    let emitter = registration.emitter.map_or(receiver, |at| facts.positional(call, at));
    let emitter = emitter.map(|emitter| unchained(facts, registration, emitter));
    let keyword = registration.callback_name.as_deref().unwrap_or_default();
    let callback = facts.argument(call, keyword, Some(registration.callback))?;
    let collects = |expr: ExprId| key::last_name(facts, expr).is_some_and(|name| is_collection(registration, name));
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
            if widest == Holds::Unknown && reach::of(facts, callback) <= Reach::Local { Holds::Locals } else { widest }
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
pub(super) fn decorators<'a>(context: &Context<'a>) -> Vec<Registered<'a>> {
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
