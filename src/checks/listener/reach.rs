//! How long an emitter lives, by where the file has it from.

use crate::checks::lives::acquire;
use crate::checks::lives::callback;
use crate::checks::lives::life;
use crate::facts::{BindingId, BindingKind, ExprId, ExprKind, Facts, FunctionKind, Place, Root, Segment, Source};

/// How long an emitter lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// It belongs to the registrant: made by it, or it itself.
    Owned,
    /// It was made in the same call, so the call's caller or nobody keeps it.
    Local,
    /// Nothing tells.
    Unknown,
    /// It was given to the registrant, so somebody else keeps it.
    Given,
    /// It lives as long as the process.
    Process,
}

/// How many names are followed in a row.
pub(super) const HOPS: u32 = 6;

/// How long an emitter lives, as far as the file tells.
pub fn of(facts: &Facts, emitter: ExprId) -> Reach {
    judge(facts, emitter, HOPS)
}

fn judge(facts: &Facts, emitter: ExprId, hops: u32) -> Reach {
    if hops == 0 {
        return Reach::Unknown;
    }
    match facts.kind(facts.peeled(emitter)) {
        ExprKind::This => Reach::Owned,
        ExprKind::Name { binding: Some(binding), .. } => {
            let own = facts.binding(binding);
            match own.kind {
                BindingKind::Import(_) | BindingKind::Type(_) | BindingKind::Function(_) => Reach::Process,
                BindingKind::Parameter(_) if callback::is_instance(facts, emitter) => Reach::Owned,
                BindingKind::Parameter(_) => match visited(facts, binding) {
                    Some(all) => judge(facts, all, hops - 1).min(Reach::Unknown),
                    None => passed(facts, emitter, hops),
                },
                // What the script of a page makes goes with the component that it runs for.
                BindingKind::Variable if own.scope.0 == 0 && !facts.per_instance => Reach::Process,
                BindingKind::Variable => {
                    let values = own.definitions.iter().map(|definition| match definition.source {
                        Source::Assigned(value) | Source::Managed(value) => local(facts, value, hops - 1),
                        Source::Unpacked(value, _) => judge(facts, value, hops - 1),
                        Source::Iterated(value) => judge(facts, value, hops - 1).min(Reach::Unknown),
                        _ => Reach::Unknown,
                    });
                    values.min().unwrap_or(Reach::Unknown)
                }
            }
        }
        // What no name of the file stands for belongs to the language, or to the page.
        ExprKind::Name { binding: None, .. } => Reach::Process,
        ExprKind::Choice { then, otherwise, .. } => judge(facts, then, hops - 1).max(judge(facts, otherwise, hops - 1)),
        ExprKind::Operation { operands, .. } => {
            facts.list(operands).iter().map(|operand| judge(facts, *operand, hops - 1)).max().unwrap_or(Reach::Unknown)
        }
        ExprKind::Field { base, .. } => field(facts, emitter, base, hops),
        ExprKind::Index { base, .. } => judge(facts, base, hops - 1),
        ExprKind::Call { .. } => local(facts, emitter, hops),
        _ => Reach::Unknown,
    }
}

/// The collection whose elements a parameter stands for, each of them once: `sheets.map((sheet) => …)`.
pub(super) fn visited(facts: &Facts, parameter: BindingId) -> Option<ExprId> {
    facts.binding(parameter).definitions.iter().find_map(|definition| match definition.source {
        Source::Iterated(all) => Some(all),
        _ => None,
    })
}

/// What a function is given belongs to somebody else, unless the file only ever gives it something of its own.
fn passed(facts: &Facts, emitter: ExprId, hops: u32) -> Reach {
    let values = acquire::passed(facts, emitter);
    let given = values.iter().map(|value| match facts.kind(*value) {
        ExprKind::Field { .. } | ExprKind::This => judge(facts, *value, hops - 1),
        _ => Reach::Given,
    });
    given.max().map_or(Reach::Given, |reach| if reach == Reach::Owned { reach } else { Reach::Given })
}

/// What a call hands out is new as a rule; what a name or field hands out is not.
fn local(facts: &Facts, value: ExprId, hops: u32) -> Reach {
    let value = facts.peeled(value);
    match facts.kind(value) {
        ExprKind::Call { .. } => Reach::Local,
        ExprKind::Name { .. } | ExprKind::Field { .. } | ExprKind::Index { .. } => judge(facts, value, hops),
        _ => Reach::Unknown,
    }
}

