//! What functions do with their parameters, read off the facts of one file.

use super::outline::{Deed, Taker};
use super::read::Reading;
use crate::facts::{
    BindingKind, ExprId, ExprKind, FunctionId, FunctionKind, Operator, Param, ParamKind, Parent, StepKind, TypeId, last,
};

impl Reading<'_> {
    /// What the functions of the module, and the methods of its types, do with what they are given.
    pub(super) fn takers(&mut self) {
        let plain = self.facts.bindings.iter().filter(|binding| binding.scope.index() == 0);
        let named = plain.filter_map(|binding| match binding.kind {
            BindingKind::Function(id) => Some((binding.name, None, id)),
            _ => None,
        });
        let methods = self.facts.types().flat_map(|(id, ty)| ty.methods.iter().map(move |method| (id, *method)));
        let methods = methods.filter_map(|(ty, id)| Some((self.facts.function(id).name?, Some(ty), id)));
        let mut all: Vec<_> = named.chain(methods).collect();
        all.sort_unstable_by_key(|(name, ty, id)| (*name, *ty, *id));
        all.dedup();
        for at in 0..all.len() {
            let (name, ty, id) = all[at];
            // Which of two of the same name a call means is not known.
            let alike = |other: Option<&(_, _, _)>| other.is_some_and(|(other, owner, _)| (*other, *owner) == (name, ty));
            if !alike(at.checked_sub(1).and_then(|before| all.get(before))) && !alike(all.get(at + 1)) {
                let name = self.facts.text(name).to_owned();
                self.taker(&name, ty, id);
            }
        }
    }

    fn taker(&mut self, name: &str, ty: Option<TypeId>, id: FunctionId) {
        let function = self.facts.function(id);
        let inert = function.params.is_empty() || function.kind == FunctionKind::Module || !function.decorators.is_empty();
        if inert || function.traits.is_constructor {
            return;
        }
        let implied = function.receiver.filter(|_| function.params.first().map(|param| param.binding) == function.receiver);
        for (at, param) in function.params.iter().skip(usize::from(implied.is_some())).enumerate() {
            let deeds = self.deeds(id, param);
            if !self.matters(&deeds) {
                continue;
            }
            let function = self.outline.intern(name);
            let owner = ty.map(|ty| self.kind_name(ty));
            let named = self.outline.intern(self.facts.text(param.name));
            let entry = |deed| Taker { function, owner, param: (named, at as u32), deed };
            self.outline.takers.extend(deeds.into_iter().map(entry));
        }
    }

    /// Whether another file can learn from them: something may be let go, or it is used and not kept.
    fn matters(&self, deeds: &[Deed]) -> bool {
        let lets_go = |deed: &Deed| match deed {
            Deed::Calls(name) => self.verbs.contains(self.outline.text(*name)),
            // A function of this file may let go of it.
            Deed::Passes(path, _) => {
                let path = self.outline.text(*path);
                !path.contains('.') || self.verbs.contains(last(path))
            }
            Deed::Manages | Deed::Deletes => true,
            Deed::Reads | Deed::Keeps => false,
        };
        let uses = |deed: &Deed| matches!(deed, Deed::Calls(_) | Deed::Reads);
        deeds.iter().any(lets_go) || deeds.iter().any(uses) && !deeds.contains(&Deed::Keeps)
    }

    fn deeds(&mut self, function: FunctionId, param: &Param) -> Vec<Deed> {
        if param.kind != ParamKind::Plain {
            return Vec::new();
        }
        let traits = self.facts.function(function).traits;
        let mut deeds = Vec::new();
        // What runs later keeps it until then.
        if traits.is_generator || traits.is_async {
            deeds.push(Deed::Keeps);
        }
        for mention in self.facts.binding(param.binding).uses.clone() {
            let inner = self.facts.function_of(mention) != function;
            deeds.extend(if inner { Some(Deed::Keeps) } else { self.deed(mention) });
        }
        deeds.sort_unstable();
        deeds.dedup();
        deeds
    }

    /// What is done at one mention; nothing if it is only looked at.
    fn deed(&mut self, mention: ExprId) -> Option<Deed> {
        let parent = match self.facts.expr(mention).parent {
            Parent::Expr(parent) => parent,
            Parent::Step(step) => {
                return match self.facts.step(step).kind {
                    StepKind::Manage { .. } => Some(Deed::Manages),
                    StepKind::Loop { target: Some(_), .. } => Some(Deed::Reads),
                    StepKind::Branch { .. } | StepKind::Evaluate(_) | StepKind::Loop { .. } => None,
                    _ => Some(Deed::Keeps),
                };
            }
            // Its own declaration.
            Parent::None => return None,
        };
        if self.facts.wraps.get(&parent) == Some(&mention) {
            return self.deed(parent);
        }
        match self.facts.kind(parent) {
            ExprKind::Field { base, name } if base == mention => self.member(parent, name),
            ExprKind::Index { base, .. } if base == mention => Some(self.element(parent)),
            ExprKind::Call { callee, .. } if callee != mention => Some(self.passed(parent, mention)),
            ExprKind::Named { value, .. } if value == mention => match self.facts.expr(parent).parent {
                Parent::Expr(call) if matches!(self.facts.kind(call), ExprKind::Call { .. }) => Some(self.passed(call, parent)),
                _ => Some(Deed::Keeps),
            },
            ExprKind::Await(_) | ExprKind::Try(_) => self.deed(parent),
            ExprKind::Choice { condition, .. } if condition == mention => None,
            ExprKind::Operation { operator: Operator::And | Operator::Or | Operator::Other | Operator::Add, .. } => {
                Some(Deed::Keeps)
            }
            ExprKind::Operation { .. } => None,
            ExprKind::Each { iterable, .. } if iterable == mention => Some(Deed::Reads),
            _ => Some(Deed::Keeps),
        }
    }

    fn member(&mut self, field: ExprId, name: crate::facts::Name) -> Option<Deed> {
        let Parent::Expr(call) = self.facts.expr(field).parent else { return None };
        let text = self.facts.text(name).to_owned();
        match self.facts.kind(call) {
            ExprKind::Call { callee, .. } if callee == field => Some(Deed::Calls(self.outline.intern(&text))),
            // Whoever gets the method can let go of it.
            _ if self.verbs.contains(&text) => Some(Deed::Keeps),
            _ => None,
        }
    }

    fn element(&self, index: ExprId) -> Deed {
        match self.facts.expr(index).parent {
            Parent::Expr(holder) if matches!(self.facts.kind(holder), ExprKind::Delete(_)) => Deed::Deletes,
            _ => Deed::Keeps,
        }
    }

    fn passed(&mut self, call: ExprId, arg: ExprId) -> Deed {
        let callee = self.facts.callee(call);
        let local = callee.function.filter(|_| callee.receiver.is_none());
        let path = match (callee.path, local) {
            (Some(path), _) => self.facts.text(path).to_owned(),
            // Builtins are no functions of the file.
            (None, Some(_)) => self.facts.callee_name(call).unwrap_or_default().to_owned(),
            (None, None) => return Deed::Keeps,
        };
        let Some(slot) = self.facts.slot(call, arg) else { return Deed::Keeps };
        let path = self.outline.intern(&path);
        Deed::Passes(path, slot.map(|name| self.outline.intern(self.facts.text(name))))
    }
}
