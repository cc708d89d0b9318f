//! A handle in a field, against everything that its type does with the field.

use super::base::{has_unknown_base, inherited};
use super::care::{self, Care};
use super::emptied;
use super::obligation::{Ledger, Obligation};
use super::plight::is_finalised;
use super::reopen;
use super::setting;
use super::twin;
use super::verdict;
use crate::checks::Context;
use crate::checks::lives::callback;
use crate::checks::lives::key;
use crate::checks::lives::named::{self, Reach};
use crate::checks::lives::sole;
use crate::facts::{BindingId, ExprId, ExprKind, Facts, FunctionId, Name, Parent, Place, Root, Source, TypeId};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};
use crate::index::{Asked, Found, Verb};
use crate::rules::Pattern;
use rustc_hash::FxHashSet;

/// A handle that a method has stored in a field of its own instance.
#[derive(Clone, Copy, Debug)]
pub struct Kept<'a> {
    /// What is kept.
    pub obligation: Obligation<'a>,
    /// The type that has the field.
    pub ty: TypeId,
    /// The field.
    pub name: Name,
}

/// One finding for each field that nobody releases.
pub fn check(context: &Context, ledger: &Ledger, kept: &[Kept]) -> Vec<Finding> {
    let mut seen = FxHashSet::default();
    let mut findings = Vec::new();
    for one in kept {
        if seen.insert((one.ty, one.name)) {
            findings.extend(field(context, ledger, one));
        }
    }
    findings
}

fn field(context: &Context, ledger: &Ledger, kept: &Kept) -> Option<Finding> {
    let facts = context.facts;
    let relatives = facts.relatives(kept.ty);
    if facts.ty(kept.ty).is_copied {
        return None;
    }
    let mut care = care::care(ledger, kept, &relatives);
    care.released |= care::lent_back(ledger, kept, &relatives);
    let mut twins = twin::fields(facts, kept).into_iter().map(|name| care::care(ledger, &Kept { name, ..*kept }, &relatives));
    care.released |= twins.any(|care| care.released);
    care.handed += facts.unread.get(&kept.name).map_or(0, Vec::len);
    let reached = named::reached(facts, &relatives);
    if care.released {
        return reopen::check(context, ledger, kept).or_else(|| emptied::check(context, ledger, kept));
    }
    let abroad = abroad(context, ledger, kept);
    if ledger.is_forwarded(&relatives, kept.name) {
        return None;
    }
    if reached == Some(Reach::Any) || abroad.iter().any(|found| found.sure) {
        return None;
    }
    let kind = &kept.obligation.resource.kind;
    let thing = crate::finding::with_article(kind);
    let (ty, name) = (facts.text(facts.ty(kept.ty).name), facts.text(kept.name));
    let teardown = teardown(context, &relatives);
    if teardown.is_some_and(|method| is_taken_along(facts, ledger, kept, method)) {
        return None;
    }
    if kept.obligation.resource.lasting && teardown.is_none() {
        return None;
    }
    let message = match teardown {
        Some(method) => {
            let method = facts.function(method).name.map_or("its teardown", |name| facts.text(name));
            format!("`{ty}.{name}` keeps {thing} that `{method}` does not release")
        }
        None => format!("`{ty}.{name}` keeps {thing} that no method of `{ty}` releases"),
    };
    let mut finding = context.finding(kept.obligation.call, message, format!("the {kind} is acquired here"));
    finding.related.push(Mark::new(Role::Declaration, facts.ty(kept.ty).head, format!("the type that keeps the {kind}")));
    if let Some(method) = teardown {
        let mark = Mark::new(Role::Release, facts.function(method).head, format!("ends the instance, but leaves `{name}` open"));
        finding.related.push(mark);
    }
    finding.evidence = evidence(context, ledger, kept, &care, teardown);
    finding.evidence.extend(setting::setting(context, &kept.obligation, true));
    if reached.is_some() {
        finding.evidence.push(Evidence::doubts(Weight::Strong, "fields of the instance are also reached by their names as text"));
    }
    finding.recommendation = advice(facts, kept, ty, name, teardown.is_some());
    if let Some(found) = abroad.first() {
        let text = format!("`{}` in {} releases something by that name", found.function(), found.file.path);
        finding.evidence.push(Evidence::doubts(Weight::Strong, text));
    }
    Some(verdict::finish(ledger, context, &kept.obligation, finding))
}

fn advice(facts: &Facts, kept: &Kept, ty: &str, name: &str, has_teardown: bool) -> String {
    let release = verdict::release(kept.obligation.resource, &format!("{}.{name}", facts.instance));
    if has_teardown {
        return format!("release it in the teardown, too ({release})");
    }
    format!(
        "give `{ty}` a teardown that releases it ({release}) and let the owners call it; if one instance serves the whole \
         process, say so in a suppression"
    )
}

