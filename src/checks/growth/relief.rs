//! What takes entries out, in the file itself, and what the collections beside it tell.

use super::apart;
use super::container::{Growth, Held, Release};
use super::fixed;
use super::rate;
use super::signs;
use crate::checks::Context;
use crate::checks::lives::callback;
use crate::checks::lives::key::{self, Keys};
use crate::checks::lives::lifetime;
use crate::checks::lives::lifetime::Life;
use crate::checks::lives::owner;
use crate::facts::{Action, ExprId, ExprKind, Facts, Operation, Operator, Root, Segment};
use crate::finding::{Evidence, Weight};

/// What takes entries out, as evidence; nothing at all when entries certainly leave while the owner is in use.
pub fn relief(context: &Context, held: &Held, growth: &Growth) -> Option<Vec<Evidence>> {
    let facts = context.facts;
    let finaliser = |release: &Release| {
        let name = facts.function(release.function).name.map_or("", |name| facts.text(name));
        context.words.words.finaliser.iter().any(|word| word == name)
    };
    // The end of another type, a guard say, is no end of the owner.
    let elsewhere = |release: &Release| match facts.places.get(held.place).root {
        Root::Instance(ty) => facts.typed && facts.owner_of(release.function).is_some_and(|owner| owner != ty),
        _ => false,
    };
    let ends = |release: &Release| {
        held.life == Life::Instance && !elsewhere(release) && !takes_one(context, held, release) && at_the_end(context, release)
    };
    let making = |release: &Release| {
        let own = facts.function(release.function);
        release.replaced
            && (own.traits.is_constructor || own.kind == crate::facts::FunctionKind::Module)
            && held.life == Life::Instance
    };
    let certain: Vec<&Release> = held.release.iter().filter(|release| release.certain && !making(release)).collect();
    let mut evidence = Vec::new();
    let own = adds_itself(context, held, growth);
    // An instance that adds itself is still there when others are gone: only taking out that one instance helps.
    // An entry that a mere lookup leaves behind is not what anybody meant to remove one by one.
    let stray = growth.by_read && looked_up(facts, held, growth);
    let whole = |release: &Release| {
        let swept = takes_all(facts, release) && !takes_last(facts, held, release);
        (own || stray) && swept && !scheduled(facts, growth, release)
    };
    let useless = |release: &Release| whole(release) || (held.life != Life::Instance && finaliser(release));
    if certain.iter().any(|release| !ends(release) && !useless(release)) {
        return None;
    }
    if own {
        let text = "every instance adds itself when it is made";
        evidence.push(Evidence::supports(Weight::Strong, text).at(facts.expr(growth.at).span));
        evidence.extend(signs::single(context, held, growth));
        evidence.extend(signs::seldom(context, growth));
    }
    if stray {
        evidence.push(Evidence::supports(Weight::Strong, "a lookup inserts the missing key, and the entry stays"));
    }
    if let Some(handed) = held.release.iter().find(|release| !release.certain && !ends(release)) {
        // Whoever keeps it under the same name elsewhere takes entries out.
        let last = facts.display(held.place);
        let last = last.rsplit('.').next().unwrap_or(&last);
        context.project.called(&facts.language, last, &held.container.shrink).is_none().then_some(())?;
        let text = "it is handed to code that could remove entries";
        evidence.push(Evidence::doubts(Weight::Decisive, text).at(facts.expr(handed.at).span));
    }
    match certain.first() {
        None => {
            evidence.push(Evidence::supports(Weight::Slight, "nothing in this file takes entries out"));
            evidence.extend(walked(context, held));
        }
        Some(release) if finaliser(release) => {
            let text = "the only removal runs when the instance is collected, which the collection itself prevents";
            evidence.push(Evidence::supports(Weight::Strong, text).at(facts.expr(release.at).span));
        }
        Some(release) if whole(release) => {
            let text = "entries leave only all at once";
            evidence.push(Evidence::doubts(Weight::Fair, text).at(facts.expr(release.at).span));
        }
        Some(release) => {
            // Work that has ended is of no use to anybody until then.
            let work = growth.key.is_none() && rate::does_work(context, held, growth);
            let weight = match work {
                true if held.container.tasks => Weight::None,
                true if !context.words.words.drawn.is_empty() => Weight::Fair,
                _ => Weight::Strong,
            };
            let text = "entries leave only when the owner is shut down";
            evidence.push(Evidence::doubts(weight, text).at(facts.expr(release.at).span));
        }
    }
    Some(evidence)
}

