use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A name of something callable: `socket.socket` after imports are resolved, `*.accept` for a method of any receiver, or
/// `libc.*` for whatever lies directly below a path, and `ffi.Py*` for what of that begins so.
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

    /// The path, with its last dot and what names below it begin with, directly below which everything fits.
    pub fn below(&self) -> Option<&str> {
        self.0.strip_suffix('*').filter(|path| path.contains('.'))
    }

    /// The last name: the method, or the function.
    pub fn last(&self) -> &str {
        crate::facts::last(&self.0)
    }

    /// Whether a callee with this resolved path, or else with this method name, fits.
    pub fn fits(&self, path: Option<&str>, method: Option<&str>) -> bool {
        match (self.method(), self.below()) {
            (Some(own), _) => method == Some(own),
            (None, Some(start)) => path.is_some_and(|path| lies_below(path, start)),
            (None, None) => path == Some(&self.0),
        }
    }
}

/// Patterns with what they stand for, found by name in constant time.
#[derive(Clone, Debug)]
pub struct Patterns<T> {
    exact: FxHashMap<String, T>,
    method: FxHashMap<String, T>,
    below: Vec<(String, T)>,
}

impl<T> Default for Patterns<T> {
    fn default() -> Self {
        Self { exact: FxHashMap::default(), method: FxHashMap::default(), below: Vec::new() }
    }
}

impl<T: Copy> Patterns<T> {
    /// Adds a pattern; the first meaning given to a name stays.
    pub fn add(&mut self, pattern: &Pattern, meaning: T) {
        if let Some(start) = pattern.below() {
            self.below.push((start.to_owned(), meaning));
            return;
        }
        let (table, key) = match pattern.method() {
            Some(method) => (&mut self.method, method),
            None => (&mut self.exact, pattern.as_str()),
        };
        table.entry(key.to_owned()).or_insert(meaning);
    }

    /// What a callee stands for: its resolved path first, then what that lies below, then its bare method name.
    pub fn find(&self, path: Option<&str>, method: Option<&str>) -> Option<T> {
        let exact = path.and_then(|path| self.exact.get(path));
        let below = || self.below.iter().find(|(start, _)| path.is_some_and(|path| lies_below(path, start)));
        exact.or_else(|| Some(&below()?.1)).or_else(|| method.and_then(|method| self.method.get(method))).copied()
    }

    /// Whether there is no pattern at all.
    pub fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.method.is_empty() && self.below.is_empty()
    }
}

/// Whether a path has just one name more than there are dots in `start`, which it begins with.
fn lies_below(path: &str, start: &str) -> bool {
    path.strip_prefix(start).is_some_and(|rest| !rest.contains('.'))
}
