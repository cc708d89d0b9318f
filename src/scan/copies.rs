//! One fault that several builds of the same module repeat is one finding.
//!
//! A published package often ships its code several times over: as it was written, as ES modules, as `CommonJS`, as one
//! bundle. Whoever mends the fault mends it once, so it is shown once, in the build that is nearest to what was written. So
//! is one in a file that the data of a wheel repeat.

use super::repeats;
use crate::finding::{Evidence, Finding, Scanned, Weight};
use std::collections::BTreeMap;

/// Folders that builds are written to, and words in file names that tell one build from another, those nearest to the
/// source first.
const BUILDS: [&str; 14] =
    ["es", "esm", "mjs", "lib", "dist", "build", "out", "bundle", "cjs", "commonjs", "es5", "umd", "iife", "amd"];
/// The folder of what was written, where a package ships that beside its builds.
const SOURCE: &str = "src";
/// Words in the name of a bundle, or of a folder among builds, that say for what it was made.
const MODES: [&str; 8] = ["development", "production", "dev", "prod", "browser", "global", "bundler", "min"];

/// Where a finding stands: its file, and its number there.
pub type At = (usize, usize);

/// Leaves of each finding that several builds repeat only the one nearest to the source, and says there where the others are.
pub fn merge(files: &mut [Scanned]) {
    let mut copies: BTreeMap<At, At> = twins(files);
    for (copy, first) in repeats::find(files) {
        copies.entry(copy).or_insert(first);
    }
    let mut alike: BTreeMap<(&str, &str, &str), Vec<At>> = BTreeMap::new();
    for (at, file) in files.iter().enumerate().filter(|(_, file)| is_script(&file.path)) {
        for (number, finding) in file.findings.iter().enumerate() {
            // A bundle may wrap all that is in it.
            let symbol = finding.symbol.rsplit('.').next().unwrap_or_default();
            alike.entry((&finding.rule, &finding.message, symbol)).or_default().push((at, number));
        }
    }
    for group in alike.into_values().filter(|group| group.len() > 1) {
        for copy in &group {
            let better = |first: &&At| {
                first.0 != copy.0
                    && !copies.contains_key(*first)
                    && nearness(&files[first.0].path) < nearness(&files[copy.0].path)
                    && is_copy(files, **first, *copy)
            };
            let near = |first: &&At| (stem(&files[first.0].path) != stem(&files[copy.0].path), nearness(&files[first.0].path));
            if let Some(first) = group.iter().filter(better).min_by_key(near) {
                copies.insert(*copy, *first);
            }
        }
    }
    drop_all(files, &copies);
}

/// What stands in the data of a wheel (`name-1.0.data/`) as it does, byte for byte, beside them. What is written twice in a
/// project has to be mended twice.
fn twins(files: &[Scanned]) -> BTreeMap<At, At> {
    let mut alike: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, file) in files.iter().enumerate().filter(|(_, file)| !file.findings.is_empty() && !file.text.is_empty()) {
        alike.entry(&file.text).or_default().push(at);
    }
    let mut copies = BTreeMap::new();
    for group in alike.into_values().filter(|group| group.len() > 1) {
        let near = |at: &usize| (files[*at].path.matches('/').count(), files[*at].path.len(), files[*at].path.as_str());
        let Some(first) = group.iter().copied().min_by_key(near) else { continue };
        for copy in group.into_iter().filter(|copy| *copy != first && is_data(&files[*copy].path)) {
            for (number, finding) in files[copy].findings.iter().enumerate() {
                let same = |other: &Finding| other.rule == finding.rule && other.primary.span == finding.primary.span;
                if let Some(twin) = files[first].findings.iter().position(same) {
                    copies.insert((copy, number), (first, twin));
                }
            }
        }
    }
    copies
}

/// Whether a file lies in the data of an unpacked wheel.
fn is_data(path: &str) -> bool {
    let mut folders = path.split('/').rev().skip(1);
    folders.any(|folder| folder.rsplit_once('.').is_some_and(|(_, last)| last == "data"))
}

pub fn is_script(path: &str) -> bool {
    let extension = path.rsplit('.').next().unwrap_or_default();
    matches!(extension, "js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx" | "vue" | "svelte")
}

