//! A clean-up that releases what an earlier round of its component had: the state it reads is older than what the effect
//! has put there.

use super::kept;
use super::life::{self, Start};
use crate::checks::Context;
use crate::facts::{BindingId, ExprId, ExprKind, Facts, FunctionId, Parent, Source};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};
use crate::rules::{Resource, Words};

/// The finding about a resource that an effect puts into a state, and that its clean-up looks for in the state it was born with.
pub fn check(context: &Context, resource: &Resource, call: ExprId) -> Option<Finding> {
    let facts = context.facts;
    let (state, at) = release(facts, &context.words.words, resource, call)?;
    let (name, kind) = (facts.text(facts.binding(state).name), &resource.kind);
    let message = format!("the clean-up releases what `{name}` was before, and not this {kind}");
    let mut finding = context.finding(call, message, format!("the {kind} is made here"));
    finding.related.push(Mark::new(
        Role::Release,
        facts.expr(at).span,
        format!("`{name}` is the value of an earlier round here"),
    ));
    finding.risk.clone_from(&resource.cost);
    finding.recommendation = format!("keep the {kind} in a constant of the effect, and release that constant in the clean-up");
    let text = format!("the effect does not run anew when `{name}` changes, so its clean-up never sees this {kind}");
    finding.evidence.push(Evidence::supports(Weight::Strong, text).at(facts.expr(at).span));
    Some(finding.weigh(context.prior()))
}

/// The release in the clean-up of an effect which is given the state that the effect has just replaced by this resource.
fn release(facts: &Facts, words: &Words, resource: &Resource, call: ExprId) -> Option<(BindingId, ExprId)> {
    let span = life::span(facts, words, facts.function_of(call)).filter(|span| span.start == Start::Effect)?;
    let state = state_of(facts, call)?;
    let inside = |at: ExprId| span.ends.iter().any(|end| facts.enclosing(facts.function_of(at)).any(|id| id == *end));
    let name = facts.bindings.iter().enumerate().find_map(|(at, binding)| {
        let own = binding.definitions.iter().any(|one| matches!(one.source, Source::Unpacked(value, 0) if value == state));
        own.then_some(BindingId(at as u32))
    })?;
    let outside = !facts.enclosing(facts.scopes[facts.binding(name).scope.index()].function).any(|id| id == span.begin);
    let released = facts.binding(name).uses.iter().copied().find(|at| inside(*at) && lets_go(facts, resource, *at))?;
    (outside && !depends(facts, span.begin, name)).then_some((name, released))
}

/// The call that makes a state and its setter, if a value is given to that setter, by itself or by a name.
fn state_of(facts: &Facts, value: ExprId) -> Option<ExprId> {
    if let Parent::Expr(setter) = facts.expr(value).parent
        && let ExprKind::Call { callee, .. } = facts.kind(setter)
        && callee != value
    {
        let binding = facts.binding(facts.binding_of(callee)?);
        return binding.definitions.iter().find_map(|one| match one.source {
            Source::Unpacked(state, 1) => Some(state),
            _ => None,
        });
    }
    let kept::Fate::Kept(target) = kept::fate(facts, value) else { return None };
    let uses = &facts.binding(facts.binding_of(target)?).uses;
    uses.iter().filter(|at| **at != target).find_map(|at| match facts.kind(*at) {
        ExprKind::Name { .. } if *at != value => state_of_mention(facts, *at),
        _ => None,
    })
}

fn state_of_mention(facts: &Facts, mention: ExprId) -> Option<ExprId> {
    match facts.expr(mention).parent {
        Parent::Expr(call) if matches!(facts.kind(call), ExprKind::Call { callee, .. } if callee != mention) => {
            state_of(facts, mention)
        }
        _ => None,
    }
}

/// Whether a mention lets go of a resource.
fn lets_go(facts: &Facts, resource: &Resource, mention: ExprId) -> bool {
    let Parent::Expr(parent) = facts.expr(mention).parent else { return false };
    match facts.kind(parent) {
        ExprKind::Call { callee, .. } if callee != mention => {
            let (path, method) = (facts.callee_path(parent), facts.method_name(parent));
            resource.release_by.iter().any(|word| word.fits(path, method))
        }
        ExprKind::Field { name, .. } => resource.release.iter().any(|word| word == facts.text(name)),
        _ => false,
    }
}

/// Whether an effect runs anew when this state changes, so that its clean-up has seen it.
fn depends(facts: &Facts, effect: FunctionId, name: BindingId) -> bool {
    let Some(Parent::Expr(call)) = facts.closure_expr(effect).map(|made| facts.expr(made).parent) else { return true };
    match facts.positional(call, 1).map(|list| facts.kind(list)) {
        Some(ExprKind::Collection { items, .. }) => facts.list(items).iter().any(|item| facts.binding_of(*item) == Some(name)),
        // Without a list it runs with every change.
        _ => true,
    }
}
