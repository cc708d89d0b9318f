//! Threads, tasks, pools and processes that nobody ends: dropped, left out of a teardown, or deaf to it.

use super::abandon;
use super::endless::{self, End, Enders};
use super::home;
use super::outlive;
use super::pending;
use super::race;
use super::siblings;
use crate::checks::Context;
use crate::checks::lives::acquire::{self, Kept};
use crate::checks::lives::callback::{self, Holds};
use crate::checks::lives::kept::{self, Deed};
use crate::checks::lives::key;
use crate::checks::lives::lifetime;
use crate::checks::lives::owner::{self, Runs};
use crate::checks::lives::sole;
use crate::facts::{Action, ExprId, Facts, FunctionId, FunctionKind, Place, PlaceId, Root, TypeId};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};
use crate::rules::Resource;

/// A worker that is started, with what was found out about it.
pub struct Worker<'a> {
    /// The call that makes it.
    pub call: ExprId,
    /// Its words.
    pub resource: &'a Resource,
    /// The function that makes it.
    pub function: FunctionId,
    /// Where it is kept.
    pub kept: Kept,
    /// When its work ends.
    pub end: End,
    /// What its work keeps alive.
    pub holds: Holds,
    /// The function that it runs, if that is in this file.
    pub behind: Option<FunctionId>,
}

/// Findings of the rule that asks for `task`.
pub fn check(context: &Context) -> Vec<Finding> {
    let made = acquire::all(context);
    let mut findings = Vec::new();
    for (call, resource) in made.iter().filter(|(_, resource)| resource.part.is_some()) {
        findings.extend(pending::check(context, *call, resource));
    }
    let workers: Vec<Worker> = made
        .into_iter()
        .filter(|(_, resource)| resource.part.is_none())
        .filter_map(|(call, resource)| read(context, call, resource))
        .collect();
    findings.extend(workers.iter().filter_map(|worker| judge(context, worker, &workers)));
    findings.extend(siblings::check(context));
    findings.extend(race::check(context));
    findings
}

pub fn read<'a>(context: &Context<'a>, call: ExprId, resource: &'a Resource) -> Option<Worker<'a>> {
    let facts = context.facts;
    let function = facts.function_of(call);
    let kept = acquire::kept(facts, resource, call);
    if owner::runs(facts, &context.words.words, function) == Runs::Once || !kept.armed || kept.handed {
        return None;
    }
    let args = facts.args(call).iter().copied();
    let behind = match (facts.callee(call).constructs, &resource.body) {
        (Some(ty), Some(body)) => facts.method(ty, body),
        _ => args.clone().find_map(|arg| callback::function_behind(facts, arg)),
    };
    let end = behind.map_or(End::Own, |behind| endless::end(facts, Enders::from(resource), behind));
    let holds = args.map(|arg| callback::holds(facts, &context.words.weak, arg)).max().unwrap_or(Holds::Nothing);
    Some(Worker { call, resource, function, kept, end, holds, behind })
}

fn judge(context: &Context, worker: &Worker, all: &[Worker]) -> Option<Finding> {
    let facts = context.facts;
    if worker.kept.holders.iter().any(|place| kept::is_element(facts, *place) || is_shared(facts, *place)) {
        return None;
    }
    if !context.words.words.drawn.is_empty() && home::settles(context, worker) {
        return None;
    }
    let deeds = kept::deeds(facts, worker.resource, &worker.kept.holders);
    if facts.raii {
        return if deeds.is_empty() && !outlive::ticks(facts, worker) { outlive::check(context, worker) } else { None };
    }
    let field = worker.kept.holders.iter().copied().find_map(|place| Some((place, owner_of(facts, place)?)));
    match field {
        Some((field, ty)) => in_field(context, worker, field, ty, &deeds, all),
        None if deeds.is_empty() => abandon::check(context, worker),
        None => None,
    }
}

/// A variable of the module, or a field of a type: one for the process.
fn is_shared(facts: &Facts, place: PlaceId) -> bool {
    match facts.places.get(place).root {
        Root::Static(_) | Root::External(_) => true,
        Root::Binding(binding) => facts.is_global(binding),
        Root::Instance(_) => false,
    }
}

