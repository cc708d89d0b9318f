//! Values whose destructor is switched off: forgotten, leaked, or turned into a raw pointer that nobody takes back.

use super::spare;
use crate::checks::Context;
use crate::checks::lives::key;
use crate::checks::lives::lifetime;
use crate::facts::{
    Action, BindingKind, ExprId, ExprKind, Facts, FunctionId, FunctionKind, Name, Operation, Parent, Place, PlaceId, Root,
    Segment, TypeId,
};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};
use crate::rules::{Pattern, Resource};

/// Findings of the rule that asks for `forgotten`.
pub fn check(context: &Context) -> Vec<Finding> {
    let facts = context.facts;
    let tested = |call: ExprId| facts.enclosing(facts.function_of(call)).any(|id| facts.function(id).traits.is_test);
    let mut calls: Vec<ExprId> = facts.callees.keys().copied().filter(|call| !tested(*call)).collect();
    calls.sort_unstable();
    calls.into_iter().filter_map(|call| judge(context, call)).collect()
}

fn judge(context: &Context, call: ExprId) -> Option<Finding> {
    let facts = context.facts;
    let (path, name) = (facts.callee_path(call), facts.method_name(call));
    let resource = context.words.resource.iter().find(|resource| resource.acquire.iter().any(|word| word.fits(path, name)))?;
    if resource.swallows {
        swallowed(context, resource, call)
    } else if resource.release_by.is_empty() {
        leaked(context, resource, call)
    } else {
        super::pointer::check(context, resource, call)
    }
}

/// A value is forgotten although a part of it that nobody has taken out owns memory.
fn swallowed(context: &Context, resource: &Resource, call: ExprId) -> Option<Finding> {
    let facts = context.facts;
    let value = facts.positional(call, 0)?;
    // Who says so in its name means it.
    if lifetime::named(facts, &context.words.words.swallowing, facts.function_of(call)) {
        return None;
    }
    if facts.kind(value) != ExprKind::This {
        return opened(context, resource, call, value);
    }
    let function = facts.function_of(call);
    let owner = facts.owner_of(function)?;
    let (field, declared) = fields(facts, owner).find_map(|(id, declared)| {
        let kept = owns(context, declared) && !taken(facts, owner, id, function);
        kept.then_some((id, declared))
    })?;
    let name = facts.display(field);
    let message = format!("`{name}` owns memory that is never freed, because the value it belongs to is forgotten here");
    let mut finding = context.finding(call, message, "no destructor runs from here on".to_owned());
    finding.related.push(Mark::new(Role::Declaration, facts.expr(declared).span, "this part owns memory"));
    cost(resource, &mut finding);
    finding.evidence.push(Evidence::supports(Weight::Strong, "nothing takes this part out before").at(facts.expr(declared).span));
    Some(finding.weigh(context.prior()))
}

/// A file or socket that the function has opened itself, or a collection that it has made, is forgotten, and nobody was
/// given its descriptor or its memory before.
fn opened(context: &Context, resource: &Resource, call: ExprId, value: ExprId) -> Option<Finding> {
    let facts = context.facts;
    let binding = facts.binding(facts.binding_of(value)?);
    if matches!(binding.kind, BindingKind::Parameter(_)) {
        return given(context, resource, call, value);
    }
    let [only] = binding.definitions.as_slice() else { return None };
    let made = facts.value_of(only).filter(|made| matches!(facts.kind(facts.peeled(*made)), ExprKind::Call { .. }))?;
    if let Some(ty) = facts.callee(facts.peeled(made)).constructs {
        return composed(context, resource, (call, value), (made, ty));
    }
    // What comes back from a pointer may belong to somebody else as well, who frees it.
    if facts.callee_name(facts.peeled(made)).is_some_and(|name| name == "from_raw") {
        return None;
    }
    let written = only.annotation.and_then(|annotation| facts.annotated(annotation));
    let path = written.or_else(|| facts.type_path(made))?;
    let named = |words: &[String]| words.iter().any(|word| word == crate::facts::last(path));
    let descriptor = named(&context.words.descriptors);
    if !descriptor && !named(&context.words.owning) || facts.function_of(made) != facts.function_of(call) {
        return None;
    }
    // Whatever else is done with it may be what hands the descriptor or the pointer on.
    let alone = |mention: &ExprId| *mention == only.target || *mention == value || !descriptor && reads(context, *mention);
    if !binding.uses.iter().all(alone) {
        return None;
    }
    let name = facts.text(binding.name);
    let (verb, kept) = if descriptor { ("closed", "descriptor") } else { ("freed", "memory") };
    let message = format!("`{name}` is never {verb}, because it is forgotten here");
    let mut finding = context.finding(call, message, "no destructor runs from here on".to_owned());
    finding.related.push(Mark::new(Role::Acquire, context.span(made), "made here"));
    cost(resource, &mut finding);
    let text = format!("nobody was given its {kept} before");
    finding.evidence.push(Evidence::supports(Weight::Strong, text).at(context.span(value)));
    Some(finding.weigh(context.prior()))
}

