//! The rest of the project. What a user names decides what is reported, not what is known: other files of the same
//! repository are read as far as they mention what the findings depend on.

use super::guard::guarded;
use super::read::{Reading, read};
use super::walk::{Candidate, walk};
use super::{Analyzer, Options, is_test};
use crate::index::{HOPS, Outline};
use aho_corasick::AhoCorasick;
use rayon::iter::Either;
use rayon::prelude::*;
use rustc_hash::FxHashSet;
use std::path::{Path, PathBuf};

/// What marks the folder of a repository.
const REPOSITORY: &[&str] = &[".git", ".hg", ".jj"];
/// What marks the folder of a package, where there is no repository.
const PACKAGE: &[&str] = &["pyproject.toml", "setup.py", "package.json", "Cargo.toml", "watertight.toml"];

/// Whether there is anything around these paths.
pub fn searched(paths: &[PathBuf]) -> bool {
    !roots(paths).is_empty()
}

/// The outlines of the files around the paths that a user named, if they mention a name that was asked about, or a function
/// that calls one of which it was asked how often it runs.
pub fn wider(paths: &[PathBuf], cwd: &Path, known: &[Outline], analyzer: &dyn Analyzer, options: &Options) -> Vec<Outline> {
    let roots = roots(paths);
    let mut names: FxHashSet<String> = known.iter().flat_map(|outline| outline.asked.iter().cloned()).collect();
    if roots.is_empty() || names.is_empty() {
        return Vec::new();
    }
    let shown: FxHashSet<&str> = known.iter().map(|outline| outline.path.as_str()).collect();
    // What cannot be walked or read out there is nobody's concern: it was not named.
    let mut rest = walk(&roots, cwd, analyzer, options.threads.unwrap_or(0)).candidates;
    rest.retain(|candidate| !shown.contains(candidate.shown.as_str()));
    let mut traced: FxHashSet<String> = known.iter().flat_map(|outline| outline.traced.iter().cloned()).collect();
    let mut found: Vec<Outline> = Vec::new();
    for _ in 0..HOPS {
        let Some(searcher) = searcher(&names) else { break };
        let (matching, others) = mentioning(rest, &searcher, analyzer, options);
        rest = others;
        found.extend(matching);
        let further: FxHashSet<String> =
            known.iter().chain(&found).flat_map(|outline| outline.callers_of(&traced)).map(str::to_owned).collect();
        names = further.difference(&traced).cloned().collect();
        traced.extend(further);
    }
    found
}

/// The outlines of the files that mention a name, and the other files.
fn mentioning(
    candidates: Vec<Candidate>,
    names: &AhoCorasick,
    analyzer: &dyn Analyzer,
    options: &Options,
) -> (Vec<Outline>, Vec<Candidate>) {
    candidates.into_par_iter().partition_map(|candidate| {
        let outline = match read(&candidate, analyzer, options.max_file_size) {
            Reading::Text(decoded) if names.is_match(&decoded.text) => {
                guarded(|| analyzer.outline(&candidate.shown, &decoded.text, is_test(&candidate.own))).ok()
            }
            _ => None,
        };
        outline.map_or_else(|| Either::Right(candidate), Either::Left)
    })
}

fn searcher(asked: &FxHashSet<String>) -> Option<AhoCorasick> {
    let mut names: Vec<&String> = asked.iter().filter(|name| name.len() > 1).collect();
    names.sort_unstable();
    AhoCorasick::new(names).ok().filter(|searcher| searcher.patterns_len() > 0)
}

/// The project folders that lie above what was named, each once.
fn roots(paths: &[PathBuf]) -> Vec<PathBuf> {
    let named: Vec<PathBuf> = paths.iter().filter_map(|path| path.canonicalize().ok()).collect();
    let mut roots: Vec<PathBuf> = named.iter().filter_map(|path| root(path)).collect();
    roots.sort();
    roots.dedup();
    // A root that was named is known already.
    roots.retain(|root| !named.iter().any(|path| root.starts_with(path)));
    roots
}

/// The folder of the repository, or else of the package, that a path lies in.
pub fn root(path: &Path) -> Option<PathBuf> {
    let marked = |names: &[&str]| path.ancestors().find(|folder| names.iter().any(|name| folder.join(name).exists()));
    marked(REPOSITORY).or_else(|| marked(PACKAGE)).map(Path::to_path_buf)
}
