use super::output::{emit, row, width};
use crate::report::Card;
use crate::rules::RuleSet;
use clap::{Args, ValueEnum};

/// What `rules` understands.
#[derive(Debug, Args)]
pub struct List {
    /// How to write the list
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// A table
    Text,
    /// For a program
    Json,
}

/// Writes the list of the rules.
pub fn list(asked: &List, known: &RuleSet) -> Result<u8, String> {
    let text = match asked.format {
        Format::Text => table(known),
        Format::Json => {
            let cards: Vec<_> = known.iter().map(|rule| Card::from(rule.as_ref())).collect();
            serde_json::to_string_pretty(&cards).map_err(|error| error.to_string())? + "\n"
        }
    };
    emit(None, |out| out.write_all(text.as_bytes()))?;
    Ok(0)
}

fn table(known: &RuleSet) -> String {
    let margin = known.iter().map(|rule| rule.id.len()).max().unwrap_or(0) + 2;
    let line = |name: &str, severity: &str, family: &str, text: &str| {
        row(&format!("{name:<margin$}{severity:<10}{family:<13}"), margin + 23, text, width())
    };
    let rules = known.iter().map(|rule| line(&rule.id, rule.severity.name(), rule.family.name(), &rule.summary));
    std::iter::once(line("rule", "severity", "family", "what it flags")).chain(rules).collect()
}
