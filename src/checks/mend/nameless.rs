//! A handle without a name is given one by a managed region around the statement that uses it.

use super::{Mender, frozen, manage, taint};
use crate::facts::{Around, ExitKind, ExprId, ExprKind, Facts, LoopKind, Operator, Parent, StepId, StepKind};
use crate::finding::{Edit, Fix, Safety};
use crate::source::Span;

/// `use(open(…))` becomes a region around `use(name)`.
pub fn fix(mender: &Mender, call: ExprId) -> Option<Fix> {
    let (facts, layout) = (mender.context.facts, &mender.layout);
    let step = facts.step_of(call)?;
    let span = facts.step(step).span;
    let function = facts.function_of(call);
    // A region around nothing would release it before what it is kept for.
    if is_idle(facts, call)
        || !is_plain(facts, step, call)
        || !runs_once(facts, call)
        || facts.function_of_step(facts.step(step)) != function
    {
        return None;
    }
    let resource = manage::resource(mender, call)?;
    let needs = taint::of_value(mender, resource, call, function)?;
    if needs.mentions.iter().any(|mention| !span.contains(*mention)) {
        return None;
    }
    let head = manage::head(mender, call, false)?;
    let name = mender.name_for(&resource.kind, function)?;
    let end = mender.end_of(step);
    if !layout.begins(span.start) || !manage::comment(mender, layout.rest(end)) {
        return None;
    }
    let start = layout.start(span.start);
    let frozen = mender.frozen(Span::new(start, end));
    let inside = frozen.iter().any(|text| text.contains(facts.expr(call).span));
    if inside || frozen::counts_white_space(mender, Span::new(start, end), &frozen) {
        return None;
    }
    let at = facts.expr(call).span;
    let step = layout.step(span.start);
    let before = match Span::new(start, at.start) {
        // The statement begins with it.
        before if before.slice(mender.text).trim().is_empty() => format!("{step}{}", before.slice(mender.text)),
        before => layout.indented(before, step, &frozen),
    };
    // The rest of the line of the call goes on as it is; the lines below it are indented.
    let rest = Span::new(at.end, layout.next(at.end).min(end));
    let below = Span::new(rest.end, end);
    let region = format!(
        "{}{}{}{before}{name}{}{}",
        layout.indent(span.start),
        head.named(&name),
        layout.newline,
        rest.slice(mender.text),
        layout.indented(below, step, &frozen)
    );
    let edits = head.import().into_iter().chain([Edit::replace(Span::new(start, end), region)]).collect();
    let safety = if needs.lent { Safety::Unsafe } else { Safety::Safe };
    Some(Fix::new(format!("Hold the {} in a managed block", resource.kind), safety, edits))
}

/// Whether nothing is done with the value of a call where it is made: it is dropped, or kept under a name.
fn is_idle(facts: &Facts, call: ExprId) -> bool {
    match facts.expr(call).parent {
        Parent::Expr(outer) => match facts.kind(outer) {
            ExprKind::Await(_) => is_idle(facts, outer),
            ExprKind::Assign { value, .. } => value == Some(call),
            _ => false,
        },
        Parent::Step(step) => matches!(facts.step(step).kind, StepKind::Evaluate(_)),
        Parent::None => true,
    }
}

/// Whether a step evaluates the call once, and nothing is lost when a region begins before it.
fn is_plain(facts: &Facts, step: StepId, call: ExprId) -> bool {
    match &facts.step(step).kind {
        StepKind::Evaluate(_) | StepKind::Exit { kind: ExitKind::Return, .. } => true,
        StepKind::Loop { kind: LoopKind::Each, header: Some(header), .. } => {
            facts.expr(*header).span.contains(facts.expr(call).span)
        }
        _ => false,
    }
}

/// Whether nothing between the call and its step keeps it from being evaluated, or evaluates it again.
fn runs_once(facts: &Facts, call: ExprId) -> bool {
    facts.around(call).take_while(|around| matches!(around, Around::Expr(_))).all(|around| {
        let Around::Expr(expr) = around else { return true };
        match facts.kind(expr) {
            ExprKind::Closure(_) | ExprKind::Choice { .. } => false,
            ExprKind::Operation { operator, .. } => !matches!(operator, Operator::And | Operator::Or),
            ExprKind::Comprehension { parts, .. } => {
                // The first clause is evaluated once, before all else.
                let first = facts.list(parts).get(1);
                first.is_some_and(|clause| match facts.kind(*clause) {
                    ExprKind::Each { iterable, .. } => facts.expr(iterable).span.contains(facts.expr(call).span),
                    _ => false,
                })
            }
            _ => true,
        }
    })
}
