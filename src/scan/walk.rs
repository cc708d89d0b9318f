use super::Analyzer;
use super::shown::shown;
use crate::finding::{Problem, ProblemKind};
use ignore::{DirEntry, Error, WalkBuilder, WalkState};
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};

/// Folders with other people's code, which nobody means who names a folder above them.
const DEPENDENCIES: &[&str] = &["node_modules", "site-packages", "bower_components", "venv", "__pypackages__"];
/// Folders with generated code, unless they are Python packages by that name.
const GENERATED: &[&str] = &["build", "dist", "_build", "buck-out"];
/// Folders with what others are generated from.
const SOURCES: &[&str] = &["src", "lib", "source", "sources", "packages", "app", "apps"];
/// Files that mark a folder as a virtual environment or as a cache.
const MARKERS: &[&str] = &["pyvenv.cfg", "CACHEDIR.TAG"];

/// A file that may be analysed.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Where it is.
    pub path: PathBuf,
    /// The path as the user would write it.
    pub shown: String,
    /// The part of the path that says whether it is test code: not what lies above the folder the user named.
    pub own: String,
    /// Whether the first line must be looked at, because the name says nothing.
    pub sniff: bool,
    /// Whether the user named this very file.
    pub named: bool,
    /// Which of the run's settings rules it.
    pub settings: usize,
    /// The rules that are left out in it.
    pub ignored: Vec<String>,
    /// What it holds, where that is not what stands on the disk.
    pub content: Option<Arc<[u8]>>,
}

impl Candidate {
    /// A file of a supported language below what the user named.
    pub fn known(path: PathBuf, shown: String) -> Self {
        let own = shown.clone();
        Self { path, shown, own, sniff: false, named: false, settings: 0, ignored: Vec::new(), content: None }
    }
}

/// What the paths of one run lead to.
#[derive(Debug, Default)]
pub struct Walked {
    /// What the user named.
    pub paths: Vec<PathBuf>,
    /// The working directory.
    pub cwd: PathBuf,
    /// The files, ordered by the path shown.
    pub candidates: Vec<Candidate>,
    /// What could not be walked.
    pub problems: Vec<Problem>,
    /// How many named paths lead nowhere.
    pub refused: usize,
    /// What became of the source files, for each of the run's settings.
    pub asked: BTreeMap<usize, Asked>,
}

/// How many files one of the settings rules.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Those that are looked at.
    pub kept: usize,
    /// Those that it leaves out.
    pub left_out: usize,
    /// Those of them below named folders for which no `include` speaks.
    pub unlisted: usize,
    /// Which of the patterns fit a file.
    pub met: Vec<bool>,
}

/// Whether files below a folder of this name are left out unless they are named, whatever the settings say.
pub fn is_left_out(name: &str) -> bool {
    name.starts_with('.') || name == "__pycache__" || DEPENDENCIES.contains(&name) || GENERATED.contains(&name)
}

/// Finds the files below the paths that a user named.
pub fn walk(paths: &[PathBuf], cwd: &Path, analyzer: &dyn Analyzer, threads: usize) -> Walked {
    let mut walked = Walked { paths: paths.to_vec(), cwd: cwd.to_path_buf(), ..Walked::default() };
    for path in paths {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => folder(path, cwd, analyzer, threads, &mut walked),
            Ok(metadata) if metadata.is_file() => match candidate(path.clone(), None, cwd, analyzer) {
                Some(candidate) => walked.candidates.push(candidate),
                None => walked.problems.push(unsupported(shown(path, cwd))),
            },
            Ok(_) => walked.refuse(shown(path, cwd), ProblemKind::Unreadable, "is neither a file nor a folder"),
            // A link that can be seen, but not followed, leads nowhere or in a circle.
            Err(error) if fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink()) => {
                let problem =
                    Problem::new(shown(path, cwd), ProblemKind::Unreadable, format!("is a link that leads nowhere: {error}"));
                walked.refused += 1;
                walked.problems.push(problem.remedied("correct the link, or leave the path out"));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                walked.refuse(shown(path, cwd), ProblemKind::Missing, "does not exist");
            }
            Err(error) => walked.refuse(shown(path, cwd), ProblemKind::Unreadable, format!("could not be read: {error}")),
        }
    }
    // Of a file that is both named and found below a named folder, the named one stays.
    walked.candidates.sort_by(|a, b| a.shown.cmp(&b.shown).then(b.named.cmp(&a.named)));
    walked.candidates.dedup_by(|later, first| later.shown == first.shown);
    walked
}

/// A file that was named, but is in no language that is read.
pub fn unsupported(path: String) -> Problem {
    Problem::new(path, ProblemKind::Unsupported, "is in no language that this program reads")
}

