//! A clean-up that can run before the handle is there: it asks whether there is one, and the step that waits sets it all
//! the same.

use crate::checks::Context;
use crate::checks::lives::callback;
use crate::checks::lives::kept;
use crate::checks::lives::key;
use crate::checks::lives::life::{self, Start};
use crate::checks::lives::owner;
use crate::facts::{
    BindingId, BindingKind, Definition, ExprId, ExprKind, Facts, FunctionId, FunctionKind, Literal, Parent, PlaceId, Root, Source,
};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};

/// Findings about the variables of functions that return a clean-up.
pub fn check(context: &Context) -> Vec<Finding> {
    let facts = context.facts;
    if context.words.chain.is_empty() {
        return Vec::new();
    }
    let variables = facts.bindings.iter().enumerate().filter(|(_, binding)| binding.kind == BindingKind::Variable);
    variables.filter_map(|(at, _)| judge(context, BindingId(at as u32))).collect()
}

fn judge(context: &Context, handle: BindingId) -> Option<Finding> {
    let facts = context.facts;
    let begin = facts.scopes[facts.binding(handle).scope.index()].function;
    if facts.function(begin).kind == FunctionKind::Module || facts.function(begin).traits.is_async {
        return None;
    }
    let set = only_set(facts, handle)?;
    let setter = facts.function_of(set.target);
    let waited = waiting(context, begin, setter, set.target)?;
    let ends = life::returned(facts, begin).into_iter().filter_map(|value| callback::function_behind(facts, value));
    let end = ends.into_iter().find(|end| within(facts, *end, begin) && !within(facts, setter, *end))?;
    let release = facts
        .binding(handle)
        .uses
        .iter()
        .copied()
        .find(|at| within(facts, facts.function_of(*at), end) && is_release(context, *at))?;
    let told = owner::conditional(facts, set.target) || shares(facts, begin, (setter, end), handle);
    (!told).then(|| tell(context, handle, begin, (set.target, release, waited)))
}

/// The one assignment that gives a variable more than nothing.
fn only_set(facts: &Facts, handle: BindingId) -> Option<Definition> {
    let gives = |definition: &&Definition| match definition.source {
        Source::Assigned(value) => facts.literal(value) != Some(Literal::Null),
        Source::Declared(_) => false,
        Source::Caught => facts.step_of(definition.target).is_none(),
        _ => true,
    };
    let mut all = facts.binding(handle).definitions.iter().filter(gives);
    match (all.next(), all.next()) {
        (Some(only), None) => kept::given(only.source).filter(|value| is_made(facts, *value)).map(|_| *only),
        _ => None,
    }
}

/// Whether a value is made by a call, or handed to a callback.
fn is_made(facts: &Facts, value: ExprId) -> bool {
    let handed = |binding| matches!(facts.binding(binding).kind, BindingKind::Parameter(_));
    matches!(facts.kind(facts.peeled(value)), ExprKind::Call { .. }) || facts.binding_of(value).is_some_and(handed)
}

fn within(facts: &Facts, inner: FunctionId, outer: FunctionId) -> bool {
    facts.enclosing(inner).any(|id| id == outer)
}

/// What the assignment waits for: the call that is given the function in which it stands, or an `await` before it.
fn waiting(context: &Context, begin: FunctionId, setter: FunctionId, at: ExprId) -> Option<ExprId> {
    let facts = context.facts;
    if !within(facts, setter, begin) {
        return None;
    }
    let inside = facts.enclosing(setter).take_while(|id| *id != begin);
    let chained = |id: FunctionId| {
        let Parent::Expr(call) = facts.expr(facts.function(id).made?).parent else { return None };
        let waits = context.words.chain.iter().any(|word| Some(word.as_str()) == facts.method_name(call));
        waits.then_some(call)
    };
    let awaited = || {
        let own = facts.function(setter).traits.is_async && setter != begin;
        let before = |(_, expr): &(usize, &crate::facts::Expr)| {
            matches!(expr.kind, ExprKind::Await(_))
                && expr.span.end <= facts.expr(at).span.start
                && facts.scopes[expr.scope.index()].function == setter
        };
        own.then(|| facts.exprs.iter().enumerate().find(before).map(|(id, _)| ExprId(id as u32))).flatten()
    };
    inside.into_iter().find_map(chained).or_else(awaited).or_else(|| awaited_value(facts, setter, begin, at))
}

