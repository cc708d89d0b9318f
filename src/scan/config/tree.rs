use super::error::ConfigError;
use super::find::{Found, inside, named};
use super::settings::{Overrides, Settings};
use crate::rules::RuleSet;
use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};

/// Where the settings come from.
#[derive(Clone, Debug)]
pub enum Choice {
    /// From the nearest configuration.
    Nearest,
    /// From this file alone.
    File(PathBuf),
    /// From the command line alone.
    Isolated,
}

/// The configurations of a run; each is read once.
#[derive(Debug)]
pub struct Configs {
    builtin: RuleSet,
    over: Overrides,
    /// Whether one configuration rules all files.
    fixed: bool,
    all: Vec<Settings>,
    /// The place in `all` for each folder that was asked for; the first is that of the working directory.
    folders: FxHashMap<PathBuf, usize>,
}

impl Configs {
    /// The settings of the working directory.
    ///
    /// # Errors
    /// A configuration that cannot be used.
    pub fn new(cwd: &Path, choice: &Choice, over: Overrides, builtin: RuleSet) -> Result<Self, Box<ConfigError>> {
        let fixed = !matches!(choice, Choice::Nearest);
        let mut configs = Self { builtin, over, fixed, all: Vec::new(), folders: FxHashMap::default() };
        match choice {
            Choice::File(path) => {
                let mut found = named(path)?;
                // Patterns are relative to the folder, so it has to be known whole.
                found.path = path.canonicalize().unwrap_or(found.path);
                configs.read(&found)?;
            }
            Choice::Isolated => configs.all.push(configs.bare(cwd)),
            Choice::Nearest => {
                let place = configs.at(cwd)?;
                debug_assert_eq!(place, 0, "the first that is asked for is the first");
            }
        }
        Ok(configs)
    }

    /// All settings, those of the working directory first.
    pub fn all(&self) -> &[Settings] {
        &self.all
    }

    /// The settings of the working directory, which hold for the run as a whole.
    pub fn root(&self) -> &Settings {
        &self.all[0]
    }

    /// The place in [`Configs::all`] of the settings that rule the files in a folder.
    ///
    /// # Errors
    /// A configuration that cannot be used.
    pub fn at(&mut self, folder: &Path) -> Result<usize, Box<ConfigError>> {
        if self.fixed {
            return Ok(0);
        }
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
        let mut asked = Vec::new();
        let mut place = None;
        for above in folder.ancestors() {
            place = self.folders.get(above).copied();
            if place.is_none() {
                asked.push(above.to_path_buf());
                place = inside(above)?.map(|found| self.read(&found)).transpose()?;
            }
            if place.is_some() {
                break;
            }
        }
        let place = place.unwrap_or_else(|| {
            let bare = self.bare(&folder);
            self.all.push(bare);
            self.all.len() - 1
        });
        self.folders.extend(asked.into_iter().map(|folder| (folder, place)));
        Ok(place)
    }

    fn read(&mut self, found: &Found) -> Result<usize, Box<ConfigError>> {
        self.all.push(Settings::new(found, &self.builtin, &self.over)?);
        Ok(self.all.len() - 1)
    }

    /// The settings where there is no configuration.
    fn bare(&self, folder: &Path) -> Settings {
        let over = &self.over;
        let rules = self.builtin.filtered(|rule| {
            over.family.is_none_or(|family| rule.family == family)
                && (over.select.is_empty() || over.select.contains(&rule.id))
                && !over.ignore.contains(&rule.id)
        });
        let mut settings = Settings::bare(rules, self.builtin.clone(), over.pedantic);
        settings.folder = folder.to_path_buf();
        settings
    }
}
