//! Who else touches a place: a field of a type, or a name of a module.

use super::Project;
use super::outline::{Of, Outline, Touch, Verb};
use super::project::At;

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
        let at = self.touches.get(asked.what).map_or(&[][..], Vec::as_slice);
        let all = at.iter().map(|(file, at)| (&self.files[*file as usize], *at));
        let others = all.filter(|(file, _)| !file.test && file.language == asked.language);
        others.filter_map(|(file, at)| self.judged(asked, file, &file.touches[at as usize])).collect()
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

    fn judged<'a>(&'a self, asked: &Asked<'a>, file: &'a Outline, touch: &'a Touch) -> Option<Found<'a>> {
        let own_file = file.path == asked.path;
        let sure = match (touch.of, asked.owner) {
            // What a file does to its own places is in its facts.
            (Of::Own(_), _) if own_file => return None,
            (Of::Own(ty) | Of::Typed(ty), Some(owner)) => {
                let ty = file.text(ty);
                if self.akin(ty, owner) {
                    true
                } else if self.kinds.contains_key(ty) || matches!(touch.of, Of::Own(_)) {
                    return None;
                } else {
                    self.is_only(asked.what, owner)
                }
            }
            (Of::Unknown, Some(owner)) => self.is_only(asked.what, owner),
            (Of::Module(module), None) if !own_file && means(file.text(module), asked.path) => true,
            _ => return None,
        };
        Some(Found { file, touch, sure })
    }

    /// Whether only this type and its kin give a field of this name a value.
    fn is_only(&self, field: &str, owner: &str) -> bool {
        let owner_of = |(file, at): &At| {
            let file = &self.files[*file as usize];
            file.text(file.fields[*at as usize].0)
        };
        self.fields.get(field).is_some_and(|all| all.iter().all(|at| self.akin(owner_of(at), owner)))
    }
}

/// Whether a module's path, as an import writes it, can mean the file at a path.
pub(super) fn means(module: &str, path: &str) -> bool {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let mut file: Vec<&str> = stem.split('/').collect();
    if file.last().is_some_and(|last| matches!(*last, "__init__" | "index" | "mod" | "lib")) {
        file.pop();
    }
    let module: Vec<&str> = module.split(['.', '/', ':']).filter(|part| !part.is_empty()).collect();
    // `from . import name` says no more than that it is near.
    let named =
        module.iter().rev().take_while(|part| !matches!(**part, "crate" | "self" | "super" | "@" | "~")).collect::<Vec<_>>();
    !named.is_empty() && named.len() <= file.len() + 1 && named.iter().zip(file.iter().rev()).all(|(a, b)| **a == *b)
}

#[cfg(test)]
mod tests {
    use super::means;

    #[test]
    fn an_import_means_the_file_whose_path_ends_like_it() {
        for (module, path) in [
            ("app.store", "src/app/store.py"),
            (".store", "app/store.py"),
            ("app.store", "app/store/__init__.py"),
            ("./store", "web/store.ts"),
            ("super::store", "src/store.rs"),
        ] {
            assert!(means(module, path), "{module} means {path}");
        }
        for (module, path) in [("app.other", "app/store.py"), (".", "app/store.py"), ("b.store", "a/store.py")] {
            assert!(!means(module, path), "{module} does not mean {path}");
        }
    }
}
