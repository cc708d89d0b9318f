//! Several parts of one make in one object, of which its end releases all but one. What they are, no vocabulary says: that
//! they must be ended, the type shows by ending the others.

use crate::checks::Context;
use crate::checks::lives::kept;
use crate::checks::lives::owner;
use crate::facts::{Action, ExprId, ExprKind, Facts, FunctionId, PlaceId, Root, Segment, TypeId};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};
use rustc_hash::FxHashSet;

/// A field that is given something new, by whatever constructor.
struct Part {
    place: PlaceId,
    made: ExprId,
    by: String,
    /// Where it is given to what ends it with the object, if it is so where it is made.
    collected: Option<ExprId>,
}

/// Findings at parts whose siblings, made by the same constructor, are ended while they are not.
pub fn check(context: &Context) -> Vec<Finding> {
    if context.words.collects.is_empty() {
        return Vec::new();
    }
    context.facts.types().flat_map(|(ty, _)| of_type(context, ty)).collect()
}

fn of_type(context: &Context, ty: TypeId) -> Vec<Finding> {
    let facts = context.facts;
    let places = facts
        .places
        .iter()
        .filter(|(_, place)| place.root == Root::Instance(ty) && matches!(place.path.as_slice(), [Segment::Field(_)]));
    let parts: Vec<Part> = places.filter_map(|(id, _)| part(context, id)).collect();
    if parts.len() < 2 {
        return Vec::new();
    }
    let reached = owner::reach(facts, Some(ty), &owner::teardowns(facts, ty));
    // A base in another file may end what it knows by the same name, or by another that the same value has.
    let alone = |part: &&Part| {
        parts.iter().filter(|other| other.made == part.made).count() == 1 && context.touched(part.place).is_empty()
    };
    let left = parts.iter().filter(|part| part.collected.is_none() && is_left(facts, part, &reached)).filter(alone);
    left.filter_map(|part| {
        let alike: Vec<&Part> = parts.iter().filter(|other| other.by == part.by && other.place != part.place).collect();
        let ended: Vec<(&Part, ExprId)> =
            alike.iter().filter_map(|other| Some((*other, ended(context, other, &reached)?))).collect();
        (ended.len() * 2 >= alike.len()).then(|| tell(context, part, &ended)).flatten()
    })
    .collect()
}

/// The one value that a field is given, if that is new.
fn part(context: &Context, place: PlaceId) -> Option<Part> {
    let facts = context.facts;
    let given: Vec<ExprId> =
        facts.definitions_of(place).into_iter().filter_map(|definition| kept::given(definition.source)).collect();
    let [only] = given.as_slice() else { return None };
    let value = facts.peeled(*only);
    let collects = facts.callee_name(value).is_some_and(|name| context.words.collects.iter().any(|word| word == name));
    let made = if collects { facts.peeled(facts.positional(value, 0)?) } else { value };
    let ExprKind::Call { .. } = facts.kind(made) else { return None };
    let by = facts.callee_name(made).filter(|name| name.starts_with(char::is_uppercase))?;
    Some(Part { place, made, by: by.to_owned(), collected: collects.then_some(value) })
}

/// Whether a method ends what it is called on.
fn ends(name: &str) -> bool {
    matches!(name, "dispose" | "destroy" | "close" | "disconnect" | "terminate")
}

/// Where a part is ended with the object.
fn ended(context: &Context, part: &Part, reached: &FxHashSet<FunctionId>) -> Option<ExprId> {
    let facts = context.facts;
    let mut there = facts.operations(part.place).iter().filter(|at| reached.contains(&at.function));
    part.collected.or_else(|| {
        there.find_map(|at| match at.action {
            Action::Method { name, call } if ends(facts.text(name)) => Some(call),
            _ => None,
        })
    })
}

/// Whether no end of the object touches a part, nothing else ends it at a time of its own, and nobody else gets it.
fn is_left(facts: &Facts, part: &Part, reached: &FxHashSet<FunctionId>) -> bool {
    !facts.operations(part.place).iter().any(|at| {
        reached.contains(&at.function)
            || matches!(at.action, Action::Method { name, .. } if ends(facts.text(name)))
            || matches!(at.action, Action::Returned | Action::Argument { .. } | Action::Stored { .. } | Action::Alias { .. })
    })
}

fn tell(context: &Context, part: &Part, ended: &[(&Part, ExprId)]) -> Option<Finding> {
    let facts = context.facts;
    let (other, at) = ended.first()?;
    let (name, sibling) = (facts.display(part.place), facts.display(other.place));
    let message = format!("the end of the object releases `{sibling}` and leaves `{name}`, which is made in the same way");
    let mut finding = context.finding(part.made, message, "made here".to_owned());
    finding.related.push(Mark::new(Role::Release, facts.expr(*at).span, format!("only `{sibling}` is ended with the object")));
    "what it holds, and whoever listens to it, stays for as long as it is reachable".clone_into(&mut finding.risk);
    finding.recommendation = format!("end `{name}` where `{sibling}` is ended");
    let text = format!("`{sibling}` is made by the same constructor, and ended");
    finding.evidence.push(Evidence::supports(Weight::Strong, text).at(facts.expr(*at).span));
    if ended.len() > 1 {
        let text = format!("there are {} others like it that are ended", ended.len());
        finding.evidence.push(Evidence::supports(Weight::Fair, text));
    }
    Some(finding.weigh(context.prior()))
}
