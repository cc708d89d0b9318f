//! How long a place lives, and how often a function runs.

use super::brought;
use super::event;
use super::key;
use super::registrar;
use crate::facts::{BindingId, BindingKind, ExprId, ExprKind, Facts, FunctionId, FunctionKind, LoopKind, Parent, Root, StepKind};
use crate::finding::{Evidence, Weight};
use crate::rules::Words;

/// How long a place lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// As long as the process: a module variable.
    Module,
    /// As long as the type: shared by all instances.
    Type,
    /// As long as an instance.
    Instance,
    /// As long as a function that closes over it.
    Closure,
    /// As long as the function whose parameter has it as a default value.
    Default,
    /// As long as a loop that never ends.
    Loop,
}

/// Whether a step is a loop without a condition, or one that asks the object.
pub fn is_lasting(facts: &Facts, step: &crate::facts::Step) -> bool {
    match step.kind {
        StepKind::Loop { kind: LoopKind::Forever, .. } => true,
        StepKind::Loop { kind: LoopKind::While, header: Some(header), .. } => asks_owner(facts, header),
        _ => false,
    }
}

/// Whether a condition is, or negates, a field or method of the instance.
fn asks_owner(facts: &Facts, condition: ExprId) -> bool {
    match facts.kind(condition) {
        ExprKind::Operation { operands, .. } => facts.list(operands).iter().any(|operand| asks_owner(facts, *operand)),
        ExprKind::Call { callee, .. } => asks_owner(facts, callee),
        // `while let Some(item) = self.queue.recv().await`
        ExprKind::Await(inner) if facts.typed => asks_owner(facts, inner),
        _ => facts.place(condition).is_some_and(|place| matches!(facts.places.get(place).root, Root::Instance(_))),
    }
}

/// Whether what a function does is done again and again for the place: not at import, not while the owner is made.
pub fn recurs(facts: &Facts, words: &Words, setup: &[String], life: Life, function: FunctionId) -> bool {
    let own = facts.function(function);
    match own.kind {
        FunctionKind::Module | FunctionKind::TypeBody => false,
        FunctionKind::Closure => match (event::given_to(facts, function), own.parent) {
            // What is called on the spot, or given to a call, runs when that call does, unless the call keeps it.
            (Some(call), Some(parent)) if !event::keeps_calling(facts, words, call) => recurs(facts, words, setup, life, parent),
            _ => true,
        },
        FunctionKind::Named => {
            let name = own.name.map_or("", |name| facts.text(name));
            if own.traits.is_constructor {
                return life != Life::Instance;
            }
            let loading = life != Life::Instance && only_at_import(facts, function);
            // A route may be called `visit` or `load` as well.
            let settles = key::starts_with(setup, name) && !is_entered(facts, words, function);
            !own.traits.is_test && !loading && !settles
        }
    }
}

/// Whether every call of a private function in this file is made while the module is loaded.
pub fn only_at_import(facts: &Facts, function: FunctionId) -> bool {
    let calls = &facts.function(function).callers;
    let loading =
        |call: &ExprId| matches!(facts.function(facts.function_of(*call)).kind, FunctionKind::Module | FunctionKind::TypeBody);
    !calls.is_empty() && calls.iter().all(loading)
}

/// What says that a function is given one request, message or event, or is registered for such.
pub fn given(facts: &Facts, words: &Words, function: FunctionId) -> Option<BindingId> {
    facts.enclosing(function).find_map(|id| brings(facts, words, id).map(|param| param.binding))
}

