use super::flags::Colour;
use super::output::{emit, paint, width};
use super::select::rule;
use crate::report::{Card, markdown, page};
use crate::rules::RuleSet;
use clap::{Args, ValueEnum};

/// What `explain` understands.
#[derive(Debug, Args)]
pub struct Explain {
    /// The rule, as it is called in a report
    #[arg(value_name = "RULE")]
    rule: String,
    /// How to write the page
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    color: Colour,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For reading here
    Text,
    /// For a wiki
    Markdown,
    /// For a program
    Json,
}

/// Writes the page of a rule.
pub fn explain(asked: &Explain, known: &RuleSet) -> Result<u8, String> {
    let rule = rule(&asked.rule, known)?;
    let text = match asked.format {
        Format::Text => page(rule, paint(asked.color), width()),
        Format::Markdown => markdown(rule),
        Format::Json => serde_json::to_string_pretty(&Card::from(rule.as_ref())).map_err(|error| error.to_string())? + "\n",
    };
    emit(None, |out| out.write_all(text.as_bytes()))?;
    Ok(0)
}
