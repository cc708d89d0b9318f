//! The walk over a function's flow: on which ways out is a handle still held?
//!
//! What is known about the handle at one point is a set of four states, so each step has at most sixteen outcomes, and
//! the walk is linear in the size of the function.

use super::custody::{Custody, Effect};
use super::guard::Question;
use super::known::{self, Known};
use super::obligation::{Ledger, Obligation};
use super::way::{CAUGHT, FREE, HELD, Leaving, OWED, Out, Way, settled};
use crate::facts::{Block, CollectionKind, ExitKind, ExprId, ExprKind, Facts, Handler, LoopKind, StepId, StepKind};
use crate::rules::Tables;
use crate::source::Span;
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// What is known not to fail.
#[derive(Clone, Copy)]
pub struct Sure<'b> {
    /// Whether a call is known not to fail in a way that matters.
    pub harmless: &'b dyn Fn(ExprId) -> bool,
    /// Whether an expression asks the handle for something that is surely there.
    pub there: &'b dyn Fn(ExprId) -> bool,
}

/// The walk for one handle.
pub struct Walk<'a, 'b> {
    facts: &'a Facts,
    sure: Sure<'b>,
    custody: &'b Custody,
    tables: &'b Tables,
    acquire: ExprId,
    /// What decides whether the handle is acquired at all.
    deciders: Vec<Span>,
    /// What is known of conditions while it is held.
    known: Known<'a>,
    memo: FxHashMap<(StepId, u8), Rc<Out>>,
    cleanup: u32,
    /// The calls that were reached with it.
    met: FxHashSet<ExprId>,
}

/// Every way on which the handle that an obligation speaks of is not released in its function, and every call that is
/// reached while it is held.
pub fn ways(ledger: &Ledger, custody: &Custody, obligation: &Obligation) -> (Vec<Way>, FxHashSet<ExprId>) {
    let resource = obligation.resource;
    let harmless = |call| ledger.is_harmless(resource, call) || custody.mild.contains(&call);
    let there = |call| ledger.takes_part(resource, call, &|base| custody.mentions.contains(&base));
    walk(ledger.facts, ledger.tables, custody, obligation.call, Sure { harmless: &harmless, there: &there })
}

/// Every way on which what `acquire` begins is not ended in its function, given what each expression does to it.
pub fn exits(facts: &Facts, tables: &Tables, custody: &Custody, acquire: ExprId, sure: Sure) -> Vec<Way> {
    walk(facts, tables, custody, acquire, sure).0
}

fn walk(facts: &Facts, tables: &Tables, custody: &Custody, acquire: ExprId, sure: Sure) -> (Vec<Way>, FxHashSet<ExprId>) {
    let function = facts.function(facts.function_of(acquire));
    let deciders = super::guard::deciders(facts, acquire);
    let known = Known::of(facts, acquire);
    let (memo, met) = (FxHashMap::default(), FxHashSet::default());
    let mut walk = Walk { facts, sure, custody, tables, acquire, deciders, known, memo, cleanup: 0, met };
    let mut out = walk.block(&function.body, FREE);
    let next = out.next;
    let end = Span::new(function.span.end.saturating_sub(1), function.span.end);
    out.way(Leaving::End, end, next);
    (out.ways, walk.met)
}

impl Walk<'_, '_> {
    fn block(&mut self, steps: &[StepId], bits: u8) -> Out {
        let mut all = Out::on(bits);
        for &step in steps {
            if all.next == 0 {
                break;
            }
            let out = self.step(step, all.next);
            all.absorb(&out);
            all.next = out.next;
        }
        all
    }

