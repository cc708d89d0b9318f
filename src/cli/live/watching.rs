use super::line::Line;
use super::shown::{Shown, json};
use super::subject::Subject;
use crate::cli::output::emit;
use crate::cli::time::some_time;
use crate::runtime::Level;
use crate::runtime::live::{Ending, OnLimit, Options, Outcome, Signals, Watcher};
use crate::scan::memory;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a command that was asked to end may take before it is ended.
const GRACE: Duration = Duration::from_secs(10);

#[derive(Debug, Args)]
pub struct Watching {
    /// Stop after this time, such as 90s, 10m or 2h
    #[arg(long, value_name = "TIME", value_parser = some_time)]
    duration: Option<Duration>,
    /// Time between samples
    #[arg(long, value_name = "TIME", value_parser = some_time)]
    interval: Option<Duration>,
    /// Time in which a leak must show itself; a shorter one is quicker and less sure
    #[arg(long, value_name = "TIME", default_value = "300s", value_parser = some_time)]
    window: Duration,
    /// Stop as soon as the verdict is clear
    #[arg(long)]
    until_verdict: bool,
    /// The most that may be held, such as 512M or 2G
    #[arg(long, value_name = "SIZE", value_parser = memory)]
    limit: Option<u64>,
    /// What to do when it is passed
    #[arg(long, value_enum, default_value_t = Action::Report, requires = "limit")]
    on_limit: Action,
    /// Exit with 1 at this level or above
    #[arg(long, value_enum, default_value_t = FailOn::Never)]
    fail_on: FailOn,
    /// Do not use the eBPF probe, only /proc
    #[arg(long)]
    no_probe: bool,
    /// Do not show the line of progress
    #[arg(long, short)]
    quiet: bool,
    /// Write the samples to FILE while they are taken, for `watertight replay`
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Save the whole run to FILE, as JSON
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    #[command(flatten)]
    pub shown: Shown,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Action {
    /// Say so
    Report,
    /// Ask the process to end (SIGTERM)
    Signal,
    /// End it (SIGKILL)
    Kill,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Leak,
    Watch,
    Never,
}

impl Watching {
    /// How to watch; the interval is that of the command unless the user names one. A short window needs more samples.
    pub fn options(&self, interval: Duration) -> Options {
        let shorter = interval.mul_f64((self.window.as_secs_f64() / 300.0).min(1.0)).max(Duration::from_millis(10));
        Options {
            interval: self.interval.unwrap_or(shorter),
            window: self.window,
            limit: self.limit,
            probe: !self.no_probe,
            calls: true,
            record: self.record.clone(),
        }
    }

    /// Whether the user named a limit.
    pub const fn limited(&self) -> bool {
        self.limit.is_some()
    }

    const fn on_limit(&self) -> OnLimit {
        match self.on_limit {
            Action::Report => OnLimit::Report,
            Action::Signal => OnLimit::Signal,
            Action::Kill => OnLimit::Kill,
        }
    }

    /// Whether the outcome is one that the user wants to fail on.
    pub fn fails(&self, outcome: &Outcome) -> bool {
        match self.fail_on {
            FailOn::Never => false,
            FailOn::Watch => outcome.judgement.level.is_some(),
            FailOn::Leak => outcome.judgement.level == Some(Level::Leak),
        }
    }

    /// Watches until there is a reason to stop.
    pub fn go(&self, watcher: &mut Watcher, signals: &Signals, subject: &mut dyn Subject) -> Ending {
        let line = Line::new(!self.quiet);
        let begin = Instant::now();
        let mut stopping: Option<(&'static str, Instant)> = None;
        loop {
            let due = watcher.wait();
            if let Some(ending) = subject.ended() {
                line.end();
                let why = stopping.map_or(ending.why, |(why, _)| why);
                return Ending { why, ..ending };
            }
            if let Some((why, since)) = stopping
                && since.elapsed() > GRACE
                && !subject.stop(true)
            {
                line.end();
                return Ending { why, ..Ending::default() };
            }
            if due {
                let alive = watcher.tick();
                line.draw(watcher);
                if !alive && !subject.ours() {
                    line.end();
                    return Ending { why: "gone", ..Ending::default() };
                }
                self.enforce(watcher, subject, &mut stopping);
            }
            if stopping.is_none()
                && let Some(why) = self.enough(begin, watcher, due, signals, subject)
            {
                if !subject.stop(false) {
                    line.end();
                    return Ending { why, ..Ending::default() };
                }
                stopping = Some((why, Instant::now()));
            }
        }
    }

    /// Why to stop now, if there is a reason.
    fn enough(
        &self,
        begin: Instant,
        watcher: &Watcher,
        due: bool,
        signals: &Signals,
        subject: &dyn Subject,
    ) -> Option<&'static str> {
        if self.duration.is_some_and(|duration| begin.elapsed() >= duration) {
            return Some("duration");
        }
        if self.until_verdict && due && watcher.decided() {
            return Some("verdict");
        }
        // A command of ours has got the signal, too, and decides itself.
        (signals.asked() && !subject.ours()).then_some("interrupted")
    }

    /// Does what the user wants when the limit is passed.
    fn enforce(&self, watcher: &mut Watcher, subject: &mut dyn Subject, stopping: &mut Option<(&'static str, Instant)>) {
        if !watcher.over() || stopping.is_some() {
            return;
        }
        let force = match self.on_limit() {
            OnLimit::Report => return,
            OnLimit::Signal => false,
            OnLimit::Kill => true,
        };
        if subject.ours() {
            subject.end(force);
        } else {
            watcher.end(force);
        }
        watcher.acted(if force { "killed" } else { "asked to end" });
        *stopping = Some(("limit", Instant::now()));
    }

    /// Saves the run and writes the report.
    pub fn report(&self, outcome: &Outcome, beside: bool) -> Result<(), String> {
        if let Some(path) = &self.save {
            save(path, outcome)?;
        }
        if beside { self.shown.write_beside(outcome) } else { self.shown.write(outcome, |form| outcome.text(form)) }
    }
}

fn save(path: &Path, outcome: &Outcome) -> Result<(), String> {
    emit(Some(path), |out| json(out, outcome))
}
