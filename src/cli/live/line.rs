use crate::runtime::live::{Watcher, amount, curve};
use crate::runtime::words::{rate, span};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal as _, stderr};

/// The line of progress: what is held over time, how fast the floor rises, the verdict so far.
pub struct Line(ProgressBar);

impl Line {
    pub fn new(wanted: bool) -> Self {
        let terminal = wanted && stderr().is_terminal();
        let target = if terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        bar.set_style(ProgressStyle::with_template("{wide_msg}").unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self(bar)
    }

    pub fn draw(&self, watcher: &Watcher) {
        if self.0.is_hidden() {
            return;
        }
        let (last, points) = watcher.now();
        let judgement = watcher.judgement();
        let resident = last.map_or_else(String::new, |last| format!("{} resident  ", amount(last.resident())));
        let floor = judgement.forecast.map_or_else(String::new, |forecast| format!("grows by {}  ", rate(forecast.rate)));
        let count = if watcher.count() > 1 { format!("{} processes  ", watcher.count()) } else { String::new() };
        let text = format!("{:>7}  {} {resident}{floor}{count}{}", span(watcher.at_s()), curve(points, 24), judgement.headline());
        self.0.set_message(text);
        self.0.tick();
    }

    pub fn end(&self) {
        self.0.finish_and_clear();
    }
}
