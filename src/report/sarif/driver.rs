use super::level;
use crate::finding::Severity;
use crate::report::rulebook::markdown;
use crate::rules::{Rule, RuleSet};
use serde_sarif::sarif::{
    MultiformatMessageString, PropertyBag, ReportingConfiguration, ReportingDescriptor, Tool, ToolComponent,
};
use std::collections::BTreeMap;

/// Code scanning refuses longer descriptions.
const LONGEST: usize = 1024;

/// This program and the rules of the run.
pub fn tool(rules: &RuleSet) -> Tool {
    let mut driver = ToolComponent::builder()
        .name(env!("CARGO_PKG_NAME"))
        .version(env!("CARGO_PKG_VERSION"))
        .semantic_version(env!("CARGO_PKG_VERSION"))
        .rules(rules.iter().map(|rule| descriptor(rule)).collect::<Vec<_>>())
        .build();
    driver.information_uri = address(env!("CARGO_PKG_REPOSITORY"));
    Tool::builder().driver(driver).build()
}

/// Where to read more; nothing as long as the package names no place where it is kept.
fn address(repository: &str) -> Option<String> {
    (!repository.is_empty()).then(|| repository.to_owned())
}

fn descriptor(rule: &Rule) -> ReportingDescriptor {
    let help = MultiformatMessageString::builder().text(rule.remedy.trim()).markdown(markdown(rule)).build();
    ReportingDescriptor::builder()
        .id(&rule.id)
        .name(pascal(&rule.id))
        .short_description(text(&format!("{}.", rule.summary)))
        .full_description(text(rule.why.trim()))
        .help(help)
        .default_configuration(ReportingConfiguration::builder().level(level(rule.severity)).build())
        .properties(properties(rule))
        .build()
}

fn properties(rule: &Rule) -> PropertyBag {
    let mut tags = vec!["leak".to_owned(), rule.family.name().to_owned()];
    for tag in &rule.tags {
        if !tags.contains(tag) {
            tags.push(tag.clone());
        }
    }
    let precision = match rule.confidence.value() {
        value if value >= 0.9 => "very-high",
        value if value >= 0.7 => "high",
        value if value >= 0.5 => "medium",
        _ => "low",
    };
    let problem = match rule.severity {
        Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "recommendation",
    };
    let more = [("precision", precision), ("problem.severity", problem)];
    let more: BTreeMap<_, _> = more.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    PropertyBag::builder().tags(tags).additional_properties(more).build()
}

fn text(text: &str) -> MultiformatMessageString {
    let text =
        if text.chars().count() > LONGEST { text.chars().take(LONGEST - 1).chain(['…']).collect() } else { text.to_owned() };
    MultiformatMessageString::builder().text(text).build()
}

/// `unclosed-handle` as `UnclosedHandle`, the form in which SARIF viewers show a rule's name.
fn pascal(id: &str) -> String {
    let mut name = String::new();
    for word in id.split('-') {
        let mut letters = word.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn an_address_is_told_if_there_is_one() {
        assert_eq!(address("https://example.org/w").as_deref(), Some("https://example.org/w"));
        assert_eq!(address(""), None);
    }
}
