use super::entry::{Entry, entries, resting};
use super::error::ConfigError;
use super::find::Found;
use super::folder::with_own;
use super::patterns::Patterns;
use super::raw::{Config, FailOn, Level, RuleSettings, Size};
use super::said::Said;
use super::vocabulary::{Wrong, extended};
use crate::finding::{Finding, Problem, ProblemKind};
use crate::rules::{Family, RuleSet, nearest};
use crate::scan::shown::shown;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

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
    /// The names of the rules that stand there.
    pub own: Vec<String>,
    /// What the file says.
    pub said: Said,
    /// Its entries that should fit some file.
    pub entries: Vec<Entry>,
    /// Its entries that can change nothing.
    pub idle: Vec<Wrong>,
    exclude: Patterns,
    include: Option<Patterns>,
    ignores: Vec<(Patterns, Vec<String>)>,
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
            own: Vec::new(),
            said: Said::nothing(),
            entries: Vec::new(),
            idle: Vec::new(),
            exclude: Patterns::default(),
            include: None,
            ignores: Vec::new(),
        }
    }

    /// What a configuration and the command line come to.
    pub(super) fn new(found: &Found, builtin: &RuleSet, over: &Overrides) -> Result<Self, Box<ConfigError>> {
        let config = &found.config;
        let folder = found.path.parent().unwrap_or(Path::new("")).to_path_buf();
        let said = Said::new(&found.path, &found.text);
        let wrong = |wrong: Wrong| {
            let place = said.word(&wrong.word);
            ConfigError::new(&found.path, &found.text, place, wrong.message, wrong.remedy)
        };
        let all = with_own(builtin, config, &folder, &said)?;
        let (known, mut idle) = extended(&all, config).map_err(wrong)?;
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
        let ignores = ignores.collect::<Result<_, Box<ConfigError>>>()?;
        idle.extend(resting(config, &selected(&known, config, &Overrides::default())));
        Ok(Self {
            rules: selected(&known, config, over),
            pedantic: over.pedantic || config.level == Some(Level::Pedantic),
            each: config.rule.clone(),
            force_exclude: over.force_exclude || config.force_exclude,
            fail_on: config.fail_on,
            max_file_size: config.max_file_size.as_ref().map(bytes).transpose().map_err(wrong)?,
            baseline: config.baseline.as_ref().map(|path| inside(&folder, path)).transpose().map_err(wrong)?,
            rules_at: config.rules.as_ref().map(|path| folder.join(path)),
            own: all.iter().filter(|rule| builtin.get(&rule.id).is_none()).map(|rule| rule.id.clone()).collect(),
            exclude: patterns(&config.exclude)?,
            include: if config.include.is_empty() { None } else { Some(patterns(&config.include)?) },
            ignores,
            entries: entries(config),
            idle,
            source: Some(found.path.clone()),
            folder,
            known,
            said,
        })
    }

    /// Whether a file is left out. `path` is as from the folder of the configuration.
    pub fn excludes(&self, path: &Path) -> bool {
        self.exclude.hit(path) || self.include.as_ref().is_some_and(|include| !include.hit(path))
    }

    /// Whether a file is left out only because no `include` speaks for it.
    pub fn is_unlisted(&self, path: &Path) -> bool {
        !self.exclude.hit(path) && self.include.as_ref().is_some_and(|include| !include.hit(path))
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
        let line = self.said.key("baseline").map_or(1, |place| self.said.line(&place));
        let named = path.strip_prefix(&self.folder).unwrap_or(path).display();
        let message = format!("line {line} names the baseline `{named}`, which does not exist, so nothing is accepted");
        let problem = Problem::new(shown(source, cwd), ProblemKind::Missing, message);
        Some(problem.remedied("`watertight baseline` writes it; or take the line out"))
    }

    /// A mistake that shows only when the settings are put to use, at the key that it belongs to.
    pub fn mistake(&self, key: &str, message: &str, remedy: &str) -> Box<ConfigError> {
        let path = self.source.as_deref().unwrap_or(Path::new(""));
        ConfigError::new(path, self.said.text(), self.said.key(key), message, remedy)
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
