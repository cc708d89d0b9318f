//! Timers whose handle is lost, whose owner ends without cancelling them, or that are replaced while they run.

use super::missed;
use super::outlive;
use super::overwrite::replaced;
use super::race;
use super::renewed;
use super::stray::{endless, lost, ticking};
use super::task;
use super::unfilled;
use crate::checks::Context;
use crate::checks::lives::acquire::{self, Kept};
use crate::checks::lives::callback::{self, Holds};
use crate::checks::lives::demise;
use crate::checks::lives::kept::{self, Deed};
use crate::checks::lives::leave;
use crate::checks::lives::life;
use crate::checks::lives::owner::{self, Runs};
use crate::checks::lives::stale;
use crate::facts::{ExprId, Facts, FunctionId, Place, PlaceId, Root, Segment, TypeId};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};
use crate::rules::Resource;

/// A timer that is set, with what was found out about it.
pub struct Timer<'a> {
    pub call: ExprId,
    pub resource: &'a Resource,
    pub function: FunctionId,
    pub callback: Option<ExprId>,
    pub holds: Holds,
    pub kept: Kept,
    /// Whether it is gone so soon that it matters only where the end of its object sees to others like it.
    pub short: bool,
}

/// Findings of the rule that asks for `timer`.
pub fn check(context: &Context) -> Vec<Finding> {
    let timers: Vec<Timer> = acquire::all(context)
        .into_iter()
        .filter(|(_, resource)| resource.pause.is_empty())
        .filter_map(|(call, resource)| read(context, call, resource))
        .collect();
    let mut findings: Vec<(Option<PlaceId>, Finding)> = Vec::new();
    for timer in &timers {
        let Some(finding) = judge(context, timer, &timers) else { continue };
        let holder = timer.kept.holders.first().copied();
        let same =
            |told: &&mut (Option<PlaceId>, Finding)| holder.is_some() && told.0 == holder && told.1.message == finding.message;
        match findings.iter_mut().find(same) {
            // A handle that is set in several places is one fault.
            Some((_, told)) => told.related.push(Mark::new(Role::Acquire, finding.primary.span, "set here, too")),
            None => findings.push((holder, finding)),
        }
    }
    // What somebody means to cancel is surer than what may be meant to go on.
    if let Some(unfilled) = unfilled::check(context, &timers) {
        let same = |told: &Finding| told.primary.span == unfilled.primary.span;
        if !findings.iter().any(|(_, told)| same(told) && told.confidence >= unfilled.confidence) {
            findings.retain(|(_, told)| !same(told));
            findings.push((None, unfilled));
        }
    }
    let stale = acquire::all(context).into_iter().filter_map(|(call, resource)| stale::check(context, resource, call));
    findings.into_iter().map(|(_, finding)| finding).chain(ticking_work(context)).chain(stale).collect()
}

/// Tasks that pause between their rounds, and that nothing ends.
fn ticking_work(context: &Context) -> Vec<Finding> {
    let facts = context.facts;
    let ticking = acquire::all(context).into_iter().filter(|(_, resource)| !resource.pause.is_empty());
    let workers = ticking.filter_map(|(call, resource)| task::read(context, call, resource));
    let free = workers.filter(|worker| outlive::ticks(facts, worker));
    let left = free.filter(|worker| kept::deeds(facts, worker.resource, &worker.kept.holders).is_empty());
    left.filter_map(|worker| outlive::check(context, &worker)).collect()
}

fn read<'a>(context: &Context<'a>, call: ExprId, resource: &'a Resource) -> Option<Timer<'a>> {
    let facts = context.facts;
    let function = facts.function_of(call);
    let delay = facts.positional(call, resource.delay);
    let kept = acquire::kept(facts, resource, call);
    let handed = kept.handed && !race::is_ignored(context, call);
    if owner::runs(facts, &context.words.words, function) == Runs::Once || !kept.armed || handed {
        return None;
    }
    let args = facts.args(call).iter().copied();
    let known = args.clone().find(|arg| callback::function_behind(facts, *arg).is_some());
    let named = |arg: &ExprId| Some(*arg) != delay && (facts.place(*arg).is_some() || facts.binding_of(*arg).is_some());
    let callback = known.or_else(|| args.clone().find(named));
    let holds = args.map(|arg| callback::holds(facts, &context.words.weak, arg)).max()?;
    // Without a delay it fires at once.
    let at_once = resource.ends && delay.is_none_or(|delay| acquire::is_short(facts, delay, 0));
    let short = resource.ends && delay.is_none_or(|delay| acquire::is_short(facts, delay, resource.short));
    let beside = !at_once && facts.exported.is_some() && kept.holders.iter().any(|place| is_own_field(facts, *place));
    let mut timer = Timer { call, resource, function, callback, holds, kept, short };
    timer.short = short && !repeats(facts, &timer);
    (!timer.short || beside).then_some(timer)
}

/// Whether a place is a field of the instance itself.
fn is_own_field(facts: &Facts, place: PlaceId) -> bool {
    let place = facts.places.get(place);
    matches!(place.root, Root::Instance(_)) && matches!(place.path.as_slice(), [Segment::Field(_)])
}

