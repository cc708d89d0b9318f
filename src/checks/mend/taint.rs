//! What is made of a handle and still needs it: where such values go, so that none of them is used after the release.

use super::Mender;
use crate::facts::{BindingId, CollectionKind, ExprId, ExprKind, FunctionId, Operator, Parent, StepKind};
use crate::rules::{Pattern, Resource};
use crate::source::Span;

/// Everything that needs a handle.
#[derive(Debug, Default)]
pub struct Needs {
    /// Where the handle, or what is made of it, is mentioned.
    pub mentions: Vec<Span>,
    /// Whether something of it is given to code out of sight, which may keep it.
    pub lent: bool,
}

/// A value that needs the handle on its way outwards from a mention.
struct Walk<'m, 'a> {
    mender: &'m Mender<'a>,
    resource: &'m Resource,
    function: FunctionId,
    needs: Needs,
    /// Names that are given such a value and were not looked at yet.
    open: Vec<BindingId>,
    seen: Vec<BindingId>,
}

/// What needs the handle that a name holds; nothing if something leaves the function with it, or keeps it.
pub fn of_name(mender: &Mender, resource: &Resource, name: BindingId, function: FunctionId) -> Option<Needs> {
    let mut walk = Walk::new(mender, resource, function);
    walk.open.push(name);
    walk.names()
}

/// What needs the handle that an expression makes; nothing if something leaves the function with it, or keeps it.
pub fn of_value(mender: &Mender, resource: &Resource, value: ExprId, function: FunctionId) -> Option<Needs> {
    let mut walk = Walk::new(mender, resource, function);
    walk.outwards(value).then_some(())?;
    walk.names()
}

impl<'m, 'a> Walk<'m, 'a> {
    fn new(mender: &'m Mender<'a>, resource: &'m Resource, function: FunctionId) -> Self {
        Self { mender, resource, function, needs: Needs::default(), open: Vec::new(), seen: Vec::new() }
    }

    fn names(mut self) -> Option<Needs> {
        let facts = self.mender.context.facts;
        while let Some(name) = self.open.pop() {
            if self.seen.contains(&name) {
                continue;
            }
            self.seen.push(name);
            for mention in &facts.binding(name).uses {
                self.needs.mentions.push(facts.expr(*mention).span);
                if facts.function_of(*mention) != self.function || !self.outwards(*mention) {
                    return None;
                }
            }
        }
        Some(self.needs)
    }

    /// Follows a value outwards to where it ends; false if that is out of sight.
    fn outwards(&mut self, mut at: ExprId) -> bool {
        let facts = self.mender.context.facts;
        loop {
            let holder = match facts.expr(at).parent {
                Parent::None => return false,
                Parent::Step(step) => return !matches!(facts.step(step).kind, StepKind::Exit { .. }),
                Parent::Expr(holder) => holder,
            };
            at = match facts.kind(holder) {
                ExprKind::Field { base, .. } if base == at => match facts.expr(holder).parent {
                    Parent::Expr(call) if self.is_callee(call, holder) && self.ends(call) => return true,
                    Parent::Expr(call) if self.is_callee(call, holder) => call,
                    _ => holder,
                },
                ExprKind::Call { callee, .. } if callee == at => holder,
                ExprKind::Call { .. } if self.ends(holder) => return true,
                ExprKind::Call { .. } => {
                    self.needs.lent |= !self.is_borrower(holder);
                    holder
                }
                ExprKind::Assign { target, .. } if target == at => return true,
                ExprKind::Assign { target, value: Some(_), update: None, .. } => return self.assigned(target),
                ExprKind::Assign { .. } | ExprKind::Closure(_) => return false,
                ExprKind::Each { target, .. } if target == at => return true,
                // What is made of the elements as they are asked for needs the handle as long.
                ExprKind::Each { .. } => match self.lazy(holder) {
                    Some(generator) => generator,
                    None => return true,
                },
                ExprKind::Operation { operator: Operator::And | Operator::Or, .. } => holder,
                ExprKind::Operation { .. } | ExprKind::Delete(_) => return true,
                ExprKind::Choice { condition, .. } if condition == at => return true,
                ExprKind::Yield { .. } => {
                    self.needs.lent = true;
                    return true;
                }
                _ => holder,
            };
        }
    }

    fn is_callee(&self, call: ExprId, field: ExprId) -> bool {
        matches!(self.mender.context.facts.kind(call), ExprKind::Call { callee, .. } if callee == field)
    }

    /// Whether a call has done with the handle when it returns.
    fn ends(&self, call: ExprId) -> bool {
        let words = self.mender.context.words;
        let releases = |name: &str| self.resource.release.iter().any(|word| word == name);
        self.fits(&words.mend.complete, call) || self.mender.context.facts.callee_name(call).is_some_and(releases)
    }

    fn is_borrower(&self, call: ExprId) -> bool {
        self.fits(&self.mender.context.words.borrower, call)
    }

    fn fits(&self, patterns: &[Pattern], call: ExprId) -> bool {
        let facts = self.mender.context.facts;
        patterns.iter().any(|pattern| pattern.fits(facts.callee_path(call), facts.method_name(call)))
    }

    /// The generator of which this is a clause.
    fn lazy(&self, clause: ExprId) -> Option<ExprId> {
        let facts = self.mender.context.facts;
        let Parent::Expr(whole) = facts.expr(clause).parent else { return None };
        matches!(facts.kind(whole), ExprKind::Comprehension { kind: CollectionKind::Generator, .. }).then_some(whole)
    }

    fn assigned(&mut self, target: ExprId) -> bool {
        let facts = self.mender.context.facts;
        match facts.kind(target) {
            ExprKind::Name { binding: Some(binding), .. } if self.mender.is_local(binding, self.function) => {
                self.open.push(binding);
                true
            }
            ExprKind::Collection { items, .. } | ExprKind::Other(items) => {
                facts.list(items).to_vec().into_iter().all(|item| self.assigned(item))
            }
            _ => false,
        }
    }
}
