//! What a callback keeps alive, which function stands behind it, and when two mentions are the same callback.

use crate::facts::{
    BindingId, BindingKind, ExprId, ExprKind, Facts, FunctionId, FunctionKind, Place, Root, ScopeId, Segment, TypeId,
};
use crate::rules::Pattern;

/// How many names and wrappers are followed in a row.
const HOPS: u32 = 4;

/// What somebody who keeps a callback keeps with it; ordered by how much it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holds {
    /// Nothing: a module function, a constant, or something held weakly.
    Nothing,
    /// What it is cannot be told.
    Unknown,
    /// Variables of the call that made it.
    Locals,
    /// The instance whose method registers it.
    Instance,
}

/// What an expression that is used as a callback, or as the argument of one, keeps alive.
pub fn holds(facts: &Facts, weak: &[Pattern], expr: ExprId) -> Holds {
    judge(facts, weak, expr, HOPS)
}

fn judge(facts: &Facts, weak: &[Pattern], expr: ExprId, hops: u32) -> Holds {
    let widest = |list: &[ExprId]| {
        list.iter().map(|item| judge(facts, weak, *item, hops.saturating_sub(1))).max().unwrap_or(Holds::Nothing)
    };
    if hops == 0 {
        return Holds::Unknown;
    }
    if let Some(inner) = facts.wraps.get(&expr) {
        return judge(facts, weak, *inner, hops);
    }
    match facts.kind(expr) {
        ExprKind::Literal(_) => Holds::Nothing,
        ExprKind::This => Holds::Instance,
        ExprKind::Closure(function) => captures(facts, weak, function),
        ExprKind::Name { binding, .. } => binding.map_or(Holds::Nothing, |binding| named(facts, weak, binding, hops)),
        ExprKind::Field { base, name } => member(facts, weak, base, name, hops),
        ExprKind::Call { callee, args } => {
            if weak.iter().any(|word| word.fits(facts.callee_path(expr), facts.method_name(expr))) {
                return Holds::Nothing;
            }
            let receiver = match facts.kind(callee) {
                ExprKind::Field { base, .. } => judge(facts, weak, base, hops - 1),
                ExprKind::Name { binding: Some(binding), .. } => match facts.binding(binding).kind {
                    BindingKind::Function(function) => captures(facts, weak, function),
                    _ => Holds::Nothing,
                },
                _ => Holds::Nothing,
            };
            receiver.max(widest(facts.list(args)))
        }
        ExprKind::Named { value: inner, .. } | ExprKind::Spread(inner) | ExprKind::Await(inner) => {
            judge(facts, weak, inner, hops - 1)
        }
        ExprKind::Collection { items, .. } => widest(facts.list(items)),
        ExprKind::Choice { then, otherwise, .. } => widest(&[then, otherwise]),
        _ => Holds::Unknown,
    }
}

fn named(facts: &Facts, weak: &[Pattern], binding: BindingId, hops: u32) -> Holds {
    let own = facts.binding(binding);
    match own.kind {
        BindingKind::Import(_) | BindingKind::Type(_) => Holds::Nothing,
        BindingKind::Function(function) => captures(facts, weak, function),
        BindingKind::Parameter(_) if is_receiver(facts, binding) => Holds::Instance,
        BindingKind::Parameter(_) => Holds::Unknown,
        BindingKind::Variable if facts.is_global(binding) => Holds::Nothing,
        BindingKind::Variable => match super::kept::only_value(facts, &own.definitions) {
            Some(value) => judge(facts, weak, value, hops - 1).max(Holds::Unknown),
            None => Holds::Unknown,
        },
    }
}

fn member(facts: &Facts, weak: &[Pattern], base: ExprId, name: crate::facts::Name, hops: u32) -> Holds {
    if !is_instance(facts, base) {
        // `future.cancel`, `self.future.cancel`: the object whose method it is.
        return match judge(facts, weak, base, hops - 1) {
            Holds::Unknown if facts.binding_of(base).is_some() => Holds::Locals,
            other => other,
        };
    }
    // An instance without a type of its own: an object literal, or a type out of sight.
    let Some(owner) = facts.owner_of(facts.function_of(base)) else { return Holds::Instance };
    match facts.method(owner, facts.text(name)) {
        Some(method) => {
            let traits = facts.function(method).traits;
            if traits.is_static || traits.is_class_method { Holds::Nothing } else { Holds::Instance }
        }
        // A field with a callback of somebody else, or a method inherited from a type out of sight.
        None if facts.assigned_fields.contains(&(owner, name)) => Holds::Unknown,
        None if facts.ty(owner).base_paths.is_empty() => Holds::Unknown,
        None => Holds::Instance,
    }
}

/// Whether an expression is the instance (or type) that its method works for.
pub fn is_instance(facts: &Facts, expr: ExprId) -> bool {
    match facts.kind(expr) {
        ExprKind::This => true,
        ExprKind::Name { binding: Some(binding), .. } => is_receiver(facts, binding) || stands_for_instance(facts, expr),
        _ => false,
    }
}

/// Whether a variable is another name of the instance: `var _this = this`.
fn stands_for_instance(facts: &Facts, name: ExprId) -> bool {
    let whole = |place| matches!(facts.places.get(place), Place { root: Root::Instance(_), path } if path.is_empty());
    facts.exported.is_some() && facts.place(name).is_some_and(whole)
}

fn is_receiver(facts: &Facts, binding: BindingId) -> bool {
    let function = facts.scopes[facts.binding(binding).scope.index()].function;
    let function = facts.function(function);
    function.receiver == Some(binding) && !function.traits.is_class_method
}

