//! Where a handle is acquired, and what that says about who would miss it: in a test, in a program that does one thing and
//! ends, in a function that runs once.

use super::obligation::Obligation;
use crate::checks::Context;
use crate::checks::lives::key;
use crate::checks::lives::lifetime;
use crate::checks::often;
use crate::facts::{Around, BindingKind, ExprId, ExprKind, FunctionId, Literal, Name, ScopeId, StepKind};
use crate::finding::{Evidence, Weight};
use crate::rules::{Pattern, Resource};

/// What speaks against a finding because of where it stands. `certain` says that it takes no failure to lose the handle.
pub fn setting(context: &Context, obligation: &Obligation, certain: bool) -> Vec<Evidence> {
    let mut all = Vec::new();
    let function = context.facts.function_of(obligation.call);
    let resource = obligation.resource;
    // What only the process's end gives back matters in a long run of tests as well.
    let object = resource.collected || !resource.release.is_empty();
    if (object || !certain) && is_trial(context, function) {
        all.push(Evidence::doubts(Weight::Decisive, "it is test code"));
    }
    if let Some(at) = outdated(context, function) {
        let text = "the function says that it should not be called any more";
        all.push(Evidence::doubts(Weight::Decisive, text).at(context.span(at)));
    }
    if let Some(at) = in_place_of_module(context, obligation) {
        let text = "it is made only where a module is missing, which another way has";
        all.push(Evidence::doubts(Weight::Strong, text).at(context.span(at)));
    }
    all.extend(context.spared(resource));
    if let Some(condition) = switched_off(context, obligation) {
        let text = "it is made only where a constant is changed by hand";
        all.push(Evidence::doubts(Weight::Decisive, text).at(context.facts.expr(condition).span));
    }
    // The end of a process takes descriptors away, and no directories. What runs once may do it many times.
    let again = certain && context.facts.in_loop(obligation.call);
    let weight = if outlives_process(resource) || again { Weight::Strong } else { Weight::Decisive };
    if context.is_program() {
        all.push(Evidence::doubts(weight, "the file is part of a program that does one thing and ends"));
    }
    all.extend(once(context, obligation, weight));
    all
}

/// Whether a resource is something that the end of the process leaves behind: a folder on disk.
pub fn outlives_process(resource: &Resource) -> bool {
    resource.stays && resource.release.is_empty() && !resource.release_by.is_empty()
}

/// Why a function runs once, if it does.
fn once(context: &Context, obligation: &Obligation, weight: Weight) -> Option<Evidence> {
    let (facts, function) = (context.facts, context.facts.function_of(obligation.call));
    if loaded(context, function) {
        let text = "the function is called where the module is loaded or run as a program, so perhaps once";
        return Some(Evidence::doubts(weight, text));
    }
    if let Some(command) = facts.enclosing(function).find_map(|id| command(context, id)) {
        let text = "the function is a command, and what it holds goes when the command ends";
        return Some(Evidence::doubts(weight, text).at(facts.expr(command).span));
    }
    let known = !context.words.commanded.is_empty();
    if let Some(base) = lifetime::command(facts, function).filter(|_| known) {
        let text = format!("the function belongs to a `{base}`, and what it holds goes when the command ends");
        return Some(Evidence::doubts(weight, text));
    }
    if let Some(start) = process(context, function) {
        let text = "the function runs in a process of its own, which ends with it";
        return Some(Evidence::doubts(weight, text).at(facts.expr(start).span));
    }
    if let Some(end) = [Some(function), obligation.helper].into_iter().flatten().find_map(|id| quits(context, id)) {
        let text = "the function ends the process where it cannot go on, so it is part of a program, and perhaps runs once";
        return Some(Evidence::doubts(weight, text).at(facts.expr(end).span));
    }
    if let Some(read) = [Some(function), obligation.helper].into_iter().flatten().find_map(|id| commanded(context, id)) {
        let text = "the function reads the command line, so it is a program, and what it holds goes when that ends";
        return Some(Evidence::doubts(weight, text).at(facts.expr(read).span));
    }
    let mut callers = callers(context, function).peekable();
    let known = callers.peek().is_some();
    let program = |caller: FunctionId| command(context, caller).or_else(|| commanded(context, caller)).is_some();
    let once = |caller: FunctionId| loaded(context, caller) || program(caller);
    if known && callers.all(once) {
        return Some(Evidence::doubts(weight, "it is called only by what runs as a program, so perhaps once"));
    }
    abroad(context, function, weight)
}

