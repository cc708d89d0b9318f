//! Where a handle is acquired, and what that says about who would miss it: in a test, in a program that does one thing and
//! ends, in a function that runs once.

use super::obligation::Obligation;
use crate::checks::Context;
use crate::checks::lives::lifetime;
use crate::facts::{ExprId, ExprKind, FunctionId};
use crate::finding::{Evidence, Weight};

/// What speaks against a finding because of where it stands. `certain` says that it takes no failure to lose the handle.
pub fn setting(context: &Context, obligation: &Obligation, certain: bool) -> Vec<Evidence> {
    let mut all = Vec::new();
    let function = context.facts.function_of(obligation.call);
    // What only the process's end gives back matters in a long run of tests as well.
    if (obligation.resource.collected || !certain) && is_trial(context, function) {
        all.push(Evidence::doubts(Weight::Decisive, "it is test code"));
    }
    if is_within(context.path, &context.words.aside) {
        all.push(Evidence::doubts(Weight::Decisive, "the file lies where programs are kept that are run by hand"));
    }
    if lifetime::is_program(&context.words.words, context.path) {
        all.push(Evidence::doubts(Weight::Decisive, "the file is part of a program that does one thing and ends"));
    }
    all.extend(once(context, function));
    all
}

/// Why a function runs once, if it does.
fn once(context: &Context, function: FunctionId) -> Option<Evidence> {
    let facts = context.facts;
    if loaded(context, function) {
        let text = "the function is called where the module is loaded or run as a program, so perhaps once";
        return Some(Evidence::doubts(Weight::Decisive, text));
    }
    if let Some(command) = facts.enclosing(function).find_map(|id| command(context, id)) {
        let text = "the function is a command, and what it holds goes when the command ends";
        return Some(Evidence::doubts(Weight::Decisive, text).at(facts.expr(command).span));
    }
    if let Some(start) = process(context, function) {
        let text = "the function runs in a process of its own, which ends with it";
        return Some(Evidence::doubts(Weight::Decisive, text).at(facts.expr(start).span));
    }
    let mut callers = callers(context, function).peekable();
    let known = callers.peek().is_some();
    let once = |caller: FunctionId| loaded(context, caller) || command(context, caller).is_some();
    (known && callers.all(once))
        .then(|| Evidence::doubts(Weight::Decisive, "it is called only by what runs as a program, so perhaps once"))
}

/// The functions of the file that call a function.
fn callers<'a>(context: &Context<'a>, function: FunctionId) -> impl Iterator<Item = FunctionId> + use<'a> {
    let facts = context.facts;
    let called = facts.callees.iter().filter(move |(_, callee)| callee.function == Some(function));
    called.map(|(call, _)| facts.function_of(*call))
}

/// Whether the module itself calls a function: a program's `main`.
fn loaded(context: &Context, function: FunctionId) -> bool {
    let facts = context.facts;
    let module = facts.functions.first();
    module.is_some_and(|module| module.calls.iter().any(|call| facts.callee(*call).function == Some(function)))
}

/// The decorator that makes a function a command.
fn command(context: &Context, function: FunctionId) -> Option<ExprId> {
    let facts = context.facts;
    facts.function(function).decorators.iter().copied().find(|decorator| {
        let path = facts.callee_path(*decorator).map(str::to_owned).or_else(|| facts.dotted(*decorator));
        let last = path.as_deref().and_then(|path| path.rsplit('.').next()).or_else(|| facts.callee_name(*decorator));
        context.words.command.iter().any(|word| word.fits(path.as_deref(), last))
    })
}

/// The call that runs a function in a process of its own.
fn process(context: &Context, function: FunctionId) -> Option<ExprId> {
    let facts = context.facts;
    let name = facts.function(function).name?;
    let starts = |call: &ExprId| {
        let target = facts.option(*call, "target").map(|target| facts.kind(target));
        let own = match target {
            Some(ExprKind::Name { name: own, .. } | ExprKind::Field { name: own, .. }) => own == name,
            _ => false,
        };
        own && facts.callee_name(*call).is_some_and(|name| context.words.process.iter().any(|word| word == name))
    };
    facts.callees.keys().copied().filter(starts).min()
}

/// Whether a function belongs to tests, by its own name or that of a folder.
fn is_trial(context: &Context, function: FunctionId) -> bool {
    let named = context.facts.enclosing(function).any(|id| context.facts.function(id).traits.is_test);
    !context.words.trials.is_empty() && (named || is_within(context.path, &context.words.trials))
}

fn is_within(path: &str, folders: &[String]) -> bool {
    let parts = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    parts.split('/').any(|part| folders.iter().any(|folder| folder == part))
}
