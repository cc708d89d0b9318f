//! What a field of an instance holds is let go of in the teardown that the type has already.

use super::{Mender, ending, manage};
use crate::checks::lives::{kept, owner};
use crate::facts::{ExprId, Facts, FunctionId, Literal, Place, PlaceId, Root, Segment, Source, TypeId};
use crate::finding::{Finding, Fix, Safety};
use crate::language::fill;

/// The teardown of a type that a finding speaks of.
pub fn of_type(mender: &Mender, finding: &Finding, ty: TypeId) -> Option<FunctionId> {
    let facts = mender.context.facts;
    let own = |method: &FunctionId| facts.function(*method).owner == Some(ty) && !facts.function(*method).traits.is_static;
    let named = |method: &FunctionId| finding.related.iter().any(|mark| mark.span == facts.function(*method).head);
    owner::teardowns(facts, ty).into_iter().find(|method| own(method) && named(method) && calls_itself_right(facts, *method))
}

/// Whether the method calls its instance as everybody does.
fn calls_itself_right(facts: &Facts, method: FunctionId) -> bool {
    let receiver = facts.function(method).receiver;
    receiver.is_none_or(|receiver| facts.text(facts.binding(receiver).name) == facts.instance)
}

/// How sure it is that nobody uses the instance after this method.
pub fn safety(mender: &Mender, teardown: FunctionId) -> Safety {
    let facts = mender.context.facts;
    let name = facts.function(teardown).name.map_or("", |name| facts.text(name));
    let certain = mender.phrases.endings.iter().any(|word| word == name);
    if certain { Safety::Safe } else { Safety::Unsafe }
}

/// A field that holds a timer, connection or handle.
pub fn resource(mender: &Mender, finding: &Finding, call: ExprId) -> Option<Fix> {
    let facts = mender.context.facts;
    let resource = manage::resource(mender, call).filter(|_| manage::ends_at_once(mender, call))?;
    let kept::Fate::Kept(target) = kept::fate(facts, call) else { return None };
    let field = facts.place(target)?;
    let Place { root: Root::Instance(ty), path } = facts.places.get(field) else { return None };
    let [Segment::Field(_)] = path.as_slice() else { return None };
    let teardown = of_type(mender, finding, *ty)?;
    let like = facts.step_of(call)?;
    let filled = Filled::of(facts, field);
    let target = facts.display(field);
    let by_method = resource.release_by.is_empty();
    let optional = by_method && filled != Filled::Always && !mender.phrases.optional.is_empty();
    let release = ending::release(mender, call, resource, &target, optional)?;
    let waits = fill(&mender.phrases.awaited, &[("value", "")]);
    if release.starts_with(waits.trim_end()) && !facts.function(teardown).traits.is_async {
        return None;
    }
    let statement = match filled {
        _ if optional || filled == Filled::Always => release,
        // Nobody minds that nothing is cleared, where a guard is not asked for.
        _ if mender.phrases.guard.is_empty() && !by_method => present(mender, field, &target, release),
        Filled::Maybe if !mender.phrases.guard.is_empty() => {
            let guard = fill(&mender.phrases.guard, &[("target", &target)]);
            format!("{guard}\n{}{release}", mender.layout.step(facts.function(teardown).span.start))
        }
        _ => return None,
    };
    let edit = ending::append(mender, teardown, &statement, like)?;
    let name = facts.function(teardown).name.map_or("the teardown", |name| facts.text(name));
    Some(Fix::new(format!("Let go of `{target}` in `{name}`"), safety(mender, teardown), vec![edit]))
}

/// The release of a field by a function, which takes no `null`: it is asked for where the declared type has one.
fn present(mender: &Mender, field: PlaceId, target: &str, release: String) -> String {
    let annotation = mender.context.facts.definitions_of(field).iter().find_map(|one| one.annotation);
    let words = annotation.map_or("", |annotation| mender.slice(annotation));
    let nullable = words.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == "null");
    if mender.annotates && nullable && !mender.phrases.present.is_empty() {
        return fill(&mender.phrases.present, &[("target", target), ("release", &release)]);
    }
    release
}

/// Whether a field holds something when its owner ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Filled {
    /// The constructor fills it, and nobody empties it.
    Always,
    /// The constructor gives it a value, which may be none.
    Maybe,
    /// It may not even exist.
    Unknown,
}

impl Filled {
    fn of(facts: &Facts, field: PlaceId) -> Self {
        let all = facts.definitions_of(field);
        let made = |target: ExprId| {
            let function = facts.function_of(target);
            let own = facts.function(function);
            own.traits.is_constructor && facts.step_of(target).is_some_and(|step| own.body.contains(&step))
        };
        let empty = |source: Source| matches!(source, Source::Assigned(value) if facts.literal(value) == Some(Literal::Null));
        let first = all.iter().any(|one| made(one.target));
        if first && !all.iter().any(|one| empty(one.source)) {
            Self::Always
        } else if first {
            Self::Maybe
        } else {
            Self::Unknown
        }
    }
}