/// The parameter that brings a function its one event. One by whose name a registration is made names many of them.
pub(super) fn brings<'a>(facts: &'a Facts, words: &Words, function: FunctionId) -> Option<&'a crate::facts::Param> {
    let names_event = |at: &ExprId| match facts.expr(*at).parent {
        Parent::Expr(call) => {
            facts.positional(call, 0) == Some(*at) && facts.callee_name(call).is_some_and(|name| event::is_switch(words, name))
        }
        _ => false,
    };
    let own = facts.function(function);
    let executes = event::given_to(facts, function)
        .is_some_and(|call| facts.callee_name(call).is_some_and(|name| words.settling.iter().any(|word| word == name)));
    if executes && facts.exported.is_some() {
        return None;
    }
    // What is called is no request: `new Promise((res, rej) => …)`.
    let is_called = |at: &ExprId| matches!(facts.expr(*at).parent, Parent::Expr(call) if matches!(facts.kind(call), ExprKind::Call { callee, .. } if callee == *at));
    let called = |param: &crate::facts::Param| facts.binding(param.binding).uses.iter().any(is_called);
    // What else a function is told of its surroundings may be there for all of its calls.
    let beside = |param: &crate::facts::Param| {
        facts.text(param.name) == "context" && facts.exported.is_some() && own.position(param.binding) != Some(0)
    };
    let named = |param: &&crate::facts::Param| {
        words.life.given.iter().any(|word| word == facts.text(param.name)) && !called(param) && !beside(param)
    };
    // Nobody calls for an event without giving it.
    let given = own.params.iter().find(|param| named(param) && param.default.is_none())?;
    (!facts.binding(given.binding).uses.iter().any(names_event)).then_some(given)
}

/// What says that a function runs for one event at a time: it is given it, or it is its callback.
pub fn serves_one(facts: &Facts, words: &Words, function: FunctionId) -> Option<Evidence> {
    facts.enclosing(function).find_map(|id| {
        let own = facts.function(id);
        if let Some(param) = brings(facts, words, id) {
            let name = facts.text(param.name);
            return Some(Evidence::supports(Weight::Fair, format!("it runs once for each `{name}`")).at(own.head));
        }
        let call = event::asked_again(facts, words, id)?;
        let name = facts.callee_name(call).unwrap_or_default();
        let text = format!("a callback of `{name}` runs once per event");
        Some(Evidence::supports(Weight::Slight, text).at(facts.expr(call).span))
    })
}

/// What says that a function runs once per request, message or event.
pub fn serves(facts: &Facts, words: &Words, function: FunctionId) -> Option<Evidence> {
    serves_by_name(facts, words, function).or_else(|| {
        let method = facts.enclosing(function).find(|id| facts.function(*id).kind == FunctionKind::Named)?;
        let own = facts.function(method);
        let name = facts.text(own.name?);
        let text = format!("`{name}` is a coroutine, so it may run once per event");
        let waits = own.traits.is_async && !key::starts_with(&words.beginning, name);
        waits.then(|| Evidence::supports(Weight::Slight, text).at(own.head))
    })
}

/// The same, by what it is given or by its name: not because it is a coroutine, which much is that runs a few times.
pub fn serves_by_name(facts: &Facts, words: &Words, function: FunctionId) -> Option<Evidence> {
    if let Some(given) = serves_one(facts, words, function) {
        return Some(given);
    }
    let method = facts.enclosing(function).find(|id| facts.function(*id).kind == FunctionKind::Named)?;
    let own = facts.function(method);
    let name = facts.text(own.name?);
    if let Some(decorator) = own.decorators.iter().find(|decorator| is_entry(facts, words, **decorator)) {
        let text = format!("a framework runs `{name}` once per request or message");
        return Some(Evidence::supports(Weight::Strong, text).at(facts.expr(*decorator).span));
    }
    if brought::is_extracting(facts, words, method) {
        let text = format!("a framework runs `{name}` once per request");
        return Some(Evidence::supports(Weight::Strong, text).at(own.head));
    }
    if brought::is_given_request(facts, words, method) {
        let text = format!("`{name}` is given each request");
        return Some(Evidence::supports(Weight::Strong, text).at(own.head));
    }
    if words.handlers.iter().any(|word| word == name) {
        let text = format!("frameworks call `{name}` once per request or message");
        return Some(Evidence::supports(Weight::Strong, text).at(own.head));
    }
    // What a command handles is the one line by which it was called.
    let named = is_serving(words, name) && !registrar::registers(facts, method) && command(facts, method).is_none();
    let text = format!("`{name}` is named like what runs once per event");
    named.then(|| Evidence::supports(Weight::Fair, text).at(own.head))
}

