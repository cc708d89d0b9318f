//! When the handler of growth hangs on the kernel.
//!
//! The kernel takes some nanoseconds to call any handler, whatever it does, and a storm of page faults calls it at each.
//! So in a storm it is taken off for the most part of the time ([`TURN`], [`REST`]). What the events say is absolute, so
//! the first one after a rest tells all that was kept meanwhile; only a peak that came and went within the rest is not
//! seen. The rests are of unequal length, so that no rhythm of the work can hide in them.
//!
//! What came within a rest gets no stack (`bpf/rest.h`): that of the first event after it would be wrong, for where memory
//! comes in bursts this is always the beginning of one. What is seen while attached adds up over the turns to records with a
//! stack, so each function keeps its share of them, whether it is the watched process that storms or another of the host.

use std::time::Duration;

/// Events a second on one processor that are a storm. At 70 ns each they cost 1.4 % of it; a busy service has 5,000.
const STORM: f64 = 200_000.0;
/// A storm is over when there are fewer.
const OVER: f64 = 100_000.0;
/// It must be seen so many times in a row: programs that start or end are a burst and no storm.
const SEEN: u32 = 2;
/// How often is looked whether there is a storm.
pub const LOOK: Duration = Duration::from_millis(50);
/// How long the handler is attached in a storm, at a time.
const TURN: Duration = Duration::from_millis(20);
/// And how many times as long it is then not: at least, and at most. What counts is how long it really was attached, for on a
/// busy machine we come late to take it off.
const REST: (f64, f64) = (3.0, 5.0);
/// No rest is longer.
const LONGEST: Duration = Duration::from_millis(500);

/// What is to be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Nothing.
    Same,
    /// Attach.
    On,
    /// Take it off.
    Off,
}

/// The turns of attachment and rest. Times are those since it was attached first.
#[derive(Clone, Copy, Debug)]
pub struct Duty {
    attached: bool,
    /// How many times in a row a storm was seen.
    storms: u32,
    /// When it was attached or taken off, or was last looked at.
    since: Duration,
    /// When something is to be done next.
    due: Duration,
    rested: Duration,
    chance: u64,
    fastest: f64,
}

impl Default for Duty {
    fn default() -> Self {
        Self {
            attached: true,
            storms: 0,
            since: Duration::ZERO,
            due: LOOK,
            chance: 0x9e37_79b9_7f4a_7c15,
            rested: Duration::ZERO,
            fastest: 0.0,
        }
    }
}

impl Duty {
    /// How long until there is something to be done.
    pub fn left(&self, now: Duration) -> Duration {
        self.due.saturating_sub(now)
    }

    /// Whether it is attached.
    pub const fn attached(&self) -> bool {
        self.attached
    }

    /// How long it has not been attached so far.
    pub fn rested(&self, now: Duration) -> Duration {
        self.rested + if self.attached { Duration::ZERO } else { now.saturating_sub(self.since) }
    }

    /// Events a second on one processor at most, in a storm; 0 if there was none.
    pub const fn fastest(&self) -> f64 {
        self.fastest
    }

    /// Takes the time and how many events the busiest processor had since the last time that something was due.
    pub fn step(&mut self, now: Duration, events: u64) -> Turn {
        if now < self.due {
            return Turn::Same;
        }
        let spent = now.saturating_sub(self.since);
        self.since = now;
        if !self.attached {
            self.rested += spent;
            (self.attached, self.due) = (true, now + TURN);
            return Turn::On;
        }
        let rate = events as f64 / spent.as_secs_f64().max(1e-6);
        let resting = self.storms >= SEEN;
        self.storms = if rate > if resting { OVER } else { STORM } { self.storms.saturating_add(1) } else { 0 };
        if self.storms < SEEN {
            self.due = now + LOOK;
            return Turn::Same;
        }
        self.fastest = self.fastest.max(rate);
        (self.attached, self.due) = (false, now + self.rest(if resting { spent } else { TURN }));
        Turn::Off
    }

    /// Says that it could not be taken off, or not be attached again.
    pub const fn failed(&mut self) {
        self.attached = !self.attached;
    }

    /// The length of the next rest after so long a turn, by chance (G. Marsaglia, "Xorshift RNGs", Journal of Statistical
    /// Software 8 (2003)).
    fn rest(&mut self, spent: Duration) -> Duration {
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 7;
        self.chance ^= self.chance << 17;
        let share = (self.chance >> 40) as f64 / (1u64 << 24) as f64;
        spent.mul_f64(REST.0 + (REST.1 - REST.0) * share).min(LONGEST)
    }
}