/// Takes the copies out, and notes them at what they are copies of.
fn drop_all(files: &mut [Scanned], copies: &BTreeMap<At, At>) {
    let mut kept: BTreeMap<At, Vec<String>> = BTreeMap::new();
    for (copy, first) in copies {
        // What is a copy of a copy is one of what that was copied from.
        let mut root = first;
        while let Some(next) = copies.get(root) {
            root = next;
        }
        kept.entry(*root).or_default().push(files[copy.0].path.clone());
    }
    for ((file, number), paths) in kept {
        let text = match paths.as_slice() {
            [only] => format!("the same code stands in {only}"),
            [first, rest @ ..] => format!("the same code stands in {first} and {} other places", rest.len()),
            [] => continue,
        };
        files[file].findings[number].evidence.push(Evidence::supports(Weight::None, text));
    }
    for (at, file) in files.iter_mut().enumerate() {
        let mut number = 0;
        file.findings.retain(|_| {
            number += 1;
            !copies.contains_key(&(at, number - 1))
        });
    }
}

/// Whether two findings point at the same code in two builds of one package.
fn is_copy(files: &[Scanned], first: At, copy: At) -> bool {
    let (ours, theirs) = (&files[first.0], &files[copy.0]);
    let ((above, build), (other_above, other_build)) = (place(&ours.path), place(&theirs.path));
    let apart = build != other_build || hashed(&ours.path) && hashed(&theirs.path);
    let nested = above.starts_with(other_above) || other_above.starts_with(above);
    // Beside the folder of sources a file outside of all builds is a build of the file of its name.
    let bare = build.is_empty() || other_build.is_empty();
    let sources = bare && (build == [SOURCE] || other_build == [SOURCE]);
    let written = [&build, &other_build].iter().any(|build| build.iter().all(|word| *word == SOURCE));
    let compiled = || is_compiled(files, first, copy);
    let bundled = || !written && around(ours, &ours.findings[first.1]) == around(theirs, &theirs.findings[copy.1]);
    (apart || bundled())
        && nested
        && (!sources || stem(&ours.path) == stem(&theirs.path))
        && (said(ours, &ours.findings[first.1]) == said(theirs, &theirs.findings[copy.1]) || compiled())
}

/// Whether one file is compiled from the other: they have the same way and name below their builds, one of them with types,
/// and each says as often the same, of which these are in the same place.
fn is_compiled(files: &[Scanned], first: At, copy: At) -> bool {
    let (ours, theirs) = (&files[first.0], &files[copy.0]);
    let place = |file: &Scanned, number: usize| {
        let same = |at: &usize| {
            let (one, other) = (&file.findings[*at], &file.findings[number]);
            one.rule == other.rule && one.message == other.message
        };
        let alike: Vec<usize> = (0..file.findings.len()).filter(same).collect();
        (alike.iter().position(|at| *at == number), alike.len())
    };
    let below = below(&ours.path);
    is_typed(&ours.path)
        && !is_typed(&theirs.path)
        && below.is_some_and(|below| Some(below) == self::below(&theirs.path))
        && place(ours, first.1) == place(theirs, copy.1)
}

fn is_typed(path: &str) -> bool {
    matches!(path.rsplit('.').next(), Some("ts" | "mts" | "cts" | "tsx"))
}

/// The way to a file below the first folder of a build, without what tells its kind.
fn below(path: &str) -> Option<&str> {
    let name = path.rfind('/')? + 1;
    let folders = path[..name].split_inclusive('/');
    let mut at = 0;
    for part in folders {
        at += part.len();
        let folder = part.trim_end_matches('/');
        if folder == SOURCE || rank(folder).is_some() {
            let end = path[name..].rfind('.').map_or(path.len(), |dot| name + dot);
            return path.get(at..end);
        }
    }
    None
}

/// Whether a file lies among the sources, and in no build.
pub fn is_written(path: &str) -> bool {
    let (_, build) = place(path);
    !build.is_empty() && build.iter().all(|word| *word == SOURCE)
}

/// The lines about a finding, without their margins. Where these are the same in two files of a build, a bundler has put
/// one module into both.
fn around<'a>(file: &'a Scanned, finding: &Finding) -> Vec<&'a str> {
    let text: &str = &file.text;
    let at = finding.primary.span.start as usize;
    let mut above: Vec<&str> = text[..at].lines().rev().take(BESIDE).map(str::trim).collect();
    above.reverse();
    above.extend(text[at..].lines().take(BESIDE).map(str::trim));
    above
}

/// How many lines above and below a finding are compared.
const BESIDE: usize = 8;

