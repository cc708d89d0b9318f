//! A named handle, and everything that needs it, goes into a managed region.

use super::{Mender, frozen, taint};
use crate::checks::lives::acquire;
use crate::facts::{ExprId, ExprKind, FunctionId, Parent, StepId, StepKind};
use crate::finding::{Edit, Fix, Safety};
use crate::language::fill;
use crate::rules::{Pattern, Resource};
use crate::source::Span;

/// How a value is managed: the head of its region with `{name}` still open, and the import that takes.
pub struct Head {
    phrase: String,
    import: Option<Edit>,
}

impl Head {
    /// The head with the name filled in.
    pub fn named(&self, name: &str) -> String {
        fill(&self.phrase, &[("name", name)])
    }

    /// What has to be imported for it.
    pub fn import(&self) -> Option<Edit> {
        self.import.clone()
    }
}

/// The words of what a call acquires.
pub fn resource<'a>(mender: &Mender<'a>, call: ExprId) -> Option<&'a Resource> {
    acquire::made(mender.context, call)
}

/// How the value of a call is managed, if it can be; `awaited` is whether it is waited for where it is made.
pub fn head(mender: &Mender, call: ExprId, awaited: bool) -> Option<Head> {
    let (facts, words) = (mender.context.facts, &mender.context.words.mend);
    let fits =
        |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.fits(facts.callee_path(call), facts.method_name(call)));
    let value = mender.slice(call);
    let coroutine = facts.function(facts.function_of(call)).traits.is_async;
    let (phrase, value, import) = if fits(&words.awaited) && coroutine {
        (&mender.phrases.managed_async, value.to_owned(), None)
    } else if awaited {
        return None;
    } else if fits(&words.managed) {
        (&mender.phrases.managed, value.to_owned(), None)
    } else {
        let (wrapper, _) = words.wrapped.iter().find(|(_, calls)| fits(calls))?;
        let (wrapper, import) = mender.path(wrapper)?;
        (&mender.phrases.managed, fill(&mender.phrases.call, &[("function", &wrapper), ("target", value)]), import)
    };
    if phrase.is_empty() {
        return None;
    }
    // The name is not known yet, so its gap stays.
    Some(Head { phrase: fill(phrase, &[("value", &value), ("name", "{name}")]), import })
}

/// Whether nothing speaks against releasing the value of a call at the end of its owner: that it waits for what may never
/// come, or that more has to be done first.
pub fn ends_at_once(mender: &Mender, call: ExprId) -> bool {
    let (facts, words) = (mender.context.facts, &mender.context.words.mend);
    let mut known = words.managed.iter().chain(&words.awaited).chain(words.wrapped.values().flatten()).chain(&words.ended);
    let choosy = words.managed.len() + words.ended.len() > 0;
    !choosy || known.any(|pattern| pattern.fits(facts.callee_path(call), facts.method_name(call)))
}

