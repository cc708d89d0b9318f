use crate::finding::ProblemKind;
use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs the analysis of one file; a panic inside becomes a problem of that file, and the run goes on.
///
/// The core is total by design, so this is the belt to those braces, and the only such place.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, (ProblemKind, String)> {
    GUARDED.set(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(false);
    outcome.map_err(|payload| {
        let cause = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let cause = cause.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default();
        let place = PLACE.take();
        (ProblemKind::Internal, format!("internal error: {} {place}", cause.lines().next().unwrap_or_default()))
    })
}

/// Keeps a guarded panic from printing to the standard error, where it would be said a second time.
pub fn hush() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if GUARDED.get() {
                let place = info.location().map(|at| format!("({}:{})", at.file(), at.line()));
                PLACE.set(place.unwrap_or_default());
            } else {
                usual(info);
            }
        }));
    });
}
