//! A collection that is given to the objects which its owner makes: they work with the same one through a field of theirs.

use crate::facts::{Action, BindingId, ExprId, Facts, FunctionId, Operation, Place, PlaceId, Root, Segment, Slot, TypeId};

/// The fields through which objects that are made with a collection work with it, and the calls that make them.
pub fn through(facts: &Facts, place: PlaceId) -> Vec<(ExprId, PlaceId)> {
    if facts.typed || facts.exported.is_some() {
        return Vec::new();
    }
    let lodged = |operation: &Operation| {
        let Action::Argument { call, position } = operation.action else { return None };
        Some((call, field(facts, call, *facts.args(call).get(position as usize)?)?))
    };
    facts.operations(place).iter().filter_map(lodged).collect()
}

/// The field in which a new object keeps an argument, if that is all that its constructor does with it.
fn field(facts: &Facts, call: ExprId, arg: ExprId) -> Option<PlaceId> {
    let ty = facts.callee(call).constructs?;
    let param = parameter(facts, constructor(facts, ty)?, facts.slot(call, arg)?)?;
    let own = facts.places.find(&Place { root: Root::Binding(param), path: Vec::new() })?;
    let mut kept = None;
    for operation in facts.operations(own) {
        match operation.action {
            Action::Alias { target } if kept.is_none() => kept = facts.place(target),
            Action::Tested | Action::Read | Action::Assign(_) => {}
            _ => return None,
        }
    }
    kept.filter(|field| {
        let Place { root, path } = facts.places.get(*field);
        let only = facts.definitions_of(*field).len() == 1;
        only && *root == Root::Instance(ty) && matches!(path.as_slice(), [Segment::Field(_)])
    })
}

fn constructor(facts: &Facts, ty: TypeId) -> Option<FunctionId> {
    facts.ty(ty).methods.iter().copied().find(|method| facts.function(*method).traits.is_constructor)
}

fn parameter(facts: &Facts, function: FunctionId, slot: Slot<crate::facts::Name>) -> Option<BindingId> {
    let own = facts.function(function);
    let mut params = own.params.iter().filter(|param| own.receiver != Some(param.binding));
    match slot {
        Slot::At(at) => params.nth(at as usize),
        Slot::Named(name) => params.find(|param| param.name == name),
    }
    .map(|param| param.binding)
}
