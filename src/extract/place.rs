//! Which place an expression denotes, with aliases followed, and which dotted path a callee has.

use super::typed;
use crate::facts::{
    BindingId, BindingKind, Callee, Definition, ExprId, ExprKind, Facts, Literal, Name, Operator, Place, Root, Segment, Source,
    TypeId,
};
use crate::language::Habits;

/// How many aliases are followed in a row, so that rings of assignments end.
const HOPS: u32 = 10;
/// Longest path that is kept apart; longer ones name the same place as their beginning.
const LONGEST: usize = 6;

/// Finds the callee of every call and the place of every name, field, index and element call.
pub fn resolve(facts: &mut Facts, habits: &Habits) {
    let calls: Vec<ExprId> = ids(facts).filter(|id| matches!(facts.kind(*id), ExprKind::Call { .. })).collect();
    // Inner calls come first, because what they hand back tells what is called on it.
    let mut calls = calls;
    calls.sort_unstable_by_key(|call| (facts.expr(*call).span.end, *call));
    for &call in &calls {
        let callee = callee(facts, habits, call);
        facts.callees.insert(call, callee);
        if let Some(inner) = typed::wrapped(facts, habits, call) {
            facts.wraps.insert(call, inner);
        }
        lend(facts, habits, call);
    }
    // What a variable refers to is known only now: it is made above the calls of its methods.
    for &call in calls.iter().filter(|_| habits.typed_fields) {
        let known = facts.callee(call);
        if known.receiver.is_some() && known.function.is_none() {
            let callee = callee(facts, habits, call);
            facts.callees.insert(call, callee);
        }
    }
    for id in ids(facts) {
        let found = match facts.kind(id) {
            ExprKind::Name { .. } | ExprKind::Field { .. } | ExprKind::Index { .. } | ExprKind::Call { .. } | ExprKind::This => {
                place(facts, habits, id, HOPS)
            }
            // `self.peers.lock().await.clear()`: what is awaited or may fail is the same thing after that.
            ExprKind::Await(_) | ExprKind::Try(_) if habits.typed_fields => place(facts, habits, id, HOPS),
            ExprKind::Operation { .. } if or_nothing(facts, id).is_some() => place(facts, habits, id, HOPS),
            _ => None,
        };
        if let Some(found) = found {
            let place = facts.places.intern(found);
            facts.place_of.insert(id, place);
        }
    }
}

/// Completes the callees with what the inferred types of their receivers tell.
pub fn infer(facts: &mut Facts) {
    let mut calls: Vec<ExprId> = facts.callees.keys().copied().collect();
    // What is called on the value of a call comes after that call.
    calls.sort_unstable_by_key(|call| (facts.expr(*call).span.end, *call));
    for call in calls {
        if let Some(path) = typed_path(facts, call) {
            let path = facts.names.intern(&path);
            facts.callees.entry(call).or_default().path = Some(path);
        }
    }
}

/// Notes every field that a method gives a value through its receiver.
pub fn fields(facts: &mut Facts, pending: &[Definition]) {
    for definition in pending {
        let ExprKind::Field { base, name } = facts.kind(definition.target) else { continue };
        if let Some(owner) = instance_owner(facts, base) {
            facts.assigned_fields.insert((owner, name));
            if let (true, Some(annotation)) = (facts.typed, definition.annotation) {
                facts.field_types.insert((owner, name), annotation);
            }
        }
    }
}

/// The type of this file whose instance an expression is, by its receiver or by the language's word for it.
fn instance_owner(facts: &Facts, base: ExprId) -> Option<TypeId> {
    match facts.kind(base) {
        ExprKind::This => facts.instance_in(facts.function_of(base)).map(|(owner, _)| owner),
        _ => receiver_owner(facts, facts.binding_of(base)?),
    }
}

fn ids(facts: &Facts) -> impl Iterator<Item = ExprId> + use<> {
    (0..facts.exprs.len() as u32).map(ExprId)
}

