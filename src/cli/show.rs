//! What `--show-settings` writes: everything that rules a folder, and where each of it comes from.

use super::flags::Flags;
use super::look::{baseline_at, largest};
use super::settings::told;
use crate::rules::Family;
use crate::scan::config::{Configs, FailOn, Level, Settings};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use toml::Value;

/// What the settings come to for the first path that is named, as TOML, with the origin of each behind it.
pub fn show(flags: &Flags, family: Option<Family>, fail_on: FailOn, configs: &mut Configs, cwd: &Path) -> Result<String, String> {
    if let Some(path) = flags.scope.paths.iter().find(|path| !cwd.join(path).exists()) {
        return Err(format!("`{}` does not exist; check the spelling and the working directory", path.display()));
    }
    let folder = folder(flags, cwd);
    let place = configs.at(&folder).map_err(told)?;
    let configs = &*configs;
    let page = Page { flags, family, cwd, settings: &configs.all()[place], root: configs.root() };
    let mut text = String::new();
    let source = page.settings.source.as_ref();
    match source {
        Some(file) => {
            let from = if flags.scope.config.is_some() { "--config" } else { "the nearest configuration" };
            line(&mut text, "source", path(file), from);
        }
        None => writeln!(text, "# no configuration file rules this folder").expect("a String can be written"),
    }
    line(&mut text, "folder", path(&folder), "what is ruled");
    page.rules(&mut text);
    page.files(&mut text);
    page.run(&mut text, fail_on, largest(&flags.scope, configs), baseline_at(&flags.scope, configs, cwd));
    page.tables(&mut text)?;
    Ok(text)
}

struct Page<'a> {
    flags: &'a Flags,
    family: Option<Family>,
    cwd: &'a Path,
    settings: &'a Settings,
    /// Those of the working directory, which hold for the run as a whole.
    root: &'a Settings,
}

impl Page<'_> {
    fn rules(&self, text: &mut String) {
        let own = self.settings;
        let scope = &self.flags.scope;
        let ids = own.rules.iter().map(|rule| rule.id.as_str());
        let by_command = self.family.map(|family| format!("the command looks for {} only", family.name()));
        let said = |key: &str, given: &[String]| if given.is_empty() { self.said(own, key) } else { Some(format!("--{key}")) };
        let left = self.said(own, "ignore").filter(|_| scope.select.is_empty());
        let given = (!scope.ignore.is_empty()).then(|| "--ignore".to_owned());
        let from = [by_command, said("select", &scope.select), left, given].into_iter().flatten().collect::<Vec<_>>();
        line(text, "select", list(ids), &or_default(from.join(", ")));
        let level = if own.pedantic { Level::Pedantic } else { Level::Default };
        line(text, "level", word(&level), &self.from(own, "level", scope.pedantic.then_some("--pedantic")));
        if let Some(folder) = &own.rules_at {
            line(text, "rules", path(folder), &self.from(own, "rules", None));
            line(text, "own-rules", list(own.own.iter().map(String::as_str)), "the rules that stand there");
        }
    }

    fn files(&self, text: &mut String) {
        let own = self.settings;
        let table = own.said.table();
        for key in ["exclude", "include"] {
            let value = table.get(key).cloned().unwrap_or(Value::Array(Vec::new()));
            line(text, key, value, &self.from(own, key, None));
        }
        let flag = self.flags.scope.force_exclude.then_some("--force-exclude");
        line(text, "force-exclude", own.force_exclude, &self.from(own, "force-exclude", flag));
    }

    fn run(&self, text: &mut String, fail_on: FailOn, largest: u64, baseline: Option<PathBuf>) {
        let (root, scope) = (self.root, &self.flags.scope);
        line(text, "fail-on", word(&fail_on), &self.from(root, "fail-on", self.flags.fail_on.and(Some("--fail-on"))));
        let size = Value::Integer(largest.try_into().unwrap_or(i64::MAX));
        line(text, "max-file-size", size, &self.from(root, "max-file-size", scope.max_file_size.and(Some("--max-file-size"))));
        if let Some(file) = baseline {
            let from = self.said(root, "baseline").unwrap_or_else(|| "found here or above".to_owned());
            line(text, "baseline", path(&file), if scope.baseline.is_some() { "--baseline" } else { &from });
        }
    }

    /// The tables, as they are written.
    fn tables(&self, text: &mut String) -> Result<(), String> {
        for (key, value) in self.settings.said.table() {
            let is_list = value.as_array().is_some_and(|list| list.iter().any(Value::is_table));
            if value.is_table() || is_list {
                let from = self.from(self.settings, &key, None);
                let table = toml::Table::from_iter([(key, value)]);
                let table = toml::to_string(&table).map_err(|error| error.to_string())?;
                write!(text, "\n# {from}\n{}\n", table.trim_end()).expect("a String can be written");
            }
        }
        Ok(())
    }

    /// Where a setting comes from: a flag that was given, a line of the configuration, or nowhere.
    fn from(&self, settings: &Settings, key: &str, flag: Option<&str>) -> String {
        or_default(flag.map(str::to_owned).or_else(|| self.said(settings, key)).unwrap_or_default())
    }

    fn said(&self, settings: &Settings, key: &str) -> Option<String> {
        let file = settings.source.as_deref()?;
        let said = &settings.said;
        said.table().get(key)?;
        let line = said.key(key).map_or(1, |place| said.line(&place));
        Some(format!("{}:{line}", file.strip_prefix(self.cwd).unwrap_or(file).display()))
    }
}

/// The folder whose settings are asked for.
fn folder(flags: &Flags, cwd: &Path) -> PathBuf {
    let named = flags.scope.paths.first().map_or_else(|| cwd.to_path_buf(), |path| cwd.join(path));
    let whole = named.canonicalize().unwrap_or(named);
    if whole.is_dir() { whole } else { whole.parent().unwrap_or(cwd).to_path_buf() }
}

fn line(text: &mut String, key: &str, value: impl Into<Value>, from: &str) {
    let value = value.into();
    writeln!(text, "{key} = {value}  # {from}").expect("a String can be written");
}

fn or_default(from: String) -> String {
    if from.is_empty() { "default".to_owned() } else { from }
}

fn path(path: &Path) -> Value {
    path.display().to_string().into()
}

fn list<'a>(words: impl Iterator<Item = &'a str>) -> Value {
    Value::Array(words.map(Value::from).collect())
}

/// A value that is written as a word.
fn word(value: &impl serde::Serialize) -> Value {
    Value::try_from(value).unwrap_or_else(|_| Value::from(""))
}
