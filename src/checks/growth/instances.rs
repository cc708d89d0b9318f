//! How many instances there are of a type whose method is cached, and what tells one from another as a key.

use super::scalar;
use crate::checks::Context;
use crate::facts::{ExprId, Facts, Literal, TypeId};
use crate::finding::{Evidence, Weight};
use crate::rules::Words;

/// What says that the instances that a cache keeps are few, or live as long as it does.
pub fn known(context: &Context, owner: TypeId) -> Vec<Evidence> {
    let name = context.facts.text(context.facts.ty(owner).name);
    let mut evidence: Vec<Evidence> = context.errand(Weight::Decisive).into_iter().collect();
    if is_frozen(context.facts, &context.words.words, owner) {
        let plain = scalar::is_declared_plain(context.facts, owner);
        let (weight, rest) = if plain { (Weight::Decisive, ", and hold plain values") } else { (Weight::Strong, "") };
        evidence.push(Evidence::doubts(
            weight,
            format!("instances of `{name}` are values: those that are equal share an entry{rest}"),
        ));
    }
    if let Some(maker) = decorating(context, owner) {
        let text = format!("the project makes each `{name}` where a module is loaded, by `{maker}`");
        evidence.push(Evidence::doubts(Weight::Decisive, text));
    }
    evidence
}

/// Whether a decorator makes the instances of a type unchangeable and equal where their values are.
fn is_frozen(facts: &Facts, words: &Words, owner: TypeId) -> bool {
    let says = |decorator: ExprId, option: &str, value: bool| {
        facts.option(decorator, option).and_then(|given| facts.literal(given)) == Some(Literal::Bool(value))
    };
    facts.ty(owner).decorators.iter().any(|decorator| {
        let path = facts.path_of(*decorator);
        let fits = |all: &[crate::rules::Pattern]| all.iter().any(|word| word.fits(path.as_deref(), None));
        let frozen = fits(&words.frozen) || fits(&words.freezing) && says(*decorator, "frozen", true);
        frozen && !says(*decorator, "eq", false)
    })
}

/// The method of a type, or of a base in this file, that the project calls while modules are loaded and nowhere else, where
/// nothing else in the project makes an instance: `@kernel.wrap()`.
fn decorating<'a>(context: &Context<'a>, owner: TypeId) -> Option<&'a str> {
    let (facts, project) = (context.facts, context.project);
    let methods = facts.lineage(owner).into_iter().flat_map(|ty| facts.ty(ty).methods.iter().copied());
    let makers = methods.map(|method| facts.function(method)).filter(|method| method.traits.is_class_method);
    let mut named = makers.filter_map(|method| method.name).map(|name| facts.text(name));
    let at_load = |maker: &&str| {
        let callers = project.callers(&facts.language, maker);
        project.is_distinctive(maker)
            && !callers.is_empty()
            && callers.iter().all(|(_, caller)| caller.function.is_none() && !caller.looping)
    };
    let maker = named.find(at_load)?;
    let name = facts.text(facts.ty(owner).name);
    project.is_made_at_load(context.path, name, Some(maker)).then_some(maker)
}
