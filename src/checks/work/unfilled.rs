//! Handles that somebody means to cancel, and that nobody keeps: what is cancelled is a name that is never given one.

use super::timer::{Timer, tell};
use crate::checks::Context;
use crate::checks::lives::owner;
use crate::facts::{ExprId, Facts, Literal, PlaceId, Root, Segment, Source};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};

/// The finding at the first timer of a file whose handle is dropped, where a handle of its kind is cancelled that nothing
/// ever sets.
pub fn check(context: &Context, timers: &[Timer]) -> Option<Finding> {
    let facts = context.facts;
    let dropped: Vec<&Timer> = timers.iter().filter(|timer| timer.kept.holders.is_empty()).collect();
    let (first, (name, at)) = dropped.iter().find_map(|timer| Some((*timer, unfilled(context, timer)?)))?;
    let span = facts.expr(at).span;
    let message = format!("`{name}` is cancelled and never set: the handle of this {} is dropped", first.resource.kind);
    let text = format!("nothing is ever given to `{name}`, which is cancelled here");
    let mut finding = tell(context, first, message, vec![Evidence::supports(Weight::Strong, text).at(span)]);
    finding.related.push(Mark::new(Role::Release, span, "cancels nothing"));
    for other in dropped.iter().skip(1).filter(|other| other.resource.kind == first.resource.kind).take(3) {
        finding.related.push(Mark::new(Role::Acquire, facts.expr(other.call).span, "set here, too"));
    }
    finding.recommendation = format!("keep the handle in `{name}`");
    Some(finding.weigh(context.prior()))
}

/// The field that is cancelled like a handle of this kind, and that this file declares and never fills.
fn unfilled(context: &Context, timer: &Timer) -> Option<(String, ExprId)> {
    let facts = context.facts;
    let cancels = |call: &ExprId| {
        let by = &timer.resource.release_by;
        by.iter().any(|word| word.fits(facts.callee_path(*call), facts.method_name(*call)))
    };
    let calls = facts.functions.iter().flat_map(|function| function.calls.iter().copied()).filter(cancels);
    calls.into_iter().find_map(|call| {
        let place = facts.positional(call, 0).and_then(|handle| facts.place(handle))?;
        let name = facts.display(place);
        // What another type cancels is meant for a timer of its own.
        let apart = match (facts.places.get(place).root, facts.owner_of(timer.function)) {
            (Root::Instance(theirs), Some(ours)) => !facts.relatives(ours).contains(&theirs),
            (Root::Instance(_), None) => facts.exported.is_some(),
            // A variable of one function says nothing of what another one sets.
            (Root::Binding(variable), _) if facts.exported.is_some() && !facts.is_global(variable) => {
                let declared = facts.scopes[facts.binding(variable).scope.index()].function;
                !facts.enclosing(timer.function).any(|around| around == declared)
            }
            _ => false,
        };
        let filled = || is_filled(facts, &name) || facts.exported.is_some() && is_set_elsewhere(facts, place);
        (!apart && is_declared(context, place, &name) && !filled()).then_some((name, call))
    })
}

/// Whether a place is a field that this file gives no value on purpose, so that it means to fill it itself.
fn is_declared(context: &Context, place: PlaceId, name: &str) -> bool {
    let facts = context.facts;
    let hidden = match facts.places.get(place).root {
        Root::Instance(ty) => owner::has_hidden_base(facts, ty) || !context.touched(place).is_empty(),
        _ => false,
    };
    let field = !facts.places.get(place).path.is_empty();
    !hidden && field && given(facts, name).any(|value| value.is_some_and(|value| nothing(facts, value)))
}

/// Whether a place of this name is given anything.
fn is_filled(facts: &Facts, name: &str) -> bool {
    given(facts, name).any(|value| !value.is_some_and(|value| nothing(facts, value)))
}

/// Whether a field of the same name is given anything by another way to the object: `_this.timer` here, `this.timer` there.
fn is_set_elsewhere(facts: &Facts, place: PlaceId) -> bool {
    let Some(Segment::Field(name)) = facts.places.get(place).path.last() else { return false };
    let alike = facts.fields_named(*name).iter().flat_map(|other| facts.definitions_of(*other));
    let values = alike.filter(|one| !matches!(one.source, Source::Declared(_))).map(|one| facts.value_of(&one));
    values.into_iter().any(|value| !value.is_some_and(|value| nothing(facts, value)))
}

/// What the places of this name are given; nothing where that is no single value.
fn given<'a>(facts: &'a Facts, name: &'a str) -> impl Iterator<Item = Option<ExprId>> + 'a {
    let alike = facts.places.iter().filter(move |(id, _)| facts.display(*id) == name).map(|(id, _)| id);
    let all = alike.flat_map(|place| facts.definitions_of(place));
    all.filter(|one| !matches!(one.source, Source::Declared(_))).map(|one| facts.value_of(&one))
}

fn nothing(facts: &Facts, value: ExprId) -> bool {
    facts.literal(value) == Some(Literal::Null)
}
