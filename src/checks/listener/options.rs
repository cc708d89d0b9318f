//! Options by which a registration ends in another way than by its removal.

use crate::checks::lives::kept;
use crate::facts::{Action, ExprId, ExprKind, Facts, Literal, Operation, PlaceId, Segment};
use crate::rules::Registration;

/// Whether a call is given an option that ends the registration, or a controller that carries one. What else is spread into
/// the options beside it is not meant to take that back.
pub fn ends(facts: &Facts, call: ExprId, registration: &Registration) -> bool {
    let given = |word: &String| {
        let value = facts.option(call, word).filter(|value| facts.literal(*value) != Some(Literal::Bool(false)));
        value.is_some_and(|value| !is_of_idle_controller(facts, registration, value))
    };
    registration.unless.iter().any(given) || controlled(facts, call, registration)
}

/// Whether an argument is a controller as a whole, which somebody uses to end what it was given to:
/// `on("key", handler, this.controller)`.
fn controlled(facts: &Facts, call: ExprId, registration: &Registration) -> bool {
    if registration.controllers.is_empty() {
        return false;
    }
    let places = facts.args(call).iter().skip(registration.callback + 1).filter_map(|arg| facts.place(*arg));
    places.into_iter().any(|place| is_controller(facts, registration, place) && is_aborted(facts, registration, place))
}

/// Whether an option is the signal of a controller that a function makes for itself, and that nobody tells to end anything:
/// neither is it told so there, nor does anybody else get it.
fn is_of_idle_controller(facts: &Facts, registration: &Registration, value: ExprId) -> bool {
    let makes = |call: ExprId| {
        facts.callee_name(facts.peeled(call)).is_some_and(|name| registration.controllers.iter().any(|ty| ty == name))
    };
    match facts.kind(value) {
        ExprKind::Field { base, .. } if makes(base) => true,
        ExprKind::Field { base, .. } => {
            let place = facts.place(base).filter(|_| facts.binding_of(base).is_some_and(|binding| !facts.is_global(binding)));
            place.is_some_and(|place| is_controller(facts, registration, place) && !is_aborted(facts, registration, place))
        }
        ExprKind::Name { binding: Some(binding), .. } => match facts.binding(binding).definitions.as_slice() {
            [only] => kept::given(only.source).is_some_and(|given| is_of_idle_controller(facts, registration, given)),
            _ => false,
        },
        _ => false,
    }
}

/// Whether all that a place is ever given is such a controller, or nothing.
fn is_controller(facts: &Facts, registration: &Registration, place: PlaceId) -> bool {
    let given = |operation: &Operation| match operation.action {
        Action::Assign(source) => kept::given(source),
        _ => None,
    };
    let mut values = facts.operations(place).iter().filter_map(given).filter(|value| !is_empty(facts, *value)).peekable();
    let made = |value: ExprId| facts.callee_name(value).is_some_and(|name| registration.controllers.iter().any(|ty| ty == name));
    values.peek().is_some() && values.all(made)
}

fn is_empty(facts: &Facts, value: ExprId) -> bool {
    facts.literal(value) == Some(Literal::Null) || facts.dotted(value).as_deref() == Some("undefined")
}

/// Whether a controller is told to end what it controls, or handed to somebody who may tell it.
fn is_aborted(facts: &Facts, registration: &Registration, place: PlaceId) -> bool {
    let word = |name: &str| registration.aborts.iter().any(|word| word == name);
    let again = |call: ExprId| registration.add.iter().any(|verb| verb.fits(facts.callee_path(call), facts.method_name(call)));
    let ends = |operation: &Operation| match operation.action {
        Action::Method { name, .. } => word(facts.text(name)),
        Action::Argument { call, .. } => !again(call),
        Action::Returned | Action::Stored { .. } => true,
        _ => false,
    };
    let bound = registration.aborts.iter().filter_map(|word| facts.member(place, Segment::Field(facts.names.find(word)?)));
    facts.operations(place).iter().any(ends) || bound.into_iter().any(|member| !facts.operations(member).is_empty())
}
