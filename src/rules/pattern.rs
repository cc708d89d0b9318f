use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A name of something callable: `socket.socket` after imports are resolved, or `*.accept` for a method of any receiver.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Pattern(String);

impl Pattern {
    /// A pattern from its written form.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The written form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The method name, if the pattern fits any receiver.
    pub fn method(&self) -> Option<&str> {
        self.0.strip_prefix("*.")
    }

    /// The last name: the method, or the function.
    pub fn last(&self) -> &str {
        self.0.rsplit('.').next().unwrap_or(&self.0)
    }

    /// Whether a callee with this resolved path, or else with this method name, fits.
    pub fn fits(&self, path: Option<&str>, method: Option<&str>) -> bool {
        match self.method() {
            Some(own) => method == Some(own),
            None => path == Some(&self.0),
        }
    }
}

/// Patterns with what they stand for, found by name in constant time.
#[derive(Clone, Debug)]
pub struct Patterns<T> {
    exact: FxHashMap<String, T>,
    method: FxHashMap<String, T>,
}

impl<T> Default for Patterns<T> {
    fn default() -> Self {
        Self { exact: FxHashMap::default(), method: FxHashMap::default() }
    }
}

impl<T: Copy> Patterns<T> {
    /// Adds a pattern; the first meaning given to a name stays.
    pub fn add(&mut self, pattern: &Pattern, meaning: T) {
        let (table, key) = match pattern.method() {
            Some(method) => (&mut self.method, method),
            None => (&mut self.exact, pattern.as_str()),
        };
        table.entry(key.to_owned()).or_insert(meaning);
    }

    /// What a callee stands for: its resolved path first, then its bare method name.
    pub fn find(&self, path: Option<&str>, method: Option<&str>) -> Option<T> {
        path.and_then(|path| self.exact.get(path)).or_else(|| method.and_then(|method| self.method.get(method))).copied()
    }

    /// Whether there is no pattern at all.
    pub fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.method.is_empty()
    }
}
