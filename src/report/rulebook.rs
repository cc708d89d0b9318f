use super::{Paint, wrap};
use crate::rules::{Example, Rule, RuleSet};
use serde::Serialize;
use std::fmt::Write as _;

/// A rule's page as Markdown.
pub fn markdown(rule: &Rule) -> String {
    let mut page = format!("# {}\n\n{}.\n\n", rule.id, rule.summary);
    let mut section = |title: &str, body: &str| {
        write!(page, "## {title}\n\n{}\n\n", body.trim()).expect("a String can be written");
    };
    section("Why it matters", &rule.why);
    section("What to do", &rule.remedy);
    for (language, remedy) in remedies(rule) {
        section(&format!("What to do ({language})"), remedy);
    }
    if !rule.fixes.is_empty() {
        let list: Vec<String> = rule.fixes.iter().map(|item| format!("- {item}")).collect();
        section("Fixes", &list.join("\n"));
    }
    if !rule.silent.is_empty() {
        let list: Vec<String> = rule.silent.iter().map(|item| format!("- {item}")).collect();
        section("Not flagged", &list.join("\n"));
    }
    section("Levels", &format!("- severity: {}\n- confidence before the evidence: {}", rule.severity.name(), prior(rule)));
    for Example { language, bad, good } in &rule.examples {
        let code = format!(
            "Leaks:\n\n```{language}\n{}\n```\n\nUse instead:\n\n```{language}\n{}\n```",
            bad.trim_matches('\n'),
            good.trim_matches('\n')
        );
        section(&format!("Example ({language})"), &code);
    }
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

/// The list of the rules as Markdown, with links to their pages.
pub fn contents(rules: &RuleSet) -> String {
    let mut page = "# Rules\n\n| rule | severity | family | what it flags | languages |\n|---|---|---|---|---|\n".to_owned();
    for rule in rules.iter() {
        let languages: Vec<&str> = rule.vocabulary.keys().map(String::as_str).collect();
        let (id, severity, family) = (&rule.id, rule.severity.name(), rule.family.name());
        writeln!(page, "| [`{id}`]({id}.md) | {severity} | {family} | {} | {} |", rule.summary, languages.join(", "))
            .expect("a String can be written");
    }
    page
}

/// A rule's page for a terminal.
pub fn page(rule: &Rule, paint: Paint, width: usize) -> String {
    let mut page = format!("{}\n{}.\n", paint.strong(&rule.id), rule.summary);
    let mut section = |title: &str, body: &str| {
        write!(page, "\n{}\n{body}", paint.strong(title)).expect("a String can be written");
    };
    section("Why it matters", &paragraphs(&rule.why, width));
    section("What to do", &paragraphs(&rule.remedy, width));
    for (language, remedy) in remedies(rule) {
        section(&format!("What to do ({language})"), &paragraphs(remedy, width));
    }
    if !rule.fixes.is_empty() {
        let items: String = rule.fixes.iter().map(|item| wrap("  - ", item, width)).collect();
        section("Fixes", &items);
    }
    if !rule.silent.is_empty() {
        let items: String = rule.silent.iter().map(|item| wrap("  - ", item, width)).collect();
        section("Not flagged", &items);
    }
    section("Levels", &format!("  severity {}, confidence before the evidence {}\n", rule.severity.name(), prior(rule)));
    for Example { language, bad, good } in &rule.examples {
        section(&format!("Leaks ({language})"), &indented(bad));
        section(&format!("Use instead ({language})"), &indented(good));
    }
    page
}

/// The remedies of the languages in which they are said differently.
fn remedies(rule: &Rule) -> impl Iterator<Item = (&str, &str)> {
    rule.vocabulary.iter().filter_map(|(language, words)| Some((language.as_str(), words.remedy.as_deref()?)))
}

fn paragraphs(text: &str, width: usize) -> String {
    let parts: Vec<String> = text.trim().split("\n\n").map(|part| wrap("  ", part, width)).collect();
    parts.join("\n")
}

fn indented(code: &str) -> String {
    let lines = code.trim_matches('\n').lines();
    lines.map(|line| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") }).collect()
}

fn prior(rule: &Rule) -> String {
    format!("{:.2}", rule.confidence.value())
}

/// A rule as JSON shows it; the form is this file's own.
#[derive(Debug, Serialize)]
pub struct Card<'a> {
    id: &'a str,
    summary: &'a str,
    why: &'a str,
    remedy: &'a str,
    fixes: &'a [String],
    not_flagged: &'a [String],
    family: &'static str,
    severity: &'static str,
    confidence: f64,
    languages: Vec<&'a str>,
    tags: &'a [String],
    examples: Vec<Sample<'a>>,
}

#[derive(Debug, Serialize)]
struct Sample<'a> {
    language: &'a str,
    bad: &'a str,
    good: &'a str,
}

impl<'a> From<&'a Rule> for Card<'a> {
    fn from(rule: &'a Rule) -> Self {
        let sample = |example: &'a Example| Sample { language: &example.language, bad: &example.bad, good: &example.good };
        Self {
            id: &rule.id,
            summary: &rule.summary,
            why: rule.why.trim(),
            remedy: rule.remedy.trim(),
            fixes: &rule.fixes,
            not_flagged: &rule.silent,
            family: rule.family.name(),
            severity: rule.severity.name(),
            confidence: rule.confidence.value(),
            languages: rule.vocabulary.keys().map(String::as_str).collect(),
            tags: &rule.tags,
            examples: rule.examples.iter().map(sample).collect(),
        }
    }
}
