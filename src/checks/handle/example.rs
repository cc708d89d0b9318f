//! What the file itself shows to need a release: one function closes what a call has opened, another opens the same and
//! does not.

use crate::checks::Context;
use crate::checks::lives::kept;
use crate::facts::{BindingId, BindingKind, ExprId, ExprKind, Facts, FunctionId, Name, Parent, StepKind};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};

/// A local that is given the value of an opening call, and stays in its function.
struct Opened<'a> {
    call: ExprId,
    name: BindingId,
    /// What is called, as it is written.
    opener: String,
    /// Where it is let go.
    release: Option<(ExprId, &'a str)>,
}

/// Findings about locals whose like is released elsewhere in the file.
pub fn check(context: &Context) -> Vec<Finding> {
    let facts = context.facts;
    let words = &context.words;
    if words.opener.is_empty() {
        return Vec::new();
    }
    let locals = facts.bindings.iter().enumerate().filter(|(_, binding)| binding.kind == BindingKind::Variable);
    let all: Vec<Opened> = locals.filter_map(|(at, _)| opened(context, BindingId(at as u32))).collect();
    let open = all.iter().filter(|one| one.release.is_none());
    open.filter_map(|one| {
        let twin = all.iter().find(|other| other.opener == one.opener && other.release.is_some())?;
        Some(tell(context, one, twin))
    })
    .collect()
}

fn opened<'a>(context: &Context<'a>, name: BindingId) -> Option<Opened<'a>> {
    let facts = context.facts;
    let binding = facts.binding(name);
    let call = facts.peeled(kept::only_value(facts, &binding.definitions)?);
    let callee = facts.callee(call);
    let verb = callee.name.map(|name| facts.text(name))?;
    // What the vocabulary knows is judged by it.
    let known = context.words.tables().acquire.find(facts.callee_path(call), facts.method_name(call)).is_some();
    if known || facts.function_of(call) == FunctionId(0) || !context.words.opener.iter().any(|word| word == verb) {
        return None;
    }
    let opener = written(facts, callee.receiver?)? + "." + verb;
    let mut release = None;
    for mention in binding.uses.iter().copied().filter(|at| !is_target(facts, *at)) {
        match used(context, mention)? {
            Use::Releases(verb) => release = Some((mention, verb)),
            Use::Works => {}
        }
    }
    // A local of a test, or of a function that hands out closures over it, is somebody else's matter.
    let own = facts.function_of(call);
    let tests = facts.enclosing(own).any(|id| facts.function(id).traits.is_test);
    (!tests && !binding.uses.iter().any(|at| outlives(facts, own, *at))).then_some(Opened { call, name, opener, release })
}

enum Use<'a> {
    Releases(&'a str),
    Works,
}

/// What a mention of the local does with it, unless it leaves the function there.
fn used<'a>(context: &Context<'a>, mention: ExprId) -> Option<Use<'a>> {
    let facts = context.facts;
    let Parent::Expr(parent) = facts.expr(mention).parent else { return None };
    let ExprKind::Field { name, .. } = facts.kind(parent) else { return None };
    let Parent::Expr(call) = facts.expr(parent).parent else { return None };
    match facts.kind(call) {
        ExprKind::Call { callee, .. } if callee == parent => {}
        _ => return None,
    }
    let verb = facts.text(name);
    let releases = context.words.resource.iter().flat_map(|resource| &resource.release).chain(&context.words.release);
    if releases.into_iter().any(|word| word == verb) {
        return Some(Use::Releases(verb));
    }
    // What a method returns may hold on to it, unless it is waited for or dropped.
    let apart = match facts.expr(call).parent {
        Parent::Step(step) => matches!(facts.step(step).kind, StepKind::Evaluate(_)),
        Parent::Expr(outer) => matches!(facts.kind(outer), ExprKind::Await(_)),
        Parent::None => false,
    };
    let closure = || facts.args(call).iter().any(|arg| facts.binding_of(*arg).is_some());
    let returned = || {
        let step = facts.step_of(call).map(|step| &facts.step(step).kind);
        matches!(step, Some(StepKind::Exit { .. })) && closure()
    };
    (apart || returned()).then_some(Use::Works)
}

fn is_target(facts: &Facts, mention: ExprId) -> bool {
    let Parent::Expr(parent) = facts.expr(mention).parent else { return false };
    matches!(facts.kind(parent), ExprKind::Assign { target, .. } if target == mention)
}

/// Whether a mention stands in a function that may run when the one that opens is over.
fn outlives(facts: &Facts, own: FunctionId, mention: ExprId) -> bool {
    facts.enclosing(facts.function_of(mention)).take_while(|id| *id != own).any(|id| {
        let Some(made) = facts.closure_expr(id) else { return false };
        match facts.expr(made).parent {
            Parent::Expr(holder) => match facts.kind(holder) {
                ExprKind::Call { .. } => false,
                ExprKind::Assign { target, .. } => facts.binding_of(target).is_none_or(|name| is_handed(facts, name)),
                _ => true,
            },
            Parent::Step(_) | Parent::None => true,
        }
    })
}

/// Whether a function is used in another way than by calling it.
fn is_handed(facts: &Facts, name: BindingId) -> bool {
    facts.binding(name).uses.iter().filter(|at| !is_target(facts, **at)).any(|at| match facts.expr(*at).parent {
        Parent::Expr(parent) => !matches!(facts.kind(parent), ExprKind::Call { callee, .. } if callee == *at),
        Parent::Step(_) | Parent::None => true,
    })
}

/// A receiver as it is written, if it is a way of names.
fn written(facts: &Facts, expr: ExprId) -> Option<String> {
    let name = |name: Name| facts.text(name).to_owned();
    match facts.kind(expr) {
        ExprKind::This => Some(facts.instance.clone()),
        ExprKind::Name { name: own, .. } => Some(name(own)),
        ExprKind::Field { base, name: own } => Some(written(facts, base)? + "." + facts.text(own)),
        _ => None,
    }
}

fn tell(context: &Context, one: &Opened, twin: &Opened) -> Finding {
    let facts = context.facts;
    let name = facts.text(facts.binding(one.name).name);
    let (at, verb) = twin.release.unwrap_or((twin.call, "close"));
    let message = format!("`{name}` is opened by `{}` and never released, as another function does with its own", one.opener);
    let mut finding = context.finding(one.call, message, "opened here".to_owned());
    finding.related.push(Mark::new(Role::Acquire, facts.expr(twin.call).span, "opened in the same way here"));
    finding.related.push(Mark::new(Role::Release, facts.expr(at).span, format!("and released here by `{verb}`")));
    "each call leaves one open".clone_into(&mut finding.risk);
    finding.recommendation = format!("call `{name}.{verb}()` in a `finally`");
    let text = format!("another function calls `{verb}` on what the same call gives it");
    finding.evidence.push(Evidence::supports(Weight::Fair, text).at(facts.expr(at).span));
    finding.evidence.push(Evidence::supports(Weight::Slight, format!("`{name}` does not leave its function")));
    finding.weigh(context.prior())
}
