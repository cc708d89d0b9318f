//! Whether the work of a thread or task ends by itself, when a flag says so, or never.

use crate::checks::lives::kept;
use crate::checks::lives::owner;
use crate::facts::{
    Action, BindingKind, ExitKind, ExprId, ExprKind, Facts, FunctionId, LoopKind, Name, Place, PlaceId, Root, Segment, Step,
    StepId, StepKind,
};
use crate::rules::{Pattern, Resource};

/// How many calls are followed in a row.
const HOPS: u32 = 3;

/// When a function ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// By itself, or nothing is known.
    Own,
    /// When a flag changes, which something in sight or out of sight may do.
    Flagged(ExprId),
    /// When a flag changes that nothing changes.
    Stuck(ExprId, PlaceId),
    /// Never, by its own doing: the loop that goes on.
    Never(StepId),
}

/// What ends work besides the exits that stand in it, and what stands in it and is no exit of its own accord.
#[derive(Clone, Copy, Debug, Default)]
pub struct Enders<'a> {
    interrupt: &'a [Pattern],
    broad: &'a [Pattern],
    fatal: &'a [String],
    closing: &'a [String],
}

impl<'a> From<&'a Resource> for Enders<'a> {
    fn from(resource: &'a Resource) -> Self {
        Self { interrupt: &resource.interrupt, broad: &resource.broad, fatal: &resource.fatal, closing: &resource.closing }
    }
}

/// When a function ends, as far as its loops tell.
pub fn end(facts: &Facts, enders: Enders, function: FunctionId) -> End {
    judge(facts, enders, function, HOPS)
}

/// What the one loop of a function asks, where nothing else leaves it. `present` are the patterns of an answer that is none
/// of an end (`Ok`).
pub fn only_way_out(facts: &Facts, enders: Enders, present: &[Pattern], function: FunctionId) -> Option<ExprId> {
    let own = |step: &Step| facts.function_of_step(step) == function && matches!(step.kind, StepKind::Loop { .. });
    let mut loops = facts.steps.iter().enumerate().filter(|(_, step)| own(step));
    let (at, step) = loops.next()?;
    let id = StepId(at as u32);
    if loops.next().is_some() {
        return None;
    }
    match step.kind {
        StepKind::Loop { kind: LoopKind::While, header: Some(header), .. } => {
            (!leaves(facts, enders, id, step)).then_some(header)
        }
        StepKind::Loop { kind: LoopKind::Forever, .. } => asked_inside(facts, enders, present, id, step),
        _ => None,
    }
}

/// What an endless loop asks in its body, where all that leaves it is a failure of the answer: `match source.recv().await`.
fn asked_inside(facts: &Facts, enders: Enders, present: &[Pattern], id: StepId, outer: &Step) -> Option<ExprId> {
    let function = facts.function_of_step(outer);
    let inside = facts
        .steps
        .iter()
        .enumerate()
        .filter(|(_, step)| outer.span.contains(step.span) && facts.function_of_step(step) == function);
    let exits = inside.filter(|(at, step)| match step.kind {
        StepKind::Exit { kind: ExitKind::Return | ExitKind::Raise, .. } => true,
        StepKind::Exit { kind: ExitKind::Break, .. } => breaks(facts, StepId(*at as u32)) == Some(id),
        _ => false,
    });
    let asked: Vec<Option<ExprId>> = exits.map(|(at, _)| failing(facts, enders, present, StepId(at as u32), id)).collect();
    let first = asked.first().copied().flatten()?;
    (asked.iter().all(|one| *one == Some(first)) && !fails(facts, enders, outer)).then_some(first)
}

/// The question for the next piece of work by whose failure an exit is taken.
fn failing(facts: &Facts, enders: Enders, present: &[Pattern], exit: StepId, outer: StepId) -> Option<ExprId> {
    let span = facts.step(exit).span;
    let waits = |asked: ExprId| waits(facts, enders, asked);
    let around = facts.around_step(exit).filter_map(|around| match around {
        crate::facts::Around::Step(step) => Some(step),
        crate::facts::Around::Expr(_) => None,
    });
    for step in around.take_while(|step| *step != outer) {
        if let StepKind::Switch { subject, arms, .. } = &facts.step(step).kind
            && waits(*subject)
        {
            let arm = arms.iter().find(|arm| arm.body.iter().any(|step| facts.step(*step).span.contains(span)))?;
            let head = arm.pattern.and_then(|pattern| facts.patterns.get(&pattern)).map(|name| facts.text(*name));
            let answered = present.iter().any(|word| word.fits(head, None));
            return (!answered && arm.guard.is_none()).then_some(*subject);
        }
    }
    None
}

