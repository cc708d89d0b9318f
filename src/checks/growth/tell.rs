//! The words of a finding about a collection.

use super::container::{Growth, Held};
use crate::checks::Context;
use crate::checks::lives::lifetime::Life;
use crate::facts::{Action, ExprId, Facts, Operation, Segment};
use crate::finding::{Evidence, Finding, Mark, Role};
use crate::rules::Check;

pub fn tell(context: &Context, held: &Held, growth: &Growth, evidence: Vec<Evidence>) -> Finding {
    let facts = context.facts;
    let name = facts.display(held.place);
    let kind = &held.container.kind;
    let verb = if growth.by_read { "a read inserts a missing key" } else { "grows here" };
    let message = match context.rule.check {
        Check::Cache => format!("the cache `{name}` keeps every entry it is given: no size limit, no expiry, no eviction"),
        _ => format!("the {kind} `{name}` grows with every call and nothing takes entries out"),
    };
    let mut finding = context.finding(growth.at, message, verb.to_owned());
    finding.related.push(Mark::new(Role::Declaration, facts.expr(held.declared).span, format!("the {kind} is made here")));
    for other in held.growth.iter().filter(|other| other.at != growth.at).take(3) {
        finding.related.push(Mark::new(Role::Acquire, facts.expr(other.at).span, "grows here, too"));
    }
    for vacant in vacant(facts, held, growth).into_iter().take(2) {
        finding.related.push(Mark::new(Role::Acquire, facts.expr(vacant).span, "the entry is made here"));
    }
    for release in held.release.iter().take(2) {
        let label = if release.certain { "entries leave here" } else { "handed on here" };
        finding.related.push(Mark::new(Role::Release, facts.expr(release.at).span, label));
    }
    finding.risk = format!("memory rises with every distinct entry for as long as {} lives", owner(held));
    finding.evidence = evidence;
    finding.weigh(context.prior())
}

/// Where the function that asks for an entry gives it its value.
fn vacant(facts: &Facts, held: &Held, growth: &Growth) -> Vec<ExprId> {
    let Some(item) = facts.member(held.place, Segment::Item) else { return Vec::new() };
    let fills = |operation: &Operation| match operation.action {
        Action::Method { name, call } if operation.function == growth.function && call != growth.at => {
            facts.text(name).contains("insert").then_some(call)
        }
        _ => None,
    };
    facts.operations(item).iter().filter_map(fills).collect()
}

fn owner(held: &Held) -> &'static str {
    match held.life {
        Life::Module | Life::Type | Life::Default => "the process",
        Life::Loop => "the loop",
        Life::Instance => "the owner",
        Life::Closure => "the function",
    }
}