    fn step(&mut self, step: StepId, bits: u8) -> Rc<Out> {
        if let Some(known) = self.memo.get(&(step, bits)) {
            return Rc::clone(known);
        }
        let facts = self.facts;
        let span = facts.step(step).span;
        let mut out = Out::default();
        match &facts.step(step).kind {
            StepKind::Evaluate(expr) => out.next = self.eval(*expr, bits, &mut out),
            StepKind::Exit { kind, value } => self.exit(*kind, *value, span, bits, &mut out),
            StepKind::Branch { condition, then, otherwise } => self.branch(*condition, (then, otherwise), span, bits, &mut out),
            StepKind::Switch { subject, arms, total } => {
                let bits = self.eval(*subject, bits, &mut out);
                out.next = if *total { 0 } else { bits };
                for arm in arms {
                    let absent = arm.pattern.is_some_and(|pattern| self.is_missed(*subject, pattern));
                    let inner = self.block(&arm.body, if absent { bits & !OWED } else { bits });
                    out.absorb(&inner);
                    out.next |= inner.next;
                }
            }
            StepKind::Loop { kind, header, body, otherwise, .. } => {
                self.repeat(*kind, *header, (body, otherwise), bits, &mut out);
            }
            StepKind::Try { body, handlers, otherwise, finally } => {
                self.attempt(body, handlers, otherwise, finally, bits, &mut out);
            }
            StepKind::Manage { items, body } => {
                let bits = items.iter().fold(bits, |bits, item| self.eval(item.value, bits, &mut out));
                let inner = self.block(body, bits);
                out.absorb(&inner);
                out.next = inner.next;
            }
            StepKind::Function(_) | StepKind::Type(_) => out.next = bits,
        }
        let out = Rc::new(out);
        self.memo.insert((step, bits), Rc::clone(&out));
        out
    }

