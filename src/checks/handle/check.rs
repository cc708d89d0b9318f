//! A handle that on some way out is neither released nor handed on.

use super::composable;
use super::copied;
use super::custody::custody;
use super::delivered;
use super::drained::is_drained;
use super::effect;
use super::fate::{Fate, HELPERS, fates};
use super::field::{self, Kept};
use super::obligation::{Ledger, Obligation};
use super::parts;
use super::path;
use super::plight::is_finalised;
use super::setting;
use super::verdict;
use crate::checks::Context;
use crate::checks::lives::callback;
use crate::checks::lives::life::{self, Start};
use crate::checks::lives::lifetime;
use crate::checks::lives::share;
use crate::checks::lives::stale;
use crate::facts::{Around, BindingId, ExprId, ExprKind, Facts, FunctionKind, Literal, Operator, Parent, Root, Segment};
use crate::finding::{Evidence, Finding, Severity, Weight};
use crate::index::Project;
use crate::rules::{Check, Pattern, Resource, RuleSet};

/// Tells a project that listens which functions of a file make a resource and leave its release to their callers.
pub fn tell(path: &str, facts: &Facts, rules: &RuleSet, project: &Project) {
    let handles = rules.iter().filter(|rule| rule.check == Check::Handle);
    let vocabularies = handles.filter_map(|rule| Some((rule, rule.vocabulary.get(&facts.language)?)));
    for ledger in vocabularies.filter_map(|(rule, words)| Ledger::open(&Context { facts, rule, words, project, path })) {
        project.tell(|| ledger.makers());
    }
}

pub fn check(context: &Context) -> Vec<Finding> {
    let parts = parts::check(context);
    let Some(ledger) = Ledger::open(context) else { return parts };
    context.project.tell(|| ledger.makers());
    let mut findings = parts;
    let mut kept = Vec::new();
    for obligation in ledger.obligations() {
        let function = context.facts.function(context.facts.function_of(obligation.call));
        // What is acquired while a module or type is loaded serves the whole process.
        let once = match function.kind {
            FunctionKind::Module => !context.facts.per_instance,
            FunctionKind::TypeBody => !fills_instance(context.facts, obligation.call),
            FunctionKind::Named | FunctionKind::Closure => false,
        };
        if once || context.facts.step_of(obligation.call).is_none() {
            continue;
        }
        acquired(context, &ledger, &obligation, &mut findings, &mut kept);
    }
    findings.extend(delivered::check(context, &ledger));
    findings.extend(field::check(context, &ledger, &kept));
    findings
}

/// Whether the body of a type gives a value to a field of every instance, rather than of the type.
fn fills_instance(facts: &Facts, call: ExprId) -> bool {
    facts.around(call).any(|around| match around {
        Around::Expr(assign) => match facts.kind(assign) {
            ExprKind::Assign { target, .. } => matches!(facts.kind(target), ExprKind::Field { .. }),
            _ => false,
        },
        Around::Step(_) => false,
    })
}

