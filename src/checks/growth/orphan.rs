//! A map that is forgotten where entries leave its siblings, which are keyed by the same type: a removal in one function,
//! of whatever file, that takes the key out of several maps of an owner and not out of this one.

use super::holder;
use crate::checks::Context;
use crate::facts::{Action, ExprId, Facts, FunctionId, FunctionKind, Keyed, Name, Operation, Place, PlaceId, Segment, TypeId};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};
use crate::index::Verb;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// A map of an owner, or of a part of it.
struct Member<'a> {
    /// The part of the owner that holds it.
    part: Option<&'a str>,
    field: &'a str,
    key: &'a str,
}

/// The type of the keys of a map whose declaration is out of sight as yet.
const UNKNOWN: &str = "";

/// Where a key leaves several maps.
struct Cleaner<'a> {
    function: String,
    file: &'a str,
    /// The fields that it leaves.
    fields: Vec<&'a str>,
    at: Option<ExprId>,
}

/// Findings about the maps of the types that the file defines.
pub fn check(context: &Context) -> Vec<Finding> {
    let facts = context.facts;
    if !facts.typed {
        return Vec::new();
    }
    let shelf = Shelf::new(facts);
    let owners = facts.types().filter(|(_, ty)| !ty.is_foreign).map(|(id, _)| id);
    owners.flat_map(|owner| orphans(context, &shelf, owner)).collect()
}

/// What the file declares and mentions, by what is asked for, so that it is gone through once.
struct Shelf<'a> {
    /// The maps and sets that each type has.
    keyed: FxHashMap<TypeId, Vec<Keyed>>,
    /// The fields that each type declares.
    declared: FxHashMap<TypeId, Vec<(Name, ExprId)>>,
    /// The types that the file defines.
    types: FxHashMap<Name, TypeId>,
    /// The places by the last field on the way to them.
    places: FxHashMap<&'a str, Vec<PlaceId>>,
    /// The fields that are read off something of a name.
    parts: FxHashMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Shelf<'a> {
    fn new(facts: &'a Facts) -> Self {
        let own = facts.types().filter(|(_, ty)| !ty.is_foreign);
        let types = own.map(|(id, ty)| (ty.name, id)).collect();
        let (mut keyed, mut declared) = (FxHashMap::default(), FxHashMap::default());
        for one in facts.keyed() {
            keyed.entry(one.owner).or_insert_with(Vec::new).push(one);
        }
        for (ty, field, written) in facts.declared_fields() {
            declared.entry(ty).or_insert_with(Vec::new).push((field, written));
        }
        let mut shelf = Self { keyed, declared, types, places: FxHashMap::default(), parts: FxHashMap::default() };
        for (id, place) in facts.places.iter() {
            let Some(Segment::Field(field)) = place.path.last() else { continue };
            shelf.places.entry(facts.text(*field)).or_default().push(id);
            if let [.., Segment::Field(part), _] = place.path.as_slice() {
                shelf.parts.entry(facts.text(*part)).or_default().insert(facts.text(*field));
            }
        }
        shelf
    }
}

fn orphans<'a>(context: &Context<'a>, shelf: &Shelf<'a>, owner: TypeId) -> Vec<Finding> {
    let members = members(context, shelf, owner);
    let alike = |one: &Member, other: &Member| other.field != one.field && (other.key == one.key || one.key == UNKNOWN);
    let likely = |one: &&Member| members.iter().any(|other| alike(one, other));
    let mut cleaners = None;
    let mut found = Vec::new();
    for victim in members.iter().filter(likely) {
        let Some(made) = filled(context, shelf, victim) else { continue };
        if released(context, shelf, victim) {
            continue;
        }
        let cleaners = cleaners.get_or_insert_with(|| cleaners_of(context, shelf, &members));
        let cleaner = cleaners.iter().find(|cleaner| misses(cleaner, victim, &members, context, made.function));
        if cleaner.is_some() || context.project.is_listening() {
            found.push(tell(context, owner, (victim, made), cleaner));
        }
    }
    found
}

