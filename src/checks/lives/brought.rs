//! What comes with a request: the arguments that a framework hands a function which serves one, and what is read off the
//! request. Whoever sends requests decides how many different values there are.

use super::acquire;
use super::lifetime;
use super::served;
use crate::facts::{BindingId, BindingKind, ExprId, ExprKind, Facts, FunctionId, Operator, Param, Parent, Source, TypeId};
use crate::rules::Words;

/// How many values are followed in a row.
const HOPS: u32 = 5;
/// How many definitions of a name, or parts of a value, are looked at, so that no source makes this long.
const WIDTH: usize = 6;

/// Whether a value comes with a request, or is made of what does.
pub fn is_brought(facts: &Facts, words: &Words, value: ExprId) -> bool {
    !(words.request.parts.is_empty() && words.request.extractors.is_empty()) && comes(facts, words, value, HOPS)
}

/// Whether the last step to a value is one into a request: its name says nothing of how many there are.
pub fn is_read_off(facts: &Facts, words: &Words, value: ExprId) -> bool {
    match facts.kind(value) {
        ExprKind::Name { binding: Some(binding), .. } => is_extracted(facts, words, binding),
        ExprKind::Field { base, .. } => is_part(facts, words, value) || is_read_off(facts, words, base),
        ExprKind::Index { base, .. } => is_read_off(facts, words, base),
        ExprKind::Call { .. } => facts.callee(value).receiver.is_some_and(|on| is_read_off(facts, words, on)),
        ExprKind::Await(inner) => is_read_off(facts, words, inner),
        _ => false,
    }
}

fn comes(facts: &Facts, words: &Words, value: ExprId, hops: u32) -> bool {
    let Some(hops) = hops.checked_sub(1) else { return false };
    let inner = |value: ExprId| comes(facts, words, value, hops);
    match facts.kind(value) {
        ExprKind::Name { binding: Some(binding), .. } => bound(facts, words, binding, hops),
        ExprKind::Field { base, .. } => is_part(facts, words, value) || inner(base),
        ExprKind::Index { base, .. } => inner(base),
        ExprKind::Call { callee, .. } => {
            let builtin = matches!(facts.kind(callee), ExprKind::Name { binding: None, .. });
            let made = |call: ExprId| facts.args(call).iter().take(WIDTH).any(|arg| inner(*arg));
            is_part(facts, words, callee) || facts.callee(value).receiver.is_some_and(inner) || builtin && made(value)
        }
        ExprKind::Await(inside) | ExprKind::Try(inside) => inner(inside),
        ExprKind::Collection { items, .. }
        | ExprKind::Other(items)
        | ExprKind::Operation { operands: items, operator: Operator::Add | Operator::Other | Operator::Or } => {
            facts.list(items).iter().take(WIDTH).any(|item| inner(*item))
        }
        _ => false,
    }
}

fn bound(facts: &Facts, words: &Words, binding: BindingId, hops: u32) -> bool {
    let own = facts.binding(binding);
    match own.kind {
        BindingKind::Parameter(_) => is_handed(facts, words, binding) || is_passed(facts, words, binding, hops),
        BindingKind::Variable => own.definitions.iter().take(WIDTH).any(|definition| match definition.source {
            Source::Assigned(value) | Source::Unpacked(value, _) | Source::Iterated(value) => comes(facts, words, value, hops),
            _ => false,
        }),
        _ => false,
    }
}

/// Whether a call of this file gives a parameter what comes with a request.
fn is_passed(facts: &Facts, words: &Words, binding: BindingId, hops: u32) -> bool {
    let function = facts.scopes[facts.binding(binding).scope.index()].function;
    let mut given = served::calls(facts, function).take(WIDTH).filter_map(|call| acquire::argument(facts, call, binding));
    given.any(|given| comes(facts, words, given, hops))
}

/// Whether a parameter is one by which a framework hands in what a request brings.
fn is_handed(facts: &Facts, words: &Words, binding: BindingId) -> bool {
    let function = facts.scopes[facts.binding(binding).scope.index()].function;
    let own = facts.function(function);
    let Some(param) = own.params.iter().find(|param| param.binding == binding) else { return false };
    own.receiver != Some(binding)
        && lifetime::is_entered(facts, words, function)
        && !is_named(words, facts.text(param.name))
        && !is_injected(facts, words, param)
}

/// Whether a framework gives a parameter something of the program's own, the same each time.
fn is_injected(facts: &Facts, words: &Words, param: &Param) -> bool {
    let calls = |at: ExprId| facts.callee_name(at).is_some_and(|name| words.request.injected.iter().any(|word| word == name));
    let within = |at: ExprId| {
        let span = facts.expr(at).span;
        facts.callees.keys().any(|call| span.contains(facts.expr(*call).span) && calls(*call))
    };
    let is_shared = |path: &str| words.request.shared.iter().any(|word| word == crate::facts::last(path));
    let shared = |at: ExprId| {
        // A type that is only a wrapper counts as what it wraps.
        let written = match facts.kind(at) {
            ExprKind::Index { base, .. } => facts.dotted(base),
            _ => None,
        };
        facts.annotated(at).is_some_and(is_shared) || written.is_some_and(|path| is_shared(&path))
    };
    param.default.is_some_and(calls) || param.annotation.is_some_and(|at| shared(at) || within(at))
}

