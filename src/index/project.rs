use super::module::key;
use super::outline::{Caller, Outline, Text};
use super::served::Serving;
use crate::facts::last;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;
use std::sync::Mutex;

/// An entry of one outline: which file, which place in its table.
pub(super) type At = (u32, u32);

/// The entries by name, in the order of the files.
type Table = FxHashMap<Box<str>, Vec<At>>;

/// What all files of a run say about each other's things. An empty project knows nothing, and says so.
#[derive(Debug, Default)]
pub struct Project {
    pub(super) files: Vec<Outline>,
    pub(super) touches: Table,
    pub(super) made: Table,
    pub(super) kinds: Table,
    /// Where methods give a field of this name a value.
    pub(super) fields: Table,
    /// The types that inherit from the one of this name.
    pub(super) heirs: Table,
    calls: Table,
    functions: FxHashMap<Box<str>, u32>,
    /// What functions of this name do with what they are given.
    pub(super) takers: Table,
    /// The files by the last name of the module that each is.
    pub(super) modules: Table,
    makers: Table,
    /// The calls that are made for each request, message, event or tick, by the name of what is called.
    pub(super) served: Table,
    /// What it was asked and told, while somebody listens.
    log: Option<Mutex<Log>>,
}

/// What the checks of one file ask a project that knows nothing, and what they tell it.
#[derive(Debug, Default)]
pub struct Log {
    /// The names they asked about, which the wider project must be read for.
    pub asked: BTreeSet<String>,
    /// The functions of which they asked how often they run, so that the callers of their callers matter as well.
    pub traced: BTreeSet<String>,
    /// The functions out of sight that they asked about: something that must be released is given to them.
    pub given: BTreeSet<String>,
    /// The functions that make a resource for their callers, with its kind.
    pub makers: BTreeSet<(String, String)>,
    /// What their functions that serve requests, messages, events and ticks call out of sight.
    pub served: BTreeSet<Serving>,
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

    /// Whether it knows nothing yet, and what is said now is looked at again once it does.
    pub fn is_listening(&self) -> bool {
        self.log.is_some()
    }

    /// What it has heard.
    pub fn heard(self) -> Log {
        self.log.and_then(|log| log.into_inner().ok()).unwrap_or_default()
    }

    fn listen(&self, note: impl FnOnce(&mut Log)) {
        if let Some(log) = &self.log
            && let Ok(mut log) = log.lock()
        {
            note(&mut log);
        }
    }

    pub(super) fn note(&self, name: &str) {
        self.listen(|log| {
            if !log.asked.contains(name) {
                log.asked.insert(name.to_owned());
            }
        });
    }

    pub(super) fn note_traced(&self, name: &str) {
        self.listen(|log| {
            if !log.traced.contains(name) {
                log.traced.insert(name.to_owned());
            }
        });
    }

    pub(super) fn note_given(&self, path: &str) {
        self.note(last(path));
        self.listen(|log| {
            log.given.insert(path.to_owned());
        });
    }

    /// Takes note of calls that are made for each request, message, event or tick.
    pub fn tell_served(&self, calls: impl FnOnce() -> Vec<Serving>) {
        self.listen(|log| log.served.extend(calls()));
    }

