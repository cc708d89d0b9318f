use super::asked::means;
use super::outline::{Caller, Outline, Text};
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
    makers: Table,
    /// The names that were asked about, while somebody listens.
    log: Option<Mutex<BTreeSet<String>>>,
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

    /// The names it was asked about, ordered.
    pub fn asked(self) -> Vec<String> {
        let names = self.log.and_then(|log| log.into_inner().ok()).unwrap_or_default();
        names.into_iter().collect()
    }

    pub(super) fn note(&self, name: &str) {
        if let Some(log) = &self.log
            && let Ok(mut names) = log.lock()
            && !names.contains(name)
        {
            names.insert(name.to_owned());
        }
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
        for name in &file.functions {
            *self.functions.entry(file.text(*name).into()).or_default() += 1;
        }
    }

    fn remove(&mut self, number: u32, file: &Outline) {
        for (table, word, _) in tables(file) {
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
            Topic::Calls => &mut self.calls,
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

/// Which table of the project an entry belongs to.
#[derive(Clone, Copy)]
enum Topic {
    Touches,
    Made,
    Kinds,
    Heirs,
    Fields,
    Makers,
    Calls,
}

/// Every entry of a file: its table, its name, and its place in the file's own list.
fn tables(file: &Outline) -> impl Iterator<Item = (Topic, &str, u32)> {
    let touches = file.touches.iter().map(|touch| touch.what).enumerate();
    let made = file.made.iter().map(|made| made.what).enumerate();
    let kinds = file.kinds.iter().map(|kind| kind.name).enumerate();
    let heirs = file.kinds.iter().enumerate().flat_map(|(at, kind)| kind.bases.iter().map(move |base| (at, *base)));
    let fields = file.fields.iter().map(|(_, field)| *field).enumerate();
    let makers = file.makers.iter().map(|(name, _)| *name).enumerate().filter(|_| !file.test);
    let calls = file.calls.iter().map(|(callee, _)| *callee).enumerate();
    let word = |of: Topic| move |(at, text): (usize, Text)| (of, file.text(text), at as u32);
    let types = kinds.map(word(Topic::Kinds)).chain(heirs.map(word(Topic::Heirs))).chain(fields.map(word(Topic::Fields)));
    let deeds = touches.map(word(Topic::Touches)).chain(made.map(word(Topic::Made)));
    deeds.chain(types).chain(makers.map(word(Topic::Makers))).chain(calls.map(word(Topic::Calls)))
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
