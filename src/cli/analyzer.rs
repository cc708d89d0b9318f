use crate::checks;
use crate::finding::Analysis;
use crate::index::{Outline, Project};
use crate::language::languages;
use crate::rules::{RuleSet, Verbs};
use crate::scan::Analyzer;
use std::path::Path;

/// The checks over the supported languages, with the rules of one run.
struct Checks {
    rules: RuleSet,
    /// What lets go of anything; the project is asked for it.
    verbs: Verbs,
}

/// The analyzer of the program.
pub fn analyzer(rules: &RuleSet) -> Box<dyn Analyzer> {
    Box::new(Checks { rules: rules.clone(), verbs: rules.letting_go() })
}

impl Analyzer for Checks {
    fn handles(&self, path: &Path) -> bool {
        languages().knows(path)
    }

    fn handles_shebang(&self, line: &str) -> bool {
        languages().by_shebang(line).is_some()
    }

    fn survey(&self, path: &str, text: &str, is_test: bool) -> (Outline, Analysis) {
        checks::survey(path, text, is_test, &self.rules, &self.verbs)
    }

    fn outline(&self, path: &str, text: &str, is_test: bool) -> Outline {
        checks::sketch(path, text, is_test, &self.verbs)
    }

    fn analyse(&self, path: &str, text: &str, project: &Project) -> Analysis {
        checks::analyse_in(path, text, &self.rules, project)
    }

    fn faults(&self, path: &str, text: &str) -> usize {
        checks::faults(path, text)
    }
}
