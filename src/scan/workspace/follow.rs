use super::{Refused, State, Stop, Workspace};
use crate::scan::BASELINE;
use crate::scan::config::NAMES;
use crate::scan::settle;
use crate::scan::shown::shown;
use crate::scan::walk::{Candidate, Walked};
use rustc_hash::FxHashSet;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What tells whether a file changed: when it was written, and its length.
pub type Stamp = (SystemTime, u64);

pub(super) fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = path.metadata().ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

/// What files of the disk that changed come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Followed {
    /// Nothing that matters.
    Same,
    /// Open documents may have to be judged again.
    Spread,
    /// The folder has to be read anew, because what rules it has changed.
    Anew,
}

impl Workspace {
    /// Takes note of files that were changed, made or deleted on the disk. Open documents are as the editor has them.
    ///
    /// # Errors
    /// Settings that cannot be used.
    pub fn follow(&mut self, paths: &[PathBuf], stop: Stop<'_>) -> Result<Followed, Refused> {
        if paths.iter().any(|path| self.is_ruled_by(path)) {
            return Ok(Followed::Anew);
        }
        if paths.iter().any(|path| !path.starts_with(&self.folder)) && self.asked.is_some() {
            // What lies around is read as a whole, or not at all.
            self.asked = Some(FxHashSet::default());
            self.outdated = true;
        }
        let (there, gone): (Vec<&PathBuf>, Vec<&PathBuf>) = paths.iter().partition(|path| path.exists());
        let lost = |path: &Path| gone.iter().any(|gone| path.starts_with(gone)) && !self.open.contains_key(path);
        let lost: Vec<PathBuf> = self.candidates.keys().filter(|path| lost(path)).cloned().collect();
        let mut touched: Vec<Candidate> = Vec::new();
        let mut unknown = false;
        for path in there.into_iter().filter(|path| !self.open.contains_key(*path)) {
            match self.candidates.get(path) {
                Some(candidate) => touched.push(candidate.clone()),
                None => unknown |= path.is_dir() || self.may_hold(path),
            }
        }
        if unknown {
            let known = std::mem::take(&mut self.candidates);
            let found = self.found()?;
            touched.extend(found.iter().filter(|candidate| !known.contains_key(&candidate.path)).cloned());
            self.candidates = known;
            self.foreign.clear();
        }
        self.take(touched, &lost, stop)
    }

    /// Reads what the folder holds now, where nobody tells which files changed.
    ///
    /// # Errors
    /// Settings that cannot be used.
    pub fn refresh(&mut self, stop: Stop<'_>) -> Result<Followed, Refused> {
        if self.ruling != self.rulers() {
            return Ok(Followed::Anew);
        }
        let found = self.found()?;
        let there: FxHashSet<&PathBuf> = found.iter().map(|candidate| &candidate.path).collect();
        let lost = self.candidates.keys().filter(|path| !there.contains(path) && !self.open.contains_key(*path));
        let lost: Vec<PathBuf> = lost.cloned().collect();
        let changed = |path: &PathBuf| !self.open.contains_key(path) && self.stamps.get(path) != stamp(path).as_ref();
        let touched = found.into_iter().filter(|candidate| changed(&candidate.path)).collect();
        self.take(touched, &lost, stop)
    }

    /// Reads files of the disk anew, and forgets others.
    fn take(&mut self, touched: Vec<Candidate>, lost: &[PathBuf], stop: Stop<'_>) -> Result<Followed, Refused> {
        let outlines = self.outlines(&touched, &|_, _| {}, stop);
        if stop() {
            return Err(Refused::Stopped);
        }
        let mut gone = FxHashSet::default();
        for path in lost {
            gone.extend(self.candidates.remove(path).map(|candidate| candidate.shown));
        }
        self.stamps.extend(touched.iter().filter_map(|candidate| Some((candidate.path.clone(), stamp(&candidate.path)?))));
        // A file that cannot be read any more says nothing any more.
        let said: FxHashSet<&str> = outlines.iter().map(|outline| outline.path.as_str()).collect();
        gone.extend(touched.iter().map(|candidate| &candidate.shown).filter(|path| !said.contains(path.as_str())).cloned());
        self.candidates.extend(touched.into_iter().map(|candidate| (candidate.path.clone(), candidate)));
        let new = outlines.iter().any(|outline| !self.project.knows(&outline.path));
        gone.retain(|path| self.project.knows(path));
        let mut changed = new || !gone.is_empty();
        if changed {
            self.project.change(outlines, &gone);
        } else {
            for outline in outlines {
                changed |= self.project.update(outline);
            }
        }
        self.outdated |= changed;
        Ok(if changed { Followed::Spread } else { Followed::Same })
    }