/// What a getter of the instance hands out: `get reader() { return this.process.stdout; }`.
fn gotten(facts: &Facts, emitter: ExprId) -> Option<ExprId> {
    let ExprKind::Field { base, name } = facts.kind(emitter) else { return None };
    let owner = facts.owner_of(facts.function_of(emitter)).filter(|_| callback::is_instance(facts, base))?;
    let getter = facts.method(owner, facts.text(name)).filter(|_| facts.exported.is_some())?;
    match life::returned(facts, getter).as_slice() {
        [only] if *only != emitter && facts.function(getter).params.is_empty() => Some(*only),
        _ => None,
    }
}

fn field(facts: &Facts, emitter: ExprId, base: ExprId, hops: u32) -> Reach {
    if let Some(value) = gotten(facts, emitter) {
        return judge(facts, value, hops - 1);
    }
    if let ExprKind::Field { name, .. } = facts.kind(emitter)
        && let Some(value) = facts.entry(base, facts.text(name))
    {
        return local(facts, value, hops - 1);
    }
    if !callback::is_instance(facts, base) {
        // What hangs on something lives about as long as that, where it was not put there by the registrant.
        return judge(facts, base, hops - 1);
    }
    let Some(place) = facts.place(emitter) else { return Reach::Unknown };
    match facts.places.get(place) {
        Place { root: Root::Static(_), path } => {
            return if is_param_of(facts, emitter, path) { Reach::Given } else { Reach::Process };
        }
        Place { root: Root::Instance(_), path } if matches!(path.as_slice(), [Segment::Field(_)]) => {}
        Place { root: Root::Instance(_), .. } => return judge(facts, base, hops - 1),
        // An alias of something else: `self.emitter = emitter`.
        Place { root: Root::Binding(binding), .. } => {
            let scope = facts.binding(*binding).scope;
            let module = facts.function(facts.scopes[scope.index()].function).kind == FunctionKind::Module;
            return if module { Reach::Process } else { Reach::Given };
        }
        _ => return Reach::Unknown,
    }
    let definitions = facts.definitions_of(place);
    let null = |value: ExprId| facts.literal(value) == Some(crate::facts::Literal::Null);
    let filled = definitions.iter().filter(|definition| match definition.source {
        Source::Assigned(value) => !null(value),
        // What only says the type gives no value.
        Source::Declared(_) => false,
        _ => true,
    });
    let given = filled.map(|definition| match definition.source {
        Source::Assigned(value) | Source::Managed(value) => made(facts, value, hops - 1),
        _ => Reach::Unknown,
    });
    given.min().unwrap_or_else(|| inherited(facts, emitter))
}

/// Whether the function around is given something by the name of the field: a descriptor of the type, filled for each instance.
fn is_param_of(facts: &Facts, emitter: ExprId, path: &[Segment]) -> bool {
    let [Segment::Field(name)] = path else { return false };
    let function = facts.function(facts.function_of(emitter));
    function.traits.is_constructor && function.params.iter().any(|param| param.name == *name)
}

/// A field that no method assigns is a property, or belongs to a base out of sight.
fn inherited(facts: &Facts, emitter: ExprId) -> Reach {
    let ExprKind::Field { name, .. } = facts.kind(emitter) else { return Reach::Unknown };
    let owner = facts.owner_of(facts.function_of(emitter));
    match owner.and_then(|owner| facts.method(owner, facts.text(name))) {
        Some(_) => Reach::Given,
        None => Reach::Unknown,
    }
}

/// A value that a field is given: a new object belongs to the field's owner, anything else to somebody else as well.
fn made(facts: &Facts, value: ExprId, hops: u32) -> Reach {
    if hops == 0 {
        return Reach::Unknown;
    }
    let value = facts.peeled(value);
    match facts.kind(value) {
        ExprKind::Literal(_) | ExprKind::Collection { .. } | ExprKind::Comprehension { .. } | ExprKind::Call { .. } => {
            Reach::Owned
        }
        ExprKind::Choice { then, otherwise, .. } => made(facts, then, hops - 1).max(made(facts, otherwise, hops - 1)),
        ExprKind::Operation { operands, .. } => {
            facts.list(operands).iter().map(|operand| made(facts, *operand, hops - 1)).max().unwrap_or(Reach::Unknown)
        }
        ExprKind::Name { .. } | ExprKind::Field { .. } => judge(facts, value, hops),
        _ => Reach::Unknown,
    }
}
