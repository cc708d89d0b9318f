//! One place at which two rules see the same growth is told once.

use crate::finding::Finding;
use crate::rules::{Check, RuleSet};

/// Keeps the surer of two findings about the growth at one place; the narrower one where both are as sure.
pub fn single(findings: &mut Vec<Finding>, rules: &RuleSet) {
    let rank = |finding: &Finding| match rules.get(&finding.rule).map(|rule| rule.check) {
        Some(Check::Loss) => Some(2),
        Some(Check::Cache) => Some(1),
        Some(Check::Growth) => Some(0),
        _ => None,
    };
    let told: Vec<_> =
        findings.iter().filter_map(|finding| Some((finding.primary.span, finding.confidence.value(), rank(finding)?))).collect();
    findings.retain(|finding| {
        let Some(own) = rank(finding) else { return true };
        let surer = |confidence: f64, other: i32| {
            confidence > finding.confidence.value() || (confidence >= finding.confidence.value() && other > own)
        };
        // One rule points at the call that adds, another at the place that it adds to.
        let same = |span: crate::source::Span| span.contains(finding.primary.span) || finding.primary.span.contains(span);
        !told.iter().any(|(span, confidence, other)| *other != own && same(*span) && surer(*confidence, *other))
    });
}
