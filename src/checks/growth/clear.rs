//! A method that empties an object, and forgets one of the collections that are filled together.

use super::container::Held;
use crate::checks::Context;
use crate::checks::lives::callback;
use crate::checks::lives::owner;
use crate::facts::{Action, ExprId, ExprKind, Facts, FunctionId, Operation, PlaceId, Root, Segment, TypeId};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};

/// How many siblings a method must empty before it counts as one that empties the object.
const SIBLINGS: usize = 2;

/// The map that a clearing method leaves full beside the emptied collections that are filled with it.
pub fn forgotten(context: &Context, held: &Held) -> Option<Finding> {
    let facts = context.facts;
    let Root::Instance(ty) = facts.places.get(held.place).root else { return None };
    if held.container.put.is_empty() && !held.container.literal.iter().any(|word| word == "map") {
        return None;
    }
    let clears = facts.ty(ty).methods.iter().copied().filter(|method| is_clearing(context, held, *method));
    clears.into_iter().find_map(|clear| {
        let reached = owner::reach(facts, Some(ty), &[clear]);
        let touched = |place: PlaceId| facts.operations(place).iter().any(|operation| reached.contains(&operation.function));
        let gone: Vec<(PlaceId, ExprId)> =
            fields(facts, ty).filter_map(|place| Some((place, emptied(facts, place, clear)?))).collect();
        let grown = held.growth.iter().find(|growth| {
            !facts.function(growth.function).traits.is_constructor
                && growth.key.is_some()
                && gone
                    .iter()
                    .any(|(place, _)| facts.operations(*place).iter().any(|operation| fills(operation, growth.function)))
        })?;
        // Where another method empties all of them, this one leaves something on purpose.
        let whole = |method: &FunctionId| emptied(facts, held.place, *method).is_some();
        let whole = facts.typed && facts.ty(ty).methods.iter().any(whole);
        (gone.len() >= SIBLINGS && !touched(held.place) && !whole && !hands_instance(facts, clear))
            .then(|| tell(context, held, clear, (grown.at, gone[0])))
    })
}

fn fields(facts: &Facts, ty: TypeId) -> impl Iterator<Item = PlaceId> {
    let own = move |root| matches!(root, Root::Instance(owner) if owner == ty);
    facts
        .places
        .iter()
        .filter(move |(_, place)| own(place.root) && matches!(place.path.as_slice(), [Segment::Field(_)]))
        .map(|(id, _)| id)
}

/// Whether a method is named like the one that empties a collection, and is told nothing.
fn is_clearing(context: &Context, held: &Held, method: FunctionId) -> bool {
    let own = context.facts.function(method);
    let told = own.params.iter().any(|param| Some(param.binding) != own.receiver);
    let name = own.name.map_or("", |name| context.facts.text(name));
    !told && held.container.empty.iter().any(|word| word == name)
}

/// Where a function empties a collection as a whole: `clear()`, `fill(nothing)`.
fn emptied(facts: &Facts, place: PlaceId, function: FunctionId) -> Option<ExprId> {
    let mut here = facts.operations(place).iter().filter(|operation| operation.function == function);
    here.find_map(|operation| match operation.action {
        Action::Method { name, call } => matches!(facts.text(name), "clear" | "fill" | "splice").then_some(call),
        Action::Assign(source) => {
            let value = crate::checks::lives::kept::given(source)?;
            matches!(facts.kind(value), ExprKind::Collection { .. }).then_some(operation.expr)
        }
        _ => None,
    })
}

/// Whether something is put into a place in a function.
fn fills(operation: &Operation, function: FunctionId) -> bool {
    operation.function == function && matches!(operation.action, Action::SetItem { .. } | Action::Method { .. })
}

/// Whether a method hands the instance to somebody who could do the rest.
fn hands_instance(facts: &Facts, method: FunctionId) -> bool {
    facts.function(method).calls.iter().any(|call| facts.args(*call).iter().any(|arg| callback::is_instance(facts, *arg)))
}

fn tell(context: &Context, held: &Held, clear: FunctionId, (grown, (twin, emptied)): (ExprId, (PlaceId, ExprId))) -> Finding {
    let facts = context.facts;
    let own = facts.function(clear);
    let (name, method) = (facts.display(held.place), own.name.map_or("", |name| facts.text(name)));
    let message = format!("`{method}` empties the object, and leaves `{name}` as it is");
    let mut finding = context.finding_at(own.head, clear, message, format!("`{name}` is not emptied here"));
    finding.related.push(Mark::new(Role::Acquire, facts.expr(grown).span, "an entry is made here"));
    finding.related.push(Mark::new(
        Role::Release,
        facts.expr(emptied).span,
        format!("`{}`, which is filled beside it, is emptied", facts.display(twin)),
    ));
    finding.risk =
        format!("the entries of `{name}` stay after each `{method}`, and whatever relies on the others never meets them again");
    finding.recommendation = format!("empty `{name}` in `{method}`, too");
    finding.evidence.push(
        Evidence::supports(Weight::Fair, "collections that are filled in the same function are emptied")
            .at(facts.expr(emptied).span),
    );
    // What a method called `clear` is to clear may well be something else, what is shown, say.
    if !context.words.words.drawn.is_empty() {
        finding.evidence.push(Evidence::doubts(Weight::Strong, format!("nothing says that `{method}` means `{name}` as well")));
    }
    finding.weigh(context.prior())
}
