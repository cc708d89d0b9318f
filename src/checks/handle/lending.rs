//! Handles that somebody else has by another way, so that nobody misses them when they go with the frame.

use super::plight::{Case, Plight};
use crate::checks::lives::key;
use crate::facts::{Around, ExprId, ExprKind, LoopKind, Parent, StepKind};
use crate::finding::{Evidence, Weight};
use crate::rules::Pattern;

impl Case<'_, '_> {
    /// What says that somebody else has the handle, where nothing in the function releases it.
    pub(super) fn lent(&self) -> Option<Evidence> {
        if self.plight != Plight::Ordinary || !self.is_abandoned() {
            return None;
        }
        let words = self.context.words;
        let told = |at: ExprId, text: &str| Evidence::doubts(Weight::Decisive, text).at(self.context.span(at));
        if let Some(at) = self.driven() {
            return Some(told(at, "it runs what goes on until somebody from outside ends it, perhaps with the process"));
        }
        if !self.obligation.resource.collected {
            let at = self.locked().filter(|_| self.obligation.resource.release.is_empty())?;
            return Some(told(at, "a lock is taken on it, which lasts for as long as it is open"));
        }
        if let Some(at) = self.only(&words.duplicates) {
            return Some(told(at, "another number stands for it from here on, and this one goes with the frame"));
        }
        let at = self.only(&words.children).filter(|at| !self.waits(*at))?;
        Some(told(at, "the child that is given it has a copy of its own, and this one goes with the frame"))
    }

    /// The first of the calls by one of these words, if the handle is mentioned in nothing else.
    fn only(&self, words: &[Pattern]) -> Option<ExprId> {
        let facts = self.context.facts;
        let inside = |mention: ExprId| {
            facts.around(mention).find_map(|around| match around {
                Around::Expr(call) => {
                    let fits = |word: &Pattern| word.fits(facts.callee_path(call), facts.method_name(call));
                    words.iter().any(fits).then_some(call)
                }
                Around::Step(_) => None,
            })
        };
        let written = |mention: ExprId| match facts.expr(mention).parent {
            Parent::Expr(assign) => matches!(facts.kind(assign), ExprKind::Assign { target, .. } if target == mention),
            _ => false,
        };
        let read = self.custody.mentions.iter().copied().filter(|mention| !written(*mention));
        read.map(inside).collect::<Option<Vec<_>>>()?.into_iter().min()
    }

    /// Whether the function goes on to wait for a child.
    fn waits(&self, start: ExprId) -> bool {
        let facts = self.context.facts;
        let calls = facts.function(facts.function_of(start)).calls.iter();
        let mut after = calls.filter(|call| self.context.span(**call).start > self.context.span(start).end);
        after.any(|call| facts.method_name(*call).is_some_and(|name| self.context.words.waits.iter().any(|word| word == name)))
    }

    /// The call that takes a lock on the handle.
    fn locked(&self) -> Option<ExprId> {
        let facts = self.context.facts;
        let locks = |call: &ExprId| {
            let name = facts.callee_name(*call);
            name.is_some_and(|name| key::ends_with(&self.context.words.locking, name))
                && facts.args(*call).iter().any(|arg| self.custody.mentions.contains(arg))
        };
        facts.function(facts.function_of(self.obligation.call)).calls.iter().copied().find(locks)
    }

    /// The method of the handle that runs a coroutine of this file with a loop that no condition ends.
    fn driven(&self) -> Option<ExprId> {
        let facts = self.context.facts;
        let endless = |call: ExprId| {
            let body = facts.callee(call).function;
            body.is_some_and(|body| {
                facts.steps_in(body).any(|step| matches!(step.kind, StepKind::Loop { kind: LoopKind::Forever, .. }))
            })
        };
        let drives = |call: &ExprId| {
            let own = facts.callee(*call).receiver.is_some_and(|on| self.custody.mentions.contains(&on));
            let named = facts.method_name(*call).is_some_and(|name| self.context.words.drives.iter().any(|word| word == name));
            own && named && facts.positional(*call, 0).is_some_and(endless)
        };
        facts.function(facts.function_of(self.obligation.call)).calls.iter().copied().find(drives)
    }
}
