//! What a handle is lost to where something fails: what is raised, what is caught, and whether either can happen.

use super::plight::{Case, is_lingering};
use super::way::{Leaving, Way};
use crate::checks::lives::key;
use crate::facts::{Around, ExitKind, ExprId, ExprKind, Handler, StepId, StepKind};
use crate::finding::{Evidence, Weight};

impl Case<'_, '_> {
    /// Whether every way out raises an exception of those that say that the program itself is wrong.
    pub(super) fn is_misused(&self) -> bool {
        let facts = self.context.facts;
        let words = &self.context.words.words.misuse;
        let wrong = |value: ExprId| {
            let path = facts.path_of(value);
            let name = path.or_else(|| key::last_name(facts, value).map(str::to_owned));
            name.is_some_and(|name| words.contains(&name))
        };
        self.shown.iter().all(|way| {
            facts.steps.iter().any(|step| match step.kind {
                StepKind::Exit { kind: ExitKind::Raise, value: Some(value) } => step.span == way.at && wrong(value),
                _ => false,
            })
        })
    }

    /// Whether the handlers that leave with it are for what the call that acquires it says when there is nothing to acquire.
    pub(super) fn is_missing(&self) -> bool {
        let facts = self.context.facts;
        let fits = |at: ExprId| {
            let path = facts.dotted(at);
            self.context.words.misses.iter().any(|word| word.fits(path.as_deref(), None))
        };
        let misses = |catches: ExprId| match facts.kind(catches) {
            ExprKind::Collection { items, .. } | ExprKind::Other(items) => facts.list(items).iter().all(|item| fits(*item)),
            _ => fits(catches),
        };
        let mut leaving = self.leaving().peekable();
        leaving.peek().is_some()
            && leaving.all(|(body, handler)| facts.in_block(self.obligation.call, body) && handler.catches.is_some_and(misses))
    }

    /// The handlers that leave with it, each with the region that it watches.
    fn leaving(&self) -> impl Iterator<Item = (&[StepId], &Handler)> {
        let tries = self.context.facts.steps.iter().filter_map(|step| match &step.kind {
            StepKind::Try { body, handlers, .. } => Some((body.as_slice(), handlers)),
            _ => None,
        });
        let each = tries.flat_map(|(body, handlers)| handlers.iter().map(move |handler| (body, handler)));
        each.filter(|(_, handler)| self.leaves(handler))
    }

    fn leaves(&self, handler: &Handler) -> bool {
        self.shown.iter().any(|way| handler.span.contains(way.at))
    }

    /// Whether a failure leaves with the handle, and takes the frame along.
    pub(super) fn goes_up(&self) -> bool {
        self.shown.iter().any(|way| matches!(way.leaving, Leaving::Raise | Leaving::Propagate))
    }

    /// Whether all that leaves with it are failures to feed it, which tell that it has ended.
    pub(super) fn is_fed(&self) -> bool {
        let facts = self.context.facts;
        let feeds = |at: ExprId| {
            facts.callee_name(at).is_some_and(|name| self.obligation.resource.fed_by.iter().any(|word| word == name))
        };
        let fed = |way: &Way| {
            let function = facts.function_of(self.obligation.call);
            let calls = facts.function(function).calls.iter().copied();
            // The last call of what is tried is the one that fails there.
            let last =
                calls.filter(|call| way.at.contains(self.context.span(*call))).max_by_key(|call| self.context.span(*call).end);
            last.is_some_and(feeds)
        };
        self.shown.iter().all(|way| way.leaving == Leaving::Propagate && fed(way))
    }

