//! Which functions are called from other files for each request, message, event or tick.

use super::Project;
use super::outline::{Outline, Served};
use crate::facts::last;

/// A call that is made for each request, message, event or tick, as the file says it in which it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Serving {
    /// The dotted path of what is called, or its mere name.
    pub callee: String,
    /// The name and the type of what the method is called on, as far as it has them.
    pub on: [Option<String>; 2],
    /// How often that is, as a clause.
    pub how: String,
    /// Whether more than a hint says so.
    pub firm: bool,
    /// Which of the arguments come with the request, a bit for each.
    pub brings: u32,
}

/// A function, as other files may call it.
#[derive(Clone, Copy, Debug)]
pub struct Called<'a> {
    /// The file that defines it.
    pub path: &'a str,
    /// The family of its language.
    pub language: &'a str,
    /// The type whose method it is.
    pub owner: Option<&'a str>,
    /// Its name.
    pub name: &'a str,
}

impl Project {
    /// Every call of a function that is made for each request, message, event or tick, save those that its own file resolves:
    /// by a path that leads to the function's file, or on what bears the name of its type, where no other function has its
    /// name.
    pub fn served<'a>(&'a self, called: &Called<'a>) -> impl Iterator<Item = (&'a Outline, &'a Served)> {
        self.note(called.name);
        let at = self.served.get(called.name).map_or(&[][..], Vec::as_slice);
        let all = at.iter().map(|(file, at)| (&self.files[*file as usize], *at as usize));
        let near = all.filter(|(file, _)| !file.test && file.language == called.language);
        near.map(|(file, at)| (file, &file.served[at])).filter(|(file, call)| self.means(file, **call, called))
    }

    fn means(&self, file: &Outline, call: Served, called: &Called) -> bool {
        let path = file.text(call.callee);
        let here = |module: &str, name: &str| self.imports(file, (module, name), called.path);
        let by_path = path.rsplit_once('.').is_some_and(|(module, name)| {
            here(module, name) || called.owner.is_some() && module.rsplit_once('.').is_some_and(|(module, on)| here(module, on))
        });
        let on = |owner: &str| call.on.iter().flatten().any(|on| bears(file.text(*on), owner));
        by_path || called.owner.is_some_and(|owner| on(owner) && self.is_distinctive(called.name))
    }
}

/// Whether what a method is called on has the name of a type, or of a part of it: `store`, `userStore` of a `UserStore`.
fn bears(on: &str, owner: &str) -> bool {
    let plain = |name: &str| last(name).replace('_', "").to_lowercase();
    let (on, owner) = (plain(on), plain(owner));
    on.len() > 2 && (owner.ends_with(&on) || on.ends_with(&owner))
}
