use super::threads::{at_once, discard};
use super::{Stop, Workspace};
use crate::checks::Document;
use crate::finding::{Analysis, Finding, Report, Scanned};
use crate::scan::config::Settings;
use crate::scan::generated::generated;
use crate::scan::guard::guarded;
use crate::scan::judge::judge;
use crate::scan::nesting::too_deep;
use crate::scan::walk::Candidate;
use std::path::Path;
use std::sync::Arc;

/// An open document.
#[derive(Debug)]
pub struct Held {
    pub(super) text: Arc<str>,
    pub(super) document: Option<Document>,
}

/// What came of looking at a document.
#[derive(Debug)]
pub struct Look {
    /// What is found in it.
    pub findings: Vec<Finding>,
    /// Whether it now says other things to the project, so that other documents may have to be judged again.
    pub spread: bool,
}

/// Whether a document is one of the files that are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is.
    Known,
    /// It is not: ignored, excluded, or in no language that is read.
    Foreign,
}

impl Workspace {
    /// Looks at an open document; only what differs from its last version is parsed anew, and nothing comes of it if `stop`
    /// says so meanwhile. With `afresh`, all of it is parsed.
    pub fn look(&mut self, path: &Path, text: &Arc<str>, afresh: bool, stop: Stop<'_>) -> Option<Look> {
        if self.admit(path) == State::Foreign {
            return Some(Look { findings: Vec::new(), spread: false });
        }
        let candidate = &self.candidates[path];
        let before = self.open.get(path).filter(|_| !afresh).and_then(|held| held.document.as_ref());
        let document = if self.is_readable(candidate, text) {
            // A fault of ours in one document must not end the server.
            let read = guarded(|| Document::read(&candidate.shown, text, before, &|| stop())).ok().flatten();
            if stop() {
                return None;
            }
            read
        } else {
            None
        };
        let outline = document.as_ref().and_then(|document| guarded(|| self.outlined(candidate, document, &at_once(stop))).ok());
        let spent = self.open.insert(path.to_path_buf(), Held { text: text.clone(), document });
        let mut spread = false;
        if let Some(outline) = outline {
            let known = self.asked.as_ref();
            self.outdated |= known.is_some_and(|known| outline.asked.iter().any(|name| !known.contains(name)));
            spread = self.project.update(outline);
        }
        let findings = self.judged(path, stop);
        discard(spent);
        Some(Look { findings: findings?, spread })
    }

    /// What is found in an open document, whose text is as it was when it was last looked at.
    pub fn judged(&self, path: &Path, stop: Stop<'_>) -> Option<Vec<Finding>> {
        let (Some(held), Some(candidate)) = (self.open.get(path), self.candidates.get(path)) else { return Some(Vec::new()) };
        let Some(document) = &held.document else { return Some(Vec::new()) };
        let settings = &self.options.settings[candidate.settings];
        let judged = guarded(|| document.judge(&self.engines[candidate.settings].0, &self.project, &at_once(stop)));
        let findings = match judged {
            Ok(analysis) => self.shown(candidate, &held.text, analysis?, settings),
            Err(_) => Vec::new(),
        };
        Some(findings)
    }

    /// What is found in a text that an open document could have instead; nothing if that cannot be told.
    pub fn supposed(&self, path: &Path, text: &str) -> Option<Vec<Finding>> {
        let candidate = self.candidates.get(path)?;
        let before = self.open.get(path).and_then(|held| held.document.as_ref());
        let settings = &self.options.settings[candidate.settings];
        let judged = guarded(|| {
            let document = Document::read(&candidate.shown, text, before, &|| false)?;
            document.judge(&self.engines[candidate.settings].0, &self.project, &at_once(&|| false))
        });
        Some(self.shown(candidate, text, judged.ok()??, settings))
    }

    /// Suppresses, filters, and takes out what the baseline accepts.
    fn shown(&self, candidate: &Candidate, text: &str, analysis: Analysis, settings: &Settings) -> Vec<Finding> {
        let findings = judge(candidate, text, analysis, settings).findings;
        let Some(baseline) = &self.baseline else { return findings };
        let file = Scanned { path: candidate.shown.clone(), text: text.into(), findings };
        let mut report = Report { files: vec![file], ..Report::default() };
        baseline.apply(&mut report, &self.folder, |_| false, |_| false);
        report.files.pop().map(|file| file.findings).unwrap_or_default()
    }

    /// Whether a text is one that a run would look at.
    fn is_readable(&self, candidate: &Candidate, text: &str) -> bool {
        text.len() as u64 <= self.options.max_file_size
            && !text.contains('\0')
            && !too_deep(text)
            && !generated(&candidate.path, text)
    }
}
