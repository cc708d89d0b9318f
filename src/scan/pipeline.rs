use super::guard::guarded;
use super::judge::judge;
use super::read::{Reading, read};
use super::walk::{Candidate, Walked, walk};
use super::{Analyzer, Options, Progress};
use crate::finding::{Problem, ProblemKind, Report, Scanned};
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Deep nesting costs stack; this is enough for any file below the default size limit.
const STACK: usize = 16 << 20;

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
    over(walk(paths, cwd, analyzer, options.threads.unwrap_or(0)), analyzer, options, progress)
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
) -> Result<Report, rayon::ThreadPoolBuildError> {
    let threads = options.threads.unwrap_or(0);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK).build()?;
    let Walked { candidates, problems, refused } = walked;
    let total = candidates.len();
    let done = AtomicUsize::new(0);
    let outcomes: Vec<Outcome> = pool.install(|| {
        let each = candidates.into_par_iter().with_max_len(64).map(|candidate| {
            let outcome = one(&candidate, analyzer, options);
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, total);
            outcome
        });
        each.collect()
    });
    let mut report = Report { problems, refused, ..Report::default() };
    for outcome in outcomes {
        report.scanned += usize::from(outcome.scanned);
        report.refused += usize::from(outcome.refused);
        report.hidden += outcome.hidden;
        report.files.extend(outcome.file);
        report.problems.extend(outcome.problems);
    }
    if report.scanned == 0 && report.problems.is_empty() {
        report.problems.push(Problem::new(".", ProblemKind::NoFiles, "no file in a supported language was found"));
    }
    report.problems.sort();
    Ok(report)
}

/// What came of one candidate.
#[derive(Default)]
struct Outcome {
    scanned: bool,
    refused: bool,
    hidden: usize,
    file: Option<Scanned>,
    problems: Vec<Problem>,
}

fn one(candidate: &Candidate, analyzer: &dyn Analyzer, options: &Options) -> Outcome {
    let path = &candidate.shown;
    let decoded = match read(candidate, analyzer, options.max_file_size) {
        Reading::Text(decoded) => decoded,
        Reading::Foreign => return Outcome::default(),
        Reading::Refused(kind, message) => {
            let problems = vec![Problem::new(path, kind, message)];
            return Outcome { refused: candidate.named, problems, ..Outcome::default() };
        }
    };
    let mut problems = Vec::new();
    if decoded.lossy {
        let message = "is not UTF-8; the bytes that could not be decoded were replaced";
        problems.push(Problem::new(path, ProblemKind::Encoding, message));
    }
    let text = decoded.text;
    let judged = guarded(|| {
        let mut analysis = analyzer.analyse(path, &text);
        let said = std::mem::take(&mut analysis.problems);
        (said, judge(candidate, &text, analysis, &options.settings[candidate.settings]))
    });
    match judged {
        Ok((said, judged)) => {
            problems.extend(said.into_iter().map(|(kind, message)| Problem::new(path, kind, message)));
            let file = (!judged.findings.is_empty()).then(|| Scanned {
                path: path.clone(),
                text: text.into(),
                findings: judged.findings,
            });
            Outcome { scanned: true, hidden: judged.hidden, file, problems, refused: false }
        }
        Err((kind, message)) => {
            problems.push(Problem::new(path, kind, message));
            Outcome { refused: candidate.named, problems, ..Outcome::default() }
        }
    }
}
