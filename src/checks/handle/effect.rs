//! What an effect opens and keeps in the state of its component, which nothing in the file releases.

use super::obligation::{Ledger, Obligation};
use crate::checks::Context;
use crate::checks::lives::kept;
use crate::checks::lives::life;
use crate::facts::ExprId;
use crate::finding::{Evidence, Finding, Weight};

/// The finding about a resource that is stored in a field of a variable (`socket.current`) when a component begins to live.
pub fn check(context: &Context, ledger: &Ledger, obligation: &Obligation, target: ExprId) -> Option<Finding> {
    let (facts, words) = (context.facts, &context.words.words);
    let place = facts.place(target)?;
    let function = facts.function_of(obligation.call);
    if !life::is_state(facts, words, function, place) || !is_left(ledger, obligation, target) {
        return None;
    }
    let kind = &obligation.resource.kind;
    let name = facts.display(place);
    let message =
        format!("`{name}` keeps {} that nothing releases when the component has gone", crate::finding::with_article(kind));
    let mut finding = context.finding(obligation.call, message, format!("the {kind} is opened here"));
    finding.risk.clone_from(&obligation.resource.cost);
    finding.evidence.push(Evidence::supports(Weight::Fair, "nothing in this file releases it or hands it on"));
    if let Some(span) = life::span(facts, words, function) {
        finding.evidence.push(life::left(facts, &span, kind));
    }
    Some(finding.weigh(context.prior()))
}

/// Whether neither the field nor the variable that has it gets to somebody who could release it.
fn is_left(ledger: &Ledger, obligation: &Obligation, target: ExprId) -> bool {
    let facts = ledger.facts;
    let holders = kept::with_base(facts, &kept::holders(facts, target));
    kept::deeds(facts, obligation.resource, &holders).is_empty()
}