fn callee(facts: &mut Facts, habits: &Habits, call: ExprId) -> Callee {
    let ExprKind::Call { callee, .. } = facts.kind(call) else { return Callee::default() };
    let path = facts.dotted(callee).map(|path| match (facts.kind(callee), facts.globs.as_slice()) {
        // A function that nothing in sight declares comes from the one module of which everything is imported.
        (ExprKind::Name { binding: None, .. }, [only])
            if path.starts_with(char::is_lowercase) && !habits.prelude.contains(&path) =>
        {
            format!("{}.{path}", facts.text(*only))
        }
        _ => path,
    });
    let path = path.map(|path| facts.names.intern(global(habits, &path)));
    match facts.kind(callee) {
        ExprKind::Name { name, binding } => {
            let kind = binding.map(|binding| facts.binding(binding).kind);
            let function = match kind {
                Some(BindingKind::Function(function)) => Some(function),
                _ => None,
            };
            let constructs = match kind {
                Some(BindingKind::Type(ty)) => Some(ty),
                _ => None,
            };
            Callee { path, name: Some(name), receiver: None, function, constructs, makes: false }
        }
        ExprKind::Field { base, name } if facts.scoped.contains(&callee) => {
            let owner = receiver_type(facts, base);
            let function = owner.and_then(|ty| facts.method(ty, facts.text(name)));
            let makes = function.map_or_else(
                || habits.constructors.iter().any(|word| word == facts.text(name)),
                |function| facts.function(function).traits.is_constructor,
            );
            Callee { path, name: Some(name), receiver: None, function, constructs: owner.filter(|_| makes), makes }
        }
        ExprKind::Field { base, name } => {
            let owner = receiver_type(facts, base).or_else(|| typed::local(facts, habits, base));
            let function = owner.and_then(|ty| facts.method(ty, facts.text(name)));
            Callee { path, name: Some(name), receiver: Some(base), function, constructs: None, makes: false }
        }
        _ => Callee::default(),
    }
}

/// A path without the name by which globals can be reached as fields.
fn global<'a>(habits: &Habits, path: &'a str) -> &'a str {
    match path.split_once('.') {
        Some((first, rest)) if habits.globals.iter().any(|word| word == first) => rest,
        _ => path,
    }
}

/// The type of this file whose instance (or which itself) an expression is.
fn receiver_type(facts: &Facts, base: ExprId) -> Option<TypeId> {
    if facts.kind(base) == ExprKind::This {
        return instance_owner(facts, base);
    }
    let binding = facts.binding_of(base)?;
    match facts.binding(binding).kind {
        BindingKind::Type(ty) => Some(ty),
        BindingKind::Parameter(_) => receiver_owner(facts, binding),
        _ => None,
    }
}

/// The type whose method has this binding as its receiver.
fn receiver_owner(facts: &Facts, binding: BindingId) -> Option<TypeId> {
    let function = facts.scopes[facts.binding(binding).scope.index()].function;
    let function = facts.function(function);
    function.owner.filter(|_| function.receiver == Some(binding))
}

/// The place an expression denotes.
fn place(facts: &Facts, habits: &Habits, expr: ExprId, hops: u32) -> Option<Place> {
    match facts.kind(expr) {
        ExprKind::Field { base, name } if declares(facts, habits, base, name).is_some() => {
            let root = Root::Instance(declares(facts, habits, base, name)?);
            Some(Place { root, path: vec![Segment::Field(name)] })
        }
        ExprKind::Name { binding: Some(binding), .. } => Some(named(facts, habits, expr, binding, hops)),
        ExprKind::Field { base, name } => {
            let base = place(facts, habits, base, hops)?;
            Some(normal(facts, extended(base, Segment::Field(name))))
        }
        ExprKind::Index { base, .. } => Some(extended(place(facts, habits, base, hops)?, Segment::Item)),
        ExprKind::Call { .. } => called(facts, habits, expr, hops),
        ExprKind::This => facts.instance_in(facts.function_of(expr)).map(instance),
        ExprKind::Name { name, binding: None } if facts.text(name) == habits.parent_call => {
            facts.instance_in(facts.function_of(expr)).map(instance)
        }
        // `crate::store::SESSIONS`
        ExprKind::Name { name, binding: None } if is_near(facts, expr, name) => {
            Some(Place { root: Root::External(name), path: Vec::new() })
        }
        ExprKind::Await(inner) | ExprKind::Try(inner) => place(facts, habits, inner, hops),
        ExprKind::Operation { .. } => place(facts, habits, or_nothing(facts, expr)?, hops),
        _ => None,
    }
}

/// The value in `clearTimeout(this.timer ?? undefined)`: it, or nothing; and the instance in `_super.call(this) || this`.
fn or_nothing(facts: &Facts, expr: ExprId) -> Option<ExprId> {
    let ExprKind::Operation { operator: Operator::Or, operands } = facts.kind(expr) else { return None };
    match facts.list(operands) {
        [value, other] if facts.literal(*other) == Some(Literal::Null) => Some(*value),
        [.., last] if facts.kind(*last) == ExprKind::This => Some(*last),
        _ => None,
    }
}