/// What a method of the instance returns, given by the teardown to a function that is no method: `free(self.as_ptr())`.
fn lent(facts: &Facts, teardown: FunctionId) -> Option<ExprId> {
    let own = |arg: &ExprId| facts.callee(*arg).receiver.is_some_and(|on| callback::is_instance(facts, on));
    let plain = facts.function(teardown).calls.iter().filter(|call| facts.typed && facts.callee(**call).receiver.is_none());
    plain.flat_map(|call| facts.args(*call)).copied().find(own)
}

fn evidence(context: &Context, ledger: &Ledger, kept: &Kept, care: &Care, teardown: Option<FunctionId>) -> Vec<Evidence> {
    let facts = context.facts;
    let mut all = Vec::new();
    let resource = kept.obligation.resource;
    let final_words = &context.words.last;
    if let Some(method) = teardown {
        let head = facts.function(method).head;
        let named = facts.function(method).name.map_or("", |name| facts.text(name));
        let interim = context.words.words.interim.iter().any(|word| word == named);
        let ends = !interim && final_words.is_empty() || final_words.iter().any(|word| word == named);
        let sibling = sibling(facts, ledger, kept, method);
        // What goes with its instance is no worse off for a teardown that only stops work.
        let alone = sibling.is_none() && !care.stopped;
        let weight = match (ends, resource.collected && !final_words.is_empty() && alone) {
            (true, false) => Weight::Strong,
            // What is stopped may be started again, and goes with its instance if not.
            (true, true) if context.words.halts.iter().any(|word| word == named) => Weight::None,
            (true, true) => Weight::Slight,
            (false, _) => Weight::None,
        };
        if !ends {
            let text = "an instance may be of use after that teardown";
            all.push(Evidence::doubts(Weight::Strong, text).at(head));
        }
        let lent = lent(facts, method);
        let meant = lent.is_some() || is_paired(facts, kept) && installed(context, kept).is_some();
        let weight = if meant { Weight::None } else { weight };
        all.push(Evidence::supports(weight, "the type has a teardown, which does not release the field").at(head));
        if let Some(at) = lent {
            let text = "the teardown gives what a method of its own returns to a call that may release it";
            all.push(Evidence::doubts(Weight::Decisive, text).at(facts.expr(at).span));
        }
        if let Some(sibling) = sibling {
            all.push(Evidence::supports(Weight::Fair, "the teardown releases another field").at(facts.expr(sibling).span));
        }
    } else {
        all.push(Evidence::supports(Weight::Fair, "no method of the type releases it"));
        all.push(inherited(context, kept.ty).unwrap_or_else(|| untorn(context, kept)));
    }
    let replacing = setting::replacing(context, &kept.obligation);
    if teardown.is_none() || replacing.is_some() || is_paired(facts, kept) {
        all.extend(installed(context, kept));
    }
    all.extend(replacing);
    if has_unknown_base(context, kept.ty) {
        let own = teardown.is_some_and(|method| sibling(facts, ledger, kept, method).is_some());
        let weight = if own { Weight::Fair } else { Weight::Strong };
        all.push(Evidence::doubts(weight, "a base outside this file may release it"));
    }
    all.push(if is_finalised(facts, &kept.obligation) {
        Evidence::doubts(Weight::Strong, "its last reference takes all of it away, together with the instance")
    } else if resource.collected {
        Evidence::doubts(Weight::Slight, "it is freed together with the instance")
    } else if resource.reclaimed && teardown.is_some_and(|method| is_finaliser(context, method)) {
        Evidence::doubts(Weight::Slight, "the instance ends when it is collected, and so does what it keeps")
    } else {
        Evidence::supports(Weight::Fair, "nothing frees it when the instance goes")
    });
    if resource.active {
        all.push(Evidence::supports(Weight::Strong, "threads of its own work on until it is closed"));
    }
    if care.handed > 0 {
        all.push(Evidence::doubts(Weight::Fair, format!("it is passed on in {} places, where it may be released", care.handed)));
    }
    if care.wrapped > 0 && !facts.raii {
        all.push(Evidence::doubts(Weight::Strong, "another field keeps it as well, or something made of it, and may close it"));
    }
    if care.returned > 0 {
        all.push(Evidence::doubts(Weight::Strong, "a method returns it, so that it is shared, and the caller may release it"));
    }
    all
}

/// Whether a teardown is what the collector runs.
fn is_finaliser(context: &Context, method: FunctionId) -> bool {
    let name = context.facts.function(method).name.map_or("", |name| context.facts.text(name));
    context.words.words.finaliser.iter().any(|word| word == name)
}

/// What it means that a type has no teardown at all: less where its instances come and go.
fn untorn(context: &Context, kept: &Kept) -> Evidence {
    if passes(context, kept.ty) {
        let named = context.facts.text(context.facts.ty(kept.ty).name);
        let lasts = !context.words.errands.is_empty() && !key::ends_with(&context.words.errands, named);
        let weight = if kept.obligation.resource.collected && lasts { Weight::Fair } else { Weight::Slight };
        return Evidence::doubts(weight, "the type has no teardown, and its instances come and go");
    }
    if setting::outlives_process(kept.obligation.resource) {
        return Evidence::doubts(Weight::Fair, "the type has no teardown, so perhaps it lives as long as the process");
    }
    let weight = if context.facts.raii { Weight::Slight } else { Weight::Decisive };
    Evidence::doubts(weight, "the type has no teardown, so perhaps it lives as long as the process")
}

