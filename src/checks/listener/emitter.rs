//! Who keeps a callback, and how long that lives compared with whoever registers it.

use super::reach::{self, Reach};
use crate::checks::lives::acquire;
use crate::checks::lives::callback;
use crate::checks::lives::event;
use crate::checks::lives::kept;
use crate::checks::lives::key;
use crate::checks::lives::life;
use crate::facts::{Action, BindingId, BindingKind, ExprId, ExprKind, Facts, FunctionKind, Operation, Place, Root, Source};
use crate::finding::{Evidence, Weight};
use crate::rules::{Pattern, Words};

/// The name with which the way to an emitter begins, through fields, calls and variables.
pub fn root(facts: &Facts, emitter: ExprId) -> Option<&str> {
    let mut expr = emitter;
    for _ in 0..2 * reach::HOPS {
        expr = match facts.kind(facts.peeled(expr)) {
            ExprKind::Field { base, .. } | ExprKind::Index { base, .. } => base,
            ExprKind::Call { .. } => facts.callee(expr).receiver?,
            ExprKind::Name { name, binding } => {
                let own = binding.map(|binding| facts.binding(binding));
                let value = own.and_then(|own| kept::only_value(facts, &own.definitions));
                match value {
                    Some(value) if own.is_some_and(|own| own.kind == BindingKind::Variable) => value,
                    _ => return Some(facts.text(name)),
                }
            }
            _ => return None,
        };
    }
    None
}

/// Whether an emitter is what a call hands to its callback: one of several, or one that was made for it.
pub fn is_handed_in(facts: &Facts, words: &Words, emitter: ExprId) -> bool {
    // What hangs on the argument of an event goes with it, unless it is there for many of them.
    if let ExprKind::Field { base, .. } = facts.kind(facts.peeled(emitter)) {
        let brief = |expr| key::last_name(facts, expr).is_some_and(|name| !SHARED.contains(&name));
        return facts.exported.is_some() && brief(emitter) && brief(base) && is_destructured(facts, words, base);
    }
    let Some(binding) = facts.binding_of(emitter) else { return false };
    let function = facts.scopes[facts.binding(binding).scope.index()].function;
    is_destructured(facts, words, emitter)
        || matches!(facts.binding(binding).kind, BindingKind::Parameter(_))
            && facts.function(function).kind == FunctionKind::Closure
}

/// Whether the script of a page has an emitter from a call by which a component asks for what is there without it, or is
/// given it: `$props()`, `inject(key)`, `useBus()`.
pub fn is_asked_for(facts: &Facts, words: &Words, emitter: ExprId) -> bool {
    let mut expr = emitter;
    for _ in 0..reach::HOPS {
        expr = match facts.kind(facts.peeled(expr)) {
            ExprKind::Field { base, .. } | ExprKind::Index { base, .. } => base,
            ExprKind::Call { .. } => {
                let asks = |name: &str| words.life.asking.iter().any(|word| word == name) || life::is_composed(words, name);
                return facts.callee_name(expr).is_some_and(asks);
            }
            // `export let bus` is given to the component, too.
            ExprKind::Name { binding: Some(binding), .. }
                if facts.exported.as_ref().is_some_and(|all| all.contains(&binding)) =>
            {
                return true;
            }
            ExprKind::Name { binding: Some(binding), .. } => match facts.binding(binding).definitions.as_slice() {
                [only] => match only.source {
                    Source::Assigned(value) | Source::Unpacked(value, _) => value,
                    _ => return false,
                },
                _ => return false,
            },
            _ => return false,
        };
    }
    false
}

/// Whether a name is taken out of the argument of an event: `source.on('request', ({request}) => …)`.
fn is_destructured(facts: &Facts, words: &Words, name: ExprId) -> bool {
    let Some(binding) = facts.binding_of(name) else { return false };
    let function = facts.scopes[facts.binding(binding).scope.index()].function;
    if let [only] = facts.binding(binding).definitions.as_slice()
        && let Source::Assigned(value) = only.source
        && let Some(whole) = taken_out_of(facts, value)
        && facts.text(facts.binding(whole).name).is_empty()
    {
        return event::is_event_callback(facts, words, function);
    }
    false
}

/// The name from which something is taken, through any number of fields.
pub fn taken_out_of(facts: &Facts, value: ExprId) -> Option<BindingId> {
    let mut expr = value;
    while let ExprKind::Field { base, .. } = facts.kind(expr) {
        expr = base;
    }
    facts.binding_of(expr).filter(|_| expr != value)
}

/// Names of what is there for many events, although each of them may bring it.
const SHARED: [&str; 10] = ["socket", "connection", "server", "client", "agent", "pool", "app", "window", "document", "process"];

