//! What work that runs on its own has in common with the object that started it.

use crate::facts::{
    Action, BindingId, ExitKind, ExprId, ExprKind, Facts, FunctionId, Name, Operation, Parent, Place, PlaceId, Root, Segment,
    StepKind, TypeId,
};
use crate::rules::Pattern;

/// How much of its owner work holds; ordered by how much it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Share {
    /// Nothing.
    None,
    /// Something that the maker also gives to the new object.
    Given,
    /// Something that belongs to the owner.
    Part,
    /// The owner itself.
    Whole,
}

/// The variables of the functions around it that work mentions, with the mentions.
fn captured(facts: &Facts, work: FunctionId) -> Vec<(BindingId, ExprId)> {
    let span = facts.function(work).span;
    let mut found = Vec::new();
    for (at, binding) in facts.bindings.iter().enumerate() {
        let home = facts.scopes[binding.scope.index()].function;
        let outside = home.0 != 0 && !span.contains(facts.function(home).span);
        let mention = binding.uses.iter().find(|at| span.contains(facts.expr(**at).span));
        found.extend(mention.filter(|_| outside).map(|mention| (BindingId(at as u32), *mention)));
    }
    found
}

/// How much of its owner some work holds.
pub fn of(facts: &Facts, work: FunctionId, maker: FunctionId) -> Share {
    let one = |mention: ExprId| match facts.place(mention).map(|place| facts.places.get(place)) {
        Some(Place { root: Root::Instance(_), path }) if path.is_empty() => Share::Whole,
        Some(Place { root: Root::Instance(_), .. }) => Share::Part,
        Some(Place { root: Root::Binding(binding), .. }) if is_given(facts, *binding, maker) => Share::Given,
        _ => Share::None,
    };
    let own = instance_mentions(facts, work).then_some(Share::Whole);
    captured(facts, work).into_iter().map(|(_, mention)| one(mention)).chain(own).max().unwrap_or(Share::None)
}

/// Whether work names the instance by the word that the language has for it.
fn instance_mentions(facts: &Facts, work: FunctionId) -> bool {
    let span = facts.function(work).span;
    let closure = facts.function(work).name.is_none();
    closure && facts.exprs.iter().any(|expr| expr.kind == ExprKind::This && span.contains(expr.span))
}

/// Whether a variable of the maker becomes part of an object that it makes, or is what it returns.
fn is_given(facts: &Facts, binding: BindingId, maker: FunctionId) -> bool {
    facts
        .binding(binding)
        .uses
        .iter()
        .any(|at| facts.function_of(*at) == maker && (field_of(facts, *at).is_some() || is_returned(facts, *at)))
}

/// The type of a new object whose fields a call names or counts, rather than the parameters of a function.
pub fn fields(facts: &Facts, call: ExprId) -> Option<TypeId> {
    let ExprKind::Call { callee, .. } = facts.kind(call) else { return None };
    let own = facts.callee(call);
    let ty = own.constructs.filter(|_| facts.raii && own.function.is_none())?;
    let made = match facts.kind(callee) {
        ExprKind::Field { .. } => own.name == Some(facts.ty(ty).name),
        _ => true,
    };
    made.then_some(ty)
}

/// The field of a new object that an expression becomes the value of.
pub fn field_of(facts: &Facts, value: ExprId) -> Option<(TypeId, Name)> {
    let mut at = value;
    loop {
        let Parent::Expr(parent) = facts.expr(at).parent else { return None };
        match facts.kind(parent) {
            ExprKind::Named { name, .. } => {
                let Parent::Expr(call) = facts.expr(parent).parent else { return None };
                return fields(facts, call).map(|ty| (ty, name));
            }
            ExprKind::Call { .. } if facts.peeled(parent) == parent => {
                let ty = fields(facts, parent)?;
                let position = facts.args(parent).iter().position(|arg| *arg == at)?;
                return Some((ty, facts.names.find(&position.to_string())?));
            }
            _ if facts.peeled(parent) == facts.peeled(value) => at = parent,
            _ => return None,
        }
    }
}

fn is_returned(facts: &Facts, value: ExprId) -> bool {
    let mut at = value;
    loop {
        match facts.expr(at).parent {
            Parent::Step(step) => return matches!(facts.step(step).kind, StepKind::Exit { kind: ExitKind::Return, .. }),
            Parent::Expr(parent) if facts.peeled(parent) == facts.peeled(value) => at = parent,
            _ => return false,
        }
    }
}

/// The one thing outside of the work that a condition asks.
pub fn asked(facts: &Facts, work: FunctionId, header: ExprId) -> Option<PlaceId> {
    let span = facts.expr(header).span;
    let mut places: Vec<PlaceId> = captured(facts, work)
        .into_iter()
        .flat_map(|(binding, _)| facts.binding(binding).uses.iter().copied())
        .filter(|at| span.contains(facts.expr(*at).span))
        .filter_map(|at| facts.place(at))
        .collect();
    places.dedup();
    match places.as_slice() {
        [only] => Some(*only),
        _ => None,
    }
}

