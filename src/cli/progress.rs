use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A run that is over sooner shows no bar, because it would only flicker.
const PATIENCE: Duration = Duration::from_millis(300);

/// A bar on the standard error, if that is a terminal and the run takes a while.
pub struct Bar {
    drawn: ProgressBar,
    started: Instant,
    wanted: AtomicBool,
}

impl Bar {
    /// A bar that is not shown yet.
    pub fn new(allowed: bool) -> Self {
        let wanted = allowed && std::io::stderr().is_terminal();
        let drawn = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        Self { drawn, started: Instant::now(), wanted: AtomicBool::new(wanted) }
    }

    /// Says how far the run is.
    pub fn tell(&self, done: usize, total: usize) {
        if self.wanted.load(Ordering::Relaxed) && self.started.elapsed() > PATIENCE && self.wanted.swap(false, Ordering::Relaxed)
        {
            let style =
                ProgressStyle::with_template("{bar:30} {pos}/{len} files").unwrap_or_else(|_| ProgressStyle::default_bar());
            self.drawn.set_style(style);
            self.drawn.set_length(total as u64);
            self.drawn.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
        }
        if !self.drawn.is_hidden() {
            self.drawn.set_position(done as u64);
        }
    }

    /// Takes the bar away, before anything else is written.
    pub fn end(&self) {
        self.drawn.finish_and_clear();
    }
}