/// `name = open(…)`, and all that needs it in the statements below it.
pub fn named(mender: &Mender, call: ExprId) -> Option<Fix> {
    let facts = mender.context.facts;
    let (value, awaited) = match facts.expr(call).parent {
        Parent::Expr(outer) if facts.kind(outer) == ExprKind::Await(call) => (outer, true),
        _ => (call, false),
    };
    let Parent::Expr(assign) = facts.expr(value).parent else { return None };
    let ExprKind::Assign { target, value: Some(given), update: None, annotation: None } = facts.kind(assign) else { return None };
    let ExprKind::Name { name, binding: Some(binding) } = facts.kind(target) else { return None };
    let (step, function) = (mender.statement(assign)?, facts.function_of(call));
    if given != value || facts.binding(binding).definitions.len() != 1 || !mender.is_local(binding, function) {
        return None;
    }
    let resource = resource(mender, call)?;
    let needs = taint::of_name(mender, resource, binding, function)?;
    let (block, at) = mender.siblings(step)?;
    let mentioned = |own: &StepId| needs.mentions.iter().any(|mention| facts.step(*own).span.contains(*mention));
    // What is never mentioned again is kept for what it does by being there, such as a lock.
    let unread = !block[at + 1..].iter().any(mentioned);
    let last = if unread { kept_until(mender, block, function)? } else { block.iter().rposition(mentioned)? };
    let outside = |mention: &&Span| !block[at..=last].iter().any(|own| facts.step(*own).span.contains(**mention));
    if last == at || needs.mentions.iter().any(|mention| outside(&mention)) {
        return None;
    }
    let head = head(mender, call, awaited)?;
    let mut body = &block[at + 1..=last];
    let mut edits: Vec<Edit> = head.import().into_iter().collect();
    if let Some((own, rest)) = body.split_last().filter(|(own, _)| releases(mender, resource, **own, target)) {
        if rest.is_empty() {
            return None;
        }
        edits.push(line(mender, *own)?);
        body = rest;
    }
    let name = facts.text(name);
    edits.push(region(mender, step, body, &head.named(name))?);
    let safety = if needs.lent || unread { Safety::Unsafe } else { Safety::Safe };
    Some(Fix::new(format!("Hold `{name}` in a managed block"), safety, edits))
}

/// The last statement of a function, if these are all its statements.
fn kept_until(mender: &Mender, block: &[StepId], function: FunctionId) -> Option<usize> {
    let whole = mender.context.facts.function(function).body.as_slice() == block;
    whole.then(|| block.len().checked_sub(1)).flatten()
}

/// Whether a statement does nothing but release what a name holds.
fn releases(mender: &Mender, resource: &Resource, step: StepId, name: ExprId) -> bool {
    let facts = mender.context.facts;
    let StepKind::Evaluate(value) = facts.step(step).kind else { return false };
    let call = facts.peeled(value);
    let releases = facts.callee_name(call).is_some_and(|name| resource.release.iter().any(|word| word == name));
    let own = facts.callee(call).receiver.is_some_and(|receiver| facts.binding_of(receiver) == facts.binding_of(name));
    releases && own && facts.args(call).is_empty()
}

/// Takes away the line of a statement that stands alone there.
fn line(mender: &Mender, step: StepId) -> Option<Edit> {
    let (layout, span) = (&mender.layout, mender.context.facts.step(step).span);
    let alone = layout.begins(span.start) && layout.rest(mender.end_of(step)).is_empty();
    alone.then(|| Edit::replace(Span::new(layout.start(span.start), layout.next(span.end)), ""))
}

/// Writes `head` in the place of a statement and indents those below it.
pub fn region(mender: &Mender, step: StepId, body: &[StepId], head: &str) -> Option<Edit> {
    let (facts, layout) = (mender.context.facts, &mender.layout);
    let (start, own) = (facts.step(step).span.start, facts.step(step).span.end);
    let (first, end) = (facts.step(*body.first()?).span.start, mender.end_of(*body.last()?));
    // Several statements on one line, and what joins two lines, would need more than indentation.
    let apart = layout.begins(start) && layout.begins(first) && layout.start(first) >= layout.next(own);
    if !apart || !layout.rest(own).is_empty() && !comment(mender, layout.rest(own)) || !comment(mender, layout.rest(end)) {
        return None;
    }
    let lines = Span::new(layout.next(own), end);
    let frozen = mender.frozen(lines);
    if frozen::counts_white_space(mender, lines, &frozen) {
        return None;
    }
    let remark = &mender.text[own as usize..layout.end(own) as usize];
    let text = format!("{head}{remark}{}{}", layout.newline, layout.indented(lines, layout.step(start), &frozen));
    Some(Edit::replace(Span::new(start, end), text))
}

/// Whether nothing or a comment stands at the end of a line.
pub fn comment(mender: &Mender, rest: &str) -> bool {
    let language = crate::language::languages().get(&mender.context.facts.language);
    rest.is_empty()
        || language.is_some_and(|language| language.habits.comments.iter().any(|mark| rest.starts_with(mark.as_str())))
}
