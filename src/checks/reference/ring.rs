//! Rings of counted references: each member keeps the next alive, and the last one the first.

use super::object::{Object, age, makes, object, passed, type_of};
use super::strong::{self, Keeps};
use crate::checks::Context;
use crate::checks::lives::owner;
use crate::facts::{
    Action, Definition, ExprId, ExprKind, Facts, FunctionId, FunctionKind, Operation, PlaceId, Root, Segment, Source,
};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};
use rustc_hash::FxHashSet;

/// One object is given to a field of another.
#[derive(Clone, Copy, Debug)]
struct Link {
    /// Who keeps.
    holder: Object,
    /// What is kept.
    kept: Object,
    /// The field.
    place: PlaceId,
    /// Where.
    at: ExprId,
    /// By a reference that is shared with others.
    strong: bool,
    /// The function that does it.
    function: FunctionId,
}

/// Findings about rings of counted references.
pub fn check(context: &Context) -> Vec<Finding> {
    let links = links(context);
    let mut told: FxHashSet<PlaceId> = FxHashSet::default();
    let mut found = Vec::new();
    for (function, _) in context.facts.functions() {
        let mut own: Vec<Link> = links.iter().filter(|link| link.function == function).copied().collect();
        own.extend(through_calls(context, &links, function));
        own.extend(parts(context, &own));
        for ring in closed(&own) {
            if ring.iter().all(|link| told.contains(&link.place)) || ring.iter().any(|link| cut(context, link.place)) {
                continue;
            }
            told.extend(ring.iter().map(|link| link.place));
            found.push(tell(context, &ring));
        }
    }
    found.extend(possible(context, &told));
    found
}

/// Everything that one object is given of another, outside of any call.
fn links(context: &Context) -> Vec<Link> {
    let facts = context.facts;
    let mut found = Vec::new();
    for (id, place) in facts.places.iter() {
        let (Root::Instance(ty), [Segment::Field(name), ..]) = (place.root, place.path.as_slice()) else { continue };
        let keeps = strong::field(context, ty, *name);
        if keeps.is_empty() {
            continue;
        }
        for operation in facts.operations(id) {
            for value in given(context, operation) {
                found.extend(link(context, id, &keeps, operation, value));
            }
        }
    }
    found
}

/// The values that an operation puts into its place.
fn given(context: &Context, operation: &Operation) -> Vec<ExprId> {
    let facts = context.facts;
    match operation.action {
        Action::Assign(Source::Assigned(value)) | Action::SetItem { value: Some(value), .. } => vec![value],
        Action::Method { name, call } if !context.words.release.iter().any(|word| word == facts.text(name)) => {
            facts.args(call).iter().copied().filter(|arg| !facts.lent_to_read.contains(arg)).collect()
        }
        _ => Vec::new(),
    }
}

fn link(context: &Context, place: PlaceId, keeps: &[Keeps], operation: &Operation, value: ExprId) -> Option<Link> {
    let facts = context.facts;
    let (holder, kept) = (object(context, operation.expr, true)?, object(context, value, false)?);
    let ty = type_of(context, kept)?;
    let fits = |keeps: &&Keeps| keeps.kept == ty || facts.ty(ty).base_paths.contains(&facts.ty(keeps.kept).name);
    let keeps = keeps.iter().find(fits)?;
    let function = facts.enclosing(operation.function).find(|id| facts.function(*id).kind == FunctionKind::Named)?;
    Some(Link { holder, kept, place, at: operation.expr, strong: keeps.strong, function })
}

