use crate::facts::{ExprId, Facts, FunctionId};
use crate::finding::{Finding, Mark, Role};
use crate::rules::{Rule, Vocabulary};
use crate::source::Span;

/// What a check works with: the facts of one file, and one rule with its words in the file's language.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The file.
    pub facts: &'a Facts,
    /// The rule.
    pub rule: &'a Rule,
    /// Its vocabulary in the file's language.
    pub words: &'a Vocabulary,
}

impl<'a> Context<'a> {
    /// A context for one rule on one file.
    pub fn new(facts: &'a Facts, rule: &'a Rule, words: &'a Vocabulary) -> Self {
        Self { facts, rule, words }
    }

    /// The bytes of an expression.
    pub fn span(&self, expr: ExprId) -> Span {
        self.facts.expr(expr).span
    }

    /// A finding of this rule at an expression, with the rule's own levels and words filled in.
    pub fn finding(&self, at: ExprId, message: String, label: String) -> Finding {
        self.finding_at(self.span(at), self.facts.function_of(at), message, label)
    }

    /// A finding of this rule at a span inside a function.
    pub fn finding_at(&self, span: Span, function: FunctionId, message: String, label: String) -> Finding {
        let mut finding = Finding::new(&self.rule.id, message, Mark::new(Role::Acquire, span, label));
        finding.symbol = self.facts.qualified(function);
        finding.severity = self.rule.severity;
        finding.pattern.clone_from(&self.rule.summary);
        finding.recommendation.clone_from(&self.rule.remedy);
        finding
    }
}