/// A value that the function has put together is forgotten, to keep its destructor from running, and a part of it that owns memory
/// goes with it.
fn composed(
    context: &Context,
    resource: &Resource,
    (call, value): (ExprId, ExprId),
    (made, ty): (ExprId, TypeId),
) -> Option<Finding> {
    let facts = context.facts;
    let binding = facts.binding(facts.binding_of(value)?);
    let (field, declared) =
        fields(facts, ty).find(|(_, declared)| !facts.borrows.contains(declared) && owns(context, *declared))?;
    // Whatever is done with it may be what takes the part out.
    let alone = |mention: &ExprId| *mention == value || binding.definitions.iter().any(|one| one.target == *mention);
    if facts.function_of(made) != facts.function_of(call) || !binding.uses.iter().all(alone) {
        return None;
    }
    let (name, part) = (facts.text(binding.name), facts.display(field));
    let part = part.rsplit('.').next().unwrap_or(&part);
    let message = format!("`{name}.{part}` owns memory that is never freed, because `{name}` is forgotten here");
    let mut finding = context.finding(call, message, "no destructor runs from here on".to_owned());
    finding.related.push(Mark::new(Role::Declaration, facts.expr(declared).span, "this part owns memory"));
    cost(resource, &mut finding);
    finding.evidence.push(Evidence::supports(Weight::Strong, "nothing takes this part out before").at(context.span(made)));
    Some(finding.weigh(context.prior()))
}

/// Whether a mention only reads or fills a collection, and hands out no pointer to what it owns.
fn reads(context: &Context, mention: ExprId) -> bool {
    let facts = context.facts;
    let Parent::Expr(field) = facts.expr(mention).parent else { return false };
    let Parent::Expr(outer) = facts.expr(field).parent else { return false };
    let fits = |word: &Pattern| word.fits(facts.callee_path(outer), facts.method_name(outer));
    facts.callee(outer).receiver == Some(mention) && context.words.harmless.iter().any(fits)
}

/// A collection that the function was given for good is read and then forgotten, and nobody was given its memory.
fn given(context: &Context, resource: &Resource, call: ExprId, value: ExprId) -> Option<Finding> {
    let facts = context.facts;
    let binding = facts.binding_of(value)?;
    let function = facts.function(facts.function_of(call));
    let declared = function.params.iter().find(|param| param.binding == binding)?.annotation?;
    if facts.borrows.contains(&declared) || !owns(context, declared) || once(context, facts.function_of(call)) {
        return None;
    }
    let mut others = facts.binding(binding).uses.iter().filter(|mention| **mention != value).peekable();
    if others.peek().is_none() || !others.all(|mention| reads(context, *mention)) {
        return None;
    }
    let name = facts.text(facts.binding(binding).name);
    let message = format!("`{name}` is never freed, because it is forgotten here");
    let mut finding = context.finding(call, message, "no destructor runs from here on".to_owned());
    finding.related.push(Mark::new(Role::Declaration, facts.expr(declared).span, "given to this function for good"));
    cost(resource, &mut finding);
    let text = "the function only reads it before, and nobody was given its memory";
    finding.evidence.push(Evidence::supports(Weight::Strong, text).at(context.span(value)));
    Some(finding.weigh(context.prior()))
}

/// The fields of a type with their declared types.
fn fields(facts: &Facts, owner: TypeId) -> impl Iterator<Item = (PlaceId, ExprId)> {
    facts.places.iter().filter_map(move |(id, place)| {
        let own = place.root == Root::Instance(owner) && matches!(place.path.as_slice(), [Segment::Field(_)]);
        let annotation = || facts.definitions_of(id).iter().find_map(|definition| definition.annotation);
        own.then(annotation).flatten().map(|annotation| (id, annotation))
    })
}

/// Whether a declared type, or what it wraps, owns memory.
fn owns(context: &Context, annotation: ExprId) -> bool {
    let facts = context.facts;
    std::iter::successors(Some(annotation), |written| facts.wraps.get(written).copied())
        .filter_map(|written| last_name(facts, written))
        .any(|name| context.words.owning.iter().any(|word| word == facts.text(name)))
}

fn last_name(facts: &Facts, written: ExprId) -> Option<Name> {
    match facts.kind(written) {
        ExprKind::Index { base, .. } => last_name(facts, base),
        ExprKind::Name { name, .. } | ExprKind::Field { name, .. } => Some(name),
        _ => None,
    }
}

