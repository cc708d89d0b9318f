//! Whether a resource is built on a stream of somebody else, which is what has to be released then.

use super::obligation::Ledger;
use super::summary;
use crate::checks::lives::key;
use crate::facts::{Around, BindingKind, ExprId, ExprKind, Literal, Root, Source};
use crate::rules::Resource;

impl Ledger<'_> {
    /// Whether what a call makes lies on a stream that is not its own, so that there is nothing to release but that.
    pub fn is_built(&self, resource: &Resource, call: ExprId) -> bool {
        resource.collected && self.is_wrapper(call) || self.is_given(call)
    }

    /// Whether a resource is built on a stream that somebody else has opened, or that lies in memory.
    pub fn is_wrapper(&self, call: ExprId) -> bool {
        let facts = self.facts;
        self.is_given(call)
            || facts.args(call).iter().any(|arg| {
                let value = match facts.kind(*arg) {
                    ExprKind::Named { value, .. } => value,
                    _ => *arg,
                };
                // In `f = open(f)` the name means something else before.
                let own = |name| {
                    facts.binding(name).definitions.iter().any(|definition| {
                        facts.value_of(definition).is_some_and(|value| facts.expr(value).span.contains(facts.expr(call).span))
                    })
                };
                if facts.binding_of(value).is_some_and(own) {
                    return false;
                }
                let made = facts.type_path(value);
                let in_memory = self.tables.memory.find(made, None).is_some();
                let own = facts.place(value).map(|place| facts.places.get(place));
                let instance = own.is_some_and(|place| matches!(place.root, Root::Instance(_)) && place.path.is_empty());
                in_memory
                    || instance
                    || self.is_managed(value)
                    || self.is_lent_by_callers(value)
                    || self.tables.acquire.find(made, None).is_some()
                    || self.is_stream(value)
                    || self.is_named_stream(call, value)
            })
    }

    /// Whether all that a call is given is a parameter, or an element of one, that is named like a stream and not like a path.
    fn is_named_stream(&self, call: ExprId, value: ExprId) -> bool {
        let facts = self.facts;
        let named = key::last_name(facts, value).is_some_and(|name| key::ends_with(&self.words.streams, name));
        let foreign = |name| {
            let own = facts.binding(name);
            matches!(own.kind, BindingKind::Parameter(_))
                || own
                    .definitions
                    .iter()
                    .any(|definition| matches!(definition.source, Source::Iterated(_) | Source::Unpacked(..)))
        };
        named && matches!(facts.args(call), [only] if *only == value) && facts.binding_of(value).is_some_and(foreign)
    }

    /// Whether a call says by a keyword, or at its place for that, which stream it works on, and does not open that itself.
    pub fn is_given(&self, call: ExprId) -> bool {
        let facts = self.facts;
        let at = self.made(call).and_then(|at| self.resource(at).given_at);
        let keywords = self.words.given.iter().filter_map(|word| facts.option(call, word));
        let mut values = keywords.chain(at.and_then(|at| facts.positional(call, at)));
        values.any(|value| facts.literal(value) != Some(Literal::Null) && !self.is_new(value))
    }

    /// Whether a value is made on the spot, by a type or by what makes a resource.
    fn is_new(&self, value: ExprId) -> bool {
        let typed = |name: &str| name.starts_with(char::is_uppercase);
        matches!(self.facts.kind(value), ExprKind::Call { .. })
            && (self.made(value).is_some() || self.facts.callee_name(value).is_some_and(typed))
    }

    /// Whether a name is a parameter for which every caller in the file gives what a managed block closes.
    fn is_lent_by_callers(&self, value: ExprId) -> bool {
        let facts = self.facts;
        let Some(name) = facts.binding_of(value) else { return false };
        if !matches!(facts.binding(name).kind, BindingKind::Parameter(_)) {
            return false;
        }
        let own = facts.function_of(value);
        let calls = facts.function(own).callers.iter().copied();
        let given =
            |call: ExprId| facts.args(call).iter().copied().find(|arg| summary::parameter(self, call, *arg) == Some(name));
        let given: Option<Vec<ExprId>> = calls.map(given).collect();
        // Some hand on what their own callers have given.
        let passed = |arg: &ExprId| {
            facts.binding_of(*arg).is_some_and(|name| matches!(facts.binding(name).kind, BindingKind::Parameter(_)))
        };
        given.is_some_and(|given| {
            given.iter().any(|arg| self.is_managed(*arg)) && given.iter().all(|arg| self.is_managed(*arg) || passed(arg))
        })
    }

    /// Whether a name stands for what a managed block hands out, which that block closes.
    fn is_managed(&self, value: ExprId) -> bool {
        let facts = self.facts;
        facts.binding_of(value).is_some_and(|name| {
            let definitions = &facts.binding(name).definitions;
            definitions.iter().any(|definition| matches!(definition.source, Source::Managed(_)))
        })
    }

    /// Whether a name stands for a stream, to judge by the methods that are called on it.
    fn is_stream(&self, value: ExprId) -> bool {
        let facts = self.facts;
        let Some(name) = facts.binding_of(value) else { return false };
        facts.binding(name).uses.iter().any(|mention| {
            let call = facts.around(*mention).nth(1).and_then(|around| match around {
                Around::Expr(call) if facts.callee(call).receiver == Some(*mention) => Some(call),
                _ => None,
            });
            let method = call.and_then(|call| facts.method_name(call));
            method.is_some_and(|method| self.words.stream.iter().any(|word| word == method))
        })
    }
}