/// Whether what adds to a collection hands what empties it to somebody who calls it soon: both are parts of one batch.
fn scheduled(facts: &Facts, growth: &Growth, release: &Release) -> bool {
    let calls = facts.function(growth.function).calls.iter();
    let mut given = calls.flat_map(|call| facts.args(*call)).filter_map(|arg| callback::function_behind(facts, *arg));
    facts.exported.is_some() && given.any(|given| given == release.function)
}

/// The end of the owner that goes through all of it, to end what it holds: until then all of it is needed.
fn walked(context: &Context, held: &Held) -> Option<Evidence> {
    let facts = context.facts;
    let Root::Instance(ty) = facts.places.get(held.place).root else { return None };
    let ends = owner::reach(facts, Some(ty), &owner::teardowns(facts, ty));
    let walks = |operation: &&Operation| {
        let through = match operation.action {
            Action::Iterated => true,
            Action::Method { name, .. } => facts.text(name) == "forEach",
            _ => false,
        };
        through && ends.contains(&operation.function)
    };
    let at = facts.operations(held.place).iter().find(walks).filter(|_| facts.exported.is_some())?;
    let text = "the end of the owner goes through all of it, so all of it is needed until then";
    Some(Evidence::doubts(Weight::Fair, text).at(facts.expr(at.expr).span))
}

/// Whether a release belongs to the end of its owner: a teardown, or a step that only the end takes.
fn at_the_end(context: &Context, release: &Release) -> bool {
    let facts = context.facts;
    let own = facts.function(release.function);
    // A method that is told which entry to take out serves that entry and not the end of all.
    if !takes_all(facts, release) && own.params.iter().any(|param| Some(param.binding) != own.receiver) {
        return false;
    }
    own.traits.is_teardown || (takes_all(facts, release) && lifetime::named(facts, &context.words.words.ending, release.function))
}

/// Whether a release takes out one entry of a list, whatever its function is called: `release()` is what gives back one
/// permit, and no end.
fn takes_one(context: &Context, held: &Held, release: &Release) -> bool {
    let facts = context.facts;
    let one = facts.method_name(release.at).is_some_and(|name| {
        held.container.shrink.iter().any(|word| word == name) && !held.container.empty.iter().any(|word| word == name)
    });
    let alone = facts.args(release.at).is_empty() && !facts.in_loop(release.at);
    facts.exported.is_some() && held.container.put.is_empty() && one && alone
}

/// Whether a release takes one entry off the end of a list, as off a stack.
fn takes_last(facts: &Facts, held: &Held, release: &Release) -> bool {
    let listed = held.container.literal.iter().any(|word| word == "list");
    let one = matches!(facts.method_name(release.at), Some("pop" | "popleft"));
    listed && one && !facts.in_loop(release.at)
}

/// Whether a release takes out everything at once.
fn takes_all(facts: &Facts, release: &Release) -> bool {
    release.replaced || (matches!(facts.kind(release.at), ExprKind::Call { .. }) && facts.args(release.at).is_empty())
}

/// Whether a read that inserts is followed by nothing that fills the entry, and preceded by no question for the key.
pub fn looked_up(facts: &Facts, held: &Held, growth: &Growth) -> bool {
    let asked = |operation: &Operation| operation.function == growth.function && operation.action == Action::Tested;
    if facts.operations(held.place).iter().any(|operation| asked(operation) && membership(facts, operation.expr)) {
        return false;
    }
    let filled =
        |operation: &Operation| operation.function == growth.function && matches!(operation.action, Action::SetItem { .. });
    if facts.member(held.place, Segment::Item).is_some_and(|item| facts.operations(item).iter().any(filled)) {
        return false;
    }
    let crate::facts::Parent::Expr(index) = facts.expr(growth.expr).parent else { return false };
    let crate::facts::Parent::Expr(user) = facts.expr(index).parent else { return false };
    let ExprKind::Field { name, .. } = facts.kind(user) else { return false };
    held.container.look.iter().any(|word| word == facts.text(name))
}