/// The base by which the type of a method is a command of a program.
pub fn command(facts: &Facts, function: FunctionId) -> Option<&str> {
    let ty = facts.enclosing(function).find_map(|id| facts.owner_of(id))?;
    let mut bases = facts.ty(ty).base_paths.iter().map(|base| crate::facts::last(facts.text(*base)));
    bases.find(|base| key::split(base).last().is_some_and(|last| last == "command"))
}

/// Whether a framework runs a function per request, message or task, by a decorator or by what it is given.
pub fn is_entered(facts: &Facts, words: &Words, function: FunctionId) -> bool {
    let mut decorators = facts.function(function).decorators.iter();
    decorators.any(|decorator| is_entry(facts, words, *decorator)) || brought::is_extracting(facts, words, function)
}

/// Whether a decorator hands a function to a framework that runs it per request, message or task.
fn is_entry(facts: &Facts, words: &Words, decorator: ExprId) -> bool {
    let path = facts.path_of(decorator);
    let last = path.as_deref().and_then(|path| path.rsplit('.').next()).or_else(|| facts.callee_name(decorator));
    words.entry.iter().any(|word| word.fits(path.as_deref(), last))
}

/// What says that a place is added to in a loop that goes on for as long as the program or the object does.
pub fn ticks(facts: &Facts, expr: ExprId) -> Option<Evidence> {
    let around = endless_around(facts, expr).or_else(|| {
        let around = facts.loop_around(expr)?;
        let waiting = facts.function(facts.function_of(expr)).traits.is_async;
        (waiting && is_lasting(facts, facts.step(around))).then_some(around)
    })?;
    Some(Evidence::supports(Weight::Fair, "it is added to in a loop that goes on and on").at(facts.step(around).span))
}

/// Whether a file lies among programs, or is named like one.
pub fn is_among_programs(words: &Words, path: &str) -> bool {
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.split_once('.').map_or(file, |(stem, _)| stem);
    // `_scripts` are scripts that nobody imports.
    let named = |part: &str| words.programs.iter().any(|word| word == part || word == part.trim_start_matches('_'));
    folders.split('/').chain([stem]).any(named) || named("cli") && key::split(stem).iter().any(|word| word == "cli")
}

/// The folder around a file that holds copies of what others have written: its faults are theirs to mend.
pub fn vendored<'a>(words: &Words, path: &'a str) -> Option<&'a str> {
    let (folders, _) = path.rsplit_once('/')?;
    folders.split('/').find(|folder| {
        let name = folder.trim_start_matches('_').to_ascii_lowercase();
        words.vendored.contains(&name)
    })
}

/// The folder around a file that has such a name, or one that ends with its word (`db_migrations`).
pub fn aside<'a>(words: &Words, path: &'a str) -> Option<&'a str> {
    let (folders, _) = path.rsplit_once('/')?;
    folders.split('/').find(|folder| key::ends_with(&words.aside, folder))
}

/// Whether the name of a function says that it runs once per request, message or event.
pub fn is_serving(words: &Words, name: &str) -> bool {
    // `__call__` says only that the object is used like a function.
    !name.starts_with("__")
        && !event::is_switch(words, name)
        && key::starts_with(&words.serving, name)
        && !key::ends_with(&words.startup, name)
}

/// Whether the first word of a function's name is one of these.
pub fn named(facts: &Facts, words: &[String], function: FunctionId) -> bool {
    facts.function(function).name.is_some_and(|name| key::starts_with(words, facts.text(name)))
}

/// Whether a closure is given to a call that runs it once: `cell.get_or_init(|| …)`.
pub fn is_given_once(facts: &Facts, words: &Words, closure: FunctionId) -> bool {
    let called = facts.function(closure).made.and_then(|made| match facts.expr(made).parent {
        Parent::Expr(call) => facts.callee_name(call),
        _ => None,
    });
    called.is_some_and(|called| words.once.iter().any(|word| word == called))
}

