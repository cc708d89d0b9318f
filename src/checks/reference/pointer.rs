//! Values that become raw pointers, and where the pointers go.

use super::forgotten::{article, cost, names, once};
use crate::checks::Context;
use crate::checks::lives::key;
use crate::facts::{Action, ExprId, ExprKind, Facts, FunctionKind, Operation, Parent, PlaceId, Root, Segment, StepKind, TypeId};
use crate::finding::{Evidence, Finding, Weight};
use crate::rules::Resource;

/// How many functions of the file are followed in a row.
const HOPS: u32 = 3;

/// Where a raw pointer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// To somebody who may free it.
    Given,
    /// Into a field of this type.
    Field(TypeId),
    /// To a foreign function, which can look at it and does not know how it was allocated.
    Lent(ExprId),
    /// Nowhere.
    Dropped,
}

/// A value becomes a raw pointer, and nothing in the file makes a value of such a pointer again.
pub fn check(context: &Context, resource: &Resource, call: ExprId) -> Option<Finding> {
    let facts = context.facts;
    let back = |path: &str| resource.release_by.iter().any(|word| word.fits(Some(path), path.rsplit('.').next()));
    let taken_back = facts.callees.keys().any(|other| facts.callee_path(*other).is_some_and(back))
        || facts.exprs.iter().any(|expr| names(facts, resource, &expr.kind));
    if taken_back || once(context, facts.function_of(call)) {
        return None;
    }
    let evidence = match fate(context, call, HOPS) {
        Fate::Given => return None,
        Fate::Field(ty) if ends(facts, ty) => return None,
        // Only what no library knows how to free is surely nobody else's after the call.
        Fate::Lent(_) if !resource.foreign => return None,
        Fate::Field(ty) => {
            let name = facts.text(facts.ty(ty).name);
            Evidence::supports(Weight::Fair, format!("a `{name}` keeps the pointer and has no destructor")).at(facts.ty(ty).head)
        }
        Fate::Lent(to) => {
            let name = facts.callee_name(to).unwrap_or("a foreign function");
            Evidence::supports(Weight::Fair, format!("`{name}` gets the pointer and cannot free it, and then it is gone"))
                .at(facts.expr(to).span)
        }
        Fate::Dropped => Evidence::supports(Weight::Strong, "the pointer goes nowhere else"),
    };
    let message = format!("{} is turned into a raw pointer that nothing takes back", article(&resource.kind));
    let mut finding = context.finding(call, message, "ownership ends here".to_owned());
    cost(resource, &mut finding);
    finding.evidence.push(evidence);
    finding.evidence.push(Evidence::supports(Weight::Slight, "nothing in this file makes a value of such a pointer again"));
    Some(finding.weigh(context.prior()))
}

fn fate(context: &Context, value: ExprId, hops: u32) -> Fate {
    let facts = context.facts;
    match facts.expr(value).parent {
        Parent::Step(step) => match facts.step(step).kind {
            StepKind::Evaluate(_) => Fate::Dropped,
            StepKind::Exit { .. } => returned(context, value, hops),
            _ => Fate::Given,
        },
        Parent::Expr(parent) => match facts.kind(parent) {
            _ if facts.wraps.get(&parent) == Some(&value) => fate(context, parent, hops),
            ExprKind::Try(_) => fate(context, parent, hops),
            ExprKind::Assign { target, .. } => assigned(context, target),
            ExprKind::Named { .. } => match facts.expr(parent).parent {
                Parent::Expr(made) => facts.callee(made).constructs.map_or_else(|| inside(context, made), Fate::Field),
                _ => Fate::Given,
            },
            ExprKind::Call { .. } if is_foreign(context, parent) => Fate::Lent(parent),
            _ => Fate::Given,
        },
        Parent::None => Fate::Given,
    }
}

/// What the callers of a function do with what it returns, if all of them stand in this file.
fn returned(context: &Context, value: ExprId, hops: u32) -> Fate {
    let facts = context.facts;
    let function = facts.function_of(value);
    let own = facts.function(function);
    let (Some(hops), Some(name), FunctionKind::Named) = (hops.checked_sub(1), own.name, own.kind) else { return Fate::Given };
    let elsewhere = context.project.callers(&facts.language, facts.text(name));
    if own.owner.is_some() || elsewhere.iter().any(|(file, _)| file.path != context.path) {
        return Fate::Given;
    }
    let mut calls = facts.function(function).callers.clone();
    calls.sort_unstable();
    let Some(first) = calls.first() else { return Fate::Given };
    let known = fate(context, *first, hops);
    let lost = |call: &ExprId| matches!(fate(context, *call, hops), Fate::Lent(_) | Fate::Dropped);
    if calls.iter().all(lost) { known } else { Fate::Given }
}

/// What becomes of a foreign record that has the pointer in a field.
fn inside(context: &Context, made: ExprId) -> Fate {
    let facts = context.facts;
    match facts.expr(made).parent {
        Parent::Expr(assign) => match facts.kind(assign) {
            ExprKind::Assign { target, .. } => assigned(context, target),
            _ => Fate::Given,
        },
        _ => Fate::Given,
    }
}

fn assigned(context: &Context, target: ExprId) -> Fate {
    let facts = context.facts;
    let Some(place) = facts.place(target) else { return Fate::Given };
    match (facts.places.get(place).root, facts.places.get(place).path.as_slice()) {
        (Root::Instance(ty), [Segment::Field(_)]) => Fate::Field(ty),
        (Root::Binding(_), []) => local(context, place),
        _ => Fate::Given,
    }
}

/// What is done with a variable that has the pointer.
fn local(context: &Context, place: PlaceId) -> Fate {
    let facts = context.facts;
    let mut known = Fate::Dropped;
    for Operation { action, expr, .. } in facts.operations(place) {
        known = match action {
            Action::Assign(_) | Action::Read | Action::Tested => known,
            Action::Argument { call, .. } if is_foreign(context, *call) => Fate::Lent(*call),
            // Borrowed for a call, the record is lent as well.
            _ => match facts.expr(*expr).parent {
                Parent::Expr(lent) if matches!(facts.kind(lent), ExprKind::Call { .. }) && is_foreign(context, lent) => {
                    Fate::Lent(lent)
                }
                _ => return Fate::Given,
            },
        };
    }
    known
}

/// Whether a call reaches code in another language that keeps nothing of what it is given, to judge by its name.
fn is_foreign(context: &Context, call: ExprId) -> bool {
    let facts = context.facts;
    let Some(name) = facts.callee_name(call) else { return false };
    let callee = facts.callee(call);
    let ExprKind::Call { callee: named, .. } = facts.kind(call) else { return false };
    // A name that nothing declares stands in an `extern` block, unless a module is imported as a whole.
    let undeclared = matches!(facts.kind(named), ExprKind::Name { binding: None, .. })
        && facts.globs.is_empty()
        && name.starts_with(char::is_lowercase)
        && !facts.wraps.contains_key(&call);
    let listed = context.words.borrower.iter().any(|word| word.fits(facts.callee_path(call), None));
    let keeps =
        key::split(name).iter().any(|word| context.words.words.adding.contains(word) || context.words.words.setup.contains(word));
    (undeclared || listed) && callee.function.is_none() && !keeps
}

/// Whether a type has a destructor, or any other end of life.
fn ends(facts: &Facts, ty: TypeId) -> bool {
    facts.ty(ty).methods.iter().any(|method| facts.function(*method).traits.is_teardown)
}
