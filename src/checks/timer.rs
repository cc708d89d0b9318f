//! Timers whose handle is lost, whose owner ends without cancelling them, or that are replaced while they run.

use super::Context;
use super::acquire::{self, Kept};
use super::callback::{self, Holds};
use super::kept::{self, Deed};
use super::owner::{self, Runs};
use super::stray::{endless, lost};
use crate::facts::{Action, ExprId, Facts, FunctionId, Place, PlaceId, Root, Segment, TypeId};
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
}

/// Findings of the rule that asks for `timer`.
pub fn check(context: &Context) -> Vec<Finding> {
    let timers: Vec<Timer> =
        acquire::all(context).into_iter().filter_map(|(call, resource)| read(context, call, resource)).collect();
    timers.iter().filter_map(|timer| judge(context, timer, &timers)).collect()
}

fn read<'a>(context: &Context<'a>, call: ExprId, resource: &'a Resource) -> Option<Timer<'a>> {
    let facts = context.facts;
    let function = facts.function_of(call);
    let (delay, rest) = facts.args(call).split_first()?;
    let kept = acquire::kept(facts, resource, call);
    if owner::runs(facts, &context.words.words, function) == Runs::Once || !kept.armed || kept.handed {
        return None;
    }
    let args = facts.args(call).iter().copied();
    let known = args.clone().find(|arg| callback::function_behind(facts, *arg).is_some());
    let callback =
        known.or_else(|| rest.iter().copied().find(|arg| facts.place(*arg).is_some() || facts.binding_of(*arg).is_some()));
    let holds = args.map(|arg| callback::holds(facts, &context.words.weak, arg)).max()?;
    let timer = Timer { call, resource, function, callback, holds, kept };
    (!acquire::is_short(facts, *delay) || repeats(facts, &timer)).then_some(timer)
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
fn repeats(facts: &Facts, timer: &Timer) -> bool {
    let behind = timer.callback.and_then(|callback| callback::function_behind(facts, callback));
    behind.is_some_and(|behind| {
        let owner = facts.owner_of(timer.function);
        behind == timer.function || owner::reach(facts, owner, &[behind]).contains(&timer.function)
    })
}

fn judge(context: &Context, timer: &Timer, all: &[Timer]) -> Option<Finding> {
    let facts = context.facts;
    if timer.holds == Holds::Nothing {
        return None;
    }
    if timer.kept.holders.iter().any(|place| kept::is_element(facts, *place)) {
        return None;
    }
    let field = timer.kept.holders.iter().copied().find(|place| is_field(facts, *place));
    let deeds = kept::deeds(facts, timer.resource, &with_base(facts, &timer.kept.holders));
    match field {
        Some(field) => kept_in_field(context, timer, field, &deeds, all),
        None if !deeds.is_empty() => None,
        None if repeats(facts, timer) => endless(context, timer),
        None => lost(context, timer, all),
    }
}

fn is_field(facts: &Facts, place: PlaceId) -> bool {
    let Place { root, path } = facts.places.get(place);
    let module = matches!(root, Root::Binding(binding) if facts.binding(*binding).scope.0 == 0);
    module || matches!(path.last(), Some(Segment::Field(_)))
}

/// An object that wraps the handle may have the same verb: `wrapper.cancel()` for `wrapper.handle`.
fn with_base(facts: &Facts, holders: &[PlaceId]) -> Vec<PlaceId> {
    let mut all = holders.to_vec();
    for place in holders {
        let Place { root, path } = facts.places.get(*place);
        if let (Root::Binding(_), [_, ..]) = (root, path.as_slice()) {
            let base = Place { root: *root, path: path[..path.len() - 1].to_vec() };
            all.extend(facts.places.find(&base));
        }
    }
    all
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
    let missed = owner.and_then(|ty| missed_teardown(context, timer, ty, field, deeds, all));
    missed.or_else(|| replaced(context, timer, field, deeds))
}

/// The type has an end, and the end does not cancel the timer.
fn missed_teardown(
    context: &Context,
    timer: &Timer,
    ty: TypeId,
    field: PlaceId,
    deeds: &[(FunctionId, ExprId, Deed)],
    all: &[Timer],
) -> Option<Finding> {
    let facts = context.facts;
    let teardowns = owner::teardowns(facts, ty);
    let reached = owner::reach(facts, Some(ty), &teardowns);
    if teardowns.is_empty() || reached.contains(&timer.function) || deeds.iter().any(|deed| reached.contains(&deed.0)) {
        return None;
    }
    let mut evidence = Vec::new();
    let elsewhere = deeds.iter().find(|deed| deed.2 == Deed::Released);
    match elsewhere {
        Some(deed) if timer.callback.and_then(|callback| callback::function_behind(facts, callback)) == Some(deed.0) => {
            let text = "its own callback cancels it";
            evidence.push(Evidence::doubts(Weight::Strong, text).at(facts.expr(deed.1).span));
        }
        Some(deed) => {
            let text = format!("`{}` cancels it, and no teardown does", owner::name_of(facts, deed.0));
            evidence.push(Evidence::supports(Weight::Fair, text).at(facts.expr(deed.1).span));
        }
        None if deeds.is_empty() => evidence.push(Evidence::supports(Weight::Slight, "nothing in this file cancels it")),
        None => evidence.push(Evidence::doubts(Weight::Strong, "it is handed to code that could cancel it")),
    }
    evidence.extend(sibling(facts, timer, &reached, all));
    evidence.extend(checked(facts, timer, &reached));
    if timer.holds == Holds::Instance {
        evidence.push(Evidence::supports(Weight::Slight, "its callback keeps the object that has ended alive"));
    }
    if is_unconditional(facts, timer) {
        evidence.push(Evidence::supports(Weight::Fair, "it schedules itself again without a condition"));
    }
    evidence.extend(single(context, ty));
    let shown =
        teardowns.iter().copied().find(|method| facts.function(*method).owner == Some(ty)).or(teardowns.first().copied())?;
    let teardown = facts.function(shown);
    let name = facts.display(field);
    let end = teardown.name.map_or("", |name| facts.text(name));
    let message = format!("the {} `{name}` still runs after `{end}`: no teardown cancels it", timer.resource.kind);
    let mut finding = tell(context, timer, message, evidence);
    finding.related.push(Mark::new(Role::Release, teardown.head, format!("`{end}` ends the owner and leaves the timer")));
    if let Some(deed) = elsewhere {
        finding.related.push(Mark::new(Role::Release, facts.expr(deed.1).span, "cancelled here only"));
    }
    Some(finding.weigh(context.rule.confidence))
}

/// Another timer of the same type that the teardown does cancel.
fn sibling(facts: &Facts, timer: &Timer, reached: &rustc_hash::FxHashSet<FunctionId>, all: &[Timer]) -> Option<Evidence> {
    let owner = facts.owner_of(timer.function);
    let others = all.iter().filter(|other| other.kept.holders.first() != timer.kept.holders.first());
    others.filter(|other| facts.owner_of(other.function) == owner).find_map(|other| {
        let deeds = kept::deeds(facts, other.resource, &other.kept.holders);
        let (_, at, _) = deeds.into_iter().find(|deed| deed.2 == Deed::Released && reached.contains(&deed.0))?;
        let name = facts.display(*other.kept.holders.first()?);
        Some(
            Evidence::supports(Weight::Strong, format!("the teardown cancels `{name}`, and not this one"))
                .at(facts.expr(at).span),
        )
    })
}

/// A callback that asks a flag which a teardown sets does nothing when it comes late.
fn checked(facts: &Facts, timer: &Timer, reached: &rustc_hash::FxHashSet<FunctionId>) -> Option<Evidence> {
    let behind = timer.callback.and_then(|callback| callback::function_behind(facts, callback))?;
    let family = owner::reach(facts, facts.owner_of(timer.function), &[behind]);
    let own = |place: &Place| matches!(place.root, Root::Instance(_) | Root::Static(_));
    let asked =
        |id: PlaceId| facts.operations(id).iter().any(|at| family.contains(&at.function) && asked(facts, at.expr, &at.action));
    let changed = |id: PlaceId| {
        let there = facts.operations(id).iter().filter(|at| reached.contains(&at.function));
        there.filter_map(|at| changes(&at.action)).max()
    };
    let (id, weight) = facts
        .places
        .iter()
        .filter(|(id, place)| own(place) && asked(*id))
        .filter_map(|(id, _)| Some((id, changed(id)?)))
        .max_by_key(|(id, weight)| (*weight, std::cmp::Reverse(*id)))?;
    let text = format!("its callback asks `{}`, which a teardown changes", facts.display(id));
    Some(Evidence::doubts(weight, text))
}

/// How surely an operation of a teardown changes the answer to a question.
fn changes(action: &Action) -> Option<Weight> {
    match action {
        Action::Assign(_) => Some(Weight::Strong),
        Action::Method { .. } => Some(Weight::Fair),
        _ => None,
    }
}

fn asked(facts: &Facts, expr: ExprId, action: &Action) -> bool {
    matches!(action, Action::Tested)
        || matches!(action, Action::Method { call, .. } if facts.step_of(*call).is_some_and(|step| {
            matches!(facts.step(step).kind, crate::facts::StepKind::Branch { condition, .. } if facts.expr(condition).span.contains(facts.expr(expr).span))
        }))
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

/// A function that can be called twice replaces the handle of a timer that still runs.
fn replaced(context: &Context, timer: &Timer, field: PlaceId, deeds: &[(FunctionId, ExprId, Deed)]) -> Option<Finding> {
    let facts = context.facts;
    let owner = facts.owner_of(timer.function);
    let inside = owner::reach(facts, owner, &[timer.function]);
    let cleared = deeds.iter().any(|deed| inside.contains(&deed.0));
    let elsewhere = deeds.iter().find(|deed| deed.2 == Deed::Released && !inside.contains(&deed.0))?;
    let runs = owner::runs(facts, &context.words.words, timer.function);
    if cleared || runs != Runs::PerCall || repeats(facts, timer) || owner::guarded(facts, timer.call) {
        return None;
    }
    // Only a place that does cancel before it sets the same handle says that this one can come while a timer runs.
    let careful = facts.operations(field).iter().any(|operation| {
        sets(facts, timer, operation) && {
            let there = owner::reach(facts, owner, &[operation.function]);
            deeds.iter().any(|deed| deed.2 == Deed::Released && there.contains(&deed.0))
        }
    });
    let captured = matches!(facts.places.get(field).root, Root::Binding(_)) && facts.places.get(field).path.len() == 1;
    let alone = || !owner::starts(facts, timer.function) && is_only_setter(facts, timer, field);
    if !(careful || captured || alone()) {
        return None;
    }
    let mut evidence = vec![
        Evidence::supports(Weight::Fair, format!("`{}` cancels it first", owner::name_of(facts, elsewhere.0)))
            .at(facts.expr(elsewhere.1).span),
        Evidence::doubts(Weight::Slight, "nothing shows that a timer still runs when it is replaced"),
    ];
    if careful {
        evidence.push(Evidence::supports(Weight::Fair, "another place that sets it cancels the former one"));
    }
    let name = facts.display(field);
    let message = format!("`{name}` is given a new {} while the former one may still run", timer.resource.kind);
    let mut finding = tell(context, timer, message, evidence);
    finding.related.push(Mark::new(Role::Release, facts.expr(elsewhere.1).span, "cancelled here, and not before it is replaced"));
    Some(finding.weigh(context.rule.confidence))
}

/// Whether nothing else sets the handle, least of all the callback.
fn is_only_setter(facts: &Facts, timer: &Timer, field: PlaceId) -> bool {
    let behind = timer.callback.and_then(|callback| callback::function_behind(facts, callback));
    let family = behind.map(|behind| owner::reach(facts, facts.owner_of(timer.function), &[behind])).unwrap_or_default();
    let written = |operation: &crate::facts::Operation| matches!(operation.action, Action::Assign(_));
    let all: Vec<_> = facts.operations(field).iter().filter(|operation| written(operation)).collect();
    // A callback that comes with the call belongs to that call: each is meant to run.
    let own = timer.holds != Holds::Locals;
    own && !all.iter().any(|operation| sets(facts, timer, operation) || family.contains(&operation.function))
}

/// Whether an assignment gives a place another timer of the same kind.
fn sets(facts: &Facts, timer: &Timer, operation: &crate::facts::Operation) -> bool {
    match operation.action {
        Action::Assign(source) => kept::given(source)
            .is_some_and(|value| value != timer.call && facts.callee_name(value) == facts.callee_name(timer.call)),
        _ => false,
    }
}

/// The finding at a timer, with its resource's words.
pub fn tell(context: &Context, timer: &Timer, message: String, evidence: Vec<Evidence>) -> Finding {
    let mut finding = context.finding(timer.call, message, "set here".to_owned());
    finding.risk.clone_from(&timer.resource.cost);
    finding.evidence = evidence;
    finding.severity = timer.resource.severity.unwrap_or(context.rule.severity);
    finding
}
