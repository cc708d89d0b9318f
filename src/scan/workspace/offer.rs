use super::Workspace;
use crate::finding::{Finding, Fix};
use crate::language::languages;
use crate::scan::silence::{Insertion, Wording, beside, on_top};
use std::path::Path;

/// What would end a finding of an open document: its fix, or a comment that suppresses it.
#[derive(Debug, Default)]
pub struct Silences {
    /// The fix.
    pub fix: Option<Fix>,
    /// A comment where the finding stands.
    pub line: Option<Insertion>,
    /// A comment for the whole file.
    pub file: Option<Insertion>,
}

impl Workspace {
    /// What ends a finding of an open document, tried out: nothing else comes with it.
    pub fn silences(&self, path: &Path, finding: &Finding, reason: &str) -> Silences {
        let (Some(held), Some(now)) = (self.open.get(path), self.judged(path, &|| false)) else { return Silences::default() };
        let text: &str = &held.text;
        let mends = |fix: &&Fix| {
            let then = fix.apply(text).and_then(|text| self.supposed(path, &text));
            then.is_some_and(|then| is_silenced(finding, &now, &then, false))
        };
        let fix = finding.fix.as_ref().filter(mends).cloned();
        let Some(token) = languages().comment(path, text) else { return Silences { fix, ..Silences::default() } };
        let wording = Wording { token, reason };
        let comments = held.document.as_ref().map_or(&[][..], |document| document.comments());
        let works = |way: &Insertion, all: bool| {
            self.supposed(path, &way.applied(text)).is_some_and(|then| is_silenced(finding, &now, &then, all))
        };
        let line = beside(text, comments, finding, wording).into_iter().find(|way| works(way, false));
        let file = Some(on_top(text, finding, wording)).filter(|way| works(way, true));
        Silences { fix, line, file }
    }
}

/// Whether a finding is gone, or all of its rule, and nothing new has come.
fn is_silenced(finding: &Finding, now: &[Finding], then: &[Finding], all: bool) -> bool {
    let like = |one: &Finding, findings: &[Finding]| {
        findings.iter().filter(|other| (&other.rule, &other.message) == (&one.rule, &one.message)).count()
    };
    let gone = if all { then.iter().all(|other| other.rule != finding.rule) } else { like(finding, then) < like(finding, now) };
    gone && then.iter().all(|other| like(other, then) <= like(other, now))
}
