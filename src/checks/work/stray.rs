//! Timers whose handle nobody keeps: those that schedule themselves for ever, and those that outlive their purpose.

use super::race;
use super::timer::{Timer, is_unconditional, single, tell};
use crate::checks::Context;
use crate::checks::lives::acquire;
use crate::checks::lives::callback::{self, Holds};
use crate::checks::lives::demise;
use crate::checks::lives::kept::{self, Fate};
use crate::checks::lives::key;
use crate::checks::lives::life::{self, Start};
use crate::checks::lives::lifetime;
use crate::checks::lives::owner::{self, Runs};
use crate::facts::{BindingKind, ExprId, ExprKind, Facts, FunctionId, Literal, Operator, StepId, StepKind};
use crate::finding::{Evidence, Finding, Mark, Role, Stance, Weight};

/// A timer that sets itself again each time it fires, with nothing that could stop it.
pub fn endless(context: &Context, timer: &Timer) -> Option<Finding> {
    let facts = context.facts;
    if !is_unconditional(facts, timer) || timer.holds < Holds::Locals {
        return None;
    }
    let mut evidence = vec![
        Evidence::supports(Weight::Strong, "it schedules itself again without a condition"),
        Evidence::supports(Weight::Slight, "its handle is dropped, so nobody can cancel it"),
    ];
    let owner = facts.owner_of(timer.function);
    let by_object = !context.words.words.drawn.is_empty() && is_scheduled_by_object(facts, timer.call);
    if let Some(ty) = owner {
        evidence.extend(single(context, ty));
        let exits = super::reach::exits(context, ty);
        let ends = exits.is_none() && !by_object;
        evidence.extend(exits);
        if let Some(teardown) = demise::ends(facts, &context.words.words, ty, timer.function).first() {
            let own = facts.function(*teardown);
            let name = own.name.map_or("", |name| facts.text(name));
            let text = format!("`{name}` ends the object and leaves the timer running");
            evidence.extend(ends.then(|| Evidence::supports(Weight::Fair, text).at(own.head)));
        } else {
            evidence.push(Evidence::doubts(Weight::Fair, "nothing says that the object ends before the process"));
        }
    } else if let Some(span) = life::span(facts, &context.words.words, timer.function) {
        evidence.push(life::left(facts, &span, timer.resource.kind.as_str()));
    } else {
        evidence.push(meant(context));
    }
    if by_object {
        evidence
            .push(Evidence::doubts(Weight::Decisive, "what schedules it is no event loop, and may cancel all that it was given"));
    }
    let name = owner::name_of(facts, timer.function);
    let message = format!("the {} schedules `{name}` again for ever: nothing can stop it", timer.resource.kind);
    Some(tell(context, timer, message, evidence).weigh(context.prior()))
}

/// What speaks against a timer that no object sets. Where functions are values, what begins something and hands nothing out
/// is mostly called once.
fn meant(context: &Context) -> Evidence {
    let known = context.facts.exported.is_some() || !context.words.words.drawn.is_empty();
    let weight = if known { Weight::Decisive } else { Weight::Strong };
    Evidence::doubts(weight, "it may be meant to run as long as the process")
}

/// Whether something other than an event loop is asked to call back.
fn is_scheduled_by_object(facts: &Facts, call: ExprId) -> bool {
    let Some(receiver) = facts.callee(call).receiver else { return false };
    let name = facts.callee_name(receiver).or_else(|| key::last_name(facts, receiver));
    let is_import = |binding| matches!(facts.binding(binding).kind, BindingKind::Import(_));
    if facts.binding_of(receiver).is_some_and(is_import) {
        return false;
    }
    let known = facts.callee_path(call).is_some_and(|path| path.starts_with("asyncio.") || path.starts_with("twisted."));
    !known && name.is_some_and(|name| !key::split(name).iter().any(|word| word.contains("loop") || word == "reactor"))
}

/// A timer that goes on until somebody cancels it, whose handle nobody uses.
pub fn ticking(context: &Context, timer: &Timer) -> Option<Finding> {
    let facts = context.facts;
    let span = life::span(facts, &context.words.words, timer.function);
    let begun = span.is_some_and(|span| matches!(span.start, Start::Effect | Start::Begin));
    let guarded = if facts.exported.is_some() { owner::guarded_for_good } else { owner::guarded };
    if timer.holds < Holds::Locals && !begun || guarded(facts, timer.call) {
        return None;
    }
    let mut evidence = vec![
        Evidence::supports(Weight::Strong, "it goes on until somebody cancels it"),
        match timer.kept.holders.as_slice() {
            [] => Evidence::supports(Weight::Slight, "its handle is dropped, so nobody can cancel it"),
            _ => Evidence::supports(Weight::Slight, "nothing in this file cancels it"),
        },
    ];
    let ends = ends(context, timer);
    if is_unref(facts, timer.call) && !ends.iter().any(|piece| piece.stance == Stance::For) {
        let text = "it does not keep the process, and nothing says that what it works for ends before that";
        evidence.push(Evidence::doubts(Weight::Strong, text));
    }
    evidence.extend(ends);
    evidence.extend(context.brief());
    let message = format!("nothing ever cancels this {}", timer.resource.kind);
    Some(tell(context, timer, message, evidence).weigh(context.prior()))
}

