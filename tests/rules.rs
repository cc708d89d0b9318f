//! The built-in rules: each parses, is named like its file, documents itself, and keeps what its examples promise.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use watertight::checks::analyse;
use watertight::finding::{Confidence, Finding};
use watertight::language::languages;
use watertight::rules::{Check, Pattern, Rule, RuleSet, Vocabulary, parse};

/// The rule files by name without extension.
fn files() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let listing = fs::read_dir(folder).expect("rules/ can be listed");
    let paths = listing.map(|entry| entry.expect("an entry can be read").path());
    let stem = |path: &Path| path.file_stem().expect("a rule file has a name").to_string_lossy().into_owned();
    paths.map(|path| (stem(&path), fs::read_to_string(&path).expect("a rule file can be read"))).collect()
}

fn builtin() -> RuleSet {
    RuleSet::builtin().expect("the built-in rules parse")
}

/// What a rule alone says, loudly enough to be shown, about a text.
fn spoken(rule: &Rule, language: &str, text: &str) -> Vec<Finding> {
    let extension = &languages().get(language).expect("an example's language is known").habits.extensions[0];
    let only: RuleSet = [rule.clone()].into_iter().collect();
    let findings = analyse(&format!("example.{extension}"), text, &only).findings;
    findings.into_iter().filter(|finding| finding.confidence >= Confidence::SHOWN).collect()
}

#[test]
fn every_file_is_a_rule_of_its_name() {
    for (name, text) in files() {
        let rule = parse(&format!("{name}.toml"), &text).unwrap_or_else(|error| panic!("{:?}", miette::Report::new(*error)));
        assert_eq!(rule.id, name, "the id of rules/{name}.toml");
    }
}

#[test]
fn every_file_is_built_in() {
    let built_in: Vec<String> = builtin().iter().map(|rule| rule.id.clone()).collect();
    assert_eq!(built_in, files().into_keys().collect::<Vec<_>>());
}

#[test]
fn every_rule_documents_itself() {
    let mut report = String::new();
    for rule in builtin().iter() {
        let texts = [("summary", &rule.summary), ("why", &rule.why), ("remedy", &rule.remedy)];
        for (field, _) in texts.iter().filter(|(_, text)| text.trim().is_empty()) {
            writeln!(report, "{}: `{field}` is empty", rule.id).expect("a String can be written");
        }
        if rule.summary.ends_with('.') {
            writeln!(report, "{}: the summary ends in a full stop", rule.id).expect("a String can be written");
        }
        if rule.silent.is_empty() || rule.tags.is_empty() {
            writeln!(report, "{}: `silent` or `tags` is empty", rule.id).expect("a String can be written");
        }
    }
    assert!(report.is_empty(), "\n{report}");
}

#[test]
fn examples_keep_their_promise() {
    let mut report = String::new();
    for rule in builtin().iter() {
        for (number, example) in (1..).zip(&rule.examples) {
            let at = format!("{} example {number} ({})", rule.id, example.language);
            if spoken(rule, &example.language, &example.bad).is_empty() {
                writeln!(report, "{at}: silent on `bad`").expect("a String can be written");
            }
            for finding in spoken(rule, &example.language, &example.good) {
                writeln!(report, "{at}: speaks on `good`: {}", finding.message).expect("a String can be written");
            }
        }
    }
    assert!(report.is_empty(), "\n{report}");
}

/// A word that stands twice has two meanings, of which only the first counts.
#[test]
fn no_word_stands_twice() {
    let mut report = String::new();
    for rule in builtin().iter() {
        for (language, words) in &rule.vocabulary {
            let mut seen = BTreeMap::new();
            for (table, word) in words_of(words) {
                *seen.entry((table, word)).or_insert(0) += 1;
            }
            for ((table, word), _) in seen.into_iter().filter(|(_, count)| *count > 1) {
                writeln!(report, "{} in {language}: `{}` stands twice in {table}", rule.id, word.as_str())
                    .expect("a String can be written");
            }
        }
    }
    assert!(report.is_empty(), "\n{report}");
}

/// Every word that makes, acquires or registers something, with its table.
fn words_of(words: &Vocabulary) -> Vec<(&'static str, Pattern)> {
    let containers = words.container.iter().flat_map(|container| &container.make).map(|word| ("container", word));
    let resources = words.resource.iter().flat_map(|resource| &resource.acquire).map(|word| ("resource", word));
    // A registration for some events only leaves the others to whoever comes after it.
    let table = |narrow: bool| if narrow { "registration for some events" } else { "registration" };
    let registrations =
        words.registration.iter().flat_map(|one| one.add.iter().map(move |word| (table(!one.events.is_empty()), word)));
    let memos = words.memo.iter().flat_map(|memo| &memo.make).map(|word| ("memo", word));
    let channels = words.channel.iter().flat_map(|channel| &channel.make).map(|word| ("channel", word));
    let lists = [("consumer", &words.consumer), ("borrower", &words.borrower), ("harmless", &words.harmless)];
    let lists = lists.into_iter().flat_map(|(table, list)| list.iter().map(move |word| (table, word)));
    let all = containers.chain(resources).chain(registrations).chain(memos).chain(channels).chain(lists);
    all.map(|(table, word)| (table, word.clone())).collect()
}

/// A vocabulary must hold what its check reads.
#[test]
fn every_check_finds_its_words() {
    let mut report = String::new();
    for rule in builtin().iter() {
        for (language, words) in &rule.vocabulary {
            let there = match rule.check {
                Check::Growth | Check::Loss => !words.container.is_empty(),
                Check::Cache => !words.container.is_empty() && !words.memo.is_empty(),
                Check::Memo => !words.memo.is_empty(),
                Check::Channel => !words.channel.is_empty(),
                Check::Listener => !words.registration.is_empty(),
                Check::Handle | Check::Timer | Check::Task | Check::Forgotten => !words.resource.is_empty(),
                Check::Cycle | Check::Suppression => true,
            };
            if !there {
                writeln!(report, "{} in {language} lacks the words of its check", rule.id).expect("a String can be written");
            }
        }
    }
    assert!(report.is_empty(), "\n{report}");
}
