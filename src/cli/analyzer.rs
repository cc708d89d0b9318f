use crate::checks;
use crate::finding::Analysis;
use crate::language::languages;
use crate::rules::RuleSet;
use crate::scan::Analyzer;
use std::path::Path;

/// The checks over the supported languages, with the rules of one run.
struct Checks {
    rules: RuleSet,
}

/// The analyzer of the program.
pub fn analyzer(rules: &RuleSet) -> Box<dyn Analyzer> {
    Box::new(Checks { rules: rules.clone() })
}

impl Analyzer for Checks {
    fn handles(&self, path: &Path) -> bool {
        languages().knows(path)
    }

    fn handles_shebang(&self, line: &str) -> bool {
        languages().by_shebang(line).is_some()
    }

    fn analyse(&self, path: &str, text: &str) -> Analysis {
        checks::analyse(path, text, &self.rules)
    }
}
