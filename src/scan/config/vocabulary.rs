use super::own::{Languages, Own};
use super::raw::Config;
use crate::rules::{Container, Rule, RuleSet, Vocabulary};

/// A mistake in a vocabulary: the word that is wrong, what is wrong with it, and the remedy.
pub struct Wrong {
    /// The word as it stands in the file.
    pub word: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

/// The rules with the user's own words in them, which go before the built-in ones.
pub fn extended(known: &RuleSet, config: &Config) -> Result<RuleSet, Wrong> {
    let mut rules = known.clone();
    let handle = |rule: &Rule, _: &Vocabulary| rule.id == "unclosed-handle";
    add(&mut rules, &config.resource, handle, |words, own| words.resource.insert(0, own.clone()))?;
    let listens = |_: &Rule, words: &Vocabulary| !words.registration.is_empty();
    add(&mut rules, &config.listener, listens, |words, own| words.registration.insert(0, own.clone()))?;
    let caches = |_: &Rule, words: &Vocabulary| !words.memo.is_empty();
    add(&mut rules, &config.cache, caches, |words, own| words.memo.insert(0, own.clone()))?;
    let queues = |_: &Rule, words: &Vocabulary| !words.channel.is_empty();
    add(&mut rules, &config.channel, queues, |words, own| words.channel.insert(0, own.clone()))?;
    let contains = |_: &Rule, words: &Vocabulary| !words.container.is_empty();
    add(&mut rules, &config.collection, contains, |words, own| words.container.insert(0, own.clone()))?;
    add(&mut rules, &config.bounded, contains, |words, own| {
        let kind = "bounded collection".to_owned();
        let container = Container { kind, make: own.types.clone(), bounded: true, ..Container::default() };
        words.container.insert(0, container);
    })?;
    let holds = |_: &Rule, words: &Vocabulary| !words.resource.is_empty();
    add(&mut rules, &config.consumer, holds, |words, own| words.consumer.extend(own.calls.iter().cloned()))?;
    Ok(rules)
}

/// Puts entries where they belong: into the rule and the languages they name, or where `fits` says.
fn add<T>(
    rules: &mut RuleSet,
    entries: &[Own<T>],
    fits: impl Fn(&Rule, &Vocabulary) -> bool,
    put: impl Fn(&mut Vocabulary, &T),
) -> Result<(), Wrong> {
    // The last is put first, so that the first ends up in front.
    for own in entries.iter().rev() {
        check(rules, own)?;
        *rules = rules.amended(|rule| {
            if own.rule.as_ref().is_some_and(|name| *name != rule.id) {
                return;
            }
            let wanted = |language: &str| own.language.as_ref().is_none_or(|wanted| wanted.ids().iter().any(|id| id == language));
            let place = |words: &Vocabulary| own.rule.is_some() || fits(rule, words);
            let here = rule.vocabulary.iter().filter(|(language, words)| wanted(language) && place(words));
            let here: Vec<String> = here.map(|(language, _)| language.clone()).collect();
            for language in here {
                if let Some(words) = rule.vocabulary.get_mut(&language) {
                    put(words, &own.entry);
                }
            }
        });
    }
    Ok(())
}

/// Whether the rule and the languages exist.
fn check<T>(rules: &RuleSet, own: &Own<T>) -> Result<(), Wrong> {
    if let Some(name) = own.rule.as_ref().filter(|name| rules.get(name).is_none()) {
        return Err(super::settings::unknown(name, rules));
    }
    for id in own.language.iter().flat_map(Languages::ids) {
        let mut all: Vec<&str> = rules.iter().flat_map(|rule| rule.vocabulary.keys().map(String::as_str)).collect();
        all.sort_unstable();
        all.dedup();
        if !all.contains(&id.as_str()) {
            let remedy = format!("the languages are {}", all.join(", "));
            return Err(Wrong { word: id.clone(), message: format!("there is no language `{id}` with rules"), remedy });
        }
    }
    Ok(())
}
