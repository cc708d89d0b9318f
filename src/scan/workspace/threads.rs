//! The threads that workspaces share: a document that is typed into is judged by all rules at once, and what was known of
//! it before is let go of while nobody waits.

use super::Stop;
use crate::checks::Judging;
use crate::finding::Finding;
use crate::rules::Rule;
use crate::scan::guard::guarded;
use crate::scan::pipeline::pool;
use rayon::ThreadPool;
use rayon::prelude::*;
use std::panic::resume_unwind;
use std::sync::OnceLock;

/// Threads with room for deep nesting; none where they cannot be had.
fn shared() -> Option<&'static ThreadPool> {
    static SHARED: OnceLock<Option<ThreadPool>> = OnceLock::new();
    SHARED.get_or_init(|| pool(0).ok()).as_ref()
}

/// Runs work on the threads; on this one if there are no others.
pub fn pooled<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    match shared() {
        Some(pool) => pool.install(work),
        None => work(),
    }
}

/// Lets go of something large while others go on.
pub fn discard<T: Send + 'static>(thing: T) {
    match shared() {
        Some(pool) => pool.spawn(move || drop(thing)),
        None => drop(thing),
    }
}

/// All rules at once, unless `stop` says that nobody wants to know any more.
pub fn at_once(stop: Stop<'_>) -> impl Fn(&[&Rule], Judging<'_>) -> Option<Vec<Vec<Finding>>> + '_ {
    move |rules, judging| {
        let one = |rule: &&Rule| {
            if stop() {
                return None;
            }
            // A fault of ours is told where it happens, and goes on to whoever waits for all of the rules.
            Some(guarded(|| judging(rule)).unwrap_or_else(|(_, message)| resume_unwind(Box::new(message))))
        };
        pooled(|| rules.par_iter().with_max_len(1).map(one).collect())
    }
}
