//! Fixes: what would end a finding, where that can be written down exactly.
//!
//! A mender gets a finding when it is finished, and the facts and the text around it. How a language writes what is added
//! comes from its phrases; which calls a fix fits comes from the vocabulary of the rule. Whether a fix does end its finding
//! is not decided here: whoever makes it looks again (`scan/mend.rs`).

mod backedge;
mod body;
mod effect;
mod ending;
mod frozen;
mod layout;
mod limit;
mod listener;
mod manage;
mod nameless;
mod names;
mod taint;
mod teardown;
mod weak;

use super::Context;
use crate::facts::{Block, ExprId, ExprKind, Parent, StepId, StepKind};
use crate::finding::{Finding, Fix};
use crate::language::{Phrases, languages};
use crate::rules::Check;
use crate::source::Span;
use layout::Layout;
use std::path::Path;

/// Writes fixes for one rule in one file.
struct Mender<'a> {
    context: &'a Context<'a>,
    text: &'a str,
    phrases: &'a Phrases,
    /// Whether a parameter without a type is an error where nothing tells its type.
    annotates: bool,
    layout: Layout<'a>,
    /// The expressions that go over several lines, by where they begin.
    long: Vec<ExprId>,
}

/// Gives findings of one rule their fixes, where there are any.
///
/// The text may be that of a page around its scripts.
pub fn mend(context: &Context, text: &str, findings: &mut [Finding]) {
    if findings.is_empty() {
        return;
    }
    let Some(script) = languages().script(Path::new(context.path), text) else { return };
    let habits = &script.language.habits;
    let layout = Layout::new(text, &habits.mend);
    let mender = Mender {
        context,
        text,
        phrases: &habits.mend,
        annotates: habits.annotates,
        layout,
        long: frozen::long(context.facts, text),
    };
    for finding in findings {
        finding.fix = mender.fix(finding);
    }
}

impl Mender<'_> {
    fn fix(&self, finding: &Finding) -> Option<Fix> {
        let at = self.expression(finding.primary.span)?;
        match self.context.rule.check {
            Check::Handle => manage::named(self, at)
                .or_else(|| nameless::fix(self, at))
                .or_else(|| effect::resource(self, at))
                .or_else(|| teardown::resource(self, finding, at)),
            Check::Timer | Check::Task => effect::resource(self, at).or_else(|| teardown::resource(self, finding, at)),
            Check::Listener => listener::fix(self, finding, at),
            Check::Growth | Check::Cache | Check::Channel => limit::fix(self, finding).or_else(|| weak::fix(self, finding, at)),
            Check::Cycle => backedge::fix(self, finding),
            Check::Memo | Check::Forgotten | Check::Loss | Check::Suppression => None,
        }
    }

    /// The expression with this span; of several the outermost call.
    fn expression(&self, span: Span) -> Option<ExprId> {
        let facts = self.context.facts;
        let here = || facts.spanning(span);
        here().find(|expr| matches!(facts.kind(*expr), ExprKind::Call { .. })).or_else(|| here().next())
    }

    fn slice(&self, expr: ExprId) -> &str {
        self.context.facts.expr(expr).span.slice(self.text)
    }

    /// The step that evaluates just this expression, its value dropped.
    fn statement(&self, expr: ExprId) -> Option<StepId> {
        match self.context.facts.expr(expr).parent {
            Parent::Step(step) if matches!(self.context.facts.step(step).kind, StepKind::Evaluate(_)) => Some(step),
            _ => None,
        }
    }

    /// The steps among which a step stands, and which of them it is.
    fn siblings(&self, step: StepId) -> Option<(&Block, usize)> {
        let facts = self.context.facts;
        let blocks: Vec<&Block> = match facts.step(step).parent {
            Parent::Step(outer) => match &facts.step(outer).kind {
                StepKind::Branch { then, otherwise, .. } => vec![then, otherwise],
                StepKind::Switch { arms, .. } => arms.iter().map(|arm| &arm.body).collect(),
                StepKind::Loop { body, otherwise, .. } => vec![body, otherwise],
                StepKind::Try { body, handlers, otherwise, finally } => {
                    handlers.iter().map(|handler| &handler.body).chain([body, otherwise, finally]).collect()
                }
                StepKind::Manage { body, .. } => vec![body],
                _ => Vec::new(),
            },
            Parent::Expr(_) => Vec::new(),
            Parent::None => vec![&facts.function(facts.function_of_step(facts.step(step))).body],
        };
        blocks.into_iter().find_map(|block| Some((block, block.iter().position(|own| *own == step)?)))
    }

    /// Where a statement ends, what ends it included.
    fn end_of(&self, step: StepId) -> u32 {
        let end = self.context.facts.step(step).span.end;
        let behind = &self.text[end as usize..];
        let close = behind.trim_start_matches([' ', '\t']);
        match close.strip_prefix(&self.phrases.end) {
            Some(rest) if !self.phrases.end.is_empty() => self.text.len() as u32 - rest.len() as u32,
            _ => end,
        }
    }

    /// What ends a statement like this one in the file: the language's mark, or nothing where the file goes without it.
    fn mark_of(&self, step: StepId) -> &str {
        let end = self.end_of(step) as usize;
        let marked = self.text[..end].ends_with(&self.phrases.end);
        if marked { &self.phrases.end } else { "" }
    }

    /// The same for what is put before the statement at an offset: never nothing where that one would go on with it.
    fn mark_before(&self, at: u32, like: StepId) -> &str {
        let mark = self.mark_of(like);
        if mark.is_empty() && self.joins(&self.text[at as usize..]) { &self.phrases.end } else { mark }
    }

    /// What has to stand before a statement on its own line where the line above may have no mark at its end.
    fn apart_from_above(&self, statement: &str, like: StepId) -> &str {
        if self.mark_of(like).is_empty() && self.joins(statement) { &self.phrases.end } else { "" }
    }

    /// Whether a text would go on with the line above.
    fn joins(&self, text: &str) -> bool {
        self.phrases.joining.iter().any(|mark| text.starts_with(mark.as_str()))
    }

    /// Where a statement begins, its decorators included, and the marks before it on its line that part it from the line
    /// above.
    fn front(&self, start: u32) -> u32 {
        let facts = self.context.facts;
        let functions = facts.functions.iter().map(|own| (own.span, &own.decorators));
        let types = facts.types.iter().map(|own| (own.span, &own.decorators));
        let own = functions.chain(types).find(|(span, decorators)| span.start == start && !decorators.is_empty());
        let first = own.and_then(|(_, decorators)| decorators.iter().map(|expr| facts.expr(*expr).span.start).min());
        if let Some(first) = first.filter(|first| *first < start) {
            return self.layout.start(first) + self.layout.indent(first).len() as u32;
        }
        let line = Span::new(self.layout.start(start), start).slice(self.text);
        let marks = line.trim_start();
        let only = !self.phrases.end.is_empty() && !marks.is_empty() && marks.trim().replace(&self.phrases.end, "").is_empty();
        if only { start - marks.len() as u32 } else { start }
    }

    /// The lines of a statement, where the first stands behind this indentation.
    fn lines(&self, statement: &str, indent: &str) -> String {
        statement.replace('\n', &format!("{}{indent}", self.layout.newline))
    }
}
