//! Races: something waits for the first of several, and what loses goes on.

use crate::checks::Context;
use crate::checks::lives::callback;
use crate::checks::lives::kept;
use crate::checks::lives::owner;
use crate::facts::{
    BindingId, ExitKind, ExprId, ExprKind, Facts, FunctionId, FunctionKind, Parent, Place, PlaceId, Root, Segment, Source,
    StepKind,
};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};
use crate::rules::Pattern;

/// How many names and functions are followed in a row.
const HOPS: u32 = 4;

/// What says that a timer settles a promise which takes part in a race, so that it stays set when something else wins.
pub fn loser(context: &Context, timer: ExprId) -> Option<Evidence> {
    let facts = context.facts;
    if context.words.race.is_empty() {
        return None;
    }
    let promise = facts.enclosing(facts.function_of(timer)).find_map(|function| {
        let closure = facts.closure_expr(function)?;
        let Parent::Expr(call) = facts.expr(closure).parent else { return None };
        is_pending(context, call).then_some(call)
    })?;
    let race = feeds(context, promise, HOPS)?;
    let text = "it takes part in a race, and stays set when something else wins";
    // What waits for timers keeps a process up; a page or an app goes on anyway, and loses no more than a closure.
    let weight = if is_elsewhere(context) { Weight::Fair } else { Weight::Decisive };
    Some(Evidence::supports(weight, text).at(facts.expr(race).span))
}

/// Whether the name of a file says that it never runs in a process that ends when nothing is waited for: `push.native.ts`.
fn is_elsewhere(context: &Context) -> bool {
    let file = context.path.rsplit('/').next().unwrap_or_default();
    let parts: Vec<&str> = file.split('.').collect();
    let [_, between @ .., _] = parts.as_slice() else { return false };
    between.iter().any(|part| context.words.platforms.iter().any(|word| word == part))
}

/// Whether a call makes something that its argument settles.
pub fn is_pending(context: &Context, call: ExprId) -> bool {
    context.facts.callee_name(call).is_some_and(|name| context.words.pending.iter().any(|word| word == name))
}

/// Whether the value of an expression is what a function returns to something that ignores it.
pub fn is_ignored(context: &Context, value: ExprId) -> bool {
    let facts = context.facts;
    let Parent::Step(step) = facts.expr(value).parent else { return false };
    let returned = matches!(facts.step(step).kind, StepKind::Exit { kind: ExitKind::Return, .. });
    let closure = facts.closure_expr(facts.function_of(value)).filter(|_| returned);
    closure.is_some_and(|closure| match facts.expr(closure).parent {
        Parent::Expr(call) => is_pending(context, call),
        _ => false,
    })
}

fn fits(facts: &Facts, patterns: &[Pattern], call: ExprId) -> bool {
    let (path, method) = (facts.callee_path(call), facts.method_name(call));
    patterns.iter().any(|pattern| pattern.fits(path, method))
}

/// Whether a promise takes part in a race that this file shows.
pub fn is_raced(context: &Context, promise: ExprId) -> bool {
    feeds(context, promise, HOPS).is_some()
}

/// The race that a value takes part in.
fn feeds(context: &Context, value: ExprId, hops: u32) -> Option<ExprId> {
    let facts = context.facts;
    let hops = hops.checked_sub(1)?;
    match facts.expr(value).parent {
        Parent::Expr(parent) => match facts.kind(parent) {
            ExprKind::Call { callee, .. } if callee != value => fits(facts, &context.words.race, parent).then_some(parent),
            // What is chained to a promise is settled with it.
            ExprKind::Call { .. } => feeds(context, parent, hops),
            ExprKind::Assign { target, value: Some(given), .. } if given == value => {
                named(context, facts.binding_of(target)?, hops)
            }
            ExprKind::Collection { .. } | ExprKind::Choice { .. } | ExprKind::Field { .. } | ExprKind::Spread(_) => {
                feeds(context, parent, hops + 1)
            }
            _ => None,
        },
        Parent::Step(step) => match facts.step(step).kind {
            StepKind::Exit { kind: ExitKind::Return, .. } => called(context, facts.function_of(value), hops),
            _ => None,
        },
        Parent::None => None,
    }
}

/// The race that one of the mentions of a name takes part in.
fn named(context: &Context, name: BindingId, hops: u32) -> Option<ExprId> {
    context.facts.binding(name).uses.iter().find_map(|mention| feeds(context, *mention, hops))
}

/// The race that the value of a call of a function takes part in.
fn called(context: &Context, function: FunctionId, hops: u32) -> Option<ExprId> {
    let facts = context.facts;
    let mut calls = facts.function(function).callers.clone();
    calls.sort_unstable();
    calls.into_iter().find_map(|call| feeds(context, call, hops))
}

/// Races against something that is kept for long: each adds a reaction to it, which stays until it is settled.
pub fn check(context: &Context) -> Vec<Finding> {
    let facts = context.facts;
    if context.words.race.is_empty() {
        return Vec::new();
    }
    let calls = facts.functions.iter().flat_map(|function| function.calls.iter().copied());
    calls.filter(|call| fits(facts, &context.words.race, *call)).filter_map(|call| judge(context, call)).collect()
}