/// The maps of an owner and of its parts that are keyed by types of the program's own.
fn members<'a>(context: &Context<'a>, shelf: &Shelf<'a>, owner: TypeId) -> Vec<Member<'a>> {
    let facts = context.facts;
    let own = |ty: TypeId| shelf.keyed.get(&ty).into_iter().flatten();
    let member = |part, field: Name, key: Name| Member { part, field: facts.text(field), key: facts.text(key) };
    let mut members: Vec<Member> = own(owner).map(|keyed| member(None, keyed.field, keyed.key)).collect();
    for (part, declared) in shelf.declared.get(&owner).into_iter().flatten() {
        let names = facts.names_in(*declared);
        let [(_, only)] = names.as_slice() else { continue };
        let (part, only) = (facts.text(*part), *only);
        match shelf.types.get(&only) {
            Some(ty) => members.extend(own(*ty).map(|keyed| member(Some(part), keyed.field, keyed.key))),
            None if context.project.is_listening() => {
                let fields = shelf.parts.get(part).into_iter().flatten();
                members.extend(fields.map(|field| Member { part: Some(part), field, key: UNKNOWN }));
            }
            None => {
                let there = context.project.keyed(&facts.language, facts.text(only));
                members.extend(there.into_iter().map(|(field, key)| Member { part: Some(part), field, key }));
            }
        }
    }
    // Where no map is in sight there is nothing beside which another could be forgotten.
    if members.iter().all(|member| member.key == UNKNOWN) { Vec::new() } else { members }
}

/// Every place of the file that is a member, as its name and the part around it say.
fn places<'a>(facts: &'a Facts, shelf: &Shelf<'a>, member: &Member<'a>) -> impl Iterator<Item = &'a Operation> {
    let is = |segment: &Segment, name: &str| matches!(segment, Segment::Field(own) if facts.text(*own) == name);
    let part = member.part;
    let named = move |place: &Place| match (place.path.as_slice(), part) {
        ([.., part, _], Some(own)) if !matches!(part, Segment::Item) => is(part, own),
        _ => true,
    };
    let all = shelf.places.get(member.field).into_iter().flatten().copied().collect::<Vec<_>>();
    all.into_iter().filter(move |id| named(facts.places.get(*id))).flat_map(|id| facts.operations(id))
}

/// Where an entry is made, in code that runs again and again.
fn filled<'a>(context: &Context<'a>, shelf: &Shelf<'a>, member: &Member<'a>) -> Option<&'a Operation> {
    let facts = context.facts;
    let lasting = |function: FunctionId| {
        !facts.enclosing(function).any(|id| {
            let traits = facts.function(id).traits;
            traits.is_constructor || traits.is_test
        })
    };
    let puts = |operation: &Operation| match operation.action {
        Action::Method { name, call } => {
            let keyed = facts.positional(call, 0).is_some_and(|key| facts.literal(key).is_none());
            keyed && is_put(context, name)
        }
        _ => false,
    };
    places(facts, shelf, member).find(|operation| puts(operation) && lasting(operation.function))
}

/// Whether anything may take an entry out of it, wherever in the project.
fn released<'a>(context: &Context<'a>, shelf: &Shelf<'a>, member: &Member<'a>) -> bool {
    let facts = context.facts;
    let verb = |name: &str| context.words.container.iter().any(|kind| kind.shrink.iter().any(|word| word == name));
    let here = places(facts, shelf, member).any(|operation| match operation.action {
        Action::Method { name, .. } => verb(facts.text(name)),
        Action::Assign(source) => !matches!(source, crate::facts::Source::Declared(_)),
        Action::DeleteItem { .. } | Action::Delete | Action::Returned => true,
        Action::Argument { .. } => !facts.lent_to_read.contains(&operation.expr),
        _ => false,
    });
    let reset = member
        .part
        .is_some_and(|part| context.project.named(&facts.language, part).any(|(_, touch)| touch.verb == Verb::Replace));
    let mut there = context.project.named(&facts.language, member.field);
    here || reset
        || there.any(|(file, touch)| match touch.verb {
            Verb::Method(name) => verb(file.text(name)),
            Verb::Delete | Verb::Replace => true,
            Verb::Hand(name) => ["take", "replace", "swap"].contains(&file.text(name)),
            Verb::Measure => false,
        })
}

