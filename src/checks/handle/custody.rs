//! What one function does with a handle that it has bound to a name: the effect of each expression that mentions it.

use super::drained::{is_drained, is_gone_through};
use super::fate::{Fate, HELPERS, fates};
use super::obligation::{Ledger, Obligation};
use super::setting;
use super::summary;
use crate::facts::{
    BindingId, BindingKind, ExitKind, ExprId, ExprKind, Facts, FunctionId, FunctionKind, Literal, Parent, Source, StepKind,
};
use crate::rules::Resource;
use rustc_hash::{FxHashMap, FxHashSet};

/// What the evaluation of an expression does to a handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It is let go.
    Release,
    /// Somebody else has it from here on.
    Hand,
    /// It is used, which may fail.
    Use,
    /// The only name for it gets another value.
    Write,
    /// The process ends.
    Leave,
}

/// The names of a handle in one function, and what is done through them.
#[derive(Debug, Default)]
pub struct Custody {
    /// By the expression with which it is done.
    pub effects: FxHashMap<ExprId, Effect>,
    /// Every mention of a name of the handle.
    pub mentions: FxHashSet<ExprId>,
    /// Where it is let go, in textual order.
    pub releases: Vec<ExprId>,
    /// Where it is handed on, in textual order.
    pub handed: Vec<ExprId>,
    /// Those of them where a call or a container keeps it, rather than the caller.
    pub kept: Vec<ExprId>,
    /// How many of these are calls of which nothing is known: they may take it over or not.
    pub guessed: usize,
    /// The fields and elements that it is stored in.
    pub stored: Vec<ExprId>,
    /// Calls on it that do not fail.
    pub mild: FxHashSet<ExprId>,
    /// Where a loop goes through its elements.
    pub iterated: Option<ExprId>,
    /// Where a loop does so that nothing leaves before its end.
    pub exhausted: Option<ExprId>,
    /// Whether it is returned on some way.
    pub returned: bool,
    /// Where it is used up, so that it closes itself.
    pub drained: Option<ExprId>,
    /// Where the value of a field by which others know it is handed on.
    pub named: Option<ExprId>,
    /// Where the value of such a field is read at all.
    pub found: Option<ExprId>,
    /// Whether one of its names is a parameter, so that the caller could have given one.
    pub optional: bool,
    /// Whether a nested function takes care of it, or the name belongs to another function.
    pub elsewhere: bool,
}

struct Reading<'a, 'b> {
    ledger: &'b Ledger<'a>,
    resource: &'b Resource,
    function: FunctionId,
    names: Vec<BindingId>,
    /// Which element of what the acquisition gives is the handle, where a name has all of that.
    part: Option<usize>,
    custody: Custody,
}

/// Reads every mention of the handle that `acquire` makes and `names` stand for.
pub fn custody(ledger: &Ledger, obligation: &Obligation, names: &[BindingId]) -> Custody {
    let (resource, acquire, part) = (obligation.resource, obligation.call, obligation.part());
    let function = ledger.facts.function_of(acquire);
    let mut reading = Reading { ledger, resource, function, names: names.to_vec(), part, custody: Custody::default() };
    let mut next = 0;
    while let Some(&name) = reading.names.get(next) {
        reading.name(name, acquire);
        next += 1;
    }
    if let [only] = reading.names.as_slice() {
        reading.writes(*only, acquire);
    }
    // The end of the process is raised on purpose, and leaves behind what outlives it.
    let stays = |call: &ExprId| setting::outlives_process(resource) && is_raised(ledger.facts, *call);
    let ends = ledger.facts.function(function).calls.iter().filter(|call| ledger.ends_process(**call));
    for call in ends.filter(|call| !stays(call)) {
        reading.custody.effects.insert(*call, Effect::Leave);
    }
    let custody = &mut reading.custody;
    custody.releases.sort_unstable();
    custody.handed.sort_unstable();
    reading.custody
}

