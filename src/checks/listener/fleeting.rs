//! Registrations that come once, or on something that is made for one piece of work, so that nothing gathers.

use super::check::Registered;
use super::emitter;
use super::reach::{self, Reach};
use crate::checks::Context;
use crate::checks::lives::acquire;
use crate::checks::lives::callback;
use crate::checks::lives::event;
use crate::checks::lives::kept;
use crate::checks::lives::key;
use crate::checks::lives::{owner, sole};
use crate::checks::work::race;
use crate::facts::{
    Action, BindingId, BindingKind, ExitKind, ExprId, ExprKind, Facts, FunctionId, FunctionKind, Parent, StepKind,
};
use crate::finding::{Evidence, Weight};
use crate::rules::Lifetime;

/// What says that a registration comes once, or goes with one piece of work.
pub fn doubts(context: &Context, one: &Registered) -> Vec<Evidence> {
    if context.facts.exported.is_none() {
        return Vec::new();
    }
    [
        ended_with_process(context, one),
        ends_process(context, one),
        leaves_page(context, one),
        doubled(context, one),
        own_signal(context, one),
        entrusted(context, one),
        asked_for(context, one),
        handed_by_makers(context, one),
        replaced(context, one),
        noted(context, one),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The end of the object ends its process.
fn ended_with_process(context: &Context, one: &Registered) -> Option<Evidence> {
    let facts = context.facts;
    one.emitter.filter(|emitter| emitter::root(facts, *emitter) == Some("process"))?;
    let ends = owner::teardowns(facts, facts.owner_of(one.function)?);
    let method = ends.into_iter().find(|end| sole::exits(facts, &context.words.words, *end))?;
    let text = format!("`{}` ends the process, and the object with it", owner::name_of(facts, method));
    Some(Evidence::doubts(Weight::Decisive, text).at(facts.function(method).head))
}

/// A function that listens to its own process, and waits for the end of that or brings it about, runs once in it.
fn ends_process(context: &Context, one: &Registered) -> Option<Evidence> {
    let facts = context.facts;
    let of_process = |expr: ExprId| emitter::root(facts, expr) == Some("process");
    one.emitter.filter(|emitter| of_process(*emitter))?;
    if let Some(at) = sets_process(facts, one.function) {
        let text = "the function sets up its process, of which there is one";
        return Some(Evidence::doubts(Weight::Strong, text).at(facts.expr(at).span));
    }
    let around = facts.enclosing(one.function).filter(|id| facts.function(*id).kind == FunctionKind::Named).last()?;
    let told = callback::function_behind(facts, one.callback);
    let within = |id: FunctionId, outer: FunctionId| facts.enclosing(id).any(|around| around == outer);
    let calls = facts.functions().filter(|(id, _)| within(*id, around)).flat_map(|(_, own)| own.calls.iter().copied());
    let calls: Vec<ExprId> = calls.collect();
    let listens = |call: &ExprId| {
        let event = facts.positional(*call, 0).and_then(|event| facts.literal_text(event));
        event.is_some_and(|event| context.words.words.last_events.iter().any(|word| word == event))
            && facts.callee(*call).receiver.is_some_and(of_process)
    };
    // What waits for anything else as well may be over before.
    let alone = |closure: FunctionId| facts.function(closure).calls.iter().all(listens);
    let waits = |call: &ExprId| {
        let own = facts.function_of(*call);
        listens(call) && is_awaited(context, own) && alone(own)
    };
    if let Some(at) = calls.iter().find(|call| waits(call)) {
        let text = "the function waits for the end of the process, so it runs once in it";
        return Some(Evidence::doubts(Weight::Decisive, text).at(facts.expr(*at).span));
    }
    let exits = |call: &ExprId| {
        let own = facts.function_of(*call);
        let later = told.is_none_or(|told| !within(own, told));
        let over = |id: FunctionId| event::is_milestone(facts, &context.words.words, id);
        let ends = || facts.enclosing(own).take_while(|id| *id != around).any(over);
        later && sole::quits(facts, &context.words.words, *call) && ends()
    };
    if let Some(at) = calls.iter().find(|call| exits(call)) {
        let text = "the process ends with what the function begins";
        return Some(Evidence::doubts(Weight::Strong, text).at(facts.expr(*at).span));
    }
    let leaves = |call: &&ExprId| sole::quits(facts, &context.words.words, **call);
    let at = facts.function(told.filter(|_| listens(&one.at))?).calls.iter().find(leaves)?;
    let text = "what it registers ends the process, which is the matter of a program as a whole";
    Some(Evidence::doubts(Weight::Fair, text).at(facts.expr(*at).span))
}

/// Where a function gives its process another environment, title or output.
fn sets_process(facts: &Facts, function: FunctionId) -> Option<ExprId> {
    let of_process =
        |expr: ExprId| matches!(facts.kind(expr), ExprKind::Field { .. }) && emitter::root(facts, expr) == Some("process");
    let sets = |expr: &ExprId| match facts.kind(*expr) {
        ExprKind::Assign { target, value: Some(_), .. } => of_process(target),
        _ => false,
    };
    let done = facts.steps_in(function).filter_map(|step| match step.kind {
        StepKind::Evaluate(expr) => Some(expr),
        _ => None,
    });
    done.into_iter().find(sets)
}

/// Whether a closure makes a promise.
fn is_awaited(context: &Context, closure: FunctionId) -> bool {
    let facts = context.facts;
    match facts.closure_expr(closure).map(|made| facts.expr(made).parent) {
        Some(Parent::Expr(call)) => race::is_pending(context, call),
        _ => false,
    }
}

/// The page is left right after, and what is registered on it goes with it.
fn leaves_page(context: &Context, one: &Registered) -> Option<Evidence> {
    let facts = context.facts;
    if one.registration.lifetime != Lifetime::Process {
        return None;
    }
    let located = |expr: ExprId| key::last_name(facts, expr) == Some("location");
    let leaves = |expr: ExprId| match facts.kind(expr) {
        ExprKind::Assign { target, value: Some(_), .. } => {
            located(target)
                || matches!(facts.kind(target), ExprKind::Field { base, name } if facts.text(name) == "href" && located(base))
        }
        ExprKind::Call { callee, .. } => {
            let verb = matches!(facts.method_name(expr), Some("assign" | "replace" | "reload"));
            verb && facts.callee(expr).receiver.is_some_and(located) || is_bound_to_location(facts, callee)
        }
        _ => false,
    };
    let after = facts.expr(one.at).span.end;
    let later = facts.steps_in(one.function).filter(|step| step.span.start >= after);
    let done = later.filter_map(|step| match step.kind {
        StepKind::Evaluate(expr) => Some(expr),
        _ => None,
    });
    let at = done.into_iter().find(|expr| leaves(*expr))?;
    Some(Evidence::doubts(Weight::Strong, "the page is left right after").at(facts.expr(at).span))
}

/// Whether a variable is a method of the page's location: `const go = window.location.assign.bind(window.location)`.
fn is_bound_to_location(facts: &Facts, callee: ExprId) -> bool {
    let Some(binding) = facts.binding_of(callee) else { return false };
    let Some(value) = kept::only_value(facts, &facts.binding(binding).definitions) else { return false };
    let bound = facts.method_name(value) == Some("bind");
    bound && facts.positional(value, 0).is_some_and(|of| key::last_name(facts, of) == Some("location"))
}

/// It belongs to a stand-in for the real thing, with which others test their programs.
fn doubled(context: &Context, one: &Registered) -> Option<Evidence> {
    let facts = context.facts;
    let stands_in = |name: &str| {
        let parts = key::split(name);
        parts.first().is_some_and(|first| first == "test") || parts.iter().any(|part| context.words.words.doubles.contains(part))
    };
    let file = context.path.rsplit('/').next().unwrap_or_default();
    let stem = file.split_once('.').map_or(file, |(stem, _)| stem);
    let ty = facts.owner_of(one.function).map(|ty| facts.text(facts.ty(ty).name));
    let named = ty.into_iter().chain([stem]).find(|name| stands_in(name))?;
    Some(Evidence::doubts(Weight::Strong, format!("`{named}` stands in for the real thing in tests")))
}

/// Emitter and callback are both given to somebody else, who can take the one off the other.
fn entrusted(context: &Context, one: &Registered) -> Option<Evidence> {
    let facts = context.facts;
    let callback = facts.binding_of(one.callback)?;
    let emitter = facts.peeled(one.emitter?);
    let part = match facts.kind(emitter) {
        ExprKind::Field { base, .. } => Some(base),
        _ => None,
    };
    let alike = |a: ExprId, b: ExprId| facts.binding_of(a).is_some_and(|of| facts.binding_of(b) == Some(of));
    let same = |arg: &ExprId| {
        facts.place(emitter).is_some_and(|place| facts.place(*arg) == Some(place))
            || alike(*arg, emitter)
            || part.is_some_and(|base| alike(*arg, base))
    };
    let given = |call: &&ExprId| {
        let args = facts.args(**call);
        **call != one.at && args.iter().any(same) && args.iter().any(|arg| facts.binding_of(*arg) == Some(callback))
    };
    let at = facts.function(one.function).calls.iter().find(given)?;
    let text = "emitter and callback are handed on together, by which somebody else can remove it";
    Some(Evidence::doubts(Weight::Decisive, text).at(facts.expr(*at).span))
}

/// A signal that whoever calls the function makes for this call.
fn own_signal(context: &Context, one: &Registered) -> Option<Evidence> {
    let facts = context.facts;
    let signal = one.emitter.map(|emitter| facts.peeled(emitter)).filter(|_| one.registration.shared)?;
    let own = facts.binding(facts.binding_of(signal)?);
    let function = facts.scopes[own.scope.index()].function;
    if !matches!(own.kind, BindingKind::Parameter(_)) || own.definitions.len() > 1 {
        return None;
    }
    if is_handed_on(facts, function) {
        let text = "whoever calls the closure hands in a signal for this call";
        return Some(Evidence::doubts(Weight::Strong, text).at(facts.function(function).head));
    }
    let given = acquire::passed(facts, signal);
    let all = facts.function(function).callers.len();
    let hidden = facts.exported.is_some() && !is_exported(facts, function);
    let made = |value: &ExprId| reach::of(facts, *value) == Reach::Local;
    let in_sight = hidden && all > 0 && given.len() == all && given.iter().all(made);
    let text = "all who call the function hand in a signal that they have made for it";
    let known = || {
        let own = facts.function(function);
        let at = own.position(facts.binding_of(signal)?)?;
        context.project.made_by_callers(&facts.language, facts.text(own.name?), at)
    };
    (in_sight || known().is_some()).then(|| Evidence::doubts(Weight::Decisive, text).at(facts.function(function).head))
}

/// A signal that the function cannot do without: whoever calls it has to make one, and makes it for this work. Who shares
/// the signal of something larger hands it on where there is one, so the function asks first.
fn asked_for(context: &Context, one: &Registered) -> Option<Evidence> {
    let facts = context.facts;
    let signal = one.emitter.map(|emitter| facts.peeled(emitter)).filter(|_| one.registration.shared)?;
    let (value, own) = given_as(facts, signal)?;
    let asked = |of: ExprId| {
        let operations = facts.place(of).map_or(&[][..], |place| facts.operations(place));
        facts.maybe.contains(&of)
            || operations.iter().any(|operation| {
                operation.action == Action::Tested || facts.maybe.contains(&operation.expr) || is_chosen(facts, operation.expr)
            })
    };
    let shared = |value: &ExprId| reach::of(facts, *value) == Reach::Process || asked(*value);
    if asked(signal) || asked(value) || acquire::passed(facts, signal).iter().any(shared) {
        return None;
    }
    let weight = if own && !is_lent(context, signal) { Weight::Strong } else { Weight::Fair };
    Some(Evidence::doubts(weight, "it cannot do without the signal, which whoever calls it makes for this work"))
}

/// Whether the project calls the function, and not always with a signal that is made for the call.
fn is_lent(context: &Context, signal: ExprId) -> bool {
    let facts = context.facts;
    let lent = || {
        let binding = facts.binding_of(signal)?;
        let own = facts.function(facts.scopes[facts.binding(binding).scope.index()].function);
        let (name, at) = (facts.text(own.name?), own.position(binding)?);
        let called = !context.project.callers(&facts.language, name).is_empty();
        Some(called && context.project.made_by_callers(&facts.language, name, at).is_none())
    };
    lent().unwrap_or(false)
}

/// What a function is given for a name, and whether that is its own matter: it stands for itself, and is not a part of what
/// everybody else may hand in.
fn given_as(facts: &Facts, signal: ExprId) -> Option<(ExprId, bool)> {
    let Some(binding) = facts.binding_of(signal) else { return emitter::is_given(facts, signal).then_some((signal, false)) };
    let own = facts.binding(binding);
    let function = facts.scopes[own.scope.index()].function;
    if let BindingKind::Parameter(_) = own.kind {
        let optional = facts.function(function).params.iter().any(|param| param.binding == binding && param.default.is_some());
        return (!optional).then_some((signal, true));
    }
    let value = kept::only_value(facts, &own.definitions)?;
    let whole = facts.binding(emitter::taken_out_of(facts, value)?);
    let unnamed = facts.text(whole.name).is_empty() && facts.owner_of(function).is_none() && !is_exported(facts, function);
    matches!(whole.kind, BindingKind::Parameter(_)).then_some((value, unnamed))
}

/// Whether other files can call a function by its name.
fn is_exported(facts: &Facts, function: FunctionId) -> bool {
    let named = facts.bindings.iter().position(|binding| binding.kind == BindingKind::Function(function));
    let exported = facts.exported.as_ref().zip(named);
    exported.is_none_or(|(exported, at)| exported.contains(&BindingId(at as u32)))
}

/// Whether a value is one operand of a question or a choice: `given || fallback`, `signal && …`.
fn is_chosen(facts: &Facts, value: ExprId) -> bool {
    match facts.expr(value).parent {
        Parent::Expr(outer) => matches!(facts.kind(outer), ExprKind::Operation { .. } | ExprKind::Choice { .. }),
        _ => false,
    }
}

/// An emitter that all who call the function in this file have made themselves, or were told of by a callback: each call
/// brings another one.
fn handed_by_makers(context: &Context, one: &Registered) -> Option<Evidence> {
    let facts = context.facts;
    let emitter = one.emitter.filter(|_| one.registration.lifetime == Lifetime::Receiver && !one.registration.shared)?;
    let mut whole = facts.peeled(emitter);
    while let ExprKind::Field { base, .. } = facts.kind(whole) {
        whole = facts.peeled(base);
    }
    let binding = facts.binding_of(whole)?;
    let function = facts.scopes[facts.binding(binding).scope.index()].function;
    let own = matches!(facts.binding(binding).kind, BindingKind::Parameter(_)) && !facts.function(function).traits.is_constructor;
    let given = acquire::passed(facts, whole);
    let all = facts.function(function).callers.len();
    let told = |value: ExprId| {
        let parameter = facts.binding_of(value).filter(|of| matches!(facts.binding(*of).kind, BindingKind::Parameter(_)));
        parameter.is_some_and(|of| is_told(facts, facts.scopes[facts.binding(of).scope.index()].function))
    };
    let brings = |value: &ExprId| reach::of(facts, *value) == Reach::Local || told(*value);
    let text = "those who call it hand in what they have made or were told of, another one each time";
    (own && all > 0 && given.len() == all && given.iter().all(brings)).then(|| Evidence::doubts(Weight::Strong, text))
}

/// Whether a function is a closure that is given to a call, which tells it of something.
fn is_told(facts: &Facts, function: FunctionId) -> bool {
    let closure = facts.closure_expr(function).filter(|_| facts.function(function).kind == FunctionKind::Closure);
    closure.is_some_and(|made| match facts.expr(made).parent {
        Parent::Expr(call) => matches!(facts.kind(call), ExprKind::Call { callee, .. } if callee != made),
        _ => false,
    })
}

/// The length of a name that everything has (`on`), and that tells nothing of where it is defined.
const SHORT: usize = 5;

/// What registers it keeps one callback only, wherever the project has something of this name.
fn replaced(context: &Context, one: &Registered) -> Option<Evidence> {
    let facts = context.facts;
    let verb = facts.method_name(one.at).filter(|verb| verb.len() > SHORT && one.registration.lifetime == Lifetime::Receiver)?;
    let slot = context.project.is_slot(&facts.language, verb);
    slot.then(|| Evidence::doubts(Weight::Decisive, format!("`{verb}` keeps one callback, and each takes the place of the last")))
}

/// The function notes the emitter in a collection that keeps nothing alive, and somebody asks that first: each emitter gets one
/// callback, and goes with it.
fn noted(context: &Context, one: &Registered) -> Option<Evidence> {
    let facts = context.facts;
    let emitter = facts.place(one.emitter?)?;
    let about = |call: ExprId| facts.positional(call, 0).and_then(|key| facts.place(key)) == Some(emitter);
    let within = |call: ExprId| {
        let on = facts.callee(call).receiver?;
        let name = facts.callee_name(kept::only_value(facts, &facts.binding(facts.binding_of(on)?).definitions)?)?;
        (matches!(name, "WeakMap" | "WeakSet") && about(call)).then(|| facts.binding_of(on)).flatten()
    };
    let calls = || {
        facts
            .function(one.function)
            .calls
            .iter()
            .copied()
            .filter(|call| facts.expr(*call).span.start < facts.expr(one.at).span.start)
    };
    let asked = |of: BindingId| {
        let on = |call: ExprId| facts.callee(call).receiver.and_then(|on| facts.binding_of(on));
        facts.callees.keys().any(|call| matches!(facts.method_name(*call), Some("get" | "has")) && on(*call) == Some(of))
    };
    let notes = |call: &ExprId| matches!(facts.method_name(*call), Some("set" | "add")) && within(*call).is_some_and(asked);
    let at = calls().find(notes)?;
    let text = "each emitter is noted here and asked for first, so it gets one callback, and goes with it";
    Some(Evidence::doubts(Weight::Decisive, text).at(facts.expr(at).span))
}

/// Whether a closure is returned, or given to a call, so that others call it.
fn is_handed_on(facts: &Facts, function: FunctionId) -> bool {
    let Some(made) = facts.closure_expr(function).filter(|_| facts.function(function).kind == FunctionKind::Closure) else {
        return false;
    };
    match facts.expr(made).parent {
        Parent::Expr(call) => matches!(facts.kind(call), ExprKind::Call { callee, .. } if callee != made),
        Parent::Step(step) => matches!(facts.step(step).kind, StepKind::Exit { kind: ExitKind::Return, .. }),
        Parent::None => false,
    }
}
