//! What lets go, and where it is added: at the end of a body that runs when its owner ends.

use super::{Mender, body};
use crate::facts::{ExitKind, ExprId, ExprKind, FunctionId, StepId, StepKind};
use crate::finding::Edit;
use crate::language::fill;
use crate::rules::{Pattern, Resource};
use crate::source::Span;

/// How the thing in `target` is let go of; `optional` is whether there may be nothing in it.
pub fn release(mender: &Mender, call: ExprId, resource: &Resource, target: &str, optional: bool) -> Option<String> {
    let (facts, phrases) = (mender.context.facts, mender.phrases);
    if !resource.release_by.is_empty() {
        return some(fill(&phrases.call, &[("function", &function(mender, call, resource)?), ("target", target)]));
    }
    let method = resource.release.first().filter(|method| !method.starts_with('_'))?;
    let phrase = if optional { &phrases.optional } else { &phrases.method };
    let text = some(fill(phrase, &[("target", target), ("method", method)]))?;
    let awaited = &mender.context.words.mend.awaited;
    let waits = awaited.iter().any(|pattern| pattern.fits(facts.callee_path(call), facts.method_name(call)));
    if waits { some(fill(&phrases.awaited, &[("value", &text)])) } else { Some(text) }
}

/// The function that lets go of what a call makes, as the file can write it: beside the one that is called, or in sight
/// everywhere.
fn function(mender: &Mender, call: ExprId, resource: &Resource) -> Option<String> {
    let facts = mender.context.facts;
    let all = || resource.release_by.iter().map(Pattern::as_str);
    let module = facts.callee_path(call)?.rsplit_once('.').map(|(module, _)| module);
    let beside = all().find(|path| module.is_some() && path.rsplit_once('.').map(|(own, _)| own) == module);
    match (beside, facts.kind(call)) {
        (Some(path), ExprKind::Call { callee, .. }) => match facts.kind(callee) {
            ExprKind::Field { base, .. } => {
                Some(format!("{}{}{}", mender.slice(base), mender.phrases.separator, crate::facts::last(path)))
            }
            _ => mender.path(path).filter(|(_, import)| import.is_none()).map(|(text, _)| text),
        },
        _ => all().find(|path| !path.contains('.')).map(str::to_owned),
    }
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// Adds a statement to the body of a function so that it always runs: at its end, or at its start where it may be left
/// before. `like` is a statement of the file that shows how it ends them. What the function returns stays.
pub fn append(mender: &Mender, function: FunctionId, statement: &str, like: StepId) -> Option<Edit> {
    let own = mender.context.facts.function(function);
    match own.body.as_slice() {
        [] => body::fill_empty(mender, function, statement, like),
        [only] if body::is_value(mender, function, *only) => body::before_value(mender, *only, statement),
        [.., last] if !left_early(mender, function, *last) => beside(mender, *last, own.span, statement, like),
        body => {
            // What stands first may be a remark in the form of a text.
            let facts = mender.context.facts;
            let remark = |step: &&StepId| mender.statement_value(**step).is_some_and(|value| facts.literal(value).is_some());
            let first = body.iter().find(|step| !remark(step))?;
            before(mender, *first, statement, like)
        }
    }
}

/// Adds a statement to what an effect returns, whose own value nobody looks at.
pub fn append_to_effect(mender: &Mender, function: FunctionId, statement: &str, like: StepId) -> Option<Edit> {
    match mender.context.facts.function(function).body.as_slice() {
        [only] if body::is_value(mender, function, *only) => body::behind_value(mender, *only, statement),
        _ => append(mender, function, statement, like),
    }
}

/// Adds a statement behind all others of a body, or before the one by which it is left.
pub fn last(mender: &Mender, function: FunctionId, statement: &str, like: StepId) -> Option<Edit> {
    let own = mender.context.facts.function(function);
    match own.body.as_slice() {
        [only] if body::is_value(mender, function, *only) => None,
        [.., last] => beside(mender, *last, own.span, statement, like),
        [] => None,
    }
}

/// Whether a function can be left by a statement other than its last.
fn left_early(mender: &Mender, function: FunctionId, last: StepId) -> bool {
    let facts = mender.context.facts;
    let leaves = |step: &crate::facts::Step| {
        let kind = matches!(step.kind, StepKind::Exit { kind: ExitKind::Return | ExitKind::Raise, .. });
        kind && step.span != facts.step(last).span && facts.function_of_step(step) == function
    };
    facts.steps.iter().any(leaves)
}

/// Adds a statement before another.
fn before(mender: &Mender, step: StepId, statement: &str, like: StepId) -> Option<Edit> {
    let layout = &mender.layout;
    let start = mender.front(mender.context.facts.step(step).span.start);
    if layout.begins(start) {
        let indent = layout.indent(start);
        let mark = mender.mark_before(start, like);
        let text = mender.lines(statement, indent);
        return Some(Edit::insert(
            start,
            format!("{}{text}{mark}{}{indent}", mender.apart_from_above(&text, like), layout.newline),
        ));
    }
    let text = on_one_line(mender, statement)?;
    Some(Edit::insert(start, format!("{text}{} ", mender.phrases.apart)))
}

/// Adds a statement behind the last one, or before it where that leaves.
fn beside(mender: &Mender, last: StepId, body: Span, statement: &str, like: StepId) -> Option<Edit> {
    let (facts, layout) = (mender.context.facts, &mender.layout);
    if matches!(facts.step(last).kind, StepKind::Exit { .. }) {
        return before(mender, last, statement, like);
    }
    let (start, mark) = (mender.front(facts.step(last).span.start), mender.mark_of(like));
    let indent = layout.indent(start);
    let end = mender.end_of(last);
    // A remark stays on the line of the statement, unless the body ends on that line.
    let ends_below = layout.end(end) < body.end || mender.phrases.body.is_none();
    if ends_below && layout.leads(start) {
        let text = mender.lines(statement, indent);
        let above = mender.apart_from_above(&text, like);
        return Some(Edit::insert(layout.end(end), format!("{}{indent}{above}{text}{mark}", layout.newline)));
    }
    let text = on_one_line(mender, statement)?;
    let apart = mender.phrases.apart.as_str();
    let gap = if mender.text[..end as usize].ends_with(apart) { "" } else { apart };
    Some(Edit::insert(end, format!("{gap} {text}{mark}")))
}

/// A statement that can stand on a line with others.
fn on_one_line<'s>(mender: &Mender, statement: &'s str) -> Option<&'s str> {
    (!statement.contains('\n') && !mender.phrases.apart.is_empty()).then_some(statement)
}
