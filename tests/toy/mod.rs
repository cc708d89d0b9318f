//! A tiny analyzer, so that the pipeline and the writers are tested apart from the checks.

use std::path::Path;
use watertight::finding::{Analysis, Confidence, Edit, Evidence, Finding, Fix, Mark, Report, Role, Safety, Severity, Weight};
use watertight::index::{Outline, Project};
use watertight::rules::{Rule, RuleSet, parse};
use watertight::scan::config::Settings;
use watertight::scan::{Analyzer, Options, run};
use watertight::source::Span;

/// Finds the words LEAK (a handle), GROW (a collection) and MAYBE (a handle, unsure); panics at PANIC.
pub struct Toy;

impl Analyzer for Toy {
    fn handles(&self, path: &Path) -> bool {
        path.extension().is_some_and(|extension| extension == "py")
    }

    fn handles_shebang(&self, line: &str) -> bool {
        line.contains("python")
    }

    fn survey(&self, path: &str, text: &str, is_test: bool) -> (Outline, Analysis) {
        (Outline::new(path, "python", is_test), self.analyse(path, text, &Project::default()))
    }

    fn outline(&self, path: &str, _text: &str, is_test: bool) -> Outline {
        Outline::new(path, "python", is_test)
    }

    fn faults(&self, _: &str, _: &str) -> usize {
        0
    }

    fn analyse(&self, _path: &str, text: &str, _project: &Project) -> Analysis {
        assert!(!text.contains("PANIC"), "the toy\nfell over");
        let mut analysis = Analysis::default();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let code = line.find('#').unwrap_or(line.len());
            if code < line.len() {
                let end = start + line.trim_end().len();
                analysis.comments.push(Span::new((start + code) as u32, end as u32));
            }
            for (word, rule, prior) in
                [("LEAK", "unclosed-handle", 0.9), ("GROW", "unbounded-collection", 0.9), ("MAYBE", "unclosed-handle", 0.3)]
            {
                let places = line[..code]
                    .match_indices(word)
                    .map(|(at, _)| Span::new((start + at) as u32, (start + at + word.len()) as u32));
                analysis.findings.extend(places.map(|span| finding(rule, word, span, prior)));
            }
            start += line.len();
        }
        analysis
    }
}

fn finding(rule: &str, word: &str, span: Span, prior: f64) -> Finding {
    let mut finding = Finding::new(rule, format!("`{word}` is never [closed]"), Mark::new(Role::Acquire, span, "opened here"));
    finding.related.push(Mark::new(Role::Exit, Span::new(0, 1), "left here"));
    finding.path.push(Mark::new(Role::Acquire, span, "opened here"));
    finding.path.push(Mark::new(Role::Exit, Span::new(0, 1), "left here"));
    finding.symbol = "module.function".into();
    finding.pattern = "opened and not closed".into();
    finding.risk = "descriptors run out".into();
    finding.recommendation = "use `with`".into();
    finding.severity = Severity::High;
    finding.evidence.push(Evidence::supports(Weight::None, "nothing closes it").at(span));
    if let Some(safety) = [("LEAK", Safety::Safe), ("GROW", Safety::Unsafe)].into_iter().find(|(own, _)| *own == word) {
        finding.fix = Some(Fix::new("Let go of <it>", safety.1, vec![Edit::replace(span, "FREE")]));
    }
    finding.weigh(Confidence::new(prior))
}

fn rule(id: &str, family: &str) -> Rule {
    let check = if family == "suppression" { family } else { "handle" };
    let text = format!(
        "id = '{id}'\nsummary = 'A summary'\nwhy = 'Why'\nremedy = 'Remedy'\ncheck = '{check}'\nfamily = '{family}'\n\
         severity = 'low'\nconfidence = 0.9\ntags = ['{family}', 'CWE-401']\n"
    );
    parse("toy", &text).unwrap_or_else(|_| panic!("{id} is a rule"))
}

/// The rules the toy finds, and the one about suppressions.
pub fn rules() -> RuleSet {
    let rules = [("unclosed-handle", "handle"), ("unbounded-collection", "growth"), ("unused-suppression", "suppression")];
    rules.iter().map(|(id, family)| rule(id, family)).collect()
}

/// Options as the command line sets them by default.
pub fn options() -> Options {
    with(rules(), false)
}

/// Options with these rules.
pub fn with(rules: RuleSet, pedantic: bool) -> Options {
    Options { settings: vec![Settings::bare(rules, self::rules(), pedantic)], threads: Some(2), max_file_size: 4 << 20 }
}

/// A run of the toy over the files of a folder, as from inside it.
pub fn scan(folder: &Path, options: &Options) -> Report {
    run(&[folder.to_path_buf()], folder, &Toy, options, &|_, _| ()).expect("threads can be started")
}

/// A run over one text.
pub fn scan_text(text: &str, options: &Options) -> Report {
    let folder = tempfile::tempdir().expect("a folder can be made");
    std::fs::write(folder.path().join("a.py"), text).expect("a file can be written");
    scan(folder.path(), options)
}

/// `path:line rule` of every finding.
pub fn told(report: &Report) -> Vec<String> {
    let line = |text: &str, at: u32| text[..at as usize].matches('\n').count() + 1;
    let each = report.findings();
    each.map(|(file, finding)| format!("{}:{} {}", file.path, line(&file.text, finding.primary.span.start), finding.rule))
        .collect()
}