/// Whether the handle is only asked not to keep the process: `setInterval(…).unref()`.
fn is_unref(facts: &Facts, call: ExprId) -> bool {
    match kept::fate(facts, call) {
        Fate::Chained(method) => facts.callee_name(method) == Some("unref"),
        _ => false,
    }
}

/// Whether what a timer works for ends before the process.
fn ends(context: &Context, timer: &Timer) -> Vec<Evidence> {
    let (facts, words) = (context.facts, &context.words.words);
    if let Some(span) = life::span(facts, words, timer.function) {
        return vec![life::left(facts, &span, timer.resource.kind.as_str())];
    }
    let mut evidence = Vec::new();
    let begins = owner::runs(facts, words, timer.function) == Runs::PerCall;
    match facts.owner_of(timer.function) {
        Some(ty) => {
            evidence.extend(single(context, ty));
            let exits = super::reach::exits(context, ty);
            let ends = exits.is_none();
            evidence.extend(exits);
            if let Some(teardown) = demise::ends(facts, &context.words.words, ty, timer.function).first() {
                let own = facts.function(*teardown);
                let name = own.name.map_or("", |name| facts.text(name));
                let text = format!("`{name}` ends the object and leaves the timer running");
                evidence.extend(ends.then(|| Evidence::supports(Weight::Fair, text).at(own.head)));
            } else if life::is_component(facts, &words.life, ty) {
                evidence.push(Evidence::supports(Weight::Fair, "such an object ends when it is taken off the screen"));
            } else {
                let weight = if is_left_to_users(context, timer) { Weight::Decisive } else { Weight::Fair };
                evidence.push(Evidence::doubts(weight, "nothing says that the object ends before the process"));
            }
            if key::ends_with(&words.lasting, facts.text(facts.ty(ty).name)) {
                evidence.push(Evidence::doubts(Weight::Fair, "such an object may live as long as the process"));
            }
        }
        None if facts.enclosing(timer.function).any(|id| life::is_shared_setup(facts, words, id)) => {
            evidence.push(Evidence::supports(Weight::Fair, "each component that uses the function begins one, and none ends it"));
        }
        None => {
            // That a function waits, or is called back, says little where plug-ins are hooked in the same way.
            let known = |piece: &Evidence| facts.exported.is_none() || piece.weight > Weight::Slight;
            let serves = lifetime::serves(facts, words, timer.function).filter(known);
            evidence.push(serves.unwrap_or_else(|| meant(context)));
        }
    }
    if begins && owner::starts(facts, words, timer.function) {
        evidence.push(Evidence::doubts(Weight::Strong, "it sounds like set-up"));
    }
    evidence
}

/// Whether the object that sets a timer has no end, and only users of the package make it: one for each thing they have, as
/// a rule, and for as long as they have it.
fn is_left_to_users(context: &Context, timer: &Timer) -> bool {
    let facts = context.facts;
    let Some(ty) = facts.owner_of(timer.function).filter(|_| facts.exported.is_some()) else { return false };
    context.project.len() > 1 && !context.project.is_made(context.path, facts.text(facts.ty(ty).name))
}

/// A timer that fires once, whose handle is dropped although its purpose can be over long before.
pub fn lost(context: &Context, timer: &Timer, all: &[Timer]) -> Option<Finding> {
    let facts = context.facts;
    let raced = race::loser(context, timer.call);
    let again = owner::runs(facts, &context.words.words, timer.function) == Runs::PerCall;
    if raced.is_none() && (!again || owner::guarded(facts, timer.call)) {
        return None;
    }
    let callback = timer.callback?;
    let behind = candidates(facts, callback);
    let holds = behind.iter().map(|(_, holds)| *holds).max().unwrap_or(Holds::Unknown).max(timer.holds);
    if holds < Holds::Locals {
        return None;
    }
    let again = behind.iter().any(|(function, _)| {
        all.iter().any(|other| other.function == *function && other.kept.holders.is_empty() && is_unconditional(facts, other))
    });
    let mut evidence = vec![if again {
        Evidence::supports(Weight::Strong, "it starts a timer that schedules itself again for ever")
    } else {
        Evidence::doubts(Weight::Strong, "it fires once, and lets go then")
    }];
    if again && raced.is_none() && facts.owner_of(timer.function).is_none() {
        evidence.push(meant(context));
    }
    evidence.extend(behind.iter().find_map(|(function, _)| asks_first(context, *function, raced.is_some())));
    evidence.extend(behind.iter().find_map(|(function, _)| flagged(facts, *function)).filter(|_| raced.is_some()));
    if facts.binding_of(callback).is_some_and(|binding| matches!(facts.binding(binding).kind, BindingKind::Parameter(_))) {
        evidence.push(Evidence::supports(Weight::Slight, "the handle is not returned, so no caller can cancel it"));
    }
    if facts.in_loop(timer.call) {
        evidence.push(Evidence::supports(Weight::Slight, "it is set in a loop").at(facts.expr(timer.call).span));
    }
    evidence.extend(context.brief());
    match raced {
        Some(race) => evidence.push(race),
        None => evidence.extend(lifetime::serves(facts, &context.words.words, timer.function)),
    }
    let message = format!(
        "the handle of {} is dropped: {} stays alive until it fires, even if the work ends before",
        crate::finding::with_article(&timer.resource.kind),
        callback::written(facts, callback)
    );
    let mut finding = tell(context, timer, message, evidence);
    finding.related.push(Mark::new(Role::Context, facts.expr(callback).span, "kept alive by the timer"));
    Some(finding.weigh(context.prior()))
}