/// What functions of this file that a function calls do with what they are given.
fn through_calls(context: &Context, links: &[Link], function: FunctionId) -> Vec<Link> {
    let facts = context.facts;
    let mut found = Vec::new();
    let inner = facts.functions().filter(|(id, own)| {
        *id == function || (own.kind == FunctionKind::Closure && facts.enclosing(*id).any(|outer| outer == function))
    });
    for call in inner.flat_map(|(_, own)| own.calls.iter().copied()) {
        let Some(callee) = facts.callee(call).function.filter(|callee| *callee != function) else { continue };
        for link in links.iter().filter(|link| link.function == callee) {
            // What a function makes and keeps inside of what it returns is nothing to its caller.
            let inner = matches!(link.kept, Object::Made(_));
            let other = matches!(link.holder, Object::Made(_)) && type_of(context, link.holder) != makes(context, Some(callee));
            if inner || other {
                continue;
            }
            let (holder, kept) = (passed(facts, call, callee, link.holder), passed(facts, call, callee, link.kept));
            if let (Some(holder), Some(kept)) = (holder, kept) {
                found.push(Link { holder, kept, at: call, function, ..*link });
            }
        }
    }
    found
}

/// A variable that was read out of a field is kept by the object that has the field.
fn parts(context: &Context, links: &[Link]) -> Vec<Link> {
    let facts = context.facts;
    let mut found = Vec::new();
    for link in links {
        let Object::Variable(binding) = link.holder else { continue };
        let [Definition { source: Source::Assigned(value) | Source::Iterated(value), .. }] =
            facts.binding(binding).definitions[..]
        else {
            continue;
        };
        let Some(place) = facts.place(value) else { continue };
        let own = facts.places.get(place);
        let (Root::Instance(ty), [Segment::Field(name), ..]) = (own.root, own.path.as_slice()) else { continue };
        if let (Some(keeps), Some(holder)) = (strong::field(context, ty, *name).first(), object(context, value, true)) {
            found.push(Link { holder, kept: link.holder, place, at: value, strong: keeps.strong, ..*link });
        }
    }
    found
}

/// Every ring among these links that has a counted reference in it, the link that closes it first.
fn closed(links: &[Link]) -> Vec<Vec<Link>> {
    let mut found = Vec::new();
    for last in links.iter().rev() {
        let mut way = vec![*last];
        if follow(links, last.holder, &mut way) && way.iter().any(|link| link.strong) {
            found.push(way);
        }
    }
    found.sort_by_key(Vec::len);
    found
}

/// Follows links from the end of the way to an object.
fn follow(links: &[Link], goal: Object, way: &mut Vec<Link>) -> bool {
    let Some(end) = way.last().map(|link| link.kept) else { return false };
    if end == goal {
        return true;
    }
    if way.len() > 6 {
        return false;
    }
    for next in links.iter().filter(|link| link.holder == end) {
        if way.iter().any(|link| link.holder == next.holder) {
            continue;
        }
        way.push(*next);
        if follow(links, goal, way) {
            return true;
        }
        way.pop();
    }
    false
}

/// Whether something lets go of what a field keeps.
fn cut(context: &Context, place: PlaceId) -> bool {
    let facts = context.facts;
    let nothing = |value: ExprId| match facts.kind(facts.peeled(value)) {
        ExprKind::Literal(_) | ExprKind::Name { binding: None, .. } => true,
        ExprKind::Call { .. } => facts.callee(value).receiver.is_none() && facts.args(value).is_empty(),
        _ => false,
    };
    let first = |target: ExprId| match facts.kind(target) {
        ExprKind::Field { base, .. } => {
            matches!(facts.kind(base), ExprKind::Call { .. }) && facts.callee(base).receiver.is_none()
        }
        _ => false,
    };
    facts.operations(place).iter().any(|operation| match operation.action {
        Action::Delete => true,
        Action::Assign(Source::Assigned(value)) => !first(operation.expr) && nothing(value),
        Action::Method { name, call } => {
            context.words.release.iter().any(|word| word == facts.text(name))
                || facts.positional(call, 0).is_some_and(|arg| matches!(facts.kind(arg), ExprKind::Name { binding: None, .. }))
        }
        Action::Argument { call, .. } => {
            context.words.emptier.iter().any(|pattern| pattern.fits(facts.callee_path(call), facts.callee_name(call)))
        }
        _ => false,
    })
}