/// Whether the next piece of work is asked for, which is none when all that send any have gone.
fn waits(facts: &Facts, enders: Enders, asked: ExprId) -> bool {
    let within = |call: &ExprId| facts.expr(asked).span.contains(facts.expr(*call).span);
    let closing = |call: &ExprId| facts.method_name(*call).is_some_and(|name| enders.closing.iter().any(|word| word == name));
    facts.function(facts.function_of(asked)).calls.iter().any(|call| within(call) && closing(call))
}

fn judge(facts: &Facts, enders: Enders, function: FunctionId, hops: u32) -> End {
    let mut found = End::Own;
    for (at, step) in facts.steps.iter().enumerate() {
        if facts.scopes[step.scope.index()].function != function {
            continue;
        }
        let id = StepId(at as u32);
        let StepKind::Loop { kind, header, .. } = step.kind else { continue };
        let leaves = leaves(facts, enders, id, step);
        match (kind, header) {
            (LoopKind::Forever, _) if !leaves => return End::Never(id),
            (LoopKind::While, Some(header)) if !leaves && !waits(facts, enders, header) => {
                if let Some(flag) = flag(facts, function, header) {
                    found = flag;
                }
            }
            _ => {}
        }
    }
    if found == End::Own && hops > 0 && !loops(facts, function) {
        let next = facts.function(function).calls.iter().filter(|call| runs_here(facts, **call) && !is_raced(facts, **call));
        let next = next.filter_map(|call| facts.callee(*call).function);
        let inner = next.filter(|next| *next != function).map(|next| judge(facts, enders, next, hops - 1));
        return inner.into_iter().find(|end| *end != End::Own).unwrap_or(End::Own);
    }
    found
}

/// Whether a call runs what it calls as a part of its own function: a coroutine that nobody awaits there is work of its own.
fn runs_here(facts: &Facts, call: ExprId) -> bool {
    let apart = |function: FunctionId| facts.function(function).traits.is_async && !facts.typed && facts.exported.is_none();
    let awaited = || matches!(facts.expr(call).parent, crate::facts::Parent::Expr(outer) if matches!(facts.kind(outer), ExprKind::Await(_)));
    facts.callee(call).function.is_none_or(|function| !apart(function) || awaited())
}

/// Whether something else may come first, with which the call ends: it is one of several that a `select!` waits for.
fn is_raced(facts: &Facts, call: ExprId) -> bool {
    let span = facts.expr(call).span;
    facts.typed
        && facts.steps.iter().any(|step| match &step.kind {
            StepKind::Switch { arms, .. } if step.span.contains(span) => {
                let guards = || arms.iter().filter_map(|arm| arm.guard);
                guards().count() > 1 && guards().any(|guard| facts.expr(guard).span.contains(span))
            }
            _ => false,
        })
}

/// Whether a function loops, and each of its loops ends by itself.
pub fn has_way_out(facts: &Facts, enders: Enders, function: FunctionId) -> bool {
    loops(facts, function) && end(facts, enders, function) == End::Own
}

fn loops(facts: &Facts, function: FunctionId) -> bool {
    facts
        .steps
        .iter()
        .any(|step| facts.scopes[step.scope.index()].function == function && matches!(step.kind, StepKind::Loop { .. }))
}

/// Whether something inside a loop leaves it of its own accord.
fn leaves(facts: &Facts, enders: Enders, id: StepId, outer: &Step) -> bool {
    let inside = facts
        .steps
        .iter()
        .enumerate()
        .filter(|(_, step)| outer.span.contains(step.span) && facts.function_of_step(step) == facts.function_of_step(outer));
    let interrupts = enders.interrupt;
    let exits = inside.into_iter().any(|(at, step)| match step.kind {
        StepKind::Exit { kind: ExitKind::Return | ExitKind::Raise, .. } => !interrupted(facts, interrupts, StepId(at as u32), id),
        StepKind::Exit { kind: ExitKind::Break, .. } => {
            breaks(facts, StepId(at as u32)) == Some(id) && !interrupted(facts, interrupts, StepId(at as u32), id)
        }
        _ => false,
    });
    exits || fails(facts, enders, outer) || caught(facts, enders, id)
}