    fn question(&self) -> Question<'_> {
        Question { facts: self.facts, tables: self.tables, mentions: &self.custody.mentions }
    }

    /// Whether an arm is the one for the case in which there is no handle.
    fn is_missed(&self, subject: ExprId, pattern: ExprId) -> bool {
        let asked = self.facts.expr(subject).span.contains(self.facts.expr(self.acquire).span) || self.is_own(subject);
        asked && self.question().is_absent(pattern)
    }

    /// Whether an expression is a mention of the handle, or what a chain of calls on it makes.
    fn is_own(&self, expr: ExprId) -> bool {
        let mut at = Some(expr);
        while let Some(expr) = at {
            if self.custody.mentions.contains(&expr) {
                return true;
            }
            at = match self.facts.kind(expr) {
                _ if self.facts.wraps.contains_key(&expr) => self.facts.wraps.get(&expr).copied(),
                ExprKind::Try(inner) | ExprKind::Await(inner) => Some(inner),
                ExprKind::Call { .. } => self.facts.callee(expr).receiver,
                _ => None,
            };
        }
        false
    }

    fn exit(&mut self, kind: ExitKind, value: Option<ExprId>, span: Span, bits: u8, out: &mut Out) {
        // What makes the exception does not fail itself.
        let mut unseen = Out::default();
        let seen = if kind == ExitKind::Raise { &mut unseen } else { &mut *out };
        let bits = value.map_or(bits, |value| self.eval(value, bits, seen));
        match kind {
            ExitKind::Return => out.way(Leaving::Return, span, bits),
            ExitKind::Raise => {
                // A failure kept from a handler above is raised on the ways that went through the handler.
                let kept = value.is_some_and(|value| super::guard::was_caught(self.facts, value));
                let bits = if kept { bits & !HELD } else { bits };
                out.fails |= bits;
                out.way(Leaving::Raise, span, bits);
            }
            ExitKind::Break => out.breaks |= bits,
            ExitKind::Continue => out.continues |= bits,
        }
    }

    fn branch(&mut self, condition: ExprId, arms: (&Block, &Block), span: Span, bits: u8, out: &mut Out) {
        let bits = self.eval(condition, bits, out);
        let (null, otherwise_null) = self.question().nulls(condition);
        let without = |null: bool| if null { bits & !OWED } else { bits };
        let known = self.known.outcome(condition);
        let (mut then_bits, mut else_bits) =
            (without(null || known == Some(false)), without(otherwise_null || known == Some(true) || self.is_there(condition)));
        // Where the condition looks at the handle, or decides like the one around the acquisition, an arm without the
        // release is the one in which there is nothing to release. A clean-up that asks first is taken at its word.
        let asked = super::guard::asks(self.facts, condition, &self.custody.mentions);
        // What asks for the failure that was caught does not ask for the handle.
        let trusted = self.cleanup > 0 && !super::guard::asks_failure(self.facts, condition);
        if asked || trusted || self.deciders.iter().any(|decider| !decider.contains(span)) {
            let (first, second) = (self.settles(arms.0, then_bits), self.settles(arms.1, else_bits));
            if first && !second {
                else_bits = settled(else_bits);
            } else if second && !first {
                then_bits = settled(then_bits);
            }
        }
        for (block, bits) in [(arms.0, then_bits), (arms.1, else_bits)] {
            let inner = self.block(block, bits);
            out.absorb(&inner);
            out.next |= inner.next;
        }
    }

    /// Whether a pattern that may not fit does, because it asks for a part that is there.
    fn is_there(&self, condition: ExprId) -> bool {
        match self.facts.kind(condition) {
            ExprKind::Assign { value: Some(value), .. } => (self.sure.there)(value),
            _ => false,
        }
    }

    /// Whether a block lets go of the handle.
    fn settles(&mut self, block: &Block, bits: u8) -> bool {
        let facts = self.facts;
        let (Some(first), Some(last)) = (block.first(), block.last()) else { return false };
        let span = Span::new(facts.step(*first).span.start, facts.step(*last).span.end);
        let inside = |at: &ExprId| span.contains(facts.expr(*at).span);
        let named = self.custody.releases.iter().chain(&self.custody.handed).any(inside);
        named && bits & OWED != 0 && self.block(block, bits).next & OWED == 0
    }

    fn repeat(&mut self, kind: LoopKind, header: Option<ExprId>, blocks: (&Block, &Block), bits: u8, out: &mut Out) {
        let (nothing, something) = match (kind, header) {
            (LoopKind::While, Some(header)) => {
                let (null, null_after) = self.question().nulls(header);
                (null, null_after)
            }
            _ => (false, false),
        };
        let mut entry = header.map_or(bits, |header| self.eval(header, bits, out));
        let mut after = 0;
        // The states only ever grow, so four rounds reach them all.
        for _ in 0..4 {
            let inner = self.block(blocks.0, if nothing { entry & !OWED } else { entry });
            out.fails |= inner.fails;
            out.next |= inner.breaks;
            inner.ways.iter().for_each(|way| out.way(way.leaving, way.at, way.state));
            after = inner.next | inner.continues;
            let grown = entry | after;
            if grown == entry {
                break;
            }
            entry = match header {
                Some(header) if kind != LoopKind::Each => self.eval(header, grown, out),
                _ => grown,
            };
        }
        let ended = self.ended(kind, header, blocks.0, (entry, after));
        let ended = if something { ended & !OWED } else { ended };
        let inner = self.block(blocks.1, ended);
        out.absorb(&inner);
        out.next |= inner.next;
    }

    /// The states with which a loop ends by itself, after those at its head and at the end of a round.
    fn ended(&self, kind: LoopKind, header: Option<ExprId>, body: &Block, (head, round): (u8, u8)) -> u8 {
        let ended = match kind {
            LoopKind::Forever => 0,
            LoopKind::Each if header.is_some_and(|header| self.is_listed(header)) => round,
            LoopKind::While if header.is_some_and(|header| known::is_entered(self.facts, header)) => round,
            _ => head,
        };
        // A loop that looks for the place to put it (`for … if …: slots[at] = f`) is taken to find one.
        let placed = self.custody.kept.iter().any(|at| self.facts.in_block(*at, body));
        if placed && !self.facts.in_block(self.acquire, body) { settled(ended) } else { ended }
    }

    /// Whether what is iterated stands there element by element, so that there is at least one round.
    fn is_listed(&self, header: ExprId) -> bool {
        let kind = self.facts.kind(header);
        matches!(kind, ExprKind::Collection { kind: CollectionKind::List | CollectionKind::Tuple, items } if items.len > 0)
    }

    fn attempt(&mut self, body: &Block, handlers: &[Handler], otherwise: &Block, finally: &Block, bits: u8, out: &mut Out) {
        let mut inner = self.block(body, bits);
        if !handlers.is_empty() {
            // Nothing that can fail was seen, and yet somebody expects a failure.
            let caught = if inner.fails == 0 { bits } else { inner.fails };
            inner.fails = 0;
            inner.ways.retain(|way| !matches!(way.leaving, Leaving::Fail { .. } | Leaving::Raise));
            let rest = self.block(otherwise, inner.next);
            inner.absorb(&rest);
            inner.next = rest.next;
            self.handle(handlers, caught, &mut inner);
        }
        if finally.is_empty() {
            *out = inner;
        } else {
            self.finish(finally, &inner, out);
        }
    }

    fn handle(&mut self, handlers: &[Handler], caught: u8, inner: &mut Out) {
        let entry = if caught & OWED == 0 { caught } else { caught & !OWED | CAUGHT };
        self.cleanup += 1;
        for handler in handlers {
            let out = self.block(&handler.body, entry);
            inner.absorb(&out);
            inner.next |= out.next;
        }
        self.cleanup -= 1;
    }

    /// Sends every way out through the `finally` block.
    fn finish(&mut self, finally: &Block, inner: &Out, out: &mut Out) {
        self.cleanup += 1;
        let through = |this: &mut Self, bits: u8, out: &mut Out| {
            let end = this.block(finally, bits);
            // A failure inside the clean-up counts only for what the clean-up does not release anyway.
            if end.next & OWED != 0 {
                end.ways.iter().for_each(|way| out.way(way.leaving, way.at, way.state));
            }
            out.breaks |= end.breaks;
            out.continues |= end.continues;
            out.fails |= end.fails;
            end.next
        };
        out.next = through(self, inner.next, out);
        out.fails |= through(self, inner.fails, out);
        out.breaks |= through(self, inner.breaks, out);
        out.continues |= through(self, inner.continues, out);
        for way in &inner.ways {
            let state = through(self, way.state, out);
            out.way(way.leaving, way.at, state);
        }
        self.cleanup -= 1;
    }

    /// Evaluates an expression: its parts first, then what it does to the handle.
    fn eval(&mut self, expr: ExprId, bits: u8, out: &mut Out) -> u8 {
        let facts = self.facts;
        let bits = facts.operands(expr).into_iter().fold(bits, |bits, part| self.eval(part, bits, out));
        let span = facts.expr(expr).span;
        if expr == self.acquire {
            out.fails |= bits;
            out.way(Leaving::Lost, span, bits);
            return HELD;
        }
        if bits & HELD != 0 && matches!(facts.kind(expr), ExprKind::Call { .. }) {
            self.met.insert(expr);
        }
        let effect = self.custody.effects.get(&expr).copied();
        let after = match effect {
            Some(Effect::Leave) => return settled(bits),
            Some(Effect::Release | Effect::Hand) => settled(bits),
            Some(Effect::Write) => {
                out.way(Leaving::Lost, span, bits);
                settled(bits)
            }
            Some(Effect::Use) | None => bits,
        };
        if let ExprKind::Try(inner) = facts.kind(expr) {
            // What fails here may be the acquisition itself, or a question about what it gave.
            let own = facts.expr(inner).span.contains(facts.expr(self.acquire).span) || self.is_own(inner);
            if facts.marked_failures && !own && !(self.sure.there)(inner) {
                out.way(Leaving::Propagate, span, after);
            }
        }
        let fallible = match facts.kind(expr) {
            _ if facts.marked_failures => false,
            ExprKind::Call { .. } => !matches!(effect, None | Some(Effect::Use)) || !(self.sure.harmless)(expr),
            ExprKind::Yield { .. } => true,
            _ => effect == Some(Effect::Use),
        };
        if fallible {
            out.fails |= after;
            out.way(Leaving::Fail { call: expr, own: effect == Some(Effect::Use) }, span, after);
        }
        after
    }
}
