use super::flags::Scope;
use crate::rules::{Family, RuleSet};
use crate::scan::config::select::check;
use crate::scan::config::{Choice, ConfigError, Configs, FailOn, Level, Overrides, RuleSettings, Settings};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Reads the configuration that the flags ask for.
pub fn configs(scope: &Scope, family: Option<Family>, known: &RuleSet, cwd: &Path) -> Result<Configs, String> {
    let over = Overrides {
        select: scope.select.clone(),
        ignore: scope.ignore.clone(),
        family,
        pedantic: scope.pedantic,
        force_exclude: scope.force_exclude,
    };
    let choice = match &scope.config {
        Some(file) => Choice::File(file.clone()),
        None if scope.isolated => Choice::Isolated,
        None => Choice::Nearest,
    };
    let configs = Configs::new(cwd, &choice, over.clone(), known.clone()).map_err(told)?;
    check(&over, configs.root())?;
    Ok(configs)
}

/// The rules that the configuration of the working directory knows.
pub fn known(builtin: RuleSet) -> Result<RuleSet, String> {
    let cwd = std::env::current_dir().unwrap_or_default();
    let configs = Configs::new(&cwd, &Choice::Nearest, Overrides::default(), builtin).map_err(told)?;
    Ok(configs.root().known.clone())
}

/// A mistake with its place, as miette shows it.
#[allow(clippy::boxed_local, reason = "it comes in a box because it is large")]
pub fn told(error: Box<ConfigError>) -> String {
    format!("{:?}", miette::Report::new(*error))
}

/// The settings as `--show-settings` writes them.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shown<'a> {
    source: Option<String>,
    select: Vec<&'a str>,
    level: Level,
    fail_on: FailOn,
    max_file_size: u64,
    force_exclude: bool,
    baseline: Option<String>,
    rule: &'a BTreeMap<String, RuleSettings>,
}

/// What the settings of the working directory come to, as TOML.
pub fn show(settings: &Settings, fail_on: FailOn, max_file_size: u64) -> Result<String, String> {
    let shown = Shown {
        source: settings.source.as_ref().map(|path| path.display().to_string()),
        select: settings.rules.iter().map(|rule| rule.id.as_str()).collect(),
        level: if settings.pedantic { Level::Pedantic } else { Level::Default },
        fail_on,
        max_file_size,
        force_exclude: settings.force_exclude,
        baseline: settings.baseline.as_ref().map(|path| path.display().to_string()),
        rule: &settings.each,
    };
    let text = toml::to_string_pretty(&shown).map_err(|error| error.to_string())?;
    let source = if settings.source.is_some() { "" } else { "# no configuration file rules this folder\n" };
    Ok(format!("{source}{text}"))
}
