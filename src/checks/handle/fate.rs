//! Where the value of one expression goes: read off what stands around it, step by step outwards.

use super::guard::Question;
use super::obligation::Ledger;
use super::taking::Taking;
use crate::checks::lives::share;
use crate::facts::{
    BindingId, BindingKind, CollectionKind, Definition, ExprId, ExprKind, Facts, List, Literal, Operator, Parent, Source, StepId,
    StepKind,
};
use crate::rules::Resource;
use rustc_hash::FxHashSet;

/// How many helpers of the same file are followed in a row.
pub const HELPERS: u32 = 3;

/// What happens to a handle at one mention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is released; the expression with whose evaluation that is done.
    Released(ExprId),
    /// It leaves for somebody else's care.
    Handed(ExprId),
    /// It leaves by `return` or `raise`.
    Returned(ExprId),
    /// It is handed out by a generator.
    Yielded(ExprId),
    /// It becomes the value of a name.
    Bound(BindingId, ExprId),
    /// It becomes the value of a field or an element, the first of the two.
    Stored(ExprId, ExprId),
    /// A call uses it, which may fail: a method of its own, or somebody else's.
    Used(ExprId),
    /// The name goes (`del`).
    Deleted(ExprId),
    /// It is compared, tested, looked at.
    Tested,
    /// The mention is the target of an assignment.
    Written,
    /// Nothing is done with it.
    Dropped,
}

/// A walk outwards from one mention of a handle.
struct Climb<'a, 'b> {
    ledger: &'b Ledger<'a>,
    resource: &'b Resource,
    part: Option<usize>,
    depth: u32,
    /// Whether the handle is an element of the value that has been reached.
    contained: bool,
    /// Whether the value that has been reached is an element of the handle.
    element: bool,
    bound: bool,
    found: Vec<Fate>,
}

/// Everything that happens to the value of `start`. `part` says which of its elements is the handle, if it is a tuple.
pub fn fates(ledger: &Ledger, resource: &Resource, start: ExprId, part: Option<usize>, depth: u32) -> Vec<Fate> {
    let mut climb = Climb { ledger, resource, part, depth, contained: false, element: false, bound: false, found: Vec::new() };
    let mut at = start;
    while let Some(next) = climb.outwards(at) {
        at = next;
    }
    climb.found
}

impl Climb<'_, '_> {
    fn facts(&self) -> &Facts {
        self.ledger.facts
    }

    fn end(&mut self, fate: Fate) -> Option<ExprId> {
        // A value that was bound on the way (`if (f := open(p)):`) is in the care of its name.
        if !(self.bound && matches!(fate, Fate::Dropped | Fate::Tested)) {
            self.found.push(fate);
        }
        None
    }

    /// Looks at what holds `at`; the holder, if the handle lives on as its value.
    fn outwards(&mut self, at: ExprId) -> Option<ExprId> {
        match self.facts().expr(at).parent {
            Parent::None => self.end(Fate::Handed(at)),
            Parent::Step(step) => self.at_step(at, step),
            Parent::Expr(holder) => self.inside(at, holder),
        }
    }

    fn at_step(&mut self, at: ExprId, step: StepId) -> Option<ExprId> {
        match &self.facts().step(step).kind {
            StepKind::Evaluate(_) if self.contained => self.end(Fate::Tested),
            StepKind::Evaluate(_) => self.end(Fate::Dropped),
            StepKind::Exit { .. } => self.end(Fate::Returned(at)),
            StepKind::Manage { items, .. } if items.iter().any(|item| item.value == at) => {
                let target = items.iter().find(|item| item.value == at).and_then(|item| item.target);
                self.managed(at, target)
            }
            StepKind::Loop { header: Some(header), target: Some(target), .. } if *header == at => {
                let (target, contained) = (*target, self.contained);
                if contained { self.assigned(target, at) } else { self.end(Fate::Used(at)) }
            }
            StepKind::Loop { target: Some(target), .. } if *target == at => self.end(Fate::Written),
            StepKind::Switch { subject, .. } if *subject == at && !self.contained => self.matched(at),
            StepKind::Manage { .. } | StepKind::Try { .. } => self.end(Fate::Written),
            _ => self.end(Fate::Tested),
        }
    }

