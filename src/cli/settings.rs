use super::flags::Scope;
use crate::rules::{Family, RuleSet};
use crate::scan::config::select::check;
use crate::scan::config::{Choice, ConfigError, Configs, Overrides};
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
