//! Whether every call in the project gives a parameter a constant, or something that it has made for that call.

use super::often::HOPS;
use super::outline::{Caller, Gives, Outline};
use super::project::Project;

impl Project {
    /// How many calls give a parameter of a function a constant, if all that are known do, also through the parameters of
    /// those who call; none where the function has another's name, or a call gives anything else.
    pub fn constants(&self, language: &str, function: &str, position: usize) -> Option<usize> {
        self.note_traced(function);
        self.given(language, (function, position), Gives::Constant, HOPS)
    }

    /// The same for objects that the calling functions make themselves, or parts of them.
    pub fn made_by_callers(&self, language: &str, function: &str, position: usize) -> Option<usize> {
        self.note_traced(function);
        self.given(language, (function, position), Gives::Made, HOPS)
    }

    fn given(&self, language: &str, (function, position): (&str, usize), wanted: Gives, hops: u32) -> Option<usize> {
        let hops = hops.checked_sub(1)?;
        if !self.is_distinctive(function) {
            return None;
        }
        let callers = self.callers(language, function);
        let each = callers.iter().map(|(file, caller)| self.one((file, caller), position, wanted, hops));
        each.sum::<Option<usize>>().filter(|calls| *calls > 0)
    }

    fn one(&self, (file, caller): (&Outline, &Caller), position: usize, wanted: Gives, hops: u32) -> Option<usize> {
        match *caller.gives.get(position)? {
            gives if gives == wanted => Some(1),
            Gives::Param(at) => self.given(&file.language, (file.text(caller.function?), usize::from(at)), wanted, hops),
            _ => None,
        }
    }
}
