//! Callbacks that a function registers beside others which it hands out a way to take off, and that this way leaves.

use super::check::Registered;
use super::identity::{self, Removal};
use crate::checks::Context;
use crate::checks::growth::container;
use crate::checks::lives::callback::{self, Holds};
use crate::checks::lives::key;
use crate::facts::{ExprId, FunctionId};
use crate::finding::{Evidence, Weight};

/// What says that what a function hands out takes off another callback on the same emitter, and not this one.
pub fn beside(context: &Context, one: &Registered, all: &[Registered]) -> Option<Evidence> {
    let facts = context.facts;
    if one.removal != Removal::Never || one.holds < Holds::Locals || facts.exported.is_none() {
        return None;
    }
    // What every file knows by its name is no place of this one.
    let emitter = |of: &Registered| {
        let emitter = of.emitter?;
        let name = key::last_name(facts, emitter).filter(|_| facts.place(emitter).is_none());
        Some((facts.place(emitter), name.map(str::to_owned)))
    };
    let alike = |other: &&Registered| {
        let same = other.function == one.function && other.registration.kind == one.registration.kind;
        same && other.removal == Removal::Same && emitter(one).is_some() && emitter(other) == emitter(one)
    };
    let mut others = all.iter().filter(alike).peekable();
    others.peek()?;
    let handed = container::handed_out(facts);
    let remover = |call: ExprId| {
        let inside = facts.enclosing(facts.function_of(call)).take_while(|id| *id != one.function);
        inside.last().filter(|closure| handed.contains(closure))
    };
    others.find_map(|other| {
        let (at, closure) = identity::removals(context, other).into_iter().find_map(|call| Some((call, remover(call)?)))?;
        let text =
            format!("what the function hands out takes {} off, and leaves this one", callback::written(facts, other.callback));
        let evidence = Evidence::supports(Weight::Decisive, text).at(facts.expr(at).span);
        (!ends_emitter(context, one, closure)).then_some(evidence)
    })
}

/// Whether a function ends the emitter, with all that is registered there.
fn ends_emitter(context: &Context, one: &Registered, closure: FunctionId) -> bool {
    let facts = context.facts;
    let name = |expr: ExprId| key::last_name(facts, expr).map(str::to_owned);
    let own = one.emitter.and_then(name);
    let ends = |call: &ExprId| {
        let verb = facts.method_name(*call).is_some_and(|verb| identity::ends(verb) || verb.starts_with("removeAll"));
        verb && facts.callee(*call).receiver.and_then(name) == own
    };
    let within = |id: FunctionId| facts.enclosing(id).any(|around| around == closure);
    facts.callees.keys().any(|call| ends(call) && within(facts.function_of(*call)))
}
