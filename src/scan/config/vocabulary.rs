use super::own::{Languages, Own};
use super::raw::Config;
use crate::rules::{Container, Resource, Rule, RuleSet, Vocabulary};

/// A mistake in a configuration: the word that is wrong, what is wrong with it, and the remedy.
#[derive(Clone, Debug)]
pub struct Wrong {
    /// The word as it stands in the file.
    pub word: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

/// The rules with the user's own words in them, which go before the built-in ones; and the entries that fit no rule.
pub fn extended(known: &RuleSet, config: &Config) -> Result<(RuleSet, Vec<Wrong>), Wrong> {
    let mut rules = Extended { rules: known.clone(), idle: config.resource.iter().filter_map(kept_for_ever).collect() };
    let handle = |rule: &Rule, _: &Vocabulary| rule.id == "unclosed-handle";
    rules.add("resource", &config.resource, handle, |words, own| words.resource.insert(0, own.clone()))?;
    let listens = |_: &Rule, words: &Vocabulary| !words.registration.is_empty();
    rules.add("listener", &config.listener, listens, |words, own| words.registration.insert(0, own.clone()))?;
    let caches = |_: &Rule, words: &Vocabulary| !words.memo.is_empty();
    rules.add("cache", &config.cache, caches, |words, own| words.memo.insert(0, own.clone()))?;
    let queues = |_: &Rule, words: &Vocabulary| !words.channel.is_empty();
    rules.add("channel", &config.channel, queues, |words, own| words.channel.insert(0, own.clone()))?;
    let contains = |_: &Rule, words: &Vocabulary| !words.container.is_empty();
    rules.add("collection", &config.collection, contains, |words, own| words.container.insert(0, own.clone()))?;
    rules.add("bounded", &config.bounded, contains, |words, own| {
        let kind = "bounded collection".to_owned();
        let container = Container { kind, make: own.types.clone(), bounded: true, ..Container::default() };
        words.container.insert(0, container);
    })?;
    let holds = |_: &Rule, words: &Vocabulary| !words.resource.is_empty();
    rules.add("consumer", &config.consumer, holds, |words, own| words.consumer.extend(own.calls.iter().cloned()))?;
    Ok((rules.rules, rules.idle))
}

/// What is to be said of a resource that nothing could let go of.
fn kept_for_ever(own: &Own<Resource>) -> Option<Wrong> {
    let Resource { kind, release, release_by, consumer, .. } = &own.entry;
    let is_let_go = !(release.is_empty() && release_by.is_empty() && consumer.is_empty());
    (!is_let_go).then(|| Wrong {
        word: "resource".to_owned(),
        message: format!("the {kind} of `resource` is never released, because the entry says nothing that does it"),
        remedy: "name the methods in `release`, the calls in `release_by`, or those that take it over in `consumer`".to_owned(),
    })
}

/// Rules that are being extended.
struct Extended {
    rules: RuleSet,
    idle: Vec<Wrong>,
}

impl Extended {
    /// Puts entries where they belong: into the rule and the languages they name, or where `fits` says.
    fn add<T>(
        &mut self,
        table: &str,
        entries: &[Own<T>],
        fits: impl Fn(&Rule, &Vocabulary) -> bool,
        put: impl Fn(&mut Vocabulary, &T),
    ) -> Result<(), Wrong> {
        // The last is put first, so that the first ends up in front.
        for own in entries.iter().rev() {
            check(&self.rules, own)?;
            let mut used = false;
            self.rules = self.rules.amended(|rule| {
                if own.rule.as_ref().is_some_and(|name| *name != rule.id) {
                    return;
                }
                let wanted =
                    |language: &str| own.language.as_ref().is_none_or(|wanted| wanted.ids().iter().any(|id| id == language));
                let place = |words: &Vocabulary| own.rule.is_some() || fits(rule, words);
                let here = rule.vocabulary.iter().filter(|(language, words)| wanted(language) && place(words));
                let here: Vec<String> = here.map(|(language, _)| language.clone()).collect();
                used |= !here.is_empty();
                for language in here {
                    if let Some(words) = rule.vocabulary.get_mut(&language) {
                        put(words, &own.entry);
                    }
                }
            });
            if !used {
                let message = format!("an entry of `{table}` changes nothing, because no rule looks for that in its language");
                let remedy = "correct its `rule` or its `language`, or take it out".to_owned();
                self.idle.push(Wrong { word: table.to_owned(), message, remedy });
            }
        }
        Ok(())
    }
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