/// Whether single entries leave the collection that a field is.
fn shrinks(context: &Context, link: &Link) -> bool {
    let removes = |name: &str| context.words.container.iter().any(|one| one.shrink.iter().any(|word| word == name));
    let mut others = context.facts.operations(link.place).iter().filter(|operation| operation.expr != link.at);
    others.any(|operation| match operation.action {
        Action::Method { name, .. } => removes(context.facts.text(name)),
        Action::DeleteItem { .. } => true,
        _ => false,
    })
}

/// A field as its type declares it.
fn shown(facts: &Facts, place: PlaceId) -> String {
    let own = facts.places.get(place);
    match (own.root, own.path.as_slice()) {
        (Root::Instance(ty), [Segment::Field(name), ..]) => format!("{}.{}", facts.text(facts.ty(ty).name), facts.text(*name)),
        _ => facts.display(place),
    }
}

fn tell(context: &Context, ring: &[Link]) -> Finding {
    let facts = context.facts;
    // The back reference is the one that most likely should be weak: the one to what was there before.
    let back = ring
        .iter()
        .filter(|link| link.strong)
        .max_by_key(|link| (age(link.kept), std::cmp::Reverse(age(link.holder)), facts.expr(link.at).span.start));
    let back = back.copied().unwrap_or(ring[0]);
    let message = format!("`{}` closes a ring of references that keep each other alive", shown(facts, back.place));
    let mut finding = context.finding(back.at, message, "a counted reference back is kept here".to_owned());
    for link in ring.iter().filter(|link| link.at != back.at) {
        let text = format!("`{}` keeps the other end", shown(facts, link.place));
        finding.related.push(Mark::new(Role::Context, facts.expr(link.at).span, text));
    }
    finding.evidence.push(Evidence::supports(Weight::Strong, "both ends are counted, and nothing lets go of either"));
    if ring.iter().any(|link| shrinks(context, link)) {
        finding.evidence.push(Evidence::doubts(Weight::Decisive, "entries are taken out one by one, which opens the ring"));
    }
    if owner::runs(facts, &context.words.words, back.function) == owner::Runs::Once {
        finding.evidence.push(Evidence::doubts(Weight::Fair, "it is made once"));
    }
    "neither count reaches zero, so nothing in the ring is ever freed".clone_into(&mut finding.risk);
    finding.weigh(context.prior())
}

/// Rings that the types of fields allow, where the file does not show that one is made.
fn possible(context: &Context, told: &FxHashSet<PlaceId>) -> Vec<Finding> {
    let facts = context.facts;
    let fields = strong::fields(context);
    let mut found = Vec::new();
    let mut seen: FxHashSet<PlaceId> = FxHashSet::default();
    for (place, ty, keeps) in fields.iter().filter(|(_, _, keeps)| keeps.strong) {
        let other = fields.iter().find(|(second, holder, back)| second != place && *holder == keeps.kept && back.kept == *ty);
        let Some((second, _, back)) = other else { continue };
        let pair = [*place, *second];
        if !(keeps.open || back.open) || pair.iter().any(|one| told.contains(one) || seen.contains(one) || cut(context, *one)) {
            continue;
        }
        seen.extend(pair);
        let Some(at) = facts.definitions_of(*place).first().map(|definition| definition.target) else { continue };
        let message = format!("`{}` and `{}` can keep each other alive", shown(facts, *place), shown(facts, *second));
        let mut finding = context.finding(at, message, "a counted reference".to_owned());
        finding.evidence.push(Evidence::doubts(Weight::Fair, "nothing here shows that a ring is made"));
        "whatever is in such a ring is never freed".clone_into(&mut finding.risk);
        found.push(finding.weigh(context.prior()));
    }
    found
}
