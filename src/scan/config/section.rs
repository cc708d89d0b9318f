use super::error::ConfigError;
use super::json;
use super::own::Only;
use super::raw::Config;
use crate::rules::{nearest, plain};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::ops::Range;
use std::path::Path;

/// Where the section of a shared file stands.
pub fn section(path: &Path) -> &'static str {
    match name(path) {
        "pyproject.toml" => "write it below [tool.watertight]",
        "Cargo.toml" => "write it below [workspace.metadata.watertight] or [package.metadata.watertight]",
        _ => "write it below the key \"watertight\"",
    }
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

#[derive(Deserialize)]
struct Python {
    tool: Option<Tool>,
    /// Where nobody looks.
    watertight: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Tool {
    watertight: Option<Only<Config>>,
}

#[derive(Deserialize)]
struct Cargo {
    workspace: Option<Part>,
    package: Option<Part>,
    /// Where nobody looks.
    watertight: Option<IgnoredAny>,
    /// Nor here.
    tool: Option<Aside>,
}

#[derive(Deserialize)]
struct Aside {
    watertight: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Part {
    metadata: Option<Tool>,
}

/// What a file says to this program, if anything.
pub fn parse(path: &Path, text: &str) -> Result<Option<Config>, Box<ConfigError>> {
    let toml = |error: toml::de::Error| mistake(path, text, error.span(), &plain(error.message()));
    let below = |tool: Option<Tool>| tool.and_then(|tool| tool.watertight).map(|Only(config)| config);
    let astray = |table: &str| {
        let place = text.find(table).map(|at| at..at + table.len());
        let message = format!("settings for watertight are not looked for in {table}");
        ConfigError::new(path, text, place, message, section(path))
    };
    match name(path) {
        "pyproject.toml" => {
            let file: Python = toml::from_str(text).map_err(toml)?;
            if file.watertight.is_some() {
                return Err(astray("[watertight]"));
            }
            Ok(below(file.tool))
        }
        "Cargo.toml" => {
            let file: Cargo = toml::from_str(text).map_err(toml)?;
            if file.watertight.is_some() {
                return Err(astray("[watertight]"));
            }
            if file.tool.is_some_and(|tool| tool.watertight.is_some()) {
                return Err(astray("[tool.watertight]"));
            }
            let part = |part: Option<Part>| below(part.and_then(|part| part.metadata));
            Ok(part(file.workspace).or_else(|| part(file.package)))
        }
        "package.json" => {
            let file = json::read::<Tool>(text);
            file.map(|tool| below(Some(tool))).map_err(|(place, message)| mistake(path, text, Some(place), &message))
        }
        _ => toml::from_str(text).map(Some).map_err(toml),
    }
}

/// The keys that lead to the settings in a file.
fn ways(path: &Path) -> &'static [&'static [&'static str]] {
    match name(path) {
        "pyproject.toml" => &[&["tool", "watertight"]],
        "Cargo.toml" => &[&["workspace", "metadata", "watertight"], &["package", "metadata", "watertight"]],
        "package.json" => &[&["watertight"]],
        _ => &[&[]],
    }
}

/// Where the settings begin in a file, as far as that can be told from its lines.
pub fn start(path: &Path, text: &str) -> usize {
    let header = |way: &&[&str]| text.find(&format!("[{}", way.join(".")));
    let ways = ways(path);
    match name(path) {
        "package.json" => text.find("\"watertight\"").unwrap_or(0),
        _ if ways[0].is_empty() => 0,
        _ => ways.iter().find_map(header).unwrap_or(0),
    }
}

/// What a file says to this program, as it is written; empty if it says nothing.
pub fn table(path: &Path, text: &str) -> toml::Table {
    let whole = match name(path) {
        "package.json" => {
            let mut file: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
            let own = file.get_mut("watertight").map(serde_json::Value::take).unwrap_or_default();
            let mut own = serde_json::json!({ "watertight": own });
            fill(&mut own);
            toml::Table::try_from(own).ok()
        }
        _ => toml::from_str(text).ok(),
    };
    let whole = whole.map(toml::Value::Table);
    let below = |way: &&[&str]| way.iter().try_fold(whole.clone()?, |value, key| value.get(key).cloned());
    let found = ways(path).iter().find_map(below);
    found.and_then(|value| value.as_table().cloned()).unwrap_or_default()
}

/// Takes out the entries that say `null`, which is to say nothing.
fn fill(value: &mut serde_json::Value) {
    if let Some(entries) = value.as_object_mut() {
        entries.retain(|_, value| !value.is_null());
        entries.values_mut().for_each(fill);
    }
}

/// What was probably meant by a table where none can be.
fn hint(text: &str, place: &Range<usize>, message: &str) -> Option<String> {
    if !message.contains("not a table") {
        return None;
    }
    let from = text[..place.start].rfind('\n').map_or(0, |at| at + 1);
    let header = text[from..].lines().next()?.trim().strip_prefix('[')?.strip_suffix(']')?;
    match header.rsplit_once("rules.") {
        Some((before, rule)) => {
            Some(format!("did you mean `[{before}rule.{rule}]`? `rules` names a folder with rules of your own"))
        }
        None if message.contains("a list") => Some(format!("write `[[{header}]]`: there can be several")),
        None => None,
    }
}

/// A mistake with what was probably meant.
fn mistake(path: &Path, text: &str, place: Option<Range<usize>>, message: &str) -> Box<ConfigError> {
    let mut place = place.unwrap_or(0..0);
    let mut remedy = hint(text, &place, message)
        .unwrap_or_else(|| "see the README, or `watertight schema`, for what can be written".to_owned());
    if message.starts_with("unknown field") || message.starts_with("unknown variant") {
        let mut names = message.split('`').skip(1).step_by(2);
        let written = names.next().unwrap_or_default();
        if let Some(near) = nearest(written, names) {
            remedy = format!("did you mean `{near}`?");
        } else if matches!(written, "watertight" | "tool") {
            "the settings need no section of their own in this file: write them at its top".clone_into(&mut remedy);
        } else if written == "severity" && message.contains("`per-file-ignores`") {
            "write it below [rule.NAME], with the name of the rule that it is for".clone_into(&mut remedy);
        } else {
            "write one of those that are expected".clone_into(&mut remedy);
        }
        // The place may be that of the whole table, or behind the word.
        let inside = text.get(place.clone()).and_then(|value| value.find(written)).map(|at| place.start + at);
        let from = text[..place.start].rfind('\n').map_or(0, |at| at + 1);
        let at = inside.or_else(|| text[from..].find(written).map(|at| from + at));
        place = at.map_or(place, |at| at..at + written.len());
    }
    ConfigError::new(path, text, Some(place), message.trim(), remedy)
}
