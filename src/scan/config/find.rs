use super::error::ConfigError;
use super::raw::Config;
use crate::rules::nearest;
use serde::Deserialize;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// The files a configuration may stand in, the first found in a folder is used.
pub const NAMES: &[&str] = &["watertight.toml", ".watertight.toml", "pyproject.toml", "Cargo.toml", "package.json"];

/// A larger file is no configuration written by hand.
const LARGEST: u64 = 4 << 20;

/// A configuration with the file it was read from.
#[derive(Debug)]
pub struct Found {
    /// The file.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// What it says.
    pub config: Config,
}

/// The configuration in a folder.
pub fn inside(folder: &Path) -> Result<Option<Found>, Box<ConfigError>> {
    for name in NAMES {
        let path = folder.join(name);
        // A file that cannot be read is a mistake only where it is surely ours.
        let own = name.ends_with("watertight.toml");
        match text(&path) {
            Ok(text) if own || text.contains("watertight") => {
                if let Some(config) = parse(&path, &text)? {
                    return Ok(Some(Found { path, text, config }));
                }
            }
            Ok(_) => {}
            Err(error) if !own || error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(unreadable(&path, &error)),
        }
    }
    Ok(None)
}

/// The configuration in a file that the user named.
pub fn named(path: &Path) -> Result<Found, Box<ConfigError>> {
    let text = text(path).map_err(|error| unreadable(path, &error))?;
    match parse(path, &text)? {
        Some(config) => Ok(Found { path: path.to_path_buf(), text, config }),
        None => {
            Err(ConfigError::new(path, &text, None, format!("`{}` has no section for watertight", path.display()), section(path)))
        }
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Box<ConfigError> {
    let message = format!("the configuration `{}` could not be read: {error}", path.display());
    ConfigError::new(path, "", None, message, "check the path and the permissions")
}

fn text(path: &Path) -> std::io::Result<String> {
    // To open a pipe would be to wait for whoever writes into it.
    if !path.metadata()?.is_file() {
        return Err(ErrorKind::NotFound.into());
    }
    let mut text = String::new();
    File::open(path)?.take(LARGEST).read_to_string(&mut text)?;
    // Some editors begin every file with a byte order mark.
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

/// Where the section of a shared file stands.
fn section(path: &Path) -> &'static str {
    match path.file_name().and_then(|name| name.to_str()) {
        Some("pyproject.toml") => "write it below [tool.watertight]",
        Some("Cargo.toml") => "write it below [workspace.metadata.watertight] or [package.metadata.watertight]",
        _ => "write it below the key \"watertight\"",
    }
}

#[derive(Deserialize)]
struct Python {
    tool: Option<Tool>,
}

#[derive(Deserialize)]
struct Tool {
    watertight: Option<Config>,
}

#[derive(Deserialize)]
struct Cargo {
    workspace: Option<Part>,
    package: Option<Part>,
}

#[derive(Deserialize)]
struct Part {
    metadata: Option<Tool>,
}

/// What a file says to this program, if anything.
fn parse(path: &Path, text: &str) -> Result<Option<Config>, Box<ConfigError>> {
    let toml = |error: toml::de::Error| mistake(path, text, error.span(), error.message());
    let below = |part: Option<Part>| part.and_then(|part| part.metadata).and_then(|metadata| metadata.watertight);
    match path.file_name().and_then(|name| name.to_str()) {
        Some("pyproject.toml") => {
            let file: Python = toml::from_str(text).map_err(toml)?;
            Ok(file.tool.and_then(|tool| tool.watertight))
        }
        Some("Cargo.toml") => {
            let file: Cargo = toml::from_str(text).map_err(toml)?;
            Ok(below(file.workspace).or_else(|| below(file.package)))
        }
        Some("package.json") => {
            let file: Tool = serde_json::from_str(text).map_err(|error| {
                let place = offset(text, error.line(), error.column());
                let message = error.to_string();
                let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
                mistake(path, text, Some(place..place), message)
            })?;
            Ok(file.watertight)
        }
        _ => toml::from_str(text).map(Some).map_err(toml),
    }
}

/// The byte at a line and a column, both from 1, as `serde_json` counts them.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut at = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A mistake with what was probably meant.
fn mistake(path: &Path, text: &str, place: Option<Range<usize>>, message: &str) -> Box<ConfigError> {
    let mut place = place.unwrap_or(0..0);
    let mut remedy = "see the README, or `watertight schema`, for what can be written".to_owned();
    if message.starts_with("unknown field") || message.starts_with("unknown variant") {
        let mut names = message.split('`').skip(1).step_by(2);
        let written = names.next().unwrap_or_default();
        if let Some(near) = nearest(written, names) {
            remedy = format!("did you mean `{near}`?");
        }
        // The place may be that of the whole table, or behind the word.
        let from = text[..place.start].rfind('\n').map_or(0, |at| at + 1);
        place = text[from..].find(written).map_or(place, |at| from + at..from + at + written.len());
    }
    ConfigError::new(path, text, Some(place), message.trim(), remedy)
}
