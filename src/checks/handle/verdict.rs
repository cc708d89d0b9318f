//! What is said about a handle that is not released.

use super::custody::Custody;
use super::obligation::{Ledger, Obligation};
use super::plight::{Case, Plight};
use super::setting;
use super::way::{Leaving, Way};
use crate::checks::Context;
use crate::checks::lives::key;
use crate::facts::{BindingId, ExprId, ExprKind, Operation, Parent, Root};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};
use crate::rules::{Resource, Vocabulary};
use rustc_hash::FxHashSet;

/// The finding about a named handle, if there is a way on which it is not released.
pub fn local(
    ledger: &Ledger,
    context: &Context,
    obligation: &Obligation,
    name: BindingId,
    path: (&Custody, &[Way], &FxHashSet<ExprId>),
) -> Option<Finding> {
    let (custody, ways, met) = path;
    let (plight, shown) = Plight::of(ways)?;
    let case = Case { context, obligation, custody, plight, shown: &shown, met };
    if plight == Plight::Failing && case.is_abandoned() {
        return None;
    }
    let kind = &obligation.resource.kind;
    let named = context.facts.text(context.facts.binding(name).name);
    let mut finding = context.finding(obligation.call, message(&case, named), format!("the {kind} is acquired here"));
    finding.evidence = case.evidence();
    marks(&case, &mut finding);
    finding.recommendation = advice(case.context.words, obligation.resource, named, plight);
    finding.evidence.extend(setting::setting(context, obligation, plight == Plight::Ordinary));
    let mut finding = finish(ledger, context, obligation, finding);
    if plight == Plight::Failing {
        finding.severity = finding.severity.lowered();
    }
    Some(finding)
}

fn message(case: &Case, named: &str) -> String {
    let thing = crate::finding::with_article(&case.obligation.resource.kind);
    let stays = stays(case.obligation.resource);
    match case.plight {
        Plight::Ordinary if case.is_abandoned() => format!("`{named}` holds {thing} that this function never releases"),
        Plight::Ordinary if case.shown.iter().all(|way| way.leaving == Leaving::Lost) => {
            format!("`{named}` is given another value while it still holds {thing}")
        }
        Plight::Ordinary => format!("`{named}` holds {thing} that is not released on every way out"),
        Plight::Raised if case.is_propagated() => {
            format!("`{named}` holds {thing} that {stays} when a failure leaves this function early")
        }
        Plight::Raised => format!("`{named}` holds {thing} that {stays} when this function raises"),
        // The handler that was gone through ends in a raise of its own.
        Plight::Caught if case.shown.iter().all(|way| way.leaving == Leaving::Raise) => {
            format!("`{named}` holds {thing} that {stays} when this function handles a failure and raises")
        }
        Plight::Caught => format!("`{named}` holds {thing} that {stays} after a failure that is caught here"),
        Plight::Failing => format!("`{named}` holds {thing} that {stays} if a call before its release fails"),
    }
}

/// What is said of a thing that can be closed.
const OPEN: &str = "stays open";

/// What a thing does that nobody lets go of: only what can be closed is open.
fn stays(resource: &Resource) -> &'static str {
    if resource.stays { "is left behind" } else { OPEN }
}

fn marks(case: &Case, finding: &mut Finding) {
    let kind = &case.obligation.resource.kind;
    let lasts = stays(case.obligation.resource);
    let still = if lasts == OPEN { "still open" } else { "still there" };
    let exit = |way: &Way| {
        let label = match way.leaving {
            Leaving::Return => format!("returns with the {kind} {still}"),
            Leaving::End => format!("the function ends with the {kind} {still}"),
            Leaving::Raise => format!("raises with the {kind} {still}"),
            Leaving::Propagate => format!("a failure leaves here with the {kind} {still}"),
            Leaving::Fail { .. } => format!("if this fails, the {kind} {lasts}"),
            Leaving::Lost => format!("the {kind} held so far is lost here"),
        };
        Mark::new(Role::Exit, way.at, label)
    };
    // The most telling exit: a failure of a foreign call rather than one of the handle's own.
    let foreign = case.shown.iter().find(|way| matches!(way.leaving, Leaving::Fail { own: false, .. }));
    if let Some(way) = foreign.or(case.shown.first()) {
        finding.path = vec![finding.primary.clone(), exit(way)];
    }
    let releases = case.custody.releases.iter().take(3).map(|at| case.context.span(*at));
    finding.related.extend(releases.map(|span| Mark::new(Role::Release, span, "released here, on other ways")));
}

