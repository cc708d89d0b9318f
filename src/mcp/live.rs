//! The tools that look at running processes.

use super::job::{Answer, Job};
use super::stop::Stop;
use crate::runtime::live::{self, Ending, Form, Options, Outcome, Target, Watcher};
use schemars::JsonSchema;
use serde::Deserialize;
use std::thread;
use std::time::{Duration, Instant};

/// Points of a curve that are handed over.
const POINTS: usize = 60;
/// The longest wait at a time, so that a cancelled call is noticed.
const SLICE: Duration = Duration::from_millis(50);

/// What `triage` understands.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Triage {
    /// Seconds between the two snapshots.
    #[serde(default = "ten")]
    #[schemars(range(min = 0.1, max = 600.0))]
    delay_s: f64,
}

const fn ten() -> f64 {
    10.0
}

/// What `watch` understands.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Watch {
    /// The process, which is watched with its children and theirs.
    #[schemars(range(min = 1))]
    pid: u32,
    /// Seconds after which the call ends, whatever was seen.
    #[schemars(range(min = 1.0, max = 3600.0))]
    duration_s: f64,
    /// Seconds in which a leak must show itself. 300 is the surest; a leak is then called after some seven minutes.
    #[serde(default = "window")]
    #[schemars(range(min = 5.0, max = 86400.0))]
    window_s: f64,
    /// End as soon as the verdict is clear.
    #[serde(default = "yes")]
    until_verdict: bool,
}

const fn window() -> f64 {
    300.0
}

const fn yes() -> bool {
    true
}

/// A time within its limits.
fn within(name: &str, seconds: f64, least: f64, most: f64) -> Result<Duration, String> {
    if (least..=most).contains(&seconds) {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err(format!("wrong arguments: `{name}` must be between {least} and {most} seconds, and not {seconds}"))
    }
}

/// Two snapshots of the machine.
pub fn triage(asked: &Triage, job: &Job) -> Answer {
    let delay = within("delay_s", asked.delay_s, 0.1, 600.0)?;
    let mut tell = job.teller();
    let wait = |left: Duration| {
        let begin = Instant::now();
        while begin.elapsed() < left && !job.stop.asked() {
            thread::sleep(SLICE.min(left.saturating_sub(begin.elapsed())));
            let message = || "waiting for the second snapshot".to_owned();
            tell(begin.elapsed().as_secs_f64(), Some(left.as_secs_f64()), &message);
        }
    };
    let found = live::triage(delay, wait).map_err(|error| error.to_string())?;
    let data = serde_json::to_value(&found).map_err(|error| error.to_string())?;
    Ok((data, found.text(Form::Markdown)))
}

/// Watches a process for a while.
pub fn watch(asked: &Watch, job: &Job) -> Answer {
    let duration = within("duration_s", asked.duration_s, 1.0, 3600.0)?;
    let window = within("window_s", asked.window_s, 5.0, 86_400.0)?;
    let interval = Duration::from_secs(1).mul_f64((window.as_secs_f64() / 300.0).min(1.0)).max(Duration::from_millis(10));
    let options = Options { interval, window, ..Options::default() };
    let watcher = Watcher::new(Target::Process(asked.pid), format!("process {}", asked.pid), options);
    let mut watcher = watcher.map_err(|error| error.to_string())?;
    let why = follow(&mut watcher, duration, asked.until_verdict, &job.stop, job);
    let mut outcome = watcher.finish(Ending { why, ..Ending::default() }).map_err(|error| error.to_string())?;
    let words = outcome.text(Form::Markdown);
    thin(&mut outcome);
    let data = serde_json::to_value(&outcome).map_err(|error| error.to_string())?;
    Ok((data, words))
}

/// Watches until there is a reason to stop, and says which.
fn follow(watcher: &mut Watcher, duration: Duration, until_verdict: bool, stop: &Stop, job: &Job) -> &'static str {
    let begin = Instant::now();
    let mut tell = job.teller();
    loop {
        if stop.asked() {
            return "interrupted";
        }
        if begin.elapsed() >= duration {
            return "duration";
        }
        if !watcher.wait() {
            continue;
        }
        if !watcher.tick() {
            return "gone";
        }
        if until_verdict && watcher.decided() {
            return "verdict";
        }
        let judgement = watcher.judgement();
        let message = || format!("so far: {}", judgement.headline());
        tell(begin.elapsed().as_secs_f64(), Some(duration.as_secs_f64()), &message);
    }
}

/// Thins the curves out: an agent reads them, and each point costs.
fn thin(outcome: &mut Outcome) {
    for summary in outcome.processes.iter_mut().chain(&mut outcome.total) {
        let every = summary.curve.len().div_ceil(POINTS).max(1);
        let last = summary.curve.last().copied();
        summary.curve = summary.curve.iter().copied().step_by(every).collect();
        if summary.curve.last() != last.as_ref() {
            summary.curve.extend(last);
        }
    }
}
