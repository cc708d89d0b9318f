//! Places for values of which the language forgets that there is one: `MaybeUninit` never drops what was written to it.

use crate::checks::Context;
use crate::facts::{ExprId, ExprKind, Facts, FunctionId, Place, Root, Segment, TypeId};
use crate::finding::{Evidence, Finding, Weight};

/// What drops a value that stands in such a place, or takes it out.
const DROPS: [&str; 4] = ["assume_init_drop", "drop_in_place", "assume_init_read", "needs_drop"];
/// What only borrows or points at such a place.
const BORROWS: [&str; 7] = ["NonNull", "AtomicPtr", "PhantomData", "Ref", "RefMut", "Weak", "MutexGuard"];

/// Types that keep values of their users in `MaybeUninit` and have no destructor, in a file where nothing drops such values.
pub fn check(context: &Context) -> Vec<Finding> {
    let facts = context.facts;
    if !facts.typed || facts.names.find("MaybeUninit").is_none() || drops(facts) {
        return Vec::new();
    }
    let fields = facts.places.iter().filter_map(|(id, place)| match *place {
        Place { root: Root::Instance(ty), ref path } if matches!(path.as_slice(), [Segment::Field(_)]) => {
            let declared = facts.definitions_of(id).iter().find_map(|definition| definition.annotation)?;
            (owns(facts, declared) && !ends(context, ty)).then_some((ty, declared))
        }
        _ => None,
    });
    fields.map(|(ty, declared)| tell(context, ty, declared)).collect()
}

/// Whether something in the file drops what stands in such places, if only by taking out one after the other in a destructor.
fn drops(facts: &Facts) -> bool {
    let named = |name: &str| facts.names.find(name).is_some();
    let by_hand = |function: FunctionId| {
        facts.function(function).calls.iter().any(|call| {
            let on_itself = facts.callee(*call).receiver.is_some_and(|on| crate::checks::lives::callback::is_instance(facts, on));
            on_itself || facts.callee_name(*call).is_some_and(|name| matches!(name, "read" | "assume_init"))
        })
    };
    let destructors = facts.functions().filter(|(_, function)| function.name.is_some_and(|name| facts.text(name) == "drop"));
    DROPS.into_iter().any(named) || destructors.map(|(id, _)| id).any(by_hand)
}

/// Whether a declared type holds a value of a type that the users of the type choose, and not a reference to one.
fn owns(facts: &Facts, declared: ExprId) -> bool {
    let span = facts.expr(declared).span;
    let mut uninit = false;
    let mut chosen = false;
    for at in (0..facts.exprs.len() as u32).map(ExprId).filter(|at| span.contains(facts.expr(*at).span)) {
        if facts.borrows.contains(&at) {
            return false;
        }
        let (ExprKind::Name { name, .. } | ExprKind::Field { name, .. }) = facts.kind(at) else { continue };
        let name = facts.text(name);
        if BORROWS.contains(&name) {
            return false;
        }
        uninit |= name == "MaybeUninit";
        chosen |= name.len() == 1 && name.starts_with(char::is_uppercase);
    }
    uninit && chosen
}

/// Whether a type has a destructor, wherever in the project that stands.
fn ends(context: &Context, ty: TypeId) -> bool {
    let facts = context.facts;
    facts.ty(ty).is_copied
        || facts.method(ty, "drop").is_some()
        || context.project.has_teardown(context.path, facts.text(facts.ty(ty).name), "drop")
}

fn tell(context: &Context, ty: TypeId, declared: ExprId) -> Finding {
    let facts = context.facts;
    let name = facts.text(facts.ty(ty).name);
    let message = format!("a `{name}` keeps values in `MaybeUninit` and has no destructor, so none of them is ever dropped");
    let mut finding = context.finding(declared, message, "what is written here is never dropped".to_owned());
    let text = "nothing in this file drops what is in it, and the type has no `Drop`";
    finding.evidence.push(Evidence::supports(Weight::Fair, text).at(facts.ty(ty).head));
    finding.risk = format!("what the values own is never freed when a `{name}` goes");
    finding.weigh(context.prior())
}
