//! What can fail while a handle is held, and how likely that is.

use super::custody::Effect;
use super::guard;
use super::plight::Case;
use super::setting;
use super::way::{Leaving, Way};
use crate::facts::{Around, BindingKind, ExprId, ExprKind, StepKind};
use crate::finding::{Evidence, Weight};

impl Case<'_, '_> {
    /// Failures of which nobody in the function speaks count where the handle is held across foreign work, or where
    /// nothing else would ever free it.
    pub(super) fn failing(&self) -> Vec<Evidence> {
        let call = |way: &Way| match way.leaving {
            Leaving::Fail { call, own } => Some((call, own)),
            _ => None,
        };
        let calls: Vec<(ExprId, bool)> = self.shown.iter().filter_map(call).collect();
        let foreign = calls.iter().filter(|(_, own)| !own).count();
        let acquire = self.obligation.call;
        let sustained = self.is_sustained();
        let collected = self.obligation.resource.collected;
        let facts = self.context.facts;
        let known = !self.context.words.fails.is_empty();
        let usual = if known { Weight::Strong } else { Weight::Fair };
        let mut all = vec![Evidence::doubts(usual, "the ordinary ways out release it or hand it on")];
        if self.is_filled(&calls.iter().map(|(call, _)| *call).collect::<Vec<_>>()) {
            let text = "all that can fail in between is to write files into the folder that has just been made";
            all.push(Evidence::doubts(Weight::Decisive, text));
        }
        if let Some((call, _)) =
            calls.iter().find(|(call, own)| !(*own && self.obligation.resource.collected) && self.is_risky(*call))
        {
            let weight = if sustained && (!collected || self.is_risked_for_long()) { Weight::Strong } else { Weight::Fair };
            all.push(Evidence::supports(weight, "this fails now and then").at(self.context.span(*call)));
        }
        let text = format!("{foreign} other calls can fail while it is held");
        all.push(match (foreign, sustained) {
            (1.., _) if known => Evidence::supports(Weight::None, text),
            (1.., true) => {
                Evidence::supports(Weight::Fair, format!("{text}, for as long as a loop, a managed region or a wait lasts"))
            }
            (1.., false) => Evidence::supports(Weight::Slight, text),
            _ => {
                let weight = if collected { Weight::Slight } else { Weight::None };
                Evidence::doubts(weight, "only calls on the handle itself can fail in between")
            }
        });
        if collected && self.custody.returned {
            all.push(Evidence::doubts(Weight::Fair, "what is to be returned is freed with the frame that fails"));
        }
        let wanted = known && setting::outlives_process(self.obligation.resource) && self.custody.returned;
        if wanted && self.custody.kept.is_empty() {
            all.push(Evidence::doubts(Weight::Fair, "its path is what the caller wants, and most get it"));
        } else if !collected && (sustained || self.custody.returned) {
            all.push(Evidence::supports(Weight::Fair, "nothing else ever frees it"));
        }
        let tests = self.context.words.trials.is_empty()
            && facts.enclosing(facts.function_of(acquire)).any(|id| facts.function(id).traits.is_test);
        if tests {
            all.push(Evidence::doubts(Weight::Strong, "it happens only if a test fails"));
        }
        if self.custody.releases.is_empty() && self.custody.guessed == self.custody.handed.len() {
            let text = "nothing here releases it; it is passed to a call of which nothing is known";
            all.push(Evidence::doubts(Weight::Strong, text));
        }
        all
    }

    /// Whether these calls do nothing but write files into the folder that is held.
    pub(super) fn is_filled(&self, calls: &[ExprId]) -> bool {
        let plain = |call: &ExprId| self.is_filling(*call) || self.is_harmless(*call);
        self.is_folder() && calls.iter().all(plain) && calls.iter().any(|call| self.is_filling(*call))
    }

    /// Whether it is a folder, in which files can be made.
    fn is_folder(&self) -> bool {
        !self.context.words.filling.is_empty() && setting::outlives_process(self.obligation.resource)
    }