/// Whether a name says where in the package the path begins that it stands before.
fn is_near(facts: &Facts, expr: ExprId, name: Name) -> bool {
    matches!(facts.text(name), "crate" | "self" | "super")
        && matches!(facts.expr(expr).parent, crate::facts::Parent::Expr(path) if facts.scoped.contains(&path))
}

/// The type of this file that declares a field of this name, if the base of a field access is an instance of it.
fn declares(facts: &Facts, habits: &Habits, base: ExprId, name: Name) -> Option<TypeId> {
    if !facts.typed {
        return None;
    }
    typed::local(facts, habits, base).filter(|ty| facts.field_types.contains_key(&(*ty, name)))
}

fn instance((ty, shared): (TypeId, bool)) -> Place {
    Place { root: if shared { Root::Static(ty) } else { Root::Instance(ty) }, path: Vec::new() }
}

fn extended(mut place: Place, segment: Segment) -> Place {
    if place.path.len() < LONGEST {
        place.path.push(segment);
    }
    place
}

/// Notes to which closure a call lends its receiver.
fn lend(facts: &mut Facts, habits: &Habits, call: ExprId) {
    let callee = facts.callee(call);
    let (Some(receiver), Some(name)) = (callee.receiver, callee.name) else { return };
    if habits.lenders.iter().any(|word| word == facts.text(name))
        && let Some(ExprKind::Closure(closure)) = facts.args(call).first().map(|arg| facts.kind(*arg))
    {
        facts.lent.insert(closure, receiver);
    }
}

fn named(facts: &Facts, habits: &Habits, expr: ExprId, binding: BindingId, hops: u32) -> Place {
    let own = |root| Place { root, path: Vec::new() };
    match facts.binding(binding).kind {
        BindingKind::Import(path) => return own(Root::External(path)),
        BindingKind::Type(ty) => return own(Root::Static(ty)),
        BindingKind::Parameter(_) => {
            if let Some(ty) = receiver_owner(facts, binding) {
                let function = facts.scopes[facts.binding(binding).scope.index()].function;
                let shared = facts.function(function).traits.is_class_method;
                return own(if shared { Root::Static(ty) } else { Root::Instance(ty) });
            }
            let function = facts.scopes[facts.binding(binding).scope.index()].function;
            if let (Some(lent), Some(hops)) = (facts.lent.get(&function), hops.checked_sub(1))
                && let Some(place) = place(facts, habits, *lent, hops)
            {
                return place;
            }
            if let Some(shared) = typed::shared(facts, habits, binding) {
                return own(Root::Binding(shared));
            }
        }
        _ => {}
    }
    if hops > 0
        && let Some(value) = alias(facts, habits, expr, binding)
        && let Some(place) = place(facts, habits, value.0, hops - 1)
    {
        return if value.1 { extended(place, Segment::Item) } else { place };
    }
    let scope = facts.binding(binding).scope;
    let function = facts.scopes[scope.index()].function;
    match facts.function(function) {
        body if body.kind == crate::facts::FunctionKind::TypeBody => {
            let name = facts.binding(binding).name;
            body.owner.map_or_else(
                || own(Root::Binding(binding)),
                |ty| Place { root: Root::Static(ty), path: vec![Segment::Field(name)] },
            )
        }
        _ => own(Root::Binding(binding)),
    }
}