/// Follows the handle of one acquisition to wherever it goes first.
fn acquired<'a>(
    context: &Context<'a>,
    ledger: &Ledger<'a>,
    obligation: &Obligation<'a>,
    findings: &mut Vec<Finding>,
    kept: &mut Vec<Kept<'a>>,
) {
    if let Some(found) = stale::check(context, obligation.resource, obligation.call) {
        findings.push(found);
        return;
    }
    if obligation.resource.copied && !ledger.is_released_somewhere(obligation.resource) {
        findings.extend(copied::check(context, ledger, obligation));
        return;
    }
    if !obligation.resource.receivers.is_empty() && calls_back(context.facts, obligation.call) {
        findings.extend(delivered::given(context, ledger, obligation));
        return;
    }
    let found = fates(ledger, obligation.resource, obligation.call, obligation.part(), HELPERS);
    findings.extend(found.iter().find_map(|fate| lender(context, obligation, *fate)));
    // Whoever else gets the same value may release it.
    if found.iter().any(|fate| matches!(fate, Fate::Released(_) | Fate::Handed(_) | Fate::Returned(_) | Fate::Yielded(_))) {
        return;
    }
    // What a program keeps for good tells its callback of news, and is no less there for that.
    let renewed = obligation.resource.lasting && context.facts.exported.is_some() && is_served(context, obligation);
    let in_field = found.iter().any(|fate| matches!(fate, Fate::Stored(..)));
    for fate in &found {
        match fate {
            Fate::Stored(target, _) => {
                let state = composable::check(context, obligation, *target);
                findings.extend(state.or_else(|| effect::check(context, ledger, obligation, *target)));
                kept.extend(own_field(ledger, obligation, *target));
            }
            // Used up, it has ended by itself.
            Fate::Used(_) if obligation.resource.ends => {}
            Fate::Tested | Fate::Dropped if obligation.resource.disowns => {}
            Fate::Tested | Fate::Dropped if refills(context, obligation) => {}
            // What it makes keeps it, and is judged for itself.
            Fate::Used(at) if is_kept_by(context.facts, obligation.resource, *at) => {}
            Fate::Used(at) if is_drained(context.facts, obligation.resource, *at) => {}
            // What is given a callback hands the handle to that, and returns something else.
            Fate::Dropped if calls_back(context.facts, obligation.call) && !renewed => {}
            Fate::Tested | Fate::Used(_) if foretold(context, obligation) => {}
            Fate::Used(_) | Fate::Tested | Fate::Dropped
                if obligation.resource.lasting && !(renewed && matches!(fate, Fate::Dropped)) => {}
            // `pool.acquire().promise`: what the call hands out is not the resource itself.
            Fate::Used(_) | Fate::Tested
                if !obligation.resource.receivers.is_empty() && is_read(context.facts, obligation.call) => {}
            Fate::Used(_) | Fate::Tested | Fate::Dropped => findings.push(unnamed(context, ledger, obligation, *fate)),
            _ => {}
        }
    }
    if obligation.resource.lasting && !is_served(context, obligation) {
        for names in named(&found) {
            let custody = custody(ledger, obligation, &names);
            kept.extend(custody.stored.iter().filter_map(|target| own_field(ledger, obligation, *target)));
        }
        return;
    }
    for names in named(&found).into_iter().filter(|_| !in_field) {
        let custody = custody(ledger, obligation, &names);
        if custody.elsewhere {
            findings.extend(effect::unreturned(context, obligation, &names));
            continue;
        }
        if custody.handed.len() == custody.stored.len() {
            kept.extend(custody.stored.iter().filter_map(|target| own_field(ledger, obligation, *target)));
        }
        let (ways, met) = path::ways(ledger, &custody, obligation);
        let found = verdict::local(ledger, context, obligation, names[0], (&custody, &ways, &met));
        // Each arm of a choice acquires one, and the name holds one of them.
        findings.extend(found.filter(|found| !findings.iter().any(|other| is_twin(other, found))));
    }
}

/// Whether two findings say the same of two arms of one expression, which end in the same way.
fn is_twin(one: &Finding, other: &Finding) -> bool {
    let exit = |finding: &Finding| finding.path.last().map(|mark| mark.span);
    exit(one).is_some() && exit(one) == exit(other) && one.message == other.message && one.symbol == other.symbol
}

/// Whether what a method of a nameless handle makes keeps it: `Context().socket(kind)`.
fn is_kept_by(facts: &Facts, resource: &Resource, call: ExprId) -> bool {
    facts.method_name(call).is_some_and(|method| resource.keepers.iter().any(|word| word == method))
}

/// Whether a bare number takes the place of one that the function has just given up by its value: `os.close(1)` and then
/// `os.dup(saved)`. It is known by that value, and meant to stay.
fn refills(context: &Context, obligation: &Obligation) -> bool {
    let facts = context.facts;
    if !obligation.resource.release.is_empty() {
        return false;
    }
    let start = context.span(obligation.call).start;
    let frees = |call: &ExprId| {
        let fits = |pattern: &Pattern| pattern.fits(facts.callee_path(*call), facts.method_name(*call));
        obligation.resource.release_by.iter().any(fits) && context.span(*call).start < start
    };
    let literal =
        |call: &ExprId| facts.positional(*call, 0).is_some_and(|given| matches!(facts.literal(given), Some(Literal::Number(_))));
    facts.function(facts.function_of(obligation.call)).calls.iter().any(|call| frees(call) && literal(call))
}

