use crate::runtime::live::{Ended, Ending, Launched};

/// What is watched, as something that can end and be ended.
pub trait Subject {
    /// Whether we started it, and its end is the end of all.
    fn ours(&self) -> bool;
    /// How it ended, if it did and we can know.
    fn ended(&mut self) -> Option<Ending>;
    /// Ends it because we stop, if it is ours; false if there is nothing to wait for.
    fn stop(&mut self, force: bool) -> bool;
    /// Ends it because it went too far.
    fn end(&mut self, force: bool);
}

impl Subject for Launched {
    fn ours(&self) -> bool {
        true
    }

    fn ended(&mut self) -> Option<Ending> {
        Some(match Launched::ended(self)? {
            Ended::Exited(status) => Ending { why: "exited", status: Some(status), signal: None },
            Ended::Killed(signal) => Ending { why: "killed", status: None, signal: Some(signal) },
        })
    }

    fn stop(&mut self, force: bool) -> bool {
        self.end(force);
        true
    }

    fn end(&mut self, force: bool) {
        if force { self.kill() } else { self.ask() }
    }
}
