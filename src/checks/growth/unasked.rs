//! Entries that are made in any case, and leave only while something optional is there: `add(…)`, and
//! `if self.sink: …discard(…)`.

use super::abroad;
use super::container::{Growth, Held, Release};
use super::holder;
use super::recur;
use super::tell;
use crate::checks::Context;
use crate::checks::lives::lifetime::{self, Life};
use crate::checks::lives::owner;
use crate::facts::{Action, ExprId, Facts, Literal, Place, PlaceId, Root, Source};
use crate::finding::{Evidence, Finding, Stance, Weight};

/// The finding at what is added without a question for the option on which every removal rests.
pub fn check(context: &Context, held: &Held) -> Option<Finding> {
    let facts = context.facts;
    let inert = held.life != Life::Instance || context.words.words.drawn.is_empty() || recur::measured(facts, held);
    if inert || recur::made_again(context, held) {
        return None;
    }
    let making = |release: &&Release| facts.function(release.function).traits.is_constructor;
    let leaving: Vec<&Release> = held.release.iter().filter(|release| !making(release)).collect();
    let option = options(facts, leaving.first()?.at).into_iter().find(|option| {
        let asks = |at: ExprId| options(facts, at).contains(option);
        *option != held.place && is_optional(facts, *option) && leaving.iter().all(|release| release.certain && asks(release.at))
    })?;
    let asks = |growth: &Growth| options(facts, growth.at).contains(&option);
    let apart = |growth: &Growth| leaving.iter().all(|release| release.function != growth.function);
    let called =
        |growth: &Growth| facts.function(growth.function).callers.iter().any(|call| options(facts, *call).contains(&option));
    let free = |growth: &&Growth| !growth.by_read && apart(growth) && !asks(growth) && !called(growth) && is_given(facts, growth);
    let growth = held.growth.iter().find(free)?;
    let name = facts.display(option);
    let mut evidence = Vec::new();
    let text = format!("entries leave only while there is a `{name}`, and this one is made without a question for it");
    evidence.push(Evidence::supports(Weight::Fair, text).at(facts.expr(leaving.first()?.at).span));
    if let Some(other) = held.growth.iter().find(|other| asks(other)) {
        let text = format!("elsewhere an entry is made only if there is a `{name}`");
        evidence.push(Evidence::supports(Weight::Strong, text).at(facts.expr(other.at).span));
    } else {
        evidence.push(Evidence::doubts(Weight::Strong, format!("nothing says that it does its work without a `{name}`")));
    }
    evidence.extend(abroad::relief(context, held)?);
    evidence.extend(holder::owner(context, held).into_iter().filter(|piece| piece.stance == Stance::For));
    Some(tell::tell(context, held, growth, evidence))
}

/// Whether what is added, or its key, comes with the call.
fn is_given(facts: &Facts, growth: &Growth) -> bool {
    let function = facts.function(growth.function);
    let params = || function.params.iter().filter(|param| Some(param.binding) != function.receiver);
    let from = |kept: ExprId| {
        let span = facts.expr(kept).span;
        params().any(|param| facts.binding(param.binding).uses.iter().any(|at| span.contains(facts.expr(*at).span)))
    };
    growth.key.into_iter().chain(growth.value).any(from) && !function.traits.is_constructor
}

/// The fields of the instance of which the conditions on the way to an expression ask.
fn options(facts: &Facts, at: ExprId) -> Vec<PlaceId> {
    let mut conditions = lifetime::conditions(facts, at);
    conditions.extend(owner::leaving(facts, at));
    let spans: Vec<_> = conditions.into_iter().map(|condition| facts.expr(condition).span).collect();
    let here = facts.function_of(at);
    let field = |place: &Place| matches!(place.root, Root::Instance(_)) && place.path.len() == 1;
    let asked = facts.places.iter().filter(|(id, place)| {
        let mut own = facts.operations(*id).iter().filter(|operation| operation.function == here);
        field(place) && own.any(|operation| spans.iter().any(|span| span.contains(facts.expr(operation.expr).span)))
    });
    asked.map(|(id, _)| id).collect()
}

/// Whether a field is given nothing when the instance is made.
fn is_optional(facts: &Facts, place: PlaceId) -> bool {
    facts.operations(place).iter().any(|operation| match operation.action {
        Action::Assign(Source::Assigned(value)) => {
            facts.literal(value) == Some(Literal::Null) && facts.function(operation.function).traits.is_constructor
        }
        _ => false,
    })
}
