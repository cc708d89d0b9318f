//! Detector B, exhaustion: how long until the nearest limit? It speaks whatever the cause is, and at once.

use super::limits::{LimitKind, Limits};
use super::sample::Sample;
use super::statistics::theil_sen;
use super::track::{Quantity, Tracks};

/// The growth of the last minute counts, in cells of 5 s.
const CELLS: usize = 12;
/// A warning is due so long before a limit, seconds: oomd and its like act within seconds, a human needs minutes.
const WARN_S: f64 = 600.0;
/// Below this share of a limit nothing is said: a process that starts up is not about to hit it.
const NEAR: f64 = 0.2;

/// The nearest limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nearest {
    /// What kind it is.
    pub kind: LimitKind,
    /// How large it is, bytes.
    pub limit: u64,
    /// What is left of it, bytes.
    pub left: u64,
}

/// The limit that has least left.
pub fn nearest(limits: &Limits, sample: &Sample) -> Option<Nearest> {
    let resident = sample.resident().saturating_add(sample.swap);
    let of =
        |kind, limit: Option<u64>, used: Option<u64>| Some(Nearest { kind, limit: limit?, left: limit?.saturating_sub(used?) });
    let host = limits.available.map(|left| Nearest { kind: LimitKind::Host, limit: resident.saturating_add(left), left });
    [
        of(LimitKind::User, limits.user, Some(sample.resident())),
        of(LimitKind::Cgroup, limits.cgroup, Some(limits.cgroup_used.unwrap_or(sample.resident()))),
        of(LimitKind::Heap, limits.heap, sample.heap),
        host,
    ]
    .into_iter()
    .flatten()
    .min_by_key(|nearest| nearest.left)
}

/// The growth of the last minute, bytes a second: the Theil–Sen slope and its upper bound. `None` unless its lower bound
/// is above 0 as well.
pub fn pace(tracks: &Tracks) -> Option<(f64, f64)> {
    let floors = tracks.get(Quantity::Held)?.level(0);
    let near = &floors[floors.len().saturating_sub(CELLS)..];
    let slope = theil_sen(near).filter(|slope| near.len() >= CELLS / 2 && slope.lower > 0.0)?;
    let cell_s = super::floors::CELL_S;
    Some((slope.median / cell_s, slope.upper / cell_s))
}

/// Seconds until a limit is hit, if that is soon enough to be said.
pub fn exhaustion(nearest: &Nearest, pace: f64) -> Option<f64> {
    let in_s = nearest.left as f64 / pace;
    let close = nearest.left as f64 <= (1.0 - NEAR) * nearest.limit as f64;
    (pace > 0.0 && in_s <= WARN_S && close).then_some(in_s)
}