/// Whether something is put into an entry in the function whose read makes it.
pub fn fills(facts: &Facts, held: &Held, growth: &Growth) -> bool {
    let grows = |operation: &Operation| match operation.action {
        Action::Method { .. } | Action::SetItem { .. } | Action::Assign(crate::facts::Source::Updated(_)) => {
            operation.function == growth.function
        }
        _ => false,
    };
    facts.member(held.place, Segment::Item).is_some_and(|item| facts.operations(item).iter().any(grows))
}

fn membership(facts: &Facts, expr: ExprId) -> bool {
    let crate::facts::Parent::Expr(parent) = facts.expr(expr).parent else { return false };
    matches!(facts.kind(parent), ExprKind::Operation { operator: Operator::In | Operator::NotIn, .. })
}

/// Whether a new instance puts itself into a collection that outlives it.
pub fn adds_itself(context: &Context, held: &Held, growth: &Growth) -> bool {
    let facts = context.facts;
    // A name under which an instance is found again belongs to a registry, of which each entry is made once.
    let named =
        growth.key.is_some_and(|key| Some(key) != growth.value && key::keys(facts, &context.words.words, key) != Keys::Open);
    if named || !lifetime::conditions(facts, growth.at).is_empty() {
        return false;
    }
    let function = facts.function(growth.function);
    let is_itself = |kept: ExprId| callback::is_instance(facts, kept);
    let itself = growth.value.is_some_and(is_itself) || facts.exported.is_some() && growth.key.is_some_and(is_itself);
    held.life != Life::Instance && function.traits.is_constructor && itself
}

/// Whether what it keeps is work that ends, an instance that adds itself, or what a lookup leaves behind.
pub fn is_left_behind(context: &Context, held: &Held, growth: &Growth) -> bool {
    let facts = context.facts;
    let work = |value| rate::is_work(facts, &context.words.words, value) || rate::settles(context, value).is_some();
    growth.value.is_some_and(work) || adds_itself(context, held, growth) || growth.by_read && looked_up(facts, held, growth)
}

/// Another collection of the same owner is relieved while this one is not.
pub fn siblings(context: &Context, held: &Held, growth: &Growth, all: &[Held]) -> Option<Evidence> {
    let (facts, words) = (context.facts, &context.words.words);
    let root = facts.places.get(held.place).root;
    // Where keys can be told apart, only the same key makes a twin.
    let told = |twin: &Growth| {
        if words.drawn.is_empty() && facts.exported.is_none() {
            // A queue that is worked off beside a map is no twin of it.
            twin.key.is_some() || growth.key.is_none()
        } else {
            fixed::is_twin(context, held, growth, twin)
        }
    };
    let relieved = |other: &&Held| {
        other.place != held.place
            && facts.places.get(other.place).root == root
            && !(facts.exported.is_none() && !facts.typed && apart::is_state(facts, held, other))
            && other
                .growth
                .iter()
                .any(|twin| twin.function == growth.function && told(twin) && apart::special(facts, growth, twin).is_none())
            && other
                .release
                .iter()
                .any(|release| release.certain && !release.replaced && !facts.function(release.function).traits.is_teardown)
    };
    if matches!(root, Root::Binding(_)) {
        return None;
    }
    let other = all.iter().find(relieved)?;
    let release = other.release.iter().find(|release| release.certain && !release.replaced)?;
    let text = format!("entries of `{}` beside it are taken out", facts.display(other.place));
    Some(Evidence::supports(Weight::Fair, text).at(facts.expr(release.at).span))
}

/// The values of its entries get rid of what is old, and the entries stay when nothing is left in them.
pub fn pruned(context: &Context, held: &Held) -> Option<Evidence> {
    let facts = context.facts;
    let item = facts.member(held.place, Segment::Item).filter(|_| facts.typed)?;
    let prunes = |operation: &&Operation| match operation.action {
        // A `clear` may just as well keep the memory for the next round.
        Action::Method { name, .. } => facts.text(name).starts_with("retain"),
        _ => false,
    };
    let found = facts.operations(item).iter().find(prunes)?;
    let text = "what is old leaves its values, whose keys stay when they are empty";
    Some(Evidence::supports(Weight::Fair, text).at(facts.expr(found.expr).span))
}
