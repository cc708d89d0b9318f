//! What a type does with a field that keeps a handle.

use super::fate::{Fate, HELPERS, fates};
use super::field::Kept;
use super::obligation::Ledger;
use super::swept;
use super::twin;
use super::within;
use crate::checks::lives::callback;
use crate::facts::{self, Action, BindingId, ExprId, ExprKind, Facts, Name, Parent, Place, Root, Segment, StepKind, TypeId};
use rustc_hash::FxHashSet;

/// What is done with a field outside the assignment that fills it.
#[derive(Debug, Default)]
pub(super) struct Care {
    pub(super) released: bool,
    /// The methods that hand it out: what is done to their value is done to the field.
    pub(super) lent: Vec<Name>,
    pub(super) handed: usize,
    /// Whether a teardown uses it, and leaves it open.
    pub(super) stopped: bool,
    /// How often it is given to what another field of an instance keeps.
    pub(super) wrapped: usize,
    pub(super) returned: usize,
}

/// Reads every mention of the field, on the instance or on something that may be one.
pub(super) fn care(ledger: &Ledger, kept: &Kept, relatives: &[TypeId]) -> Care {
    let facts = ledger.facts;
    let mut care = Care::default();
    let mut seen = FxHashSet::default();
    for expr in mentions(facts, kept, relatives) {
        mention(ledger, kept, expr, &mut care, &mut seen);
        if care.released {
            break;
        }
    }
    for name in care.lent.clone() {
        let own = |place: &Place| matches!(place.root, Root::Instance(ty) if relatives.contains(&ty));
        let reads = facts.places.iter().filter(|(_, place)| own(place) && place.path.as_slice() == [Segment::Field(name)]);
        for operation in reads.flat_map(|(id, _)| facts.operations(id)) {
            let method = match operation.action {
                // `self.context.close()` where `context` is a property.
                Action::Method { name, .. } => Some(name),
                // `self.context().close()`
                _ => match facts.expr(operation.expr).parent {
                    Parent::Expr(call) if facts.callee(call).receiver.is_some() => chained(facts, call),
                    _ => None,
                },
            };
            care.released |= method.is_some_and(|method| ledger.releases(kept.obligation.resource, facts.text(method)));
            // A property stands for the field, in whatever way it is released.
            if is_property(facts, relatives, name) {
                let mut alias = Care::default();
                mention(ledger, kept, operation.expr, &mut alias, &mut seen);
                care.released |= alias.released;
            }
        }
    }
    care
}

/// Whether a method of this name is read like a field.
fn is_property(facts: &Facts, relatives: &[TypeId], name: Name) -> bool {
    let mut methods = relatives.iter().flat_map(|ty| facts.ty(*ty).methods.iter().map(|method| facts.function(*method)));
    methods.any(|method| {
        let reads = |decorator: &ExprId| facts.path_of(*decorator).is_some_and(|path| facts::last(&path).ends_with("property"));
        method.name == Some(name) && method.decorators.iter().any(reads)
    })
}