fn judge(context: &Context, race: ExprId) -> Option<Finding> {
    let facts = context.facts;
    let list = *facts.args(race).first()?;
    let ExprKind::Collection { items, .. } = facts.kind(list) else { return None };
    let (item, made) = facts.list(items).iter().find_map(|item| Some((*item, lasting(context, *item)?)))?;
    let name = facts.display(facts.place(item)?);
    let message = format!("each race adds a reaction to `{name}`, which keeps all of them for as long as it is pending");
    let mut finding = context.finding(race, message, "raced here".to_owned());
    finding.related.push(Mark::new(Role::Declaration, facts.expr(made).span, "made here, and kept"));
    "the results of all earlier races stay in memory".clone_into(&mut finding.risk);
    "race against something that is made for this call and settled at its end; let the lasting event reach it through a \
     listener that is removed in a `finally`"
        .clone_into(&mut finding.recommendation);
    finding
        .evidence
        .push(Evidence::supports(Weight::Strong, "it is made once, and settled from outside").at(facts.expr(made).span));
    let function = facts.function_of(race);
    if !facts.in_loop(race) && owner::starts(facts, &context.words.words, function) {
        let text = format!("`{}` begins something, so it runs once", owner::name_of(facts, function));
        finding.evidence.push(Evidence::doubts(Weight::Decisive, text));
    }
    if is_made_with(facts, function) {
        let text = "it is raced only while the object is made that keeps it, and goes with that";
        finding.evidence.push(Evidence::doubts(Weight::Decisive, text).at(facts.function(function).head));
    }
    if facts.in_loop(race) {
        finding.evidence.push(Evidence::supports(Weight::Fair, "it is raced again in each round of a loop"));
    }
    Some(finding.weigh(context.prior()))
}

/// Whether this file calls a function, and only in constructors and what stands in them.
fn is_made_with(facts: &Facts, function: FunctionId) -> bool {
    let calls = &facts.function(function).callers;
    let making = |call: &ExprId| facts.enclosing(facts.function_of(*call)).any(|id| facts.function(id).traits.is_constructor);
    facts.function(function).owner.is_some() && !calls.is_empty() && calls.iter().all(making)
}

/// Where a promise is made that a field or a variable around the function keeps, if nobody replaces it.
fn lasting(context: &Context, item: ExprId) -> Option<ExprId> {
    let facts = context.facts;
    let place = holding(facts, item)?;
    let outside = match facts.places.get(place) {
        Place { root: Root::Instance(_) | Root::Static(_), path } => matches!(path.as_slice(), [Segment::Field(_)]),
        Place { root: Root::Binding(binding), path } if path.is_empty() => {
            let around = facts.scopes[facts.binding(*binding).scope.index()].function;
            around != facts.function_of(item) && !is_answered_once(context, around, item)
        }
        _ => false,
    };
    let mut definitions = facts.definitions_of(place);
    definitions.retain(|definition| !matches!(definition.source, Source::Declared(_)));
    let [only] = definitions.as_slice() else { return None };
    let Source::Assigned(value) = only.source else { return None };
    let value = origin(facts, value);
    let own = facts.function(facts.function_of(value));
    let once = own.traits.is_constructor || own.kind == FunctionKind::TypeBody || own.owner.is_none();
    (outside && waits(context, value) && once).then_some(value)
}

/// The place that keeps a promise: its own, or that of the object whose only use is to hand it out (`this.ended.promise`).
fn holding(facts: &Facts, item: ExprId) -> Option<PlaceId> {
    if let ExprKind::Field { base, .. } = facts.kind(item)
        && matches!(facts.kind(base), ExprKind::Field { .. })
    {
        return facts.place(base);
    }
    facts.place(item)
}

/// Whether an expression stands in a callback that the function which made the promise gives away once, so that it is
/// called for the one answer and both go together.
fn is_answered_once(context: &Context, around: FunctionId, item: ExprId) -> bool {
    let facts = context.facts;
    let mut inside = facts.enclosing(facts.function_of(item)).take_while(|id| *id != around);
    let Some(closure) = inside.by_ref().last().filter(|_| !facts.is_module(around)) else { return false };
    if facts.in_loop(item) {
        return false;
    }
    let name = |assign: ExprId| match facts.kind(assign) {
        ExprKind::Assign { target, .. } => facts.binding_of(target),
        _ => None,
    };
    let own = facts.function(closure);
    let named = facts.closure_expr(closure).and_then(|expr| match facts.expr(expr).parent {
        Parent::Expr(parent) => Some((expr, parent)),
        _ => None,
    });
    let given = match named {
        Some((_, parent)) if name(parent).is_some() => {
            let uses = name(parent).map(|binding| facts.binding(binding).uses.as_slice()).unwrap_or_default();
            let mut mentions = uses.iter().copied().filter(|at| facts.expr(*at).parent != Parent::Expr(parent));
            match (mentions.next(), mentions.next()) {
                (Some(only), None) => only,
                _ => return false,
            }
        }
        Some((expr, _)) => expr,
        None => return false,
    };
    let Parent::Expr(call) = facts.expr(given).parent else { return false };
    let again = facts.callee_name(call).is_some_and(|name| context.words.words.callers.iter().any(|word| word == name));
    facts.args(call).contains(&given) && !again && !facts.in_loop(call) && !own.traits.is_generator
}

/// The expression that made a value which reaches a place through names and fields.
fn origin(facts: &Facts, mut value: ExprId) -> ExprId {
    for _ in 0..HOPS {
        value = match facts.kind(value) {
            ExprKind::Field { base, .. } => base,
            ExprKind::Name { binding: Some(binding), .. } => match kept::only_value(facts, &facts.binding(binding).definitions) {
                Some(given) => given,
                None => return value,
            },
            _ => return value,
        };
    }
    value
}

/// Whether a call makes something that is settled from outside: its function, if it has one, only hands out the means.
fn waits(context: &Context, value: ExprId) -> bool {
    let facts = context.facts;
    let executor = facts.args(value).first().map(|executor| callback::function_behind(facts, *executor));
    is_pending(context, value)
        && match executor {
            None => true,
            Some(function) => function.is_some_and(|function| facts.function(function).calls.is_empty()),
        }
}