/// What to change, in the words of the resource.
fn advice(words: &Vocabulary, resource: &Resource, named: &str, plight: Plight) -> String {
    let release = release(resource, named);
    let (keeper, always) = (&words.keeper, &words.always);
    match plight {
        Plight::Caught => format!(
            "release `{named}` before the handler goes on ({release}), or hold it in {keeper} that ends \
             before the failure is handled"
        ),
        _ if resource.release.is_empty() => {
            format!("release `{named}` on every way out ({release} in {always}), or give it to an owner that does")
        }
        _ => format!(
            "hold `{named}` in {keeper}, or release it in {always} ({release}), so that every way out \
             does; if it is meant to outlive the function, return it or store it with an owner that releases it"
        ),
    }
}

/// How the vocabulary says that the handle is released.
pub fn release(resource: &Resource, named: &str) -> String {
    match (resource.release.first(), resource.release_by.first()) {
        (Some(method), _) => format!("`{named}.{method}()`"),
        (None, Some(call)) => format!("`{}({named})`", call.as_str()),
        (None, None) => "release it".to_owned(),
    }
}

/// The call that gives back what was taken under a key, by that key: `pool.acquire(id)`, `pool.release(id)`.
fn by_key(context: &Context, taken: ExprId) -> Option<ExprId> {
    let facts = context.facts;
    let key = facts.place(facts.positional(taken, 0)?)?;
    let takes_it = |given: ExprId| facts.place(given) == Some(key);
    let gives = |call: &ExprId| facts.method_name(*call).is_some() && facts.positional(*call, 0).is_some_and(takes_it);
    facts.calls_with(|name| name.starts_with("release")).filter(gives).min()
}

/// Where the function gives what the handle is made from to a field that takes it as it is.
fn supplanted(context: &Context, obligation: &Obligation) -> Option<ExprId> {
    let facts = context.facts;
    let words = &obligation.resource.supplanted;
    let from = facts.positional(obligation.call, 0).filter(|_| !words.is_empty())?;
    let from = facts.place(from)?;
    let takes = |operation: &&Operation| match facts.expr(operation.expr).parent {
        Parent::Expr(outer) => match facts.kind(outer) {
            ExprKind::Assign { target, value: Some(value), .. } if value == operation.expr => {
                key::last_name(facts, target).is_some_and(|name| words.iter().any(|word| word == name))
            }
            _ => false,
        },
        _ => false,
    };
    let here = facts.function_of(obligation.call);
    facts.operations(from).iter().filter(|operation| operation.function == here).find(takes).map(|operation| operation.expr)
}

/// Fills in what the resource says about itself, and weighs.
pub fn finish(ledger: &Ledger, context: &Context, obligation: &Obligation, mut finding: Finding) -> Finding {
    let resource = obligation.resource;
    if ledger.is_built(resource, obligation.call) {
        finding.evidence.push(Evidence::doubts(Weight::Decisive, "it is built on a stream that is not its own"));
    }
    if let Some(helper) = obligation.helper {
        let name = context.facts.function(helper).name.map_or("a helper", |name| context.facts.text(name));
        let text = format!("`{name}` opens it and leaves the release to its caller");
        finding.evidence.push(Evidence::doubts(Weight::Slight, text).at(context.facts.function(helper).head));
    }
    if let Some(maker) = obligation.maker {
        let text = format!("a function in {maker} opens it and leaves the release to its caller");
        finding.evidence.push(Evidence::doubts(Weight::None, text));
    }
    let receiver = context.facts.callee(obligation.call).receiver.and_then(|receiver| context.facts.place(receiver));
    let field = receiver.is_some_and(|place| matches!(context.facts.places.get(place).root, Root::Instance(_)));
    if !resource.receivers.is_empty() && field {
        let (weight, text) = if ledger.is_released_somewhere(resource) {
            (Weight::Decisive, "only its name says what kind of pool hands it out")
        } else {
            (Weight::Decisive, "nothing in the file gives one back, so what hands it out may keep it")
        };
        finding.evidence.push(Evidence::doubts(weight, text));
    }
    if let Some(at) = (!resource.receivers.is_empty()).then(|| by_key(context, obligation.call)).flatten() {
        let text = "it is given back by the key under which it was taken";
        finding.evidence.push(Evidence::doubts(Weight::Decisive, text).at(context.span(at)));
    }
    if let Some(at) = supplanted(context, obligation) {
        let text = "a field of its own takes the same as it is, and this is for where there is none";
        finding.evidence.push(Evidence::doubts(Weight::Decisive, text).at(context.span(at)));
    }
    finding.severity = resource.severity.unwrap_or(context.rule.severity);
    finding.risk = match resource.cost.as_str() {
        "" => format!("each time this way is taken, one {} is left behind", resource.kind),
        cost => format!("each time this way is taken, {cost}"),
    };
    finding.weigh(context.prior())
}
