//! A handle in a field that is closed only where its answer is dealt with: whoever ends the object before the answer has
//! come leaves it open. That it is a handle is told by what the object does with it, whatever library it is from.

use crate::checks::Context;
use crate::checks::lives::key;
use crate::checks::lives::owner;
use crate::facts::{
    Action, ExprId, ExprKind, Facts, FunctionId, Literal, Name, Operation, Place, PlaceId, Root, Segment, Source, TypeId,
};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};
use crate::index::{Asked, Verb};

/// What is known of such a field.
struct Open {
    ty: TypeId,
    field: Name,
    /// The call that opens it.
    made: ExprId,
    /// The call that closes it.
    closed: ExprId,
    /// The method that deals with the answer.
    handler: FunctionId,
    /// The method that ends the object.
    end: FunctionId,
}

/// Findings about the fields of a file's types.
pub fn check(context: &Context) -> Vec<Finding> {
    let facts = context.facts;
    if facts.typed || facts.exported.is_some() {
        return Vec::new();
    }
    let fields = facts.places.iter().filter_map(|(id, place)| match (place.root, place.path.as_slice()) {
        (Root::Instance(ty), [Segment::Field(name)]) => Some((id, ty, *name)),
        _ => None,
    });
    fields.filter_map(|(id, ty, name)| open(context, id, ty, name)).map(|open| tell(context, &open)).collect()
}

fn open(context: &Context, place: PlaceId, ty: TypeId, field: Name) -> Option<Open> {
    let facts = context.facts;
    let (closed, handler) = facts.operations(place).iter().find_map(|operation| closes(context, place, operation))?;
    let made = facts.operations(place).iter().find_map(|operation| opens(context, operation))?;
    let ends = owner::teardowns(facts, ty);
    let reached = owner::reach(facts, Some(ty), &ends);
    // Whoever else mentions the field, or ends the object on the way, may close it.
    let minded = facts.operations(place).iter().any(|operation| reached.contains(&operation.function));
    let several = facts.operations(place).iter().filter(|operation| closes_at_all(context, operation)).count() > 1;
    if minded || several || !is_asked(facts, ty, made, handler, place) || is_released_abroad(context, ty, field) {
        return None;
    }
    let end = ends.into_iter().find(|end| facts.function(*end).owner == Some(ty) && releases_others(context, *end, &reached))?;
    Some(Open { ty, field, made, closed, handler, end })
}

/// The words by which a handle is closed.
fn is_close(context: &Context, name: Name) -> bool {
    matches!(context.facts.text(name), "close" | "aclose") && context.words.last.iter().any(|word| word == "close")
}

fn closes_at_all(context: &Context, operation: &Operation) -> bool {
    matches!(operation.action, Action::Method { name, .. } if is_close(context, name))
}

/// The call by which a method closes the field and notes that nothing is open any more.
fn closes(context: &Context, place: PlaceId, operation: &Operation) -> Option<(ExprId, FunctionId)> {
    let facts = context.facts;
    let Action::Method { name, call } = operation.action else { return None };
    let emptied = facts.operations(place).iter().any(|other| match other.action {
        Action::Assign(Source::Assigned(value)) => {
            other.function == operation.function && facts.literal(value) == Some(Literal::Null)
        }
        _ => false,
    });
    let method = facts.method_of(operation.function)?;
    let traits = facts.function(method).traits;
    (is_close(context, name) && emptied && !traits.is_teardown && !traits.is_constructor).then_some((call, method))
}

/// The call by which a method opens what the field holds.
fn opens(context: &Context, operation: &Operation) -> Option<ExprId> {
    let facts = context.facts;
    let Action::Assign(Source::Assigned(value)) = operation.action else { return None };
    let call = facts.peeled(value);
    let traits = facts.function(operation.function).traits;
    let named = facts.callee_name(call).is_some_and(|name| key::starts_with(&context.words.words.opening, name));
    let opened = matches!(facts.kind(call), ExprKind::Call { .. }) && facts.callee(call).receiver.is_some() && named;
    (opened && !traits.is_constructor && !traits.is_teardown).then_some(call)
}

/// Whether the method that closes is only ever given to the handle itself, where it is opened: `self.channel.on_reply(self.done)`.
fn is_asked(facts: &Facts, ty: TypeId, made: ExprId, handler: FunctionId, place: PlaceId) -> bool {
    let Some(name) = facts.function(handler).name else { return false };
    let Some(method) = facts.places.find(&Place { root: Root::Instance(ty), path: vec![Segment::Field(name)] }) else {
        return false;
    };
    let mentions = facts.operations(method);
    let given = |operation: &Operation| match operation.action {
        Action::Argument { call, .. } => {
            operation.function == facts.function_of(made)
                && facts.callee(call).receiver.is_some_and(|receiver| facts.place(receiver) == Some(place))
        }
        _ => false,
    };
    facts.function(handler).callers.is_empty() && !mentions.is_empty() && mentions.iter().all(given)
}

/// Whether an end of the object, or what it calls, closes something else.
fn releases_others(context: &Context, end: FunctionId, reached: &rustc_hash::FxHashSet<FunctionId>) -> bool {
    let facts = context.facts;
    let closes = |call: &ExprId| {
        let callee = facts.callee(*call);
        callee.name.is_some_and(|name| is_close(context, name)) && callee.receiver.is_some()
    };
    let own = owner::reach(facts, facts.owner_of(end), &[end]);
    reached.iter().filter(|function| own.contains(function)).any(|function| facts.function(*function).calls.iter().any(&closes))
}

fn is_released_abroad(context: &Context, ty: TypeId, field: Name) -> bool {
    let facts = context.facts;
    let asked = Asked {
        path: context.path,
        language: &facts.language,
        owner: Some(facts.text(facts.ty(ty).name)),
        what: facts.text(field),
    };
    let touched = context.project.touched(&asked);
    touched.iter().any(|found| found.sure && !matches!(found.touch.verb, Verb::Measure))
}

fn tell(context: &Context, open: &Open) -> Finding {
    let facts = context.facts;
    let (ty, field) = (facts.text(facts.ty(open.ty).name), facts.text(open.field));
    let name = |function: FunctionId| facts.function(function).name.map_or("", |name| facts.text(name));
    let (end, handler) = (name(open.end), name(open.handler));
    let message = format!("`{ty}.{field}` stays open if `{end}` comes before `{handler}`");
    let mut finding = context.finding(open.made, message, "it is opened here".to_owned());
    finding.related.push(Mark::new(Role::Release, facts.expr(open.closed).span, "closed here, when the answer has come"));
    finding.related.push(Mark::new(Role::Release, facts.function(open.end).head, "ends the object, but leaves it open"));
    finding.evidence.push(
        Evidence::supports(Weight::Strong, format!("`{end}` closes other things and does not mention it"))
            .at(facts.function(open.end).head),
    );
    let text = format!("only `{handler}` closes it, which waits for an answer that need not come");
    finding.evidence.push(Evidence::supports(Weight::Fair, text).at(facts.expr(open.closed).span));
    if owner::has_hidden_base(facts, open.ty) {
        finding.evidence.push(Evidence::doubts(Weight::Fair, "a base outside this file may close it"));
    }
    "each object that ends before its answer has come leaves one open".clone_into(&mut finding.risk);
    finding.recommendation = format!("close it in `{end}`, too, if it is still open, and note that it is closed");
    finding.weigh(context.prior())
}
