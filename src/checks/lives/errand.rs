//! Packages that are one command: what lives as long as the process goes when the command has done what it was asked.

use super::lifetime;
use crate::index::{Outline, Project};
use crate::rules::Words;

/// The file that reads the command line of the package around a file, if the package is nothing but a command: whoever imports
/// its face gets nothing, and none of its files serves requests, messages or events.
pub fn begun_by<'a>(project: &'a Project, words: &Words, path: &str) -> Option<&'a str> {
    let folders = || path.match_indices('/').map(|(at, _)| &path[..at]);
    let faced = |folder: &&str| project.outlines().iter().any(|file| file.path.strip_suffix("/__init__.py") == Some(*folder));
    let package = folders().find(faced).filter(|_| !words.programs.is_empty())?;
    let within = |file: &&Outline| file.path.strip_prefix(package).is_some_and(|rest| rest.starts_with('/')) && !file.test;
    let files = || project.outlines().iter().filter(within);
    let face = |file: &Outline| file.path.len() == package.len() + "/__init__.py".len() && file.path.ends_with("/__init__.py");
    let near = |file: &Outline| !file.path[package.len() + 1..].contains('/') || lifetime::is_among_programs(words, &file.path);
    let bare = files().any(|file| face(file) && file.bare);
    let serves = || files().any(|file| file.served.iter().any(|call| call.firm));
    let begins = || files().find(|file| file.commanded && near(file));
    begins().filter(|_| bare && !serves()).map(|file| file.path.as_str())
}