/// Whether a registry of the process is only asked to listen to something that the function itself made, and that ends by
/// itself: `fromEvent(child, "exit").subscribe(…)`.
pub fn is_of_own(facts: &Facts, emitter: ExprId) -> bool {
    let mut expr = emitter;
    while let Some(receiver) = facts.callee(expr).receiver.filter(|on| matches!(facts.kind(*on), ExprKind::Call { .. })) {
        expr = receiver;
    }
    let source = facts.positional(expr, 0).filter(|source| facts.binding_of(*source).is_some());
    source.is_some_and(|source| reach::of(facts, source) == Reach::Local)
}

/// Whether an emitter hangs on the instance whose method waits for it, so that each call of the method gets the same one.
pub fn hangs(facts: &Facts, emitter: ExprId) -> bool {
    let mut expr = emitter;
    for _ in 0..reach::HOPS {
        expr = match facts.kind(facts.peeled(expr)) {
            ExprKind::Field { base, .. } if callback::is_instance(facts, base) => return true,
            ExprKind::Field { base, .. } => base,
            ExprKind::Name { binding: Some(binding), .. } => match kept::only_value(facts, &facts.binding(binding).definitions) {
                Some(value) => value,
                None => return false,
            },
            _ => return false,
        };
    }
    false
}

/// Whether the file gives a function an emitter that is there for many requests, each time it serves one: the server behind
/// a connection, say.
pub fn is_given_per_request(facts: &Facts, words: &Words, emitter: ExprId) -> bool {
    acquire::passed(facts, emitter).into_iter().any(|value| {
        let lasting = key::last_name(facts, value).is_some_and(|name| matches!(name, "server" | "socket" | "connection"));
        let given = || root(facts, value).is_some_and(|name| words.life.given.iter().any(|word| word == name));
        lasting && matches!(facts.kind(value), ExprKind::Field { .. }) && given()
    })
}

/// The registrant keeps the emitter in a collection of its own, so that it goes with the registrant or before it:
/// `this.blocks.push(block)`.
pub fn taken_in(facts: &Facts, emitter: ExprId) -> Option<Evidence> {
    // What a part of it tells of is over with the whole: `task.future` of a `task`.
    let whole = match facts.kind(emitter) {
        ExprKind::Field { base, .. } if facts.exported.is_none() => base,
        _ => emitter,
    };
    let place = facts.place(whole).filter(|_| !facts.typed && is_given(facts, whole))?;
    let keeps = |call: &ExprId| {
        let adds = facts.method_name(*call).is_some_and(|name| matches!(name, "push" | "append" | "add" | "set" | "unshift"));
        let own = facts.callee(*call).receiver.and_then(|on| facts.place(on)).is_some_and(|on| {
            let Place { root, path } = facts.places.get(on);
            matches!(root, Root::Instance(_)) && path.len() == 1
        });
        adds && own && facts.args(*call).iter().any(|arg| facts.place(*arg) == Some(place))
    };
    let at = facts.function(facts.function_of(emitter)).calls.iter().copied().find(keeps)?;
    let text = "the object keeps the emitter itself, which goes with it or before it";
    Some(Evidence::doubts(Weight::Decisive, text).at(facts.expr(at).span))
}

/// What an object takes out of a collection of its own, to which it gives it back: whoever registers there does so again
/// each time. The name of the collection, as evidence.
pub fn pooled(facts: &Facts, emitter: ExprId) -> Option<Evidence> {
    let binding = facts.binding_of(emitter).filter(|_| facts.exported.is_some())?;
    let value = kept::only_value(facts, &facts.binding(binding).definitions)?;
    let taken = facts.method_name(value).is_some_and(|name| matches!(name, "pop" | "shift"));
    let from = facts.callee(value).receiver.filter(|_| taken).and_then(|from| facts.place(from))?;
    let Place { root: Root::Instance(_), path } = facts.places.get(from) else { return None };
    let back = facts.operations(from).iter().find(|operation| match operation.action {
        Action::Method { name, call } => {
            let adds = matches!(facts.text(name), "push" | "unshift");
            // What waits in a queue comes out once; what was used comes back from outside.
            let given = |arg: &ExprId| {
                facts.binding_of(*arg).is_some_and(|own| matches!(facts.binding(own).kind, BindingKind::Parameter(_)))
            };
            adds && operation.function != facts.function_of(value) && facts.args(call).iter().any(given)
        }
        _ => false,
    });
    let back = back.filter(|_| path.len() == 1 && same_name(facts, emitter, from))?;
    let text = format!("it is taken out of `{}` and given back there, and each time adds one", facts.display(from));
    Some(Evidence::supports(Weight::Strong, text).at(facts.expr(back.expr).span))
}

/// Whether what is given back has the name of what was taken out.
fn same_name(facts: &Facts, emitter: ExprId, from: crate::facts::PlaceId) -> bool {
    let name = key::last_name(facts, emitter);
    facts.operations(from).iter().any(|operation| match operation.action {
        Action::Method { name: verb, call } if matches!(facts.text(verb), "push" | "unshift") => {
            facts.args(call).iter().any(|arg| key::last_name(facts, *arg) == name)
        }
        _ => false,
    })
}