    /// What a failure that is caught can come from, while the handle is held.
    pub(super) fn caught(&self) -> Vec<Evidence> {
        if self.expects_another_failure() {
            let text = "it is released in the same region, after calls on it alone, so the handler is for other failures";
            return vec![Evidence::doubts(Weight::Strong, text)];
        }
        if self.context.words.fails.is_empty() {
            return Vec::new();
        }
        if self.is_missing() {
            let text = "what is caught here says that there was nothing to acquire";
            return vec![Evidence::doubts(Weight::Decisive, text)];
        }
        let calls = self.tried();
        if self.is_filled(&calls) {
            let text = "all that can fail while it is held is to write files into the folder that has just been made";
            return vec![Evidence::doubts(Weight::Decisive, text)];
        }
        if let Some(call) = calls.iter().copied().find(|call| self.is_risky(*call)) {
            let text = "this fails now and then, and the handler is for that";
            // Where nothing is left for good, whatever fails loses a moment.
            let weight = if self.obligation.resource.collected { Weight::Slight } else { Weight::Fair };
            return vec![Evidence::supports(weight, text).at(self.context.span(call))];
        }
        if calls.iter().all(|call| self.is_harmless(*call)) {
            return vec![Evidence::doubts(Weight::Strong, "nothing that is caught here can fail while it is held")];
        }
        if self.is_watched_in_use() {
            return vec![Evidence::supports(Weight::None, "what is caught here fails while it is in use")];
        }
        if calls.iter().all(|call| self.is_mild(*call)) {
            let text = "all that can fail while it is held is what it is asked, or what makes an object";
            return vec![Evidence::doubts(Weight::Strong, text)];
        }
        let passes = self.obligation.resource.collected && !is_lingering(self.context.facts, self.obligation);
        let weight = if passes { Weight::Slight } else { Weight::None };
        vec![Evidence::doubts(weight, "what is caught here may be meant for what fails before it is held")]
    }

    /// Whether the regions whose handlers leave with it use it, and none of them acquires it.
    pub(super) fn is_watched_in_use(&self) -> bool {
        let facts = self.context.facts;
        let mut regions = self.leaving().map(|(body, _)| body).peekable();
        regions.peek().is_some()
            && regions.all(|body| {
                let used = self.custody.mentions.iter().any(|mention| facts.in_block(*mention, body));
                used && !facts.in_block(self.obligation.call, body)
            })
    }

    /// Whether a call hardly fails, whatever the handler is for: one of those known, a method of the handle, an object that
    /// is made.
    fn is_mild(&self, call: ExprId) -> bool {
        let makes = |name: &str| name.trim_start_matches('_').starts_with(char::is_uppercase);
        self.is_harmless(call) || self.is_own(call) || self.context.facts.callee_name(call).is_some_and(makes)
    }

    /// The calls while it is held over which those handlers watch that leave with it, or any if none of them does.
    pub(super) fn tried(&self) -> Vec<ExprId> {
        let facts = self.context.facts;
        let function = facts.function_of(self.obligation.call);
        let watched = |call: ExprId, all: bool| {
            facts.around(call).any(|around| match around {
                Around::Step(step) => match &facts.step(step).kind {
                    StepKind::Try { body, handlers, .. } => {
                        facts.in_block(call, body) && handlers.iter().any(|handler| all || self.leaves(handler))
                    }
                    _ => false,
                },
                Around::Expr(_) => false,
            })
        };
        let calls = facts.function(function).calls.iter().copied();
        let calls: Vec<ExprId> = calls.filter(|call| self.met.contains(call)).collect();
        let telling: Vec<ExprId> = calls.iter().copied().filter(|call| watched(*call, false)).collect();
        if telling.is_empty() { calls.into_iter().filter(|call| watched(*call, true)).collect() } else { telling }
    }

    /// Whether a region with handlers acquires, uses and releases the handle, and calls nothing else in between.
    pub(super) fn expects_another_failure(&self) -> bool {
        let facts = self.context.facts;
        let mut regions = facts.around(self.obligation.call).filter_map(|around| match around {
            Around::Step(step) => match &facts.step(step).kind {
                StepKind::Try { body, handlers, .. } if !handlers.is_empty() => Some(body),
                _ => None,
            },
            Around::Expr(_) => None,
        });
        let start = self.context.span(self.obligation.call).end;
        regions.any(|body| {
            let released = self.custody.releases.iter().find(|release| facts.in_block(**release, body));
            released.is_some_and(|release| {
                let end = self.context.span(*release).start;
                let mut calls = facts.function(facts.function_of(self.obligation.call)).calls.iter();
                let between = |call: &ExprId| (start..end).contains(&self.context.span(*call).start);
                calls.all(|call| !between(call) || self.custody.effects.contains_key(call))
            })
        })
    }
}
