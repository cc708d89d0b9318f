use super::Analyzer;
use super::git::{Entry, Git};
use super::shown::shown;
use super::walk::{Candidate, Walked};
use rustc_hash::FxHashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A change whose findings are asked for.
#[derive(Clone, Debug)]
pub enum Change {
    /// From a commit to the working tree.
    Since(String),
    /// From the present commit to what is staged.
    Staged,
}

/// The files of a run after a change and before it. A finding that is in the first and not in the second is what the
/// change brought, wherever it shows: all files are there on both sides.
pub struct Sides {
    /// After the change.
    pub after: Walked,
    /// Before it.
    pub before: Walked,
}

/// The two sides of a change to the files that were walked below `paths`.
///
/// # Errors
/// There is no repository, no such commit, or `git` says no.
pub fn sides(
    walked: Walked,
    change: &Change,
    paths: &[PathBuf],
    cwd: &Path,
    analyzer: &dyn Analyzer,
    limit: u64,
) -> Result<Sides, String> {
    let git = Git::at(cwd)?;
    let view = View {
        roots: paths.iter().filter_map(|path| cwd.join(path).canonicalize().ok()).collect(),
        git: &git,
        cwd,
        analyzer,
        limit,
    };
    let (after, base) = match change {
        Change::Since(rev) => (walked, Some(git.base(rev)?)),
        Change::Staged => (view.with(walked, &git.staged()?, &FxHashMap::default())?, git.head()),
    };
    let before = match base {
        None => Walked::default(),
        Some(base) => {
            let renamed = git.renamed(&base)?.into_iter().collect();
            view.with(after.copied(), &git.tree(&base)?, &renamed)?
        }
    };
    Ok(Sides { after, before })
}

/// What is needed to see files as they are elsewhere than in the working tree.
struct View<'a> {
    git: &'a Git,
    cwd: &'a Path,
    /// What the user named.
    roots: Vec<PathBuf>,
    analyzer: &'a dyn Analyzer,
    limit: u64,
}

impl View<'_> {
    /// The files of a run with the contents that `entries` give them; without those that are not among the entries, and
    /// with those that are only there. `renamed` leads from the path of a file to that of the entry that it was.
    fn with(&self, mut walked: Walked, entries: &[Entry], renamed: &FxHashMap<String, String>) -> Result<Walked, String> {
        let by_path: FxHashMap<&str, &Entry> = entries.iter().map(|entry| (entry.path.as_str(), entry)).collect();
        let mut pairs: Vec<(Candidate, &Entry)> = Vec::new();
        for candidate in std::mem::take(&mut walked.candidates) {
            let Some(path) = self.inside(&candidate.path) else { continue };
            let entry = by_path.get(path.as_str()).or_else(|| by_path.get(renamed.get(&path)?.as_str()));
            pairs.extend(entry.map(|entry| (candidate, *entry)));
        }
        let gone = entries.iter().filter(|entry| !renamed.values().any(|old| *old == entry.path));
        let gone = gone.filter_map(|entry| Some((self.gone(entry)?, entry)));
        pairs.extend(gone);
        pairs.sort_by(|a, b| a.0.shown.cmp(&b.0.shown));
        let ids: Vec<&str> = pairs.iter().map(|(_, entry)| entry.id.as_str()).collect();
        let mut contents: FxHashMap<usize, Arc<[u8]>> = FxHashMap::default();
        self.git.contents(&ids, self.limit, |at, content| {
            // Most files are the same on both sides, and need not be kept in memory.
            if fs::read(&pairs[at].0.path).ok().as_deref() != Some(&content) {
                contents.insert(at, content.into());
            }
        })?;
        let each = pairs.into_iter().enumerate().map(|(at, (mut candidate, _))| {
            candidate.content = contents.remove(&at);
            candidate
        });
        walked.candidates = each.collect();
        Ok(walked)
    }

    /// A file's path from the root of the repository; none outside.
    fn inside(&self, path: &Path) -> Option<String> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let folder = self.cwd.join(folder).canonicalize().ok()?;
        Some(shown(&folder.join(path.file_name()?), self.git.root()))
    }

    /// A file that is not in the working tree any more.
    fn gone(&self, entry: &Entry) -> Option<Candidate> {
        let path = self.git.root().join(&entry.path);
        let wanted = self.analyzer.handles(&path) && self.roots.iter().any(|root| path.starts_with(root)) && !path.exists();
        let cwd = self.cwd.canonicalize().unwrap_or_else(|_| self.cwd.to_path_buf());
        wanted.then(|| Candidate::known(path.clone(), shown(&path, &cwd)))
    }
}
