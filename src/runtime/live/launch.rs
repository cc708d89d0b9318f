use super::LiveError;
use nix::sys::signal::{SigSet, Signal, kill, killpg};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, getpgrp, tcgetpgrp, tcsetpgrp};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH};
use signal_hook::iterator;
use std::ffi::OsString;
use std::io::{IsTerminal as _, stdin};
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// The signals that are passed on to the command.
const PASSED: [i32; 8] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT];

/// Takes the signals sent to us, so that what was begun can be ended in order.
#[derive(Clone, Debug, Default)]
pub struct Signals {
    passing: Arc<Mutex<Passing>>,
    asked: Arc<AtomicU32>,
}

/// To whom signals are passed on.
#[derive(Debug, Default)]
enum Passing {
    /// Nobody.
    #[default]
    Nobody,
    /// The command that is being started; what came meanwhile, each once.
    Waiting(Vec<Signal>),
    /// A command.
    Group(Pid),
    /// It has ended.
    Over,
}

impl Passing {
    fn take(&mut self, signal: Signal) {
        match self {
            Self::Waiting(signals) if signals.contains(&signal) => {}
            Self::Waiting(signals) => signals.push(signal),
            // It may have ended meanwhile.
            Self::Group(group) => drop(killpg(*group, signal)),
            Self::Nobody | Self::Over => {}
        }
    }
}

impl Signals {
    /// Begins to take them.
    pub fn take() -> std::io::Result<Self> {
        let signals = Self::default();
        let mut taken = iterator::Signals::new(PASSED)?;
        let own = signals.clone();
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            for number in taken.forever() {
                own.on(number);
            }
        })?;
        Ok(signals)
    }

    fn on(&self, number: i32) {
        if matches!(number, SIGHUP | SIGINT | SIGQUIT | SIGTERM) {
            self.asked.fetch_add(1, Ordering::Relaxed);
        }
        if let Ok(signal) = Signal::try_from(number) {
            self.passing().take(signal);
        }
    }

    fn begin(&self, group: Pid) {
        let mut passing = self.passing();
        if let Passing::Waiting(signals) = std::mem::replace(&mut *passing, Passing::Group(group)) {
            for signal in signals {
                passing.take(signal);
            }
        }
    }

    fn passing(&self) -> MutexGuard<'_, Passing> {
        // What is kept here is whole after every step, so a panic elsewhere does not spoil it.
        self.passing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether we were asked to end.
    pub fn asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed) > 0
    }
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// With this status.
    Exited(i32),
    /// By this signal.
    Killed(i32),
}

impl Ended {
    /// The status a shell would give.
    pub const fn status(self) -> i32 {
        match self {
            Self::Exited(status) => status,
            Self::Killed(signal) => 128 + signal,
        }
    }
}

/// A command that runs in a process group of its own, with the terminal if we had it.
#[derive(Debug)]
pub struct Launched {
    pid: Pid,
    terminal: bool,
    signals: Signals,
    ended: Option<Ended>,
}

impl Launched {
    /// Starts a command. Children of it that lose their parent become ours, so that they stay in the family.
    pub fn start(command: &[OsString], signals: Signals) -> Result<Self, LiveError> {
        // Without it they only leave the family.
        let _ = nix::sys::prctl::set_child_subreaper(true);
        let nothing = || LiveError::Start { command: String::new(), error: std::io::ErrorKind::InvalidInput.into() };
        let (program, arguments) = command.split_first().ok_or_else(nothing)?;
        // A command may run, and somebody may signal us because of it, before we are told its number.
        *signals.passing() = Passing::Waiting(Vec::new());
        let child = Command::new(program).args(arguments).process_group(0).spawn();
        let child = child.map_err(|error| LiveError::Start { command: program.to_string_lossy().into_owned(), error })?;
        let pid = Pid::from_raw(child.id().cast_signed());
        signals.begin(pid);
        let terminal = stdin().is_terminal() && tcgetpgrp(stdin()).is_ok_and(|group| group == getpgrp());
        let launched = Self { pid, terminal, signals, ended: None };
        launched.give_terminal();
        Ok(launched)
    }

    /// Its process id, which is its group's.
    pub fn pid(&self) -> u32 {
        self.pid.as_raw().unsigned_abs()
    }

    /// Whether a failure to start was that there is no such program, and not that it may not be run.
    pub fn missing(error: &LiveError) -> Option<bool> {
        match error {
            LiveError::Start { error, .. } => Some(error.kind() == std::io::ErrorKind::NotFound),
            _ => None,
        }
    }

    fn give_terminal(&self) {
        if self.terminal && tcsetpgrp(stdin(), self.pid).is_ok() {
            // It may have asked for the terminal before it had it, and been stopped.
            let _ = killpg(self.pid, Signal::SIGCONT);
        }
    }

    /// Takes the terminal back. A group in the background that does so is stopped by the kernel, unless it blocks the signal.
    fn take_terminal(&self) {
        if !self.terminal {
            return;
        }
        let mut stop = SigSet::empty();
        stop.add(Signal::SIGTTOU);
        if stop.thread_block().is_ok() {
            let _ = tcsetpgrp(stdin(), getpgrp());
            let _ = stop.thread_unblock();
        }
    }

    /// Looks whether it has ended, and reaps what else became ours. When the user stops it, so do we, as a shell expects.
    pub fn ended(&mut self) -> Option<Ended> {
        let flags = WaitPidFlag::WNOHANG | WaitPidFlag::WUNTRACED;
        while self.ended.is_none() {
            match waitpid(None, Some(flags)) {
                Ok(WaitStatus::Exited(pid, status)) if pid == self.pid => self.ended = Some(Ended::Exited(status)),
                Ok(WaitStatus::Signaled(pid, signal, _)) if pid == self.pid => self.ended = Some(Ended::Killed(signal as i32)),
                Ok(WaitStatus::Stopped(pid, _)) if pid == self.pid => self.stop_too(),
                Ok(WaitStatus::StillAlive) | Err(_) => break,
                Ok(_) => {}
            }
        }
        if self.ended.is_some() {
            *self.signals.passing() = Passing::Over;
            self.take_terminal();
        }
        self.ended
    }

    fn stop_too(&self) {
        if !self.terminal {
            return;
        }
        self.take_terminal();
        // We go on here when the shell wakes us.
        let _ = kill(Pid::this(), Signal::SIGSTOP);
        self.give_terminal();
    }

    /// Asks the whole group to end.
    pub fn ask(&self) {
        let _ = killpg(self.pid, Signal::SIGTERM);
        let _ = killpg(self.pid, Signal::SIGCONT);
    }

    /// Ends the whole group.
    pub fn kill(&self) {
        let _ = killpg(self.pid, Signal::SIGKILL);
    }
}

/// Ends a process, or asks it to end; that it has ended meanwhile is what was wanted.
pub(super) fn end_process(pid: u32, force: bool) {
    let signal = if force { Signal::SIGKILL } else { Signal::SIGTERM };
    let _ = kill(Pid::from_raw(pid.cast_signed()), signal);
}