/// The type one of whose fields a place is.
fn owner_of(facts: &Facts, place: PlaceId) -> Option<TypeId> {
    match facts.places.get(place) {
        Place { root: Root::Instance(ty), path } if path.len() == 1 => Some(*ty),
        _ => None,
    }
}

fn in_field(
    context: &Context,
    worker: &Worker,
    field: PlaceId,
    ty: TypeId,
    deeds: &[(FunctionId, ExprId, Deed)],
    all: &[Worker],
) -> Option<Finding> {
    let facts = context.facts;
    let teardowns = owner::teardowns(facts, ty);
    let reached = owner::reach(facts, Some(ty), &teardowns);
    let stuck = matches!(worker.end, End::Stuck(..));
    let released = |deed: &&(FunctionId, ExprId, Deed)| teardowns.is_empty() || reached.contains(&deed.0);
    // The function that starts it, or what stands beside it there, may end it before it returns.
    let around: Vec<FunctionId> = facts.enclosing(worker.function).collect();
    let beside = |function: FunctionId| {
        facts
            .enclosing(function)
            .any(|outer| around.contains(&outer) && outer.0 != 0 && facts.function(outer).kind == FunctionKind::Named)
    };
    if !stuck && deeds.iter().any(|deed| released(&deed) || beside(deed.0)) {
        return replaced(context, worker, field, deeds);
    }
    let sibling = sibling(facts, worker, ty, &reached, all);
    let unending = matches!(worker.end, End::Never(_) | End::Stuck(..)) || !worker.resource.ends;
    // What is only waited for ends by itself; what a sibling is ended by force for need not.
    let ends = worker.resource.ends && worker.behind.is_some() && worker.end == End::Own;
    // Some method ends it on purpose, whatever it is called.
    let meant = !stuck && sibling.is_none() && deeds.iter().any(|deed| deed.2 == Deed::Released);
    if !(unending || sibling.is_some()) || ends || meant || matches!(worker.end, End::Flagged(_)) {
        return None;
    }
    let mut evidence = weigh(context, worker, ty, deeds);
    evidence.extend(sibling);
    let name = facts.display(field);
    let kind = &worker.resource.kind;
    let message = match worker.end {
        End::Stuck(_, flag) => {
            format!("the {kind} `{name}` runs until `{}` changes, and nothing changes it", facts.display(flag))
        }
        _ => format!("nothing ends the {kind} `{name}` when its owner ends"),
    };
    Some(tell(context, worker, message, evidence, &teardowns).weigh(context.prior()))
}

/// The message that a teardown sends to the worker.
fn told(facts: &Facts, ty: TypeId, worker: &Worker) -> Option<ExprId> {
    let reached = owner::reach(facts, Some(ty), &owner::teardowns(facts, ty));
    let operations = worker.kept.holders.iter().flat_map(|place| facts.operations(*place));
    let sends = |operation: &&crate::facts::Operation| match operation.action {
        Action::Method { name, .. } => matches!(facts.text(name), "send" | "postMessage" | "send_signal"),
        _ => false,
    };
    operations.filter(sends).find(|operation| reached.contains(&operation.function)).map(|operation| operation.expr)
}

/// What speaks for and against work that goes on after the end of its owner.
fn weigh(context: &Context, worker: &Worker, ty: TypeId, deeds: &[(FunctionId, ExprId, Deed)]) -> Vec<Evidence> {
    let facts = context.facts;
    let mut evidence = Vec::new();
    evidence.extend(reason(facts, worker));
    evidence.push(ending(context, ty, worker));
    match deeds.first() {
        None => {
            evidence.push(Evidence::supports(Weight::Slight, format!("nothing in this file ends the {}", worker.resource.kind)));
        }
        Some(_) if matches!(worker.end, End::Stuck(..)) => {}
        Some(deed) => {
            let text = format!("`{}` may end it", owner::name_of(facts, deed.0));
            evidence.push(Evidence::doubts(Weight::Strong, text).at(facts.expr(deed.1).span));
        }
    }
    if let Some(at) = told(facts, ty, worker) {
        let text = "a teardown sends it a message, which may ask it to end";
        evidence.push(Evidence::doubts(Weight::Strong, text).at(facts.expr(at).span));
    }
    if worker.behind.is_some() && worker.end == End::Own {
        evidence.push(Evidence::doubts(Weight::Strong, "its work can end by itself"));
    }
    if worker.resource.collected {
        evidence.push(Evidence::doubts(Weight::Fair, "it ends when the owner is collected"));
    }
    evidence.extend(lasting(worker));
    evidence.extend(single(context, ty));
    evidence.extend(super::reach::doubts(context, worker, ty));
    evidence
}