    /// Whether nobody else has met it, on every way out that is shown: it has not connected, and nobody was given it.
    pub(super) fn is_alone(&self) -> bool {
        let resource = self.obligation.resource;
        if resource.alone || resource.meets.is_empty() || self.context.facts.in_loop(self.obligation.call) {
            return resource.alone;
        }
        let facts = self.context.facts;
        let last = self.shown.iter().map(|way| way.at.start).max().unwrap_or_default();
        let meets = |call: ExprId| {
            let method = facts.method_name(call).filter(|_| self.is_own(call));
            method.is_none_or(|method| resource.meets.iter().any(|word| word == method))
        };
        let called = |at: ExprId| matches!(facts.kind(at), ExprKind::Call { .. }) && self.context.span(at).start < last;
        let mut used = self.custody.effects.iter().filter(|(at, effect)| **effect != Effect::Leave && called(**at));
        !used.any(|(call, _)| meets(*call))
    }

    /// Whether it is held for as long as a loop, a managed region or a wait lasts in which something can fail.
    fn is_sustained(&self) -> bool {
        let over = |way: &Way| match way.leaving {
            Leaving::Fail { call, .. } => guard::is_sustained(self.context.facts, self.obligation.call, call),
            _ => false,
        };
        self.shown.iter().any(over)
    }

    /// Whether one of the calls during that time fails now and then. What makes a managed value is called before that time.
    pub(super) fn is_risked_for_long(&self) -> bool {
        let facts = self.context.facts;
        let risky = |way: &Way| match way.leaving {
            Leaving::Fail { call, .. } if self.is_risky(call) => Some(call),
            _ => None,
        };
        let mut risky = self.shown.iter().filter_map(risky).peekable();
        let lasting = |call| guard::is_sustained(facts, self.obligation.call, call) && self.is_for_use(call);
        if risky.peek().is_some() { risky.any(lasting) } else { self.is_sustained() }
    }

    /// Whether a call is none that makes a managed value, or the handle is used in the region that it is made for.
    fn is_for_use(&self, call: ExprId) -> bool {
        let facts = self.context.facts;
        let region = facts.around(call).find_map(|around| match around {
            Around::Step(step) => match &facts.step(step).kind {
                StepKind::Manage { body, .. } => Some(body),
                _ => None,
            },
            Around::Expr(_) => None,
        });
        region.is_none_or(|body| {
            facts.in_block(call, body) || self.custody.mentions.iter().any(|mention| facts.in_block(*mention, body))
        })
    }

    /// Whether the function does nothing else while it has the handle.
    pub(super) fn is_idle(&self) -> bool {
        let facts = self.context.facts;
        let from = self.context.span(self.obligation.call).end;
        let calls = facts.function(facts.function_of(self.obligation.call)).calls.iter();
        let mut after = calls.filter(|call| self.context.span(**call).start >= from);
        after.all(|call| self.is_own(*call) || self.is_harmless(*call))
    }

    pub(super) fn is_own(&self, call: ExprId) -> bool {
        self.context.facts.callee(call).receiver.is_some_and(|on| self.custody.mentions.contains(&on))
    }

    pub(super) fn is_harmless(&self, call: ExprId) -> bool {
        let facts = self.context.facts;
        self.context.words.tables().harmless.find(facts.callee_path(call), facts.method_name(call)).is_some()
    }

    /// Whether a call is one of those that fail now and then, whatever the program does.
    pub(super) fn is_risky(&self, call: ExprId) -> bool {
        let facts = self.context.facts;
        let given = match facts.kind(call) {
            // What the caller passes in may do anything.
            ExprKind::Call { callee, .. } => facts.binding_of(callee),
            _ => None,
        };
        let given = given.is_some_and(|name| matches!(facts.binding(name).kind, BindingKind::Parameter(_)));
        if self.is_folder() && self.is_filling(call) {
            return false;
        }
        given || self.context.words.tables().fails.find(facts.callee_path(call), facts.method_name(call)).is_some()
    }
}
