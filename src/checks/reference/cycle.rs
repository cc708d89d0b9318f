//! References that keep alive what should have gone: frames, stored exceptions, and rings around a finaliser.

use crate::checks::Context;
use crate::checks::lives::key;
use crate::checks::lives::lifetime;
use crate::checks::lives::owner::{self, Runs};
use crate::facts::{
    Action, BindingId, BindingKind, Definition, ExitKind, ExprId, ExprKind, Facts, FunctionKind, Operation, Place, PlaceId, Root,
    Segment, Source, StepKind, TypeId,
};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};
use rustc_hash::FxHashSet;

/// Findings of the rule that asks for `cycle`.
pub fn check(context: &Context) -> Vec<Finding> {
    if !context.words.strong.is_empty() {
        return super::ring::check(context);
    }
    let mut findings = super::finalizer::check(context);
    // What is said of exceptions and frames is true only where they keep what they went through.
    if context.words.resource.is_empty() {
        return findings;
    }
    findings.extend(frames(context));
    findings.extend(raised_again(context));
    findings.extend(context.facts.places.iter().filter_map(|(id, place)| stored(context, id, place)));
    findings.extend(context.facts.types().flat_map(|(ty, _)| rings(context, ty)));
    findings
}

/// A frame bound to a name in its own function, or kept in a field.
fn frames(context: &Context) -> Vec<Finding> {
    let facts = context.facts;
    let mut found = Vec::new();
    for (_, function) in facts.functions() {
        for &call in &function.calls {
            let path = facts.callee_path(call);
            let Some(resource) = context
                .words
                .resource
                .iter()
                .find(|one| one.kind == "frame" && one.acquire.iter().any(|make| make.fits(path, None)))
            else {
                continue;
            };
            let Some(target) = written(facts, call) else { continue };
            let own = facts.args(call).is_empty();
            let ring = match facts.binding_of(target) {
                Some(binding) if own && function.kind == FunctionKind::Named && stays(facts, binding) => true,
                None if kept_for_good(facts, target) => false,
                _ => continue,
            };
            let mut finding = context.finding(
                call,
                "a frame is kept, and with it every local variable in it".to_owned(),
                "the frame is kept here".to_owned(),
            );
            finding.evidence.push(if ring {
                Evidence::supports(Weight::Fair, "its own frame holds it, so the two form a ring")
            } else {
                Evidence::supports(Weight::Fair, "the object keeps a frame, and with it every local variable in it")
            });
            if ring {
                finding.evidence.push(Evidence::doubts(Weight::Strong, "the collector frees the ring some time after the call"));
            }
            finding.risk.clone_from(&resource.cost);
            found.push(finding.weigh(context.prior()));
        }
    }
    found
}

/// What an assignment writes whose value is this expression.
fn written(facts: &Facts, value: ExprId) -> Option<ExprId> {
    let crate::facts::Parent::Expr(parent) = facts.expr(value).parent else { return None };
    match facts.kind(parent) {
        ExprKind::Assign { target, value: Some(own), update: None, .. } if own == value => Some(target),
        _ => None,
    }
}

/// Whether a local is given one value only and never deleted.
fn stays(facts: &Facts, binding: BindingId) -> bool {
    let place = facts.places.find(&Place { root: Root::Binding(binding), path: Vec::new() });
    let gone = place.is_some_and(|place| facts.operations(place).iter().any(|operation| operation.action == Action::Delete));
    facts.binding(binding).definitions.len() == 1 && !gone
}

/// Whether a field keeps what it is given: nothing deletes it or gives it another value.
fn kept_for_good(facts: &Facts, target: ExprId) -> bool {
    let Some(place) = facts.place(target) else { return false };
    let one_field = matches!(facts.places.get(place), Place { root: Root::Instance(_), path } if path.len() == 1);
    let others =
        |operation: &Operation| operation.expr != target && matches!(operation.action, Action::Assign(_) | Action::Delete);
    one_field && !facts.operations(place).iter().any(others)
}

