//! A folder whose files change while it is looked at, as under an editor's hands: what its files say to each other is kept,
//! and a change costs what the changed file costs.
//!
//! What is found is what a run over the folder finds, with the texts of the open documents in the place of what stands on the
//! disk.

mod follow;
mod look;
mod offer;
mod threads;

pub use follow::{Followed, is_ruling};
pub use look::{Held, Look, State};
pub use offer::Silences;

use super::config::{Choice, ConfigError, Configs, Overrides};
use super::guard::guarded;
use super::pipeline::text;
use super::walk::{Candidate, walk};
use super::wider::{root, searched, wider};
use super::{Analyzer, Baseline, Options, Progress, is_test, nearby, settle};
use crate::checks::{Document, Each, in_turn};
use crate::index::{Outline, Project};
use crate::rules::{RuleSet, Verbs};
use follow::{Stamp, stamp};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use threads::pooled;

/// How a folder is looked at.
#[derive(Clone, Debug)]
pub struct Manner {
    /// The built-in rules.
    pub rules: RuleSet,
    /// Where the settings come from.
    pub choice: Choice,
    /// What goes before them.
    pub over: Overrides,
    /// Larger files are not read, unless the settings say otherwise.
    pub max_file_size: u64,
    /// Whether only what is open counts, and the folder is not read: for files that belong to no project.
    pub lone: bool,
    /// What makes an analyzer, which says what is source.
    pub build: fn(&RuleSet) -> Box<dyn Analyzer>,
}

/// Why a folder cannot be looked at.
#[derive(Debug)]
pub enum Refused {
    /// Its settings are wrong.
    Config(Box<ConfigError>),
    /// Something else, in words.
    Other(String),
    /// Nobody wants to know any more.
    Stopped,
}

impl From<Box<ConfigError>> for Refused {
    fn from(error: Box<ConfigError>) -> Self {
        Self::Config(error)
    }
}

/// A folder with what is known of its files.
pub struct Workspace {
    folder: PathBuf,
    lone: bool,
    configs: Configs,
    options: Options,
    /// The rules and their releasing verbs, for each of the settings.
    engines: Vec<(RuleSet, Verbs)>,
    analyzer: Box<dyn Analyzer>,
    candidates: FxHashMap<PathBuf, Candidate>,
    project: Project,
    baseline: Option<Baseline>,
    /// The names for which the files around the folder were read; none where nothing is around it.
    asked: Option<FxHashSet<String>>,
    /// Whether other names are asked about by now.
    outdated: bool,
    open: FxHashMap<PathBuf, Held>,
    /// Files that exist and are left out by every walk.
    foreign: FxHashSet<PathBuf>,
    /// When the files that are known were written.
    stamps: FxHashMap<PathBuf, Stamp>,
    /// The same for the files by which the folder is ruled.
    ruling: Vec<(PathBuf, Option<Stamp>)>,
}

