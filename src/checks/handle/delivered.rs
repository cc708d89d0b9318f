//! Handles that a call gives to its callback, after what may have failed: `fs.open(path, flags, (error, fd) => …)`.

use super::fate::{Fate, HELPERS, fates};
use super::obligation::{Ledger, Obligation};
use super::setting;
use super::verdict;
use crate::checks::Context;
use crate::facts::{ExprKind, FunctionKind};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};

/// Findings about the calls of a file that only ever give a handle to their callback.
pub fn check(context: &Context, ledger: &Ledger) -> Vec<Finding> {
    let facts = context.facts;
    let calls = facts.functions.iter().filter(|function| function.kind != FunctionKind::Module);
    let calls = calls.flat_map(|function| function.calls.iter().copied());
    let delivering = calls.filter_map(|call| {
        let resource = ledger.resource(ledger.delivers(call)?);
        given(context, ledger, &Obligation { call, resource, helper: None, maker: None })
    });
    delivering.collect()
}

/// The finding about a handle that a callback is given, and that it neither releases nor hands on.
pub fn given(context: &Context, ledger: &Ledger, obligation: &Obligation) -> Option<Finding> {
    let facts = context.facts;
    let callback = facts.args(obligation.call).last().copied()?;
    let ExprKind::Closure(closure) = facts.kind(callback) else { return None };
    // What follows the handle may give it back: `(error, client, release) => …`.
    let [_, handle] = facts.function(closure).params.as_slice() else { return None };
    let mentions = &facts.binding(handle.binding).uses;
    let keeps = |fate: &Fate| matches!(fate, Fate::Used(_) | Fate::Tested | Fate::Dropped);
    let left = |mention: &crate::facts::ExprId| fates(ledger, obligation.resource, *mention, None, HELPERS).iter().all(keeps);
    if facts.is_unread(handle.name, closure, facts.expr(callback).span.start) || !mentions.iter().all(left) {
        return None;
    }
    let (name, kind) = (facts.text(handle.name), &obligation.resource.kind);
    let message = format!("`{name}` is {} that the callback never releases", crate::finding::with_article(kind));
    let mut finding = context.finding(obligation.call, message, format!("the {kind} is acquired here"));
    finding.related.push(Mark::new(Role::Context, facts.function(closure).head, "given to this callback"));
    let text = "nothing in the callback releases it, returns it, stores it or hands it on";
    finding.evidence.push(Evidence::supports(Weight::Strong, text));
    finding.evidence.extend(setting::setting(context, obligation, true));
    finding.recommendation =
        format!("release `{name}` where the work with it is over ({})", verdict::release(obligation.resource, name));
    Some(verdict::finish(ledger, context, obligation, finding))
}
