use super::live::{Subject, Watching};
use crate::runtime::live::{Cgroup, Ending, Signals, Target, Watcher};
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Debug, Args)]
pub struct Watch {
    #[command(flatten)]
    whom: Whom,
    #[command(flatten)]
    watching: Watching,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Whom {
    /// A process, its children and theirs
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pid: Option<u32>,
    /// The processes of a control group: its folder, or its path below /sys/fs/cgroup
    #[arg(long, value_name = "C")]
    cgroup: Option<PathBuf>,
    /// Every process of this machine, ranked
    #[arg(long)]
    all: bool,
}

/// Watches what already runs.
pub fn watch(watch: &Watch) -> Result<u8, String> {
    let signals = Signals::take().map_err(|error| format!("signals cannot be taken: {error}"))?;
    if watch.whom.all && watch.watching.limited() {
        return Err("--limit is for one process or one control group; name it with --pid or --cgroup".to_owned());
    }
    let second = Duration::from_secs(1);
    let (target, label, interval) = match (&watch.whom.pid, &watch.whom.cgroup) {
        (Some(pid), _) => (Target::Process(*pid), format!("process {pid}"), second),
        (_, Some(path)) => {
            let group = Cgroup::open(path).map_err(|error| error.to_string())?;
            let label = format!("control group {}", group.folder().display());
            (Target::Cgroup(group), label, second)
        }
        // Thousands of processes: a glance at each takes some 30 µs.
        _ => (Target::Everyone, "all processes".to_owned(), 5 * second),
    };
    let options = watch.watching.options(interval);
    let mut watcher = Watcher::new(target, label, options).map_err(|error| error.to_string())?;
    watcher.tick();
    let ending = watch.watching.go(&mut watcher, &signals, &mut Foreign);
    let outcome = watcher.finish(ending).map_err(|error| error.to_string())?;
    watch.watching.report(&outcome, false)?;
    Ok(u8::from(watch.watching.fails(&outcome)))
}

/// What others started: it goes on when we stop, unless it went too far.
struct Foreign;

impl Subject for Foreign {
    fn ours(&self) -> bool {
        false
    }

    fn ended(&mut self) -> Option<Ending> {
        None
    }

    fn stop(&mut self, _: bool) -> bool {
        false
    }

    fn end(&mut self, _: bool) {}
}