impl Workspace {
    /// Reads a folder: its settings, its files, and what those say to each other.
    ///
    /// # Errors
    /// Settings that cannot be used, or `stop`.
    pub fn open(folder: &Path, manner: Manner, progress: Progress<'_>, stop: Stop<'_>) -> Result<Self, Refused> {
        let configs = Configs::new(folder, &manner.choice, manner.over, manner.rules)?;
        let analyzer = (manner.build)(&configs.root().rules);
        let max_file_size = configs.root().max_file_size.unwrap_or(manner.max_file_size);
        let baseline = configs.root().baseline.clone().or_else(|| nearby(folder));
        let baseline = baseline.map(|path| Baseline::read(&path)).transpose().map_err(Refused::Other)?;
        let mut workspace = Self {
            folder: folder.to_path_buf(),
            lone: manner.lone,
            configs,
            options: Options { settings: Vec::new(), threads: None, max_file_size },
            engines: Vec::new(),
            analyzer,
            candidates: FxHashMap::default(),
            project: Project::default(),
            baseline,
            asked: (!manner.lone && searched(&[folder.to_path_buf()])).then(FxHashSet::default),
            outdated: false,
            open: FxHashMap::default(),
            foreign: FxHashSet::default(),
            stamps: FxHashMap::default(),
            ruling: Vec::new(),
        };
        let found = workspace.found()?;
        workspace.ruling = workspace.rulers();
        workspace.stamps = found.iter().filter_map(|one| Some((one.path.clone(), stamp(&one.path)?))).collect();
        let outlines = workspace.outlines(&found, progress, stop);
        if stop() {
            return Err(Refused::Stopped);
        }
        workspace.project = Project::new(outlines);
        workspace.candidates = found.into_iter().map(|candidate| (candidate.path.clone(), candidate)).collect();
        workspace.widen();
        Ok(workspace)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// How many of its files are known.
    pub fn len(&self) -> usize {
        self.candidates.len()
    }

    /// Whether no file is known.
    pub fn is_empty(&self) -> bool {
        self.candidates.is_empty()
    }

    /// Every rule that is known in it.
    pub fn known(&self) -> &RuleSet {
        &self.configs.root().known
    }

    /// Walks the folder, and sees to it that there are rules for whatever settings the files have.
    fn found(&mut self) -> Result<Vec<Candidate>, Refused> {
        if self.lone {
            self.furnish();
            return Ok(Vec::new());
        }
        let mut walked = walk(std::slice::from_ref(&self.folder), &self.folder, self.analyzer.as_ref(), 0);
        settle(&mut walked, &mut self.configs)?;
        self.furnish();
        Ok(walked.candidates)
    }

    fn furnish(&mut self) {
        self.options.settings = self.configs.all().to_vec();
        let engine = |rules: &RuleSet| (rules.clone(), rules.letting_go());
        self.engines = self.options.settings.iter().map(|settings| engine(&settings.rules)).collect();
    }

    /// What files say to the project, as they stand on the disk.
    fn outlines(&self, candidates: &[Candidate], progress: Progress<'_>, stop: Stop<'_>) -> Vec<Outline> {
        let done = AtomicUsize::new(0);
        pooled(|| {
            let each = candidates.par_iter().with_max_len(16).filter_map(|candidate| {
                let outline = if stop() { None } else { self.outline(candidate, stop) };
                progress(done.fetch_add(1, Ordering::Relaxed) + 1, candidates.len());
                outline
            });
            each.collect()
        })
    }

    fn outline(&self, candidate: &Candidate, stop: Stop<'_>) -> Option<Outline> {
        let (text, _) = text(candidate, self.analyzer.as_ref(), &self.options).ok()?;
        let read = || {
            let document = Document::read(&candidate.shown, &text, None, &|| stop())?;
            Some(self.outlined(candidate, &document, &in_turn))
        };
        guarded(read).ok()?
    }

    fn outlined(&self, candidate: &Candidate, document: &Document, each: Each<'_>) -> Outline {
        let (rules, verbs) = &self.engines[candidate.settings];
        document.outline(is_test(&candidate.own), rules, verbs, self.asked.is_some().then_some(each))
    }

    /// Reads the files around the folder for what the files in it ask about, unless that was done; whether it changed
    /// anything.
    pub fn widen(&mut self) -> bool {
        let Some(before) = &self.asked else { return false };
        let asked: FxHashSet<String> = self.project.outlines().iter().flat_map(|outline| outline.asked.clone()).collect();
        self.outdated = false;
        if asked.is_subset(before) {
            return false;
        }
        let paths = std::slice::from_ref(&self.folder);
        let inside = self.project.outlines().iter().filter(|outline| self.holds(outline)).cloned();
        let mut outlines: Vec<Outline> = inside.collect();
        let around = pooled(|| wider(paths, &self.folder, &outlines, self.analyzer.as_ref(), &self.options));
        outlines.extend(around);
        self.project = Project::new(outlines);
        self.asked = Some(asked);
        true
    }

    /// Whether an outline is that of a file of the folder, and not of one around it.
    fn holds(&self, outline: &Outline) -> bool {
        self.candidates.contains_key(&self.folder.join(&outline.path))
    }
}

/// The folder of the project that a file belongs to, which is its repository or else its package; none where the file stands
/// alone.
pub fn home(path: &Path) -> Option<PathBuf> {
    root(path.parent()?)
}

/// Whether a piece of work is to be given up.
pub type Stop<'a> = &'a (dyn Fn() -> bool + Sync);
