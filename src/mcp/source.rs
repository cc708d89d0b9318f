//! The tools that read source, and the one that explains a rule.

use super::Make;
use super::job::{Answer, Job};
use super::roots::Roots;
use super::stop::{Stop, Stoppable};
use crate::finding::Report;
use crate::report::{Card, Context, markdown, write_json, write_markdown};
use crate::rules::{Family, RuleSet};
use crate::scan::config::select::{check, rule};
use crate::scan::config::{Choice, ConfigError, Configs, Overrides};
use crate::scan::{self, Analyzer, Baseline, Build, Options};
use rustc_hash::FxHashSet;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Larger files are hardly ever written by hand.
const DEFAULT_SIZE: u64 = 4 << 20;
/// What can be done about more findings than asked for.
const MORE: &str = "less severe or less sure, not shown; name fewer `paths`, `select` rules, or raise `max_findings`";

/// What the tools that look for leaks understand.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Look {
    /// Files and folders, relative to the first root or absolute; all of the first root if there are none.
    #[serde(default)]
    paths: Vec<String>,
    /// Only these rules.
    #[serde(default)]
    select: Vec<String>,
    /// Show findings that are less likely than not to be right, too.
    #[serde(default)]
    pedantic: bool,
    /// The most findings that are listed: the most severe and surest ones.
    #[serde(default = "most")]
    #[schemars(range(min = 1, max = 1000))]
    max_findings: usize,
}

/// As many as an agent can read at once: some 15,000 tokens of data, or 7,000 of words.
const fn most() -> usize {
    20
}

/// What `explain` understands.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// The rule, as it is called in a finding.
    rule: String,
}

/// The page of a rule.
pub fn explain(asked: &Asked, known: &RuleSet) -> Answer {
    let rule = rule(&asked.rule, known)?;
    let card = serde_json::to_value(Card::from(rule.as_ref())).map_err(|error| error.to_string())?;
    Ok((card, markdown(rule)))
}

#[allow(clippy::boxed_local, reason = "it comes in a box because it is large")]
fn told(error: Box<ConfigError>) -> String {
    format!("{:?}", miette::Report::new(*error))
}

/// Looks for leaks below the paths, with the rules of a family or with all.
pub fn look(look: &Look, family: Option<Family>, known: &RuleSet, roots: &Roots, make: Make, job: &Job) -> Answer {
    if look.max_findings == 0 || look.max_findings > 1000 {
        return Err("wrong arguments: `max_findings` must be between 1 and 1000".to_owned());
    }
    let (paths, folder) = places(&look.paths, roots)?;
    let over =
        Overrides { select: look.select.clone(), family, pedantic: look.pedantic, force_exclude: false, ignore: Vec::new() };
    let mut configs = Configs::new(&folder, &Choice::Nearest, over.clone(), known.clone()).map_err(told)?;
    check(&over, configs.root())?;
    let report = judged(&paths, &folder, &mut configs, make, job)?;
    let context = Context {
        rules: &configs.root().rules,
        cwd: &folder,
        root: &folder,
        category: "watertight/mcp",
        exit: 0,
        colour: false,
        width: 100,
        seconds: None,
    };
    written(report, &context, look.max_findings)
}

/// The paths as a whole, and the root to which findings are told relative.
fn places(named: &[String], roots: &Roots) -> Result<(Vec<PathBuf>, PathBuf), String> {
    let mut folder = None;
    let mut paths = Vec::new();
    for name in named {
        let (path, root) = roots.confine(name)?;
        folder.get_or_insert_with(|| root.to_path_buf());
        paths.push(path);
    }
    if paths.is_empty() {
        paths.push(roots.first().to_path_buf());
    }
    Ok((paths, folder.unwrap_or_else(|| roots.first().to_path_buf())))
}

