//! What must be released, and who releases it: the vocabulary of a rule, applied to the calls of one file.

use super::summary;
use crate::checks::context::Context;
use crate::checks::lives::kept;
use crate::checks::lives::key;
use crate::facts::{
    Action, ExitKind, ExprId, ExprKind, Facts, FunctionId, Literal, Name, Operation, Parent, Step, StepKind, TypeId,
};
use crate::index::Project;
use crate::rules::{Pattern, Patterns, Resource, Tables, Vocabulary};
use rustc_hash::FxHashMap;

/// How many functions are followed in a row to see that none of them fails.
const PLAIN: u32 = 3;

/// A resource that somebody has to let go of.
#[derive(Clone, Copy, Debug)]
pub struct Obligation<'a> {
    /// The call that makes it.
    pub call: ExprId,
    /// What it is.
    pub resource: &'a Resource,
    /// The function of this file that made it and handed it out, if it was not made here.
    pub helper: Option<FunctionId>,
    /// The other file whose function did.
    pub maker: Option<&'a str>,
}

impl Obligation<'_> {
    /// Which element of the call's value it is; a helper has already taken it out.
    pub fn part(&self) -> Option<usize> {
        if self.helper.is_some() || self.maker.is_some() { None } else { self.resource.part }
    }
}

/// The words of a rule, ready for look-up, with what the functions of the file add to them.
pub struct Ledger<'a> {
    /// The file.
    pub facts: &'a Facts,
    pub(super) words: &'a Vocabulary,
    /// Its patterns.
    pub tables: &'a Tables,
    pub(super) project: &'a Project,
    pub(super) path: &'a str,
    fresh: FxHashMap<FunctionId, usize>,
}

impl<'a> Ledger<'a> {
    /// The ledger of one rule for one file; none if nothing in the file makes such a resource.
    pub fn open(context: &Context<'a>) -> Option<Self> {
        let words = context.words;
        let (facts, project) = (context.facts, context.project);
        let mut ledger = Self { facts, words, tables: words.tables(), project, path: context.path, fresh: FxHashMap::default() };
        let makes = |call: ExprId| ledger.found(call).is_some() || ledger.supplied(call).is_some();
        if !facts.callees.keys().any(|call| makes(*call)) {
            return None;
        }
        ledger.fresh = summary::fresh(&ledger);
        Some(ledger)
    }

