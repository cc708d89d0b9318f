//! Who refers to whom: names to bindings, bases to types, calls to what they call.

use super::lower::Lowered;
use super::{operation, place, prototype};
use crate::facts::{BindingId, BindingKind, Definition, Expr, ExprId, ExprKind, Facts, Name, ScopeId, Source, StepId, TypeId};
use crate::language::Habits;
use rustc_hash::{FxHashMap, FxHashSet};

/// Names that a scope takes from the module, by `global`.
pub type ModuleNames = FxHashSet<(ScopeId, Name)>;

/// The bindings of each name in each scope, with the byte from which each is visible, in the order of declaration.
type Declared = FxHashMap<(ScopeId, Name), Vec<(u32, BindingId)>>;

/// Fills in everything that needs the whole file to be lowered first.
pub fn resolve(lowered: Lowered, habits: &Habits) -> Facts {
    let Lowered { mut facts, pending, module_names, listed, kept: _ } = lowered;
    names(&mut facts, &module_names);
    define(&mut facts, &pending);
    values(&mut facts);
    export(&mut facts, &listed);
    prototype::resolve(&mut facts, habits);
    bases(&mut facts);
    place::fields(&mut facts, &pending);
    place::resolve(&mut facts, habits);
    operation::collect(&mut facts, habits, &pending);
    place::infer(&mut facts);
    gather(&mut facts);
    facts
}

/// Notes for each function and type what is asked about them most, so that nobody has to look through the whole file.
fn gather(facts: &mut Facts) {
    for (step, at) in facts.steps.iter().zip(0..) {
        let function = facts.scopes[step.scope.index()].function;
        facts.functions[function.index()].steps.push(StepId(at));
    }
    for (call, callee) in &facts.callees {
        if let Some(function) = callee.function {
            facts.functions[function.index()].callers.push(*call);
        }
        if let Some(ty) = callee.constructs {
            facts.types[ty.index()].made.push(*call);
        }
    }
}

/// Binds every mentioned name.
fn names(facts: &mut Facts, module_names: &ModuleNames) {
    let mut table: Declared = FxHashMap::default();
    for (at, binding) in facts.bindings.iter().enumerate() {
        table.entry((binding.scope, binding.name)).or_default().push((binding.since, BindingId(at as u32)));
    }
    for at in 0..facts.exprs.len() {
        let expr = facts.exprs[at];
        let ExprKind::Name { name, binding } = expr.kind else { continue };
        // What a declaration declares is bound already.
        let found = binding.or_else(|| lookup(facts, &table, module_names, &expr, name));
        facts.exprs[at].kind = ExprKind::Name { name, binding: found };
        if let Some(binding) = found {
            facts.bindings[binding.index()].uses.push(ExprId(at as u32));
        }
    }
    for binding in &mut facts.bindings {
        let exprs = &facts.exprs;
        binding.uses.sort_by_key(|id| exprs[id.index()].span.start);
    }
}

fn lookup(facts: &Facts, table: &Declared, module_names: &ModuleNames, mention: &Expr, name: Name) -> Option<BindingId> {
    let from = mention.scope;
    let at = |scope| {
        let all = table.get(&(scope, name))?;
        all.iter().rev().find(|(since, _)| *since <= mention.span.start).map(|(_, binding)| *binding)
    };
    let mut next = Some(from);
    while let Some(scope) = next {
        let here = &facts.scopes[scope.index()];
        let visible = !here.opaque || here.function == facts.scopes[from.index()].function;
        if module_names.contains(&(scope, name)) {
            return at(ScopeId(0));
        }
        if visible && let Some(binding) = at(scope) {
            return Some(binding);
        }
        next = here.parent;
    }
    None
}

/// Gives each binding the values that its mentions receive.
fn define(facts: &mut Facts, pending: &[Definition]) {
    for definition in pending {
        if let ExprKind::Name { binding: Some(binding), .. } = facts.kind(definition.target) {
            facts.bindings[binding.index()].definitions.push(*definition);
        }
    }
    for binding in &mut facts.bindings {
        let exprs = &facts.exprs;
        binding.definitions.sort_by_key(|definition| exprs[definition.target.index()].span.start);
    }
}

/// A variable that is given a value once, and that value is a function, a type or a module, is just that.
fn values(facts: &mut Facts) {
    for at in 0..facts.bindings.len() {
        let binding = &facts.bindings[at];
        let (BindingKind::Variable, [only]) = (binding.kind, binding.definitions.as_slice()) else { continue };
        let Source::Assigned(value) = only.source else { continue };
        let kind = match facts.kind(value) {
            ExprKind::Closure(function) => Some(BindingKind::Function(function)),
            ExprKind::Name { binding: Some(other), .. } if other.index() != at => match facts.binding(other).kind {
                kind @ (BindingKind::Type(_) | BindingKind::Function(_)) => Some(kind),
                _ => None,
            },
            _ if !facts.modules.is_empty() => facts.imported(value, 6).map(|path| BindingKind::Import(facts.names.intern(&path))),
            _ => None,
        };
        if let Some(kind) = kind {
            facts.bindings[at].kind = kind;
        }
    }
}

/// Marks the module names that an export lists, or that are given to the exports of a module as it was before there
/// were exports (`module.exports = { name }`).
fn export(facts: &mut Facts, listed: &[Name]) {
    let Some(mut exported) = facts.exported.take() else { return };
    exported.extend(facts.scopes[0].bindings.iter().filter(|id| listed.contains(&facts.binding(**id).name)));
    for expr in &facts.exprs {
        let ExprKind::Assign { target, value: Some(value), .. } = expr.kind else { continue };
        let outside = match facts.dotted(target) {
            Some(path) => path == "exports" || path.starts_with("exports.") || path.starts_with("module.exports"),
            None => false,
        };
        if outside {
            exported.extend(handed(facts, value));
        }
    }
    facts.exported = Some(exported);
}

/// The bindings that a value, or an object literal, hands on.
fn handed(facts: &Facts, value: ExprId) -> Vec<BindingId> {
    match facts.kind(value) {
        ExprKind::Collection { items, .. } => facts.list(items).iter().flat_map(|item| handed(facts, *item)).collect(),
        ExprKind::Named { value, .. } | ExprKind::Pair { value, .. } | ExprKind::Assign { value: Some(value), .. } => {
            handed(facts, value)
        }
        _ => facts.binding_of(value).into_iter().collect(),
    }
}

/// Finds which bases this file defines itself, and the dotted paths of the others.
fn bases(facts: &mut Facts) {
    for at in 0..facts.types.len() {
        let bases = facts.types[at].bases.clone();
        let local = bases.iter().filter_map(|base| match facts.binding(facts.binding_of(facts.generic(*base))?).kind {
            BindingKind::Type(ty) if ty.index() != at => Some(ty),
            _ => None,
        });
        facts.types[at].local_bases = local.collect();
    }
    for at in 0..facts.types.len() {
        let lineage = facts.lineage(TypeId(at as u32));
        let exprs: Vec<ExprId> =
            lineage.into_iter().flat_map(|ty| [&facts.ty(ty).bases, &facts.ty(ty).traits]).flatten().copied().collect();
        let paths = exprs.into_iter().filter_map(|base| facts.dotted(facts.generic(base))).collect::<Vec<_>>();
        let names: Vec<Name> = paths.iter().map(|path| facts.names.intern(path)).collect();
        facts.types[at].base_paths.extend(names);
    }
}
