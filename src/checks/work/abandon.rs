//! Workers whose handle nobody keeps.

use super::aside;
use super::endless::End;
use super::task::{Worker, ending, lasting, reason, single, tell};
use crate::checks::Context;
use crate::checks::lives::callback::Holds;
use crate::checks::lives::lifetime;
use crate::checks::lives::owner;
use crate::facts::{ExprId, Facts};
use crate::finding::{Evidence, Finding, Weight};

/// First words of functions that are named for what calls them, and not for what they do.
const HANDLING: [&str; 2] = ["on", "handle"];

/// A worker that is dropped where it is started: a fault if its work goes on, or if it must be waited for.
pub fn check(context: &Context, worker: &Worker) -> Option<Finding> {
    let facts = context.facts;
    // A function that a framework runs for each connection goes on as long as that, and what it starts goes on longer.
    let accompanies = owner::goes_on(facts, worker.call) && !is_served(context, worker);
    if owner::guarded(facts, worker.call) || accompanies || is_awaited(facts, worker) {
        return None;
    }
    let unending = matches!(worker.end, End::Never(_) | End::Stuck(..));
    let collected = worker.resource.collected;
    if worker.resource.ends && !unending {
        return (collected && worker.behind.is_none()).then(|| unreaped(context, worker));
    }
    let mut evidence = Vec::new();
    evidence.extend(reason(facts, worker));
    if collected && !worker.resource.ends {
        evidence.push(Evidence::doubts(Weight::Fair, "it ends when nothing refers to it any more"));
    }
    evidence.extend(lasting(worker));
    let owner = facts.owner_of(worker.function);
    match owner {
        Some(ty) => {
            if worker.holds == Holds::Instance {
                evidence.push(Evidence::supports(Weight::Slight, "its work keeps the object that started it alive"));
            }
            if unending {
                evidence.push(ending(context, ty, worker));
            }
            evidence.extend(single(context, ty));
            evidence.extend(super::reach::doubts(context, worker, ty));
        }
        None if unending
            && !often(context, worker)
            && (worker.holds < Holds::Locals || lifetime::named(facts, &context.words.words.beginning, worker.function)) =>
        {
            evidence.push(Evidence::doubts(Weight::Decisive, "it may be meant to run as long as the process"));
        }
        None => evidence.extend(lifetime::serves(facts, &context.words.words, worker.function)),
    }
    if unending && aside::is_once(context, worker.function) {
        evidence.push(Evidence::doubts(Weight::Decisive, "all that leads to it runs once"));
    }
    evidence.extend(apart(facts, worker));
    let kind = &worker.resource.kind;
    let message = match worker.end {
        End::Stuck(_, flag) => {
            format!("a {kind} is started that runs until `{}` changes, and nothing changes it", facts.display(flag))
        }
        End::Never(_) => format!("a {kind} is started that never ends, and nobody has its handle"),
        _ => format!("the {kind} is never shut down: nobody has its handle after this function"),
    };
    let teardowns = owner.map(|ty| owner::teardowns(facts, ty)).unwrap_or_default();
    Some(tell(context, worker, message, evidence, &teardowns).weigh(context.prior()))
}

/// Whether the function that starts a process is told when that has ended, and so expects it to end by itself.
fn is_awaited(facts: &Facts, worker: &Worker) -> bool {
    let tells = |call: &ExprId| {
        let listens = matches!(facts.method_name(*call), Some("on" | "once"));
        let event = facts.positional(*call, 0).and_then(|event| facts.literal_text(event));
        let whose = facts.callee(*call).receiver.and_then(|on| facts.binding_of(unchained(facts, on)));
        let started = whose
            .is_some_and(|whose| facts.binding(whose).definitions.iter().any(|made| facts.value_of(made) == Some(worker.call)));
        listens && started && matches!(event, Some("exit" | "close" | "disconnect"))
    };
    facts.exported.is_some() && facts.callees.keys().any(tells)
}

/// What says that a process is meant to outlive whoever starts it.
fn apart(facts: &Facts, worker: &Worker) -> Option<Evidence> {
    let within = |at: &&ExprId| facts.args(worker.call).iter().any(|arg| facts.expr(*arg).span.contains(facts.expr(**at).span));
    let written = |word: &str| facts.mentions(facts.names.find(word)?).iter().find(within).copied();
    let at = worker.resource.apart.iter().find_map(|word| written(word))?;
    let text = "it is started in a session of its own, so that it may outlive whoever starts it";
    Some(Evidence::doubts(Weight::Decisive, text).at(facts.expr(at).span))
}

/// What a chain of registrations begins with: `child.on(…).on(…)`.
fn unchained(facts: &Facts, mut on: ExprId) -> ExprId {
    while let Some(receiver) = facts.callee(on).receiver.filter(|_| matches!(facts.method_name(on), Some("on" | "once"))) {
        on = receiver;
    }
    on
}

/// Whether a request, a message or a framework starts the work.
fn often(context: &Context, worker: &Worker) -> bool {
    let words = &context.words.words;
    let served = lifetime::serves(context.facts, words, worker.function);
    !words.drawn.is_empty() && served.is_some_and(|piece| piece.weight > Weight::Slight)
}

/// Whether a framework surely runs the function that starts the work, once for each request or connection.
fn is_served(context: &Context, worker: &Worker) -> bool {
    let served = lifetime::serves(context.facts, &context.words.words, worker.function);
    context.facts.exported.is_none() && served.is_some_and(|piece| piece.weight >= Weight::Strong)
}

/// A child that ends by itself and is not waited for.
fn unreaped(context: &Context, worker: &Worker) -> Finding {
    let facts = context.facts;
    let mut evidence = vec![Evidence::doubts(Weight::Fair, "it may end by itself")];
    if worker.kept.holders.is_empty() {
        evidence.push(Evidence::doubts(Weight::Slight, "it may be meant to outlive its parent"));
    } else {
        evidence.push(Evidence::supports(Weight::Strong, "its handle is at hand, and nobody waits for it"));
    }
    // `spawn` and `send` say what the function does, and not how often.
    let tells = !worker.kept.holders.is_empty() || lifetime::named(facts, &HANDLING.map(str::to_owned), worker.function);
    evidence.extend(lifetime::serves(facts, &context.words.words, worker.function).map(|serves| {
        if serves.weight > Weight::Slight && tells { Evidence { weight: Weight::Strong, ..serves } } else { serves }
    }));
    let command = || lifetime::command(facts, worker.function).map(|base| format!("it belongs to a `{base}`, which ends soon"));
    let ends = context.command(Weight::Strong).or_else(|| command().map(|text| Evidence::doubts(Weight::Strong, text)));
    evidence.extend(ends);
    evidence.extend(apart(facts, worker));
    evidence.extend(context.spared(worker.resource));
    if let Some(reader) = aside::reader(context, worker) {
        let text = "another child reads what it writes, and it ends with that";
        evidence.push(Evidence::doubts(Weight::Decisive, text).at(facts.expr(reader).span));
    }
    if aside::is_one_of_several(context.facts, worker) {
        evidence
            .push(Evidence::doubts(Weight::Strong, "the function starts several of them, which are to run together after it"));
    }
    let message = format!("the {} is never waited for", worker.resource.kind);
    let mut finding = tell(context, worker, message, evidence, &[]);
    finding.severity = finding.severity.lowered();
    finding.weigh(context.prior())
}