    /// A managed block lets go of what it manages, except for what it only lends to its end.
    fn managed(&mut self, at: ExprId, target: Option<ExprId>) -> Option<ExprId> {
        match target {
            _ if !self.resource.unmanaged => self.end(Fate::Released(at)),
            Some(target) => self.assigned(target, at),
            None => self.end(Fate::Tested),
        }
    }

    /// Each arm that fits a handle gives it the name that stands in its pattern.
    fn matched(&mut self, subject: ExprId) -> Option<ExprId> {
        let none = FxHashSet::default();
        let question = Question { facts: self.ledger.facts, tables: self.ledger.tables, mentions: &none };
        let before = self.found.len();
        for (at, binding) in self.ledger.facts.bindings.iter().enumerate() {
            let of = |definition: &&Definition| matches!(definition.source, Source::Assigned(value) if value == subject);
            let fits = |definition: &&Definition| !question.is_absent(definition.target);
            if let Some(definition) = binding.definitions.iter().filter(of).find(fits) {
                self.found.push(Fate::Bound(BindingId(at as u32), definition.target));
            }
        }
        if self.found.len() == before { self.end(Fate::Tested) } else { None }
    }

    fn inside(&mut self, at: ExprId, holder: ExprId) -> Option<ExprId> {
        if self.facts().wraps.get(&holder) == Some(&at) {
            return Some(holder);
        }
        match self.facts().kind(holder) {
            ExprKind::Field { name, .. } => self.field(holder, self.facts().text(name).to_owned().as_str()),
            ExprKind::Index { base, key } if base == at => self.index(holder, key),
            ExprKind::Call { callee, .. } if callee == at => self.end(Fate::Used(holder)),
            ExprKind::Call { .. } => self.argument(at, holder),
            ExprKind::Assign { target, value, update, .. } => self.assign(at, holder, target, value, update),
            ExprKind::Delete(_) => self.end(Fate::Deleted(holder)),
            ExprKind::Operation { operator: Operator::And | Operator::Or, .. } => Some(holder),
            // What is made of a bare value (a path, a number) stands for it.
            ExprKind::Operation { operator: Operator::Other | Operator::Add, .. } | ExprKind::Other(_) if self.is_bare() => {
                Some(holder)
            }
            ExprKind::Choice { condition, .. } if condition == at => self.end(Fate::Tested),
            ExprKind::Choice { .. } | ExprKind::Await(_) | ExprKind::Try(_) | ExprKind::Named { .. } | ExprKind::Spread(_) => {
                Some(holder)
            }
            ExprKind::Yield { .. } => self.end(Fate::Yielded(holder)),
            ExprKind::Collection { items, .. } => self.collected(at, items, holder),
            ExprKind::Pair { .. } => {
                self.contained = true;
                Some(holder)
            }
            ExprKind::Comprehension { parts, .. } if self.facts().list(parts).first() == Some(&at) => {
                self.contained = true;
                Some(holder)
            }
            ExprKind::Each { target, .. } if target == at => self.end(Fate::Written),
            ExprKind::Each { .. } if self.contained => self.end(Fate::Handed(at)),
            ExprKind::Each { .. } if self.is_handed_out(holder) => self.end(Fate::Returned(at)),
            ExprKind::Each { .. } => self.end(Fate::Used(at)),
            _ => self.end(Fate::Tested),
        }
    }

    /// Whether the handle is no object but a value without methods, which others are made of.
    fn is_bare(&self) -> bool {
        self.resource.release.is_empty() && !self.contained
    }

