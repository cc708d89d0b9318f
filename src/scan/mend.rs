use super::accepted::{Known, known};
use super::decode::Decoded;
use super::guard::guarded;
use super::judge::judge;
use super::pipeline::pool;
use super::read::reread;
use super::{Analyzer, Candidate, Looked, Options};
use crate::finding::{Finding, Fix, Problem, ProblemKind, Safety, Scanned};
use crate::source::Span;
use rayon::prelude::*;
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// More fixes than this are not made in one file and one run.
const MOST: usize = 1000;

/// So many fixes are made together at most, where one brings what the next ends.
const TOGETHER: usize = 8;

/// Which fixes are to be made.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Those that are as safe as this.
    pub safety: Safety,
    /// Those of the findings that are reported, where something keeps others from being so.
    pub reported: Option<FxHashSet<Known>>,
}

impl Wanted {
    /// Fixes of all findings of a report, or of those that a baseline or a change leaves in it.
    pub fn new(safety: Safety, looked: &Looked, restricted: bool) -> Self {
        let reported = restricted.then(|| looked.report.files.iter().flat_map(known).collect());
        Self { safety, reported }
    }

    fn includes(&self, fix: &Fix) -> bool {
        fix.safety <= self.safety
    }

    fn reports(&self, known: &Known) -> bool {
        self.reported.as_ref().is_none_or(|reported| reported.contains(known))
    }
}

/// A file that is fixed, and not written yet.
#[derive(Clone, Debug)]
pub struct Mended {
    /// The file.
    pub candidate: Candidate,
    /// What was said of it before, and the text it was said of.
    pub was: Scanned,
    /// Its text after.
    pub after: Arc<str>,
    /// Its bytes before.
    pub old: Vec<u8>,
    /// Its bytes after.
    pub new: Vec<u8>,
    /// What was done, in order.
    pub titles: Vec<String>,
}

/// Fixes the files in which something can be fixed, in memory. The report then says what remains, and which fixes were
/// taken back.
///
/// Fixes are made one after the other, and each is judged on its own: the text must parse as well as before, the finding
/// must be gone, and no other may have come but one that was in doubt before, or that is fixed as well. So two fixes never meet in one place: the second is
/// written for what the first has left. A fix that fails is taken back and said.
///
/// # Errors
/// The threads could not be started.
pub fn mend(
    looked: &mut Looked,
    analyzer: &dyn Analyzer,
    options: &Options,
    wanted: &Wanted,
) -> Result<Vec<Mended>, rayon::ThreadPoolBuildError> {
    let Looked { report, project, fixable } = looked;
    let asked = |finding: &Finding| finding.fix.as_ref().is_some_and(|fix| wanted.includes(fix));
    let named: FxHashSet<&str> =
        report.files.iter().filter(|file| file.findings.iter().any(asked)).map(|file| file.path.as_str()).collect();
    let candidates: Vec<Candidate> =
        fixable.iter().filter(|candidate| named.contains(candidate.shown.as_str())).cloned().collect();
    let worked: Vec<Worked> = pool(options.threads.unwrap_or(0))?.install(|| {
        let each = candidates.into_par_iter().with_max_len(1);
        each.map(|candidate| Work { candidate, analyzer, options, project, wanted }.run()).collect()
    });
    let mut mended = Vec::new();
    let mut fixed = 0;
    for Worked { problems, done } in worked {
        report.problems.extend(problems);
        let Some((file, done)) = done else { continue };
        let Some(place) = report.files.iter_mut().find(|place| place.path == file.path) else { continue };
        fixed += done.titles.len();
        let was = std::mem::replace(place, file);
        mended.push(Mended { was, ..done });
    }
    report.files.retain(|file| !file.findings.is_empty());
    report.problems.sort();
    report.fixed = Some(fixed);
    Ok(mended)
}

/// What came of one file: what has to be said, what remains in it, and what is to be written.
#[derive(Default)]
struct Worked {
    problems: Vec<Problem>,
    done: Option<(Scanned, Mended)>,
}

/// The work on one file.
struct Work<'a> {
    candidate: Candidate,
    analyzer: &'a dyn Analyzer,
    options: &'a Options,
    project: &'a crate::index::Project,
    wanted: &'a Wanted,
}