/// The same exception instance raised again and again: each raise adds to its traceback.
fn raised_again(context: &Context) -> Vec<Finding> {
    let facts = context.facts;
    let mut found = Vec::new();
    let mut seen = FxHashSet::default();
    for step in &facts.steps {
        let StepKind::Exit { kind: ExitKind::Raise, value: Some(value) } = step.kind else { continue };
        let Some(definition) = shared(facts, value) else { continue };
        // One instance is one fault, however many raise it.
        if !seen.insert(definition.target) {
            continue;
        }
        let Some(made) = facts.value_of(&definition).filter(|made| is_exception(facts, *made)) else { continue };
        let message = "one exception instance is raised again and again, and its traceback grows each time".to_owned();
        let mut finding = context.finding_at(step.span, facts.function_of(value), message, "raised here".to_owned());
        finding.related.push(Mark::new(Role::Declaration, facts.expr(made).span, "made once, here"));
        finding.evidence.push(
            Evidence::supports(Weight::Strong, "it is made once and lives as long as the process").at(facts.expr(made).span),
        );
        finding.evidence.extend(misuse(context, made));
        "its traceback keeps the frames of every raise, with their local variables".clone_into(&mut finding.risk);
        "Raise a new instance each time, or the class itself.".clone_into(&mut finding.recommendation);
        found.push(finding.weigh(context.prior()));
    }
    found
}

/// What says that it is raised by a program that is wrong, or by a test, and so not again and again.
fn misuse(context: &Context, made: ExprId) -> Option<Evidence> {
    let (facts, words) = (context.facts, &context.words.words);
    if facts.callee_path(made).is_some_and(|path| words.misuse.iter().any(|word| word == path)) {
        return Some(Evidence::doubts(Weight::Decisive, "it tells of a wrong call, which a program does not go on making"));
    }
    let trial =
        context.path.rsplit('/').next().map(key::split).unwrap_or_default().iter().any(|part| words.trials.contains(part));
    trial.then(|| Evidence::doubts(Weight::Decisive, "the file serves tests"))
}

/// The only definition of a module variable or of a field that all instances share, mentioned inside a function.
fn shared(facts: &Facts, value: ExprId) -> Option<Definition> {
    let place = facts.place(value)?;
    let long = match facts.places.get(place) {
        Place { root: Root::Static(_), path } => path.len() == 1,
        Place { root: Root::Binding(binding), path } => {
            let own = facts.scopes[facts.binding(*binding).scope.index()].function;
            path.is_empty() && facts.function(own).kind == FunctionKind::Module
        }
        _ => false,
    };
    let inside = facts.function(facts.function_of(value)).kind != FunctionKind::Module;
    match facts.definitions_of(place).as_slice() {
        [only] if long && inside => Some(*only),
        _ => None,
    }
}

fn is_exception(facts: &Facts, made: ExprId) -> bool {
    let callee = facts.callee(made);
    let named = |name: &str| name.ends_with("Error") || name.ends_with("Exception");
    let local = callee.constructs.is_some_and(|ty| facts.ty(ty).base_paths.iter().any(|base| named(facts.text(*base))));
    local || callee.path.is_some_and(|path| named(facts.text(path)))
}

