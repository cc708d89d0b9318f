//! Several workers of one kind in one type, of which the teardown ends all but one.

use crate::checks::Context;
use crate::checks::lives::kept::{self, Fate};
use crate::checks::lives::owner;
use crate::facts::{Action, ExprId, ExprKind, Facts, PlaceId, Root, TypeId};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};
use rustc_hash::FxHashSet;

/// A field that is given a started worker, by whatever type makes it.
struct Field {
    place: PlaceId,
    made: ExprId,
    by: String,
}

/// Findings at workers whose siblings, made by the same constructor, are ended while they are not.
pub fn check(context: &Context) -> Vec<Finding> {
    context.facts.types().flat_map(|(ty, _)| of_type(context, ty)).collect()
}

fn of_type(context: &Context, ty: TypeId) -> Vec<Finding> {
    let facts = context.facts;
    let fields = fields(context, ty);
    if fields.len() < 2 {
        return Vec::new();
    }
    let teardowns = owner::teardowns(facts, ty);
    if teardowns.is_empty() {
        return Vec::new();
    }
    let reached = owner::reach(facts, Some(ty), &teardowns);
    let ended = |field: &&Field| freed(context, field, &reached).is_some();
    let mut findings = Vec::new();
    for field in fields.iter().filter(|field| !touched(facts, field, &reached)) {
        let alike: Vec<&Field> = fields.iter().filter(|other| other.by == field.by && other.place != field.place).collect();
        if let Some(other) = alike.iter().copied().find(|other| ended(other)) {
            findings.extend(tell(context, field, other, &reached, alike.len()));
        }
    }
    findings
}

/// The fields that a type gives a worker which it starts, and which the vocabulary does not know.
fn fields(context: &Context, ty: TypeId) -> Vec<Field> {
    let facts = context.facts;
    let own = |root: Root| root == Root::Instance(ty);
    let places = facts.places.iter().filter(|(_, place)| own(place.root) && place.path.len() == 1);
    places.filter_map(|(id, _)| field(context, id)).collect()
}

fn field(context: &Context, place: PlaceId) -> Option<Field> {
    let facts = context.facts;
    let arms = |name: &str| context.words.resource.iter().any(|resource| resource.armed_by.iter().any(|word| word == name));
    facts.definitions_of(place).into_iter().find_map(|definition| {
        let value = kept::given(definition.source)?;
        let chained = facts.callee(value).receiver.filter(|_| facts.callee_name(value).is_some_and(arms));
        let made = chained.unwrap_or(value);
        let ExprKind::Call { .. } = facts.kind(made) else { return None };
        let started = chained.is_some()
            || facts
                .operations(place)
                .iter()
                .any(|at| matches!(at.action, Action::Method { name, .. } if arms(facts.text(name))));
        let known = context
            .words
            .resource
            .iter()
            .any(|resource| resource.acquire.iter().any(|word| word.fits(facts.callee_path(made), facts.method_name(made))));
        let by = facts.callee_path(made).or_else(|| facts.callee_name(made))?.to_owned();
        (started && !known).then_some(Field { place, made, by })
    })
}

/// Where a teardown calls a releasing method of the field.
fn freed(context: &Context, field: &Field, reached: &FxHashSet<crate::facts::FunctionId>) -> Option<ExprId> {
    let facts = context.facts;
    let frees = |name: &str| context.words.resource.iter().any(|resource| resource.release.iter().any(|word| word == name));
    let mut there = facts.operations(field.place).iter().filter(|at| reached.contains(&at.function));
    there.find_map(|at| match at.action {
        Action::Method { name, call } if frees(facts.text(name)) => Some(call),
        _ => None,
    })
}

fn touched(facts: &Facts, field: &Field, reached: &FxHashSet<crate::facts::FunctionId>) -> bool {
    facts.operations(field.place).iter().any(|at| {
        reached.contains(&at.function) || matches!(at.action, Action::Returned | Action::Argument { .. } | Action::Stored { .. })
    }) || matches!(kept::fate(facts, field.made), Fate::Dropped)
}

fn tell(
    context: &Context,
    field: &Field,
    other: &Field,
    reached: &FxHashSet<crate::facts::FunctionId>,
    alike: usize,
) -> Option<Finding> {
    let facts = context.facts;
    let freed = freed(context, other, reached)?;
    let (name, sibling) = (facts.display(field.place), facts.display(other.place));
    let message = format!("the teardown ends `{sibling}` and leaves `{name}`, which was started in the same way, running");
    let mut finding = context.finding(field.made, message, "started here".to_owned());
    finding.related.push(Mark::new(Role::Release, facts.expr(freed).span, format!("only `{sibling}` is ended here")));
    "it runs on after its owner has ended, and keeps the owner alive".clone_into(&mut finding.risk);
    finding.evidence.push(
        Evidence::supports(Weight::Strong, format!("`{sibling}` is made by the same constructor, and ended"))
            .at(facts.expr(freed).span),
    );
    if alike > 1 {
        finding.evidence.push(Evidence::supports(Weight::Slight, format!("there are {alike} others like it")));
    }
    Some(finding.weigh(context.prior()))
}
