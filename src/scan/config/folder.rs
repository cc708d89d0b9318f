use super::error::ConfigError;
use super::raw::Config;
use super::said::Said;
use crate::rules::{Rule, RuleSet, parse};
use std::fs;
use std::path::{Path, PathBuf};

/// The rules with those of the user's own folder.
pub fn with_own(builtin: &RuleSet, config: &Config, folder: &Path, said: &Said) -> Result<RuleSet, Box<ConfigError>> {
    let Some(own) = &config.rules else { return Ok(builtin.clone()) };
    let refuse = |message: String, remedy: &str| {
        ConfigError::new(said.path(), said.text(), said.word(&own.to_string_lossy()), message, remedy)
    };
    let at = folder.join(own);
    let listing = fs::read_dir(&at).map_err(|error| {
        refuse(
            format!("the folder `{}` with your rules could not be read: {error}", at.display()),
            "check the path; it is relative to this file",
        )
    })?;
    let mut files: Vec<PathBuf> = listing.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let mut rules = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path).map_err(|error| {
            refuse(format!("the rule `{}` could not be read: {error}", path.display()), "check the permissions")
        })?;
        let rule = parse(&path.to_string_lossy(), &text)?;
        if builtin.get(&rule.id).is_some() || rules.iter().any(|other: &Rule| other.id == rule.id) {
            let place = Said::new(&path, &text).word(&rule.id);
            let message = format!("there is already a rule `{}`", rule.id);
            return Err(ConfigError::new(&path, &text, place, message, "choose another id"));
        }
        rules.push(rule);
    }
    Ok(builtin.with(rules))
}