impl Reading<'_, '_> {
    fn name(&mut self, name: BindingId, acquire: ExprId) {
        let facts = self.ledger.facts;
        let binding = facts.binding(name);
        if facts.scopes[binding.scope.index()].function != self.function || facts.is_module(self.function) {
            self.custody.elsewhere = true;
            return;
        }
        if facts.is_unread(binding.name, self.function, facts.expr(acquire).span.start) {
            self.custody.elsewhere = true;
            return;
        }
        self.custody.optional |= matches!(binding.kind, BindingKind::Parameter(_));
        let part = self.part.filter(|_| has_all(facts, name, acquire));
        for &mention in &binding.uses {
            // What the acquisition itself is given is something else by the same name.
            // So is what the name means before it. A callback that the acquisition is given runs later.
            let (made, named) = (facts.expr(acquire).span, facts.expr(mention).span);
            let here = facts.function_of(mention) == self.function;
            // `if (fd := open_it()) is None`: what asks for the name that it gives asks for the handle.
            if here && is_named_inside(facts, mention, acquire) {
                self.custody.mentions.insert(mention);
            }
            if here && (made.contains(named) || named.end <= made.start && !facts.in_loop(acquire)) {
                continue;
            }
            let found = fates(self.ledger, self.resource, mention, part, HELPERS);
            if facts.function_of(mention) == self.function {
                self.custody.mentions.insert(mention);
                self.known(mention);
                for fate in found {
                    self.note(fate, acquire);
                }
            } else {
                self.captured(mention, &found);
            }
        }
    }

    fn note(&mut self, fate: Fate, acquire: ExprId) {
        match fate {
            Fate::Released(at) => self.release(at),
            // Without its name the value is collected, if it can be.
            Fate::Deleted(at) if self.resource.collected => self.release(at),
            // A default value or a decorator: a nested function keeps it.
            Fate::Handed(at) if self.ledger.facts.step_of(at).is_none() => self.custody.elsewhere = true,
            Fate::Handed(at) => {
                let known =
                    self.ledger.is_consumed(self.resource, at) || !matches!(self.ledger.facts.kind(at), ExprKind::Call { .. });
                self.custody.guessed += usize::from(!known);
                self.custody.kept.push(at);
                self.hand(at);
            }
            Fate::Returned(at) => {
                self.custody.returned = true;
                self.hand(at);
            }
            Fate::Stored(target, at) => {
                self.custody.stored.push(target);
                self.custody.kept.push(at);
                self.hand(at);
            }
            Fate::Bound(name, _) if self.names.contains(&name) => {}
            Fate::Bound(name, at) if self.is_local(name) => {
                // What is acquired into the other name as well is a handle of its own.
                if at != acquire {
                    self.names.push(name);
                }
            }
            Fate::Yielded(at) | Fate::Bound(_, at) => self.hand(at),
            Fate::Used(at) if self.is_kept_by(at) => {
                self.custody.kept.push(at);
                self.hand(at);
            }
            Fate::Used(at) => {
                if self.is_iterated(at) {
                    self.custody.iterated = Some(at);
                    self.custody.exhausted =
                        self.custody.exhausted.or(Some(at).filter(|at| is_gone_through(self.ledger.facts, *at)));
                }
                if is_drained(self.ledger.facts, self.resource, at) || self.is_drained_within(at) {
                    self.custody.drained = Some(at);
                }
                if self.resource.quiet {
                    self.custody.mild.insert(at);
                    return;
                }
                self.custody.effects.entry(at).or_insert(Effect::Use);
            }
            Fate::Tested | Fate::Dropped | Fate::Written | Fate::Deleted(_) => {}
        }
    }

    /// Whether a function of this file that is given the handle takes all that it has, now or as the loop over it goes on.
    fn is_drained_within(&self, call: ExprId) -> bool {
        let facts = self.ledger.facts;
        let Some(behind) = facts.callee(call).function else { return false };
        let given = facts.args(call).iter().filter(|arg| self.custody.mentions.contains(&facts.peeled(**arg)));
        let mut names = given.filter_map(|arg| summary::parameter(self.ledger, call, *arg));
        let takes = |at: ExprId| {
            let mut found = fates(self.ledger, self.resource, at, None, 0).into_iter();
            found.any(|fate| matches!(fate, Fate::Used(at) if is_drained(facts, self.resource, at)))
        };
        let drains = names.any(|name| facts.binding(name).uses.iter().any(|at| takes(*at)));
        drains && (!facts.function(behind).traits.is_generator || is_gone_through(facts, call))
    }

