//! Functions that undo each other: `connect` and `disconnect`, `peer_opened` and `peer_closed`. Where one makes an entry,
//! the other is there to take it out.

use super::container::{Growth, Held};
use crate::checks::Context;
use crate::checks::lives::key::{self, Keys};
use crate::facts::{Action, BindingKind, ExprId, ExprKind, Facts, FunctionId, FunctionKind, Name, Root};
use crate::finding::{Evidence, Weight};

/// What says that an entry stays although the function that undoes its making is told of it.
pub fn neglected(context: &Context, held: &Held, growth: &Growth) -> Option<Evidence> {
    let facts = context.facts;
    let maker = facts.enclosing(growth.function).find(|id| facts.function(*id).kind == FunctionKind::Named)?;
    if facts.function(maker).traits.is_constructor || held.release.iter().any(|release| release.certain && !release.replaced) {
        return None;
    }
    let said = told(facts, maker, growth)?;
    let opposites = key::opposites(&context.words.words.opposites, facts.text(facts.function(maker).name?));
    let undoes = |other: FunctionId| {
        let function = facts.function(other);
        other != maker
            && function.kind == FunctionKind::Named
            && function.name.is_some_and(|name| opposites.iter().any(|words| key::reads(facts.text(name), words)))
            && facts.owner_of(other) == facts.owner_of(maker)
            && !function.calls.is_empty()
            && function.params.iter().any(|param| said.contains(&param.name))
            && !adds(facts, other)
    };
    let mut others = facts.functions().map(|(id, _)| id).filter(|_| !opposites.is_empty());
    let other = others.find(|id| undoes(*id))?;
    let [done, undone] = [maker, other].map(|id| facts.function(id).name.map_or("", |name| facts.text(name)));
    let text = format!("`{undone}` undoes what `{done}` does, is told of the same, and leaves the entry");
    // What is over may be asked for later; what is taken back may not.
    let over = key::split(undone).iter().any(|word| context.words.words.concluding.contains(word));
    let named = growth.key.is_some_and(|at| key::keys(facts, &context.words.words, at) == Keys::Open);
    let weight = if over && !named { Weight::Fair } else { Weight::Strong };
    Some(Evidence::supports(weight, text).at(facts.function(other).head))
}

/// Whether a function adds to something of the object and takes nothing out: it notes an end, and undoes no beginning.
fn adds(facts: &Facts, function: FunctionId) -> bool {
    let mut own = facts.places.iter().filter(|(_, place)| matches!(place.root, Root::Instance(_)) && !place.path.is_empty());
    own.any(|(place, _)| {
        let mut here = facts.operations(place).iter().filter(|operation| operation.function == function).peekable();
        here.peek().is_some()
            && here.all(|operation| match operation.action {
                Action::Method { name, .. } => ADDING.contains(&facts.text(name)),
                _ => false,
            })
    })
}

/// Methods by which a list, a set or a queue grows.
const ADDING: [&str; 5] = ["append", "appendleft", "add", "push", "unshift"];

/// The names of the parameters from which the key, or else the value, comes.
fn told(facts: &Facts, maker: FunctionId, growth: &Growth) -> Option<Vec<Name>> {
    let function = facts.function(maker);
    let span = facts.expr(growth.key.or(growth.value)?).span;
    let used = |binding: crate::facts::BindingId| {
        let own = facts.binding(binding);
        matches!(own.kind, BindingKind::Parameter(_)) && own.uses.iter().any(|at| span.contains(facts.expr(*at).span))
    };
    let params = function.params.iter().filter(|param| Some(param.binding) != function.receiver && used(param.binding));
    let names: Vec<Name> = params.map(|param| param.name).collect();
    (!names.is_empty()).then_some(names)
}

/// What a key is made of when it is the address of an object, which says nothing when the object has gone. Where the object
/// itself is kept, it does not go.
pub fn address(context: &Context, growth: &Growth) -> Option<ExprId> {
    let facts = context.facts;
    let span = facts.expr(growth.key?).span;
    let addresses = &context.words.words.addresses;
    let takes = |call: &ExprId| addresses.iter().any(|word| word.fits(facts.callee_path(*call), facts.method_name(*call)));
    let calls = facts.function(growth.function).calls.iter().copied().filter(|_| !addresses.is_empty());
    let kept = |call: &ExprId| {
        let of = facts.positional(*call, 0).and_then(|of| facts.place(of));
        let parts = |value: ExprId| match facts.kind(value) {
            ExprKind::Collection { items, .. } | ExprKind::Other(items) => facts.list(items).to_vec(),
            _ => vec![value],
        };
        of.is_some() && growth.value.into_iter().flat_map(parts).any(|part| facts.place(part) == of)
    };
    calls.filter(|call| span.contains(facts.expr(*call).span) && !kept(call)).find(takes)
}