/// The written type by which a framework gives one value of this type to every request: `State<Shop>`.
pub fn given_to_all(facts: &Facts, words: &Words, ty: TypeId) -> Option<ExprId> {
    let params = facts.functions().flat_map(|(_, function)| &function.params);
    let mut given = params.filter(|param| extracts(facts, words, param) && is_injected(facts, words, param));
    given.find_map(|param| param.annotation.filter(|written| facts.type_written(*written) == Some(ty)))
}

/// Whether a function has a parameter of a type that only a framework makes, once per request.
pub fn is_extracting(facts: &Facts, words: &Words, function: FunctionId) -> bool {
    let extracts = |param: &Param| extracts(facts, words, param);
    !words.request.extractors.is_empty() && facts.function(function).params.iter().any(extracts)
}

fn extracts(facts: &Facts, words: &Words, param: &Param) -> bool {
    let fits = |path: &str| words.request.extractors.iter().any(|word| word.fits(Some(path), None));
    let written = |at: ExprId| facts.dotted(at);
    param.annotation.is_some_and(|at| facts.annotated(at).is_some_and(fits) || written(at).is_some_and(|path| fits(&path)))
}

/// Whether a parameter is taken out of a request by its type: `Path(name): Path<String>`.
fn is_extracted(facts: &Facts, words: &Words, binding: BindingId) -> bool {
    let own = facts.function(facts.scopes[facts.binding(binding).scope.index()].function);
    let param = own.params.iter().find(|param| param.binding == binding);
    param.is_some_and(|param| extracts(facts, words, param) && !is_injected(facts, words, param))
}

/// Whether an expression is a part of a request that whoever sends it chooses: `request.args`, `req.body`.
fn is_part(facts: &Facts, words: &Words, at: ExprId) -> bool {
    match facts.kind(at) {
        ExprKind::Field { base, name } => {
            words.request.parts.iter().any(|word| word == facts.text(name)) && is_request(facts, words, base)
        }
        _ => false,
    }
}

fn is_request(facts: &Facts, words: &Words, at: ExprId) -> bool {
    match facts.kind(at) {
        ExprKind::Name { name, binding: Some(binding) } => match facts.binding(binding).kind {
            BindingKind::Import(path) => words.request.current.iter().any(|word| word.fits(Some(facts.text(path)), None)),
            BindingKind::Parameter(_) => {
                is_named(words, facts.text(name)) && (is_served(facts, words, binding) || is_passed_on(facts, words, binding))
            }
            _ => false,
        },
        // `ctx.request`, and `self.request` where a method serves one.
        ExprKind::Field { base, name } => {
            is_named(words, facts.text(name)) && (is_request(facts, words, base) || is_own(facts, words, at))
        }
        _ => false,
    }
}

/// Whether a call of this file that serves a request hands it on as it is.
fn is_passed_on(facts: &Facts, words: &Words, binding: BindingId) -> bool {
    let function = facts.scopes[facts.binding(binding).scope.index()].function;
    let mut given = served::calls(facts, function).take(WIDTH).filter_map(|call| acquire::argument(facts, call, binding));
    // Where files do not say what they export, annotations and decorators tell.
    facts.exported.is_some()
        && given.any(|given| match facts.kind(given) {
            ExprKind::Name { name, binding: Some(own) } => {
                let parameter = matches!(facts.binding(own).kind, BindingKind::Parameter(_));
                parameter && is_named(words, facts.text(name)) && is_served(facts, words, own)
            }
            _ => false,
        })
}

/// Whether a field stands in a method that frameworks call by its name.
fn is_own(facts: &Facts, words: &Words, at: ExprId) -> bool {
    let mut around = facts.enclosing(facts.function_of(at));
    around.any(|id| facts.function(id).name.is_some_and(|name| words.request.verbs.iter().any(|word| word == facts.text(name))))
}

fn is_named(words: &Words, name: &str) -> bool {
    words.request.named.iter().any(|word| word == name)
}

/// Whether the function of a parameter that is called a request serves it, rather than sends it.
fn is_served(facts: &Facts, words: &Words, binding: BindingId) -> bool {
    let function = facts.scopes[facts.binding(binding).scope.index()].function;
    let own = facts.function(function);
    let answers = own.params.iter().any(|param| words.request.beside.iter().any(|word| word == facts.text(param.name)));
    answers || lifetime::is_entered(facts, words, function) || tells(facts, words, binding)
}

/// Whether a function is given a request of which it asks what only one has that is served.
pub fn is_given_request(facts: &Facts, words: &Words, function: FunctionId) -> bool {
    let named = |param: &&Param| is_named(words, facts.text(param.name));
    facts.function(function).params.iter().filter(named).any(|param| tells(facts, words, param.binding))
}

fn tells(facts: &Facts, words: &Words, request: BindingId) -> bool {
    let asked = |at: &ExprId| match facts.expr(*at).parent {
        Parent::Expr(parent) => match facts.kind(parent) {
            ExprKind::Field { base, name } => base == *at && words.request.telling.iter().any(|word| word == facts.text(name)),
            _ => false,
        },
        _ => false,
    };
    !words.request.telling.is_empty() && facts.binding(request).uses.iter().any(asked)
}
