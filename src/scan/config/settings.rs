use super::error::ConfigError;
use super::find::Found;
use super::patterns::Patterns;
use super::raw::{Config, FailOn, Level, RuleSettings, Size};
use super::vocabulary::{Wrong, extended};
use crate::finding::{Finding, Problem, ProblemKind};
use crate::rules::{Family, RuleSet, nearest, parse};
use crate::scan::shown::shown;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// What the command line says, which goes before any configuration.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// Use only these rules, whatever a configuration selects or leaves out.
    pub select: Vec<String>,
    /// Leave these out as well.
    pub ignore: Vec<String>,
    /// The command's own family of rules.
    pub family: Option<Family>,
    /// Show every finding.
    pub pedantic: bool,
    /// Leave excluded files out even if they are named.
    pub force_exclude: bool,
}

/// What one configuration comes to.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The file it was read from; none where there is no configuration.
    pub source: Option<PathBuf>,
    /// The folder to which its patterns and paths are relative.
    pub folder: PathBuf,
    /// The rules of the run.
    pub rules: RuleSet,
    /// Every rule there is, so that a suppression of a rule outside the run is not called unused.
    pub known: RuleSet,
    /// Whether findings below the default confidence are shown.
    pub pedantic: bool,
    /// What is set for single rules.
    pub each: BTreeMap<String, RuleSettings>,
    /// Whether excluded files are left out even if they are named.
    pub force_exclude: bool,
    /// The lowest severity that fails a run.
    pub fail_on: Option<FailOn>,
    /// Larger files are not read.
    pub max_file_size: Option<u64>,
    /// The file with the accepted findings.
    pub baseline: Option<PathBuf>,
    /// The folder with the user's own rules.
    pub rules_at: Option<PathBuf>,
    exclude: Patterns,
    include: Option<Patterns>,
    ignores: Vec<(Patterns, Vec<String>)>,
    /// The text of the file, to show places in it.
    text: Arc<str>,
}

impl Settings {
    /// The settings without any configuration.
    pub fn bare(rules: RuleSet, known: RuleSet, pedantic: bool) -> Self {
        Self {
            source: None,
            folder: PathBuf::new(),
            rules,
            known,
            pedantic,
            each: BTreeMap::new(),
            force_exclude: false,
            fail_on: None,
            max_file_size: None,
            baseline: None,
            rules_at: None,
            exclude: Patterns::default(),
            include: None,
            ignores: Vec::new(),
            text: Arc::from(""),
        }
    }

    /// What a configuration and the command line come to.
    pub(super) fn new(found: &Found, builtin: &RuleSet, over: &Overrides) -> Result<Self, Box<ConfigError>> {
        let config = &found.config;
        let folder = found.path.parent().unwrap_or(Path::new("")).to_path_buf();
        let wrong = |wrong: Wrong| {
            let place = quoted(&found.text, &wrong.word);
            ConfigError::new(&found.path, &found.text, place, wrong.message, wrong.remedy)
        };
        let all = with_own(builtin, config, &folder, found)?;
        let known = extended(&all, config).map_err(wrong)?;
        let ids = config.select.iter().flatten().chain(&config.ignore).chain(config.rule.keys());
        let ids = ids.chain(config.per_file_ignores.values().flatten().filter(|id| *id != ALL));
        for id in ids {
            if known.get(id).is_none() {
                return Err(wrong(unknown(id, &known)));
            }
        }
        let patterns = |patterns: &[String]| Patterns::new(patterns.iter().map(String::as_str)).map_err(wrong);
        let ignores = config.per_file_ignores.iter();
        let ignores = ignores.map(|(pattern, rules)| Ok((patterns(std::slice::from_ref(pattern))?, rules.clone())));
        Ok(Self {
            rules: selected(&known, config, over),
            pedantic: over.pedantic || config.level == Some(Level::Pedantic),
            each: config.rule.clone(),
            force_exclude: over.force_exclude || config.force_exclude,
            fail_on: config.fail_on,
            max_file_size: config.max_file_size.as_ref().map(bytes).transpose().map_err(wrong)?,
            baseline: config.baseline.as_ref().map(|path| inside(&folder, path)).transpose().map_err(wrong)?,
            rules_at: config.rules.as_ref().map(|path| folder.join(path)),
            exclude: patterns(&config.exclude)?,
            include: if config.include.is_empty() { None } else { Some(patterns(&config.include)?) },
            ignores: ignores.collect::<Result<_, Box<ConfigError>>>()?,
            source: Some(found.path.clone()),
            folder,
            known,
            text: Arc::from(found.text.as_str()),
        })
    }

    /// Whether a file is left out. `path` is as from the folder of the configuration.
    pub fn excludes(&self, path: &Path) -> bool {
        self.exclude.hit(path) || self.include.as_ref().is_some_and(|include| !include.hit(path))
    }

    /// The rules that are left out in a file.
    pub fn ignored(&self, path: &Path) -> Vec<String> {
        let lists = self.ignores.iter().filter(|(patterns, _)| patterns.hit(path)).map(|(_, rules)| rules);
        lists.flatten().cloned().collect()
    }

    /// Whether files are left out because nothing speaks for them.
    pub fn includes_some(&self) -> bool {
        self.include.is_some()
    }