/// Whether the way to an emitter begins with a parameter.
pub fn is_given(facts: &Facts, emitter: ExprId) -> bool {
    whole(facts, emitter).is_some()
}

/// The parameter with which the way to an emitter begins.
pub fn whole(facts: &Facts, emitter: ExprId) -> Option<BindingId> {
    let mut expr = emitter;
    while let ExprKind::Field { base, .. } = facts.kind(facts.peeled(expr)) {
        expr = base;
    }
    facts.binding_of(expr).filter(|binding| matches!(facts.binding(*binding).kind, BindingKind::Parameter(_)))
}

/// What one event brings with it: a field of its argument, or what is taken out of it by name. Each brings another one; a
/// connection or a server is there for many.
pub fn brought(facts: &Facts, words: &Words, emitter: ExprId) -> Option<Evidence> {
    let mut expr = emitter;
    for hop in 0..reach::HOPS {
        let lasting = key::last_name(facts, expr).is_some_and(|name| SHARED.contains(&name));
        if lasting {
            return None;
        }
        expr = match facts.kind(facts.peeled(expr)) {
            ExprKind::Field { base, .. } | ExprKind::Index { base, .. } => base,
            ExprKind::Name { name, binding: Some(binding) } => {
                let own = facts.binding(binding);
                let event = words.life.given.iter().any(|word| word == facts.text(name));
                match (own.kind, own.definitions.as_slice()) {
                    (BindingKind::Parameter(_) | BindingKind::Variable, _)
                        if hop > 0 && reach::visited(facts, binding).is_some() =>
                    {
                        let text = format!("each `{}` has its own", facts.text(name));
                        return Some(Evidence::doubts(Weight::Strong, text));
                    }
                    (BindingKind::Variable, [only]) => match only.source {
                        Source::Assigned(value) | Source::Unpacked(value, _) => value,
                        _ => return None,
                    },
                    (BindingKind::Parameter(_), _) if event && hop > 0 => {
                        let text = format!("each `{}` brings another one", facts.text(name));
                        return Some(Evidence::doubts(Weight::Decisive, text));
                    }
                    _ => return None,
                }
            }
            _ => return None,
        };
    }
    None
}

/// The streams of a child process or of a channel, which end with it. Those of this process do not.
pub fn stream(facts: &Facts, emitter: ExprId) -> Option<Evidence> {
    let ExprKind::Field { base, name } = facts.kind(facts.peeled(emitter)) else { return None };
    let name = facts.text(name);
    let own = key::last_name(facts, base).is_some_and(|name| name == "process");
    // What stands at the input of this process ends as well.
    let child = facts.exported.is_some() && STREAMS.contains(&name) && (!own || name == "stdin");
    child.then(|| Evidence::doubts(Weight::Decisive, format!("`{name}` ends with the process or channel that it belongs to")))
}

/// The streams of a child process that the same function has begun.
pub fn own_stream(facts: &Facts, emitter: ExprId) -> Option<Evidence> {
    let ExprKind::Field { base, .. } = facts.kind(facts.peeled(emitter)) else { return None };
    let function = facts.function_of(emitter);
    let begun = |operation: &Operation| match operation.action {
        Action::Assign(source) => {
            let call = |value: &ExprId| matches!(facts.kind(*value), ExprKind::Call { .. });
            operation.function == function && kept::given(source).as_ref().is_some_and(call)
        }
        _ => false,
    };
    let own = facts.operations(facts.place(base)?).iter().any(begun);
    stream(facts, emitter).filter(|_| own)
}

/// The names of these streams.
const STREAMS: [&str; 3] = ["stdin", "stdout", "stderr"];

/// Whether an emitter hangs on what a call makes of a parameter, so that it may have come with that:
/// `resolve(options).signal`.
pub fn is_passed_through(facts: &Facts, emitter: ExprId) -> bool {
    let ExprKind::Field { base, .. } = facts.kind(facts.peeled(emitter)) else { return false };
    let made = facts.binding_of(base).and_then(|binding| kept::only_value(facts, &facts.binding(binding).definitions));
    let Some(call) = made.filter(|call| matches!(facts.kind(*call), ExprKind::Call { .. })) else { return false };
    let constructs = facts.callee(call).constructs.is_some()
        || facts.callee_name(call).is_some_and(|name| name.starts_with(char::is_uppercase) || name.starts_with("create"));
    !constructs && facts.args(call).iter().any(|arg| facts.binding_of(*arg).is_some() && is_given(facts, *arg))
}

/// Whether an emitter, or the field or variable that holds it, is handed out by one of these calls.
pub fn comes_from(facts: &Facts, makers: &[Pattern], emitter: ExprId) -> bool {
    let made = |value: ExprId| {
        let call = facts.peeled(value);
        makers.iter().any(|word| word.fits(facts.callee_path(call), facts.callee_name(call)))
    };
    let given = |place| facts.definitions_of(place).iter().any(|definition| facts.value_of(definition).is_some_and(made));
    made(emitter) || facts.place(emitter).is_some_and(given)
}
