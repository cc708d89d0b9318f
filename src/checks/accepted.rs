//! Faults that somebody has looked at and accepted, by what a comment on the line says to another linter.

use super::Context;
use crate::finding::{Evidence, Finding, Weight};
use crate::source::Span;

/// The finding with what the line's comment says about it.
pub fn weighed(context: &Context, text: &str, mut finding: Finding) -> Finding {
    let Some(comment) = context.facts.comments.iter().find(|comment| is_beside(text, **comment, finding.primary.span)) else {
        return finding;
    };
    let said = text.get(comment.start as usize..comment.end as usize).unwrap_or_default();
    if let Some(word) = context.words.accepted.iter().find(|word| said.contains(word.as_str())) {
        let text = format!("the line says that this fault is accepted: `{word}`");
        finding.evidence.push(Evidence::doubts(Weight::Decisive, text).at(*comment));
        return finding.weigh(context.rule.confidence);
    }
    finding
}

/// Whether a comment stands on the line on which something begins or ends.
fn is_beside(text: &str, comment: Span, of: Span) -> bool {
    let between = |from: u32| text.get(from as usize..comment.start as usize);
    [of.start, of.end].into_iter().filter_map(between).any(|between| !between.contains('\n'))
}
