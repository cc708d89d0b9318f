//! Types across files: who inherits from whom. A name means the type that its import leads to; where that is out of sight,
//! every type of the name.

use super::Project;
use super::module::{face, lies_in};
use super::outline::{Kind, Outline};
use super::project::At;
use crate::facts::last;

/// How many types are looked at for one question.
const KIN: usize = 64;

impl Project {
    /// The types that a dotted path means in a file: those that its import leads to, or else all of that name; none if it
    /// comes from outside the project. A path without a dot is the name of a type of the file itself.
    pub(super) fn types(&self, from: &Outline, path: &str) -> Vec<At> {
        let all =
            || self.kinds.get(last(path)).into_iter().flatten().copied().filter(|at| self.owner(*at).language == from.language);
        let among = |files: &[u32]| all().filter(|at| files.contains(&at.0) && !self.kind(*at).foreign).collect::<Vec<At>>();
        let Some((module, _)) = path.rsplit_once('.') else {
            let own: Vec<At> = all().filter(|at| self.owner(*at).path == from.path && !self.kind(*at).foreign).collect();
            return if own.is_empty() { all().collect() } else { own };
        };
        if all().next().is_none() {
            return Vec::new();
        }
        let files = self.modules(from, module);
        let named = among(&files);
        if !named.is_empty() {
            return named;
        }
        // A type inside of another one.
        let outer = module.rsplit_once('.').map(|(outer, _)| among(&self.modules(from, outer))).unwrap_or_default();
        if !outer.is_empty() {
            return outer;
        }
        let below = |at: &At| {
            let folders = files.iter().filter_map(|file| face(&self.files[*file as usize].path));
            folders.into_iter().any(|folder| lies_in(&self.owner(*at).path, folder))
        };
        let handed_on: Vec<At> = all().filter(below).collect();
        if !handed_on.is_empty() {
            return handed_on;
        }
        let near = !files.is_empty() || module.is_empty() || module.starts_with(['.', '@', '~', '#']);
        let first = module.split(['.', '/']).next().unwrap_or_default();
        if near || matches!(first, "crate" | "self" | "super") {
            return all().collect();
        }
        all()
            .filter(|at| self.owner(*at).path.split('/').any(|folder| folder.replace('-', "_") == first.replace('-', "_")))
            .collect()
    }

    fn owner(&self, at: At) -> &Outline {
        &self.files[at.0 as usize]
    }

    pub(super) fn kind(&self, at: At) -> &Kind {
        &self.files[at.0 as usize].kinds[at.1 as usize]
    }

    /// The types and all that they inherit from, as far as the project defines it.
    pub(super) fn ancestors(&self, start: Vec<At>) -> Vec<At> {
        let mut all = start;
        let mut next = 0;
        while next < all.len() && all.len() < KIN {
            let (file, kind) = (self.owner(all[next]), self.kind(all[next]));
            let named = kind.foreign.then_some(kind.name);
            for base in kind.bases.iter().copied().chain(named) {
                for at in self.types(file, file.text(base)) {
                    if !all.contains(&at) {
                        all.push(at);
                    }
                }
            }
            next += 1;
        }
        all
    }

    /// All that a type inherits from, from one of its bases on; nothing if part of it is out of sight. `plain` are bases that
    /// do not matter, by their paths.
    pub fn ancestry<'a>(&'a self, path: &str, base: &str, plain: &dyn Fn(&str) -> bool) -> Option<Vec<(&'a Outline, &'a Kind)>> {
        self.note(last(base));
        let first = self.types(self.outline_of(path)?, base);
        if first.is_empty() {
            return None;
        }
        let all = self.ancestors(first);
        let in_sight = all.iter().all(|at| {
            let file = self.owner(*at);
            self.kind(*at).bases.iter().map(|base| file.text(*base)).all(|base| plain(base) || !self.types(file, base).is_empty())
        });
        in_sight.then(|| all.into_iter().map(|at| (self.owner(at), self.kind(at))).collect())
    }

    /// Whether some type of the project inherits from one of this name.
    pub fn has_heirs(&self, name: &str) -> bool {
        self.heirs.contains_key(name)
    }

    /// Whether several types of the project inherit from one of this name.
    pub fn has_several_heirs(&self, name: &str) -> bool {
        self.note(name);
        self.heirs.get(name).is_some_and(|heirs| heirs.len() > 1)
    }

    /// Whether some file of the project, of the language of this one, gives a type of this name a teardown of that name.
    pub fn has_teardown(&self, path: &str, ty: &str, teardown: &str) -> bool {
        self.note(ty);
        let language = self.outline_of(path).map(|own| own.language.as_str());
        self.kinds.get(ty).into_iter().flatten().any(|at| {
            let file = self.owner(*at);
            language.is_none_or(|language| file.language == language)
                && self.kind(*at).teardowns.iter().any(|name| file.text(*name) == teardown)
        })
    }
}
