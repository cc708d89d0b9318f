//! An iterator around another one, whose `return` does not reach the one inside: whoever stops early stops nobody.

use crate::checks::Context;
use crate::checks::lives::callback;
use crate::checks::lives::owner;
use crate::facts::{BindingId, CollectionKind, ExprId, ExprKind, Facts, FunctionId, Parent};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};
use rustc_hash::FxHashSet;

/// Findings about object literals that are iterators and draw from another one.
pub fn check(context: &Context) -> Vec<Finding> {
    let facts = context.facts;
    if context.words.chain.is_empty() {
        return Vec::new();
    }
    let literals = facts
        .exprs
        .iter()
        .enumerate()
        .filter(|(_, expr)| matches!(expr.kind, ExprKind::Collection { kind: CollectionKind::Map, .. }));
    literals.filter_map(|(at, _)| judge(context, ExprId(at as u32))).collect()
}

fn judge(context: &Context, object: ExprId) -> Option<Finding> {
    let facts = context.facts;
    let (next, stop) = (method(facts, object, "next")?, method(facts, object, "return")?);
    let drawn = owner::reach(facts, None, &[next]);
    let (inner, call) = source(context, object, &drawn)?;
    let stopping = owner::reach(facts, None, &[stop]);
    let told = facts.binding(inner).uses.iter().any(|at| stopping.contains(&facts.function_of(*at)));
    let kept = facts.binding(inner).uses.iter().any(|at| ends(facts, *at));
    (!told && !kept).then(|| tell(context, stop, inner, call))
}

/// The function that an object literal has under a name.
fn method(facts: &Facts, object: ExprId, wanted: &str) -> Option<FunctionId> {
    let ExprKind::Collection { items, .. } = facts.kind(object) else { return None };
    facts.list(items).iter().find_map(|item| match facts.kind(*item) {
        ExprKind::Pair { key, value } => match facts.kind(key) {
            ExprKind::Name { name, .. } if facts.text(name) == wanted => callback::function_behind(facts, value),
            _ => None,
        },
        ExprKind::Named { name, value } if facts.text(name) == wanted => callback::function_behind(facts, value),
        _ => None,
    })
}

/// The variable around an iterator from which it draws, waiting for each item.
fn source(context: &Context, object: ExprId, drawn: &FxHashSet<FunctionId>) -> Option<(BindingId, ExprId)> {
    let facts = context.facts;
    let mut inside: Vec<FunctionId> = drawn.iter().copied().collect();
    inside.sort_unstable();
    let calls = inside.iter().flat_map(|function| facts.function(*function).calls.iter().copied());
    calls.into_iter().find_map(|call| {
        let callee = facts.callee(call);
        let binding = facts.binding_of(callee.receiver?)?;
        let outside = facts.scopes[facts.binding(binding).scope.index()].function;
        let around = facts.enclosing(facts.function_of(object)).any(|id| id == outside) && outside != FunctionId(0);
        (facts.callee_name(call) == Some("next") && around && waits(context, call)).then_some((binding, call))
    })
}

/// Whether the value of a call is yet to come: it is awaited, or something is chained to it.
fn waits(context: &Context, call: ExprId) -> bool {
    let facts = context.facts;
    match facts.expr(call).parent {
        Parent::Expr(parent) => match facts.kind(parent) {
            ExprKind::Await(_) => true,
            ExprKind::Field { name, .. } => context.words.chain.iter().any(|word| word == facts.text(name)),
            _ => false,
        },
        Parent::Step(_) | Parent::None => false,
    }
}

/// Whether a mention of an iterator ends it: `inner.return()`, or a loop over it.
fn ends(facts: &Facts, mention: ExprId) -> bool {
    match facts.expr(mention).parent {
        Parent::Expr(parent) => matches!(facts.kind(parent), ExprKind::Field { name, .. } if facts.text(name) == "return"),
        _ => false,
    }
}

fn tell(context: &Context, stop: FunctionId, inner: BindingId, call: ExprId) -> Finding {
    let facts = context.facts;
    let name = facts.text(facts.binding(inner).name);
    let head = facts.function(stop).head;
    let message = format!("stopping this iterator does not stop `{name}`, from which it draws");
    let mut finding = context.finding_at(head, stop, message, "this answers, and tells nobody".to_owned());
    finding.related.push(Mark::new(Role::Context, facts.expr(call).span, format!("drawn from `{name}` here")));
    finding.risk = format!("whoever stops early leaves `{name}` with all that it has subscribed to or opened");
    finding.recommendation = format!("let `return` and `throw` call those of `{name}` and hand on what they answer");
    finding.evidence.push(
        Evidence::supports(Weight::Fair, format!("`return` does not mention `{name}`, and nothing else calls its `return`"))
            .at(head),
    );
    finding.weigh(context.prior())
}