    /// The resources of the rule.
    pub fn resource(&self, at: usize) -> &'a Resource {
        &self.words.resource[at]
    }

    /// Every acquisition of the file, in textual order.
    pub fn obligations(&self) -> Vec<Obligation<'a>> {
        let mut calls: Vec<ExprId> = self.facts.callees.keys().copied().collect();
        calls.sort_unstable();
        calls.into_iter().filter_map(|call| self.obligation(call)).collect()
    }

    /// The obligation that a call brings about.
    pub fn obligation(&self, call: ExprId) -> Option<Obligation<'a>> {
        if let Some(at) = self.made(call) {
            return Some(Obligation { call, resource: self.resource(at), helper: None, maker: None });
        }
        if let Some((maker, at)) = self.supplied(call) {
            return Some(Obligation { call, resource: self.resource(at), helper: None, maker: Some(maker) });
        }
        let helper = self.facts.callee(call).function?;
        let at = *self.fresh.get(&helper)?;
        Some(Obligation { call, resource: self.resource(at), helper: Some(helper), maker: None })
    }

    /// The resource that a function of another file makes for this call, and that file.
    fn supplied(&self, call: ExprId) -> Option<(&'a str, usize)> {
        let callee = self.facts.callee(call);
        if callee.function.is_some() || callee.constructs.is_some() {
            return None;
        }
        let (file, kind) = self.project.maker(self.path, self.facts.callee_path(call)?)?;
        Some((file, self.words.resource.iter().position(|resource| resource.kind == kind)?))
    }

    /// The functions of the module that make a resource and leave the release to their callers, with its kind.
    pub fn makers(&self) -> Vec<(&'a str, &'a str)> {
        let facts = self.facts;
        let plain = |function: &FunctionId| {
            facts.function(*function).parent == Some(FunctionId(0)) && facts.function(*function).owner.is_none()
        };
        let named = self.fresh.iter().filter(|(function, _)| plain(function));
        let mut makers: Vec<_> = named
            .filter_map(|(function, at)| {
                Some((facts.text(facts.function(*function).name?), self.words.resource[*at].kind.as_str()))
            })
            .collect();
        makers.sort_unstable();
        makers
    }

    /// The resource that the vocabulary says a call makes and hands out.
    pub fn made(&self, call: ExprId) -> Option<usize> {
        self.found(call).filter(|at| !self.words.resource[*at].delivered)
    }

    /// The resource that it says a call makes for its callback alone.
    pub fn delivers(&self, call: ExprId) -> Option<usize> {
        self.found(call).filter(|at| self.words.resource[*at].delivered)
    }

    fn found(&self, call: ExprId) -> Option<usize> {
        let at = self.tables.acquire.find(self.facts.callee_path(call), self.facts.method_name(call))?;
        let resource = &self.words.resource[at];
        let fits = |pattern: &Pattern| self.fits(pattern, call);
        let given = |keyword: &String| self.facts.option(call, keyword).is_some_and(|value| !self.is_constant(value, false));
        let excused = |keyword: &String| self.facts.option(call, keyword).is_some_and(|value| self.is_constant(value, true));
        let by_method = self.facts.callee(call).receiver.filter(|_| !resource.receivers.is_empty());
        let named = |receiver| key::last_name(self.facts, receiver).is_some_and(|name| key::ends_with(&resource.receivers, name));
        if by_method.is_some_and(|receiver| !named(receiver)) {
            return None;
        }
        let armed = || !resource.armed_by.is_empty() && self.is_armed(resource, call);
        let asks = resource.when.is_empty() && resource.armed_by.is_empty();
        let counts = (asks || resource.when.iter().any(given) || armed())
            && !resource.unless.iter().any(excused)
            && !resource.fixed.iter().any(|word| self.writes(call, word))
            && !(resource.addressed && self.is_unaddressed(call))
            && !resource.exempt.iter().any(fits);
        counts.then_some(at)
    }

    /// Whether a call is not told what to connect to, or that it is to stay in memory.
    fn is_unaddressed(&self, call: ExprId) -> bool {
        let facts = self.facts;
        let named = |arg: &ExprId| match facts.kind(*arg) {
            ExprKind::Named { name, .. } => self.words.located.iter().any(|word| word == facts.text(name)),
            _ => true,
        };
        let first = facts.positional(call, 0).or_else(|| self.words.located.iter().find_map(|word| facts.option(call, word)));
        let nowhere = |value: ExprId| {
            facts.literal(value) == Some(Literal::Null) || matches!(facts.literal_text(value), Some("" | ":memory:"))
        };
        !facts.args(call).iter().any(named) || first.is_some_and(nowhere)
    }

    /// Whether a name is written in the arguments of a call.
    fn writes(&self, call: ExprId, word: &str) -> bool {
        let facts = self.facts;
        let inside = |at: ExprId| facts.args(call).iter().any(|arg| facts.expr(*arg).span.contains(facts.expr(at).span));
        facts.names.find(word).is_some_and(|name| facts.mentions(name).iter().any(|at| inside(*at)))
    }

    /// Whether what a call makes is set to work, or given to somebody who may do that: a socket holds nothing before.
    fn is_armed(&self, resource: &Resource, call: ExprId) -> bool {
        let facts = self.facts;
        let arms = |name: Name| resource.armed_by.iter().any(|word| word == facts.text(name));
        let works = |operation: &Operation| match operation.action {
            Action::Method { name, .. } => arms(name),
            Action::Argument { .. } | Action::Stored { .. } => true,
            _ => false,
        };
        match kept::fate(facts, call) {
            kept::Fate::Kept(target) => {
                let holders = kept::holders(facts, target);
                let field = holders.iter().any(|place| !facts.places.get(*place).path.is_empty());
                field || holders.iter().any(|place| facts.operations(*place).iter().any(works))
            }
            kept::Fate::Dropped => false,
            kept::Fate::Chained(_) | kept::Fate::Given(..) | kept::Fate::Handed => true,
        }
    }

    fn is_constant(&self, value: ExprId, wanted: bool) -> bool {
        self.facts.literal(value) == Some(Literal::Bool(wanted))
    }

    pub(super) fn fits(&self, pattern: &Pattern, call: ExprId) -> bool {
        pattern.fits(self.facts.callee_path(call), self.facts.method_name(call))
    }

    pub(super) fn has(&self, table: &Patterns<()>, call: ExprId) -> bool {
        table.find(self.facts.callee_path(call), self.facts.method_name(call)).is_some()
    }

    /// Whether a method hands a value that is yet to come to a callback.
    pub fn chains(&self, method: &str) -> bool {
        self.words.chain.iter().any(|word| word == method)
    }

    /// Whether the value of a method is the handle on which it is called.
    pub fn is_fluent(&self, method: &str) -> bool {
        self.words.fluent.iter().any(|word| word == method)
    }

    /// Whether a call gives an attribute of an object what it is given.
    pub fn stores(&self, call: ExprId) -> bool {
        self.words.storing.iter().any(|word| self.fits(word, call))
    }

    /// Whether a call hands out the method that lets a handle go: `close = getattr(response, "close", None)`.
    pub fn fetches_release(&self, resource: &Resource, call: ExprId, handle: ExprId) -> bool {
        let named = match self.facts.expr(call).parent {
            Parent::Expr(assign) => match self.facts.kind(assign) {
                ExprKind::Assign { target, .. } => match self.facts.kind(target) {
                    ExprKind::Name { name, .. } => Some(self.facts.text(name)),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        };
        self.facts.positional(call, 0) == Some(handle)
            && self.words.fetch.iter().any(|word| self.fits(word, call))
            && named.is_some_and(|name| self.releases(resource, name))
    }

    /// Whether a method of these types looks up whatever they do not have in a field: what is done to them is done to it.
    pub fn is_forwarded(&self, types: &[TypeId], field: Name) -> bool {
        let methods = types.iter().flat_map(|ty| self.facts.ty(*ty).methods.iter().copied());
        let forwards = |method: FunctionId| {
            let named = self.facts.function(method).name.map_or("", |name| self.facts.text(name));
            self.words.forwards.iter().any(|word| word == named)
        };
        let fetched = |call: &ExprId| {
            let from = self.facts.positional(*call, 0).map(|from| self.facts.kind(from));
            self.words.fetch.iter().any(|word| self.fits(word, *call))
                && matches!(from, Some(ExprKind::Field { name, .. }) if name == field)
        };
        methods.filter(|method| forwards(*method)).any(|method| self.facts.function(method).calls.iter().any(fetched))
    }

    /// Whether a method runs for as long as the handle on which it is called is in use.
    pub fn serves(&self, method: &str) -> bool {
        self.words.serves.iter().any(|word| word == method)
    }

    /// Whether a call of this file lets go of such a resource, of whichever.
    pub fn is_released_somewhere(&self, resource: &Resource) -> bool {
        self.facts.callees.keys().any(|call| resource.release_by.iter().any(|pattern| self.fits(pattern, *call)))
    }

    /// Whether a call of this method on the handle lets it go.
    pub fn releases(&self, resource: &Resource, method: &str) -> bool {
        resource.release.iter().chain(&self.words.release).any(|word| word == method)
    }

    /// Whether a method gives what a handle comes in to a function, which makes something of the handle.
    pub fn wraps_up(&self, method: &str, call: ExprId) -> bool {
        let maps = self.words.maps.iter().any(|word| word == method);
        let Some(by) = self.facts.positional(call, 0).filter(|_| maps) else { return false };
        let ExprKind::Closure(closure) = self.facts.kind(by) else { return true };
        let Some(param) = self.facts.function(closure).params.first() else { return false };
        let given = |at: &ExprId| match self.facts.expr(*at).parent {
            Parent::Expr(outer) => {
                matches!(self.facts.kind(outer), ExprKind::Call { callee, .. } if callee != *at)
                    || matches!(self.facts.kind(outer), ExprKind::Named { .. })
            }
            _ => true,
        };
        self.facts.binding(param.binding).uses.iter().any(given)
    }

    /// Whether nothing is of use after a method of this name.
    pub fn is_final(&self, method: &str) -> bool {
        self.words.last.iter().any(|word| word == method)
    }

    /// Whether a call can be left out when the ways out by failure are counted: releases count as such, of whatever.
    pub fn is_harmless(&self, resource: &Resource, call: ExprId) -> bool {
        let known = self.has(&self.tables.fails, call);
        !known && self.has(&self.tables.harmless, call)
            || resource.release_by.iter().any(|pattern| self.fits(pattern, call))
            || self.facts.method_name(call).is_some_and(|method| self.releases(resource, method))
            || self.facts.exported.is_some() && self.is_plain(call, PLAIN)
    }

    /// Whether a call runs a function of this file that raises nothing, and calls nothing but such functions and what is
    /// harmless.
    fn is_plain(&self, call: ExprId, hops: u32) -> bool {
        let (Some(function), Some(hops)) = (self.facts.callee(call).function, hops.checked_sub(1)) else { return false };
        let own = self.facts.function(function);
        let raises = |step: &Step| matches!(step.kind, StepKind::Exit { kind: ExitKind::Raise, .. });
        let plain = |inner: &ExprId| self.has(&self.tables.harmless, *inner) || self.is_plain(*inner, hops);
        !own.traits.is_async
            && !own.traits.is_generator
            && !self.facts.steps_in(function).any(raises)
            && own.calls.iter().all(plain)
    }

    /// Whether a call takes out a part of the handle, which is there: `child.stdin.take().ok_or("no input")`.
    pub fn takes_part(&self, resource: &Resource, call: ExprId, is_handle: &dyn Fn(ExprId) -> bool) -> bool {
        let mut at = call;
        while let Some(method) = self.facts.method_name(at) {
            let Some(receiver) = self.facts.callee(at).receiver.filter(|_| resource.parted_by.iter().any(|word| word == method))
            else {
                return false;
            };
            at = receiver;
        }
        match self.facts.kind(at) {
            ExprKind::Field { base, name } => is_handle(base) && resource.parts.iter().any(|part| part == self.facts.text(name)),
            _ => false,
        }
    }

    /// Whether a call is known to look at its arguments and no more. A harmless method (`*.append`) may well keep them.
    pub fn is_glance(&self, call: ExprId) -> bool {
        self.tables.harmless.find(self.facts.callee_path(call), None).is_some()
    }

    /// Whether the value of a call is still the handle that it is called on or given.
    pub fn hands_through(&self, call: ExprId) -> bool {
        // A function of the project's own is known by its last name, wherever it stands.
        let plain = || self.facts.callee(call).receiver.is_none().then(|| self.facts.callee_name(call)).flatten();
        self.has(&self.tables.through, call) || plain().is_some_and(|name| self.tables.through.find(Some(name), None).is_some())
    }

    /// Whether a call asks something of the handle, or uses it and no more.
    pub fn is_question(&self, call: ExprId) -> bool {
        self.has(&self.tables.absent, call) || self.has(&self.tables.present, call) || self.has(&self.tables.borrower, call)
    }

    /// Whether a call is one of a method that hands out a field.
    pub fn lends(&self, call: ExprId) -> bool {
        self.facts.method_name(call).is_some_and(|name| self.words.lends.iter().any(|word| word == name))
    }

    /// Whether a call lets go of, or takes over, what it is given.
    pub fn frees(&self, resource: &Resource, call: ExprId) -> bool {
        resource.release_by.iter().any(|pattern| self.fits(pattern, call)) || self.is_consumed(resource, call)
    }

    /// Whether an expression stands in a method that hands out a field and says nothing about who releases it.
    pub fn is_lent(&self, at: ExprId) -> bool {
        let name = self.facts.function(self.facts.function_of(at)).name;
        name.is_some_and(|name| self.words.lends.iter().any(|word| word == self.facts.text(name)))
    }

    /// Whether a call ends the process.
    pub fn ends_process(&self, call: ExprId) -> bool {
        self.has(&self.tables.exit, call) || self.ends_by_default(call)
    }

    /// Whether what is called is a parameter whose default value ends the process: `def finish(exit=os._exit)`.
    fn ends_by_default(&self, call: ExprId) -> bool {
        let facts = self.facts;
        let ExprKind::Call { callee, .. } = facts.kind(call) else { return false };
        let Some(binding) = facts.binding_of(callee) else { return false };
        let function = facts.function(facts.scopes[facts.binding(binding).scope.index()].function);
        let default = function.params.iter().find(|param| param.binding == binding).and_then(|param| param.default);
        let path = default.and_then(|default| facts.dotted(default));
        path.is_some_and(|path| self.tables.exit.find(Some(&path), None).is_some())
    }
}