/// What says that the field holds what serves the whole thread or process.
fn installed(context: &Context, kept: &Kept) -> Option<Evidence> {
    let facts = context.facts;
    let other = |name: BindingId| {
        let part = |source: Source| matches!(source, Source::Unpacked(value, _) if value == kept.obligation.call);
        facts.binding(name).definitions.iter().any(|definition| part(definition.source))
    };
    let names = |arg: &ExprId| {
        matches!(facts.kind(*arg), ExprKind::Field { name, .. } if name == kept.name) || facts.binding_of(*arg).is_some_and(other)
    };
    let calls = &facts.function(facts.function_of(kept.obligation.call)).calls;
    let found = calls.iter().find(|call| {
        let fits = |pattern: &Pattern| pattern.fits(facts.callee_path(**call), facts.method_name(**call));
        kept.obligation.resource.installed_by.iter().any(fits) && facts.args(**call).iter().any(names)
    })?;
    let text = "it is made the one that its thread uses, and lasts as long";
    Some(Evidence::doubts(Weight::Decisive, text).at(facts.expr(*found).span))
}

/// Whether the handle in the field is one of two that a call makes, as the ends of a pipe are.
fn is_paired(facts: &Facts, kept: &Kept) -> bool {
    let Parent::Expr(assign) = facts.expr(kept.obligation.call).parent else { return false };
    let ExprKind::Assign { target, .. } = facts.kind(assign) else { return false };
    matches!(facts.kind(target), ExprKind::Collection { .. } | ExprKind::Other(_))
}

/// Whether the name of a type says that an instance is made for one piece of work.
fn passes(context: &Context, ty: TypeId) -> bool {
    key::ends_with(&context.words.words.passing, context.facts.text(context.facts.ty(ty).name))
}

/// A teardown of the type or its relatives, one after which the instance is of no use if there is one.
fn teardown(context: &Context, relatives: &[TypeId]) -> Option<FunctionId> {
    let facts = context.facts;
    let methods = relatives.iter().flat_map(|ty| facts.ty(*ty).methods.iter().copied());
    let all: Vec<FunctionId> =
        methods.filter(|id| facts.function(*id).traits.is_teardown && !sole::is_no_end(facts, *id)).collect();
    let named = |id: &FunctionId| facts.function(*id).name.map_or("", |name| facts.text(name));
    let last = all.iter().copied().find(|id| context.words.last.iter().any(|word| word == named(id)));
    let interim = &context.words.words.interim;
    let whole = || all.iter().copied().find(|id| !interim.iter().any(|word| word == named(id)));
    last.or_else(whole).or_else(|| all.first().copied())
}

/// A release of another field in the teardown.
fn sibling(facts: &Facts, ledger: &Ledger, kept: &Kept, teardown: FunctionId) -> Option<ExprId> {
    facts.function(teardown).calls.iter().copied().find(|call| {
        let method = facts.method_name(*call).is_some_and(|method| ledger.releases(kept.obligation.resource, method));
        let receiver = facts.callee(*call).receiver;
        method
            && receiver.is_some_and(|receiver| matches!(facts.kind(receiver), ExprKind::Field { name, .. } if name != kept.name))
    })
}

/// Whether the teardown releases another field whose method has made the handle: `self.channel = self.connection.channel()`.
fn is_taken_along(facts: &Facts, ledger: &Ledger, kept: &Kept, teardown: FunctionId) -> bool {
    let Some(maker) = facts.callee(kept.obligation.call).receiver.and_then(|on| facts.place(on)) else { return false };
    let own = matches!(facts.places.get(maker), Place { root: Root::Instance(_), path } if path.len() == 1);
    facts.function(teardown).calls.iter().any(|call| {
        let releases = facts.method_name(*call).is_some_and(|method| ledger.releases(kept.obligation.resource, method));
        own && !facts.typed && releases && facts.callee(*call).receiver.and_then(|on| facts.place(on)) == Some(maker)
    })
}

/// The releases of the field by other files: by a base, an heir, or whoever holds the instance.
fn abroad<'a>(context: &Context<'a>, ledger: &Ledger, kept: &Kept) -> Vec<Found<'a>> {
    let (facts, resource) = (context.facts, kept.obligation.resource);
    let asked = Asked {
        path: context.path,
        language: &facts.language,
        owner: Some(facts.text(facts.ty(kept.ty).name)),
        what: facts.text(kept.name),
    };
    let releases = |found: &Found| match found.touch.verb {
        Verb::Method(_) => found.method().is_some_and(|method| ledger.releases(resource, method)),
        Verb::Hand(call) => resource.release_by.iter().any(|pattern| pattern.last() == found.file.text(call)),
        _ => false,
    };
    let mut found = context.project.touched(&asked);
    found.retain(releases);
    found
}
