//! Buffers of bare bytes into which values are written whose type is known to nobody afterwards.

use super::{reclaim, uninit};
use crate::checks::Context;
use crate::facts::{BindingKind, ExprId, ExprKind, Facts, FunctionId, TypeId};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};

/// What moves a value to where a pointer points.
const WRITES: [&str; 2] = ["write", "write_unaligned"];

/// Types without a destructor that keep values of their callers in a buffer of bytes that drops nothing.
pub fn check(context: &Context) -> Vec<Finding> {
    let facts = context.facts;
    let buffers = facts.declared_fields().filter(|(ty, _, declared)| is_bytes(facts, *declared) && !uninit::ends(context, *ty));
    buffers.filter_map(|(ty, _, declared)| judge(context, ty, declared)).collect()
}

fn judge(context: &Context, ty: TypeId, declared: ExprId) -> Option<Finding> {
    let facts = context.facts;
    let written = facts.ty(ty).methods.iter().find_map(|method| writes(facts, *method))?;
    if reclaim::by_destructor(context) || facts.ty(ty).methods.iter().any(|method| called_at_end(context, *method)) {
        return None;
    }
    let name = facts.text(facts.ty(ty).name);
    let message = format!("a `{name}` keeps values as bare bytes and has no destructor, so those still in it are never dropped");
    let mut finding = context.finding(declared, message, "what is written here is never dropped".to_owned());
    finding.related.push(Mark::new(Role::Acquire, context.span(written), "a value of any type is written into it"));
    let text = "no destructor takes the values out, and the type has none";
    finding.evidence.push(Evidence::supports(Weight::Fair, text).at(facts.ty(ty).head));
    finding.risk = format!("what the values own is never freed when a `{name}` goes");
    Some(finding.weigh(context.prior()))
}

/// Whether a declared type is room for bytes that nothing has been written to yet.
fn is_bytes(facts: &Facts, declared: ExprId) -> bool {
    let names = uninit::names(facts, declared);
    let last = |word: &str| names.as_ref().is_some_and(|names| names.contains(&word));
    last("MaybeUninit") && last("u8")
}

/// The call by which a method moves what its caller chose the type of to where a pointer points.
fn writes(facts: &Facts, method: FunctionId) -> Option<ExprId> {
    let function = facts.function(method);
    let chosen = |annotation: ExprId| {
        uninit::names(facts, annotation).is_some_and(|names| names.iter().any(|name| uninit::is_chosen(name)))
    };
    let given: Vec<ExprId> = function
        .params
        .iter()
        .filter(|param| param.annotation.is_some_and(chosen))
        .map(|param| facts.binding(param.binding))
        .filter(|binding| matches!(binding.kind, BindingKind::Parameter(_)))
        .flat_map(|binding| binding.uses.iter().copied())
        .collect();
    let moves = |call: &&ExprId| {
        let name = facts.callee_name(**call).is_some_and(|name| WRITES.contains(&name));
        let ExprKind::Call { args, .. } = facts.kind(**call) else { return false };
        name && facts.list(args).iter().any(|arg| given.iter().any(|at| holds(facts, *arg, *at)))
    };
    function.calls.iter().find(moves).copied()
}

fn holds(facts: &Facts, outer: ExprId, inner: ExprId) -> bool {
    facts.expr(outer).span.contains(facts.expr(inner).span)
}

/// Whether a destructor of the project calls a method by this name.
fn called_at_end(context: &Context, method: FunctionId) -> bool {
    let facts = context.facts;
    let Some(name) = facts.function(method).name else { return false };
    let callers = context.project.callers(&facts.language, facts.text(name));
    callers.iter().any(|(file, caller)| caller.function.is_some_and(|by| file.text(by) == "drop"))
}