/// What a program starts once, as a rule, and needs to its end.
pub fn lasting(worker: &Worker) -> Option<Evidence> {
    let text = format!("a {} mostly works for as long as the program runs", worker.resource.kind);
    worker.resource.lasting.then(|| Evidence::doubts(Weight::Strong, text))
}

/// What an end says in which nothing is done.
pub fn idle(context: &Context, ty: TypeId) -> Option<Evidence> {
    let facts = context.facts;
    let teardowns = owner::teardowns(facts, ty);
    let text = "its end is empty, so nothing of the object ends before the process";
    let known = !context.words.words.drawn.is_empty();
    (known && sole::is_idle_end(facts, &teardowns))
        .then(|| Evidence::doubts(Weight::Decisive, text).at(facts.function(teardowns[0]).head))
}

/// Why the work goes on.
pub fn reason(facts: &Facts, worker: &Worker) -> Option<Evidence> {
    match worker.end {
        End::Never(step) => {
            let header = facts.step(step).span;
            Some(Evidence::supports(Weight::Strong, "its work is a loop without a way out").at(header))
        }
        End::Stuck(header, _) => {
            let text = "its loop asks a flag that nothing changes after the object is made";
            Some(Evidence::supports(Weight::Strong, text).at(facts.expr(header).span))
        }
        _ => None,
    }
}

/// What the end of the owner says.
pub fn ending(context: &Context, ty: TypeId, worker: &Worker) -> Evidence {
    let facts = context.facts;
    if let Some(idle) = idle(context, ty) {
        return idle;
    }
    let teardowns = owner::teardowns(facts, ty);
    if let Some(method) = teardowns.first() {
        let own = facts.function(*method);
        let name = own.name.map_or("", |name| facts.text(name));
        if at_exit(context, *method) {
            let text = format!("`{name}` runs when the process ends, and so does the {}", worker.resource.kind);
            return Evidence::doubts(Weight::Decisive, text).at(own.head);
        }
        let text = format!("`{name}` ends the object, and the {} goes on", worker.resource.kind);
        return Evidence::supports(Weight::Fair, text).at(own.head);
    }
    let weight = match worker.resource.ends {
        true => Weight::Decisive,
        false if facts.exported.is_some() => Weight::Strong,
        false => Weight::Slight,
    };
    Evidence::doubts(weight, "nothing says that the object ends before the process")
}

/// Whether a method is registered to run when the process ends.
fn at_exit(context: &Context, method: FunctionId) -> bool {
    let facts = context.facts;
    let registers = |call: &ExprId| {
        let words = &context.words.words.at_exit;
        words.iter().any(|word| word.fits(facts.callee_path(*call), facts.method_name(*call)))
    };
    let calls = facts.functions.iter().flat_map(|function| function.calls.iter().copied()).filter(registers);
    calls.flat_map(|call| facts.args(call).iter().copied()).any(|arg| callback::function_behind(facts, arg) == Some(method))
}

/// One object for the whole process loses little.
pub fn single(context: &Context, ty: TypeId) -> Option<Evidence> {
    let facts = context.facts;
    let name = facts.text(facts.ty(ty).name);
    if owner::made_at_top(facts, ty).is_some() || owner::is_single(facts, ty) {
        let weight = if context.words.words.drawn.is_empty() { Weight::Strong } else { Weight::Decisive };
        return Some(Evidence::doubts(weight, format!("there is one `{name}` in the process")));
    }
    let lasting = key::ends_with(&context.words.words.lasting, name) && owner::teardowns(facts, ty).is_empty();
    lasting.then(|| Evidence::doubts(Weight::Fair, format!("a `{name}` may live as long as the process")))
}