impl Work<'_> {
    fn run(self) -> Worked {
        let path = self.candidate.shown.clone();
        guarded(|| self.file())
            .unwrap_or_else(|(kind, message)| Worked { problems: vec![Problem::new(path, kind, message)], done: None })
    }

    fn file(&self) -> Worked {
        let mut worked = Worked::default();
        let Some((old, Decoded { text, form, lossy: false })) = reread(&self.candidate, self.options.max_file_size) else {
            worked.problems.push(self.unfixed("it cannot be read as it was written, so nothing is fixed in it"));
            return worked;
        };
        let before: Arc<str> = text.into();
        let mut file = self.look(before.clone());
        let (mut titles, mut refused) = (Vec::new(), FxHashSet::default());
        while let Some((at, fix)) = self.next(&file, &refused).filter(|_| titles.len() + refused.len() < MOST) {
            match self.attempt(&file, at, &fix) {
                Ok((fixed, done)) => {
                    titles.extend(done);
                    file = fixed;
                }
                Err(why) => {
                    let rule = &file.findings[at].rule;
                    worked.problems.push(self.unfixed(&format!("the fix of {rule} was taken back ({}): {why}", fix.title)));
                    refused.insert(name(&file, at, &fix));
                }
            }
        }
        if titles.is_empty() {
            return worked;
        }
        let Some(new) = form.encode(&file.text) else {
            worked.problems.push(self.unfixed("its encoding lacks a letter of what a fix would add, so nothing is fixed in it"));
            return worked;
        };
        let after = file.text.clone();
        let kept: Vec<bool> = known(&file).iter().map(|known| self.wanted.reports(known)).collect();
        let mut kept = kept.into_iter();
        file.findings.retain(|_| kept.next().unwrap_or(true));
        let was = Scanned { path: self.candidate.shown.clone(), text: before, findings: Vec::new() };
        worked.done = Some((file, Mended { candidate: self.candidate.clone(), was, after, old, new, titles }));
        worked
    }

    fn unfixed(&self, message: &str) -> Problem {
        Problem::new(&self.candidate.shown, ProblemKind::Unfixed, message)
    }

    /// What a run says about a text that stands in the place of the file's.
    fn look(&self, text: Arc<str>) -> Scanned {
        let analysis = self.analyzer.analyse(&self.candidate.shown, &text, self.project);
        let judged = judge(&self.candidate, &text, analysis, &self.options.settings[self.candidate.settings]);
        Scanned { path: self.candidate.shown.clone(), text, findings: judged.findings }
    }

    /// The last fix that is wanted and was not refused before: what is made first is let go of last, so its region is the wider.
    fn next(&self, file: &Scanned, refused: &FxHashSet<u64>) -> Option<(usize, Fix)> {
        let names = known(file);
        let each = file.findings.iter().enumerate().filter_map(|(at, finding)| Some((at, finding.fix.as_ref()?)));
        let mut wanted = each.rev().filter(|(at, fix)| self.wanted.includes(fix) && self.wanted.reports(&names[*at]));
        wanted.find(|(at, fix)| !refused.contains(&name(file, *at, fix))).map(|(at, fix)| (at, fix.clone()))
    }

    /// The file after a fix and what was done, or why it cannot be made. Where another finding comes with it, such as one
    /// that the teardown now shows, the two are fixed together or not at all.
    fn attempt(&self, file: &Scanned, at: usize, fix: &Fix) -> Result<(Scanned, Vec<String>), String> {
        let mut fixed = self.after(file, at, fix)?;
        let mut titles = vec![fix.title.clone()];
        while let Some(came) = came(file, &fixed).into_iter().find(|at| !self.doubted(file, &fixed, *at)) {
            let finding = &fixed.findings[came];
            let line = 1 + fixed.text[..finding.primary.span.start as usize].matches('\n').count();
            let why = format!("another finding would come ({}, line {line})", finding.rule);
            let next = finding.fix.clone().filter(|fix| self.wanted.includes(fix) && self.wanted.reported.is_none());
            let next = next.filter(|_| titles.len() < TOGETHER).ok_or_else(|| why.clone())?;
            titles.push(next.title.clone());
            fixed = self.after(&fixed, came, &next).map_err(|_| why)?;
        }
        Ok((fixed, titles))
    }

    /// Whether a finding that a file has after a fix was there before: not sure enough to be shown, where what the fix writes
    /// makes it sure, or as another place of a finding.
    fn doubted(&self, before: &Scanned, after: &Scanned, at: usize) -> bool {
        let one = &after.findings[at];
        let words = one.primary.span.slice(&after.text);
        let analysis = self.analyzer.analyse(&self.candidate.shown, &before.text, self.project);
        let about = |finding: &&Finding| (&finding.rule, &finding.symbol) == (&one.rule, &one.symbol);
        let says = |span: Span| span.slice(&before.text) == words;
        let marks = |finding: &Finding| finding.related.iter().map(|mark| mark.span).chain([finding.primary.span]).any(says);
        let known = analysis.findings.iter().filter(about).filter(|finding| marks(finding)).count();
        let shown = before.findings.iter().filter(about).filter(|finding| says(finding.primary.span)).count();
        known > shown
    }

    /// The file after a fix that ends its finding, or why there is none.
    fn after(&self, file: &Scanned, at: usize, fix: &Fix) -> Result<Scanned, &'static str> {
        let path = &self.candidate.shown;
        let text: Arc<str> = fix.apply(&file.text).ok_or("its edits do not fit the text")?.into();
        if self.analyzer.faults(path, &text) > self.analyzer.faults(path, &file.text) {
            return Err("the file would not parse any more");
        }
        let fixed = self.look(text);
        let fault = &file.findings[at];
        if alike(&fixed, fault) >= alike(file, fault) { Err("the finding would still be there") } else { Ok(fixed) }
    }
}

/// How many findings say the same of the same.
fn alike(file: &Scanned, fault: &Finding) -> usize {
    let like = |other: &&Finding| (&other.rule, &other.message, &other.symbol) == (&fault.rule, &fault.message, &fault.symbol);
    file.findings.iter().filter(like).count()
}

/// The findings of rules that have more of them after than before, without those that were there before.
fn came(before: &Scanned, after: &Scanned) -> Vec<usize> {
    let count = |file: &Scanned, rule: &str| file.findings.iter().filter(|finding| finding.rule == rule).count();
    let more = |finding: &Finding| count(after, &finding.rule) > count(before, &finding.rule);
    let new = |finding: &Finding| alike(after, finding) > alike(before, finding);
    let came = |at: &usize| more(&after.findings[*at]) && new(&after.findings[*at]);
    (0..after.findings.len()).filter(came).collect()
}

/// A fix as it is known again when others have moved it.
fn name(file: &Scanned, at: usize, fix: &Fix) -> u64 {
    let finding = &file.findings[at];
    let texts = fix.edits.iter().flat_map(|edit| [edit.span.slice(&file.text), edit.text.as_str()]);
    crate::finding::hash([finding.rule.as_str(), finding.symbol.as_str(), fix.title.as_str()].into_iter().chain(texts))
}
