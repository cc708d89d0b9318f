use super::live::{Subject as _, Watching};
use super::output::mention;
use crate::runtime::live::{Launched, LiveError, Signals, Target, Watcher};
use clap::Args;
use std::ffi::OsString;
use std::time::Duration;

/// What shells say when a command is not there, and when it may not be run.
const NOT_FOUND: u8 = 127;
const NOT_RUNNABLE: u8 = 126;

#[derive(Debug, Args)]
#[command(
    after_help = "The exit status is that of the command, 128 and the signal's number if it was killed, 0 if it was stopped by --duration or --until-verdict, or 1 by --fail-on."
)]
pub struct Run {
    #[command(flatten)]
    watching: Watching,
    /// The command and its arguments
    #[arg(required = true, trailing_var_arg = true, value_name = "CMD")]
    command: Vec<OsString>,
}

/// Runs a command and watches it.
pub fn run(run: &Run) -> Result<u8, String> {
    let label = run.command.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join(" ");
    let signals = Signals::take().map_err(|error| format!("signals cannot be taken: {error}"))?;
    let options = run.watching.options(Duration::from_secs(1));
    let mut watcher = Watcher::new(Target::Children, label, options).map_err(|error| error.to_string())?;
    let mut launched = match Launched::start(&run.command, signals.clone()) {
        Ok(launched) => launched,
        Err(error) => return Ok(not_started(&error)),
    };
    watcher.launched();
    watcher.tick();
    let ending = run.watching.go(&mut watcher, &signals, &mut launched);
    // What the command left behind in its group belongs to it.
    if ending.why != "exited" {
        launched.end(true);
    }
    // That we ended it when the user said is no failure of the command.
    let wanted = matches!(ending.why, "duration" | "verdict");
    let status = if wanted { Some(0) } else { ending.status }.or(ending.signal.map(|signal| 128 + signal)).unwrap_or(0);
    let outcome = watcher.finish(ending).map_err(|error| error.to_string())?;
    run.watching.report(&outcome, true)?;
    let status = u8::try_from(status).unwrap_or(u8::MAX);
    Ok(if status == 0 && run.watching.fails(&outcome) { 1 } else { status })
}

fn not_started(error: &LiveError) -> u8 {
    mention(&format!("error: {error}\n"));
    if Launched::missing(error) == Some(true) { NOT_FOUND } else { NOT_RUNNABLE }
}
