//! Places for values of which the language forgets that there is one: `MaybeUninit` never drops what was written to it.

use super::reclaim;
use crate::checks::Context;
use crate::facts::{Definition, ExprId, ExprKind, Facts, FunctionKind, Name, Source, TypeId};
use crate::finding::{Evidence, Finding, Weight};

/// What only borrows or points at such a place.
const BORROWS: [&str; 7] = ["NonNull", "AtomicPtr", "PhantomData", "Ref", "RefMut", "Weak", "MutexGuard"];

/// The attribute that lays a type out as others expect it.
const LAYOUT: &str = "repr";

/// What looks at a value that stands in such a place, so that there are any.
const LOOKS: [&str; 2] = ["assume_init_ref", "assume_init_mut"];

/// What points at the value in such a place.
const POINTS: [&str; 2] = ["as_ptr", "as_mut_ptr"];

/// Types that keep values of their users in `MaybeUninit` and have no destructor, where no destructor of an owner drops them.
pub fn check(context: &Context) -> Vec<Finding> {
    let facts = context.facts;
    if !facts.typed || facts.names.find("MaybeUninit").is_none() {
        return Vec::new();
    }
    let fields = facts
        .declared_fields()
        .filter(|(ty, _, declared)| owns(facts, *declared) && !overlays(facts, *ty) && !ends(context, *ty) && !lasts(facts, *ty))
        .filter(|(ty, name, _)| !is_record(facts, *ty, *name));
    let mut found: Vec<Finding> = fields.map(|(ty, _, declared)| tell(context, ty, declared)).collect();
    if found.is_empty() || !fills(context) || reclaim::drops(context) {
        found.clear();
    }
    found
}

/// Whether a type is laid out so that it fits memory which somebody else has filled: a register, bytes of a file.
fn overlays(facts: &Facts, ty: TypeId) -> bool {
    let says = |attribute: &ExprId| facts.names_in(*attribute).iter().any(|(_, name)| facts.text(*name) == LAYOUT);
    facts.ty(ty).decorators.iter().any(says)
}

/// Whether a type is for the inside of one function, or has no methods and its file takes out what the field has: whoever made
/// such a record takes what is in it.
fn is_record(facts: &Facts, ty: TypeId, field: Name) -> bool {
    let own = facts.ty(ty);
    let local = facts.function(own.parent).kind == FunctionKind::Named;
    local || own.methods.is_empty() && facts.callees.keys().any(|call| reclaim::takes(facts, *call) && reads(facts, *call, field))
}

/// Whether the receiver of a call is a pointer to a field: `let at = room.guest.as_ptr(); at.read()`.
fn reads(facts: &Facts, call: ExprId, field: Name) -> bool {
    let points = |at: ExprId| {
        let named = facts.callee(at).receiver.map(|place| facts.kind(facts.peeled(place)));
        facts.method_name(at).is_some_and(|name| POINTS.contains(&name))
            && matches!(named, Some(ExprKind::Field { name, .. }) if name == field)
    };
    let Some(receiver) = facts.callee(call).receiver.map(|receiver| facts.peeled(receiver)) else { return false };
    let assigned = |definition: &Definition| matches!(definition.source, Source::Assigned(value) if points(facts.peeled(value)));
    points(receiver) || facts.binding_of(receiver).is_some_and(|binding| facts.binding(binding).definitions.iter().any(assigned))
}

/// Whether a type is made for values that live as long as the process: its methods ask for such an instance.
fn lasts(facts: &Facts, ty: TypeId) -> bool {
    facts.ty(ty).methods.iter().any(|method| facts.function(*method).traits.asks_lasting)
}

/// Whether the file puts a value that it was given into such a place, or some file looks at one there. Without that it may
/// be room for the answer of a call.
fn fills(context: &Context) -> bool {
    let facts = context.facts;
    let makes = |call: &ExprId| {
        facts.callee_path(*call).is_some_and(|path| path == "MaybeUninit.new" || path.ends_with(".MaybeUninit.new"))
            && facts.positional(*call, 0).is_some_and(|value| facts.literal(value).is_none())
    };
    // A file that is looked at alone is looked at again once the others are known.
    facts.callees.keys().any(makes)
        || context.project.is_listening()
        || LOOKS.iter().any(|name| !context.project.callers(&facts.language, name).is_empty())
}

/// Whether a declared type holds a value of a type that the users of the type choose, and not a reference to one.
fn owns(facts: &Facts, declared: ExprId) -> bool {
    names(facts, declared).is_some() && stored(facts, declared).iter().any(|name| is_chosen(name))
}

/// The names of which the type of the value in such a place is made up: those behind it, as long as nothing but a bracket or
/// a comma parts them. The length of a list comes later.
fn stored(facts: &Facts, declared: ExprId) -> Vec<&str> {
    let names = facts.names_in(declared);
    let Some(place) = names.iter().position(|(_, name)| facts.text(*name) == "MaybeUninit") else { return Vec::new() };
    let span = |at: usize| facts.expr(names[at].0).span;
    let behind = (place + 1..names.len()).take_while(|at| span(*at).start <= span(at - 1).end + NEXT);
    behind.map(|at| facts.text(names[at].1)).collect()
}

/// So many letters part a type from the next: `<[`, or a comma and a space.
const NEXT: u32 = 2;

/// Whether a name is that of a type which the users of a type choose.
pub fn is_chosen(name: &str) -> bool {
    name.len() == 1 && name.starts_with(char::is_uppercase)
}

/// The names of which a declared type is made up; none for one that only refers to a value.
pub fn names(facts: &Facts, declared: ExprId) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    for at in facts.within(declared) {
        if facts.borrows.contains(&at) {
            return None;
        }
        let (ExprKind::Name { name, .. } | ExprKind::Field { name, .. }) = facts.kind(at) else { continue };
        names.push(facts.text(name));
    }
    let borrowed = names.iter().any(|name| BORROWS.contains(name));
    (!borrowed).then_some(names)
}

/// Whether a type has a destructor, wherever in the project that stands.
pub fn ends(context: &Context, ty: TypeId) -> bool {
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
    let text = "no destructor drops what is in it, and the type has none";
    finding.evidence.push(Evidence::supports(Weight::Fair, text).at(facts.ty(ty).head));
    finding.risk = format!("what the values own is never freed when a `{name}` goes");
    finding.weigh(context.prior())
}
