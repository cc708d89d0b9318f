use crate::finding::Analysis;
use crate::rules::RuleSet;
use crate::scan::Analyzer;
use std::path::Path;

/// The checks over the supported languages, with the rules of one run.
struct Checks {
    #[allow(dead_code, reason = "the checks are not joined yet")]
    rules: RuleSet,
}

/// The analyzer of the program.
pub fn analyzer(rules: &RuleSet) -> Box<dyn Analyzer> {
    Box::new(Checks { rules: rules.clone() })
}

impl Analyzer for Checks {
    fn handles(&self, path: &Path) -> bool {
        path.extension().is_some_and(|extension| extension == "py" || extension == "pyi")
    }

    fn handles_shebang(&self, line: &str) -> bool {
        line.contains("python")
    }

    fn analyse(&self, _path: &str, _text: &str) -> Analysis {
        Analysis::default()
    }
}
