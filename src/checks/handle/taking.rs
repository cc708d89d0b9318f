//! What a call does with a handle that it is given.

use super::obligation::Ledger;
use super::summary;
use crate::checks::context;
use crate::checks::lives::kept;
use crate::facts::{ExprId, Parent, StepKind};
use crate::index::{Deed, Given, Outline, Taken};
use crate::rules::{Pattern, Resource};

/// What a call does with a handle that it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taking {
    /// It releases it.
    Releases,
    /// It may keep it, so that its release is somebody else's matter.
    Keeps,
    /// It uses it and leaves it to the caller.
    Borrows,
    /// It looks at it, and cannot fail in a way that matters.
    Glances,
}

impl Ledger<'_> {
    /// Whether a call is known to take over what it is given.
    pub fn is_consumed(&self, resource: &Resource, call: ExprId) -> bool {
        let fits = |pattern: &Pattern| self.fits(pattern, call);
        resource.consumer.iter().any(fits) || self.has(&self.tables.consumer, call) || self.gets_release(resource, call)
    }

    /// Whether a call is given the function that releases, to call it later (`finalize(self, os.close, fd)`).
    fn gets_release(&self, resource: &Resource, call: ExprId) -> bool {
        let is_release = |arg: &ExprId| {
            let path = self.facts.dotted(*arg);
            path.is_some_and(|path| resource.release_by.iter().any(|pattern| pattern.fits(Some(&path), None)))
        };
        !resource.release_by.is_empty() && self.facts.args(call).iter().any(is_release)
    }

    /// What a call does with the handle it is given as `arg`; `depth` caps how many helpers are followed in a row.
    pub fn taking(&self, resource: &Resource, call: ExprId, arg: ExprId, depth: u32) -> Taking {
        if resource.release_by.iter().any(|pattern| self.fits(pattern, call)) {
            return Taking::Releases;
        }
        if self.is_consumed(resource, call) {
            return Taking::Keeps;
        }
        if self.words.lazy.iter().any(|pattern| self.fits(pattern, call)) && self.leaves(call) {
            return Taking::Keeps;
        }
        if self.is_glance(call) {
            return Taking::Glances;
        }
        // A resource that is built on another one does not release it, unless the vocabulary says so.
        if self.has(&self.tables.borrower, call) || self.made(call).is_some() {
            return Taking::Borrows;
        }
        let here = summary::taking(self, resource, call, arg, depth);
        let unknown = if resource.stays && self.fills(call) { Taking::Borrows } else { Taking::Keeps };
        here.or_else(|| self.abroad(resource, call, arg, depth)).unwrap_or(unknown)
    }

    /// Whether a method out of sight writes a file at the path that it is given, and says nothing about it.
    fn fills(&self, call: ExprId) -> bool {
        let named = self.facts.method_name(call).is_some_and(|name| self.words.fills.iter().any(|word| word == name));
        named && self.facts.callee(call).function.is_none() && kept::fate(self.facts, call) == kept::Fate::Dropped
    }

    /// Whether the value of a call leaves the function as it is, or by the name that it is given.
    fn leaves(&self, call: ExprId) -> bool {
        let facts = self.facts;
        let goes = |at: ExprId| match facts.expr(at).parent {
            Parent::Step(step) => matches!(facts.step(step).kind, StepKind::Exit { .. }),
            _ => false,
        };
        let named = || match kept::fate(facts, call) {
            kept::Fate::Kept(target) => facts.binding_of(target),
            _ => None,
        };
        goes(call) || named().is_some_and(|name| facts.binding(name).uses.iter().any(|at| goes(*at)))
    }

    /// What a function of another file does with the argument, where it is surely known which one that is.
    fn abroad(&self, resource: &Resource, call: ExprId, arg: ExprId, depth: u32) -> Option<Taking> {
        let taken = || context::taken(self.project, (self.facts, self.path), call, arg);
        let taken = (depth > 0).then(taken).flatten()?;
        Some(self.judged(resource, &taken, depth))
    }

    /// What a function does that was found in another file, in the words of this rule.
    fn judged(&self, resource: &Resource, taken: &Taken, depth: u32) -> Taking {
        let each: Vec<Taking> = taken.deeds.iter().map(|deed| self.deed(resource, taken.file, *deed, depth)).collect();
        if each.contains(&Taking::Releases) {
            return Taking::Releases;
        }
        // Where a value goes with its name, a function that takes it by value may be its end.
        let keeps = self.facts.raii || each.contains(&Taking::Keeps);
        if keeps { Taking::Keeps } else { Taking::Borrows }
    }

    fn deed(&self, resource: &Resource, file: &Outline, deed: Deed, depth: u32) -> Taking {
        match deed {
            Deed::Manages => Taking::Releases,
            Deed::Calls(name) => self.method(resource, file.text(name)),
            Deed::Passes(path, slot) => {
                let path = file.text(path);
                let fits = |pattern: &Pattern| pattern.fits(Some(path), None);
                if resource.release_by.iter().any(fits) {
                    return Taking::Releases;
                }
                let looked_at =
                    [&self.tables.harmless, &self.tables.borrower].iter().any(|table| table.find(Some(path), None).is_some());
                if looked_at && !resource.consumer.iter().any(fits) && self.tables.consumer.find(Some(path), None).is_none() {
                    return Taking::Borrows;
                }
                let slot = slot.map(|name| file.text(name));
                let further = || self.project.taken(&Given { path: &file.path, callee: path, slot });
                let taken = depth.checked_sub(1).and_then(|left| Some((left, further()?)));
                taken.map_or(Taking::Keeps, |(left, taken)| self.judged(resource, &taken, left))
            }
            Deed::Reads => Taking::Borrows,
            Deed::Deletes | Deed::Keeps => Taking::Keeps,
        }
    }

    /// What a call of a method on the handle does with it.
    fn method(&self, resource: &Resource, name: &str) -> Taking {
        let taken = resource.consumer.iter().any(|pattern| pattern.fits(None, Some(name)));
        if self.releases(resource, name) {
            Taking::Releases
        } else if taken
            || self.chains(name)
            || self.is_fluent(name)
            || self.serves(name)
            || self.tables.consumer.find(None, Some(name)).is_some()
        {
            Taking::Keeps
        } else {
            Taking::Borrows
        }
    }
}