    /// Whether what a method makes keeps the handle, and leaves the function or is kept itself.
    fn is_kept_by(&self, call: ExprId) -> bool {
        self.makes_keeper(call) && self.leaves(call, HELPERS)
    }

    /// Whether a method makes something that works through the handle.
    fn makes_keeper(&self, call: ExprId) -> bool {
        let method = self.ledger.facts.method_name(call);
        method.is_some_and(|method| self.resource.keepers.iter().any(|word| word == method))
    }

    /// Notes where the value of a field by which the handle is known leaves the function or is kept.
    fn known(&mut self, mention: ExprId) {
        let facts = self.ledger.facts;
        let Parent::Expr(field) = facts.expr(mention).parent else { return };
        let ExprKind::Field { base, name } = facts.kind(field) else { return };
        if base != mention || !self.resource.known_by.iter().any(|word| word == facts.text(name)) {
            return;
        }
        let found = fates(self.ledger, self.resource, field, None, 0);
        if !found.iter().all(|fate| matches!(fate, Fate::Written)) {
            self.custody.found = Some(field);
        }
        if self.leaves(field, HELPERS) {
            self.custody.named = Some(field);
        }
    }

    /// Whether a value, or what is made of it, leaves the function or is kept.
    fn leaves(&self, at: ExprId, depth: u32) -> bool {
        let Some(left) = depth.checked_sub(1) else { return false };
        fates(self.ledger, self.resource, at, None, 0).into_iter().any(|fate| match fate {
            Fate::Returned(_) | Fate::Yielded(_) | Fate::Stored(..) => true,
            Fate::Bound(name, _) => {
                let uses = self.ledger.facts.binding(name).uses.iter();
                uses.filter(|mention| self.ledger.facts.expr(**mention).span.start > self.ledger.facts.expr(at).span.start)
                    .any(|mention| self.leaves(*mention, left))
            }
            Fate::Handed(call) if self.ledger.stores(call) => true,
            // Whatever it is given to makes something of it: `Upload(path=file.name)`.
            Fate::Handed(call) if call != at && matches!(self.ledger.facts.kind(call), ExprKind::Call { .. }) => {
                self.leaves(call, left)
            }
            // What that makes in turn works through it as well.
            Fate::Used(call) => self.makes_keeper(call) && self.leaves(call, left),
            _ => false,
        })
    }

    fn is_iterated(&self, expr: ExprId) -> bool {
        match self.ledger.facts.expr(expr).parent {
            Parent::Step(step) => matches!(self.ledger.facts.step(step).kind, StepKind::Loop { target: Some(_), .. }),
            Parent::Expr(holder) => matches!(self.ledger.facts.kind(holder), ExprKind::Each { .. }),
            Parent::None => false,
        }
    }

    fn is_local(&self, name: BindingId) -> bool {
        let facts = self.ledger.facts;
        facts.scopes[facts.binding(name).scope.index()].function == self.function
    }

    fn release(&mut self, at: ExprId) {
        self.custody.effects.insert(at, Effect::Release);
        self.custody.releases.push(at);
    }

    fn hand(&mut self, at: ExprId) {
        let effect = self.custody.effects.entry(at).or_insert(Effect::Hand);
        if *effect == Effect::Use {
            *effect = Effect::Hand;
        }
        self.custody.handed.push(at);
    }

    /// A nested function that only reads, and goes nowhere, changes nothing; any other takes care of the handle.
    fn captured(&mut self, mention: ExprId, found: &[Fate]) {
        let harmless = |fate: &Fate| matches!(fate, Fate::Used(_) | Fate::Tested | Fate::Dropped);
        let facts = self.ledger.facts;
        let outer = facts.enclosing(facts.function_of(mention)).find(|id| facts.function(*id).parent == Some(self.function));
        let stays = outer.is_some_and(|outer| self.stays(outer) || self.hears(outer));
        if !stays || !found.iter().all(harmless) {
            self.custody.elsewhere = true;
        }
    }