/// The mentions of the field, and of names that stand for it, in the order in which they were read.
fn mentions(facts: &Facts, kept: &Kept, relatives: &[TypeId]) -> Vec<ExprId> {
    let is_field = |expr: &ExprId| matches!(facts.kind(*expr), ExprKind::Field { .. }) && may_be(facts, *expr, relatives);
    let fields = facts.mentions(kept.name).iter().copied().filter(is_field);
    let place = |ty: &TypeId| facts.places.find(&Place { root: Root::Instance(*ty), path: vec![Segment::Field(kept.name)] });
    let places = relatives.iter().filter_map(place);
    let aliases = places.flat_map(|place| facts.denoting(place)).copied().filter(|expr| facts.binding_of(*expr).is_some());
    let mut all: Vec<ExprId> = fields.chain(aliases).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The method that is called on the value of a call.
fn chained(facts: &Facts, call: ExprId) -> Option<Name> {
    let Parent::Expr(field) = facts.expr(call).parent else { return None };
    match facts.kind(field) {
        ExprKind::Field { base, name } if base == call => Some(name),
        _ => None,
    }
}

/// Whether the place is one of the type's instances, as far as the file tells.
fn may_be(facts: &Facts, expr: ExprId, relatives: &[TypeId]) -> bool {
    facts.place(expr).is_none_or(|place| match facts.places.get(place).root {
        Root::Instance(ty) | Root::Static(ty) => relatives.contains(&ty) || facts.places.get(place).path.len() > 1,
        _ => true,
    })
}

fn mention(ledger: &Ledger, kept: &Kept, expr: ExprId, care: &mut Care, seen: &mut FxHashSet<ExprId>) {
    let facts = ledger.facts;
    if !seen.insert(expr) {
        return;
    }
    let resource = kept.obligation.resource;
    care.released |= within::is_ended(ledger, resource, expr);
    for fate in fates(ledger, resource, expr, None, HELPERS) {
        match fate {
            Fate::Released(_) => care.released = true,
            Fate::Deleted(_) => care.released |= resource.collected,
            Fate::Returned(at) if ledger.is_lent(at) => {}
            Fate::Returned(at) | Fate::Yielded(at) => {
                care.lent.extend(facts.function(facts.function_of(at)).name);
                care.returned += 1;
            }
            Fate::Bound(name, _) => {
                facts.binding(name).uses.iter().for_each(|mentioned| mention(ledger, kept, *mentioned, care, seen));
            }
            // What a teardown gives away it gives to whoever releases it.
            Fate::Handed(at) | Fate::Stored(_, at) => {
                // So does whoever gets its method of release.
                let method =
                    matches!(facts.kind(at), ExprKind::Field { name, .. } if ledger.releases(resource, facts.text(name)));
                care.released |= method || in_teardown(facts, at) || ledger.is_consumed(resource, at);
                care.released |= swept::is_swept(ledger, expr);
                care.released |= twin::is_released_by(ledger, resource, at, expr);
                care.handed += 1;
                let kept = || fates(ledger, resource, at, None, 0).iter().any(|fate| matches!(fate, Fate::Stored(..)));
                let listed = matches!(fate, Fate::Stored(..)) && in_collection(facts, expr);
                care.wrapped += usize::from(listed || matches!(facts.kind(at), ExprKind::Call { .. }) && kept());
            }
            Fate::Used(at) => {
                care.stopped |= in_teardown(facts, at);
                for element in elements(facts, expr, at) {
                    let uses = element.map_or(&[][..], |name| &facts.binding(name).uses);
                    for mentioned in uses {
                        mention(ledger, kept, *mentioned, care, seen);
                    }
                }
            }
            Fate::Tested | Fate::Written | Fate::Dropped => {}
        }
    }
}

/// Whether an expression is an element of a list or the like that is written down: `self.all = [self.spare]`.
fn in_collection(facts: &Facts, expr: ExprId) -> bool {
    matches!(facts.expr(expr).parent, Parent::Expr(list) if matches!(facts.kind(list), ExprKind::Collection { .. }))
}

/// The names that stand for each element of a field in turn: what is done to them is done to what it holds.
fn elements(facts: &Facts, field: ExprId, at: ExprId) -> Vec<Option<BindingId>> {
    let target = match (facts.kind(at), facts.expr(field).parent) {
        (ExprKind::Each { target, .. }, _) => Some(target),
        (_, Parent::Step(step)) => match facts.step(step).kind {
            StepKind::Loop { target, .. } => target,
            _ => None,
        },
        _ => None,
    };
    target.map(|target| facts.binding_of(target)).into_iter().collect()
}

fn in_teardown(facts: &Facts, expr: ExprId) -> bool {
    facts.enclosing(facts.function_of(expr)).any(|function| facts.function(function).traits.is_teardown)
}

/// `close(self.as_raw_fd())`: the field is let go by way of the method that lends it.
pub(super) fn lent_back(ledger: &Ledger, kept: &Kept, relatives: &[TypeId]) -> bool {
    let facts = ledger.facts;
    let methods = relatives.iter().flat_map(|ty| facts.ty(*ty).methods.iter().copied());
    let lent = |arg: ExprId| {
        let call = facts.peeled(arg);
        let own = facts.callee(call).receiver.is_some_and(|receiver| callback::is_instance(facts, receiver));
        own && ledger.lends(call)
    };
    methods.flat_map(|method| facts.function(method).calls.iter().copied()).any(|call| {
        let frees = ledger.frees(kept.obligation.resource, call);
        frees && facts.args(call).iter().any(|arg| lent(*arg))
    })
}
