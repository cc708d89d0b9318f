//! How often a function runs, as far as everyone who calls it tells.

use super::outline::{Caller, Outline};
use super::project::Project;
use rustc_hash::FxHashSet;

/// How many callers of callers are followed.
pub const HOPS: u32 = 4;

/// How many calls of one function are looked at.
const MANY: usize = 24;

/// Where a function that runs once is called from in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin<'a> {
    /// The file.
    pub file: &'a str,
    /// The function in it; none for the module itself.
    pub function: Option<&'a str>,
}

impl Outline {
    /// The functions of this file that call one of these.
    pub fn callers_of<'a>(&'a self, functions: &FxHashSet<String>) -> impl Iterator<Item = &'a str> {
        let calls = self.calls.iter().filter(|(callee, _)| functions.contains(self.text(*callee)));
        calls.filter_map(|(_, caller)| caller.function.map(|name| self.text(name)))
    }
}

impl Project {
    /// Where the one run of a function begins, if all of its known calls come from what runs once: a module that is loaded,
    /// a function that leaves when it has run before, or one that `begins` names. Only where names tell all functions on the
    /// way from all others.
    pub fn origin<'a>(
        &'a self,
        language: &str,
        function: &str,
        begins: &dyn Fn(&'a Outline, Option<&'a str>) -> bool,
    ) -> Option<Origin<'a>> {
        self.note_traced(function);
        self.climb((language, function), begins, &mut Vec::new())
    }

    fn climb<'a>(
        &'a self,
        (language, function): (&str, &str),
        begins: &dyn Fn(&'a Outline, Option<&'a str>) -> bool,
        way: &mut Vec<String>,
    ) -> Option<Origin<'a>> {
        if way.len() as u32 >= HOPS || way.iter().any(|passed| passed == function) || !self.is_distinctive(function) {
            return None;
        }
        let callers = self.callers(language, function);
        if callers.is_empty() || callers.len() > MANY {
            return None;
        }
        way.push(function.to_owned());
        let origins: Option<Vec<Origin>> = callers.iter().map(|(file, caller)| self.start(file, *caller, begins, way)).collect();
        way.pop();
        origins?.first().copied()
    }

    /// Where one call comes from, if it comes once.
    fn start<'a>(
        &'a self,
        file: &'a Outline,
        caller: Caller,
        begins: &dyn Fn(&'a Outline, Option<&'a str>) -> bool,
        way: &mut Vec<String>,
    ) -> Option<Origin<'a>> {
        if caller.looping || caller.later && !caller.once {
            return None;
        }
        let function = caller.function.map(|name| file.text(name));
        if function.is_none() || caller.once || begins(file, function) {
            return Some(Origin { file: &file.path, function });
        }
        self.climb((&file.language, function?), begins, way)
    }
}
