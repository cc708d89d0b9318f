//! What an effect opens and keeps in the state of its component, which nothing in the file releases.

use super::obligation::{Ledger, Obligation};
use crate::checks::Context;
use crate::checks::lives::kept::{self, Deed};
use crate::checks::lives::leave;
use crate::checks::lives::life;
use crate::facts::{BindingId, ExprId, Place, PlaceId, Root};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};

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

/// The finding about a resource that an effect makes and ends on some of its ways only.
pub fn unreturned(context: &Context, obligation: &Obligation, names: &[BindingId]) -> Option<Finding> {
    let facts = context.facts;
    let place = |name: &BindingId| facts.places.find(&Place { root: Root::Binding(*name), path: Vec::new() });
    let places: Vec<PlaceId> = names.iter().filter_map(place).collect();
    let deeds = kept::deeds(facts, obligation.resource, &kept::with_base(facts, &places));
    let ends: Vec<ExprId> = deeds.iter().map(|deed| deed.1).collect();
    let sure = deeds.iter().all(|deed| deed.2 == Deed::Released);
    let left = sure.then(|| leave::bare(facts, &context.words.words, obligation.call, &ends)).flatten()?;
    let kind = &obligation.resource.kind;
    let message = format!("the effect releases this {kind} on some of its ways only");
    let mut finding = context.finding(obligation.call, message, format!("the {kind} is made here"));
    finding.risk.clone_from(&obligation.resource.cost);
    finding.evidence.push(left);
    finding.related.push(Mark::new(Role::Release, facts.expr(*ends.first()?).span, "released here only"));
    Some(finding.weigh(context.prior()))
}

/// Whether neither the field nor the variable that has it gets to somebody who could release it.
fn is_left(ledger: &Ledger, obligation: &Obligation, target: ExprId) -> bool {
    let facts = ledger.facts;
    let holders = kept::with_base(facts, &kept::holders(facts, target));
    kept::deeds(facts, obligation.resource, &holders).is_empty()
}
