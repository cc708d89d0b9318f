//! How a call is cancelled.

use crate::finding::Analysis;
use crate::index::{Outline, Project};
use crate::scan::Analyzer;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Says that what is being done is no longer wanted.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    pub fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub fn asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Asks for the stop when it is dropped: when the call was cancelled, or the client has left.
#[derive(Debug)]
pub struct Asking(pub Stop);

impl Drop for Asking {
    fn drop(&mut self) {
        self.0.ask();
    }
}

/// An analyzer that has nothing to say once it is to stop, so that the rest of a run takes next to no time.
pub struct Stoppable {
    pub inner: Box<dyn Analyzer>,
    pub stop: Stop,
}

impl Analyzer for Stoppable {
    fn handles(&self, path: &Path) -> bool {
        !self.stop.asked() && self.inner.handles(path)
    }

    fn handles_shebang(&self, line: &str) -> bool {
        !self.stop.asked() && self.inner.handles_shebang(line)
    }

    fn survey(&self, path: &str, text: &str, is_test: bool) -> (Outline, Analysis) {
        if self.stop.asked() { <_>::default() } else { self.inner.survey(path, text, is_test) }
    }

    fn outline(&self, path: &str, text: &str, is_test: bool) -> Outline {
        if self.stop.asked() { <_>::default() } else { self.inner.outline(path, text, is_test) }
    }

    fn analyse(&self, path: &str, text: &str, project: &Project) -> Analysis {
        if self.stop.asked() { <_>::default() } else { self.inner.analyse(path, text, project) }
    }

    fn faults(&self, path: &str, text: &str) -> usize {
        self.inner.faults(path, text)
    }
}
