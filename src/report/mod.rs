//! What a run says, in one format a file.
//!
//! Writers get a [`Report`] and write it; they decide nothing and read no file. Problems go into the report where the
//! format has a place for them; `human` and `concise` leave them to the standard error.

mod checkstyle;
mod concise;
mod diff;
mod github;
mod gitlab;
mod human;
mod json;
mod junit;
mod linehash;
mod lines;
mod markdown;
mod paint;
mod place;
mod rdjson;
mod rulebook;
mod sarif;
mod snippet;
mod summary;
mod tame;
mod uri;
mod wrap;
mod xml;

pub use checkstyle::write as write_checkstyle;
pub use concise::write as write_concise;
pub use diff::write as write_diff;
pub use github::write as write_github;
pub use gitlab::write as write_gitlab;
pub use human::write as write_human;
pub use json::write as write_json;
pub use junit::write as write_junit;
pub use lines::write as write_json_lines;
pub use markdown::write as write_markdown;
pub use paint::Paint;
pub use rdjson::write as write_rdjson;
pub use rulebook::{Card, contents, markdown, page};
pub use sarif::write as write_sarif;
pub use summary::{counted, remains, summary, tell};
pub use tame::tame;
pub use uri::uri;
pub use wrap::wrap;

use crate::finding::Report;
use crate::rules::RuleSet;
use std::path::{Component, Path};

/// What a writer needs besides the report.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The rules of the run.
    pub rules: &'a RuleSet,
    /// The directory to which the paths are relative.
    pub cwd: &'a Path,
    /// The root of the repository, or the same directory where there is none.
    pub root: &'a Path,
    /// What the run is called, so that code scanning keeps the results of different runs apart.
    pub category: &'a str,
    /// The exit code of the run.
    pub exit: u8,
    /// Whether to colour.
    pub colour: bool,
    /// How many columns a line may have.
    pub width: usize,
    /// The seconds the run took, where they are to be told.
    pub seconds: Option<f64>,
}

/// How many findings of each severity a report has: high, medium, low.
fn levels(report: &Report) -> [usize; 3] {
    let mut levels = [0; 3];
    for (_, finding) in report.findings() {
        levels[2 - finding.severity as usize] += 1;
    }
    levels
}

impl Context<'_> {
    /// A path of the report as from the root of the repository, which is where CI servers look for it.
    pub fn rooted(&self, path: &str) -> String {
        if path.starts_with('/') {
            return path.to_owned();
        }
        // A run may look at another repository than the one it is started in.
        let Ok(below) = self.cwd.strip_prefix(self.root) else { return self.across(path) };
        let mut parts: Vec<String> = below.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        for part in path.split('/') {
            // What leads out of the repository stays as it was written.
            if part != ".." || parts.pop().is_none() {
                parts.push(part.to_owned());
            }
        }
        parts.join("/")
    }

    /// A path that leads from the working directory into a repository elsewhere.
    fn across(&self, path: &str) -> String {
        let mut whole = self.cwd.to_path_buf();
        for part in Path::new(path).components() {
            match part {
                Component::ParentDir => drop(whole.pop()),
                Component::CurDir => {}
                part => whole.push(part),
            }
        }
        let inside = whole.strip_prefix(self.root).ok();
        inside.map_or_else(|| path.to_owned(), |inside| inside.to_string_lossy().replace('\\', "/"))
    }
}

#[cfg(test)]
mod tests {
    use super::Context;
    use crate::rules::RuleSet;
    use std::path::Path;

    #[test]
    fn paths_are_told_from_the_root_of_the_repository() {
        let rules = RuleSet::default();
        let (cwd, root) = (Path::new("/r/web/app"), Path::new("/r"));
        let context = Context { rules: &rules, cwd, root, category: "", exit: 0, colour: false, width: 80, seconds: None };
        for (path, expected) in [("a.ts", "web/app/a.ts"), ("../b.ts", "web/b.ts"), ("/etc/a.py", "/etc/a.py")] {
            assert_eq!(context.rooted(path), expected);
        }
        let elsewhere = Context { cwd: Path::new("/home/me"), ..context };
        for (path, expected) in [("../../r/web/a.ts", "web/a.ts"), ("b.ts", "b.ts")] {
            assert_eq!(elsewhere.rooted(path), expected);
        }
    }
}