/// Whether the callback leads back, without a condition on the way, to the call that sets the timer.
pub fn is_unconditional(facts: &Facts, timer: &Timer) -> bool {
    let behind = timer.callback.and_then(|callback| callback::function_behind(facts, callback));
    behind.is_some_and(|behind| {
        let back = |call: &&ExprId| facts.callee(**call).function == Some(timer.function) && !owner::conditional(facts, **call);
        let direct = behind == timer.function || facts.function(behind).calls.iter().any(|call| back(&call));
        direct && !owner::conditional(facts, timer.call)
    })
}

/// Whether the callback leads back to the function that sets the timer.
pub fn repeats(facts: &Facts, timer: &Timer) -> bool {
    let behind = timer.callback.and_then(|callback| callback::function_behind(facts, callback));
    behind.is_some_and(|behind| {
        let owner = facts.owner_of(timer.function);
        behind == timer.function || owner::reach(facts, owner, &[behind]).contains(&timer.function)
    })
}

fn judge(context: &Context, timer: &Timer, all: &[Timer]) -> Option<Finding> {
    let facts = context.facts;
    let begun = || life::span(facts, &context.words.words, timer.function).is_some();
    if timer.holds == Holds::Nothing && !begun() {
        return None;
    }
    if timer.kept.holders.iter().any(|place| kept::is_element(facts, *place)) {
        return None;
    }
    let field = timer.kept.holders.iter().copied().find(|place| is_field(facts, *place));
    let mut deeds = kept::deeds(facts, timer.resource, &kept::with_base(facts, &timer.kept.holders));
    deeds.retain(|deed| !life::is_dead(facts, &context.words.words, deed.0));
    match field {
        Some(field) => kept_in_field(context, timer, field, &deeds, all),
        None if timer.short => None,
        None if !deeds.is_empty() => {
            let renewed = renewed::variable(facts, timer).and_then(|variable| replaced(context, timer, variable, &deeds));
            renewed.or_else(|| unreturned(context, timer, &deeds))
        }
        None if facts.raii => (!timer.resource.ends).then(|| outlive::repeating(context, timer)).flatten(),
        None if !timer.resource.ends => ticking(context, timer),
        None if repeats(facts, timer) => endless(context, timer),
        None => lost(context, timer, all),
    }
}

/// What an effect begins and ends on some of its ways only.
fn unreturned(context: &Context, timer: &Timer, deeds: &[(FunctionId, ExprId, Deed)]) -> Option<Finding> {
    let facts = context.facts;
    let sure = deeds.iter().all(|deed| deed.2 == Deed::Released) && (!timer.resource.ends || repeats(facts, timer));
    let ends: Vec<ExprId> = deeds.iter().map(|deed| deed.1).collect();
    let left = sure.then(|| leave::bare(facts, &context.words.words, timer.call, &ends)).flatten()?;
    let message = format!("the effect cancels this {} on some of its ways only", timer.resource.kind);
    let mut finding = tell(context, timer, message, vec![left]);
    finding.evidence.push(Evidence::supports(Weight::Fair, "it goes on until somebody cancels it"));
    finding.evidence.extend(context.brief());
    finding.related.push(Mark::new(Role::Release, facts.expr(*ends.first()?).span, "cancelled here only"));
    Some(finding.weigh(context.prior()))
}

fn is_field(facts: &Facts, place: PlaceId) -> bool {
    let Place { root, path } = facts.places.get(place);
    let module = matches!(root, Root::Binding(binding) if facts.is_global(*binding));
    module || matches!(path.last(), Some(Segment::Field(_)))
}

fn kept_in_field(
    context: &Context,
    timer: &Timer,
    field: PlaceId,
    deeds: &[(FunctionId, ExprId, Deed)],
    all: &[Timer],
) -> Option<Finding> {
    let facts = context.facts;
    let owner = match facts.places.get(field).root {
        Root::Instance(ty) if facts.places.get(field).path.len() == 1 => Some(ty),
        Root::Static(_) | Root::External(_) => return None,
        _ => None,
    };
    let missed = owner.and_then(|ty| missed::check(context, timer, ty, field, deeds, all));
    if timer.short {
        return missed;
    }
    // Without an end of its owner, a handle that is only kept is as good as lost.
    let unended = || {
        let forgotten = deeds.is_empty()
            && match owner {
                Some(ty) => demise::ends(facts, &context.words.words, ty, timer.function).is_empty(),
                None => life::is_state(facts, &context.words.words, timer.function, field),
            };
        (forgotten && !timer.resource.ends).then(|| ticking(context, timer)).flatten()
    };
    missed.or_else(|| replaced(context, timer, field, deeds)).or_else(unended)
}

/// One object for the whole process loses little.
pub fn single(context: &Context, ty: TypeId) -> Option<Evidence> {
    let facts = context.facts;
    let name = facts.text(facts.ty(ty).name);
    if let Some(at) = owner::made_at_top(facts, ty) {
        let text = format!("the one `{name}` of this file is made at module level");
        return Some(Evidence::doubts(Weight::Strong, text).at(facts.expr(at).span));
    }
    owner::is_single(facts, ty).then(|| Evidence::doubts(Weight::Strong, format!("there is one `{name}` in the process")))
}

/// The finding at a timer, with its resource's words.
pub fn tell(context: &Context, timer: &Timer, message: String, evidence: Vec<Evidence>) -> Finding {
    let mut finding = context.finding(timer.call, message, "set here".to_owned());
    finding.risk.clone_from(&timer.resource.cost);
    finding.evidence = evidence;
    finding.severity = timer.resource.severity.unwrap_or(context.rule.severity);
    finding
}
