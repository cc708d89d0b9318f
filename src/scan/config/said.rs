//! What a configuration says, and where in its file it says it.

use super::section;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The text of a configuration.
#[derive(Clone, Debug)]
pub struct Said {
    path: PathBuf,
    text: Arc<str>,
    /// Where the section of a shared file begins: the same words may stand above it for other tools.
    start: usize,
}

impl Said {
    /// Takes the text of a file.
    pub fn new(path: &Path, text: &str) -> Self {
        Self { path: path.to_path_buf(), text: Arc::from(text), start: section::start(path, text) }
    }

    /// Nothing, which no file says.
    pub fn nothing() -> Self {
        Self { path: PathBuf::new(), text: Arc::from(""), start: 0 }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The settings as they are written; empty where there are none.
    pub fn table(&self) -> toml::Table {
        section::table(&self.path, &self.text)
    }

    /// The line of a place, from 1.
    pub fn line(&self, place: &Range<usize>) -> usize {
        self.text[..place.start].matches('\n').count() + 1
    }

    /// Where a word stands, as a string or as a key.
    pub fn word(&self, word: &str) -> Option<Range<usize>> {
        self.within(|text| quoted(text, word))
    }

    /// Where a key stands at the start of a line of TOML, or in quotes, or ends the header of a table.
    pub fn key(&self, key: &str) -> Option<Range<usize>> {
        self.within(|text| quoted_key(text, key).map(|at| at..at + key.len()))
    }

    fn within(&self, find: impl Fn(&str) -> Option<Range<usize>>) -> Option<Range<usize>> {
        let below = find(&self.text[self.start..]).map(|place| place.start + self.start..place.end + self.start);
        below.or_else(|| find(&self.text))
    }
}

fn quoted(text: &str, word: &str) -> Option<Range<usize>> {
    let marked = |quote: &char| text.find(&format!("{quote}{word}{quote}"));
    let in_quotes = ['"', '\''].iter().find_map(marked);
    if word.is_empty() {
        return in_quotes.map(|at| at..at + 2);
    }
    let at = in_quotes.map(|at| at + 1).or_else(|| text.find(word))?;
    Some(at..at + word.len())
}

fn quoted_key(text: &str, key: &str) -> Option<usize> {
    let starts = |at: usize| {
        text[..at].chars().next_back().is_none_or(|before| matches!(before, '\n' | '"' | '\'' | ' ' | '\t' | '.' | '['))
    };
    let ends = |at: usize| text[at..].trim_start_matches(['"', '\'']).trim_start().starts_with(['=', ':', ']', '.']);
    text.match_indices(key).map(|(at, _)| at).find(|at| starts(*at) && ends(at + key.len()))
}

#[cfg(test)]
mod tests {
    use super::Said;
    use std::path::Path;

    #[test]
    fn keys_are_those_of_our_section() {
        let text = "[tool.black]\nexclude = 'x'\n[tool.watertight]\nexclude = ['y']\n[tool.watertight.per-file-ignores]\n";
        let said = Said::new(Path::new("pyproject.toml"), text);
        let line = |key: &str| said.key(key).map(|place| said.line(&place));
        assert_eq!((line("exclude"), line("per-file-ignores"), line("include")), (Some(4), Some(5), None));
        assert_eq!(said.table()["exclude"][0].as_str(), Some("y"));
        let text = "{\"exclude\": [],\n\"watertight\": {\"baseline\": null,\n\"exclude\": [\"y\"]}}";
        let said = Said::new(Path::new("package.json"), text);
        assert_eq!(said.key("exclude").map(|place| said.line(&place)), Some(3));
        assert_eq!(said.table()["exclude"][0].as_str(), Some("y"));
    }
}
