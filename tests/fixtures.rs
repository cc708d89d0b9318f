//! Every file below `fixtures/<rule-id>/` is analysed with that one rule. What it expects stands in it: a line that ends in
//! `# leak: <rule-id>` (or `// leak: …`) is where a finding's primary place must be, `related: <rule-id>` where a related
//! one must be; everything else must stay silent.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use watertight::checks::analyse;
use watertight::finding::{Confidence, Finding};
use watertight::language::languages;
use watertight::rules::RuleSet;
use watertight::source::{Lines, Span};

/// What other tests work with; no rule is.
const OTHERS: [&str; 3] = ["fix", "series", "sim"];

/// The fixture files by rule id.
fn cases() -> BTreeMap<String, Vec<PathBuf>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let folders = entries(&root).into_iter().filter(|path| path.is_dir() && !OTHERS.contains(&name(path).as_str()));
    folders.map(|path| (name(&path), entries(&path).into_iter().filter(|file| file.is_file()).collect())).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let listing = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = listing.map(|entry| entry.expect("an entry can be read").path()).collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> String {
    path.file_name().expect("a path below fixtures has a name").to_string_lossy().into_owned()
}

/// The lines of `text` that carry the comment `<word>: <rule>`.
fn expected(text: &str, word: &str, rule: &str) -> BTreeSet<u32> {
    let carries = |line: &str| {
        let comments = ["# ", "// "].into_iter().filter_map(|token| line.rsplit_once(token));
        comments.map(|(_, comment)| comment.trim()).any(|comment| comment == format!("{word}: {rule}"))
    };
    (1..).zip(text.lines()).filter(|(_, line)| carries(line)).map(|(number, _)| number).collect()
}

fn lines_of<'a>(text: &str, spans: impl Iterator<Item = &'a Span>) -> BTreeSet<u32> {
    let lines = Lines::new(text);
    spans.map(|span| lines.line(span.start)).collect()
}

/// Surplus and missing lines of one file, one a line of the answer; empty when all is as expected.
fn mismatches(path: &Path, rule: &str, rules: &RuleSet) -> String {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let shown = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(path).display();
    let analysis = analyse(&path.to_string_lossy(), &text, rules);
    let spoken: Vec<&Finding> = analysis.findings.iter().filter(|finding| finding.confidence >= Confidence::SHOWN).collect();
    let mut report = String::new();
    for (kind, message) in &analysis.problems {
        writeln!(report, "  {shown}: {kind:?}: {message}").expect("a String can be written");
    }
    let found = lines_of(&text, spoken.iter().map(|finding| &finding.primary.span));
    let wanted = expected(&text, "leak", rule);
    for line in wanted.difference(&found) {
        let quiet = analysis.findings.iter().find(|finding| Lines::new(&text).line(finding.primary.span.start) == *line);
        let why = quiet.map_or(String::new(), weighed);
        writeln!(report, "  missing {shown}:{line}{why}").expect("a String can be written");
    }
    for finding in &spoken {
        let line = Lines::new(&text).line(finding.primary.span.start);
        if !wanted.contains(&line) {
            writeln!(report, "  surplus {shown}:{line}: {}{}", finding.message, weighed(finding))
                .expect("a String can be written");
        }
    }
    let related = lines_of(&text, spoken.iter().flat_map(|finding| &finding.related).map(|mark| &mark.span));
    for line in expected(&text, "related", rule).difference(&related) {
        writeln!(report, "  not related {shown}:{line}").expect("a String can be written");
    }
    report
}

/// A finding's confidence with what led to it.
fn weighed(finding: &Finding) -> String {
    let mut text = format!(" [{:.2}", finding.confidence.value());
    for evidence in &finding.evidence {
        write!(text, "; {:?} {:?}: {}", evidence.stance, evidence.weight, evidence.text).expect("a String can be written");
    }
    text + "]"
}

#[test]
fn fixtures_speak_where_they_say() {
    let rules = RuleSet::builtin().expect("the built-in rules parse");
    let mut report = String::new();
    for (rule, files) in cases() {
        let only = rules.filtered(|candidate| candidate.id == rule);
        assert!(!only.is_empty(), "fixtures/{rule} is named after no rule");
        let wrong: String = files.iter().map(|file| mismatches(file, &rule, &only)).collect();
        if !wrong.is_empty() {
            writeln!(report, "{rule}\n{wrong}").expect("a String can be written");
        }
    }
    assert!(report.is_empty(), "\n{report}");
}

#[test]
fn fixtures_expect_their_own_rule() {
    let mut report = String::new();
    for (rule, files) in cases() {
        for file in files {
            let text = fs::read_to_string(&file).expect("a fixture can be read");
            let foreign = |line: &&str| line.contains(" leak: ") && !line.trim_end().ends_with(&format!(" leak: {rule}"));
            for line in text.lines().filter(foreign) {
                writeln!(report, "{}: {line}", file.display()).expect("a String can be written");
            }
        }
    }
    assert!(report.is_empty(), "expectations that no test runs:\n{report}");
}

/// A rule is shown by leaky and by silent files in every language it has a vocabulary for.
#[test]
fn every_rule_has_twins() {
    let rules = RuleSet::builtin().expect("the built-in rules parse");
    let cases = cases();
    let mut report = String::new();
    for rule in rules.iter() {
        for language in rule.vocabulary.keys() {
            let own = |file: &&PathBuf| languages().by_path(file).is_some_and(|found| found.family == *language);
            let files: Vec<&PathBuf> = cases.get(&rule.id).into_iter().flatten().filter(own).collect();
            let leaky = files.iter().filter(|file| {
                let text = fs::read_to_string(file).expect("a fixture can be read");
                !expected(&text, "leak", &rule.id).is_empty()
            });
            let leaky = leaky.count();
            if leaky == 0 || leaky == files.len() {
                let silent = files.len() - leaky;
                writeln!(report, "{} in {language}: {leaky} leaky, {silent} silent", rule.id).expect("a String can be written");
            }
        }
    }
    assert!(report.is_empty(), "rules without twins:\n{report}");
}