/// The value that a mention of a name has, if that is another place: the last one given above the mention in the same
/// function, or the only one there is. The flag says that the name is an element of the value.
fn alias(facts: &Facts, habits: &Habits, expr: ExprId, binding: BindingId) -> Option<(ExprId, bool)> {
    let all = &facts.binding(binding).definitions;
    let at = facts.expr(expr).span.start;
    // Module names keep their own identity: they are what others import.
    if facts.binding(binding).scope.0 == 0 || all.iter().any(|definition| definition.target == expr) {
        return None;
    }
    let here = facts.function_of(expr);
    let before = all
        .iter()
        .rev()
        .find(|definition| facts.expr(definition.target).span.start < at && facts.function_of(definition.target) == here);
    let chosen = match (before, all.as_slice()) {
        (Some(definition), _) => definition,
        (None, [only]) => only,
        _ => return None,
    };
    let (value, element) = match chosen.source {
        Source::Assigned(value) => (value, false),
        Source::Iterated(value) => (value, true),
        _ => return None,
    };
    // A copy is another container; only its elements are the same.
    let made = facts.peeled(value);
    let names = [facts.callee_name(made), facts.callee_path(made)];
    let copied = names.into_iter().flatten().any(|name| habits.views.iter().any(|word| word == name));
    if copied && !element {
        return None;
    }
    let is_place = matches!(
        facts.kind(facts.peeled(value)),
        ExprKind::Field { .. } | ExprKind::Name { .. } | ExprKind::Index { .. } | ExprKind::Call { .. } | ExprKind::This
    );
    let is_own = or_nothing(facts, facts.peeled(value)).is_some_and(|value| facts.kind(value) == ExprKind::This);
    (is_place || is_own).then_some((value, element))
}

/// A call that hands out its receiver or one of its elements denotes that place.
fn called(facts: &Facts, habits: &Habits, call: ExprId, hops: u32) -> Option<Place> {
    if let Some(inner) = facts.wraps.get(&call) {
        return place(facts, habits, *inner, hops.checked_sub(1)?);
    }
    let callee = facts.callee(call);
    let name = facts.text(callee.name?);
    if habits.instance_calls.iter().any(|word| word == name) {
        let first = facts.args(call).first().filter(|first| facts.kind(**first) == ExprKind::This);
        return place(facts, habits, *first?, hops.checked_sub(1)?);
    }
    let is_view = habits.views.iter().any(|word| word == name);
    let by_path = facts.callee_path(call).is_some_and(|path| path.contains('.') && habits.views.iter().any(|word| word == path));
    if by_path {
        return place(facts, habits, *facts.args(call).first()?, hops.checked_sub(1)?);
    }
    let Some(receiver) = callee.receiver else {
        if is_view && callee.path.is_some() {
            let [only] = facts.args(call) else { return None };
            return place(facts, habits, *only, hops.checked_sub(1)?);
        }
        let parent = name == habits.parent_call && !name.is_empty();
        let owner = parent.then(|| facts.owner_of(facts.function_of(call))).flatten()?;
        return Some(Place { root: Root::Instance(owner), path: Vec::new() });
    };
    if is_view {
        return place(facts, habits, receiver, hops);
    }
    if habits.elements.iter().any(|word| word == name) {
        // `queue.get()` and `session.get(url)` are no element access; a key is what makes it one.
        facts.args(call).first()?;
        return Some(extended(place(facts, habits, receiver, hops)?, Segment::Item));
    }
    None
}

/// A field that only the type's body gives a value is shared by all instances; one that a base declares is the base's.
fn normal(facts: &Facts, place: Place) -> Place {
    let (Root::Instance(ty), [Segment::Field(name)]) = (place.root, place.path.as_slice()) else { return place };
    match declared_in(facts, ty, *name) {
        Some((owner, true)) => Place { root: Root::Static(owner), path: place.path },
        Some((owner, false)) => Place { root: Root::Instance(owner), path: place.path },
        None => place,
    }
}

fn declared_in(facts: &Facts, ty: TypeId, name: Name) -> Option<(TypeId, bool)> {
    let lineage = facts.lineage(ty);
    let shared = lineage.iter().copied().find(|ty| {
        let scope = facts.function(facts.ty(*ty).body).scope;
        facts.scopes[scope.index()].bindings.iter().any(|binding| {
            let binding = facts.binding(*binding);
            binding.name == name && binding.kind == BindingKind::Variable
                && binding.definitions.iter().any(|definition| matches!(definition.source, Source::Assigned(value) if facts.literal(value) != Some(Literal::Null)))
        })
    });
    let own = lineage.iter().rev().copied().find(|ty| facts.assigned_fields.contains(&(*ty, name)));
    match (own, shared) {
        (Some(owner), _) => Some((owner, false)),
        (None, Some(owner)) => Some((owner, true)),
        (None, None) => None,
    }
}

/// The path of a method through the inferred type of its receiver: `socket.socket.accept`.
fn typed_path(facts: &Facts, call: ExprId) -> Option<String> {
    let callee = facts.callee(call);
    if callee.path.is_some() {
        return None;
    }
    let of = facts.type_path(callee.receiver?)?;
    Some(format!("{of}.{}", facts.text(callee.name?)))
}
