//! How often a function runs, as one question for every rule: never, once in the life of a process, or again and again.

use super::Context;
use super::lives::lifetime;
use crate::facts::{BindingKind, ExprId, ExprKind, FunctionId, FunctionKind, Name, Parent};
use crate::finding::{Evidence, Finding, Weight};
use crate::index::{Origin, Outline};
use crate::rules::Check;

/// What says that a function runs once in the life of a process.
pub struct Once {
    /// One clause in plain words.
    pub text: String,
    /// Whether a framework calls it so, rather than what a program runs.
    pub sure: bool,
}

impl Once {
    fn new(text: String, sure: bool) -> Self {
        Self { text, sure }
    }
}

/// What says that a function runs once in the life of a process: all calls that the project makes of it, and of those who
/// call it, begin in modules that are loaded, in programs, or behind a flag. Only where the project is known.
pub fn once(context: &Context, function: FunctionId) -> Option<Once> {
    let (facts, words) = (context.facts, &context.words.words);
    let named = facts.enclosing(function).find(|id| facts.function(*id).kind == FunctionKind::Named)?;
    let own = facts.function(named);
    if let Some(hook) = hook(context, function) {
        return Some(Once::new(format!("`{hook}` runs once in the life of a process"), true));
    }
    if own.traits.is_constructor && own.decorators.is_empty() {
        return made_once(context, named).or_else(|| kept_once(context, named));
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
    let sure = origin.function.is_some_and(|by| words.hooks.iter().any(|word| word == by));
    (context.project.len() > 1).then(|| Once::new(told(&origin), sure))
}

/// The function that runs once by its name, if a function is one or stands in one.
fn hook<'a>(context: &Context<'a>, function: FunctionId) -> Option<&'a str> {
    let facts = context.facts;
    let mut named = facts.enclosing(function).filter_map(|id| facts.function(id).name).map(|name| facts.text(name));
    named.find(|name| context.words.words.hooks.iter().any(|word| word == name))
}

/// What says that a type has one instance, which is made where something runs once.
fn made_once(context: &Context, constructor: FunctionId) -> Option<Once> {
    let facts = context.facts;
    let ty = facts.text(facts.ty(facts.owner_of(constructor)?).name);
    let hooks = |name: &str| context.words.words.hooks.iter().any(|word| word == name);
    let (function, path) = context.project.made_once_by(context.path, ty, &hooks)?;
    Some(Once::new(format!("the project makes a `{ty}` only in `{function}` in {path}, which runs once"), true))
}

/// What says that a function is, or stands in, the constructor of what there is one of, as far as the module shows.
fn singly_made(context: &Context, function: FunctionId) -> Option<Once> {
    let facts = context.facts;
    let named = facts.enclosing(function).find(|id| facts.function(*id).kind == FunctionKind::Named)?;
    facts.function(named).traits.is_constructor.then(|| kept_once(context, named)).flatten()
}

/// What says that the one instance of a type is made where the module keeps it: all mentions of the constructor stand there.
fn kept_once(context: &Context, constructor: FunctionId) -> Option<Once> {
    let facts = context.facts;
    let ty = facts.owner_of(constructor).filter(|_| facts.typed)?;
    let own = facts.function(constructor).name?;
    let of_type =
        |base: ExprId| facts.binding_of(base).is_some_and(|binding| facts.binding(binding).kind == BindingKind::Type(ty));
    let named = |at: &ExprId| matches!(facts.kind(*at), ExprKind::Field { base, name } if name == own && of_type(base));
    let all = (0..facts.exprs.len() as u32).map(ExprId).filter(named).map(|at| facts.function_of(at));
    let mut used = all.filter(|function| !facts.enclosing(*function).any(|id| facts.function(id).traits.is_test)).peekable();
    let kept = |function: FunctionId| {
        facts.enclosing(function).all(|id| matches!(facts.function(id).kind, FunctionKind::Module | FunctionKind::Closure))
    };
    let name = facts.text(facts.ty(ty).name);
    let here =
        used.peek().is_some() && used.all(kept) && context.project.is_made_at_load(context.path, name, Some(facts.text(own)));
    here.then(|| Once::new(format!("the only `{name}` is made where the module keeps it"), false))
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
    facts.mentions(own).iter().any(|mention| match facts.expr(*mention).parent {
        Parent::Expr(parent) => match facts.kind(parent) {
            ExprKind::Call { callee, .. } => callee != *mention,
            _ => true,
        },
        _ => true,
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
    let mentioned = || !facts.mentions(own).is_empty();
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
    let single = || if known { singly_made(context, function) } else { once(context, function) };
    if let Some(once) = single() {
        let weight = if once.sure { Weight::Decisive } else { Weight::Strong };
        finding.evidence.push(Evidence::doubts(weight, once.text));
        if once.sure {
            finding.evidence.push(Evidence::doubts(Weight::Strong, "what comes once in the life of a process does not pile up"));
        }
        return finding.weigh(context.prior());
    }
    finding
}