/// Whether a failure that has a name of its own is dealt with around a loop: it is how the loop ends, as when the other side
/// has gone. Nothing is said by what is caught in whatever form, or is raised by somebody outside, or begins a new round.
fn caught(facts: &Facts, enders: Enders, id: StepId) -> bool {
    let named = |catches: ExprId| {
        let path = facts.dotted(catches);
        let known = |words: &[Pattern]| words.iter().any(|word| word.fits(path.as_deref(), None));
        !known(enders.interrupt) && !known(enders.broad)
    };
    if enders.broad.is_empty() {
        return false;
    }
    let around = facts.around_step(id).filter_map(|around| match around {
        crate::facts::Around::Step(step) => Some(&facts.step(step).kind),
        crate::facts::Around::Expr(_) => None,
    });
    let mut found = false;
    for kind in around {
        match kind {
            StepKind::Loop { .. } => return false,
            StepKind::Try { body, handlers, .. } if holds(facts, body, id) => {
                let ends = |catches: ExprId| match facts.kind(catches) {
                    ExprKind::Collection { items, .. } => facts.list(items).iter().copied().any(named),
                    _ => named(catches),
                };
                found |= handlers.iter().any(|handler| handler.catches.is_some_and(ends) && acts(facts, handler));
            }
            _ => {}
        }
    }
    found
}

/// Whether a handler does something about the end, rather than to leave in silence.
fn acts(facts: &Facts, handler: &crate::facts::Handler) -> bool {
    facts.callees.keys().any(|call| handler.span.contains(facts.expr(*call).span) && handler.catches != Some(*call))
}

fn holds(facts: &Facts, block: &[StepId], inner: StepId) -> bool {
    block.iter().any(|step| facts.step(*step).span.contains(facts.step(inner).span))
}

/// Whether a failure inside a loop leaves it: one that is handed on, or a fatal one of something that ends for good.
fn fails(facts: &Facts, enders: Enders, outer: &Step) -> bool {
    let function = facts.function_of_step(outer);
    let inside = |at: ExprId| outer.span.contains(facts.expr(at).span) && facts.function_of(at) == function;
    let has = |words: &[String], call: ExprId| facts.method_name(call).is_some_and(|name| words.iter().any(|word| word == name));
    let fatal = |call: ExprId| {
        let receiver = facts.callee(call).receiver.map(|receiver| facts.peeled(receiver));
        has(enders.fatal, call) && receiver.is_some_and(|receiver| has(enders.closing, receiver))
    };
    // What is done on some of the rounds only need not be done again.
    let always = |call: ExprId| {
        let between = facts.around(call).filter_map(|around| match around {
            crate::facts::Around::Step(step) => Some(facts.step(step)),
            crate::facts::Around::Expr(_) => None,
        });
        between
            .take_while(|step| step.span != outer.span)
            .all(|step| !matches!(step.kind, StepKind::Branch { .. } | StepKind::Switch { .. }))
    };
    let marked = facts.marked_failures
        && (0..facts.exprs.len() as u32).map(ExprId).any(|at| matches!(facts.kind(at), ExprKind::Try(_)) && inside(at));
    marked || facts.function(function).calls.iter().any(|call| inside(*call) && fatal(*call) && always(*call))
}

/// The loop that a `break` leaves.
fn breaks(facts: &Facts, at: StepId) -> Option<StepId> {
    facts.around_step(at).find_map(|around| match around {
        crate::facts::Around::Step(step) if matches!(facts.step(step).kind, StepKind::Loop { .. }) => Some(step),
        _ => None,
    })
}

/// Whether an exit stands in a handler of nothing but the exceptions by which somebody outside ends the work.
fn interrupted(facts: &Facts, interrupts: &[Pattern], at: StepId, outer: StepId) -> bool {
    let span = facts.step(at).span;
    let around = facts.around_step(at).filter_map(|around| match around {
        crate::facts::Around::Step(step) => Some(step),
        crate::facts::Around::Expr(_) => None,
    });
    for step in around.take_while(|step| *step != outer) {
        if let StepKind::Try { handlers, .. } = &facts.step(step).kind {
            let handler = handlers.iter().find(|handler| handler.span.contains(span));
            if let Some(catches) = handler.and_then(|handler| handler.catches) {
                let path = facts.dotted(catches);
                return interrupts.iter().any(|word| word.fits(path.as_deref(), None));
            }
        }
    }
    false
}

/// What a loop's condition asks, where that is a field, and whether anything changes it.
fn flag(facts: &Facts, function: FunctionId, header: ExprId) -> Option<End> {
    let span = facts.expr(header).span;
    let asked: Vec<PlaceId> = facts
        .places
        .iter()
        .filter(|(id, place)| {
            !matches!(place.path.last(), Some(Segment::Item))
                && facts.operations(*id).iter().any(|at| at.function == function && span.contains(facts.expr(at.expr).span))
        })
        .map(|(id, _)| id)
        .filter(|id| !facts.places.get(*id).path.is_empty() || is_outside(facts, *id, function))
        .collect();
    let own = |id: &PlaceId| matches!(facts.places.get(*id), Place { root: Root::Instance(_), path } if path.len() == 1);
    // The instance itself is asked along with its field; a condition over anything else is somebody else's business.
    let fields: Vec<PlaceId> = asked.iter().copied().filter(own).collect();
    match fields.as_slice() {
        [] if asked.is_empty() => None,
        [only] if !is_comparison(facts, header) && !changes(facts, *only, span) => Some(End::Stuck(header, *only)),
        _ => Some(End::Flagged(header)),
    }
}