/// The field in which a flag is kept: its own place, or the one that the maker gives it to.
pub fn kept(facts: &Facts, flag: PlaceId, maker: FunctionId) -> Option<(TypeId, Name)> {
    match facts.places.get(flag) {
        Place { root: Root::Instance(ty), path } => match path.as_slice() {
            [Segment::Field(name)] => Some((*ty, *name)),
            _ => None,
        },
        Place { root: Root::Binding(_), path } if path.is_empty() => {
            mentions(facts, flag).filter(|at| facts.function_of(*at) == maker).find_map(|at| field_of(facts, at))
        }
        _ => None,
    }
}

/// Every expression that denotes a place.
fn mentions(facts: &Facts, place: PlaceId) -> impl Iterator<Item = ExprId> {
    facts.operations(place).iter().map(|operation| operation.expr)
}

/// The functions that do something to a field of this name, besides asking it.
pub fn setters(facts: &Facts, ty: TypeId, field: Name, work: FunctionId) -> Vec<(FunctionId, ExprId)> {
    let inside = facts.function(work).span;
    let sets = |operation: &&Operation| {
        let changes = match operation.action {
            Action::Method { call, .. } => super::kept::fate(facts, call) == super::kept::Fate::Dropped,
            Action::Argument { .. } | Action::Alias { .. } | Action::Returned | Action::Stored { .. } => true,
            _ => false,
        };
        changes && !inside.contains(facts.expr(operation.expr).span)
    };
    let named = |place: &Place| place.path.last() == Some(&Segment::Field(field)) && may_be(place, ty);
    let places = facts.places.iter().filter(|(_, place)| named(place)).map(|(id, _)| id);
    places.flat_map(|id| facts.operations(id).iter().filter(sets)).map(|at| (at.function, at.expr)).collect()
}

fn may_be(place: &Place, ty: TypeId) -> bool {
    match place.root {
        Root::Instance(own) => own == ty || place.path.len() > 1,
        _ => true,
    }
}

/// Whether the maker hands a flag to somebody else than the object that keeps it, and the work itself.
pub fn escapes(facts: &Facts, flag: PlaceId, work: Option<FunctionId>, maker: FunctionId) -> bool {
    let Place { root: Root::Binding(_), .. } = facts.places.get(flag) else { return false };
    let Some(work) = work else { return true };
    let span = facts.function(work).span;
    let outside = |at: &ExprId| !span.contains(facts.expr(*at).span) && field_of(facts, *at).is_none();
    facts.operations(flag).iter().filter(|operation| outside(&operation.expr)).any(|operation| match operation.action {
        Action::Argument { call, .. } => facts.peeled(call) == call,
        Action::Returned | Action::Stored { .. } => true,
        Action::Method { .. } => operation.function != maker,
        _ => false,
    })
}

/// The variable that some work keeps and its maker returns.
pub fn returned(facts: &Facts, work: FunctionId, maker: FunctionId) -> Option<BindingId> {
    captured(facts, work).into_iter().find_map(|(_, mention)| match facts.places.get(facts.place(mention)?) {
        Place { root: Root::Binding(binding), path } if path.is_empty() => {
            let own = facts.binding(*binding).uses.iter().filter(|at| facts.function_of(**at) == maker);
            own.copied().any(|at| is_returned(facts, at)).then_some(*binding)
        }
        _ => None,
    })
}

/// The field of the maker's instance from which the thing was cloned that a loop waits on.
pub fn longer(facts: &Facts, work: FunctionId, header: ExprId) -> Option<PlaceId> {
    let span = facts.expr(header).span;
    captured(facts, work).into_iter().find_map(|(binding, _)| {
        let asked = facts.binding(binding).uses.iter().any(|at| span.contains(facts.expr(*at).span));
        let [only] = facts.binding(binding).definitions.as_slice() else { return None };
        let value = facts.peeled(facts.value_of(only).filter(|_| asked)?);
        let source = facts.callee(value).receiver.unwrap_or(value);
        let place = facts.place(source)?;
        let own = matches!(facts.places.get(place), Place { root: Root::Instance(_), path } if !path.is_empty());
        own.then_some(place)
    })
}

/// Whether the maker gives the same object to others weakly.
pub fn has_weak_sibling(facts: &Facts, weak: &[Pattern], kept: BindingId) -> bool {
    facts.binding(kept).uses.iter().any(|at| {
        facts.around(*at).any(|around| match around {
            crate::facts::Around::Expr(call) => {
                weak.iter().any(|word| word.fits(facts.callee_path(call), facts.method_name(call)))
            }
            crate::facts::Around::Step(_) => false,
        })
    })
}

/// What some work holds of which the receiver of a call is a part: an object that owns what runs the work.
pub fn holder(facts: &Facts, work: FunctionId, receiver: ExprId) -> Option<PlaceId> {
    let mut bases = Vec::new();
    let mut at = facts.peeled(receiver);
    while let ExprKind::Field { base, .. } = facts.kind(at) {
        bases.extend(facts.place(base));
        at = facts.peeled(base);
    }
    captured(facts, work).into_iter().filter_map(|(_, mention)| facts.place(mention)).find(|held| bases.contains(held))
}

/// The place of a field of a type's instances, if the file mentions it.
pub fn place(facts: &Facts, ty: TypeId, name: Name) -> Option<PlaceId> {
    facts.places.find(&Place { root: Root::Instance(ty), path: vec![Segment::Field(name)] })
}