    /// What is to be said of a baseline that the configuration names and that nobody has written: it accepts nothing.
    pub fn absent_baseline(&self, cwd: &Path) -> Option<Problem> {
        let path = self.baseline.as_ref().filter(|path| !path.exists())?;
        let source = self.source.as_deref()?;
        let line = quoted_key(&self.text, "baseline").map_or(1, |at| self.text[..at].matches('\n').count() + 1);
        let named = path.strip_prefix(&self.folder).unwrap_or(path).display();
        let message = format!("line {line} names the baseline `{named}`, which does not exist, so nothing is accepted");
        let problem = Problem::new(shown(source, cwd), ProblemKind::Missing, message);
        Some(problem.remedied("`watertight baseline` writes it; or take the line out"))
    }

    /// A mistake that shows only when the settings are put to use, at the key that it belongs to.
    pub fn mistake(&self, key: &str, message: &str, remedy: &str) -> Box<ConfigError> {
        let path = self.source.as_deref().unwrap_or(Path::new(""));
        let place = quoted_key(&self.text, key).map(|at| at..at + key.len());
        ConfigError::new(path, &self.text, place, message, remedy)
    }

    /// Gives a finding the severity that is set for its rule.
    pub fn adjust(&self, finding: &mut Finding) {
        if let Some(severity) = self.each.get(&finding.rule).and_then(|own| own.severity) {
            finding.severity = severity;
        }
    }

    /// Whether every finding of a rule is shown, however unsure.
    pub fn shows_all(&self, rule: &str) -> bool {
        let own = self.each.get(rule).and_then(|own| own.level);
        own.map_or(self.pedantic, |level| level == Level::Pedantic)
    }
}

/// The word that stands for every rule.
const ALL: &str = "all";

/// Whether a list of rules to leave out holds a rule.
pub fn leaves_out(list: &[String], rule: &str) -> bool {
    list.iter().any(|id| id == rule || id == ALL)
}

/// The names of all rules, in a row.
pub(super) fn names(known: &RuleSet) -> String {
    known.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>().join(", ")
}

/// A name that is no rule, with the one that may have been meant.
pub(super) fn unknown(id: &str, known: &RuleSet) -> Wrong {
    let remedy = match nearest(id, known.iter().map(|rule| rule.id.as_str())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the rules are {}", names(known)),
    };
    Wrong { word: id.to_owned(), message: format!("there is no rule `{id}`"), remedy }
}

/// Those of the command's family, as the command line or else the configuration selects.
fn selected(known: &RuleSet, config: &Config, over: &Overrides) -> RuleSet {
    let named = |list: &[String], id: &str| list.iter().any(|name| name == id);
    known.filtered(|rule| {
        let wanted = if over.select.is_empty() {
            config.select.as_ref().is_none_or(|list| named(list, &rule.id)) && !named(&config.ignore, &rule.id)
        } else {
            named(&over.select, &rule.id)
        };
        wanted && over.family.is_none_or(|family| rule.family == family) && !named(&over.ignore, &rule.id)
    })
}

/// The rules with those of the user's own folder.
fn with_own(builtin: &RuleSet, config: &Config, folder: &Path, found: &Found) -> Result<RuleSet, Box<ConfigError>> {
    let Some(own) = &config.rules else { return Ok(builtin.clone()) };
    let refuse = |message: String, remedy: &str| {
        let place = quoted(&found.text, &own.to_string_lossy());
        ConfigError::new(&found.path, &found.text, place, message, remedy)
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
        if builtin.get(&rule.id).is_some() || rules.iter().any(|other: &crate::rules::Rule| other.id == rule.id) {
            let place = quoted(&text, &rule.id);
            let message = format!("there is already a rule `{}`", rule.id);
            return Err(ConfigError::new(&path, &text, place, message, "choose another id"));
        }
        rules.push(rule);
    }
    Ok(builtin.with(rules))
}

fn bytes(size: &Size) -> Result<u64, Wrong> {
    let text = match size {
        Size::Bytes(bytes) => bytes.to_string(),
        Size::Text(text) => text.clone(),
    };
    crate::scan::size(&text).map_err(|message| Wrong { word: text, message, remedy: "write a size as `4M`".to_owned() })
}

/// A file below the folder: a configuration that came with foreign code must not make this program write elsewhere.
fn inside(folder: &Path, path: &Path) -> Result<PathBuf, Wrong> {
    if path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Ok(folder.join(path));
    }
    let message = "the baseline must lie below the folder of the configuration".to_owned();
    Err(Wrong {
        word: path.to_string_lossy().into_owned(),
        message,
        remedy: "name it by a relative path without `..`".to_owned(),
    })
}

/// Where a word stands, as a string or as a key.
fn quoted(text: &str, word: &str) -> Option<std::ops::Range<usize>> {
    let marked = |quote: &char| text.find(&format!("{quote}{word}{quote}"));
    let in_quotes = ['"', '\''].iter().find_map(marked);
    if word.is_empty() {
        return in_quotes.map(|at| at..at + 2);
    }
    let at = in_quotes.map(|at| at + 1).or_else(|| text.find(word))?;
    Some(at..at + word.len())
}

/// Where a key stands at the start of a line of TOML, or in quotes.
fn quoted_key(text: &str, key: &str) -> Option<usize> {
    let starts =
        |at: usize| text[..at].chars().next_back().is_none_or(|before| matches!(before, '\n' | '"' | '\'' | ' ' | '\t' | '.'));
    let ends = |at: usize| text[at..].trim_start_matches(['"', '\'']).trim_start().starts_with(['=', ':']);
    text.match_indices(key).map(|(at, _)| at).find(|at| starts(*at) && ends(at + key.len()))
}
