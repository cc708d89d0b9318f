use super::copies;
use super::guard::guarded;
use super::judge::judge;
use super::read::{Reading, read};
use super::shown::shown;
use super::walk::{Candidate, Walked, unsupported, walk};
use super::wider::wider;
use super::{Analyzer, Options, Progress, is_test};
use crate::finding::{Analysis, Finding, Problem, ProblemKind, Report, Scanned};
use crate::index::{Outline, Project};
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Deep nesting costs stack; this is enough for any file below the default size limit.
pub(super) const STACK: usize = 16 << 20;

/// Analyses everything below `paths`.
///
/// The report is the same for any number of threads.
///
/// # Errors
/// The threads could not be started.
pub fn run(
    paths: &[PathBuf],
    cwd: &Path,
    analyzer: &dyn Analyzer,
    options: &Options,
    progress: Progress<'_>,
) -> Result<Report, rayon::ThreadPoolBuildError> {
    over(walk(paths, cwd, analyzer, options.threads.unwrap_or(0)), analyzer, options, progress).map(|looked| looked.report)
}

/// What a run has seen.
#[derive(Debug, Default)]
pub struct Looked {
    /// What is to be said.
    pub report: Report,
    /// The project, as far as the files that were walked tell.
    pub project: Project,
    /// The files in which something could be fixed, ordered by path.
    pub fixable: Vec<Candidate>,
}

/// Analyses what was found by [`walk`].
///
/// # Errors
/// The threads could not be started.
pub fn over(
    walked: Walked,
    analyzer: &dyn Analyzer,
    options: &Options,
    progress: Progress<'_>,
) -> Result<Looked, rayon::ThreadPoolBuildError> {
    let threads = options.threads.unwrap_or(0);
    let pool = pool(threads)?;
    let Walked { paths, cwd, candidates, problems, refused, asked } = walked;
    let total = candidates.len();
    let done = AtomicUsize::new(0);
    let tell = || progress(done.fetch_add(1, Ordering::Relaxed) + 1, total);
    let surveyed: Vec<Surveyed> = pool.install(|| {
        let each = candidates.into_par_iter().with_max_len(64).map(|candidate| {
            let surveyed = first(candidate, analyzer, options);
            tell();
            surveyed
        });
        each.collect()
    });
    let (outlines, looks): (Vec<_>, Vec<_>) = surveyed.into_iter().map(|surveyed| (surveyed.outline, surveyed.look)).unzip();
    let mut outlines: Vec<Outline> = outlines.into_iter().flatten().collect();
    outlines.extend(pool.install(|| wider(&paths, &cwd, &outlines, analyzer, options)));
    let project = Project::new(outlines);
    let outcomes: Vec<Outcome> = pool.install(|| {
        let each = looks.into_par_iter().with_max_len(16).map(|look| match look {
            Look::Done(_, candidate) if project.is_supplied(&candidate.shown) => second(&candidate, analyzer, options, &project),
            Look::Done(outcome, _) => *outcome,
            Look::Again(candidate) => second(&candidate, analyzer, options, &project),
        });
        each.collect()
    });
    let mut fixable = Vec::new();
    let mut report = Report { problems, refused, ..Report::default() };
    for outcome in outcomes {
        fixable.extend(outcome.fixable);
        report.scanned += usize::from(outcome.scanned);
        report.refused += usize::from(outcome.refused);
        report.generated += usize::from(outcome.generated);
        report.hidden += outcome.hidden.as_ref().map_or(0, |file| file.findings.len());
        report.doubted.extend(outcome.hidden);
        report.files.extend(outcome.file);
        report.problems.extend(outcome.problems);
    }
    copies::merge(&mut report.files);
    report.files.retain(|file| !file.findings.is_empty());
    if report.scanned == 0 && report.generated == 0 && report.problems.is_empty() {
        let left_out = asked.values().map(|asked| asked.left_out).sum();
        report.problems.extend(barren(&paths, &cwd).into_iter().map(|path| nothing(path, left_out)));
    }
    report.problems.sort();
    Ok(Looked { report, project, fixable })
}

/// The folders that were named, or else the first of the files, where nothing was found to analyse.
fn barren(paths: &[PathBuf], cwd: &Path) -> Vec<String> {
    let folders: Vec<String> = paths.iter().filter(|path| cwd.join(path).is_dir()).map(|path| shown(path, cwd)).collect();
    if folders.is_empty() { paths.first().map(|path| shown(path, cwd)).into_iter().collect() } else { folders }
}

/// What is said where nothing was analysed, although so many files were found.
fn nothing(path: String, left_out: usize) -> Problem {
    if left_out == 0 {
        return Problem::new(path, ProblemKind::NoFiles, "no file in a supported language was found");
    }
    let message = format!("every source file that was found is left out by the settings ({left_out} in all)");
    let remedy = "see `exclude` and `include` there; `watertight check --show-settings` says which file that is";
    Problem::new(path, ProblemKind::NoFiles, message).remedied(remedy)
}

