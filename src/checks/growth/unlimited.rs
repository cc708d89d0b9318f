//! Cache decorators without a limit: they keep every combination of arguments.

use super::constant;
use super::memo::{cleared, cleared_abroad, decorated, names, takes_instance, unlimited};
use super::narrowed;
use crate::checks::Context;
use crate::checks::lives::brought;
use crate::checks::lives::callback;
use crate::checks::lives::key::{self, Keys};
use crate::checks::lives::lifetime;
use crate::checks::lives::served;
use crate::facts::{ExprId, ExprKind, Facts, FunctionId, Literal, Name, Param, Parent};
use crate::finding::{Evidence, Finding, Stance, Weight};

/// Findings of the rule that asks for `cache`, as far as they come from decorators: no limit over open arguments.
pub fn unlimited_functions(context: &Context) -> Vec<Finding> {
    let facts = context.facts;
    facts
        .functions()
        .filter_map(|(id, function)| {
            let (decorator, memo) = decorated(context, function)?;
            if !unlimited(facts, decorator, memo) || takes_instance(facts, function) || cleared(facts, function, memo) {
                return None;
            }
            if cleared_abroad(context, function, memo).is_some() {
                return None;
            }
            let mut evidence = arguments(context, id)?;
            match chosen(context, id).filter(|_| evidence[0].weight < Weight::Decisive) {
                Some(chosen) => evidence[0] = chosen,
                None => evidence.extend(seldom(context, id)),
            }
            evidence.extend(settled(context, id));
            let name = function.name.map_or("", |name| facts.text(name));
            let message =
                format!("the cache of `{name}` has no limit: it keeps every combination of arguments it is called with");
            let mut finding = context.finding(decorator, message, "this cache never evicts".to_owned());
            finding.symbol = facts.qualified(id);
            "memory rises with every distinct argument for as long as the process lives".clone_into(&mut finding.risk);
            finding.evidence = evidence;
            Some(finding.weigh(context.prior()))
        })
        .collect()
}

/// What says that requests bring what the function is called with.
fn chosen(context: &Context, function: FunctionId) -> Option<Evidence> {
    let (facts, words) = (context.facts, &context.words.words);
    let serving = |call: &ExprId| served::surely(facts, words, facts.function_of(*call)).is_some();
    let brought = |call: ExprId| facts.args(call).iter().copied().find(|arg| brought::is_brought(facts, words, *arg));
    let arg = served::calls(facts, function).filter(serving).find_map(brought)?;
    let text = "whoever sends requests chooses what it is called with";
    Some(Evidence::supports(Weight::Strong, text).at(facts.expr(arg).span))
}

/// The project does not call it from where requests or events come in.
fn seldom(context: &Context, function: FunctionId) -> Option<Evidence> {
    let words = &context.words.words;
    let told = words.drawn.is_empty() || context.project.len() < 2;
    let often = || {
        lifetime::serves(context.facts, words, function)
            .or_else(|| super::abroad::rate(context, function))
            .is_some_and(|piece| piece.stance == Stance::For && piece.weight >= Weight::Fair)
    };
    if told || often() {
        return None;
    }
    let name = context.facts.function(function).name.map_or("", |name| context.facts.text(name));
    let called = !context.project.callers(&context.facts.language, name).is_empty();
    // What nobody in the project calls is there for its users, and they decide.
    let weight = if called { Weight::Strong } else { Weight::Fair };
    Some(Evidence::doubts(weight, "nothing in the project calls it once per event"))
}

/// Everybody who calls it does so in this file, with constants, or with what a constant is the default value of.
fn settled(context: &Context, id: FunctionId) -> Option<Evidence> {
    let facts = context.facts;
    let calls = &facts.function(id).callers;
    let name = facts.function(id).name.map_or("", |name| facts.text(name));
    let own = |file: &crate::index::Outline| file.path == context.path;
    let abroad = context.project.callers(&facts.language, name).iter().any(|(file, _)| !own(file));
    let constant = |arg: &ExprId| {
        let value = match facts.kind(*arg) {
            ExprKind::Named { value, .. } => value,
            _ => *arg,
        };
        key::is_constant(facts, value) || facts.binding_of(value).is_some_and(|binding| key::is_defaulted(facts, binding))
    };
    let all = !calls.is_empty() && !abroad && calls.iter().all(|call| facts.args(*call).iter().all(constant));
    all.then(|| Evidence::doubts(Weight::Decisive, "all who call it do so with constants"))
}

/// Findings of the rule that asks for `cache`, as far as they come from calls that wrap a function in a cache without a
/// limit, once for the life of the process.
pub fn unlimited_wrappers(context: &Context) -> Vec<Finding> {
    let facts = context.facts;
    let once = facts.functions().filter(|(id, _)| facts.at_top(*id));
    once.flat_map(|(_, function)| &function.calls).filter_map(|call| wrapped(context, *call)).collect()
}