impl Walked {
    /// The same files, without what was said of them.
    pub(super) fn copied(&self) -> Self {
        Self { paths: self.paths.clone(), cwd: self.cwd.clone(), candidates: self.candidates.clone(), ..Self::default() }
    }

    fn refuse(&mut self, path: String, kind: ProblemKind, message: impl Into<String>) {
        self.refused += 1;
        self.problems.push(Problem::new(path, kind, message));
    }
}

/// The candidate at `path`, found below `root` or named itself, if the name may be that of source.
fn candidate(path: PathBuf, root: Option<&Path>, cwd: &Path, analyzer: &dyn Analyzer) -> Option<Candidate> {
    let sniff = !analyzer.handles(&path);
    if sniff && path.extension().is_some() {
        return None;
    }
    let shown = shown(&path, cwd);
    let own = match root {
        Some(root) if Path::new(&shown).is_absolute() => path.strip_prefix(root).map(|below| self::shown(below, cwd)).ok(),
        _ => None,
    };
    let named = root.is_none();
    Some(Candidate { own: own.unwrap_or_else(|| shown.clone()), sniff, named, ..Candidate::known(path, shown) })
}

fn folder(root: &Path, cwd: &Path, analyzer: &dyn Analyzer, threads: usize, walked: &mut Walked) {
    let inside = root.canonicalize().is_ok_and(|root| root.iter().any(|part| DEPENDENCIES.iter().any(|name| part == *name)));
    let (before, problems) = (walked.candidates.len(), walked.problems.len());
    search(root, cwd, analyzer, (threads, inside), walked);
    if !inside && (is_bare(&walked.candidates[before..]) || is_published(root, &walked.candidates[before..])) {
        walked.candidates.truncate(before);
        walked.problems.truncate(problems);
        search(root, cwd, analyzer, (threads, true), walked);
    }
}

/// Whether there is no source but what was left out: a published package may consist of nothing but what was generated.
fn is_bare(found: &[Candidate]) -> bool {
    found.iter().all(|candidate| candidate.sniff)
}

/// Whether a folder is a package as it is published, with little beside what was generated: what it was generated from is not
/// there.
fn is_published(root: &Path, found: &[Candidate]) -> bool {
    let written = |candidate: &Candidate| {
        let below = candidate.path.strip_prefix(root).unwrap_or(&candidate.path);
        below.parent().is_some_and(|folder| folder.iter().any(|part| SOURCES.iter().any(|name| part == *name)))
    };
    root.join("package.json").is_file() && !root.join(".git").exists() && !found.iter().any(written)
}

/// Finds the files below one folder, those in folders of generated code only if asked for.
fn search(root: &Path, cwd: &Path, analyzer: &dyn Analyzer, (threads, generated): (usize, bool), walked: &mut Walked) {
    let walk = WalkBuilder::new(root).threads(threads).filter_entry(move |entry| wanted(entry, generated)).build_parallel();
    let (sender, receiver) = mpsc::channel();
    walk.run(|| {
        let sender = sender.clone();
        Box::new(move |entry| {
            // The receiver outlives the walk, so nothing is lost here.
            let _ = match entry {
                Err(error) => sender.send(Err(problem(&error, cwd))),
                Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                    match candidate(entry.into_path(), Some(root), cwd, analyzer) {
                        Some(candidate) => sender.send(Ok(candidate)),
                        None => Ok(()),
                    }
                }
                Ok(_) => Ok(()),
            };
            WalkState::Continue
        })
    });
    drop(sender);
    for found in receiver {
        match found {
            Ok(candidate) => walked.candidates.push(candidate),
            Err(problem) => walked.problems.push(problem),
        }
    }
}

/// Whether to look at an entry; what the user named is always looked at.
fn wanted(entry: &DirEntry, generated: bool) -> bool {
    if entry.depth() == 0 || !entry.file_type().is_some_and(|kind| kind.is_dir()) {
        return true;
    }
    let name = entry.file_name();
    let is = |names: &[&str]| names.iter().any(|known| name == *known);
    if name == "__pycache__" || MARKERS.iter().any(|marker| entry.path().join(marker).exists()) {
        return false;
    }
    // An installed package consists of what was generated, so whoever names one means that too.
    if is(DEPENDENCIES) || (is(GENERATED) && !generated) { entry.path().join("__init__.py").exists() } else { true }
}

/// A walk's error as a problem of the path it speaks of.
fn problem(error: &Error, cwd: &Path) -> Problem {
    let mut place = error;
    let mut path = None;
    loop {
        place = match place {
            Error::WithPath { path: at, err } => {
                path = Some(at);
                err
            }
            Error::WithDepth { err, .. } | Error::WithLineNumber { err, .. } => err,
            _ => break,
        };
    }
    let path = path.map_or_else(|| ".".to_owned(), |path| shown(path, cwd));
    Problem::new(path, ProblemKind::Unreadable, format!("could not be read: {place}"))
}
