//! Whether code elsewhere can get at a collection, and what its name says of that.

use super::container::{Growth, Held};
use super::fixed;
use super::holder;
use super::rate;
use super::relief;
use crate::checks::Context;
use crate::checks::lives::key;
use crate::checks::lives::lifetime::Life;
use crate::facts::{Action, ExprId, ExprKind, Facts, FunctionKind, Root, TypeId};
use crate::finding::{Evidence, Weight};

/// Whether code elsewhere can get at it.
pub fn reach(context: &Context, held: &Held) -> Option<Evidence> {
    let facts = context.facts;
    let name = facts.display(held.place);
    if let Root::Instance(ty) = facts.places.get(held.place).root
        && is_reflected(context, ty)
    {
        // Nobody asks by reflection for a key that is drawn for each call.
        let weight =
            if held.growth.iter().any(|growth| fixed::is_drawn(context, growth)) { Weight::Slight } else { Weight::Decisive };
        return Some(Evidence::doubts(weight, "fields are reached by reflection in this file"));
    }
    let own = held.growth.iter().any(|growth| relief::adds_itself(context, held, growth));
    let work = own || held.growth.iter().any(|growth| rate::does_work(context, held, growth));
    if !work && key::ends_with(&context.words.words.registries, &name) {
        // Nobody registers anything under a number that is drawn for each call.
        let drawn = |growth: &Growth| growth.key.is_some_and(|key| counted(facts, key));
        let weight = if held.growth.iter().any(drawn) { Weight::Slight } else { Weight::Decisive };
        return Some(Evidence::doubts(weight, "its name says that users register things in it"));
    }
    if key::split(&name).iter().any(|word| context.words.words.notices.contains(word)) {
        return Some(Evidence::doubts(Weight::Decisive, "it remembers what has been said once"));
    }
    let returned = facts.operations(held.place).iter().find(|operation| operation.action == Action::Returned);
    if let Some(operation) = returned {
        let text = "it is handed out, so a caller could remove entries";
        // Behind a guard it is handed out for others to work with.
        let weight = if facts.typed && holder::guard(facts, &context.words.words, held).is_some() {
            Weight::Decisive
        } else {
            Weight::Strong
        };
        return Some(Evidence::doubts(weight, text).at(facts.expr(operation.expr).span));
    }
    let public = facts.is_public(held.place) && !matches!(held.life, Life::Closure | Life::Loop);
    let text = if facts.is_confined(held.place) {
        "other code of its module could remove entries"
    } else {
        "its name is public, so code elsewhere could remove entries"
    };
    public.then(|| Evidence::doubts(Weight::Slight, text))
}

/// Whether fields of a type may be reached without being named: in the type itself, or in what belongs to none. What another
/// type says of its own fields says nothing of these, nor does a mere list of the fields there are.
fn is_reflected(context: &Context, ty: TypeId) -> bool {
    let facts = context.facts;
    let family = facts.relatives(ty);
    let known = !facts.typed && facts.exported.is_none();
    let own = |at: &ExprId| facts.owner_of(facts.function_of(*at)).is_none_or(|owner| family.contains(&owner));
    let listed = |at: &ExprId| facts.function(facts.function_of(*at)).kind == FunctionKind::TypeBody;
    let mut words = context.words.words.reflection.iter().filter_map(|word| facts.names.find(word));
    words.any(|word| !known || facts.mentions(word).iter().any(|at| own(at) && !listed(at)))
}

/// Whether a key is a number that is counted up, or a variable that is given one.
fn counted(facts: &Facts, key: ExprId) -> bool {
    let counts = |expr: ExprId| matches!(facts.kind(expr), ExprKind::Assign { value: None, update: Some(_), .. });
    let given = || facts.binding_of(key).map(|binding| facts.binding(binding).definitions.as_slice());
    counts(key) || matches!(given(), Some([only]) if facts.value_of(only).is_some_and(counts))
}
