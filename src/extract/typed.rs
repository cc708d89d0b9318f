//! The types of expressions, in languages that declare them: whose field is this, and what does that call hand back?

use crate::facts::{BindingId, BindingKind, Definition, ExitKind, ExprId, ExprKind, Facts, Source, StepKind, TypeId};
use crate::language::Habits;

/// How many names, fields and calls are followed in a row.
const HOPS: u32 = 8;

/// What is known of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// It is a type of this file.
    Type(TypeId),
    /// It is written here.
    Written(ExprId),
}

/// The type of this file, behind whatever wraps it, of which an expression is an instance.
pub fn local(facts: &Facts, habits: &Habits, expr: ExprId) -> Option<TypeId> {
    habits.typed_fields.then(|| named(facts, known(facts, habits, expr, HOPS)?)).flatten()
}

fn named(facts: &Facts, known: Known) -> Option<TypeId> {
    match known {
        Known::Type(ty) => Some(ty),
        Known::Written(written) => facts.type_written(written),
    }
}

/// The name for a type that is the declared one of a parameter, if what it stands for has several owners and is no type of
/// this file: everybody who is given one is given the same, as with `type Peers = Arc<Mutex<HashMap<…>>>`.
pub fn shared(facts: &Facts, habits: &Habits, param: BindingId) -> Option<BindingId> {
    if !habits.typed_fields {
        return None;
    }
    let Some(Known::Written(mut written)) = variable(facts, habits, param, HOPS) else { return None };
    let mut name = None;
    for _ in 0..HOPS {
        if let Some(meant) = facts.renamed(written) {
            name = name.or(facts.binding_of(written));
            written = meant;
        }
        if name.is_some() && is_shared_type(facts, habits, written) {
            return name.filter(|_| facts.type_written(written).is_none());
        }
        written = *facts.wraps.get(&written)?;
    }
    None
}

fn is_shared_type(facts: &Facts, habits: &Habits, written: ExprId) -> bool {
    let ExprKind::Index { base, .. } = facts.kind(written) else { return false };
    match facts.kind(base) {
        ExprKind::Name { name, .. } | ExprKind::Field { name, .. } => habits.shared.iter().any(|word| word == facts.text(name)),
        _ => false,
    }
}

fn known(facts: &Facts, habits: &Habits, expr: ExprId, hops: u32) -> Option<Known> {
    let hops = hops.checked_sub(1)?;
    if let (Some(inner), ExprKind::Call { .. }) = (facts.wraps.get(&expr), facts.kind(expr)) {
        return known(facts, habits, *inner, hops);
    }
    match facts.kind(expr) {
        ExprKind::This => facts.owner_of(facts.function_of(expr)).map(Known::Type),
        ExprKind::Name { binding: Some(binding), .. } => variable(facts, habits, binding, hops),
        ExprKind::Field { base, name } if !facts.scoped.contains(&expr) => {
            let owner = named(facts, known(facts, habits, base, hops)?)?;
            facts.field_types.get(&(owner, name)).copied().map(Known::Written)
        }
        ExprKind::Index { base, key } => {
            let base = known(facts, habits, base, hops)?;
            if key.is_none() { Some(base) } else { element(facts, base) }
        }
        ExprKind::Call { .. } => called(facts, habits, expr, hops),
        ExprKind::Await(inner) | ExprKind::Try(inner) => known(facts, habits, inner, hops),
        _ => None,
    }
}

fn variable(facts: &Facts, habits: &Habits, binding: BindingId, hops: u32) -> Option<Known> {
    let own = facts.binding(binding);
    if let BindingKind::Parameter(at) = own.kind {
        let function = facts.function(facts.scopes[own.scope.index()].function);
        let param = function.params.iter().find(|param| param.binding == binding);
        return param.or(function.params.get(at as usize))?.annotation.map(Known::Written);
    }
    own.definitions.iter().find_map(|definition| match (definition.annotation, definition.source) {
        (Some(annotation), _) | (None, Source::Declared(annotation)) => Some(Known::Written(annotation)),
        (None, Source::Assigned(value)) => known(facts, habits, value, hops),
        (None, Source::Iterated(value)) => element(facts, known(facts, habits, value, hops)?),
        _ => None,
    })
}

