use super::vocabulary::Wrong;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::path::{Component, Path};

/// Patterns as in `.gitignore`, for paths as from the folder of their configuration.
#[derive(Clone, Debug)]
pub struct Patterns(Gitignore);

impl Default for Patterns {
    fn default() -> Self {
        Self(Gitignore::empty())
    }
}

impl Patterns {
    /// Reads patterns. What git would pass over without a word is a mistake here, because it was written on purpose.
    pub fn new<'a>(patterns: impl Iterator<Item = &'a str>) -> Result<Self, Wrong> {
        // Paths are given as from the folder, so the patterns need no root of their own.
        let mut builder = GitignoreBuilder::new("");
        builder.allow_unclosed_class(false);
        for pattern in patterns {
            let refuse = |why: &str, remedy: &str| Wrong {
                word: pattern.to_owned(),
                message: format!("`{pattern}` is no pattern: {why}"),
                remedy: remedy.to_owned(),
            };
            match pattern.trim() {
                "" => return Err(refuse("it is empty, and fits nothing", "take it out, or name what is meant")),
                text if text.starts_with('#') => {
                    return Err(refuse("it is a comment, and fits nothing", "write `\\\\#` for a name that starts with `#`"));
                }
                _ => {}
            }
            builder.add_line(None, pattern).map_err(|error| refuse(&why(&error), "write it as in .gitignore"))?;
        }
        builder.build().map(Self).map_err(|error| {
            let remedy = "use fewer or shorter patterns".to_owned();
            Wrong { word: String::new(), message: format!("the patterns cannot be used: {error}"), remedy }
        })
    }

    /// Whether a path fits one of them, or lies below a folder that does.
    pub fn hit(&self, path: &Path) -> bool {
        // A path that leads out of the folder cannot be meant by a pattern in it.
        let below = path.components().all(|part| matches!(part, Component::Normal(_)));
        below && !self.0.is_empty() && self.0.matched_path_or_any_parents(path, false).is_ignore()
    }
}

/// What is wrong with a pattern, without the pattern, which the message names already.
fn why(error: &ignore::Error) -> String {
    match error {
        ignore::Error::Glob { err, .. } => err.clone(),
        other => other.to_string(),
    }
}
