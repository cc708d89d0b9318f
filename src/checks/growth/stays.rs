//! What says that an entry is meant to stay on a way out that skips its removal: it is needed later, or somebody else is to
//! take it out.

use super::container::{Growth, Held};
use crate::checks::handle::way::{Leaving, Way};
use crate::checks::lives::lifetime;
use crate::facts::{Action, ExprId, Facts, Operation, Parent, Place, Root, Segment};
use crate::finding::{Evidence, Weight};

/// What speaks for an entry being left on purpose.
pub fn doubts(facts: &Facts, held: &Held, growth: &Growth, releases: &[ExprId], way: &Way) -> Vec<Evidence> {
    let decisive = |text: &str, at: ExprId| Evidence::doubts(Weight::Decisive, text).at(facts.expr(at).span);
    let chosen = !matches!(way.leaving, Leaving::Fail { .. });
    // What is taken out both when it went well and when it is given up stays for the next attempt.
    let asked = asked_before(facts, held, growth).filter(|_| chosen && releases.len() > 1);
    let kept = put_elsewhere(facts, held, growth).filter(|_| chosen);
    let shared = made_if_missing(facts, growth, releases);
    let settled = settled(facts, held, growth).filter(|_| releases.iter().all(|release| facts.in_handler(*release)));
    [
        asked.map(|at| decisive("the function asks for the entry of an earlier call before it makes one", at)),
        shared.map(|at| decisive("the entry is made only if an earlier call has not made it, so it lasts over several", at)),
        kept.map(|at| decisive("the same thing is put elsewhere for later, and leaves from there", at)),
        settled.map(|at| decisive("the entry is given its final value here, and is to stay", at)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Where the function looks its key up before it makes the entry.
fn asked_before(facts: &Facts, held: &Held, growth: &Growth) -> Option<ExprId> {
    let key = facts.place(growth.key?)?;
    let same = |asked: Option<ExprId>| asked.and_then(|asked| facts.place(asked)) == Some(key);
    let asks = |operation: &&Operation| {
        operation.function == growth.function
            && facts.expr(operation.expr).span.end <= facts.expr(growth.at).span.start
            && match operation.action {
                Action::GetItem { key } => same(key),
                Action::Method { name, call } => facts.text(name) == "get" && same(facts.positional(call, 0)),
                _ => false,
            }
    };
    facts.operations(held.place).iter().find(asks).map(|operation| operation.expr)
}

/// The condition on the key under which the entry is made, where what follows takes it out whoever has made it.
fn made_if_missing(facts: &Facts, growth: &Growth, releases: &[ExprId]) -> Option<ExprId> {
    let key = facts.place(growth.key?)?;
    let asks = |condition: &ExprId| {
        let span = facts.expr(*condition).span;
        facts.operations(key).iter().any(|operation| span.contains(facts.expr(operation.expr).span))
    };
    let around = |at: ExprId| lifetime::conditions(facts, at);
    let same = releases.iter().all(|release| facts.function_of(*release) == growth.function);
    let missing = around(growth.at).into_iter().find(asks).filter(|_| same)?;
    (!releases.iter().any(|release| around(*release).contains(&missing))).then_some(missing)
}

/// Where the value of the entry is put into another collection of the same owner, in the same function.
fn put_elsewhere(facts: &Facts, held: &Held, growth: &Growth) -> Option<ExprId> {
    let value = facts.binding_of(growth.value?)?;
    let root = facts.places.get(held.place).root;
    facts.binding(value).uses.iter().copied().find(|at| {
        let later = facts.function_of(*at) == growth.function && facts.expr(*at).span.start > facts.expr(growth.at).span.end;
        later && receiver(facts, *at).is_some_and(|place| is_field_of(facts.places.get(place), root) && place != held.place)
    })
}

/// The place whose method is given a mention as its only argument: `self.waiting.append(thing)`.
fn receiver(facts: &Facts, mention: ExprId) -> Option<crate::facts::PlaceId> {
    let Parent::Expr(call) = facts.expr(mention).parent else { return None };
    let adds = matches!(facts.method_name(call)?, "append" | "appendleft" | "push" | "put" | "put_nowait" | "add");
    facts.callee(call).receiver.filter(|_| adds && facts.args(call) == [mention]).and_then(|receiver| facts.place(receiver))
}

fn is_field_of(place: &Place, root: Root) -> bool {
    place.root == root
        && matches!(root, Root::Instance(_) | Root::Static(_))
        && matches!(place.path.as_slice(), [Segment::Field(_)])
}

/// Where the same key is given another value later on in the function.
fn settled(facts: &Facts, held: &Held, growth: &Growth) -> Option<ExprId> {
    let key = facts.place(growth.key?)?;
    let again = |other: &&Growth| {
        other.function == growth.function
            && facts.expr(other.at).span.start > facts.expr(growth.at).span.end
            && other.key.and_then(|other| facts.place(other)) == Some(key)
            && !facts.in_handler(other.at)
    };
    held.growth.iter().find(again).map(|other| other.at)
}
