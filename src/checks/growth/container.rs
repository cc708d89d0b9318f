//! Which places hold containers, and what is done to them: growth, release, and what tells nothing.

use super::made::{default, made};
use super::sort::{by_entry, sort};
use crate::checks::Context;
use crate::checks::lives::callback;
use crate::checks::lives::key;
use crate::checks::lives::lifetime;
use crate::checks::lives::lifetime::Life;
use crate::facts::{
    Action, BindingId, BindingKind, ExprId, ExprKind, Facts, FunctionId, FunctionKind, Parent, Place, PlaceId, Root, Segment,
    StepKind,
};
use crate::rules::{Container, Words};
use crate::source::Span;
use rustc_hash::FxHashSet;

/// A place that is given a growable container.
#[derive(Clone, Debug)]
pub struct Held<'a> {
    /// The place.
    pub place: PlaceId,
    /// Its container's vocabulary.
    pub container: &'a Container,
    /// How long it lives.
    pub life: Life,
    /// Where it is given the container first.
    pub declared: ExprId,
    /// Where growth happens.
    pub growth: Vec<Growth>,
    /// Where entries leave.
    pub release: Vec<Release>,
}

/// One growing operation.
#[derive(Clone, Copy, Debug)]
pub struct Growth {
    /// The call or the mention that is written.
    pub at: ExprId,
    /// The mention of the place.
    pub expr: ExprId,
    /// The function that grows it.
    pub function: FunctionId,
    /// The key, where there is one.
    pub key: Option<ExprId>,
    /// The new value.
    pub value: Option<ExprId>,
    /// Whether a mere read inserts.
    pub by_read: bool,
}

/// One operation by which entries leave, or may leave.
#[derive(Clone, Copy, Debug)]
pub struct Release {
    /// Where.
    pub at: ExprId,
    /// The function that does it.
    pub function: FunctionId,
    /// Whether entries certainly leave there; otherwise the place is handed to somebody who could remove them.
    pub certain: bool,
    /// Whether the place is given a new value as a whole.
    pub replaced: bool,
}

/// Every place of the file that lives beyond a call and holds a container of the vocabulary.
pub fn held<'a>(context: &Context<'a>) -> Vec<Held<'a>> {
    let facts = context.facts;
    let handed = handed_out(facts);
    let lent: FxHashSet<FunctionId> = handed.iter().copied().chain(lent_out(context)).collect();
    // The same question has the same answer.
    let alike = lent.len() == handed.len();
    let defaults = super::fixed::defaults(facts);
    let known = facts.places.iter().map(|(id, place)| {
        let handed = one(context, &handed, &defaults, id, place);
        handed.or_else(|| if alike || gathered(facts, id) { None } else { one(context, &lent, &defaults, id, place) })
    });
    known.flatten().collect()
}

fn one<'a>(
    context: &Context<'a>,
    handed: &FxHashSet<FunctionId>,
    defaults: &[(PlaceId, BindingId)],
    id: PlaceId,
    place: &Place,
) -> Option<Held<'a>> {
    let facts = context.facts;
    let life = life(facts, &context.words.words, handed, id, place)?;
    let (container, declared) = if life == Life::Default { default(context, place)? } else { made(context, id)? };
    let mut held = Held { place: id, container, life, declared, growth: Vec::new(), release: Vec::new() };
    for operation in facts.operations(id) {
        sort(context, &mut held, operation);
    }
    for (call, field) in super::lodged::through(facts, id) {
        held.release.retain(|release| release.at != call);
        for operation in facts.operations(field).iter().filter(|operation| !matches!(operation.action, Action::Assign(_))) {
            sort(context, &mut held, operation);
        }
        by_method(facts, &mut held, field);
    }
    by_method(facts, &mut held, id);
    held.release.extend(by_entry(facts, &held));
    if life == Life::Loop {
        let loops: Vec<Span> =
            held.growth.iter().filter_map(|growth| Some(facts.step(facts.loop_around(growth.expr)?).span)).collect();
        // What is done when the loop is over comes too late for as long as it goes on.
        held.release.retain(|release| loops.iter().all(|around| facts.expr(release.at).span.start < around.end));
    }
    for (at, function) in super::fixed::by_default(facts, defaults, id, &container.shrink) {
        held.release.push(Release { at, function, certain: true, replaced: false });
    }
    if let (Life::Closure, Root::Binding(binding)) = (life, place.root) {
        let own = facts.scopes[facts.binding(binding).scope.index()].function;
        held.growth.retain(|growth| escapes(facts, handed, growth.function, own));
    }
    Some(held)
}

/// `pop = self.items.pop`, kept and called later, takes entries away as well.
fn by_method(facts: &Facts, held: &mut Held, place: PlaceId) {
    let bound = held.container.shrink.iter().filter_map(|word| facts.member(place, Segment::Field(facts.names.find(word)?)));
    for method in bound {
        for operation in facts.operations(method).iter().filter(|operation| !matches!(operation.action, Action::Called { .. })) {
            held.release.push(Release { at: operation.expr, function: operation.function, certain: true, replaced: false });
        }
    }
}

