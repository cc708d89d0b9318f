//! Types across files: who inherits from whom, by their last names.

use super::Project;
use super::outline::{Kind, Outline};

/// How many steps of inheritance are followed.
const STEPS: usize = 8;

impl Project {
    /// Every definition of a type of this name.
    pub fn kinds(&self, name: &str) -> impl Iterator<Item = (&Outline, &Kind)> {
        let at = self.kinds.get(name).map_or(&[][..], Vec::as_slice);
        at.iter().map(|(file, at)| (&self.files[*file as usize], &self.files[*file as usize].kinds[*at as usize]))
    }

    /// The type and all it inherits from, by name; those that no file defines are in it as well.
    pub fn lineage<'a>(&'a self, name: &'a str) -> Vec<&'a str> {
        self.note(name);
        let mut all = vec![name];
        let mut at = 0;
        while at < all.len() && at < STEPS * STEPS {
            for (file, kind) in self.kinds(all[at]) {
                for base in &kind.bases {
                    let base = file.text(*base);
                    if !all.contains(&base) {
                        all.push(base);
                    }
                }
            }
            at += 1;
        }
        all
    }

    /// Whether one type inherits from the other, or is it.
    pub fn akin(&self, one: &str, other: &str) -> bool {
        one == other || self.lineage(one).contains(&other) || self.lineage(other).contains(&one)
    }

    /// Whether the project defines a type of this name.
    pub fn defines(&self, name: &str) -> bool {
        self.kinds.contains_key(name)
    }

    /// Whether some type of the project inherits from this one.
    pub fn has_heirs(&self, name: &str) -> bool {
        self.heirs.contains_key(name)
    }
}
