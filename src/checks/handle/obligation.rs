//! What must be released, and who releases it: the vocabulary of a rule, applied to the calls of one file.

use super::summary;
use crate::checks::context::{self, Context};
use crate::checks::lives::kept;
use crate::checks::lives::key;
use crate::facts::{
    Action, Around, BindingKind, ExitKind, ExprId, ExprKind, Facts, FunctionId, Literal, Name, Operation, Parent, Root, Source,
    Step, StepKind, TypeId,
};
use crate::index::{Deed, Given, Outline, Project, Taken};
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

/// The words of a rule, ready for look-up, with what the functions of the file add to them.
pub struct Ledger<'a> {
    /// The file.
    pub facts: &'a Facts,
    words: &'a Vocabulary,
    /// Its patterns.
    pub tables: &'a Tables,
    project: &'a Project,
    path: &'a str,
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
            && !resource.exempt.iter().any(fits);
        counts.then_some(at)
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

    fn fits(&self, pattern: &Pattern, call: ExprId) -> bool {
        pattern.fits(self.facts.callee_path(call), self.facts.method_name(call))
    }

    fn has(&self, table: &Patterns<()>, call: ExprId) -> bool {
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
        self.has(&self.tables.through, call)
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