    fn field(&mut self, field: ExprId, name: &str) -> Option<ExprId> {
        let call = match self.facts().expr(field).parent {
            Parent::Expr(call) if matches!(self.facts().kind(call), ExprKind::Call { callee, .. } if callee == field) => {
                Some(call)
            }
            _ => None,
        };
        let releases = !self.contained && self.ledger.releases(self.resource, name);
        match call {
            // `open().unwrap()` is what `open()` has made.
            Some(call) if !releases && (self.facts().wraps.contains_key(&call) || self.ledger.hands_through(call)) => Some(call),
            Some(call) if releases => self.end(Fate::Released(call)),
            // A bare value has no methods of its own; what a foreign one makes of it is out of sight.
            Some(call) if self.facts().raii && self.is_bare() && !self.ledger.is_question(call) => self.end(Fate::Handed(call)),
            // `Path(made()).resolve()`
            Some(call) if !self.facts().raii && self.is_bare() && self.is_made_of(field) => Some(call),
            Some(call) if self.ledger.chains(name) => self.end(Fate::Handed(call)),
            Some(call) if self.ledger.wraps_up(name, call) => self.end(Fate::Handed(call)),
            Some(call) if self.ledger.is_fluent(name) && !self.contained && self.goes_on(field, call) => Some(call),
            Some(call) => self.end(Fate::Used(call)),
            // `response.raw` has the whole of it.
            None if self.resource.keepers.iter().any(|word| word == name) => Some(field),
            // `response.content` is all that was left of it.
            None if self.resource.drained_by.iter().any(|word| word == name) => self.end(Fate::Used(field)),
            // Somebody gets the means to release it.
            None if releases || self.ledger.serves(name) => self.end(Fate::Handed(field)),
            None => self.end(Fate::Tested),
        }
    }

    /// Whether a method is called on what a call has made of the handle, rather than on one of its names.
    fn is_made_of(&self, field: ExprId) -> bool {
        let facts = self.facts();
        matches!(facts.kind(field), ExprKind::Field { base, .. } if matches!(facts.kind(base), ExprKind::Call { .. }))
    }

    /// Whether a chain begins with what makes the handle, or its value is used. What is chained to keeps the handle.
    fn goes_on(&mut self, field: ExprId, call: ExprId) -> bool {
        let facts = self.facts();
        let made = matches!(facts.kind(field), ExprKind::Field { base, .. } if matches!(facts.kind(base), ExprKind::Call { .. }));
        let used = match facts.expr(call).parent {
            Parent::Step(step) => !matches!(facts.step(step).kind, StepKind::Evaluate(_)),
            _ => true,
        };
        self.bound |= made;
        made || used
    }

    /// A constant index of a tuple tells which element is meant; any other may be the handle.
    fn index(&mut self, holder: ExprId, key: Option<ExprId>) -> Option<ExprId> {
        let number = key.and_then(|key| match self.facts().literal(key) {
            Some(Literal::Number(Some(number))) => Some(number as usize),
            _ => None,
        });
        match (self.part, number) {
            (Some(part), Some(number)) if part == number => {
                self.part = None;
                Some(holder)
            }
            (Some(_), Some(_)) => self.end(Fate::Dropped),
            _ => {
                self.element = true;
                Some(holder)
            }
        }
    }

    fn argument(&mut self, at: ExprId, call: ExprId) -> Option<ExprId> {
        if self.facts().callee(call).receiver.is_none() && self.ledger.hands_through(call) {
            return Some(call);
        }
        if !self.contained && self.ledger.fetches_release(self.resource, call, at) {
            return self.end(Fate::Released(call));
        }
        // A field of a new object, where construction names fields.
        if !self.contained && share::fields(self.facts(), call).is_some() {
            return self.end(Fate::Stored(at, call));
        }
        // A helper that gets a container of handles is not followed.
        let depth = if self.contained || self.element { 0 } else { self.depth };
        let fate = match self.ledger.taking(self.resource, call, at, depth) {
            Taking::Releases => Fate::Released(call),
            Taking::Keeps => Fate::Handed(call),
            Taking::Borrows => Fate::Used(call),
            Taking::Glances if self.is_bare() => return Some(call),
            Taking::Glances => Fate::Tested,
        };
        self.end(fate)
    }

    fn assign(
        &mut self,
        at: ExprId,
        holder: ExprId,
        target: ExprId,
        value: Option<ExprId>,
        update: Option<Operator>,
    ) -> Option<ExprId> {
        if target == at && !self.element {
            return self.end(Fate::Written);
        }
        if value != Some(at) {
            return self.end(Fate::Tested);
        }
        if update.is_some() {
            return self.end(Fate::Handed(holder));
        }
        self.assigned(target, holder);
        self.bound = true;
        Some(holder)
    }