fn is_outside(facts: &Facts, place: PlaceId, function: FunctionId) -> bool {
    match facts.places.get(place).root {
        Root::Binding(binding) => facts.scopes[facts.binding(binding).scope.index()].function != function,
        Root::Instance(_) | Root::Static(_) => false,
        Root::External(_) => true,
    }
}

fn is_comparison(facts: &Facts, header: ExprId) -> bool {
    matches!(owner::asks(facts, header), Some((operator, _)) if operator != crate::facts::Operator::Not)
}

/// Whether anything but the making of the object, and the loop's own question, can change a flag.
fn changes(facts: &Facts, flag: PlaceId, header: crate::source::Span) -> bool {
    let Place { root, path } = facts.places.get(flag);
    let (Root::Instance(ty), [Segment::Field(name)]) = (*root, path.as_slice()) else { return true };
    let hidden = owner::has_hidden_base(facts, ty) && !facts.assigned_fields.contains(&(ty, *name));
    let questions: Vec<Name> = facts
        .operations(flag)
        .iter()
        .filter(|at| header.contains(facts.expr(at.expr).span))
        .filter_map(|at| method(&at.action))
        .collect();
    let changed = facts.operations(flag).iter().any(|at| match at.action {
        Action::Assign(_) | Action::Delete => {
            !facts.function(at.function).traits.is_constructor || in_closure(facts, at.function)
        }
        Action::Method { name, .. } => !questions.contains(&name) && !is_question(facts, &at.action),
        Action::Argument { .. } | Action::Returned | Action::Stored { .. } | Action::Alias { .. } => true,
        _ => false,
    });
    let given = facts.definitions_of(flag).iter().any(|definition| {
        kept::given(definition.source).is_some_and(|value| {
            facts.binding_of(value).is_some_and(|binding| matches!(facts.binding(binding).kind, BindingKind::Parameter(_)))
        })
    });
    // What a function hands out, such as the loop that runs the work, belongs to somebody else; a question whether anything
    // is left is answered by the work itself.
    let lent = |value: ExprId| {
        let callee = facts.callee(value);
        let plain = callee.name.is_some_and(|name| facts.text(name).starts_with(|first: char| first.is_lowercase()));
        matches!(facts.kind(value), ExprKind::Call { .. }) && callee.constructs.is_none() && plain
    };
    let borrowed = !facts.definitions_of(flag).is_empty()
        && facts.definitions_of(flag).iter().all(|one| kept::given(one.source).is_some_and(lent));
    let drained = questions.iter().any(|name| matches!(facts.text(*name), "empty" | "qsize"));
    if borrowed || drained {
        return true;
    }
    // A flag without any value in sight belongs to somebody else.
    let foreign = facts.definitions_of(flag).is_empty() || facts.method(ty, facts.text(*name)).is_some();
    hidden || changed || given || foreign || written_elsewhere(facts, *name, flag)
}

fn in_closure(facts: &Facts, function: FunctionId) -> bool {
    facts.function(function).owner.is_none()
}

fn method(action: &Action) -> Option<Name> {
    match action {
        Action::Method { name, .. } => Some(*name),
        _ => None,
    }
}

/// A method whose value is used asks; one whose value is dropped does something.
fn is_question(facts: &Facts, action: &Action) -> bool {
    match action {
        Action::Method { call, .. } => kept::fate(facts, *call) != kept::Fate::Dropped,
        _ => false,
    }
}

/// `worker.running = False`, `worker.stopped.set()`: the field of the same name on another object.
fn written_elsewhere(facts: &Facts, name: Name, flag: PlaceId) -> bool {
    facts.places.iter().any(|(id, place)| {
        id != flag
            && place.path.last() == Some(&Segment::Field(name))
            && facts.operations(id).iter().any(|at| matches!(at.action, Action::Assign(_) | Action::Method { .. }))
            && (!matches!(place.root, Root::Instance(_)) || place.path.len() > 1)
    }) || facts.exprs.iter().any(|expr| match expr.kind {
        ExprKind::Assign { target, .. } => {
            facts.place(target).is_none() && matches!(facts.kind(target), ExprKind::Field { name: own, .. } if own == name)
        }
        _ => false,
    })
}
