//! What memory does that no leak was found in.

use super::floors::{Floors, LEVELS, retained};
use super::pace::Pace;
use super::shape::shape;
use super::trend::{Demand, LEAK, WATCH};
use super::verdict::Verdict;
use super::words::percent;

/// Nothing is said before, seconds.
pub const SHORTEST_S: f64 = 60.0;
/// Growth below this share of what is held is none.
const STILL: f64 = 0.2;
/// Having stood so much above the present level before, it is bounded.
const HIGHER: f64 = 1.15;
/// A growth whose last third was at least so fast ended at a limit, and did not level off.
const STRAIGHT: f64 = 0.75;

/// A growth whose last third is slower than this against the mean is on its way to end.
const SLOWS: f64 = 0.45;

/// A verdict with what it rests on.
pub type Opinion = (Verdict, f64, String);

/// Says what the floors are like, `grows` if they grow now.
pub fn settled(floors: &Floors, grows: bool, pace: Pace) -> Opinion {
    let (past, cell_s) = whole(floors);
    let seen_s = past.len() as f64 * cell_s;
    // What came within the last minute may be the load of the moment.
    let kept = retained(&past);
    let kept = &kept[..kept.len() - ((SHORTEST_S / cell_s) as usize).min(kept.len() / 2)];
    let (Some(first), Some(now)) = (kept.first(), kept.last()) else {
        return (Verdict::NotEnoughData, 0.0, "nothing was seen yet".to_owned());
    };
    if seen_s < SHORTEST_S {
        return (Verdict::NotEnoughData, 0.0, too_short(seen_s, pace));
    }
    let highest = past.iter().copied().fold(0.0, f64::max);
    let sure = 0.5 + 0.4 * (seen_s / 900.0).min(1.0);
    let slows = shape(kept, kept, cell_s).map(|growth| growth.recent).filter(|recent| *recent < SLOWS);
    if let Some(recent) = slows.filter(|_| grows && seen_s >= LEAK.lasted_s) {
        let reason = format!("it still grows but slows down: of late it rises at {} of its mean rate", percent(recent));
        return (Verdict::WarmUp, sure - 0.2, reason);
    }
    if grows {
        let reason = "it grows; a cache that fills or a warm-up looks the same so far".to_owned();
        return (Verdict::NotEnoughData, 0.5, reason);
    }
    let higher = past.last().is_some_and(|last| highest > HIGHER * last);
    if seen_s < WATCH.lasted_s + SHORTEST_S && !higher && rises(&retained(&past), cell_s, &WATCH) {
        let reason = format!("it grows, and {} are too short to say whether that ends", pace.span(seen_s));
        return (Verdict::NotEnoughData, 0.4, reason);
    }
    if highest > HIGHER * now && falls(&past) {
        return (Verdict::Bounded, sure, "it stood higher before and gave memory back".to_owned());
    }
    if highest > HIGHER * now {
        return (Verdict::NotEnoughData, 0.4, "it grew until a moment ago".to_owned());
    }
    if now - first < STILL * now {
        return (Verdict::Bounded, sure, "its floor hardly rises".to_owned());
    }
    let full = kept.partition_point(|floor| *floor < first + 0.95 * (now - first));
    if (kept.len() - full) as f64 * cell_s < SHORTEST_S / 2.0 {
        return (Verdict::NotEnoughData, 0.4, "it grew until a moment ago".to_owned());
    }
    match shape(&kept[..full], &kept[..full], cell_s) {
        Some(growth) if growth.recent >= STRAIGHT && growth.steps >= 8.0 => {
            let reason = format!("it grew evenly for {} and has stayed at that level since", pace.span(growth.lasted_s));
            (Verdict::Cache, sure - 0.1, reason)
        }
        Some(growth) => {
            let share = percent(growth.recent);
            (Verdict::WarmUp, sure - 0.1, format!("its growth slowed down (in the end to {share} of its mean rate) and ended"))
        }
        None => (Verdict::WarmUp, sure - 0.1, "it grew at once and has stayed at that level since".to_owned()),
    }
}

/// Whether it grows as what is watched does, however short that has lasted.
fn rises(kept: &[f64], cell_s: f64, demand: &Demand) -> bool {
    shape(kept, kept, cell_s).is_some_and(|growth| {
        growth.rise >= demand.rise
            && growth.relative() >= demand.relative
            && growth.recent >= demand.recent
            && growth.stall_s <= demand.pause_s
    })
}

/// Whether all that is known of a quantity rises and still does, as far as its growth must for this demand.
pub fn climbs(floors: &Floors, demand: &Demand) -> bool {
    let (past, cell_s) = whole(floors);
    rises(&retained(&past), cell_s, demand)
}

/// Whether a level was reached that was well above one that came later.
fn falls(past: &[f64]) -> bool {
    let mut top = 0.0_f64;
    past.iter().any(|floor| {
        top = top.max(*floor);
        top > HIGHER * floor
    })
}

/// Says that so many seconds are not enough.
pub fn too_short(seen_s: f64, pace: Pace) -> String {
    format!("{} were seen; a verdict needs at least {}", pace.span(seen_s), pace.span(SHORTEST_S))
}

/// All that is known, in the finest resolution that holds it.
fn whole(floors: &Floors) -> (Vec<f64>, f64) {
    let level = (0..LEVELS).find(|level| !floors.is_full(*level)).unwrap_or(LEVELS - 1);
    (floors.level(level), Floors::cell_s(level))
}