/// Why the whole project calls a function once at most.
fn abroad(context: &Context, function: FunctionId, weight: Weight) -> Option<Evidence> {
    let known = !context.words.fails.is_empty();
    known.then(|| often::once(context, function)).flatten().map(|once| Evidence::doubts(weight, once.text))
}

/// The call by which a function gives up with the whole process: one that only programs make, or any in a handler.
fn quits(context: &Context, function: FunctionId) -> Option<ExprId> {
    let facts = context.facts;
    let fits =
        |call: ExprId, words: &[Pattern]| words.iter().any(|word| word.fits(facts.callee_path(call), facts.method_name(call)));
    let calls = facts.function(function).calls.iter().copied();
    let known = !context.words.quits.is_empty();
    calls
        .filter(|_| known)
        .find(|call| fits(*call, &context.words.quits) || facts.in_handler(*call) && fits(*call, &context.words.exit))
}

/// The call by which a function reads the command line.
fn commanded(context: &Context, function: FunctionId) -> Option<ExprId> {
    let facts = context.facts;
    let calls = facts.function(function).calls.iter().copied();
    calls
        .filter(|_| !context.words.commanded.is_empty())
        .find(|call| context.words.commanded.iter().any(|word| word.fits(facts.callee_path(*call), facts.method_name(*call))))
}

/// The condition around an acquisition that is a name of the module with one value, which says no.
fn switched_off(context: &Context, obligation: &Obligation) -> Option<ExprId> {
    let facts = context.facts;
    facts.around(obligation.call).find_map(|around| {
        let Around::Step(step) = around else { return None };
        let StepKind::Branch { condition, then, .. } = &facts.step(step).kind else { return None };
        let binding = facts.binding(facts.binding_of(*condition)?);
        let [only] = binding.definitions.as_slice() else { return None };
        let off = facts.value_of(only).is_some_and(|value| facts.literal(value) == Some(Literal::Bool(false)));
        let module = facts.scopes[binding.scope.index()].function == FunctionId(0);
        (off && module && facts.in_block(obligation.call, then)).then_some(*condition)
    })
}

/// What the handler names that catches the lack of a module, and in which the handle is made.
fn in_place_of_module(context: &Context, obligation: &Obligation) -> Option<ExprId> {
    let facts = context.facts;
    let lacks = |catches: ExprId| {
        let name = facts.dotted(catches);
        name.is_some_and(|name| context.words.lacking.contains(&name)).then_some(catches)
    };
    facts.around(obligation.call).find_map(|around| {
        let Around::Step(step) = around else { return None };
        let StepKind::Try { handlers, .. } = &facts.step(step).kind else { return None };
        let handler = handlers.iter().find(|handler| facts.in_block(obligation.call, &handler.body))?;
        handler.catches.and_then(lacks)
    })
}

/// What says that a handle takes the place of one that is not there, and is kept as long as that would have been.
pub fn replacing(context: &Context, obligation: &Obligation) -> Option<Evidence> {
    let asked = fallback(context, obligation)?;
    let text = "it is made only where there is none yet, and then serves as long as that would have";
    Some(Evidence::doubts(Weight::Decisive, text).at(context.facts.expr(asked).span))
}

