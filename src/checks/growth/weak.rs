//! A list of weak references that is only added to: what each points to goes by itself, its place in the list does not.

use crate::checks::Context;
use crate::checks::lives::key;
use crate::facts::{Action, BindingKind, ExprId, Facts, FunctionId, Operation, Place, Root, Segment, Source};
use crate::finding::{Evidence, Finding, Weight};
use crate::index::Verb;
use crate::rules::Check;

/// What makes a reference that does not keep its value alive.
const MAKES: &str = "downgrade";
/// What asks whether such a reference still points to anything.
const ASKS: [&str; 2] = ["upgrade", "strong_count"];
/// What adds to a list.
const ADDS: [&str; 2] = ["push", "push_back"];
/// What opens something that several share.
const OPENS: [&str; 4] = ["lock", "write", "lock_arc", "write_arc"];

/// Findings about the lists that the file adds weak references to.
pub fn check(context: &Context) -> Vec<Finding> {
    let facts = context.facts;
    if context.rule.check != Check::Growth || !facts.typed || facts.names.find(MAKES).is_none() {
        return Vec::new();
    }
    let all = facts.places.iter().flat_map(|(id, place)| facts.operations(id).iter().map(move |operation| (place, operation)));
    all.filter_map(|(place, operation)| judge(context, place, operation)).collect()
}

fn judge(context: &Context, place: &Place, operation: &Operation) -> Option<Finding> {
    let facts = context.facts;
    let (Action::Method { name, call }, [.., Segment::Field(field)]) = (operation.action, place.path.as_slice()) else {
        return None;
    };
    if !ADDS.contains(&facts.text(name)) || !facts.positional(call, 0).is_some_and(|value| is_weak(facts, value)) {
        return None;
    }
    let field = facts.text(*field);
    if is_new(facts, place)
        || !runs_again(context, operation.function)
        || !shared(facts, place, operation.function)
        || asked(facts, operation.function)
        || pruned(context, field)
    {
        return None;
    }
    let message = format!("`{field}` gets a weak reference each time, and none is taken out when what it points to has gone");
    let mut finding = context.finding(call, message, "a weak reference is added here".to_owned());
    finding.risk =
        format!("`{field}` keeps one place for each that was ever added, and the memory of what it pointed to with it");
    finding.recommendation = format!(
        "Drop dead references before adding one: `{field}.retain(|weak| weak.strong_count() > 0)`, or remove the entry in the `Drop` \
         of what it points to."
    );
    let text = "several threads share it behind a lock, so it lives longer than one piece of work";
    finding.evidence.push(Evidence::supports(Weight::Strong, text));
    let text = "nothing in the project takes single references out of something by that name";
    finding.evidence.push(Evidence::supports(Weight::Fair, text));
    Some(finding.weigh(context.prior()))
}

/// Whether a value is a weak reference that was made in sight.
fn is_weak(facts: &Facts, value: ExprId) -> bool {
    let value = facts.peeled(value);
    if facts.callee_name(value) == Some(MAKES) {
        return true;
    }
    let copied = facts.callee(value).receiver.filter(|_| facts.callee_name(value) == Some("clone"));
    let given = facts.binding_of(copied.unwrap_or(value)).map(|binding| facts.binding(binding).definitions.as_slice());
    let Some([only]) = given else { return false };
    facts.value_of(only).is_some_and(|made| facts.callee_name(facts.peeled(made)) == Some(MAKES))
}

/// Whether a list belongs to something that the function itself has made.
fn is_new(facts: &Facts, place: &Place) -> bool {
    let Root::Binding(binding) = place.root else { return false };
    let own = facts.binding(binding);
    let made = |value: ExprId| {
        let callee = facts.callee(facts.peeled(value));
        callee.constructs.is_some() || callee.makes
    };
    !matches!(own.kind, BindingKind::Parameter(_)) && own.definitions.iter().any(|one| facts.value_of(one).is_some_and(made))
}

fn runs_again(context: &Context, function: FunctionId) -> bool {
    let facts = context.facts;
    let setup = &context.words.words.setup;
    !facts.enclosing(function).any(|id| {
        let own = facts.function(id);
        let named = own.name.is_some_and(|name| key::starts_with(setup, facts.text(name)));
        own.traits.is_constructor || own.traits.is_test || named
    })
}

/// Whether the function locks the list, or what it belongs to, before it adds to it.
fn shared(facts: &Facts, place: &Place, function: FunctionId) -> bool {
    facts.function(function).calls.iter().any(|call| {
        let opens = facts.callee_name(*call).is_some_and(|name| OPENS.contains(&name)) && facts.args(*call).is_empty();
        let on = facts.callee(*call).receiver.and_then(|on| facts.place(on)).map(|on| facts.places.get(on));
        opens && on.is_some_and(|on| on.root == place.root && place.path.starts_with(&on.path))
    })
}

/// Whether anything takes single references out, or looks for dead ones, while the list is in use.
fn pruned(context: &Context, field: &str) -> bool {
    let facts = context.facts;
    let verb = |name: &str| context.words.container.iter().any(|kind| kind.shrink.iter().any(|word| word == name));
    let emptier = |name: &str| ["take", "replace", "swap"].contains(&name);
    let ends = |function: FunctionId| facts.enclosing(function).any(|id| facts.function(id).traits.is_teardown);
    let named = |place: &Place| matches!(place.path.last(), Some(Segment::Field(name)) if facts.text(*name) == field);
    let mut here = facts.places.iter().filter(|(_, place)| named(place)).flat_map(|(id, _)| facts.operations(id));
    let own = here.any(|operation| match operation.action {
        Action::Method { name, .. } => verb(facts.text(name)) && !ends(operation.function),
        Action::Argument { call, .. } => facts.callee_name(call).is_some_and(emptier) && !ends(operation.function),
        Action::Assign(Source::Declared(_)) => false,
        Action::Assign(_) | Action::SetItem { .. } => !ends(operation.function),
        _ => false,
    });
    own || context.project.named(&facts.language, field).any(|(file, touch)| {
        !touch.teardown
            && match touch.verb {
                Verb::Method(name) => verb(file.text(name)),
                Verb::Hand(name) => emptier(file.text(name)),
                Verb::Delete | Verb::Replace => true,
                Verb::Measure => false,
            }
    })
}

/// Whether a function asks weak references whether they still point to anything.
fn asked(facts: &Facts, function: FunctionId) -> bool {
    let asks = |call: &ExprId| facts.callee_name(*call).is_some_and(|name| ASKS.contains(&name));
    facts.function(function).calls.iter().any(asks)
}
