use super::config::Settings;
use super::walk::Walked;
use super::{Analyzer, Build};
use crate::finding::Analysis;
use crate::index::{Outline, Project};
use rustc_hash::FxHashMap;
use std::path::Path;

/// An analyzer for each of the run's settings, chosen by the file.
struct Chosen {
    each: Vec<Box<dyn Analyzer>>,
    /// The files that are not ruled by the first settings.
    other: FxHashMap<String, usize>,
}

/// The analyzer of a run in which files may be ruled by different settings.
pub fn chosen(walked: &Walked, settings: &[Settings], build: Build<'_>) -> Box<dyn Analyzer> {
    let other = walked.candidates.iter().filter(|candidate| candidate.settings > 0);
    let other = other.map(|candidate| (candidate.shown.clone(), candidate.settings)).collect();
    Box::new(Chosen { each: settings.iter().map(|own| build(&own.rules)).collect(), other })
}

impl Chosen {
    fn of(&self, path: &str) -> &dyn Analyzer {
        self.each[self.other.get(path).copied().unwrap_or(0)].as_ref()
    }
}

impl Analyzer for Chosen {
    fn handles(&self, path: &Path) -> bool {
        self.each[0].handles(path)
    }

    fn handles_shebang(&self, line: &str) -> bool {
        self.each[0].handles_shebang(line)
    }

    fn survey(&self, path: &str, text: &str, is_test: bool) -> (Outline, Analysis) {
        self.of(path).survey(path, text, is_test)
    }

    fn outline(&self, path: &str, text: &str, is_test: bool) -> Outline {
        self.of(path).outline(path, text, is_test)
    }

    fn analyse(&self, path: &str, text: &str, project: &Project) -> Analysis {
        self.of(path).analyse(path, text, project)
    }

    fn faults(&self, path: &str, text: &str) -> usize {
        self.of(path).faults(path, text)
    }
}
