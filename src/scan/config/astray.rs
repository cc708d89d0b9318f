//! Settings that nobody reads, because the name of their section or of their file is misspelt.

use super::find::NAMES;
use crate::finding::{Problem, ProblemKind};
use crate::rules::nearest;
use crate::scan::shown::shown;
use std::fs;
use std::path::Path;

/// The name that is looked for.
const NAME: &str = "watertight";

/// What is to be said of misspelt sections and files in a folder and in those above it, up to the root of the repository.
pub fn astray(cwd: &Path) -> Vec<Problem> {
    let root = cwd.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(cwd);
    let folders = cwd.ancestors().take_while(|folder| folder.starts_with(root));
    folders.flat_map(|folder| inside(folder, cwd)).collect()
}

fn inside(folder: &Path, cwd: &Path) -> Vec<Problem> {
    let problem = |path: &Path, message: &str, meant: &str| {
        let problem = Problem::new(shown(path, cwd), ProblemKind::Idle, format!("{message} is read by nobody"));
        problem.remedied(&format!("did you mean `{meant}`?"))
    };
    let mut found = Vec::new();
    let shared = NAMES.iter().filter(|name| !name.ends_with("watertight.toml")).map(|name| folder.join(name));
    for path in shared {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let sections =
            if path.extension().is_some_and(|extension| extension == "json") { entries(&text) } else { headers(&text) };
        found.extend(
            sections.into_iter().map(|(line, before, name)| {
                problem(&path, &format!("line {line}: `{before}{name}`"), &format!("{before}{NAME}"))
            }),
        );
    }
    let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|extension| extension == "toml")).collect();
    files.retain(|path| path.file_stem().and_then(|stem| stem.to_str()).is_some_and(is_near));
    files.sort();
    found.extend(files.iter().map(|path| problem(path, "it", "watertight.toml")));
    found
}

/// Whether a name is not ours, and was probably meant to be. What only begins like it is somebody's own.
fn is_near(name: &str) -> bool {
    !name.starts_with(NAME) && name != ".watertight" && nearest(&name.to_lowercase(), std::iter::once(NAME)).is_some()
}

/// The headers of TOML that may have been meant for us: their line, what leads to the name, and the name.
fn headers(text: &str) -> Vec<(usize, &'static str, &str)> {
    let each = (1..).zip(text.lines()).filter_map(|(line, text)| {
        let header = text.trim().strip_prefix('[')?;
        let before = ["tool.", "package.metadata.", "workspace.metadata."].into_iter().find(|way| header.starts_with(way))?;
        let name = header[before.len()..].split(['.', ']']).next()?;
        is_near(name).then_some((line, before, name))
    });
    let mut found: Vec<_> = each.collect();
    found.dedup_by_key(|(_, _, name)| *name);
    found
}

/// The same for the keys of a JSON object that hold objects.
fn entries(text: &str) -> Vec<(usize, &'static str, &str)> {
    let Ok(serde_json::Value::Object(file)) = serde_json::from_str(text) else { return Vec::new() };
    let meant = file.iter().filter(|(key, value)| value.is_object() && is_near(key)).map(|(key, _)| key);
    let each = meant.filter_map(|key| {
        let at = text.find(&format!("\"{key}\""))? + 1;
        Some((text[..at].matches('\n').count() + 1, "", &text[at..at + key.len()]))
    });
    each.collect()
}
