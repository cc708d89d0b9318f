//! The objects that one run of a function deals with, as far as references to them can be told apart.

use super::strong;
use crate::checks::Context;
use crate::facts::{BindingId, BindingKind, Definition, ExprId, ExprKind, Facts, FunctionId, Source, TypeId};

/// How many names, fields and calls are followed in a row.
const HOPS: u32 = 10;

/// Something that one run of a function deals with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object {
    /// The instance.
    This(TypeId),
    /// What a variable refers to.
    Variable(BindingId),
    /// What a call makes.
    Made(ExprId),
}

/// What an expression refers to; with `owner`, the object at the start of the way to it.
pub fn object(context: &Context, expr: ExprId, owner: bool) -> Option<Object> {
    let facts = context.facts;
    let (mut expr, mut fresh) = (expr, false);
    for _ in 0..HOPS {
        expr = match facts.kind(expr) {
            ExprKind::This => return facts.owner_of(facts.function_of(expr)).map(Object::This),
            ExprKind::Await(inner) | ExprKind::Try(inner) => inner,
            ExprKind::Field { base, .. } | ExprKind::Index { base, .. } if owner && !facts.scoped.contains(&expr) => base,
            ExprKind::Name { binding: Some(binding), .. } => match aliased(facts, binding) {
                Some(value) => match object(context, value, false) {
                    Some(Object::Variable(_)) | None if is_part(facts, value) => return Some(Object::Variable(binding)),
                    None => return Some(Object::Variable(binding)),
                    found => return found,
                },
                None => return variable(facts, binding),
            },
            ExprKind::Call { .. } => {
                let callee = facts.callee(expr);
                let copies = callee.name.is_some_and(|name| facts.text(name) == "clone") && facts.args(expr).is_empty();
                match (facts.wraps.get(&expr), callee.receiver) {
                    // A reference to a copy refers to another object.
                    (_, Some(receiver)) if copies => (!fresh).then_some(receiver)?,
                    (Some(inner), _) => {
                        let path = facts.callee_path(expr).filter(|path| path.rsplit('.').next() != Some("clone"));
                        fresh |= path.is_some_and(|path| strong::inside(&context.words.strong, path));
                        *inner
                    }
                    (None, Some(receiver)) if owner && facts.place(expr).is_some() => receiver,
                    _ if callee.constructs.is_some() || makes(context, callee.function).is_some() => {
                        return Some(Object::Made(expr));
                    }
                    _ => return None,
                }
            }
            _ => return None,
        };
    }
    None
}

/// Whether a value is read out of another object.
fn is_part(facts: &Facts, value: ExprId) -> bool {
    facts.place(value).is_some_and(|place| !facts.places.get(place).path.is_empty())
}

/// The value of a variable that is given one once.
fn aliased(facts: &Facts, binding: BindingId) -> Option<ExprId> {
    match facts.binding(binding).definitions.as_slice() {
        [Definition { source: Source::Assigned(value), .. }] => Some(*value),
        _ => None,
    }
}

fn variable(facts: &Facts, binding: BindingId) -> Option<Object> {
    let own = facts.binding(binding);
    let function = facts.scopes[own.scope.index()].function;
    match own.kind {
        BindingKind::Parameter(_) if facts.function(function).receiver == Some(binding) => {
            facts.owner_of(function).map(Object::This)
        }
        BindingKind::Parameter(_) | BindingKind::Variable => Some(Object::Variable(binding)),
        _ => None,
    }
}

/// The type of this file that a function returns.
pub fn makes(context: &Context, function: Option<FunctionId>) -> Option<TypeId> {
    let returns = context.facts.function(function?).returns?;
    strong::written_type(context, returns).first().map(|keeps| keeps.kept)
}

pub fn type_of(context: &Context, object: Object) -> Option<TypeId> {
    let facts = context.facts;
    match object {
        Object::This(ty) => Some(ty),
        Object::Made(call) => facts.callee(call).constructs.or_else(|| makes(context, facts.callee(call).function)),
        Object::Variable(binding) => {
            let own = facts.binding(binding);
            let function = facts.function(facts.scopes[own.scope.index()].function);
            let param = function.params.iter().find(|param| param.binding == binding).and_then(|param| param.annotation);
            let written = param.or_else(|| own.definitions.iter().find_map(|definition| definition.annotation))?;
            strong::written_type(context, written).first().map(|keeps| keeps.kept)
        }
    }
}

/// What an object of a called function is to its caller.
pub fn passed(facts: &Facts, call: ExprId, callee: FunctionId, object: Object) -> Option<Object> {
    let own = facts.function(callee);
    let receiver = facts.callee(call).receiver;
    let by_path = usize::from(receiver.is_none() && !own.traits.is_static);
    let plain = |expr: ExprId| plain(facts, expr);
    match object {
        Object::This(_) => plain(receiver.or_else(|| facts.positional(call, 0))?),
        // What it makes is taken for what it returns.
        Object::Made(_) => own.returns.map(|_| Object::Made(call)),
        Object::Variable(binding) => {
            let at = own
                .params
                .iter()
                .filter(|param| own.receiver != Some(param.binding))
                .position(|param| param.binding == binding)?;
            plain(facts.positional(call, at + by_path)?)
        }
    }
}

/// The object that an argument is, without a look at types.
fn plain(facts: &Facts, expr: ExprId) -> Option<Object> {
    let mut expr = expr;
    for _ in 0..HOPS {
        expr = match (facts.kind(expr), facts.wraps.get(&expr)) {
            (ExprKind::This, _) => return facts.owner_of(facts.function_of(expr)).map(Object::This),
            (_, Some(inner)) => *inner,
            (ExprKind::Name { binding: Some(binding), .. }, _) => match aliased(facts, binding) {
                Some(value) => return plain(facts, value).or(Some(Object::Variable(binding))),
                None => return variable(facts, binding),
            },
            (ExprKind::Call { .. }, _) => {
                let callee = facts.callee(expr);
                match callee.receiver {
                    Some(receiver) if callee.name.is_some_and(|name| facts.text(name) == "clone") => receiver,
                    _ if callee.constructs.is_some() || callee.function.is_some() => return Some(Object::Made(expr)),
                    _ => return None,
                }
            }
            _ => return None,
        };
    }
    None
}

/// How long an object has been there, compared with others that the same function deals with.
pub fn age(object: Object) -> u8 {
    match object {
        Object::Made(_) => 0,
        Object::Variable(_) => 1,
        Object::This(_) => 2,
    }
}