/// `handle = await open()`: the assignment itself waits.
fn awaited_value(facts: &Facts, setter: FunctionId, begin: FunctionId, at: ExprId) -> Option<ExprId> {
    let Parent::Expr(assign) = facts.expr(at).parent else { return None };
    match facts.kind(assign) {
        ExprKind::Assign { value: Some(value), .. } if setter != begin => {
            matches!(facts.kind(value), ExprKind::Await(_)).then_some(value)
        }
        _ => None,
    }
}

/// Whether a mention of a handle lets it go: a method that says so, a call of it, or a function that is told to.
fn is_release(context: &Context, mention: ExprId) -> bool {
    let (facts, words) = (context.facts, &context.words.words);
    let ending = |name: &str| {
        key::starts_with(&words.ending, name) || context.words.release.iter().any(|word| name.starts_with(word.as_str()))
    };
    let Parent::Expr(parent) = facts.expr(mention).parent else { return false };
    match facts.kind(parent) {
        ExprKind::Call { callee, .. } if callee == mention => true,
        ExprKind::Call { .. } => facts.callee_name(parent).is_some_and(ending),
        ExprKind::Field { name, .. } => {
            let called = matches!(facts.expr(parent).parent, Parent::Expr(call)
                if matches!(facts.kind(call), ExprKind::Call { callee, .. } if callee == parent));
            called && ending(facts.text(name))
        }
        _ => false,
    }
}

/// Whether the clean-up and the step that waits have anything else in common, by which one could tell the other.
fn shares(facts: &Facts, begin: FunctionId, (setter, end): (FunctionId, FunctionId), handle: BindingId) -> bool {
    // What leads to the setter counts as well: a condition may stand there.
    let late: Vec<FunctionId> = facts.enclosing(setter).take_while(|id| *id != begin).collect();
    let in_late = |at: ExprId| late.iter().any(|id| facts.function_of(at) == *id);
    let in_end = |at: ExprId| within(facts, facts.function_of(at), end);
    let variable = facts.bindings.iter().enumerate().any(|(at, binding)| {
        let outside = facts.scopes[binding.scope.index()].function;
        BindingId(at as u32) != handle
            && matches!(binding.kind, BindingKind::Variable | BindingKind::Parameter(_))
            && within(facts, begin, outside)
            && binding.uses.iter().any(|mention| in_late(*mention))
            && binding.uses.iter().any(|mention| in_end(*mention))
    });
    let field = |id: PlaceId| {
        matches!(facts.places.get(id).root, Root::Instance(_) | Root::Static(_))
            && facts.operations(id).iter().any(|operation| in_late(operation.expr))
            && facts.operations(id).iter().any(|operation| in_end(operation.expr))
    };
    variable || facts.places.iter().any(|(id, _)| field(id))
}

fn tell(context: &Context, handle: BindingId, begin: FunctionId, (set, release, waited): (ExprId, ExprId, ExprId)) -> Finding {
    let facts = context.facts;
    let name = facts.text(facts.binding(handle).name);
    let message = format!("the clean-up can come before `{name}` is set, and nothing lets go of it then");
    let mut finding = context.finding(set, message, "set when the waiting is over".to_owned());
    finding.related.push(Mark::new(Role::Release, facts.expr(release).span, "let go here, if it is there already"));
    finding.related.push(Mark::new(Role::Context, facts.expr(waited).span, "waited for"));
    "whatever ends while it waits leaves what it was waiting for registered, with all that this refers to"
        .clone_into(&mut finding.risk);
    "set a flag in the clean-up and look at it after the wait: if it is set, do not begin, or let go of the handle at once"
        .clone_into(&mut finding.recommendation);
    finding.evidence.push(
        Evidence::supports(Weight::Fair, "nothing tells the step that waits that the clean-up has run")
            .at(facts.expr(release).span),
    );
    let given = facts.closure_expr(begin).is_some_and(|made| match facts.expr(made).parent {
        Parent::Expr(call) => {
            life::start(facts, &context.words.words, begin) == Start::Effect
                || facts.callee_name(call).is_some_and(|name| context.words.pending.iter().any(|word| word == name))
        }
        _ => false,
    });
    finding.evidence.push(if given {
        Evidence::supports(Weight::Slight, "its framework calls the clean-up at any time").at(facts.function(begin).head)
    } else {
        Evidence::doubts(Weight::Fair, "nothing says how soon the clean-up can come").at(facts.function(begin).head)
    });
    finding.weigh(context.prior())
}