/// The call that asks for one that is there, where the handle is made only after that has failed.
fn fallback(context: &Context, obligation: &Obligation) -> Option<ExprId> {
    let facts = context.facts;
    let asks = |call: &ExprId| {
        let fits = |pattern: &Pattern| pattern.fits(facts.callee_path(*call), facts.method_name(*call));
        obligation.resource.instead_of.iter().any(fits)
    };
    facts.around(obligation.call).find_map(|around| {
        let Around::Step(step) = around else { return None };
        let StepKind::Try { body, handlers, .. } = &facts.step(step).kind else { return None };
        if !handlers.iter().any(|handler| facts.in_block(obligation.call, &handler.body)) {
            return None;
        }
        let calls = facts.function(facts.function_of(obligation.call)).calls.iter().copied();
        calls.filter(asks).find(|call| facts.in_block(*call, body))
    })
}

/// The functions of the file that call a function.
fn callers<'a>(context: &Context<'a>, function: FunctionId) -> impl Iterator<Item = FunctionId> + use<'a> {
    let facts = context.facts;
    facts.function(function).callers.iter().map(|call| facts.function_of(*call))
}

/// Whether the module itself calls a function: a program's `main`.
fn loaded(context: &Context, function: FunctionId) -> bool {
    callers(context, function).any(|caller| caller == FunctionId(0))
}

/// The decorator that makes a function a command.
fn command(context: &Context, function: FunctionId) -> Option<ExprId> {
    let facts = context.facts;
    facts.function(function).decorators.iter().copied().find(|decorator| {
        let path = facts.path_of(*decorator);
        let last = path.as_deref().and_then(|path| path.rsplit('.').next()).or_else(|| facts.callee_name(*decorator));
        context.words.command.iter().any(|word| word.fits(path.as_deref(), last))
    })
}

/// The call by which a function says, before it does anything else, that nobody should call it any more.
fn outdated(context: &Context, function: FunctionId) -> Option<ExprId> {
    let facts = context.facts;
    let says = |arg: &ExprId| {
        let value = match facts.kind(*arg) {
            ExprKind::Named { value, .. } => value,
            ExprKind::Call { callee, .. } => callee,
            _ => *arg,
        };
        key::last_name(facts, value).is_some_and(|name| context.words.outdated.iter().any(|word| word == name))
    };
    let body = facts.function(function).body.iter().take(3);
    body.filter_map(|step| match facts.step(*step).kind {
        StepKind::Evaluate(call) => Some(call),
        _ => None,
    })
    .find(|call| facts.args(*call).iter().any(says))
}

/// The call that runs a function in a process of its own.
fn process(context: &Context, function: FunctionId) -> Option<ExprId> {
    started(context, function, &context.words.process)
}

/// The call by one of these last names that runs a function, given as `target`.
pub fn started(context: &Context, function: FunctionId, by: &[String]) -> Option<ExprId> {
    let facts = context.facts;
    let name = facts.function(function).name?;
    let starts = |call: &ExprId| {
        let target = facts.option(*call, "target").map(|target| facts.kind(target));
        matches!(target, Some(ExprKind::Name { name: own, .. } | ExprKind::Field { name: own, .. }) if own == name)
    };
    by.iter().flat_map(|word| facts.calls_of(word)).copied().filter(starts).min()
}

/// Whether a function belongs to tests, by its own name or that of a folder.
fn is_trial(context: &Context, function: FunctionId) -> bool {
    let named = context.facts.enclosing(function).any(|id| context.facts.function(id).traits.is_test);
    !context.words.trials.is_empty() && (named || is_within(context.path, &context.words.trials) || imports_trials(context))
}

/// Whether the file imports, as a whole, what only tests need.
fn imports_trials(context: &Context) -> bool {
    let facts = context.facts;
    let named = context.words.trial_modules.iter().filter_map(|word| facts.names.find(word));
    let whole = |module: Name| {
        let at_top = |scope: ScopeId| facts.scopes[scope.index()].function == FunctionId(0);
        facts.bindings.iter().any(|binding| binding.kind == BindingKind::Import(module) && at_top(binding.scope))
    };
    named.into_iter().any(whole)
}

fn is_within(path: &str, folders: &[String]) -> bool {
    let parts = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    // `module_testing` holds tests as well, and `test` alone may be what a library is for.
    let ends =
        |part: &str| folders.iter().any(|folder| folder == part) || key::split(part).last().is_some_and(|last| last == "testing");
    parts.split('/').any(ends)
}