/// Whether only a field of what a call hands out is read, and no method called.
fn is_read(facts: &Facts, call: ExprId) -> bool {
    let Parent::Expr(field) = facts.expr(call).parent else { return false };
    let method = |outer| matches!(facts.kind(outer), ExprKind::Call { callee, .. } if callee == field);
    matches!(facts.kind(field), ExprKind::Field { .. })
        && !matches!(facts.expr(field).parent, Parent::Expr(outer) if method(outer))
}

/// A method that only lends what it returns (`as_ptr`), and has made it by giving up what somebody owns (`into_ptr`).
fn lender(context: &Context, obligation: &Obligation, fate: Fate) -> Option<Finding> {
    let facts = context.facts;
    let Fate::Returned(_) = fate else { return None };
    let named = facts.enclosing(facts.function_of(obligation.call)).find_map(|id| facts.function(id).name)?;
    let (name, made) = (facts.text(named), facts.method_name(obligation.call)?);
    let lends = name.starts_with("as_") && context.words.lends.iter().any(|word| word == name) && made.starts_with("into_");
    if !lends || obligation.helper.is_some() {
        return None;
    }
    let kind = &obligation.resource.kind;
    let message =
        format!("`{name}` lends what it returns, but `{made}` gives {} away with each call", crate::finding::with_article(kind));
    let mut finding = context.finding(obligation.call, message, "ownership is given up here".to_owned());
    let text = format!("who calls `{name}` expects to own nothing, so nobody releases it");
    finding.evidence.push(Evidence::supports(Weight::Strong, text));
    finding.recommendation = format!("call `{}` here, which lends, too", made.replacen("into_", "as_", 1));
    finding.risk.clone_from(&obligation.resource.cost);
    finding.severity = obligation.resource.severity.unwrap_or(context.rule.severity);
    Some(finding.weigh(context.prior()))
}

/// Whether a handle is only compared with what it has to be (`mmap(at, …) == at`), so that it is known by another name.
fn foretold(context: &Context, obligation: &Obligation) -> bool {
    let facts = context.facts;
    let Parent::Expr(holder) = facts.expr(obligation.call).parent else { return false };
    let operands = match facts.kind(holder) {
        ExprKind::Operation { operator: Operator::Equal | Operator::NotEqual, operands } => operands,
        // A macro that compares its arguments.
        ExprKind::Call { args, .. }
            if facts.typed && facts.callee_name(holder).is_some_and(|name| name.ends_with("assert_eq")) =>
        {
            args
        }
        _ => return false,
    };
    let named = |operand: &ExprId| matches!(facts.kind(*operand), ExprKind::Name { .. } | ExprKind::Field { .. });
    let absent = |operand: &ExprId| {
        facts.dotted(*operand).is_some_and(|path| context.words.tables().absent.find(Some(&path), None).is_some())
    };
    facts.list(operands).iter().any(|operand| *operand != obligation.call && named(operand) && !absent(operand))
}

/// Whether the last argument of a call is a function.
fn calls_back(facts: &Facts, call: ExprId) -> bool {
    facts.args(call).last().is_some_and(|arg| callback::function_behind(facts, *arg).is_some())
}

/// Whether it is made anew for each request, message or event, or whenever something begins that a framework ends.
fn is_served(context: &Context, obligation: &Obligation) -> bool {
    let (facts, words) = (context.facts, &context.words.words);
    let function = facts.function_of(obligation.call);
    let begins = || life::span(facts, words, function).is_some_and(|span| matches!(span.start, Start::Effect | Start::Begin));
    lifetime::serves_one(facts, words, function).is_some() || begins()
}

/// The names of each handle: those of a chain `a = b = …` mean the same one, those of `a, b = …` one each.
fn named(found: &[Fate]) -> Vec<Vec<BindingId>> {
    let bound = |fate: &Fate| match fate {
        Fate::Bound(name, at) => Some((*name, *at)),
        _ => None,
    };
    let all: Vec<_> = found.iter().filter_map(bound).collect();
    let chained = all.iter().enumerate().all(|(at, (_, assign))| all[..at].iter().all(|(_, other)| other != assign));
    let names = all.into_iter().map(|(name, _)| name);
    if chained {
        let names: Vec<_> = names.collect();
        return if names.is_empty() { Vec::new() } else { vec![names] };
    }
    names.map(|name| vec![name]).collect()
}

