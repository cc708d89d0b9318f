//! Work that outlives its owner in languages where values go with their owners. No teardown need be written there, so
//! the work must end by itself, hold its owner weakly, or be ended by the owner's destructor.

use super::endless::{self, End, Enders};
use super::task::{Worker, reason, tell};
use super::timer::{self, Timer};
use crate::checks::Context;
use crate::checks::lives::callback;
use crate::checks::lives::callback::Holds;
use crate::checks::lives::key;
use crate::checks::lives::lifetime;
use crate::checks::lives::owner;
use crate::checks::lives::owner::Runs;
use crate::checks::lives::share::{self, Share};
use crate::facts::{Around, ExprId, Facts, FunctionId, StepKind, TypeId};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};

/// The finding about a worker that goes on when its owner is gone.
pub fn check(context: &Context, worker: &Worker) -> Option<Finding> {
    match worker.end {
        End::Never(_) => forever(context, worker),
        End::Flagged(header) => flagged(context, worker, header).or_else(|| fed(context, worker)),
        _ => fed(context, worker),
    }
}

/// A loop without a way out, started for one of many owners.
fn forever(context: &Context, worker: &Worker) -> Option<Finding> {
    let facts = context.facts;
    let share = worker.behind.map_or(Share::None, |work| share::of(facts, work, worker.function));
    let owner = facts.owner_of(worker.function);
    let serves = lifetime::named(facts, &context.words.words.serving, worker.function);
    let once = facts
        .enclosing(worker.function)
        .any(|id| facts.function(id).traits.asks_lasting || lifetime::is_given_once(facts, &context.words.words, id))
        || lifetime::fills_once(facts, &context.words.words, worker.function);
    if owner.is_none() && !serves || once || owner::guarded(facts, worker.call) || is_whole_program(context, worker) {
        return None;
    }
    let mut evidence = vec![reason(facts, worker)?];
    evidence.extend(told(share));
    if serves {
        evidence.push(Evidence::supports(Weight::Fair, "it is started once per event"));
    }
    let destructor = owner.and_then(|ty| destructor(context, ty));
    if let Some(ty) = owner {
        evidence.extend(ending(context, ty, destructor));
    }
    let name = owner.map(|ty| format!("the `{}` that started it", facts.text(facts.ty(ty).name)));
    let name = name.as_deref().unwrap_or("what started it");
    let message = match share {
        Share::Whole => format!("this {} never ends, and keeps {name} alive", worker.resource.kind),
        _ => format!("this {} never ends: it goes on when {name} is gone", worker.resource.kind),
    };
    let teardowns: Vec<FunctionId> = destructor.into_iter().collect();
    Some(tell(context, worker, message, evidence, &teardowns).weigh(context.prior()))
}

/// What the share of the work in its owner says.
fn told(share: Share) -> Option<Evidence> {
    match share {
        Share::Whole => Some(Evidence::supports(Weight::Fair, "it holds its owner, whose destructor therefore never runs")),
        Share::Part => Some(Evidence::supports(Weight::Slight, "what it holds belongs to its owner as well")),
        Share::Given => Some(Evidence::supports(Weight::Slight, "what it holds is also given to its owner")),
        Share::None => None,
    }
}

/// What the type of the owner says about its end.
fn ending(context: &Context, ty: TypeId, destructor: Option<FunctionId>) -> Vec<Evidence> {
    let facts = context.facts;
    let name = facts.text(facts.ty(ty).name);
    let mut evidence = Vec::new();
    match destructor {
        Some(method) => {
            let text = format!("dropping a `{name}` runs code that does not end it");
            evidence.push(Evidence::supports(Weight::Fair, text).at(facts.function(method).head));
        }
        None => evidence.push(Evidence::doubts(Weight::Slight, format!("nothing says how often a `{name}` is made"))),
    }
    if owner::made_at_top(facts, ty).is_some() || owner::is_single(facts, ty) {
        evidence.push(Evidence::doubts(Weight::Decisive, format!("there is one `{name}` in the process")));
    } else if key::ends_with(&context.words.words.lasting, name) && destructor.is_none() {
        evidence.push(Evidence::doubts(Weight::Strong, format!("a `{name}` may live as long as the process")));
    }
    evidence
}

/// A loop that asks a flag which the owner keeps, and whose destructor does not set it.
fn flagged(context: &Context, worker: &Worker, header: ExprId) -> Option<Finding> {
    let facts = context.facts;
    if is_inner(facts, header) {
        return None;
    }
    let flag = share::asked(facts, worker.behind?, header)?;
    let (ty, field) = share::kept(facts, flag, worker.function)?;
    let setters = share::setters(facts, ty, field, worker.behind?);
    // A destructor of this or of another type may set it; one that cannot be seen as well.
    if setters.iter().any(|(function, _)| is_reached(context, *function))
        || share::escapes(facts, flag, worker.behind, worker.function)
    {
        return None;
    }
    let (name, flag) = (facts.text(facts.ty(ty).name), facts.text(field));
    let text = format!("its loop asks `{flag}`, which dropping a `{name}` does not change");
    let mut evidence = vec![Evidence::supports(Weight::Strong, text).at(facts.expr(header).span)];
    let destructor = destructor(context, ty);
    evidence.extend(ending(context, ty, destructor));
    let message = if let Some((function, at)) = setters.first() {
        let setter = owner::name_of(facts, *function);
        let text = format!("`{setter}` changes it, if somebody calls that");
        evidence.push(Evidence::doubts(Weight::Slight, text).at(facts.expr(*at).span));
        format!(
            "this {} runs until `{flag}` changes: only `{setter}` does that, and not the end of `{name}`",
            worker.resource.kind
        )
    } else {
        evidence.push(Evidence::supports(Weight::Fair, "nothing in this file changes it"));
        format!("this {} runs until `{flag}` changes, and nothing changes it", worker.resource.kind)
    };
    let mut finding = tell(context, worker, message, evidence, &[]);
    finding.related.push(Mark::new(Role::Declaration, facts.ty(ty).head, "the type that keeps the flag"));
    Some(finding.weigh(context.prior()))
}