fn wrapped(context: &Context, call: ExprId) -> Option<Finding> {
    let facts = context.facts;
    let path = facts.callee_path(call)?;
    let memo = context.words.memo.iter().find(|memo| memo.make.iter().any(|make| make.fits(Some(path), None)))?;
    // Whoever says how keys are made may have few of them.
    let [given, rest @ ..] = facts.args(call) else { return None };
    if !unlimited(facts, call, memo) || rest.iter().any(|arg| !facts.is_options(*arg)) {
        return None;
    }
    let behind = callback::function_behind(facts, *given)?;
    let function = facts.function(behind);
    let name = kept_as(facts, call).or(function.name)?;
    let clears = facts.callees.values().any(|callee| {
        callee.name.is_some_and(|own| memo.clear.iter().any(|word| word == facts.text(own)))
            && callee.receiver.is_some_and(|receiver| names(facts, receiver, name) || cache_of(facts, receiver, name))
    });
    if clears {
        return None;
    }
    let evidence = arguments(context, behind)?;
    let name = facts.text(name);
    let message = format!("the cache of `{name}` has no limit: it keeps every combination of arguments it is called with");
    let mut finding = context.finding(call, message, "this cache never evicts".to_owned());
    "memory rises with every distinct argument for as long as the process lives".clone_into(&mut finding.risk);
    finding.evidence = evidence;
    Some(finding.weigh(context.prior()))
}

/// The name that a value is given.
fn kept_as(facts: &Facts, value: ExprId) -> Option<Name> {
    let Parent::Expr(parent) = facts.expr(value).parent else { return None };
    let ExprKind::Assign { target, .. } = facts.kind(parent) else { return None };
    match facts.kind(target) {
        ExprKind::Name { name, .. } | ExprKind::Field { name, .. } => Some(name),
        _ => None,
    }
}

/// `name.cache`, from which entries can be removed.
fn cache_of(facts: &Facts, expr: ExprId, wanted: Name) -> bool {
    matches!(facts.kind(expr), ExprKind::Field { base, .. } if names(facts, base, wanted))
}

/// What the parameters say about how many different calls there can be; nothing when there is only one.
fn arguments(context: &Context, id: FunctionId) -> Option<Vec<Evidence>> {
    let (facts, words) = (context.facts, &context.words.words);
    let function = facts.function(id);
    let params: Vec<&Param> = function.params.iter().filter(|param| Some(param.binding) != function.receiver).collect();
    if params.is_empty() {
        return None;
    }
    let kinds: Vec<(&Param, Keys)> = params.into_iter().map(|param| (param, parameter(context, id, param))).collect();
    let widest = kinds.iter().max_by_key(|(_, keys)| *keys)?;
    let name = facts.text(widest.0.name);
    let mut evidence = vec![match widest.1 {
        Keys::Open if key::ends_with(&words.located, name) => {
            Evidence::supports(Weight::None, format!("`{name}` names files, of which a program may see many or few"))
        }
        Keys::Open => Evidence::supports(Weight::Strong, format!("`{name}` comes from an open set")),
        Keys::Unknown | Keys::Named => Evidence::doubts(Weight::Fair, format!("nothing says how many values `{name}` has")),
        Keys::Few | Keys::Fixed => Evidence::doubts(Weight::Decisive, "the arguments look like a small set"),
    }];
    let label = function.name.map_or("", |name| facts.text(name));
    evidence.extend(context.command(Weight::Strong));
    evidence.extend(context.errand(Weight::Strong));
    if key::split(label).iter().any(|word| words.notices.contains(word)) {
        evidence.push(Evidence::doubts(Weight::Strong, "it remembers what has been said once"));
    }
    if key::starts_with(&words.setup, label) {
        evidence.push(Evidence::doubts(Weight::Strong, format!("`{label}` sounds like set-up")));
    }
    Some(evidence)
}

fn parameter(context: &Context, function: FunctionId, param: &Param) -> Keys {
    let (facts, words) = (context.facts, &context.words.words);
    let narrowed = || !words.drawn.is_empty() && narrowed::is_narrowed(facts, function, param.binding);
    if constant::named(context, facts.function(function), param.binding).is_some() || narrowed() {
        return Keys::Few;
    }
    let of_type = param.annotation.and_then(|annotation| facts.annotated(annotation));
    if of_type.is_some_and(|path| words.fixed_types.iter().any(|fixed| fixed == path)) {
        return Keys::Few;
    }
    let flag = param.default.is_some_and(|default| matches!(facts.literal(default), Some(Literal::Bool(_))));
    let name = facts.text(param.name);
    // What callers may leave out is mostly a setting.
    let setting = param.default.is_some() && !words.drawn.is_empty();
    if flag || key::ends_with(&words.fixed, name) {
        Keys::Few
    } else if setting {
        Keys::Unknown
    } else if key::ends_with(&words.open, name) {
        Keys::Open
    } else {
        Keys::Unknown
    }
}
