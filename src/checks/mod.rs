//! The reasoning: one file per kind, pure, over facts and vocabulary; no file here knows syntax.

mod context;
mod cycle;
mod growth;
mod handle;
mod listener;
mod loss;
mod memo;
mod queue;
mod task;
mod timer;

pub use context::Context;

use crate::facts::Facts;
use crate::finding::Finding;
use crate::rules::{Check, RuleSet};

/// Runs every rule that has a vocabulary in the file's language, and orders what they find by place, then rule.
pub fn check(facts: &Facts, rules: &RuleSet) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in rules.iter() {
        let Some(words) = rule.vocabulary.get(&facts.language) else { continue };
        findings.extend(one(&Context::new(facts, rule, words)));
    }
    findings.sort_by(|a, b| (a.primary.span, &a.rule, &a.message).cmp(&(b.primary.span, &b.rule, &b.message)));
    findings.dedup_by(|a, b| a.primary.span == b.primary.span && a.rule == b.rule);
    findings
}

fn one(context: &Context) -> Vec<Finding> {
    match context.rule.check {
        Check::Growth => growth::check(context),
        Check::Cache => growth::check(context),
        Check::Memo => memo::check(context),
        Check::Channel => queue::check(context),
        Check::Handle => handle::check(context),
        Check::Timer => timer::check(context),
        Check::Listener => listener::check(context),
        Check::Task => task::check(context),
        Check::Cycle => cycle::check(context),
        // The shape exists only where destructors can be switched off.
        Check::Forgotten => Vec::new(),
        // Suppressions are judged in `scan/`, when every other finding is known.
        Check::Suppression => Vec::new(),
        Check::Loss => loss::check(context),
    }
}
