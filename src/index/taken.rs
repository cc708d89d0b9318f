//! What becomes of what is given to a function of another file.

use super::Project;
use super::module::{face, lies_in};
use super::outline::{Deed, Outline, Taker};
use crate::facts::Slot;

/// A value that is given to a call.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// The file in which the call stands.
    pub path: &'a str,
    /// The dotted path of what is called.
    pub callee: &'a str,
    /// At which parameter.
    pub slot: Slot<&'a str>,
}

/// A function of the project with what it does with one of its parameters.
#[derive(Clone, Debug)]
pub struct Taken<'a> {
    /// The file of the function.
    pub file: &'a Outline,
    /// What it does; each thing once.
    pub deeds: Vec<Deed>,
}

impl Project {
    /// What the function that a call surely means does with what it is given; nothing if either is not known.
    pub fn taken<'a>(&'a self, given: &Given) -> Option<Taken<'a>> {
        if given.callee.contains('.') {
            self.note_given(given.callee);
        }
        let from = self.outline_of(given.path)?;
        let (file, takers) = self.function_of(from, given.callee)?;
        let fits = |taker: &&&Taker| match given.slot {
            Slot::At(at) => taker.param.1 == at,
            Slot::Named(name) => file.text(taker.param.0) == name,
        };
        let deeds: Vec<Deed> = takers.iter().filter(fits).map(|taker| taker.deed).collect();
        (!deeds.is_empty()).then_some(Taken { file, deeds })
    }

    /// Whether a file gives something to a function of another one that may leave it with the giver.
    pub(super) fn is_left(&self, file: &Outline) -> bool {
        let kept = |of: &Taker, all: &[&Taker]| all.iter().any(|one| one.param == of.param && one.deed == Deed::Keeps);
        file.given.iter().any(|path| {
            let found = self.function_of(file, file.text(*path));
            found.is_some_and(|(_, takers)| takers.iter().any(|one| !kept(one, &takers)))
        })
    }

    /// The one function that a dotted path means where this file calls it, with what it does with its parameters.
    fn function_of<'a>(&'a self, from: &'a Outline, path: &str) -> Option<(&'a Outline, Vec<&'a Taker>)> {
        let Some((module, name)) = path.rsplit_once('.') else { return Self::takers_of(from, path, None) };
        if !self.takers.contains_key(name) {
            return None;
        }
        if let Some(file) = self.only(&self.modules(from, module)) {
            return Self::takers_of(file, name, None).or_else(|| self.handed_on(file, name));
        }
        let (module, ty) = module.rsplit_once('.')?;
        let file = self.only(&self.modules(from, module))?;
        // An heir may do something else.
        if self.has_heirs(ty) {
            return None;
        }
        Self::takers_of(file, name, Some(ty))
    }

    fn only(&self, files: &[u32]) -> Option<&Outline> {
        match files {
            [only] => Some(&self.files[*only as usize]),
            _ => None,
        }
    }

    fn takers_of<'a>(file: &'a Outline, name: &str, owner: Option<&str>) -> Option<(&'a Outline, Vec<&'a Taker>)> {
        let own = |taker: &&Taker| file.text(taker.function) == name && taker.owner.map(|ty| file.text(ty)) == owner;
        let all: Vec<&Taker> = file.takers.iter().filter(own).collect();
        (!all.is_empty()).then_some((file, all))
    }

    /// The function that the face of a package has from a file below it, if there is but one of that name.
    fn handed_on<'a>(&'a self, at: &'a Outline, name: &str) -> Option<(&'a Outline, Vec<&'a Taker>)> {
        let folder = face(&at.path)?;
        let defines = |file: &Outline| file.functions.iter().any(|function| file.text(*function) == name);
        if defines(at) {
            return None;
        }
        let mut below =
            self.files.iter().filter(|file| lies_in(&file.path, folder) && file.language == at.language && !file.test);
        let file = below.find(|file| defines(file))?;
        let alone = !below.any(defines) && file.functions.iter().filter(|function| file.text(**function) == name).count() == 1;
        if alone { Self::takers_of(file, name, None) } else { None }
    }
}
