use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// An identifier or dotted path of one file, compared as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Name(u32);

impl Name {
    /// A name by its number, in a table that is counted elsewhere.
    pub const fn numbered(number: u32) -> Self {
        Self(number)
    }

    /// Its number.
    pub const fn number(self) -> usize {
        self.0 as usize
    }
}

/// The identifiers of one file, each stored once.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Arc<str>>", into = "Vec<Arc<str>>")]
pub struct Names {
    texts: Vec<Arc<str>>,
    index: FxHashMap<Arc<str>, Name>,
    /// Every name that was asked for, while somebody listens.
    heard: Option<Vec<Name>>,
}

impl Names {
    /// The number of `text`, given now if it has none yet.
    pub fn intern(&mut self, text: &str) -> Name {
        let name = self.number(text);
        if let Some(heard) = &mut self.heard {
            heard.push(name);
        }
        name
    }

    /// Begins to take note of every name that is asked for.
    pub fn listen(&mut self) {
        self.heard = Some(Vec::new());
    }

    /// The names that were asked for since then, in this order.
    pub fn heard(&mut self) -> Vec<Name> {
        self.heard.take().unwrap_or_default()
    }

    fn number(&mut self, text: &str) -> Name {
        if let Some(name) = self.index.get(text) {
            return *name;
        }
        let (name, text) = (Name(self.texts.len() as u32), Arc::<str>::from(text));
        self.texts.push(Arc::clone(&text));
        self.index.insert(text, name);
        name
    }

    /// The number of `text`, if the file holds it anywhere.
    pub fn find(&self, text: &str) -> Option<Name> {
        self.index.get(text).copied()
    }

    /// The text of a name of this file, to be kept.
    pub fn shared(&self, name: Name) -> Arc<str> {
        self.texts.get(name.number()).cloned().unwrap_or_default()
    }

    /// The text of a name of this file.
    pub fn text(&self, name: Name) -> &str {
        self.texts.get(name.0 as usize).map_or("", |text| text)
    }
}

impl From<Vec<Arc<str>>> for Names {
    fn from(texts: Vec<Arc<str>>) -> Self {
        let index = texts.iter().enumerate().map(|(at, text)| (Arc::clone(text), Name(at as u32))).collect();
        Self { texts, index, heard: None }
    }
}

impl From<Names> for Vec<Arc<str>> {
    fn from(names: Names) -> Self {
        names.texts
    }
}
