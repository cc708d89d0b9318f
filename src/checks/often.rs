//! How often a function runs, as one question for every rule: never, once in the life of a process, or again and again.

use super::Context;
use super::lives::lifetime;
use crate::facts::{ExprKind, FunctionId, FunctionKind, Name, Parent};
use crate::finding::{Evidence, Finding, Weight};
use crate::index::{Origin, Outline};
use crate::rules::Check;

/// What says that a function runs once in the life of a process: all calls that the project makes of it, and of those who
/// call it, begin in modules that are loaded, in programs, or behind a flag. Only where the project is known.
pub fn once(context: &Context, function: FunctionId) -> Option<String> {
    let (facts, words) = (context.facts, &context.words.words);
    let named = facts.enclosing(function).find(|id| facts.function(*id).kind == FunctionKind::Named)?;
    let own = facts.function(named);
    if let Some(hook) = hook(context, function) {
        return Some(format!("`{hook}` runs once in the life of a process"));
    }
    if own.traits.is_constructor && own.decorators.is_empty() {
        return made_once(context, named);
    }
    // What a framework is given calls it on its own terms.
    if !own.decorators.is_empty() || own.traits.is_constructor || is_value(context, own.name?) {
        return None;
    }
    let begins = |file: &Outline, by: Option<&str>| {
        let program = file.program || lifetime::is_among_programs(words, &file.path);
        program || by.is_some_and(|by| words.running.iter().chain(&words.hooks).any(|word| word == by))
    };
    let origin = context.project.origin(&facts.language, facts.text(own.name?), &begins)?;
    (context.project.len() > 1).then(|| told(&origin))
}

/// The function that runs once by its name, if a function is one or stands in one.
fn hook<'a>(context: &Context<'a>, function: FunctionId) -> Option<&'a str> {
    let facts = context.facts;
    let mut named = facts.enclosing(function).filter_map(|id| facts.function(id).name).map(|name| facts.text(name));
    named.find(|name| context.words.words.hooks.iter().any(|word| word == name))
}

/// What says that a type has one instance, which is made where something runs once.
fn made_once(context: &Context, constructor: FunctionId) -> Option<String> {
    let facts = context.facts;
    let ty = facts.text(facts.ty(facts.owner_of(constructor)?).name);
    let hooks = |name: &str| context.words.words.hooks.iter().any(|word| word == name);
    let (function, path) = context.project.made_once_by(context.path, ty, &hooks)?;
    Some(format!("the project makes a `{ty}` only in `{function}` in {path}, which runs once"))
}

fn told(origin: &Origin) -> String {
    match origin.function {
        Some(function) => format!("the project calls it only from what runs once: `{function}` in {}", origin.file),
        None => format!("the project calls it only where {} is loaded", origin.file),
    }
}

/// Whether a function of this name is passed about as a value in its own file, so that others may call it.
fn is_value(context: &Context, own: Name) -> bool {
    let facts = context.facts;
    facts.exprs.iter().enumerate().any(|(at, expr)| {
        let named = matches!(expr.kind, ExprKind::Field { name, .. } | ExprKind::Name { name, .. } if name == own);
        named
            && match expr.parent {
                Parent::Expr(parent) => match facts.kind(parent) {
                    ExprKind::Call { callee, .. } => callee.index() != at,
                    _ => true,
                },
                _ => true,
            }
    })
}

/// Whether nobody in the project calls a private function, or the one around it, and its own file does not mention it
/// either.
pub fn is_unused(context: &Context, function: FunctionId) -> bool {
    let facts = context.facts;
    let mut named = facts.enclosing(function).filter(|id| facts.function(*id).kind == FunctionKind::Named);
    context.project.len() > 1 && named.any(|id| is_idle(context, id))
}

/// Whether a private function is named nowhere.
fn is_idle(context: &Context, function: FunctionId) -> bool {
    let facts = context.facts;
    let Some(own) = facts.function(function).name else { return false };
    let name = facts.text(own);
    let private = name.starts_with('_') && !name.starts_with("__") && facts.function(function).decorators.is_empty();
    let mentioned = || {
        facts.exprs.iter().any(|expr| match expr.kind {
            ExprKind::Field { name, .. } | ExprKind::Name { name, .. } => name == own,
            _ => false,
        })
    };
    private && context.project.is_distinctive(name) && context.project.callers(&facts.language, name).is_empty() && !mentioned()
}

/// A finding with what the callers of its function say, where the rule has not asked them itself.
pub fn weighed(context: &Context, mut finding: Finding) -> Finding {
    let asks = matches!(context.rule.check, Check::Timer | Check::Listener | Check::Task | Check::Handle);
    if !asks {
        return finding;
    }
    let function = context.facts.function_at(finding.primary.span);
    if is_unused(context, function) {
        let text = "nothing in the project calls the private function that it stands in";
        finding.evidence.push(Evidence::doubts(Weight::Decisive, text));
        return finding.weigh(context.prior());
    }
    let known = context.rule.check == Check::Handle || context.words.words.running.is_empty();
    if let Some(text) = once(context, function).filter(|_| !known) {
        finding.evidence.push(Evidence::doubts(Weight::Strong, text));
        return finding.weigh(context.prior());
    }
    finding
}