    /// Forgets that a document is open: from now on it is as it stands on the disk.
    ///
    /// # Errors
    /// Settings that cannot be used.
    pub fn close(&mut self, path: &Path, stop: Stop<'_>) -> Result<Followed, Refused> {
        self.open.remove(path);
        self.follow(&[path.to_path_buf()], stop)
    }

    /// Whether the folder has this file, as far as its place and its name tell.
    pub fn may_hold(&self, path: &Path) -> bool {
        path.starts_with(&self.folder) && (self.analyzer.handles(path) || path.extension().is_none())
    }

    /// The documents that are open.
    pub fn opened(&self) -> impl Iterator<Item = &Path> {
        self.open.keys().map(PathBuf::as_path)
    }

    /// Whether files around the folder should be read for names that were not asked about before.
    pub fn is_outdated(&self) -> bool {
        self.asked.is_some() && self.outdated
    }

    /// Sees to it that a document that is looked at is a candidate, if it may be one.
    pub(super) fn admit(&mut self, path: &Path) -> State {
        if self.candidates.contains_key(path) {
            return State::Known;
        }
        if !self.may_hold(path) || self.foreign.contains(path) {
            return State::Foreign;
        }
        let found = if path.exists() && !self.lone { self.found_at(path) } else { self.imagined(path) };
        if let Some(candidate) = found {
            self.candidates.insert(path.to_path_buf(), candidate);
            return State::Known;
        }
        self.foreign.insert(path.to_path_buf());
        State::Foreign
    }

    /// The candidate of a file on the disk, if a walk finds it.
    fn found_at(&mut self, path: &Path) -> Option<Candidate> {
        self.found().ok()?.into_iter().find(|candidate| candidate.path == path)
    }

    /// The candidate of a file that was not saved yet.
    fn imagined(&mut self, path: &Path) -> Option<Candidate> {
        if !self.analyzer.handles(path) {
            return None;
        }
        let candidate = Candidate::known(path.to_path_buf(), shown(path, &self.folder));
        let mut walked = Walked { candidates: vec![candidate], ..Walked::default() };
        settle(&mut walked, &mut self.configs).ok()?;
        self.furnish();
        walked.candidates.pop()
    }

    /// The files by which the folder is ruled, with what tells whether they changed.
    pub(super) fn rulers(&self) -> Vec<(PathBuf, Option<Stamp>)> {
        let sources = self.configs.all().iter().filter_map(|settings| settings.source.clone());
        let above = self.folder.ancestors().flat_map(|folder| NAMES.iter().take(2).map(|name| folder.join(name)));
        let others = [BASELINE, ".gitignore", ".ignore"].map(|name| self.folder.join(name));
        let mut all: Vec<PathBuf> = sources.chain(above).chain(others).collect();
        all.sort();
        all.dedup();
        all.into_iter().map(|path| (path.clone(), stamp(&path))).collect()
    }

    /// Whether what happens to a file can matter here.
    pub fn concerns(&self, path: &Path) -> bool {
        path.starts_with(&self.folder) || is_ruling(path) || (self.asked.is_some() && self.analyzer.handles(path))
    }

    /// Whether a file says how the folder is looked at.
    fn is_ruled_by(&self, path: &Path) -> bool {
        let mut settings = self.configs.all().iter();
        let own = |at: &PathBuf| path.starts_with(at);
        is_ruling(path)
            || settings.any(|settings| settings.source.as_deref() == Some(path) || settings.rules_at.as_ref().is_some_and(own))
    }
}

/// Whether a file may say how folders are looked at, by its name and, if it belongs to another tool, by what it says.
pub fn is_ruling(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    match name {
        ".gitignore" | ".ignore" | BASELINE => true,
        _ if name.ends_with("watertight.toml") => true,
        _ => NAMES.contains(&name) && std::fs::read_to_string(path).is_ok_and(|text| text.contains("watertight")),
    }
}
