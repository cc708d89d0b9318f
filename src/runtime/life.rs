//! What is asked of the whole life of a process, whatever its length.

use super::floors::{Floors, LEVELS, retained};
use super::shape::excursion;

/// Where garbage hides for a longer part of a life what is retained, nothing is said of its quarters.
const HIDDEN: usize = 8;
/// The first part of a life is its start, which is no growth.
const START: usize = 16;
/// What is left of the first quarter may be so many times as fast as the second: 1.2 for a square root, 1.7 for a logarithm.
const FIRST: f64 = 2.0;

/// A life: all that is known of a quantity.
#[derive(Clone, Debug)]
pub struct Life {
    /// The rate of the growth in its last quarter against that in its second.
    ///
    /// A bound shows itself by this whatever its time constant: for growth as a power p of the time it is
    /// `(1 − ¾^p) / (½^p − ¼^p)`, for good (0.65 for a square root), for a logarithm `ln 4/3 / ln 2`, 0.42, but for a
    /// saturating exponential of time constant τ and an age T it is `e^(−T/2τ)` and goes to nothing.
    pub fading: f64,
    /// How long it has lasted, seconds.
    pub lasted_s: f64,
    /// The highest floor until so many seconds ago, latest first.
    peaks: Vec<(f64, f64)>,
}

impl Life {
    /// The life that these floors tell of.
    pub fn of(floors: &Floors) -> Self {
        let level = (0..LEVELS).find(|level| !floors.is_full(*level)).unwrap_or(LEVELS - 1);
        let past = floors.level(level);
        let kept = retained(&past);
        let fading = match kept.len() {
            count if count < 8 || excursion(&past, &kept) * HIDDEN > count => f64::INFINITY,
            count => {
                let at = |quarter: usize| kept[(count - 1) * quarter / 4];
                let against = |early: f64| if early > 0.0 { (at(4) - at(3)) / early } else { f64::INFINITY };
                against(at(2) - at(1)).min(FIRST * against(at(1) - kept[count / START]))
            }
        };
        Self { fading, lasted_s: kept.len() as f64 * Floors::cell_s(level), peaks: peaks(floors) }
    }

    /// The highest floor of the time that ended so many seconds ago.
    pub fn highest_before(&self, seconds: f64) -> f64 {
        let earlier = self.peaks.iter().find(|(ago_s, _)| *ago_s >= seconds);
        earlier.map_or(f64::NEG_INFINITY, |(_, highest)| *highest)
    }
}

/// For each time in the past the highest floor until then, coarsely: what was held for less than 20 s, as at a start, is not
/// what a load comes back to.
fn peaks(floors: &Floors) -> Vec<(f64, f64)> {
    let mut peaks = Vec::new();
    let mut reach_s = 0.0;
    for level in 1..LEVELS {
        let (past, cell_s) = (floors.level(level), Floors::cell_s(level));
        let fresh = past.iter().rev().enumerate().map(|(back, floor)| ((back as f64) * cell_s, *floor));
        peaks.extend(fresh.filter(|(ago_s, _)| *ago_s >= reach_s));
        reach_s = reach_s.max(past.len() as f64 * cell_s);
    }
    let mut most = f64::NEG_INFINITY;
    for (_, floor) in peaks.iter_mut().rev() {
        most = most.max(*floor);
        *floor = most;
    }
    peaks
}

/// The highest of some floors.
pub fn highest(floors: &[f64]) -> f64 {
    floors.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}
