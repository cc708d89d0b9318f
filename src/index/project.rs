use super::asked::means;
use super::outline::{Caller, Outline, Text};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;
use std::sync::Mutex;

/// An entry of one outline: which file, which place in its table.
pub(super) type At = (u32, u32);

/// What the checks of one file ask of the project, and what they tell it.
#[derive(Debug, Default)]
pub struct Log {
    /// The names that were asked about.
    pub asked: BTreeSet<String>,
    /// The functions that make a resource for their callers, with the kind of the resource.
    pub makers: BTreeSet<(String, String)>,
}

/// What all files of a run say about each other's things. An empty project knows nothing, and says so.
#[derive(Debug, Default)]
pub struct Project {
    pub(super) files: Vec<Outline>,
    pub(super) touches: FxHashMap<Box<str>, Vec<At>>,
    pub(super) made: FxHashMap<Box<str>, Vec<At>>,
    pub(super) kinds: FxHashMap<Box<str>, Vec<At>>,
    /// The types that give a field of this name a value.
    pub(super) fields: FxHashMap<Box<str>, FxHashSet<Box<str>>>,
    pub(super) heirs: FxHashMap<Box<str>, Vec<Box<str>>>,
    calls: FxHashMap<Box<str>, Vec<At>>,
    functions: FxHashMap<Box<str>, u32>,
    makers: FxHashMap<Box<str>, Vec<At>>,
    /// What the checks of one file ask and tell, while somebody listens.
    log: Option<Mutex<Log>>,
}

impl Project {
    /// Links the outlines of a project.
    pub fn new(mut files: Vec<Outline>) -> Self {
        // Their order decides the order of answers.
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let mut project = Self::default();
        for (number, file) in files.iter().enumerate() {
            project.add(number as u32, file);
        }
        project.files = files;
        project
    }

    /// A project that knows nothing and listens: what it is asked about is what the wider project must be read for.
    pub fn listening() -> Self {
        Self { log: Some(Mutex::default()), ..Self::default() }
    }

    /// What it was asked and told.
    pub fn heard(self) -> Log {
        self.log.and_then(|log| log.into_inner().ok()).unwrap_or_default()
    }

    pub(super) fn note(&self, name: &str) {
        if let Some(log) = &self.log
            && let Ok(mut log) = log.lock()
            && !log.asked.contains(name)
        {
            log.asked.insert(name.to_owned());
        }
    }

    /// Hears of the functions of a file that make a resource for their callers; only a project that listens asks for them.
    pub fn tell_makers<'a>(&self, makers: impl FnOnce() -> Vec<(&'a str, &'a str)>) {
        if let Some(log) = &self.log
            && let Ok(mut log) = log.lock()
        {
            log.makers.extend(makers().into_iter().map(|(name, kind)| (name.to_owned(), kind.to_owned())));
        }
    }

    fn add(&mut self, number: u32, file: &Outline) {
        let word = |text: Text| -> Box<str> { file.text(text).into() };
        for (at, touch) in file.touches.iter().enumerate() {
            self.touches.entry(word(touch.what)).or_default().push((number, at as u32));
        }
        for (at, made) in file.made.iter().enumerate() {
            self.made.entry(word(made.what)).or_default().push((number, at as u32));
        }
        for (at, kind) in file.kinds.iter().enumerate() {
            self.kinds.entry(word(kind.name)).or_default().push((number, at as u32));
            for base in &kind.bases {
                self.heirs.entry(word(*base)).or_default().push(word(kind.name));
            }
        }
        for (owner, field) in &file.fields {
            self.fields.entry(word(*field)).or_default().insert(word(*owner));
        }
        for name in &file.functions {
            *self.functions.entry(word(*name)).or_default() += 1;
        }
        for (at, (name, _)) in file.makers.iter().enumerate().filter(|_| !file.test) {
            self.makers.entry(word(*name)).or_default().push((number, at as u32));
        }
        for (at, (callee, _)) in file.calls.iter().enumerate() {
            self.calls.entry(word(*callee)).or_default().push((number, at as u32));
        }
    }

    /// Whether it knows any file at all.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// How many files it knows.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether exactly one function of the project bears this name, so that a call by name means it.
    pub fn is_distinctive(&self, function: &str) -> bool {
        self.note(function);
        self.functions.get(function) == Some(&1)
    }

    /// The file of the function that an imported path means, and the kind of the resource that it makes for its callers.
    pub fn maker<'a>(&'a self, language: &str, path: &str) -> Option<(&'a str, &'a str)> {
        let (module, name) = path.rsplit_once('.')?;
        let mut at = self.makers.get(name)?.iter().map(|(file, at)| (&self.files[*file as usize], *at as usize));
        let (file, at) = at.find(|(file, _)| file.language == language && means(module, &file.path))?;
        Some((&file.path, file.text(file.makers[at].1)))
    }

    /// Whether a file calls a function by the name of one that makes a resource elsewhere.
    pub fn is_supplied(&self, file: &str) -> bool {
        let own = self.files.binary_search_by(|other| other.path.as_str().cmp(file)).ok().map(|at| &self.files[at]);
        !self.makers.is_empty()
            && own.is_some_and(|own| own.calls.iter().any(|(callee, _)| self.makers.contains_key(own.text(*callee))))
    }

    /// Everyone who calls a function of this name, with the file; test code is left out.
    pub fn callers(&self, language: &str, function: &str) -> Vec<(&Outline, Caller)> {
        let at = self.calls.get(function).map_or(&[][..], Vec::as_slice);
        let each = at.iter().map(|(file, at)| (&self.files[*file as usize], self.files[*file as usize].calls[*at as usize].1));
        each.filter(|(file, _)| !file.test && file.language == language).collect()
    }
}
