//! Code that stands in two files of one package word for word, such as a library that two bundles contain.

use super::copies::{At, is_script, is_written, nearness};
use crate::finding::{Finding, Scanned};
use std::collections::BTreeMap;

/// How many characters a function has at least that nobody writes twice by chance.
const LONG: usize = 200;
/// Folders with a package in each of their folders.
const PACKAGES: [&str; 4] = ["packages", "apps", "node_modules", "examples"];

/// For each finding in a function that another file repeats, the finding there that is nearest to the source. What was
/// written twice as source has to be mended twice.
pub fn find(files: &[Scanned]) -> BTreeMap<At, At> {
    let mut alike: BTreeMap<(String, &str, &str, usize), Vec<At>> = BTreeMap::new();
    for (at, file) in files.iter().enumerate().filter(|(_, file)| is_script(&file.path)) {
        for (number, finding) in file.findings.iter().enumerate() {
            let Some((code, before)) = code(file, finding) else { continue };
            alike.entry((code, &finding.rule, member(&file.path), before)).or_default().push((at, number));
        }
    }
    let mut copies = BTreeMap::new();
    for group in alike.into_values().filter(|group| group.len() > 1) {
        let Some(first) = group.iter().copied().min_by_key(|at| nearness(&files[at.0].path)) else { continue };
        let built = |copy: &At| !is_written(&files[first.0].path) || !is_written(&files[copy.0].path);
        copies.extend(group.into_iter().filter(|copy| copy.0 != first.0 && built(copy)).map(|copy| (copy, first)));
    }
    copies
}

/// The text of the function around a finding without white space, and how much of it stands before the finding.
fn code(file: &Scanned, finding: &Finding) -> Option<(String, usize)> {
    let (within, at) = (finding.within?, finding.primary.span);
    let text = within.slice(&file.text);
    if !within.contains(at) || text.len() < LONG {
        return None;
    }
    let before = file.text.get(within.start as usize..at.start as usize)?;
    let bare = |text: &str| text.split_whitespace().collect::<String>();
    let code = bare(text);
    (code.len() >= LONG).then(|| (code, bare(before).len()))
}

/// The folder of the package in which a file of a repository with several of them lies.
fn member(path: &str) -> &str {
    let mut end = 0;
    let mut next = false;
    let mut from = 0;
    for part in path.split_inclusive('/') {
        from += part.len();
        if next {
            end = from;
        }
        next = PACKAGES.contains(&part.trim_end_matches('/'));
    }
    &path[..end]
}