/// Whether a loop stands in another that asks something, too: that one decides how long the work goes on.
fn is_inner(facts: &Facts, asked: ExprId) -> bool {
    facts.around(asked).any(|around| match around {
        Around::Step(step) => match &facts.step(step).kind {
            StepKind::Loop { header: Some(header), body, .. } => *header != asked && facts.in_block(asked, body),
            _ => false,
        },
        Around::Expr(_) => false,
    })
}

/// Work that is fed by something of the maker, and keeps the new object which the maker hands out.
fn fed(context: &Context, worker: &Worker) -> Option<Finding> {
    let facts = context.facts;
    let work = worker.behind?;
    let kept = share::returned(facts, work, worker.function)?;
    let header = endless::only_way_out(facts, Enders::from(worker.resource), &context.words.present, work)?;
    let source = share::longer(facts, work, header)?;
    let name = facts.text(facts.binding(kept).name);
    let feed = facts.display(source);
    let mut evidence = vec![
        Evidence::supports(Weight::Strong, format!("it waits on `{feed}`, which outlives `{name}`")).at(context.span(header)),
    ];
    if share::has_weak_sibling(facts, &context.words.weak, kept) {
        evidence.push(Evidence::supports(Weight::Fair, format!("others get `{name}` weakly")));
    }
    let message = format!("this {} keeps `{name}` alive for as long as `{feed}` is in use", worker.resource.kind);
    let finding = tell(context, worker, message, evidence, &[]);
    Some(finding.weigh(context.prior()))
}

/// Whether a function is run by a destructor, of whatever type.
fn is_reached(context: &Context, function: FunctionId) -> bool {
    let facts = context.facts;
    facts
        .types()
        .any(|(ty, _)| destructor(context, ty).is_some_and(|method| owner::reach(facts, Some(ty), &[method]).contains(&function)))
}

/// The method of a type that runs when a value goes.
fn destructor(context: &Context, ty: TypeId) -> Option<FunctionId> {
    context.words.words.finaliser.iter().find_map(|name| context.facts.method(ty, name))
}

/// Whether the function goes on for as long as the program, so that its work may, too.
fn is_whole_program(context: &Context, worker: &Worker) -> bool {
    owner::goes_on(context.facts, worker.call) && context.facts.owner_of(worker.function).is_none()
}

/// A job that is run again and again, and whose handle nobody keeps.
pub fn repeating(context: &Context, timer: &Timer) -> Option<Finding> {
    let facts = context.facts;
    let work = timer.callback.and_then(|callback| callback::function_behind(facts, callback));
    if owner::guarded(facts, timer.call) && owner::runs(facts, &context.words.words, timer.function) != Runs::PerInstance {
        return None;
    }
    let mut evidence = Vec::new();
    let holder = facts.callee(timer.call).receiver.zip(work).and_then(|(receiver, work)| share::holder(facts, work, receiver));
    let message = if let Some(held) = holder {
        let name = facts.display(held);
        let text = format!("it holds `{name}`, which owns what runs it, so that neither ever goes");
        evidence.push(Evidence::supports(Weight::Strong, text));
        format!("the {} keeps `{name}` alive, to which it belongs", timer.resource.kind)
    } else {
        let share = match work {
            Some(work) => share::of(facts, work, timer.function),
            None if timer.holds == Holds::Locals => Share::Given,
            None => Share::None,
        };
        evidence.push(Evidence::supports(Weight::Slight, "its handle is dropped, so nobody can end it"));
        evidence.push(told(share).unwrap_or_else(|| {
            Evidence::doubts(Weight::Fair, "nothing that it holds is known to belong to something that goes")
        }));
        format!("the handle of this {} is dropped: nothing can end it", timer.resource.kind)
    };
    match facts.owner_of(timer.function) {
        Some(ty) => evidence.extend(ending(context, ty, destructor(context, ty))),
        None => evidence.push(Evidence::doubts(Weight::Strong, "it may be meant to run as long as the process")),
    }
    Some(timer::tell(context, timer, message, evidence).weigh(context.prior()))
}

/// Whether the loop of the work pauses between its rounds, as a timer does.
pub fn ticks(facts: &Facts, worker: &Worker) -> bool {
    let End::Never(step) = worker.end else { return false };
    let span = facts.step(step).span;
    let pauses = |call: &&ExprId| {
        let fits = worker.resource.pause.iter().any(|word| word.fits(facts.callee_path(**call), facts.method_name(**call)));
        fits && span.contains(facts.expr(**call).span)
    };
    facts.functions.iter().any(|function| function.calls.iter().any(|call| pauses(&call)))
}