/// The functions that take a single key out of members, with which ones.
fn cleaners_of<'a>(context: &Context<'a>, shelf: &Shelf<'a>, members: &[Member<'a>]) -> Vec<Cleaner<'a>> {
    let facts = context.facts;
    let single = |name: &str| name.contains("remove");
    let mut all: BTreeMap<(&str, String), Cleaner> = BTreeMap::new();
    for member in members {
        for operation in places(facts, shelf, member) {
            let Action::Method { name, call } = operation.action else { continue };
            if single(facts.text(name)) && facts.args(call).len() == 1 && !puts_back(context, shelf, member, operation.function) {
                let function = function_name(facts, operation.function);
                note(&mut all, (context.path, function), member.field, Some(call));
            }
        }
        for (file, touch) in context.project.named(&facts.language, member.field) {
            let Verb::Method(name) = touch.verb else { continue };
            if single(file.text(name)) && file.path != context.path {
                let function = touch.function.map_or_else(String::new, |name| file.text(name).to_owned());
                note(&mut all, (&file.path, function), member.field, None);
            }
        }
    }
    all.into_values().collect()
}

/// Whether a function puts an entry into the map that it takes one out of: the entry is changed, and not at its end.
fn puts_back<'a>(context: &Context<'a>, shelf: &Shelf<'a>, member: &Member<'a>, function: FunctionId) -> bool {
    places(context.facts, shelf, member).any(|operation| match operation.action {
        Action::Method { name, .. } => operation.function == function && is_put(context, name),
        _ => false,
    })
}

/// Whether a method puts an entry into some kind of map.
fn is_put(context: &Context, name: Name) -> bool {
    let name = context.facts.text(name);
    context.words.container.iter().any(|kind| kind.put.iter().any(|word| word == name))
}

fn note<'a>(
    all: &mut BTreeMap<(&'a str, String), Cleaner<'a>>,
    (file, function): (&'a str, String),
    field: &'a str,
    at: Option<ExprId>,
) {
    let fresh = || Cleaner { function: function.clone(), file, fields: Vec::new(), at };
    let cleaner = all.entry((file, function.clone())).or_insert_with(fresh);
    if !cleaner.fields.contains(&field) {
        cleaner.fields.push(field);
    }
}

fn function_name(facts: &Facts, function: FunctionId) -> String {
    let named = facts.enclosing(function).find(|id| facts.function(*id).kind == FunctionKind::Named);
    named.and_then(|id| facts.function(id).name).map_or_else(String::new, |name| facts.text(name).to_owned())
}

/// Whether a function takes keys of the same type out of two siblings, or of one beside the part that holds the map as well.
fn misses(cleaner: &Cleaner, victim: &Member, members: &[Member], context: &Context, filling: FunctionId) -> bool {
    let left = || members.iter().filter(|member| cleaner.fields.contains(&member.field));
    let alike = left().filter(|member| member.key == victim.key).count();
    let beside = victim.part.is_some() && left().any(|member| member.part == victim.part);
    let same = cleaner.file == context.path && cleaner.function == function_name(context.facts, filling);
    !same && (alike > 1 || alike == 1 && beside)
}

fn tell(context: &Context, owner: TypeId, (victim, made): (&Member, &Operation), cleaner: Option<&Cleaner>) -> Finding {
    let shown = victim.part.map_or_else(|| victim.field.to_owned(), |part| format!("{part}.{}", victim.field));
    let message = format!("an entry of `{shown}` stays behind where its siblings are taken out");
    let mut finding = context.finding(made.expr, message, "the entry is made here".to_owned());
    finding.risk = format!("`{shown}` keeps one entry for each that its siblings have let go");
    if let Some(cleaner) = cleaner {
        let fields = cleaner.fields.iter().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", ");
        let place = if cleaner.file == context.path { String::new() } else { format!(" in {}", cleaner.file) };
        let text = format!("`{}`{place} takes the same kind of key out of {fields}", cleaner.function);
        let mut evidence = Evidence::supports(Weight::Strong, text);
        if let Some(at) = cleaner.at {
            evidence = evidence.at(context.span(at));
            finding.related.push(Mark::new(Role::Exit, context.span(at), format!("a sibling of `{shown}` is cleaned here")));
        }
        finding.evidence.push(evidence);
    }
    let text = format!("nothing in the project takes an entry out of `{shown}`");
    finding.evidence.push(Evidence::supports(Weight::Slight, text));
    finding.evidence.extend(holder::passes(context, owner));
    finding.weigh(context.prior())
}
