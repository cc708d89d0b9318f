use super::{Pattern, Rule, RuleError, Vocabulary, parse};
use rustc_hash::FxHashSet;
use std::sync::Arc;

include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// What outlines are read for, whatever the rule: names of methods and functions by which something is let go, and calls
/// by which a program reads its command line.
#[derive(Clone, Debug, Default)]
pub struct Verbs {
    release: FxHashSet<String>,
    commanded: Vec<Pattern>,
}

impl Verbs {
    /// Whether a name is that of something which lets go.
    pub fn contains(&self, name: &str) -> bool {
        self.release.contains(name)
    }

    /// Whether a call of this path, or else of this method, reads the command line.
    pub fn reads_command_line(&self, path: Option<&str>, method: Option<&str>) -> bool {
        self.commanded.iter().any(|word| word.fits(path, method))
    }
}

/// The rules of a run, ordered by id.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    rules: Vec<Arc<Rule>>,
}

impl RuleSet {
    /// The built-in rules.
    ///
    /// # Errors
    /// A built-in rule that does not parse; the tests keep that from shipping.
    pub fn builtin() -> Result<Self, Box<RuleError>> {
        let rules = BUILTIN.iter().map(|(file, text)| parse(file, text)).collect::<Result<Vec<_>, _>>()?;
        let mut rules: Vec<Arc<Rule>> = rules.iter().map(|rule| Arc::new(joined(rule, &rules))).collect();
        rules.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(Self { rules })
    }

    /// The rules in order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Rule>> {
        self.rules.iter()
    }

    /// The rule of this id.
    pub fn get(&self, id: &str) -> Option<&Arc<Rule>> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// These rules and further ones, which may share the words of these.
    #[must_use]
    pub fn with(&self, own: Vec<Rule>) -> Self {
        let mut all: Vec<Rule> = self.rules.iter().map(|rule| rule.as_ref().clone()).collect();
        let known = all.len();
        all.extend(own);
        let joined: Vec<Rule> = all[known..].iter().map(|rule| joined(rule, &all)).collect();
        all.truncate(known);
        all.into_iter().chain(joined).collect()
    }

    /// The rules after `change` was made to each.
    #[must_use]
    pub fn amended(&self, mut change: impl FnMut(&mut Rule)) -> Self {
        let each = self.rules.iter().map(|rule| {
            let mut rule = rule.as_ref().clone();
            change(&mut rule);
            rule.vocabulary.values_mut().for_each(Vocabulary::renew);
            rule
        });
        each.collect()
    }

    /// The methods and functions by which anything is let go, in any rule and language.
    pub fn letting_go(&self) -> Verbs {
        let mut verbs = FxHashSet::default();
        let mut commanded = Vec::new();
        for words in self.rules.iter().flat_map(|rule| rule.vocabulary.values()) {
            let methods = words.container.iter().flat_map(|container| container.shrink.iter().chain(&container.empty));
            let methods = methods.chain(words.resource.iter().flat_map(|resource| &resource.release)).chain(&words.release);
            let methods = methods.chain(words.memo.iter().flat_map(|memo| &memo.clear));
            let methods = methods.chain(words.registration.iter().flat_map(|registration| &registration.disposer));
            verbs.extend(methods.chain(words.channel.iter().flat_map(|channel| &channel.receive)).cloned());
            let removals = words.registration.iter().flat_map(|registration| &registration.remove);
            verbs.extend(removals.map(|pattern| pattern.last().to_owned()));
            commanded.extend(words.commanded.iter().cloned());
        }
        Verbs { release: verbs, commanded }
    }

    /// Only the rules that `keep` keeps.
    #[must_use]
    pub fn filtered(&self, keep: impl Fn(&Rule) -> bool) -> Self {
        Self { rules: self.rules.iter().filter(|rule| keep(rule)).cloned().collect() }
    }
}

impl FromIterator<Rule> for RuleSet {
    fn from_iter<T: IntoIterator<Item = Rule>>(rules: T) -> Self {
        let mut rules: Vec<_> = rules.into_iter().map(Arc::new).collect();
        rules.sort_by(|a, b| a.id.cmp(&b.id));
        Self { rules }
    }
}

/// The rule with what it shares copied in, so that checks need not look at other rules.
fn joined(rule: &Rule, all: &[Rule]) -> Rule {
    let mut rule = rule.clone();
    for (language, words) in &mut rule.vocabulary {
        let Some(shared) = &words.shares else { continue };
        let Some(source) = all.iter().find(|other| other.id == *shared).and_then(|other| other.vocabulary.get(language)) else {
            continue;
        };
        words.container.extend(source.container.iter().cloned());
        words.words = source.words.clone();
        let own: Vec<&str> = words.harmless.iter().map(Pattern::as_str).collect();
        let further = source.harmless.iter().filter(|pattern| !own.contains(&pattern.as_str())).cloned().collect::<Vec<_>>();
        words.harmless.extend(further);
    }
    rule
}