fn judged(paths: &[PathBuf], folder: &Path, configs: &mut Configs, make: Make, job: &Job) -> Result<Report, String> {
    scan::hush();
    let stop = job.stop.clone();
    let build = move |rules: &RuleSet| -> Box<dyn Analyzer> { stoppable(make, rules, &stop) };
    let build: Build<'_> = &build;
    let plain = build(&configs.root().known);
    let mut walked = scan::walk(paths, folder, plain.as_ref(), 0);
    scan::settle(&mut walked, configs).map_err(told)?;
    scan::included(&walked, configs).map_err(told)?;
    let files: FxHashSet<String> = walked.candidates.iter().map(|candidate| candidate.shown.clone()).collect();
    let analyzer = scan::chosen(&walked, configs.all(), build);
    let max_file_size = configs.root().max_file_size.unwrap_or(DEFAULT_SIZE);
    let options = Options { settings: configs.all().to_vec(), threads: None, max_file_size };
    let tell = Mutex::new(job.teller());
    let progress = |done: usize, total: usize| {
        // Who finds it taken leaves it to the one who has it.
        if let Ok(mut tell) = tell.try_lock() {
            let count = |files: usize| f64::from(files as u32);
            tell(count(done), Some(count(total)), &|| format!("{done} of {total} files"));
        }
    };
    let looked = scan::over(walked, analyzer.as_ref(), &options, &progress);
    let mut report = looked.map_err(|error| format!("could not start the threads: {error}"))?.report;
    let baseline = configs.root().baseline.clone().or_else(|| scan::nearby(folder));
    if let Some(baseline) = baseline.map(|path| Baseline::read(&path)).transpose()? {
        let rules = &configs.root().rules;
        baseline.apply(&mut report, folder, |path| files.contains(path), |rule| rules.get(rule).is_some());
    }
    report.problems.extend(configs.root().absent_baseline(folder));
    Ok(report)
}

fn stoppable(make: Make, rules: &RuleSet, stop: &Stop) -> Box<dyn Analyzer> {
    Box::new(Stoppable { inner: make(rules), stop: stop.clone() })
}

/// The report as data and as words, both with no more findings than wanted.
fn written(mut report: Report, context: &Context<'_>, most: usize) -> Answer {
    let summary = data(&report, context)?["summary"].take();
    let omitted = cut(&mut report, most);
    let mut data = data(&report, context)?;
    data["summary"] = summary;
    data["folder"] = json!(context.cwd);
    data["omitted"] = json!(omitted);
    let mut words = text(|out| write_markdown(out, &report, context))?;
    if omitted > 0 {
        words = format!("{words}\nAnd {omitted} more, {MORE}.\n");
    }
    words = format!("{words}\nFiles looked at: {}.", report.scanned);
    if report.hidden > 0 {
        words = format!("{words} Less likely than not, so not listed: {} (`pedantic` lists them).", report.hidden);
    }
    Ok((data, words + "\n"))
}

fn text(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> Result<String, String> {
    let mut bytes = Vec::new();
    write(&mut bytes).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

fn data(report: &Report, context: &Context<'_>) -> Result<Value, String> {
    serde_json::from_str(&text(|out| write_json(out, report, context))?).map_err(|error| error.to_string())
}

/// Leaves the most severe and surest findings, in the order in which they were; says how many are gone.
fn cut(report: &mut Report, most: usize) -> usize {
    let findings = || report.files.iter().flat_map(|file| &file.findings);
    let mut ranks: Vec<_> = findings().map(|finding| (finding.severity, finding.confidence.value())).enumerate().collect();
    ranks.sort_by(|(_, a), (_, b)| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)));
    let gone: FxHashSet<usize> = ranks.iter().skip(most).map(|(at, _)| *at).collect();
    let mut at = 0..;
    for file in &mut report.files {
        file.findings.retain(|_| at.next().is_some_and(|at| !gone.contains(&at)));
    }
    report.files.retain(|file| !file.findings.is_empty());
    gone.len()
}
