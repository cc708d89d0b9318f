//! Handles that are texts: wherever they are stored, what they stand for stays until somebody lets go of it by name.

use super::fate::{Fate, HELPERS, fates};
use super::obligation::{Ledger, Obligation};
use super::verdict;
use crate::checks::Context;
use crate::checks::lives::life;
use crate::checks::lives::promise;
use crate::facts::{ExprId, ExprKind, Facts, Parent};
use crate::finding::{Evidence, Finding, Weight};

/// The text of a function from which the handle is made: code for a worker.
fn script(context: &Context, obligation: &Obligation) -> Option<ExprId> {
    let facts = context.facts;
    let made = facts.expr(*facts.args(obligation.call).first()?).span;
    let calls = facts.function(facts.function_of(obligation.call)).calls.iter().copied();
    calls.into_iter().find(|call| made.contains(facts.expr(*call).span) && facts.callee_name(*call) == Some("toString"))
}

/// Whether a value is part of what a component shows, or the first value of its state: no caller gets it as it is.
fn is_shown(facts: &Facts, returned: ExprId) -> bool {
    let upper = |name: &str| name.starts_with(char::is_uppercase);
    let function = facts.function_of(returned);
    let component = |function| life::name_of(facts, function).is_some_and(|name| upper(facts.text(name)));
    let parts = matches!(facts.kind(returned), ExprKind::Other(_)) && component(function);
    // `useState(() => create())` of a component.
    let state = facts.closure_expr(function).is_some_and(|closure| match facts.expr(closure).parent {
        Parent::Expr(call) => {
            let hook = facts.callee_name(call).and_then(|name| name.strip_prefix("use")).is_some_and(upper);
            hook && component(facts.function_of(call))
        }
        _ => false,
    });
    parts || state
}

/// Whether a value is, or is a part of, what a promise is settled with: whoever waits for it gets it, and may let go of it.
fn is_answer(context: &Context, mut at: ExprId) -> bool {
    let facts = context.facts;
    loop {
        if let ExprKind::Call { callee, .. } = facts.kind(at) {
            return promise::settles(facts, &context.words.pending, callee);
        }
        at = match facts.expr(at).parent {
            Parent::Expr(outer) => outer,
            _ => return false,
        };
    }
}

/// The finding about a handle of a kind that nothing in the file lets go of.
pub fn check(context: &Context, ledger: &Ledger, obligation: &Obligation) -> Option<Finding> {
    let facts = context.facts;
    let mut open: Vec<Fate> = fates(ledger, obligation.resource, obligation.call, obligation.part(), HELPERS);
    let mut passed = false;
    let mut at = 0;
    while let Some(&fate) = open.get(at) {
        at += 1;
        match fate {
            Fate::Returned(at) if is_shown(facts, at) => {}
            // The caller gets it, and may let go of it.
            Fate::Returned(_) | Fate::Yielded(_) | Fate::Released(_) => return None,
            Fate::Handed(at) if ledger.is_consumed(obligation.resource, at) || is_answer(context, at) => return None,
            Fate::Handed(_) => passed = true,
            Fate::Bound(name, _) if open.len() < 64 => {
                let mentions = facts.binding(name).uses.iter();
                open.extend(mentions.flat_map(|mention| fates(ledger, obligation.resource, *mention, None, HELPERS)));
            }
            _ => {}
        }
    }
    let kind = &obligation.resource.kind;
    let message = format!("this {kind} is never released: nothing in this file lets go of one");
    let mut finding = context.finding(obligation.call, message, format!("the {kind} is made here"));
    finding.evidence.push(Evidence::supports(Weight::Strong, "nothing in this file lets go of it, however it is stored"));
    if passed {
        finding.evidence.push(Evidence::doubts(Weight::Strong, "it is passed on, and whoever gets it may let go of it"));
    }
    if let Some(script) = script(context, obligation) {
        finding.evidence.push(Evidence::doubts(Weight::Fair, "it is a script, which is loaded once").at(context.span(script)));
    }
    let release = verdict::release(obligation.resource, "url");
    finding.recommendation = format!("let go of it ({release}) when what shows it is gone or has been loaded");
    Some(verdict::finish(ledger, context, obligation, finding))
}
