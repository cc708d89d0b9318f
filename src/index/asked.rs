//! Who else touches a place: a field of a type, or a name of a module.

use super::Project;
use super::outline::{Of, Outline, Touch, Verb};
use super::project::At;
use crate::facts::last;
use std::cell::OnceCell;

/// A place, as other files may know it.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The file that holds it.
    pub path: &'a str,
    /// The family of its language.
    pub language: &'a str,
    /// The type whose field it is; none for a name of the module.
    pub owner: Option<&'a str>,
    /// Its name.
    pub what: &'a str,
}

/// A touch of the place.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// The file that touches it.
    pub file: &'a Outline,
    /// How.
    pub touch: &'a Touch,
    /// Whether it is surely this place; otherwise one of the same name whose owner is not known.
    pub sure: bool,
}

impl<'a> Found<'a> {
    /// The method called on the place.
    pub fn method(&self) -> Option<&'a str> {
        match self.touch.verb {
            Verb::Method(name) => Some(self.file.text(name)),
            _ => None,
        }
    }

    /// The function that touches it, as a person would name it.
    pub fn function(&self) -> &'a str {
        self.touch.function.map_or("the module", |name| self.file.text(name))
    }
}

impl Project {
    /// Every touch of a place by another file, or by code of its own file that reaches it from outside its type.
    pub fn touched<'a>(&'a self, asked: &Asked<'a>) -> Vec<Found<'a>> {
        self.note(asked.what);
        asked.owner.iter().for_each(|owner| self.note(owner));
        let at = self.touches.get(asked.what).map_or(&[][..], Vec::as_slice);
        let all = at.iter().map(|(file, at)| (&self.files[*file as usize], *at));
        let others = all.filter(|(file, _)| !file.test && file.language == asked.language);
        let own = Own::new(self, asked);
        others.filter_map(|(file, at)| self.judged(asked, &own, file, &file.touches[at as usize])).collect()
    }

    /// Every call of one of these methods on something of this name, whatever it belongs to: for methods that only one
    /// kind of thing has.
    pub fn called<'a>(&'a self, language: &str, what: &str, methods: &[String]) -> Option<&'a str> {
        self.note(what);
        let at = self.touches.get(what).map_or(&[][..], Vec::as_slice);
        let mut files = at.iter().map(|(file, at)| {
            let file = &self.files[*file as usize];
            (file, file.touches[*at as usize].verb)
        });
        let calls =
            |file: &Outline, verb: Verb| matches!(verb, Verb::Method(name) if methods.iter().any(|own| own == file.text(name)));
        let found = files.find(|(file, verb)| !file.test && file.language == language && calls(file, *verb))?;
        Some(&found.0.path)
    }

    /// Every touch of something of this name, whatever it belongs to, outside of test code.
    pub fn named<'a>(&'a self, language: &'a str, what: &str) -> impl Iterator<Item = (&'a Outline, &'a Touch)> {
        self.note(what);
        let at = self.touches.get(what).map_or(&[][..], Vec::as_slice);
        let all = at.iter().map(|(file, at)| (&self.files[*file as usize], *at));
        let own = all.filter(move |(file, _)| !file.test && file.language == language);
        own.map(|(file, at)| (file, &file.touches[at as usize]))
    }

    /// The fields of a type whose entries have keys of a type of the program's own, with that type, where only one type of the
    /// project bears this name.
    pub fn keyed<'a>(&'a self, language: &str, ty: &str) -> Vec<(&'a str, &'a str)> {
        self.note(ty);
        let at = self.kinds.get(ty).map_or(&[][..], Vec::as_slice);
        let files = at.iter().map(|(file, at)| (&self.files[*file as usize], *at));
        let defines = |(file, at): &(&Outline, u32)| file.language == language && !file.kinds[*at as usize].foreign;
        let mut defining = files.filter(defines).map(|(file, _)| file);
        let (Some(file), None) = (defining.next(), defining.next()) else { return Vec::new() };
        let own = file.keyed.iter().filter(|(owner, _, _)| file.text(*owner) == ty);
        own.map(|(_, field, key)| (file.text(*field), file.text(*key))).collect()
    }

    fn judged<'a>(&'a self, asked: &Asked<'a>, own: &Own, file: &'a Outline, touch: &'a Touch) -> Option<Found<'a>> {
        let own_file = file.path == asked.path;
        let sure = match (touch.of, asked.owner) {
            // What a file does to its own places is in its facts.
            (Of::Own(_), _) if own_file => return None,
            (Of::Own(ty) | Of::Typed(ty), Some(_)) => {
                let path = file.text(ty);
                let theirs = self.types(file, path);
                if self.are_akin(own, &theirs) {
                    true
                } else if self.kinds.contains_key(last(path)) || matches!(touch.of, Of::Own(_)) {
                    return None;
                } else {
                    own.is_only(self, asked.what)
                }
            }
            (Of::Unknown, Some(_)) => own.is_only(self, asked.what),
            (Of::Module(module), None) if !own_file && self.imports(file, (file.text(module), asked.what), asked.path) => true,
            _ => return None,
        };
        Some(Found { file, touch, sure })
    }

    /// Whether some of these types inherit from the asked one, or the other way round, or are it.
    fn are_akin(&self, own: &Own, theirs: &[At]) -> bool {
        theirs.iter().any(|at| own.lineage.contains(at))
            || self.ancestors(theirs.to_vec()).iter().any(|at| own.types.contains(at))
    }
}

/// The type that was asked about.
struct Own {
    types: Vec<At>,
    /// With all that it inherits from.
    lineage: Vec<At>,
    /// Whether only it and its kin give a field of the asked name a value, once that was looked at.
    only: OnceCell<bool>,
}

impl Own {
    fn new(project: &Project, asked: &Asked) -> Self {
        let types = match (asked.owner, project.outline_of(asked.path)) {
            (Some(owner), Some(file)) => project.types(file, owner),
            _ => Vec::new(),
        };
        Self { lineage: project.ancestors(types.clone()), types, only: OnceCell::new() }
    }

    fn is_only(&self, project: &Project, field: &str) -> bool {
        *self.only.get_or_init(|| {
            let akin = |(file, at): &At| {
                let file = &project.files[*file as usize];
                project.are_akin(self, &project.types(file, file.text(file.fields[*at as usize].0)))
            };
            project.fields.get(field).is_some_and(|all| all.iter().all(akin))
        })
    }
}
