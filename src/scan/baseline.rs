use super::accepted::{Accepted, Known, known};
use crate::finding::{Problem, ProblemKind, Report};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Component, Path, PathBuf};

/// The name of a baseline that nobody named.
pub const BASELINE: &str = "watertight-baseline.json";

/// The findings that were accepted, in a file that belongs into the repository.
#[derive(Debug)]
pub struct Baseline {
    path: PathBuf,
    entries: Vec<Entry>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    findings: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    path: String,
    rule: String,
    fingerprint: String,
    count: u32,
}

/// The baseline that nobody named: in the working directory or above it, up to the root of the repository.
pub fn nearby(cwd: &Path) -> Option<PathBuf> {
    for above in cwd.ancestors() {
        let path = above.join(BASELINE);
        if path.is_file() {
            return Some(path);
        }
        if above.join(".git").exists() {
            break;
        }
    }
    None
}

impl Baseline {
    /// Reads a file; one that does not exist accepts nothing.
    ///
    /// # Errors
    /// A file that is no baseline, or of another version.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok(Self { path: path.to_path_buf(), entries: Vec::new() });
            }
            Err(error) => return Err(format!("could not read the baseline `{}`: {error}", path.display())),
        };
        let broken = |why: String| format!("`{}` is no baseline: {why}; `watertight baseline` writes a new one", path.display());
        let document: Document = serde_json::from_str(&text).map_err(|error| broken(error.to_string()))?;
        if document.version != 1 {
            return Err(broken(format!("its version is {} and not 1", document.version)));
        }
        Ok(Self { path: path.to_path_buf(), entries: document.findings })
    }

    /// Where it stands.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many findings it accepts.
    pub fn len(&self) -> usize {
        self.entries.iter().map(|entry| entry.count as usize).sum()
    }

    /// Whether it accepts nothing.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What it accepts, with paths as a report from `cwd` has them.
    fn accepted(&self, cwd: &Path) -> Accepted {
        let folder = folder(&self.path, cwd);
        let mut accepted = Accepted::default();
        for entry in &self.entries {
            let path = super::shown::shown(&folder.join(&entry.path), cwd);
            accepted.add(Known { path, rule: entry.rule.clone(), hash: entry.fingerprint.clone() }, entry.count);
        }
        accepted
    }

    /// Takes the accepted findings out of a report, those of files that were moved as well. Entries of files that `looked`
    /// names, and of those that are gone, which match nothing any more are told as a problem, if their rule ran. What is not sure
    /// enough to be shown is still found.
    pub fn apply(&self, report: &mut Report, cwd: &Path, looked: impl Fn(&str) -> bool, ran: impl Fn(&str) -> bool) {
        let mut accepted = self.accepted(cwd);
        let gone = |path: &str| !cwd.join(path).exists();
        report.accepted = accepted.take(report, gone);
        let doubted: Vec<Known> = report.doubted.iter().flat_map(known).collect();
        accepted.matched(doubted.iter(), gone);
        let stale = accepted
            .left()
            .into_iter()
            .filter(|(known, _)| ran(&known.rule) && (looked(&known.path) || !cwd.join(&known.path).exists()));
        let stale: u32 = stale.map(|(_, count)| count).sum();
        if stale > 0 {
            let subject = if stale == 1 { "1 accepted finding is".to_owned() } else { format!("{stale} accepted findings are") };
            let path = super::shown::shown(&self.path, cwd);
            let problem = Problem::new(path, ProblemKind::Stale, format!("{subject} not found any more"));
            let one = "`watertight baseline --prune` takes it out";
            report.problems.push(if stale == 1 { problem.remedied(one) } else { problem });
        }
    }

    /// Accepts the findings of a report and nothing else in the files that `looked` names; with `prune` no new ones. What
    /// is accepted in other files, or of rules that did not run, stays as long as the file exists, and so does what is accepted and
    /// found but not sure enough to be shown.
    pub fn renew(&mut self, report: &Report, cwd: &Path, prune: bool, looked: impl Fn(&str) -> bool, ran: impl Fn(&str) -> bool) {
        let folder = folder(&self.path, cwd);
        let mut before = self.accepted(cwd);
        let mut next = Accepted::default();
        for (known, count) in before.left() {
            let judged = ran(&known.rule) && looked(&known.path);
            if !judged && cwd.join(&known.path).exists() {
                next.add(known.clone(), count);
            }
        }
        let gone = |path: &str| !cwd.join(path).exists();
        let found: Vec<Known> = report.files.iter().flat_map(known).collect();
        let old = before.matched(found.iter(), gone);
        let doubted: Vec<Known> = report.doubted.iter().flat_map(known).collect();
        let still = before.matched(doubted.iter(), gone);
        for (known, _) in doubted.into_iter().zip(still).filter(|(_, still)| *still) {
            next.add(known, 1);
        }
        for (known, _) in found.into_iter().zip(old).filter(|(_, old)| *old || !prune) {
            next.add(known, 1);
        }
        let entry = |(known, count): (&Known, u32)| Entry {
            path: relative(&cwd.join(&known.path), &folder),
            rule: known.rule.clone(),
            fingerprint: known.hash.clone(),
            count,
        };
        self.entries = next.left().into_iter().map(entry).collect();
        self.entries.sort();
    }

    /// Writes the file, whole or not at all.
    ///
    /// # Errors
    /// What the system says.
    pub fn write(&self) -> Result<(), String> {
        let document = Document { version: 1, findings: self.entries.clone() };
        let mut text = serde_json::to_string_pretty(&document).map_err(|error| error.to_string())?;
        text.push('\n');
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let draft = folder.join(format!(".{BASELINE}.{}", std::process::id()));
        let written = fs::File::create_new(&draft).and_then(|mut file| file.write_all(text.as_bytes()));
        let written = written.and_then(|()| fs::rename(&draft, &self.path));
        written.map_err(|error| {
            let _ = fs::remove_file(&draft);
            format!("could not write the baseline `{}`: {error}", self.path.display())
        })
    }
}

/// The folder of a baseline, as an absolute path.
fn folder(path: &Path, cwd: &Path) -> PathBuf {
    let path = cwd.join(path);
    plain(path.parent().unwrap_or(cwd))
}

/// A path without `.` and `..`, as far as it goes without asking the file system.
fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

/// A path as from a folder, `/` between its parts; whole where it does not lie below.
fn relative(path: &Path, folder: &Path) -> String {
    super::shown::shown(&plain(path), folder)
}