/// A caught exception that a long-lived owner keeps.
fn stored(context: &Context, id: PlaceId, place: &Place) -> Option<Finding> {
    let facts = context.facts;
    let operation = facts.operations(id).iter().find(|operation| match operation.action {
        Action::Assign(Source::Assigned(value)) => is_caught(context, value),
        _ => false,
    })?;
    let mut evidence = match (place.root, place.path.as_slice()) {
        (Root::Instance(ty), [Segment::Field(_)]) => lasting(context, ty)?,
        (Root::Binding(binding), []) => {
            let own = facts.scopes[facts.binding(binding).scope.index()].function;
            let module = facts.function(own).kind == FunctionKind::Module && facts.function_of(operation.expr) != own;
            if !module {
                return None;
            }
            vec![Evidence::supports(Weight::Slight, "it lives as long as the process")]
        }
        _ => return None,
    };
    // Whoever raises or hands out the exception later needs it whole.
    let needed = |operation: &Operation| {
        matches!(operation.action, Action::Returned | Action::Argument { .. } | Action::Alias { .. } | Action::Stored { .. })
    };
    if facts.operations(id).iter().any(needed) || cleared(facts, id, operation) {
        return None;
    }
    let name = facts.display(id);
    let message = format!("`{name}` keeps a caught exception, and with it the frames of its whole way");
    let mut finding = context.finding(operation.expr, message, "the exception is kept here".to_owned());
    evidence.push(Evidence::supports(Weight::Slight, "nothing clears it, and its traceback is not cut off"));
    // What leaves the loop, or hands the failure on, has ended; a method that returns is called again.
    let looping = facts.loop_around(operation.expr).is_some();
    let ways: &[ExitKind] = if looping { &[ExitKind::Raise, ExitKind::Return] } else { &[ExitKind::Raise] };
    let ticks = lifetime::ticks(facts, operation.expr).is_some() && !leaves(facts, operation, ways);
    let serves =
        lifetime::serves(facts, &context.words.words, operation.function).is_some_and(|piece| piece.weight > Weight::Slight);
    let again = ticks || serves && !leaves(facts, operation, ways);
    if matches!(place.root, Root::Instance(_)) && !again {
        evidence.push(Evidence::doubts(Weight::Strong, "it may be what ended the object, kept for whoever asks"));
    }
    if !matches!(place.root, Root::Instance(_)) && is_once(context, operation) {
        evidence.push(Evidence::doubts(Weight::Decisive, "it is kept at the most once, for whoever asks later"));
    }
    finding.evidence = evidence;
    "the local variables of every frame it went through stay alive until the next failure".clone_into(&mut finding.risk);
    Some(finding.weigh(context.prior()))
}

/// Whether what keeps an exception runs once for the process: at import, or under a flag that it sets.
fn is_once(context: &Context, kept: &Operation) -> bool {
    let once = owner::runs(context.facts, &context.words.words, kept.function) == Runs::Once;
    once || owner::guarded(context.facts, kept.expr)
}

/// Whether the handler that keeps an exception leaves the function then: the failure has ended what it did.
fn leaves(facts: &Facts, kept: &Operation, ways: &[ExitKind]) -> bool {
    let span = facts.expr(kept.expr).span;
    let exits = |block: &crate::facts::Block| {
        let last = block.last().map(|last| &facts.step(*last).kind);
        facts.in_block(kept.expr, block) && matches!(last, Some(StepKind::Exit { kind, .. }) if ways.contains(kind))
    };
    facts.around(kept.expr).any(|around| match around {
        crate::facts::Around::Step(step) => match &facts.step(step).kind {
            StepKind::Try { handlers, .. } => handlers.iter().any(|handler| handler.span.contains(span) && exits(&handler.body)),
            StepKind::Branch { then, otherwise, .. } => exits(then) || exits(otherwise),
            _ => false,
        },
        crate::facts::Around::Expr(_) => false,
    })
}

fn is_caught(context: &Context, value: ExprId) -> bool {
    let facts = context.facts;
    if let Some(binding) = facts.binding_of(value) {
        let definitions = &facts.binding(binding).definitions;
        return facts.binding(binding).kind == BindingKind::Variable
            && !definitions.is_empty()
            && definitions.iter().all(|definition| definition.source == Source::Caught);
    }
    let path = facts.callee_path(value);
    context.words.resource.iter().any(|one| one.kind == "traceback" && one.acquire.iter().any(|make| make.fits(path, None)))
}

/// What says that the owner lives long; nothing if nothing does.
fn lasting(context: &Context, ty: TypeId) -> Option<Vec<Evidence>> {
    let facts = context.facts;
    let teardown = facts.ty(ty).methods.iter().find(|method| facts.function(**method).traits.is_teardown)?;
    let name = facts.text(facts.ty(ty).name);
    if key::ends_with(&context.words.words.passing, name) {
        return None;
    }
    Some(vec![
        Evidence::supports(Weight::Slight, "the owner has an end of life, so it lives a while")
            .at(facts.function(*teardown).head),
    ])
}

