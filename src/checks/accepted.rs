//! Faults that somebody has looked at and accepted, by what the line says to another linter.

use super::Context;
use crate::finding::{Evidence, Finding, Weight};

/// The finding with what its line says about it.
pub fn weighed(context: &Context, text: &str, mut finding: Finding) -> Finding {
    let rest = |from: u32| text.get(from as usize..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let said = [finding.primary.span.start, finding.primary.span.end].map(rest);
    let accepted = context.words.accepted.iter().find(|word| said.iter().any(|line| line.contains(word.as_str())));
    if let Some(word) = accepted {
        let text = format!("the line says that this fault is accepted: `{word}`");
        finding.evidence.push(Evidence::doubts(Weight::Decisive, text));
        return finding.weigh(context.prior());
    }
    finding
}
