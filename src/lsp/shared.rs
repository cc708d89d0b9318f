use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What the worker has to know while it works: whether that work is still wanted.
#[derive(Debug, Default)]
pub struct Shared {
    over: AtomicBool,
    epoch: AtomicU64,
    versions: Mutex<FxHashMap<PathBuf, i32>>,
}

impl Shared {
    /// Nothing is wanted any more.
    pub fn end(&self) {
        self.over.store(true, Ordering::Release);
    }

    /// Whether nothing is wanted any more.
    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    /// What is being read will be read anew.
    pub fn advance(&self) {
        self.epoch.fetch_add(1, Ordering::AcqRel);
    }

    /// How often that was said.
    pub fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// Notes the newest version of a document; none if it was closed.
    pub fn note(&self, path: &Path, version: Option<i32>) {
        if let Ok(mut versions) = self.versions.lock() {
            match version {
                Some(version) => drop(versions.insert(path.to_path_buf(), version)),
                None => drop(versions.remove(path)),
            }
        }
    }

    /// Whether a document has another version by now.
    pub fn is_superseded(&self, path: &Path, version: i32) -> bool {
        self.versions.lock().is_ok_and(|versions| versions.get(path) != Some(&version))
    }
}
