//! How long the instances of a type live, by where the project makes them.

use super::Project;
use super::outline::{Keeping, Made, Outline};

/// How many owners of owners are asked.
const OWNERS: u32 = 4;

/// How long the instances of a type live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tenure<'a> {
    /// A name of the module of this file keeps one, itself or through its owners.
    Lasting(&'a str),
    /// Each goes with the function that makes it; one such function and its file.
    Passing(&'a str, &'a str),
    /// The project does not tell.
    Unknown,
}

impl Project {
    /// How long the instances of a type of this file live. `starting` are the functions that run for the life of the process: what is
    /// local to one of them lasts.
    pub fn tenure<'a>(&'a self, path: &'a str, ty: &'a str, starting: &dyn Fn(&str) -> bool) -> Tenure<'a> {
        self.tenure_of((path, ty), starting, OWNERS)
    }

    /// Whether the project makes instances of a type of this file, and never in a loop.
    pub fn is_made_singly(&self, path: &str, ty: &str) -> bool {
        let made = self.instances(path, ty);
        !made.is_empty() && made.iter().all(|(_, one)| !one.looping)
    }

    /// Whether the project makes any instance of a type of this file.
    pub fn is_made(&self, path: &str, ty: &str) -> bool {
        self.note(ty);
        !self.instances(path, ty).is_empty()
    }

    /// Whether the project makes instances of a type of this file, and each of them for a field of another type.
    pub fn is_held_by_fields(&self, path: &str, ty: &str) -> bool {
        self.note(ty);
        let made = self.instances(path, ty);
        let held = |(file, one): &(&Outline, &Made)| {
            matches!(one.keeping, Keeping::Field(owner) if file.text(owner) != ty) && !one.looping
        };
        !made.is_empty() && made.iter().all(held)
    }

    /// Whether the project makes instances of a type of this file in a loop.
    pub fn is_made_in_loop(&self, path: &str, ty: &str) -> bool {
        self.note(ty);
        self.instances(path, ty).iter().any(|(_, one)| one.looping)
    }

    /// A function that makes an instance of a type of this file for itself, with its file; `starting` run for the life of the process.
    pub fn made_for_calls<'a>(&'a self, path: &str, ty: &'a str, starting: &dyn Fn(&str) -> bool) -> Option<(&'a str, &'a str)> {
        self.note(ty);
        self.instances(path, ty).into_iter().find_map(|(file, made)| {
            let function = made.function.map(|name| file.text(name))?;
            let own = made.keeping == Keeping::Local || made.looping;
            (own && !starting(function)).then_some((function, file.path.as_str()))
        })
    }

    /// One of the functions that make instances of a type of this file, with its file, if none is made elsewhere or in a loop
    /// and `single` knows each of them.
    pub fn made_once_by<'a>(&'a self, path: &str, ty: &'a str, single: &dyn Fn(&str) -> bool) -> Option<(&'a str, &'a str)> {
        self.note(ty);
        let made = self.instances(path, ty);
        let by: Option<Vec<_>> = made
            .into_iter()
            .map(|(file, one)| {
                let function = file.text(one.function?);
                (!one.looping && single(function)).then_some((function, file.path.as_str()))
            })
            .collect();
        by?.first().copied()
    }

    /// Whether all instances of a type of this file that the project makes are made while modules are loaded; what the
    /// function of this name in the file makes is what it is called for.
    pub fn is_made_at_load(&self, path: &str, ty: &str, constructor: Option<&str>) -> bool {
        self.note(ty);
        let own = |file: &Outline, name: &str| file.path == path && constructor == Some(name);
        self.instances(path, ty).iter().all(|(file, one)| one.function.is_none_or(|name| own(file, file.text(name))))
    }

    /// Whether the project makes instances of a type of this file, and each of them for a name of a module, or for a field of
    /// what is made so itself.
    pub fn is_kept_by_modules(&self, path: &str, ty: &str) -> bool {
        self.is_kept(path, ty, OWNERS)
    }

    fn is_kept(&self, path: &str, ty: &str, owners: u32) -> bool {
        self.note(ty);
        let made = self.instances(path, ty);
        let kept = |(file, one): &(&Outline, &Made)| match one.keeping {
            _ if one.looping => false,
            Keeping::Module => one.function.is_none(),
            Keeping::Field(owner) if owners > 0 && file.text(owner) != ty => {
                self.is_kept(&file.path, file.text(owner), owners - 1)
            }
            _ => false,
        };
        !made.is_empty() && made.iter().all(kept)
    }

    fn tenure_of<'a>(&'a self, (path, ty): (&'a str, &'a str), starting: &dyn Fn(&str) -> bool, owners: u32) -> Tenure<'a> {
        self.note(ty);
        let made = self.instances(path, ty);
        let mut passing = None;
        let mut open = made.is_empty();
        for (file, one) in made {
            let function = one.function.map_or("", |name| file.text(name));
            match one.keeping {
                Keeping::Module => return Tenure::Lasting(&file.path),
                Keeping::Local if one.function.is_none() || starting(function) => return Tenure::Lasting(&file.path),
                Keeping::Local => passing = passing.or(Some((function, file.path.as_str()))),
                Keeping::Field(owner) if owners > 0 && file.text(owner) != ty => {
                    match self.tenure_of((&file.path, file.text(owner)), starting, owners - 1) {
                        lasting @ Tenure::Lasting(_) => return lasting,
                        Tenure::Passing(function, path) => passing = passing.or(Some((function, path))),
                        Tenure::Unknown => open = true,
                    }
                }
                Keeping::Field(_) | Keeping::Elsewhere => open = true,
            }
        }
        match passing {
            Some((function, path)) if !open => Tenure::Passing(function, path),
            _ => Tenure::Unknown,
        }
    }

    /// Where instances of the type, or of an heir, are made; test code is left out.
    fn instances<'a>(&'a self, path: &str, ty: &'a str) -> Vec<(&'a Outline, &'a Made)> {
        let Some(own) = self.outline_of(path) else { return Vec::new() };
        let types = self.types(own, ty);
        let mut names = vec![ty];
        let mut at = 0;
        while at < names.len() && names.len() < 64 {
            for (file, heir) in self.heirs.get(names[at]).into_iter().flatten() {
                let file = &self.files[*file as usize];
                let heir = file.text(file.kinds[*heir as usize].name);
                if !names.contains(&heir) {
                    names.push(heir);
                }
            }
            at += 1;
        }
        let at = names.into_iter().flat_map(|name| self.made.get(name).into_iter().flatten());
        let each = at.map(|(file, at)| (&self.files[*file as usize], &self.files[*file as usize].made[*at as usize]));
        let of_language = each.filter(|(file, _)| !file.test && file.language == own.language);
        let is_one = |file: &Outline, made: &Made| {
            let meant = self.types(file, file.text(made.what));
            self.ancestors(meant).iter().any(|at| types.contains(at))
        };
        of_language.filter(|(file, made)| is_one(file, made)).collect()
    }
}