    /// The value reaches a target: a name, a field, or several of them.
    fn assigned(&mut self, target: ExprId, at: ExprId) -> Option<ExprId> {
        let fate = match self.facts().kind(target) {
            _ if self.element => Fate::Handed(at),
            // What a parameter points at belongs to the caller, and a slot to whoever has the slots.
            ExprKind::Name { binding: Some(binding), .. }
                if self.facts().raii && (self.is_parameter(binding) || self.is_slot(binding, target)) =>
            {
                Fate::Handed(at)
            }
            ExprKind::Name { binding: Some(binding), .. } if !self.contained || self.is_loop_target(target) => {
                Fate::Bound(binding, at)
            }
            ExprKind::Field { .. } | ExprKind::Index { .. } => Fate::Stored(target, at),
            ExprKind::Collection { items, .. } | ExprKind::Other(items) if !self.contained => return self.unpacked(items, at),
            _ => Fate::Handed(at),
        };
        self.found.push(fate);
        None
    }

    /// Whether a clause belongs to a lazy sequence that is returned: whoever goes through that has the handle.
    fn is_handed_out(&self, clause: ExprId) -> bool {
        let facts = self.facts();
        let Parent::Expr(sequence) = facts.expr(clause).parent else { return false };
        let lazy = matches!(facts.kind(sequence), ExprKind::Comprehension { kind: CollectionKind::Generator, .. });
        let Parent::Step(step) = facts.expr(sequence).parent else { return false };
        lazy && matches!(facts.step(step).kind, StepKind::Exit { .. })
    }

    fn is_parameter(&self, binding: BindingId) -> bool {
        matches!(self.facts().binding(binding).kind, BindingKind::Parameter(_))
    }

    /// Whether a name stands for a place elsewhere, through which it is written: `let slot = &mut slots[i]`, or the name that a
    /// loop gives to one slot after the other.
    fn is_slot(&self, binding: BindingId, target: ExprId) -> bool {
        let facts = self.facts();
        facts.binding(binding).definitions.iter().any(|definition| match definition.source {
            Source::Assigned(value) => definition.target != target && facts.borrows.contains(&value),
            Source::Iterated(_) => definition.target != target,
            _ => false,
        })
    }

    fn is_loop_target(&self, target: ExprId) -> bool {
        matches!(self.facts().expr(target).parent, Parent::Step(_))
    }

    fn unpacked(&mut self, items: List, at: ExprId) -> Option<ExprId> {
        let items = self.facts().list(items).to_vec();
        // `let _ = open()`
        if items.is_empty() {
            self.found.push(Fate::Dropped);
        }
        let wanted = items.into_iter().enumerate().filter(|(index, _)| self.part.is_none_or(|part| part == *index));
        for (_, item) in wanted.collect::<Vec<_>>() {
            let fate = match self.facts().kind(item) {
                ExprKind::Name { binding: Some(binding), .. } => Fate::Bound(binding, at),
                ExprKind::Field { .. } | ExprKind::Index { .. } => Fate::Stored(item, at),
                _ => Fate::Handed(at),
            };
            self.found.push(fate);
        }
        None
    }

    /// In `a, b = f, g` each value reaches the target that stands at its position.
    fn collected(&mut self, at: ExprId, items: List, holder: ExprId) -> Option<ExprId> {
        let position = self.facts().list(items).iter().position(|item| *item == at);
        if let (Parent::Expr(assign), Some(position), false) = (self.facts().expr(holder).parent, position, self.contained)
            && let ExprKind::Assign { target, value, update: None, .. } = self.facts().kind(assign)
        {
            if target == holder {
                return self.end(Fate::Written);
            }
            if let (ExprKind::Collection { items, .. }, true) = (self.facts().kind(target), value == Some(holder))
                && let Some(item) = self.facts().list(items).get(position).copied()
            {
                return self.assigned(item, assign);
            }
        }
        self.contained = true;
        Some(holder)
    }
}
