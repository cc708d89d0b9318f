//! A map that is forgotten where entries leave its siblings, which are keyed by the same type: a removal in one function,
//! of whatever file, that takes the key out of several maps of an owner and not out of this one.

use super::holder;
use crate::checks::Context;
use crate::facts::{Action, ExprId, Facts, FunctionId, FunctionKind, Name, Operation, Place, Segment, TypeId};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};
use crate::index::Verb;
use std::collections::BTreeMap;

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
    let owners = facts.types().filter(|(_, ty)| !ty.is_foreign).map(|(id, _)| id);
    owners.flat_map(|owner| orphans(context, owner)).collect()
}

fn orphans(context: &Context, owner: TypeId) -> Vec<Finding> {
    let members = members(context, owner);
    let alike = |one: &Member, other: &Member| other.field != one.field && (other.key == one.key || one.key == UNKNOWN);
    let likely = |one: &&Member| members.iter().any(|other| alike(one, other));
    let mut cleaners = None;
    let mut found = Vec::new();
    for victim in members.iter().filter(likely) {
        let Some(made) = filled(context, victim) else { continue };
        if released(context, victim) {
            continue;
        }
        let cleaners = cleaners.get_or_insert_with(|| cleaners_of(context, &members));
        let cleaner = cleaners.iter().find(|cleaner| misses(cleaner, victim, &members, context, made.function));
        if cleaner.is_some() || context.project.is_listening() {
            found.push(tell(context, owner, (victim, made), cleaner));
        }
    }
    found
}

/// The maps of an owner and of its parts that are keyed by types of the program's own.
fn members<'a>(context: &Context<'a>, owner: TypeId) -> Vec<Member<'a>> {
    let facts = context.facts;
    let all = facts.keyed();
    let own = |ty: TypeId| all.iter().filter(move |keyed| keyed.owner == ty);
    let member = |part, field: Name, key: Name| Member { part, field: facts.text(field), key: facts.text(key) };
    let mut members: Vec<Member> = own(owner).map(|keyed| member(None, keyed.field, keyed.key)).collect();
    for (_, part, declared) in facts.declared_fields().filter(|(ty, ..)| *ty == owner) {
        let names = facts.names_in(declared);
        let [(_, only)] = names.as_slice() else { continue };
        let (part, only) = (facts.text(part), *only);
        match facts.types().find(|(_, ty)| ty.name == only && !ty.is_foreign) {
            Some((id, _)) => members.extend(own(id).map(|keyed| member(Some(part), keyed.field, keyed.key))),
            None if context.project.is_listening() => members.extend(mentioned(facts, part)),
            None => {
                let there = context.project.keyed(&facts.language, facts.text(only));
                members.extend(there.into_iter().map(|(field, key)| Member { part: Some(part), field, key }));
            }
        }
    }
    members
}

/// The fields of a part that the file mentions, whatever they are.
fn mentioned<'a>(facts: &'a Facts, part: &'a str) -> Vec<Member<'a>> {
    let fields = facts.places.iter().filter_map(|(_, place)| match place.path.as_slice() {
        [.., Segment::Field(own), Segment::Field(field)] if facts.text(*own) == part => Some(facts.text(*field)),
        _ => None,
    });
    let mut fields: Vec<&str> = fields.collect();
    fields.sort_unstable();
    fields.dedup();
    fields.into_iter().map(|field| Member { part: Some(part), field, key: UNKNOWN }).collect()
}

/// Every place of the file that is a member, as its name and the part around it say.
fn places<'a>(facts: &'a Facts, member: &Member) -> impl Iterator<Item = &'a Operation> {
    let is = |segment: &Segment, name: &str| matches!(segment, Segment::Field(own) if facts.text(*own) == name);
    let named = move |place: &Place| match (place.path.as_slice(), member.part) {
        ([.., part, field], Some(own)) if !matches!(part, Segment::Item) => is(field, member.field) && is(part, own),
        ([.., field], _) => is(field, member.field),
        _ => false,
    };
    facts.places.iter().filter(move |(_, place)| named(place)).flat_map(|(id, _)| facts.operations(id))
}

/// Where an entry is made, in code that runs again and again.
fn filled<'a>(context: &Context<'a>, member: &Member) -> Option<&'a Operation> {
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
            keyed && context.words.container.iter().any(|kind| kind.put.iter().any(|word| word == facts.text(name)))
        }
        _ => false,
    };
    places(facts, member).find(|operation| puts(operation) && lasting(operation.function))
}

/// Whether anything may take an entry out of it, wherever in the project.
fn released(context: &Context, member: &Member) -> bool {
    let facts = context.facts;
    let verb = |name: &str| context.words.container.iter().any(|kind| kind.shrink.iter().any(|word| word == name));
    let here = places(facts, member).any(|operation| match operation.action {
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
fn cleaners_of<'a>(context: &Context<'a>, members: &[Member<'a>]) -> Vec<Cleaner<'a>> {
    let facts = context.facts;
    let single = |name: &str| name.contains("remove");
    let mut all: BTreeMap<(&str, String), Cleaner> = BTreeMap::new();
    for member in members {
        for operation in places(facts, member) {
            let Action::Method { name, call } = operation.action else { continue };
            if single(facts.text(name)) && facts.args(call).len() == 1 {
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