fn life(facts: &Facts, words: &Words, handed: &FxHashSet<FunctionId>, id: PlaceId, place: &Place) -> Option<Life> {
    match (place.root, place.path.as_slice()) {
        (Root::Static(_), [Segment::Field(_)]) => Some(Life::Type),
        (Root::Instance(_), [Segment::Field(_)]) => Some(Life::Instance),
        (Root::Binding(binding), []) => {
            let own = facts.scopes[facts.binding(binding).scope.index()].function;
            match facts.function(own).kind {
                _ if facts.at_top(own) => Some(Life::Module),
                FunctionKind::TypeBody => None,
                // A function that merely uses its own local closes over nothing.
                _ if matches!(facts.binding(binding).kind, BindingKind::Parameter(_)) => Some(Life::Default),
                _ if facts.operations(id).iter().any(|operation| escapes(facts, handed, operation.function, own)) => {
                    Some(Life::Closure)
                }
                _ => outer(facts, words, id, binding).then_some(Life::Loop),
            }
        }
        _ => None,
    }
}

/// Whether a local is made before an endless loop that goes on using it.
fn outer(facts: &Facts, words: &Words, id: PlaceId, binding: BindingId) -> bool {
    let [made, ..] = facts.binding(binding).definitions.as_slice() else { return false };
    // A generator goes on for as long as somebody takes from it.
    if facts.function(facts.scopes[facts.binding(binding).scope.index()].function).traits.is_generator {
        return false;
    }
    // What is handed out where the loop is over shows that it ends, by whatever way the source does not tell.
    if facts.operations(id).iter().any(|operation| operation.action == Action::Returned) {
        return false;
    }
    facts.operations(id).iter().any(|operation| {
        lifetime::serving_around(facts, words, operation.expr)
            .is_some_and(|around| !facts.step(around).span.contains(facts.expr(made.target).span))
    })
}

/// Whether a function inside another one is handed out by it, and so lives on.
fn escapes(facts: &Facts, handed: &FxHashSet<FunctionId>, inner: FunctionId, outer: FunctionId) -> bool {
    let direct = facts.enclosing(inner).take_while(|id| *id != outer).last();
    inner != outer && direct.is_some_and(|direct| handed.contains(&direct))
}

/// The functions that the function around them hands out: by name, or as a value that is returned as it is or in a
/// literal. A closure that is given to a call may be gone with the call.
pub fn handed_out(facts: &Facts) -> FxHashSet<FunctionId> {
    let exits = |step: crate::facts::StepId| matches!(facts.step(step).kind, StepKind::Exit { .. });
    let mut handed = FxHashSet::default();
    for binding in &facts.bindings {
        let BindingKind::Function(function) = binding.kind else { continue };
        let maker = facts.function(function).parent;
        let handing = |mention: &ExprId| {
            !is_callee(facts, *mention)
                && Some(facts.function_of(*mention)) == maker
                && facts.step_of(*mention).is_some_and(exits)
        };
        if binding.uses.iter().any(handing) {
            handed.insert(function);
        }
    }
    for (id, function) in facts.functions() {
        let mut next = function.made.map(|made| facts.expr(made).parent);
        while let Some(Parent::Expr(parent)) = next {
            next = match facts.kind(parent) {
                ExprKind::Collection { .. } | ExprKind::Named { .. } | ExprKind::Pair { .. } | ExprKind::Choice { .. } => {
                    Some(facts.expr(parent).parent)
                }
                _ => None,
            };
        }
        if let Some(Parent::Step(step)) = next
            && exits(step)
        {
            handed.insert(id);
        }
    }
    handed
}

/// The functions that take in pieces of work, and that are lent to somebody else's code: to what a parameter stands for.
/// How often that calls them is its own matter.
fn lent_out(context: &Context) -> Vec<FunctionId> {
    let (facts, work) = (context.facts, &context.words.words.work);
    let takes_work = |function: &FunctionId| {
        let params = &facts.function(*function).params;
        matches!(params.as_slice(), [only] if key::ends_with(work, facts.text(only.name)))
    };
    let calls = facts.functions.iter().flat_map(|function| function.calls.iter().copied());
    let foreign = calls.filter(|call| match facts.kind(*call) {
        ExprKind::Call { callee, .. } => {
            facts.binding_of(callee).is_some_and(|binding| matches!(facts.binding(binding).kind, BindingKind::Parameter(_)))
        }
        _ => false,
    });
    let lent = foreign.flat_map(|call| facts.args(call).iter().filter_map(|arg| callback::function_behind(facts, *arg)));
    lent.filter(takes_work).collect()
}

/// Whether somebody gets hold of a collection as a whole, and may wait for what is in it.
fn gathered(facts: &Facts, id: PlaceId) -> bool {
    facts.operations(id).iter().any(|operation| {
        matches!(
            operation.action,
            Action::Argument { .. } | Action::Returned | Action::Awaited | Action::Alias { .. } | Action::Stored { .. }
        )
    })
}

fn is_callee(facts: &Facts, expr: ExprId) -> bool {
    match facts.expr(expr).parent {
        Parent::Expr(parent) => matches!(facts.kind(parent), ExprKind::Call { callee, .. } if callee == expr),
        _ => false,
    }
}
