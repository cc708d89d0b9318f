//! What lets go, and where it is added: at the end of a body that runs when its owner ends.

use super::Mender;
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
/// before. `like` is a statement of the file that shows how it ends them.
pub fn append(mender: &Mender, function: FunctionId, statement: &str, like: StepId) -> Option<Edit> {
    let own = mender.context.facts.function(function);
    match own.body.as_slice() {
        [] => into_empty(mender, function, statement, like),
        [only] if is_value(mender, *only) => into_value(mender, *only, statement),
        [.., last] if !left_early(mender, function, *last) => Some(beside(mender, *last, own.span, statement, like)),
        body => {
            // What stands first may be a remark in the form of a text.
            let facts = mender.context.facts;
            let remark = |step: &&StepId| mender.statement_value(**step).is_some_and(|value| facts.literal(value).is_some());
            let first = body.iter().find(|step| !remark(step))?;
            Some(before(mender, *first, statement, like))
        }
    }
}

/// Adds a statement behind all others of a body, or before the one by which it is left.
pub fn last(mender: &Mender, function: FunctionId, statement: &str, like: StepId) -> Option<Edit> {
    let own = mender.context.facts.function(function);
    match own.body.as_slice() {
        [] => None,
        [only] if is_value(mender, *only) => into_value(mender, *only, statement),
        [.., last] => Some(beside(mender, *last, own.span, statement, like)),
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
fn before(mender: &Mender, step: StepId, statement: &str, like: StepId) -> Edit {
    let (layout, mark) = (&mender.layout, mender.mark_of(like));
    let start = mender.context.facts.step(step).span.start;
    let indent = layout.indent(start);
    let gap = if layout.begins(start) { format!("{}{indent}", layout.newline) } else { " ".to_owned() };
    Edit::insert(start, format!("{statement}{mark}{gap}"))
}

/// Adds a statement behind the last one, or before it where that leaves.
fn beside(mender: &Mender, last: StepId, body: Span, statement: &str, like: StepId) -> Edit {
    let (facts, layout) = (mender.context.facts, &mender.layout);
    let (start, mark) = (facts.step(last).span.start, mender.mark_of(like));
    let indent = layout.indent(start);
    let leaves = matches!(facts.step(last).kind, StepKind::Exit { .. });
    if leaves {
        return before(mender, last, statement, like);
    }
    let end = mender.end_of(last);
    // A remark stays on the line of the statement, unless the body ends on that line.
    let ends_below = layout.end(end) < body.end || mender.phrases.body.is_none();
    if ends_below && layout.leads(start) {
        return Edit::insert(layout.end(end), format!("{}{indent}{statement}{mark}", layout.newline));
    }
    let gap = if mender.text[..end as usize].ends_with(&mender.phrases.end) { "" } else { mender.phrases.end.as_str() };
    Edit::insert(end, format!("{gap} {statement}{mark}"))
}

/// Fills a body in which nothing stands.
fn into_empty(mender: &Mender, function: FunctionId, statement: &str, like: StepId) -> Option<Edit> {
    let (span, layout) = (mender.context.facts.function(function).span, &mender.layout);
    let [open, close] = mender.phrases.body.as_ref()?;
    let inner = span.slice(mender.text).strip_suffix(close.as_str())?;
    let start = inner.trim_end().strip_suffix(open.as_str()).map(|_| span.start + inner.trim_end().len() as u32)?;
    let (indent, mark) = (layout.indent(span.start), mender.mark_of(like));
    let (newline, unit) = (layout.newline, layout.step(span.start));
    let text = format!("{newline}{indent}{unit}{statement}{mark}{newline}{indent}");
    Some(Edit::replace(Span::new(start, span.end - close.len() as u32), text))
}

/// Whether the body of a function is no block but a value.
fn is_value(mender: &Mender, step: StepId) -> bool {
    let step = mender.context.facts.step(step);
    match step.kind {
        StepKind::Exit { kind: ExitKind::Return, value: Some(value) } => mender.context.facts.expr(value).span == step.span,
        _ => false,
    }
}

/// A value becomes a body in which it is the first of two statements.
fn into_value(mender: &Mender, step: StepId, statement: &str) -> Option<Edit> {
    let span = mender.context.facts.step(step).span;
    let text = some(fill(&mender.phrases.both, &[("first", span.slice(mender.text)), ("second", statement)]))?;
    Some(Edit::replace(span, text))
}
