use super::flags::Colour;
use super::output::{emit, paint, width};
use crate::report::{Card, contents, markdown, page};
use crate::rules::RuleSet;
use crate::scan::config::select::rule;
use clap::{Args, ValueEnum};
use std::fs;
use std::path::{Path, PathBuf};

/// What `explain` understands.
#[derive(Debug, Args)]
pub struct Explain {
    /// The rule, as it is called in a report
    #[arg(value_name = "RULE", required_unless_present = "dir")]
    rule: Option<String>,
    /// Write the pages of all rules into this folder, as Markdown
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["rule", "format"])]
    dir: Option<PathBuf>,
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
    if let Some(folder) = &asked.dir {
        return pages(folder, known);
    }
    let rule = rule(asked.rule.as_deref().unwrap_or_default(), known)?;
    let text = match asked.format {
        Format::Text => page(rule, paint(asked.color), width()),
        Format::Markdown => markdown(rule),
        Format::Json => serde_json::to_string_pretty(&Card::from(rule.as_ref())).map_err(|error| error.to_string())? + "\n",
    };
    emit(None, |out| out.write_all(text.as_bytes()))?;
    Ok(0)
}

/// Writes a page for each rule, and one that lists them.
fn pages(folder: &Path, known: &RuleSet) -> Result<u8, String> {
    let each = known.iter().map(|rule| (format!("{}.md", rule.id), markdown(rule)));
    for (name, text) in each.chain([("README.md".to_owned(), contents(known))]) {
        let path = folder.join(name);
        let written = fs::create_dir_all(folder).and_then(|()| fs::write(&path, text));
        written.map_err(|error| format!("could not write `{}`: {error}", path.display()))?;
    }
    Ok(0)
}
