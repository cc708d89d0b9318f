//! Entries that are made under one form of a key and taken out under another, so that the removal never finds them:
//! `requests[request.id] = request`, and `requests.pop(request)`.

use super::abroad;
use super::container::{Growth, Held, Release};
use super::holder;
use super::undo;
use crate::checks::Context;
use crate::checks::lives::key;
use crate::checks::lives::lifetime::{self, Life};
use crate::facts::{BindingId, BindingKind, ExprId, ExprKind, Facts, FunctionId, Name, Parent};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};

/// A parameter, or a field that is read off it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Form {
    param: Name,
    field: Option<Name>,
}

/// The finding at a collection whose only removals name another key than the one under which entries are made.
pub fn check(context: &Context, held: &Held) -> Option<Finding> {
    let facts = context.facts;
    if !matches!(held.life, Life::Instance | Life::Module | Life::Type) {
        return None;
    }
    let growth = held.growth.iter().find(|growth| growth.key.is_some() && !growth.by_read)?;
    let single: Vec<&Release> = held.release.iter().filter(|release| !undo::is_whole(facts, held, release)).collect();
    let first = *single.first()?;
    let made = form(facts, growth.key?)?;
    let alike = |other: &Growth| other.by_read || other.key.and_then(|key| form(facts, key)) == Some(made);
    let astray = |release: &&Release| {
        let taken = key_of(facts, release).and_then(|key| form(facts, key));
        release.certain && taken.is_some_and(|taken| taken != made && is_same(facts, growth, release, (made, taken)))
    };
    let recurs = lifetime::recurs(facts, &context.words.words, &context.words.words.setup, held.life, growth.function);
    if !recurs || !held.growth.iter().all(alike) || !single.iter().all(astray) {
        return None;
    }
    let abroad = abroad::relief(context, held)?;
    Some(tell(context, held, growth, (first, made), abroad))
}

fn form(facts: &Facts, key: ExprId) -> Option<Form> {
    match facts.kind(key) {
        ExprKind::Name { name, .. } => param(facts, key).map(|_| Form { param: name, field: None }),
        ExprKind::Field { base, name } => match facts.kind(base) {
            ExprKind::Name { name: param_name, .. } => param(facts, base).map(|_| Form { param: param_name, field: Some(name) }),
            _ => None,
        },
        _ => None,
    }
}

/// The parameter that an expression names, if it is given no other value.
fn param(facts: &Facts, expr: ExprId) -> Option<BindingId> {
    facts.binding_of(expr).filter(|binding| {
        let own = facts.binding(*binding);
        let function = facts.scopes[own.scope.index()].function;
        matches!(own.kind, BindingKind::Parameter(_))
            && own.definitions.iter().all(|one| facts.value_of(one).is_none())
            && facts.function(function).receiver != Some(*binding)
    })
}

/// The key that a removal names, also where the removal is the default value of a parameter that is called.
fn key_of(facts: &Facts, release: &Release) -> Option<ExprId> {
    let at = release.at;
    if let ExprKind::Call { .. } = facts.kind(at) {
        return facts.positional(at, 0);
    }
    if let Parent::Expr(parent) = facts.expr(at).parent
        && let ExprKind::Index { key, .. } = facts.kind(parent)
    {
        return key;
    }
    let (function, param) = facts.functions().find_map(|(id, function)| {
        let param = function.params.iter().find(|param| param.default == Some(at))?;
        Some((id, param.binding))
    })?;
    let calls = |call: &&ExprId| match facts.kind(**call) {
        ExprKind::Call { callee, .. } => facts.binding_of(callee) == Some(param),
        _ => false,
    };
    facts.function(function).calls.iter().find(calls).and_then(|call| facts.positional(*call, 0))
}

/// Whether both forms are of one parameter that is the same kind of thing in both functions: it is named alike and its
/// declared type, where there is one, is written alike.
fn is_same(facts: &Facts, growth: &Growth, release: &Release, (made, taken): (Form, Form)) -> bool {
    let annotated = |function: FunctionId| {
        let within = facts.enclosing(function).map(|id| facts.function(id));
        within.flat_map(|own| own.params.iter()).find(|param| param.name == made.param).and_then(|param| param.annotation)
    };
    let function = facts.function_of(key_of(facts, release).unwrap_or(release.at));
    let alike = match (annotated(growth.function), annotated(function)) {
        (None, None) => true,
        (Some(one), Some(other)) => spelled(facts, one).is_some_and(|one| spelled(facts, other) == Some(one)),
        _ => false,
    };
    // Two fields of one thing may well be the same; the thing itself is none of them.
    let apart = function != growth.function && (made.field.is_none() || taken.field.is_none());
    apart && alike && made.param == taken.param
}

/// The name of a declared type, if it is one name.
fn spelled(facts: &Facts, written: ExprId) -> Option<&str> {
    match facts.kind(written) {
        ExprKind::Other(items) => match facts.list(items) {
            [only] => spelled(facts, *only),
            _ => None,
        },
        _ => key::last_name(facts, written),
    }
}

fn tell(context: &Context, held: &Held, growth: &Growth, (release, made): (&Release, Form), abroad: Vec<Evidence>) -> Finding {
    let facts = context.facts;
    let name = facts.display(held.place);
    let shown = |form: Form| match form.field {
        Some(field) => format!("{}.{}", facts.text(form.param), facts.text(field)),
        None => facts.text(form.param).to_owned(),
    };
    let key = key_of(facts, release).unwrap_or(release.at);
    let taken = form(facts, key).map_or_else(String::new, shown);
    let made = shown(made);
    let span = facts.expr(key).span;
    let message = format!("`{name}` is filled under `{made}`, and entries are taken out under `{taken}`, which finds none");
    let mut finding = context.finding(growth.at, message, format!("the entry is made under `{made}`"));
    finding.related.push(Mark::new(Role::Release, span, format!("`{taken}` is no key of it")));
    finding.risk = format!("`{name}` keeps every entry that it was ever given");
    finding.recommendation = format!("take the entry out under `{made}`");
    let text = "the only removals name something else than the key";
    finding.evidence.push(Evidence::supports(Weight::Strong, text).at(span));
    finding.evidence.extend(abroad);
    finding.evidence.extend(holder::owner(context, held).into_iter().filter(|piece| !holder::is_unknown(piece)));
    finding.weigh(context.prior())
}