    /// Takes note of functions that make a resource and leave its release to their callers, with its kind.
    pub fn tell<'a>(&self, makers: impl FnOnce() -> Vec<(&'a str, &'a str)>) {
        self.listen(|log| log.makers.extend(makers().into_iter().map(|(name, kind)| (name.to_owned(), kind.to_owned()))));
    }

    /// Takes the outline of a file in the place of the one it had, and says whether that changes anything for others.
    ///
    /// The project is then the same as if it had been linked anew.
    pub fn update(&mut self, outline: Outline) -> bool {
        match self.files.binary_search_by(|other| other.path.cmp(&outline.path)) {
            Ok(at) if self.files[at] == outline => false,
            Ok(at) => {
                let before = std::mem::take(&mut self.files[at]);
                self.remove(at as u32, &before);
                self.add(at as u32, &outline);
                self.files[at] = outline;
                true
            }
            Err(_) => {
                self.change(vec![outline], &FxHashSet::default());
                true
            }
        }
    }

    /// Takes outlines of several files, new or known, and forgets those of the paths that are `gone`.
    pub fn change(&mut self, outlines: Vec<Outline>, gone: &FxHashSet<String>) {
        let new: FxHashSet<&str> = outlines.iter().map(|outline| outline.path.as_str()).collect();
        let mut files = std::mem::take(&mut self.files);
        files.retain(|file| !gone.contains(&file.path) && !new.contains(file.path.as_str()));
        files.extend(outlines);
        *self = Self { log: self.log.take(), ..Self::new(files) };
    }

    fn add(&mut self, number: u32, file: &Outline) {
        for (table, word, at) in tables(file) {
            put(self.table(table), word, (number, at));
        }
        put(self.table(Topic::Modules), &key(&file.path), (number, 0));
        for name in &file.functions {
            *self.functions.entry(file.text(*name).into()).or_default() += 1;
        }
    }

    fn remove(&mut self, number: u32, file: &Outline) {
        let module = key(&file.path);
        for (table, word, _) in tables(file).chain([(Topic::Modules, module.as_str(), 0)]) {
            let table = self.table(table);
            let Some(list) = table.get_mut(word) else { continue };
            let start = list.partition_point(|(file, _)| *file < number);
            let end = list.partition_point(|(file, _)| *file <= number);
            list.drain(start..end);
            if list.is_empty() {
                table.remove(word);
            }
        }
        for name in &file.functions {
            let name = file.text(*name);
            if let Some(count) = self.functions.get_mut(name) {
                *count -= 1;
                if *count == 0 {
                    self.functions.remove(name);
                }
            }
        }
    }

    fn table(&mut self, of: Topic) -> &mut Table {
        match of {
            Topic::Touches => &mut self.touches,
            Topic::Made => &mut self.made,
            Topic::Kinds => &mut self.kinds,
            Topic::Heirs => &mut self.heirs,
            Topic::Fields => &mut self.fields,
            Topic::Makers => &mut self.makers,
            Topic::Takers => &mut self.takers,
            Topic::Modules => &mut self.modules,
            Topic::Calls => &mut self.calls,
            Topic::Served => &mut self.served,
        }
    }

    /// Whether it knows any file at all.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// What its files say, in the order of their paths.
    pub fn outlines(&self) -> &[Outline] {
        &self.files
    }

    /// Whether it knows the file of this path.
    pub fn knows(&self, path: &str) -> bool {
        self.files.binary_search_by(|other| other.path.as_str().cmp(path)).is_ok()
    }

    pub(super) fn outline_of(&self, path: &str) -> Option<&Outline> {
        self.files.binary_search_by(|other| other.path.as_str().cmp(path)).ok().map(|at| &self.files[at])
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
    pub fn maker<'a>(&'a self, from: &str, path: &str) -> Option<(&'a str, &'a str)> {
        let (module, name) = path.rsplit_once('.')?;
        let all = self.makers.get(name)?;
        let meant = self.modules(self.outline_of(from)?, module);
        let (file, at) = all.iter().find(|(file, _)| meant.contains(file))?;
        let file = &self.files[*file as usize];
        Some((&file.path, file.text(file.makers[*at as usize].1)))
    }

    /// Whether a file calls a function by the name of one that makes a resource elsewhere, or gives something that must be
    /// released to one that may not take it over.
    pub fn is_supplied(&self, file: &str) -> bool {
        let Some(own) = self.outline_of(file) else { return false };
        let called = |(callee, _): &(Text, Caller)| self.makers.contains_key(own.text(*callee));
        !self.makers.is_empty() && own.calls.iter().any(called) || self.is_left(own)
    }

    /// Everyone who calls a function of this name, with the file; test code is left out.
    pub fn callers(&self, language: &str, function: &str) -> Vec<(&Outline, Caller)> {
        let at = self.calls.get(function).map_or(&[][..], Vec::as_slice);
        let each = at.iter().map(|(file, at)| (&self.files[*file as usize], self.files[*file as usize].calls[*at as usize].1));
        each.filter(|(file, _)| !file.test && file.language == language).collect()
    }
}

/// Which table of the project an entry belongs to.
#[derive(Clone, Copy)]
enum Topic {
    Touches,
    Made,
    Kinds,
    Heirs,
    Fields,
    Makers,
    Takers,
    Modules,
    Calls,
    Served,
}

/// Every entry of a file: its table, its name, and its place in the file's own list.
fn tables(file: &Outline) -> impl Iterator<Item = (Topic, &str, u32)> {
    let touches = file.touches.iter().map(|touch| touch.what).enumerate();
    let made = file.made.iter().map(|made| made.what).enumerate();
    let made = made.map(|(at, what)| (Topic::Made, last(file.text(what)), at as u32));
    let kinds = file.kinds.iter().map(|kind| kind.name).enumerate();
    let heirs = file.kinds.iter().enumerate().flat_map(|(at, kind)| kind.bases.iter().map(move |base| (at, *base)));
    let heirs = heirs.map(|(at, base)| (Topic::Heirs, last(file.text(base)), at as u32));
    let fields = file.fields.iter().map(|(_, field)| *field).enumerate();
    let makers = file.makers.iter().map(|(name, _)| *name).enumerate().filter(|_| !file.test);
    let takers = file.takers.iter().map(|taker| taker.function).enumerate();
    let calls = file.calls.iter().map(|(callee, _)| *callee).enumerate();
    let served = file.served.iter().map(|call| call.callee).enumerate().filter(|_| !file.test);
    let served = served.map(|(at, callee)| (Topic::Served, last(file.text(callee)), at as u32));
    let word = |of: Topic| move |(at, text): (usize, Text)| (of, file.text(text), at as u32);
    let types = kinds.map(word(Topic::Kinds)).chain(heirs).chain(fields.map(word(Topic::Fields)));
    let deeds = touches.map(word(Topic::Touches)).chain(made);
    deeds
        .chain(types)
        .chain(makers.map(word(Topic::Makers)))
        .chain(takers.map(word(Topic::Takers)))
        .chain(calls.map(word(Topic::Calls)))
        .chain(served)
}

/// Adds an entry behind those of its own file and of the files before it.
fn put(table: &mut Table, word: &str, at: At) {
    let Some(list) = table.get_mut(word) else {
        table.insert(word.into(), vec![at]);
        return;
    };
    match list.last() {
        Some((file, _)) if *file > at.0 => {
            let place = list.partition_point(|(file, _)| *file <= at.0);
            list.insert(place, at);
        }
        _ => list.push(at),
    }
}