/// What a function keeps of the functions around it.
pub fn captures(facts: &Facts, weak: &[Pattern], function: FunctionId) -> Holds {
    let own = facts.function(function);
    let mut widest = if mentions_instance(facts, function) { Holds::Instance } else { Holds::Nothing };
    let mut next = facts.scopes[own.scope.index()].parent;
    while let Some(scope) = next.filter(|scope| *scope != ScopeId(0) || facts.per_instance) {
        let here = &facts.scopes[scope.index()];
        next = here.parent;
        if facts.function(here.function).kind == FunctionKind::TypeBody {
            continue;
        }
        for binding in &here.bindings {
            let mentioned = facts.binding(*binding).uses.iter().any(|at| own.span.contains(facts.expr(*at).span));
            let kept = match facts.binding(*binding).kind {
                _ if !mentioned => Holds::Nothing,
                BindingKind::Import(_) | BindingKind::Type(_) => Holds::Nothing,
                BindingKind::Function(other) if other == function => Holds::Nothing,
                _ if is_receiver(facts, *binding) => Holds::Instance,
                _ if is_weak(facts, weak, *binding) => Holds::Nothing,
                _ => Holds::Locals,
            };
            widest = widest.max(kept);
        }
    }
    widest
}

/// Whether a variable is only ever given a weak reference.
fn is_weak(facts: &Facts, weak: &[Pattern], binding: BindingId) -> bool {
    let value = super::kept::only_value(facts, &facts.binding(binding).definitions);
    value.is_some_and(|value| weak.iter().any(|word| word.fits(facts.callee_path(value), facts.method_name(value))))
}

/// Whether a function uses the language's word for the instance of the type around it.
fn mentions_instance(facts: &Facts, function: FunctionId) -> bool {
    let instance = facts.owner_of(function).map(|ty| Place { root: Root::Instance(ty), path: Vec::new() });
    let span = facts.function(function).span;
    let place = instance.and_then(|place| facts.places.find(&place));
    let inside = |expr| span.contains(facts.expr(expr).span);
    place.is_some_and(|place| facts.operations(place).iter().any(|at| facts.kind(at.expr) == ExprKind::This && inside(at.expr)))
}

/// The function of this file that runs when a callback is called, or that a call in its place starts.
pub fn function_behind(facts: &Facts, expr: ExprId) -> Option<FunctionId> {
    behind(facts, expr, HOPS)
}

fn behind(facts: &Facts, expr: ExprId, hops: u32) -> Option<FunctionId> {
    match facts.kind(expr) {
        ExprKind::Closure(function) => Some(function),
        ExprKind::Name { binding: Some(binding), .. } => match facts.binding(binding).kind {
            BindingKind::Function(function) => Some(function),
            BindingKind::Variable if hops > 0 => {
                behind(facts, super::kept::only_value(facts, &facts.binding(binding).definitions)?, hops - 1)
            }
            _ => None,
        },
        ExprKind::Field { base, name } => facts.method(type_of(facts, base)?, facts.text(name)),
        ExprKind::Call { .. } => match facts.callee(expr).function {
            Some(function) => Some(function),
            // `partial(self.run, 1)` stands for its first argument.
            None if hops > 0 => behind(facts, *facts.args(expr).first()?, hops - 1),
            None => None,
        },
        ExprKind::Named { value, .. } if hops > 0 => behind(facts, value, hops - 1),
        _ => None,
    }
}

/// The type of this file whose instance an expression is.
fn type_of(facts: &Facts, expr: ExprId) -> Option<TypeId> {
    let place = facts.place(expr).map(|place| facts.places.get(place));
    match place {
        Some(Place { root: Root::Instance(_), path }) if path.is_empty() => facts.owner_of(facts.function_of(expr)),
        Some(Place { root: Root::Static(ty), path }) if path.is_empty() => Some(*ty),
        Some(Place { root: Root::Binding(_), path }) if path.is_empty() => {
            // A name of unknown type in a method is mostly another mention of the instance (`this = self_ref()`).
            facts.local_type(expr).or_else(|| facts.owner_of(facts.function_of(expr)))
        }
        _ => facts.local_type(expr),
    }
}

/// Whether two mentions are the same callback: the same method, function or variable.
pub fn same(facts: &Facts, a: ExprId, b: ExprId) -> bool {
    match (facts.kind(a), facts.kind(b)) {
        (ExprKind::Field { name: a, .. }, ExprKind::Field { name: b, .. }) => a == b,
        (ExprKind::Name { binding: Some(a), .. }, ExprKind::Name { binding: Some(b), .. }) => a == b,
        (ExprKind::Closure(_), ExprKind::Closure(_)) => false,
        _ => match (last(facts, a), last(facts, b)) {
            (Some(a), Some(b)) => a == b,
            _ => false,
        },
    }
}

/// The last field on the way to a value, through aliases.
fn last(facts: &Facts, expr: ExprId) -> Option<Segment> {
    facts.places.get(facts.place(expr)?).path.last().copied()
}

/// A callback as a person would write it.
pub fn written(facts: &Facts, expr: ExprId) -> String {
    match facts.kind(expr) {
        ExprKind::Closure(_) => "a closure".to_owned(),
        ExprKind::Name { name, .. } => format!("`{}`", facts.text(name)),
        ExprKind::Field { base, name } => {
            let owner = if is_instance(facts, base) { format!("{}.", facts.instance) } else { String::new() };
            format!("`{owner}{}`", facts.text(name))
        }
        ExprKind::Call { .. } => facts.callee_name(expr).map_or_else(|| "a callback".to_owned(), |name| format!("`{name}(…)`")),
        _ => "a callback".to_owned(),
    }
}