/// Whether a function is handed to a call that runs it once, by its path: `cell.get_or_init(Service::new)`.
pub fn fills_once(facts: &Facts, words: &Words, function: FunctionId) -> bool {
    let own = facts.function(function);
    let (Some(name), Some(owner)) = (own.name, facts.owner_of(function)) else { return false };
    let once = |call: &ExprId| facts.callee_name(*call).is_some_and(|called| words.once.iter().any(|word| word == called));
    let names = |arg: &ExprId| match facts.kind(*arg) {
        ExprKind::Field { base, name: written } => {
            let ty = facts.binding_of(base).map(|binding| facts.binding(binding).kind);
            written == name && ty == Some(BindingKind::Type(owner))
        }
        _ => false,
    };
    facts.functions().any(|(_, function)| function.calls.iter().any(|call| once(call) && facts.args(*call).iter().any(names)))
}

/// Whether a function hands back what it was given, as a registering decorator does.
pub fn registers(facts: &Facts, function: FunctionId) -> bool {
    let own = facts.function(function);
    let returned = facts.steps_in(function).filter_map(|step| match step.kind {
        StepKind::Exit { kind: crate::facts::ExitKind::Return, value } => value,
        _ => None,
    });
    let mut returned = returned.peekable();
    let given = |value: ExprId| {
        facts.binding_of(value).is_some_and(|binding| {
            own.params.iter().skip(usize::from(own.receiver.is_some())).any(|param| param.binding == binding)
        })
    };
    let decorating = |value: ExprId| {
        facts.binding_of(value).is_some_and(|binding| matches!(facts.binding(binding).kind, BindingKind::Function(_)))
    };
    returned.any(|value| given(value) || decorating(value))
        || facts.functions.iter().any(|other| other.decorators.iter().any(|decorator| calls(facts, *decorator, function)))
}

fn calls(facts: &Facts, decorator: ExprId, function: FunctionId) -> bool {
    if facts.callee(decorator).function == Some(function) {
        return true;
    }
    facts.binding_of(decorator).is_some_and(|binding| facts.binding(binding).kind == BindingKind::Function(function))
}

/// The loop around an expression that neither a condition nor an exit ends.
pub fn endless_around(facts: &Facts, expr: ExprId) -> Option<crate::facts::StepId> {
    let around = facts.loop_around(expr)?;
    let StepKind::Loop { kind: LoopKind::Forever, .. } = facts.step(around).kind else { return None };
    let (span, function) = (facts.step(around).span, facts.function_of_step(facts.step(around)));
    let leaves = facts.steps_in(function).any(|step| {
        span.contains(step.span) && matches!(step.kind, StepKind::Exit { kind, .. } if kind != crate::facts::ExitKind::Continue)
    });
    // An exception that is caught around the loop ends it as well.
    let caught = facts.around_step(around).any(|outer| match outer {
        crate::facts::Around::Step(step) => {
            matches!(&facts.step(step).kind, StepKind::Try { handlers, .. } if !handlers.is_empty())
        }
        crate::facts::Around::Expr(_) => false,
    });
    (!leaves && !caught).then_some(around)
}

/// The loop around an expression that goes on for as long as a server does: one without an end, or one that takes the next client
/// each time, whatever ends it.
pub fn serving_around(facts: &Facts, words: &Words, expr: ExprId) -> Option<crate::facts::StepId> {
    let accepts = |call: &ExprId| {
        facts.callee(*call).receiver.is_some()
            && facts.callee_name(*call).is_some_and(|name| words.request.accept.iter().any(|word| word == name))
    };
    endless_around(facts, expr).or_else(|| {
        let around = facts.loop_around(expr)?;
        let StepKind::Loop { header, kind, .. } = facts.step(around).kind else { return None };
        // What goes on under a condition asks for the client in it.
        let span = match header {
            Some(header) if kind != LoopKind::Forever => facts.expr(header).span,
            _ => facts.step(around).span,
        };
        let calls = &facts.function(facts.function_of(expr)).calls;
        calls.iter().any(|call| span.contains(facts.expr(*call).span) && accepts(call)).then_some(around)
    })
}

/// The conditions that an expression stands under, innermost first.
pub fn conditions(facts: &Facts, expr: ExprId) -> Vec<ExprId> {
    let mut found = Vec::new();
    let mut inner = facts.step_of(expr);
    while let Some(step) = inner {
        inner = match facts.step(step).parent {
            Parent::Step(parent) => Some(parent),
            _ => None,
        };
        if let StepKind::Branch { condition, .. } = facts.step(step).kind {
            found.push(condition);
        }
    }
    found
}