/// The functions that may stand behind a callback, with what they hold; for a parameter those that callers give.
fn candidates(facts: &Facts, callback: ExprId) -> Vec<(FunctionId, Holds)> {
    let own = |expr: &ExprId| {
        let function = callback::function_behind(facts, *expr)?;
        Some((function, callback::holds(facts, &[], *expr)))
    };
    match own(&callback) {
        Some(found) => vec![found],
        None => acquire::passed(facts, callback).iter().filter_map(own).collect(),
    }
}

/// What it says that a callback first asks whether there is anything left to do. That the work may be over is why somebody
/// should cancel it; who asks whether the object itself has ended lets it come late on purpose.
fn asks_first(context: &Context, function: FunctionId, raced: bool) -> Option<Evidence> {
    let head = context.facts.function(function).head;
    let condition = first_question(context.facts, function)?;
    if asks_state(context.facts, condition, &context.words.words.gone) {
        let text = "its callback does nothing if the object has ended, so it comes late on purpose";
        return (!raced).then(|| Evidence::doubts(Weight::Strong, text).at(head));
    }
    let text = "its callback does nothing if the work is over, so it should have been cancelled";
    let over = &context.words.words.over;
    let void = over.is_empty() && question(context.facts, condition).is_some() || asks_state(context.facts, condition, over);
    void.then(|| Evidence::supports(Weight::Strong, text).at(head))
}

/// The flag that a callback asks first, and that others set where the work is over.
fn flagged(facts: &Facts, function: FunctionId) -> Option<Evidence> {
    let StepKind::Branch { condition, .. } = facts.step(*facts.function(function).body.first()?).kind else { return None };
    let asked = match owner::asks(facts, condition) {
        Some((Operator::Not, asked)) => asked,
        Some(_) => return None,
        None => condition,
    };
    let flag = facts.binding_of(asked).filter(|flag| !facts.is_global(*flag))?;
    let elsewhere = |target: ExprId| facts.enclosing(facts.function_of(target)).all(|id| id != function);
    let sets = |value: ExprId| facts.literal(value) == Some(Literal::Bool(true));
    let set =
        facts.binding(flag).definitions.iter().find(|one| kept::given(one.source).is_some_and(sets) && elsewhere(one.target))?;
    let text = "its callback asks a flag that is set when the work is over, so it comes late on purpose";
    Some(Evidence::doubts(Weight::Strong, text).at(facts.expr(set.target).span))
}

/// The condition with which a function begins, and which it leaves by.
fn first_question(facts: &Facts, function: FunctionId) -> Option<ExprId> {
    let body = &facts.function(function).body;
    match &facts.step(*body.first()?).kind {
        StepKind::Branch { condition, then, otherwise } => {
            let exits = |last: &StepId| matches!(facts.step(*last).kind, StepKind::Exit { .. });
            let leaves = otherwise.is_empty() && (body.len() == 1 || then.last().is_some_and(exits));
            leaves.then_some(*condition)
        }
        _ => None,
    }
}

/// `future.done()`, `not self.finished`: a question to an object, not a comparison of values.
fn question(facts: &Facts, condition: ExprId) -> Option<&str> {
    let asked = match owner::asks(facts, condition) {
        Some((Operator::Not, asked)) => asked,
        Some(_) => return None,
        None => condition,
    };
    matches!(facts.kind(asked), ExprKind::Call { .. } | ExprKind::Field { .. })
        .then(|| facts.callee_name(asked).or_else(|| key::last_name(facts, asked)))
        .flatten()
}

/// Whether such a question is asked with one of these words.
fn asks_state(facts: &Facts, condition: ExprId, words: &[String]) -> bool {
    question(facts, condition).is_some_and(|name| key::split(name).iter().any(|part| words.contains(part)))
}