/// What stands above the first folder that a build was written to, and all that tells this build from another.
fn place(path: &str) -> (&str, Vec<&str>) {
    let name = path.rfind('/').map_or(0, |at| at + 1);
    let mut above = None;
    let mut build = Vec::new();
    let mut at = 0;
    for part in path[..name].split_inclusive('/') {
        let folder = part.trim_end_matches('/');
        if folder == SOURCE || rank(folder).is_some() || !build.is_empty() && MODES.contains(&folder) {
            above = above.or(Some(&path[..at]));
            build.push(folder);
        }
        at += part.len();
    }
    let words = path[name..].split(['.', '-', '_']);
    let mut named: Vec<&str> = words.filter(|word| BUILDS.contains(word) || MODES.contains(word)).collect();
    build.append(&mut named);
    (above.unwrap_or(""), build)
}

/// How far from the source what is written to a folder is, by its words: `esm6`, `dist-esm`, `fesm2022`.
fn rank(folder: &str) -> Option<usize> {
    let of = |word: &str| BUILDS.iter().position(|one| *one == word);
    let plain = |word: &str| {
        let bare = word.trim_end_matches(|letter: char| letter.is_ascii_digit());
        of(word).or_else(|| of(bare)).or_else(|| of(bare.strip_prefix('f')?))
    };
    // `dist.browser` is a build for browsers.
    let words = folder.split(['-', '.']).enumerate().filter(|(at, word)| *at == 0 || !MODES.contains(word));
    let ranks: Option<Vec<usize>> = words.map(|(_, word)| plain(word)).collect();
    ranks?.into_iter().max()
}

/// The name of a file without what tells its kind.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split('.').next().unwrap_or(name)
}

/// Whether a bundler has put a hash of its content into the name of a file.
fn hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.split_once(".js").or_else(|| name.split_once(".mjs")).map_or(name, |(stem, _)| stem);
    let hash = stem.rsplit(['-', '.']).next().unwrap_or_default();
    let mixed = |is: fn(&u8) -> bool| hash.as_bytes().iter().any(is);
    let digits = mixed(u8::is_ascii_digit) && mixed(u8::is_ascii_alphabetic);
    let cases = hash.len() == 8 && mixed(u8::is_ascii_uppercase) && mixed(u8::is_ascii_lowercase);
    hash.len() >= 8 && (digits || cases) && stem.len() > hash.len()
}

/// How far a build is from what was written; what no folder or name calls a build is nearest.
pub fn nearness(path: &str) -> (usize, bool, usize, &str) {
    let (_, build) = place(path);
    let apart = |word: &&str| if *word == SOURCE { 0 } else { rank(word).map_or(BUILDS.len() + 2, |at| at + 2) };
    // What lies in no such folder is source or bundle, and so less surely what was written.
    let far = build.iter().map(apart).max().unwrap_or(1);
    // Beside a module of this ending one without it is for `require`.
    let module = path.rsplit_once('.').is_some_and(|(_, extension)| extension == "mjs");
    (far + usize::from(hashed(path)), !module, path.len(), path)
}

/// The names of which the line speaks. Builds differ in their punctuation, and in what they put before an import.
fn said<'a>(file: &'a Scanned, finding: &Finding) -> Vec<&'a str> {
    let text: &str = &file.text;
    let start = text[..finding.primary.span.start as usize].rfind('\n').map_or(0, |at| at + 1);
    let line = text[start..].lines().next().unwrap_or_default();
    let names = line.split(|letter: char| !(letter.is_alphanumeric() || letter == '$' || letter == '_'));
    let own = |name: &&str| name.len() > 2 && !name.starts_with('_') && !WORDS.contains(name);
    names.filter(own).collect()
}

/// Words that one build writes and another does not.
const WORDS: [&str; 9] = ["const", "let", "var", "function", "return", "async", "await", "void", "window"];

#[cfg(test)]
mod tests {
    use super::{nearness, rank};

    #[test]
    fn what_was_written_is_nearest() {
        for folder in ["esm6", "dist-esm", "fesm2022", "es2015", "umd", "lib"] {
            assert!(rank(folder).is_some(), "{folder}");
        }
        for folder in ["dist.browser", "dist.min"] {
            assert!(rank(folder).is_some(), "{folder}");
        }
        for folder in ["browser", "library", "src", "distance"] {
            assert!(rank(folder).is_none(), "{folder}");
        }
        let order = ["src/a.ts", "a.js", "esm6/a.js", "lib/a.js", "dist/a.js", "dist/production/a.js"];
        assert!(order.windows(2).all(|pair| nearness(pair[0]) < nearness(pair[1])));
    }
}
