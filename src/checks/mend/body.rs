//! Bodies that are no list of statements: one in which nothing stands, and one that is a value.

use super::{Mender, manage};
use crate::facts::{ExitKind, FunctionId, StepId, StepKind};
use crate::finding::Edit;
use crate::language::fill;
use crate::source::Span;

/// Fills a body in which nothing stands.
pub fn fill_empty(mender: &Mender, function: FunctionId, statement: &str, like: StepId) -> Option<Edit> {
    let (span, layout) = (mender.context.facts.function(function).span, &mender.layout);
    let Some([open, close]) = mender.phrases.body.as_ref() else { return instead_of_nothing(mender, span, statement) };
    let inner = span.slice(mender.text).strip_suffix(close.as_str())?;
    let start = inner.trim_end().strip_suffix(open.as_str()).map(|_| span.start + inner.trim_end().len() as u32)?;
    let indent = layout.indent(span.start);
    let inside = format!("{indent}{}", layout.step(span.start));
    let (text, mark, newline) = (mender.lines(statement, &inside), mender.mark_of(like), layout.newline);
    let text = format!("{newline}{inside}{text}{mark}{newline}{indent}");
    Some(Edit::replace(Span::new(start, span.end - close.len() as u32), text))
}

/// Takes the place of the word by which a body does nothing (`pass`).
fn instead_of_nothing(mender: &Mender, function: Span, statement: &str) -> Option<Edit> {
    let layout = &mender.layout;
    let from = layout.start(function.end).max(function.start);
    let line = Span::new(from, layout.end(function.end)).slice(mender.text);
    let ends = |at: usize, word: &str| manage::comment(mender, line[at + word.len()..].trim_start());
    let (start, word) = mender.phrases.nothing.iter().find_map(|word| {
        let at = line.match_indices(word.as_str()).map(|(at, _)| at).find(|at| ends(*at, word))?;
        Some((from + at as u32, word))
    })?;
    let end = start + word.len() as u32;
    let alone = layout.begins(start);
    if !alone && (statement.contains('\n') || !mender.text[..start as usize].ends_with([' ', '\t', ':', ';'])) {
        return None;
    }
    Some(Edit::replace(Span::new(start, end), mender.lines(statement, layout.indent(start))))
}

/// Whether the body of a function is no block but a value, of which this is the step.
pub fn is_value(mender: &Mender, function: FunctionId, step: StepId) -> bool {
    let facts = mender.context.facts;
    let step = facts.step(step);
    let returns = matches!(step.kind, StepKind::Exit { kind: ExitKind::Return, value: Some(_) });
    // What closes a block stands behind all that is in it.
    returns && mender.phrases.body.is_some() && step.span.end == facts.function(function).span.end
}

/// A value becomes a body that returns it after a statement.
pub fn before_value(mender: &Mender, step: StepId, statement: &str) -> Option<Edit> {
    let span = mender.context.facts.step(step).span;
    written(&mender.phrases.returned, span, statement, span.slice(mender.text))
}

/// A value becomes a body in which it is the first of two statements.
pub fn behind_value(mender: &Mender, step: StepId, statement: &str) -> Option<Edit> {
    let span = mender.context.facts.step(step).span;
    written(&mender.phrases.both, span, unwrapped(mender, step), statement)
}

fn written(phrase: &str, span: Span, first: &str, second: &str) -> Option<Edit> {
    let text = fill(phrase, &[("first", first), ("second", second)]);
    (!text.is_empty()).then(|| Edit::replace(span, text))
}

/// A value as a statement: without parentheses around all of it, unless it would be read as something else.
fn unwrapped<'m>(mender: &'m Mender, step: StepId) -> &'m str {
    let step = mender.context.facts.step(step);
    let whole = step.span.slice(mender.text);
    let StepKind::Exit { value: Some(value), .. } = step.kind else { return whole };
    let inner = mender.slice(value);
    let wrapped = whole.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).is_some_and(|rest| rest.trim() == inner);
    let word = inner.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default();
    let declares = matches!(word, "function" | "class" | "async" | "let") || inner.starts_with('{');
    if wrapped && !declares { inner } else { whole }
}