    /// Whether a nested function is what the handle itself calls on an event: `socket.onopen = () => …`.
    fn hears(&self, nested: FunctionId) -> bool {
        let facts = self.ledger.facts;
        let Some(closure) = facts.closure_expr(nested) else { return false };
        let Parent::Expr(assign) = facts.expr(closure).parent else { return false };
        let ExprKind::Assign { target, .. } = facts.kind(assign) else { return false };
        let ExprKind::Field { base, name } = facts.kind(target) else { return false };
        let own = facts.binding_of(base).is_some_and(|binding| self.names.contains(&binding));
        own && facts.text(name).starts_with("on")
    }

    fn stays(&self, nested: FunctionId) -> bool {
        let facts = self.ledger.facts;
        match facts.function(nested).kind {
            FunctionKind::Closure => facts.closure_expr(nested).is_some_and(|closure| {
                let found = fates(self.ledger, self.resource, closure, None, 0);
                found.iter().all(|fate| matches!(fate, Fate::Used(_) | Fate::Tested | Fate::Dropped))
            }),
            FunctionKind::Named => {
                let own = |at: &usize| facts.bindings[*at].kind == BindingKind::Function(nested);
                let Some(at) = (0..facts.bindings.len()).find(own) else { return false };
                facts.bindings[at].uses.iter().all(|mention| match facts.expr(*mention).parent {
                    Parent::Expr(call) => matches!(facts.kind(call), ExprKind::Call { callee, .. } if callee == *mention),
                    _ => false,
                })
            }
            _ => false,
        }
    }

    /// Where the only name gets another value, the handle is out of reach.
    fn writes(&mut self, name: BindingId, acquire: ExprId) {
        let facts = self.ledger.facts;
        for definition in &facts.binding(name).definitions {
            let (Source::Assigned(value) | Source::Unpacked(value, _)) = definition.source else { continue };
            let assign = facts.around(definition.target).find_map(|around| match around {
                crate::facts::Around::Expr(at) if matches!(facts.kind(at), ExprKind::Assign { .. }) => Some(at),
                _ => None,
            });
            let Some(assign) = assign else { continue };
            // `*pointer = value` writes to what it points at, and leaves the pointer as it is.
            let through = facts.raii && facts.expr(assign).span.start < facts.expr(definition.target).span.start;
            if through {
                continue;
            }
            if facts.expr(assign).span.contains(facts.expr(acquire).span) || self.custody.effects.contains_key(&assign) {
                continue;
            }
            let nothing = facts.literal(value) == Some(Literal::Null);
            if nothing && self.resource.collected {
                self.release(assign);
            } else if facts.binding(name).uses.iter().any(|mention| facts.expr(value).span.contains(facts.expr(*mention).span)) {
                // What is made of it takes it over: `path = join(path, name)`.
                self.custody.effects.insert(assign, Effect::Hand);
                self.custody.handed.push(assign);
            } else {
                self.custody.effects.insert(assign, Effect::Write);
            }
        }
    }
}

/// Whether a name has the whole value of an acquisition, rather than an element of it: `pair = await open_connection()`.
fn has_all(facts: &Facts, name: BindingId, acquire: ExprId) -> bool {
    let all =
        |source: Source| matches!(source, Source::Assigned(value) if facts.expr(value).span.contains(facts.expr(acquire).span));
    facts.binding(name).definitions.iter().any(|definition| all(definition.source))
}

/// Whether a mention is the name that an assignment inside a larger expression gives to the acquisition.
fn is_named_inside(facts: &Facts, mention: ExprId, acquire: ExprId) -> bool {
    let Parent::Expr(assign) = facts.expr(mention).parent else { return false };
    let ExprKind::Assign { target, value: Some(value), .. } = facts.kind(assign) else { return false };
    let alone = matches!(facts.expr(assign).parent, Parent::Step(step) if matches!(facts.step(step).kind, StepKind::Evaluate(_)));
    target == mention && !alone && facts.expr(value).span.contains(facts.expr(acquire).span)
}

/// Whether a call makes what a step raises.
fn is_raised(facts: &Facts, call: ExprId) -> bool {
    let Parent::Step(step) = facts.expr(call).parent else { return false };
    matches!(facts.step(step).kind, StepKind::Exit { kind: ExitKind::Raise, .. })
}