/// Whether the place is given something else outside of constructors.
fn cleared(facts: &Facts, id: PlaceId, kept: &Operation) -> bool {
    facts.operations(id).iter().any(|operation| {
        let own = facts.function(operation.function);
        let making = own.traits.is_constructor || own.kind == FunctionKind::Module;
        let other = matches!(operation.action, Action::Assign(Source::Assigned(value)) if facts.literal(value).is_some());
        operation.expr != kept.expr && !making && (other || operation.action == Action::Delete)
    })
}

/// A type with a finaliser whose instance stores a function that captures it.
fn rings(context: &Context, ty: TypeId) -> Vec<Finding> {
    let facts = context.facts;
    let is_finaliser = |name: &str| context.words.words.finaliser.iter().any(|word| word == name);
    let finaliser = facts
        .ty(ty)
        .methods
        .iter()
        .find(|method| facts.function(**method).name.is_some_and(|name| is_finaliser(facts.text(name))));
    let Some(finaliser) = finaliser else { return Vec::new() };
    let mut found = Vec::new();
    for (id, place) in facts.places.iter() {
        if place.root != Root::Instance(ty) || place.path.len() != 1 {
            continue;
        }
        let all = facts.operations(id);
        let [Operation { action: Action::Assign(Source::Assigned(value)), expr, function }] = all
            .iter()
            .filter(|operation| matches!(operation.action, Action::Assign(_) | Action::Delete))
            .copied()
            .collect::<Vec<_>>()[..]
        else {
            continue;
        };
        if !captures(facts, value, ty) || !lifetime::recurs(facts, &context.words.words, &[], lifetime::Life::Type, function) {
            continue;
        }
        let message = format!("`{}` closes a ring around a type with a finaliser", facts.display(id));
        let mut finding = context.finding(expr, message, "the instance stores a function that holds it".to_owned());
        finding.related.push(Mark::new(Role::Context, facts.function(*finaliser).head, "the finaliser waits for the collector"));
        finding.evidence.push(
            Evidence::supports(Weight::Fair, "the finaliser cannot run when the last user lets go")
                .at(facts.function(*finaliser).head),
        );
        let ends = |method: &&crate::facts::FunctionId| {
            let own = facts.function(**method);
            **method != *finaliser && own.traits.is_teardown && !own.name.is_some_and(|name| is_finaliser(facts.text(name)))
        };
        if facts.ty(ty).methods.iter().any(|method| ends(&method)) || resets(context, ty, *finaliser) {
            let text = "another method ends the object, and the finaliser is only a second net";
            finding.evidence.push(Evidence::doubts(Weight::Strong, text));
        }
        "what the finaliser frees stays until the garbage collector finds the ring".clone_into(&mut finding.risk);
        found.push(finding.weigh(context.prior()));
    }
    found
}

/// Whether all that a finaliser does is to call another method, which others can call as well.
fn resets(context: &Context, ty: TypeId, finaliser: crate::facts::FunctionId) -> bool {
    let facts = context.facts;
    facts.function(finaliser).calls.iter().any(|call| {
        let own = facts.callee(*call).function.is_some_and(|to| facts.ty(ty).methods.contains(&to));
        own || facts.callee(*call).receiver.is_some_and(|receiver| crate::checks::lives::callback::is_instance(facts, receiver))
    })
}

/// Whether a value is a function of the instance: a closure that mentions it, or a bound method.
fn captures(facts: &Facts, value: ExprId, ty: TypeId) -> bool {
    let instance = |place: &Place| place.root == Root::Instance(ty);
    match facts.kind(value) {
        ExprKind::Closure(closure) => {
            let span = facts.function(closure).span;
            facts.place_of.iter().any(|(expr, place)| span.contains(facts.expr(*expr).span) && instance(facts.places.get(*place)))
        }
        ExprKind::Field { name, .. } => {
            // A decorated method may be a property: what is read there is a value.
            let plain = facts.method(ty, facts.text(name)).is_some_and(|method| facts.function(method).decorators.is_empty());
            let own = |place: &Place| instance(place) && place.path.len() == 1;
            plain && facts.place(value).is_some_and(|place| own(facts.places.get(place)))
        }
        _ => false,
    }
}