/// Threads that have stack enough for the analysis.
///
/// # Errors
/// The threads could not be started.
pub fn pool(threads: usize) -> Result<rayon::ThreadPool, rayon::ThreadPoolBuildError> {
    rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK).build()
}

/// What came of one candidate.
#[derive(Default)]
pub(super) struct Outcome {
    scanned: bool,
    refused: bool,
    generated: bool,
    hidden: Option<Scanned>,
    file: Option<Scanned>,
    fixable: Option<Candidate>,
    problems: Vec<Problem>,
}

/// What the first look at a file leads to.
struct Surveyed {
    outline: Option<Outline>,
    look: Look,
}

/// Whether a file needs another look when the project is known.
enum Look {
    /// Nothing was found, and nothing will be, unless another file makes what this one must release.
    Done(Box<Outcome>, Candidate),
    Again(Candidate),
}

/// Reads a file for what it says to the project. Where nothing was found in it, nothing will be.
fn first(candidate: Candidate, analyzer: &dyn Analyzer, options: &Options) -> Surveyed {
    let (text, problems) = match text(&candidate, analyzer, options) {
        Ok(read) => read,
        Err(outcome) => return Surveyed { outline: None, look: Look::Done(outcome, candidate) },
    };
    match guarded(|| analyzer.survey(&candidate.shown, &text, is_test(&candidate.own))) {
        Ok((outline, analysis)) => {
            let look = if analysis.findings.is_empty() {
                Look::Done(Box::new(conclude(&candidate, text, problems, options, analysis)), candidate)
            } else {
                Look::Again(candidate)
            };
            Surveyed { outline: Some(outline), look }
        }
        Err(failure) => {
            let outcome = Box::new(failed(&candidate, problems, failure));
            Surveyed { outline: None, look: Look::Done(outcome, candidate) }
        }
    }
}

/// Judges a file as a part of the project.
fn second(candidate: &Candidate, analyzer: &dyn Analyzer, options: &Options, project: &Project) -> Outcome {
    match text(candidate, analyzer, options) {
        Ok((text, problems)) => {
            let analysis = guarded(|| analyzer.analyse(&candidate.shown, &text, project));
            match analysis {
                Ok(analysis) => conclude(candidate, text, problems, options, analysis),
                Err(failure) => failed(candidate, problems, failure),
            }
        }
        Err(outcome) => *outcome,
    }
}

/// The text of a candidate with what is to be said about reading it; or the outcome, if there is none.
pub(super) fn text(
    candidate: &Candidate,
    analyzer: &dyn Analyzer,
    options: &Options,
) -> Result<(String, Vec<Problem>), Box<Outcome>> {
    let path = &candidate.shown;
    let decoded = match read(candidate, analyzer, options.max_file_size) {
        Reading::Text(decoded) => decoded,
        Reading::Foreign => {
            let problems = candidate.named.then(|| unsupported(path.clone())).into_iter().collect();
            return Err(Box::new(Outcome { problems, ..Outcome::default() }));
        }
        Reading::Generated => return Err(Box::new(Outcome { generated: true, ..Outcome::default() })),
        Reading::Refused(kind, message) => {
            let problems = vec![Problem::new(path, kind, message)];
            return Err(Box::new(Outcome { refused: candidate.named, problems, ..Outcome::default() }));
        }
    };
    let lossy = decoded.lossy.then(|| {
        let message = "is not UTF-8; the bytes that could not be decoded were replaced";
        Problem::new(path, ProblemKind::Encoding, message)
    });
    Ok((decoded.text, lossy.into_iter().collect()))
}

/// What is shown of an analysis.
fn conclude(
    candidate: &Candidate,
    text: String,
    mut problems: Vec<Problem>,
    options: &Options,
    mut analysis: Analysis,
) -> Outcome {
    let path = &candidate.shown;
    let judged = guarded(|| {
        let said = std::mem::take(&mut analysis.problems);
        (said, judge(candidate, &text, analysis, &options.settings[candidate.settings]))
    });
    match judged {
        Ok((said, judged)) => {
            problems.extend(said.into_iter().map(|(kind, message)| Problem::new(path, kind, message)));
            let fixable = judged.findings.iter().any(|finding| finding.fix.is_some()).then(|| candidate.clone());
            let text: Arc<str> = text.into();
            let file = |findings: Vec<Finding>| {
                (!findings.is_empty()).then(|| Scanned { path: path.clone(), text: text.clone(), findings })
            };
            let (file, hidden) = (file(judged.findings), file(judged.hidden));
            Outcome { scanned: true, hidden, file, fixable, problems, ..Outcome::default() }
        }
        Err(failure) => failed(candidate, problems, failure),
    }
}

/// A file on which the analysis itself failed is one problem, and the run goes on.
fn failed(candidate: &Candidate, mut problems: Vec<Problem>, (kind, message): (ProblemKind, String)) -> Outcome {
    problems.push(Problem::new(&candidate.shown, kind, message));
    Outcome { refused: candidate.named, problems, ..Outcome::default() }
}
