//! Entries of a configuration that change nothing: patterns that fit no file, settings of rules that do not run.

use super::Settings;
use super::patterns::Patterns;
use super::raw::Config;
use super::vocabulary::Wrong;
use crate::finding::{Problem, ProblemKind};
use crate::rules::RuleSet;
use crate::scan::shown::shown;
use crate::scan::walk::is_left_out;
use std::path::Path;

/// A pattern that should fit some file.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key that it stands under.
    key: &'static str,
    /// As it is written.
    text: String,
    pattern: Patterns,
}

/// Every pattern of a configuration, on its own.
pub fn entries(config: &Config) -> Vec<Entry> {
    let exclude = config.exclude.iter().map(|text| ("exclude", text));
    let include = config.include.iter().map(|text| ("include", text));
    let ignores = config.per_file_ignores.keys().map(|text| ("per-file-ignores", text));
    // What takes another pattern back fits files only where that one does.
    let each = exclude.chain(include).chain(ignores).filter(|(_, text)| !text.starts_with('!'));
    let each = each.filter_map(|(key, text)| {
        let pattern = Patterns::new(std::iter::once(text.as_str())).ok()?;
        Some(Entry { key, text: text.clone(), pattern })
    });
    each.collect()
}

impl Entry {
    /// Whether it fits a path, as from the folder of the configuration.
    pub fn fits(&self, path: &Path) -> bool {
        self.pattern.hit(path)
    }

    /// Whether it is an `include` of a plain path at which nothing lies, so that no file of the project can fit it.
    fn is_slip(&self, folder: &Path) -> bool {
        let plain = !self.text.contains(['*', '?', '[', '{']);
        self.key == "include" && plain && !folder.join(self.text.trim_matches('/')).exists()
    }

    /// Whether it names something that is there, or that is left out anyway: then it is no slip, even if no source file
    /// lies there now.
    fn is_meant(&self, folder: &Path) -> bool {
        let parts: Vec<&str> = self.text.split('/').filter(|part| !part.is_empty() && *part != "**").collect();
        let is_plain = |part: &&str| !part.contains(['*', '?', '[', '{']);
        let plain: Vec<&str> = parts.iter().copied().take_while(is_plain).collect();
        let rest = &parts[plain.len()..];
        parts.iter().any(|part| is_left_out(part))
            || !plain.is_empty() && rest.iter().all(|part| *part == "*") && folder.join(plain.join("/")).exists()
    }
}

/// Settings for rules that the configuration itself does not let run.
pub fn resting(config: &Config, running: &RuleSet) -> Vec<Wrong> {
    let rests = |id: &&String| running.get(id).is_none();
    let says = |key: String| Wrong {
        message: format!("`{key}` changes nothing, because `select` and `ignore` do not let that rule run"),
        word: key,
        remedy: "take it out, or let the rule run".to_owned(),
    };
    let own = config.rule.keys().filter(rests).map(|id| says(format!("rule.{id}")));
    let twice = config.ignore.iter().filter(|id| config.select.as_ref().is_some_and(|list| !list.contains(id)));
    let twice = twice.map(|id| Wrong {
        word: id.clone(),
        message: format!("`{id}` in `ignore` changes nothing, because `select` does not name that rule"),
        remedy: "take it out".to_owned(),
    });
    own.chain(twice).collect()
}

impl Settings {
    /// Whether no `include` can fit anything, wherever the run looks.
    pub fn includes_nothing(&self) -> bool {
        let mut includes = self.entries.iter().filter(|entry| entry.key == "include").peekable();
        includes.peek().is_some() && includes.all(|entry| entry.is_slip(&self.folder))
    }

    /// What is to be said of entries that can change nothing.
    pub fn idle(&self, cwd: &Path) -> Vec<Problem> {
        let each = self.idle.iter().map(|wrong| self.idling(cwd, &wrong.word, &wrong.message, &wrong.remedy));
        each.collect()
    }

    /// What is to be said of patterns that fit no file. `met` says for each whether it does.
    pub fn unmet(&self, cwd: &Path, met: &[bool]) -> Vec<Problem> {
        let unmet = self.entries.iter().zip(met).filter(|(entry, met)| !**met && !entry.is_meant(&self.folder));
        let each = unmet.map(|(entry, _)| {
            let message = format!("`{}` in `{}` fits no source file", entry.text, entry.key);
            self.idling(cwd, &entry.text, &message, "write it as from the folder of this file, or take it out")
        });
        each.collect()
    }

    fn idling(&self, cwd: &Path, word: &str, message: &str, remedy: &str) -> Problem {
        // A table need not be written as a header.
        let last = word.rsplit_once("rule.").map_or(word, |(_, last)| last);
        let place = self.said.word(word).or_else(|| self.said.word(last));
        let line = place.map_or(1, |place| self.said.line(&place));
        let source = self.source.as_deref().unwrap_or(Path::new(""));
        Problem::new(shown(source, cwd), ProblemKind::Idle, format!("line {line}: {message}")).remedied(remedy)
    }
}