fn called(facts: &Facts, habits: &Habits, call: ExprId, hops: u32) -> Option<Known> {
    let callee = facts.callee(call);
    if let Some(ty) = callee.constructs {
        return Some(Known::Type(ty));
    }
    if let Some(returns) = callee.function.and_then(|function| facts.function(function).returns) {
        return Some(Known::Written(returns));
    }
    let name = facts.text(callee.name?);
    let receiver = callee.receiver?;
    if habits.elements.iter().any(|word| word == name) {
        return element(facts, known(facts, habits, receiver, hops)?);
    }
    habits.views.iter().any(|word| word == name).then(|| known(facts, habits, receiver, hops)).flatten()
}

/// The type of the elements: the last argument of a container's type.
fn element(facts: &Facts, of: Known) -> Option<Known> {
    let Known::Written(written) = of else { return None };
    let ExprKind::Index { key: Some(key), .. } = facts.kind(facts.layers(written).last()?) else { return None };
    match facts.kind(key) {
        ExprKind::Other(list) => facts.list(list).last().copied().map(Known::Written),
        _ => Some(Known::Written(key)),
    }
}

/// The expression whose value a call has: its receiver, its argument, or what a closure that it is given returns.
pub fn wrapped(facts: &Facts, habits: &Habits, call: ExprId) -> Option<ExprId> {
    let callee = facts.callee(call);
    let name = facts.text(callee.name?);
    let has = |words: &[String], name: &str| words.iter().any(|word| word == name);
    if let Some(receiver) = callee.receiver {
        let bare = facts.args(call).is_empty();
        let same = has(&habits.transparent, name)
            || (bare && has(&habits.openers, name))
            || (bare && name == "clone" && is_shared(facts, habits, receiver, HOPS));
        return same.then_some(receiver);
    }
    let path = facts.text(callee.path?);
    let start = path.rmatch_indices('.').nth(1).map_or(0, |(at, _)| at + 1);
    if !has(&habits.wrapping, &path[start..]) {
        return None;
    }
    let value = *facts.args(call).first()?;
    match facts.kind(value) {
        ExprKind::Closure(closure) => match facts.step(*facts.function(closure).body.last()?).kind {
            StepKind::Exit { kind: ExitKind::Return, value } => value,
            _ => None,
        },
        _ => Some(value),
    }
}

/// Whether several owners share a value, so that its clone is the same object.
fn is_shared(facts: &Facts, habits: &Habits, expr: ExprId, hops: u32) -> bool {
    let Some(hops) = hops.checked_sub(1) else { return false };
    let shared = |written: ExprId| is_shared_type(facts, habits, written);
    let given = |definition: &Definition| match (definition.annotation, definition.source) {
        (Some(annotation), _) => shared(annotation),
        (None, Source::Assigned(value)) => is_shared(facts, habits, value, hops),
        _ => false,
    };
    match facts.kind(expr) {
        ExprKind::Name { binding: Some(binding), .. } => match variable(facts, habits, binding, 1) {
            Some(Known::Written(written)) => shared(written),
            _ => facts.binding(binding).definitions.iter().any(given),
        },
        ExprKind::Call { .. } => {
            let callee = facts.callee(expr);
            let made = callee.path.is_some_and(|path| {
                let mut parts = facts.text(path).rsplit('.');
                let (_, ty) = (parts.next(), parts.next());
                ty.is_some_and(|ty| habits.shared.iter().any(|word| word == ty))
            });
            let cloned = callee.name.is_some_and(|name| facts.text(name) == "clone");
            made || (cloned && callee.receiver.is_some_and(|receiver| is_shared(facts, habits, receiver, hops)))
        }
        _ => matches!(known(facts, habits, expr, HOPS), Some(Known::Written(written)) if shared(written)),
    }
}