/// Another worker of the same type that its teardown does end.
fn sibling(
    facts: &Facts,
    worker: &Worker,
    ty: TypeId,
    reached: &rustc_hash::FxHashSet<FunctionId>,
    all: &[Worker],
) -> Option<Evidence> {
    let own = worker.kept.holders.first();
    let others = all.iter().filter(|other| other.kept.holders.first() != own && other.resource.kind == worker.resource.kind);
    let here = others.filter(|other| other.kept.holders.iter().any(|place| owner_of(facts, *place) == Some(ty)));
    here.into_iter().find_map(|other| {
        let deeds = kept::deeds(facts, other.resource, &other.kept.holders);
        let (_, at, _) = deeds.into_iter().find(|deed| deed.2 == Deed::Released && reached.contains(&deed.0))?;
        let name = facts.display(*other.kept.holders.first()?);
        Some(Evidence::supports(Weight::Strong, format!("the teardown ends `{name}`, and not this one")).at(facts.expr(at).span))
    })
}

/// A function that can be called twice replaces the handle of work that goes on.
fn replaced(context: &Context, worker: &Worker, field: PlaceId, deeds: &[(FunctionId, ExprId, Deed)]) -> Option<Finding> {
    let facts = context.facts;
    let inside = owner::reach(facts, facts.owner_of(worker.function), &[worker.function]);
    let runs = owner::runs(facts, &context.words.words, worker.function);
    let cleared = deeds.iter().any(|deed| inside.contains(&deed.0));
    if cleared
        || runs != Runs::PerCall
        || !matches!(worker.end, End::Never(_))
        || owner::starts(facts, &context.words.words, worker.function)
        || owner::guarded(facts, worker.call)
    {
        return None;
    }
    let freed = deeds.iter().find(|deed| deed.2 == Deed::Released)?;
    let name = facts.display(field);
    let mut evidence = vec![
        Evidence::supports(Weight::Slight, format!("`{}` ends it, so it is meant to end", owner::name_of(facts, freed.0)))
            .at(facts.expr(freed.1).span),
        Evidence::doubts(Weight::Strong, "nothing shows that it is started twice"),
    ];
    evidence.extend(reason(facts, worker).map(|reason| Evidence { weight: Weight::Slight, ..reason }));
    // That a method is called `subscribe` says that its users call it, and not how often they do.
    let once = ["subscribe", "connect", "observe"].map(str::to_owned);
    let told = |piece: &Evidence| piece.weight >= Weight::Strong || !lifetime::named(facts, &once, worker.function);
    evidence.extend(lifetime::serves(facts, &context.words.words, worker.function).filter(told));
    let message = format!("`{name}` is given a new {} while the former one may still run", worker.resource.kind);
    Some(tell(context, worker, message, evidence, &[]).weigh(context.prior()))
}

/// The finding at a worker, with its resource's words.
pub fn tell(context: &Context, worker: &Worker, message: String, evidence: Vec<Evidence>, teardowns: &[FunctionId]) -> Finding {
    let facts = context.facts;
    let mut finding = context.finding(worker.call, message, "started here".to_owned());
    match worker.end {
        End::Never(step) => {
            let loops = facts.step(step).span;
            finding.related.push(Mark::new(Role::Context, loops, "the loop that goes on"));
        }
        End::Stuck(header, _) => {
            finding.related.push(Mark::new(Role::Context, facts.expr(header).span, "nothing changes the answer"));
        }
        _ => {}
    }
    for teardown in teardowns.iter().take(1) {
        let head = facts.function(*teardown).head;
        finding.related.push(Mark::new(Role::Release, head, "ends the owner and leaves this"));
    }
    finding.risk.clone_from(&worker.resource.cost);
    finding.evidence = evidence;
    finding.severity = worker.resource.severity.unwrap_or(context.rule.severity);
    finding
}
