//! What the other files of the project know of a collection: who takes entries out, who makes its owner, who adds to it.

use super::container::Held;
use crate::checks::Context;
use crate::checks::lives::key;
use crate::checks::lives::lifetime;
use crate::checks::lives::lifetime::Life;
use crate::facts::{Action, FunctionId, Operation, Root};
use crate::finding::{Evidence, Weight};
use crate::index::{Deed, Found, Taken, Tenure, Verb};

/// What other files do with it, as evidence; nothing at all if entries surely leave it while it is in use.
pub fn relief(context: &Context, held: &Held) -> Option<Vec<Evidence>> {
    let touched = context.touched(held.place);
    let relieving: Vec<&Found> = touched.iter().filter(|found| relieves(held, found)).collect();
    if relieving.iter().any(|found| found.sure && !found.touch.teardown && !found.touch.constructor) {
        return None;
    }
    match emptied(context, held) {
        Some((taken, true)) => {
            let text = format!("it is given to a function in {} that takes entries out, when the owner ends", taken.file.path);
            return Some(vec![Evidence::doubts(Weight::Strong, text)]);
        }
        Some((_, false)) => return None,
        None => {}
    }
    if let Some(found) = relieving.first() {
        let (path, function) = (&found.file.path, found.function());
        let text = if found.sure {
            format!("`{function}` in {path} takes entries out when the owner ends")
        } else {
            format!("`{function}` in {path} takes entries out of something by that name")
        };
        return Some(vec![Evidence::doubts(Weight::Strong, text)]);
    }
    let handed = touched.iter().find(|found| found.sure && matches!(found.touch.verb, Verb::Hand(_) | Verb::Measure));
    if let Some(found) = handed {
        let text = format!("`{}` in {} reads it, and could remove entries", found.function(), found.file.path);
        return Some(vec![Evidence::doubts(Weight::Slight, text)]);
    }
    let alone = context.project.len() < 2;
    let text = "nothing else in the project takes entries out";
    Some(if alone { Vec::new() } else { vec![Evidence::supports(Weight::None, text)] })
}

/// The function of another file that is given a collection and takes entries out of it, and whether that is only when the
/// owner begins or ends.
fn emptied<'a>(context: &Context<'a>, held: &Held) -> Option<(Taken<'a>, bool)> {
    let facts = context.facts;
    let given = facts.operations(held.place).iter().filter_map(|operation| match operation.action {
        Action::Argument { call, position } => {
            let arg = *facts.args(call).get(position as usize)?;
            let taken = context.taken(call, arg)?;
            let lets_go = |deed: &Deed| match *deed {
                Deed::Deletes => true,
                Deed::Calls(name) => takes_out(held, taken.file.text(name)),
                _ => false,
            };
            taken.deeds.iter().any(lets_go).then_some((operation, taken))
        }
        _ => None,
    });
    let ends = |operation: &Operation| {
        let mut around = facts.enclosing(operation.function).map(|id| facts.function(id).traits);
        around.any(|traits| traits.is_teardown || traits.is_constructor)
    };
    let found = given.map(|(operation, taken)| (taken, ends(operation)));
    found.min_by_key(|(_, ends)| *ends)
}

/// Whether a method takes entries out of such a collection.
fn takes_out(held: &Held, method: &str) -> bool {
    held.container.shrink.iter().chain(&held.container.empty).any(|verb| verb == method)
}

fn relieves(held: &Held, found: &Found) -> bool {
    match found.touch.verb {
        Verb::Delete => true,
        Verb::Replace => held.life != Life::Instance || !found.touch.constructor,
        Verb::Method(_) => found.method().is_some_and(|method| takes_out(held, method)),
        Verb::Measure | Verb::Hand(_) => false,
    }
}

/// How long the owner of a field lives, by where the project makes its instances.
pub fn tenure<'a>(context: &Context<'a>, held: &Held) -> Tenure<'a> {
    let facts = context.facts;
    match (held.life, facts.places.get(held.place).root) {
        (Life::Instance, Root::Instance(ty)) => {
            let words = &context.words.words;
            let starting = |name: &str| words.running.iter().any(|word| word == name);
            context.project.tenure(context.path, facts.text(facts.ty(ty).name), &starting)
        }
        _ => Tenure::Unknown,
    }
}

/// How often a function runs, by who calls it in the project; only where its name tells it from all others.
pub fn rate(context: &Context, function: FunctionId) -> Option<Evidence> {
    let words = &context.words.words;
    let callers = context.callers(function)?;
    // Where files say what they export, much of a program waits for something, and names are a hint.
    let named = context.facts.exported.is_some();
    let serving = callers.iter().find(|(file, caller)| {
        let by = caller.function.map_or("", |name| file.text(name));
        caller.function.is_some() && (caller.waiting && !named || lifetime::is_serving(words, by))
    });
    if let Some((file, caller)) = serving {
        let by = caller.function.map_or("", |name| file.text(name));
        let (how, weight) = if lifetime::is_serving(words, by) {
            ("is named like what runs once per event", if named { Weight::Slight } else { Weight::Fair })
        } else {
            ("is a coroutine, so it may run once per event", Weight::Slight)
        };
        let text = format!("`{by}` in {} calls it, which {how}", file.path);
        return Some(Evidence::supports(weight, text));
    }
    let once = |caller: &crate::index::Caller, file: &crate::index::Outline| {
        let by = caller.function.map(|name| file.text(name));
        !caller.looping && !caller.later && by.is_none_or(|by| caller.constructor || key::starts_with(&words.setup, by))
    };
    let all = !callers.is_empty() && callers.iter().all(|(file, caller)| once(caller, file));
    all.then(|| Evidence::doubts(Weight::Decisive, "the project calls it only while something is set up"))
}