/// Whether a function does anything to a field, or hands the whole instance to somebody who can.
fn taken(facts: &Facts, owner: TypeId, field: PlaceId, function: FunctionId) -> bool {
    let here = |operation: &Operation| facts.enclosing(operation.function).any(|id| id == function);
    let Place { root, path } = facts.places.get(field);
    let within = facts.places.iter().filter(|(_, place)| place.root == *root && place.path.starts_with(path));
    let mut touched = within.flat_map(|(id, _)| facts.operations(id));
    let whole = facts.places.find(&Place { root: Root::Instance(owner), path: Vec::new() });
    let handed = whole.is_some_and(|whole| {
        facts.operations(whole).iter().any(|operation| {
            here(operation)
                && matches!(operation.action, Action::Alias { .. } | Action::Argument { .. } | Action::Method { .. })
                && !swallows_only(facts, operation)
        })
    });
    handed || touched.any(here)
}

fn swallows_only(facts: &Facts, operation: &Operation) -> bool {
    matches!(operation.action, Action::Argument { call, .. } if facts.callee_name(call) == Some("forget"))
}

/// A value is leaked on purpose, again and again.
fn leaked(context: &Context, resource: &Resource, call: ExprId) -> Option<Finding> {
    let (facts, words) = (context.facts, &context.words.words);
    let function = facts.function_of(call);
    let freed = facts.exprs.iter().any(|expr| names(facts, resource, &expr.kind));
    let named = || {
        let given =
            |definition: &crate::facts::Definition| facts.value_of(definition).is_some_and(|value| facts.peeled(value) == call);
        let bindings = facts.bindings.iter().filter(|binding| binding.definitions.iter().any(given));
        bindings
            .flat_map(|binding| &binding.uses)
            .any(|mention| facts.around(*mention).any(|around| kept(context, resource, around)))
    };
    let wrapper = spare::served(context, function);
    if freed
        || once(context, function) && wrapper.is_none()
        || facts.around(call).any(|around| kept(context, resource, around))
        || named()
    {
        return None;
    }
    let mut finding = context.finding(
        call,
        format!("every call leaks {} that nobody can free", article(&resource.kind)),
        "leaked here".to_owned(),
    );
    cost(resource, &mut finding);
    if facts.in_loop(call) && !spare::leaves(facts, call) {
        finding.evidence.push(Evidence::supports(Weight::Strong, "it stands in a loop"));
    }
    finding.evidence.extend(spare::doubts(context, call));
    match lifetime::serves(facts, words, function).or(wrapper) {
        Some(serves) => finding.evidence.push(serves),
        None if from_caller(facts, call) => {
            finding.evidence.push(Evidence::supports(Weight::Slight, "it is made anew from what each call brings"));
            finding.evidence.push(Evidence::doubts(Weight::Fair, "nothing says how often it is called"));
        }
        None => finding.evidence.push(Evidence::doubts(Weight::Strong, "nothing says that it runs more than once")),
    }
    Some(finding.weigh(context.prior()))
}

/// Whether a function runs once for the life of the process: at the top, at the start, or inside a call that sees to that.
pub fn once(context: &Context, function: FunctionId) -> bool {
    let facts = context.facts;
    facts.enclosing(function).any(|id| {
        let own = facts.function(id);
        let name = own.name.map_or("", |name| facts.text(name));
        own.kind == FunctionKind::Named
            && (key::starts_with(&context.words.words.setup, name) || key::ends_with(&context.words.words.leaking, name))
            || lifetime::is_given_once(facts, &context.words.words, id)
    }) || facts.function(function).kind == FunctionKind::Module
}

/// Whether what is leaked goes to somebody who keeps it: a table in which it is looked up later, or a pointer.
fn kept(context: &Context, resource: &Resource, around: crate::facts::Around) -> bool {
    let facts = context.facts;
    match around {
        crate::facts::Around::Expr(call) => {
            facts.method_name(call).is_some_and(|name| context.words.words.tables.iter().any(|word| word == name))
                || resource.consumer.iter().any(|word| word.fits(facts.callee_path(call), facts.method_name(call)))
        }
        crate::facts::Around::Step(_) => false,
    }
}

/// Whether an expression names a function that frees what the resource hands out.
pub fn names(facts: &Facts, resource: &Resource, expr: &ExprKind) -> bool {
    matches!(expr, ExprKind::Field { name, .. } if resource.release.iter().any(|word| word == facts.text(*name)))
}

/// Whether a value depends on what the function is given.
fn from_caller(facts: &Facts, call: ExprId) -> bool {
    let span = facts.expr(call).span;
    let given = |binding: &crate::facts::Binding| matches!(binding.kind, BindingKind::Parameter(_));
    facts
        .bindings
        .iter()
        .filter(|binding| given(binding))
        .any(|binding| binding.uses.iter().any(|mention| span.contains(facts.expr(*mention).span)))
}

pub fn article(kind: &str) -> String {
    let vowel = kind.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {kind}", if vowel { "an" } else { "a" })
}

pub fn cost(resource: &Resource, finding: &mut Finding) {
    finding.risk = if resource.cost.is_empty() { "its memory is never freed".to_owned() } else { resource.cost.clone() };
}