/// The field that a handle is stored in: of the method's own instance, or of a new object.
fn own_field<'a>(ledger: &Ledger<'a>, obligation: &Obligation<'a>, target: ExprId) -> Option<Kept<'a>> {
    let facts = ledger.facts;
    let ExprKind::Field { name, .. } = facts.kind(target) else { return new_field(facts, obligation, target) };
    let place = facts.places.get(facts.place(target)?);
    match (place.root, place.path.as_slice()) {
        // What is assigned to a property goes where its setter puts it.
        (Root::Instance(ty), [Segment::Field(_)]) if facts.method(ty, facts.text(name)).is_some() => None,
        (Root::Instance(ty), [Segment::Field(_)]) => Some(Kept { obligation: *obligation, ty, name }),
        _ => None,
    }
}

/// The field of a new object that an argument of its construction fills, by name or by position.
fn new_field<'a>(facts: &Facts, obligation: &Obligation<'a>, argument: ExprId) -> Option<Kept<'a>> {
    let Parent::Expr(call) = facts.expr(argument).parent else { return None };
    let ty = share::fields(facts, call)?;
    let name = if let ExprKind::Named { name, .. } = facts.kind(argument) {
        name
    } else {
        let position = facts.args(call).iter().position(|arg| *arg == argument)?;
        facts.names.find(&position.to_string())?
    };
    Some(Kept { obligation: *obligation, ty, name })
}

/// The release in a closure that a call of the same expression gets: `open().and_then(|mut handle| handle.close())`.
fn in_closure(facts: &Facts, obligation: &Obligation) -> Option<ExprId> {
    let calls = facts.around(obligation.call).filter_map(|around| match around {
        Around::Expr(call) => Some(call),
        Around::Step(_) => None,
    });
    let closures = calls.flat_map(|call| facts.args(call)).filter_map(|arg| match facts.kind(*arg) {
        ExprKind::Closure(id) if !facts.expr(*arg).span.contains(facts.expr(obligation.call).span) => Some(facts.function(id)),
        _ => None,
    });
    closures.flat_map(|closure| closure.calls.iter().map(move |call| (closure, *call))).find_map(|(closure, call)| {
        let given = facts.callee(call).receiver.and_then(|on| facts.binding_of(on))?;
        let releases = facts.callee_name(call).is_some_and(|name| obligation.resource.release.iter().any(|word| word == name));
        (releases && closure.params.iter().any(|param| param.binding == given)).then_some(call)
    })
}

/// A handle that never gets a name, so that nobody can release it.
fn unnamed(context: &Context, ledger: &Ledger, obligation: &Obligation, fate: Fate) -> Finding {
    let kind = &obligation.resource.kind;
    let (message, label) = match fate {
        Fate::Dropped => {
            (format!("this {kind} is thrown away and never released"), format!("the {kind} is made and dropped here"))
        }
        _ => (format!("this {kind} is used without a name, so nothing closes it"), format!("the {kind} is made here")),
    };
    let mut finding = context.finding(obligation.call, message, label);
    finding.evidence.push(Evidence::supports(Weight::Fair, "it has no name by which it could be released"));
    // What is built on it keeps it, and does not release it; neither does a loop while it goes through it.
    let looped = || matches!(context.facts.expr(obligation.call).parent, Parent::Step(_));
    let kept = matches!(fate, Fate::Used(call) if ledger.made(call).is_some() && (call != obligation.call || looped()));
    if obligation.resource.collected || is_finalised(context.facts, obligation) {
        let weight = if kept { Weight::Slight } else { Weight::Strong };
        finding
            .evidence
            .push(Evidence::doubts(weight, "its last reference goes soon, which frees it where references are counted"));
    }
    if let Some(at) = in_closure(context.facts, obligation) {
        let text = "the function that it is handed to in the same expression releases it";
        finding.evidence.push(Evidence::doubts(Weight::Decisive, text).at(context.span(at)));
    }
    finding.evidence.extend(setting::setting(context, obligation, true));
    finding.recommendation = match fate {
        Fate::Dropped => {
            format!("give it a name and release it ({}), or do not open it", verdict::release(obligation.resource, "name"))
        }
        _ => format!(
            "give it a name, and hold it in {} or release it in {} ({})",
            context.words.keeper,
            context.words.always,
            verdict::release(obligation.resource, "name")
        ),
    };
    let mut finding = verdict::finish(ledger, context, obligation, finding);
    if obligation.resource.collected && !kept {
        finding.severity = Severity::Low;
    }
    finding
}
