//! Detector A, the floor trend: is more and more retained, steadily, for long, and with no sign of an end?
//!
//! What is bounded grows, too, until it has what it needs: caches fill, pools and working sets ramp up with the load,
//! code is loaded, allocators find their high-water mark. No statistic of a rise tells whether it will end; what tells is
//! how long and how evenly it has gone on and whether it slows down. So several windows are looked at, all that end now,
//! and one of them must show a growth that
//!
//! - has lasted ([`Demand::lasted_s`]), less long if it is large,
//! - is made of many steps and not of a few ([`Demand::evidence_s`], [`Demand::standstill`]): a staircase of tenants that
//!   come on board ends, and the fewer steps it has, the longer it must have gone on; a heap that is collected now and
//!   then shows what it retains in its troughs alone, and what rose from one to the next may have risen evenly,
//! - goes on as fast as on the whole ([`Demand::recent`]): a saturating exponential of time constant τ has
//!   `3 (e^{−2x/3} − e^{−x}) / (1 − e^{−x})`, x = window / τ, that is less than 0.75 for each τ below the window's length;
//!   a square root and a logarithm pass once they are old enough, as they must, for they have no bound,
//! - is even ([`Demand::uneven`]): two ramps of the load with a rest between are no leak,
//! - goes on now: the newest floor is a new maximum within the longest standstill so far, where floors that may yet come
//!   down as garbage does are left out,
//! - leads beyond what was held before ([`Demand::beyond`]): what it held once and gave back, as the load of a day or a batch,
//!   it may take and give back again,
//! - does not fade over the whole life ([`super::life`]), whatever the time constant, unless the latest growth is a straight
//!   line: then something leaks behind a warm-up that is over,
//! - is large enough in itself and against what is held (allocators drift), and
//! - has a trend by the test of Mann and Kendall.
//!
//! Where the load has a period, the same is asked of the mean over each whole period, so that a diurnal load with a leak
//! shows as a straight line and one without as a level.

use super::floors::{Floors, LEVELS, retained};
use super::life::{Life, highest};
use super::period::{period, without};
use super::shape::{Shape, excursion, shape, trend};
use super::statistics::MannKendall;

/// The windows looked at, in cells of the finest resolution: 60 s to 1,000 s.
const NEAR: &[usize] = &[
    24, 30, 36, 41, 46, 51, 56, 61, 66, 71, 76, 80, 81, 82, 83, 84, 85, 86, 88, 90, 95, 100, 106, 112, 119, 126, 134, 143, 152,
    162, 172, 182, 192, 200,
];
/// The windows looked at, in cells of a coarser resolution: a quarter of them to all.
const FAR: &[usize] = &[56, 66, 78, 92, 108, 127, 150, 175, 200];
/// What came last is retained only if it outlasts the garbage: if it has stayed for so many times the longest time that the
/// floors were seen to stay up and come down again.
const PROVEN: f64 = 1.5;

/// A growth of fewer equal steps may have had its steps in any quarter of a life.
const COUNTABLE: f64 = 8.0;
/// In a life that fades a straight growth has at least so many equal steps,
const STEADY: f64 = 20.0;
/// and if not the whole of it is straight, then its latest half: the last third of that has this rate against the whole half.
const STRAIGHT: f64 = 0.93;

/// What a growth must show to be spoken of.
#[derive(Clone, Copy, Debug)]
pub struct Demand {
    /// How long it must have lasted, seconds.
    pub lasted_s: f64,
    /// A rise above so much (same unit as the floors) need only have lasted by the square root less.
    pub large: f64,
    /// Equal steps times the seconds it lasted.
    pub evidence_s: f64,
    /// The same, for a rise of the whole of what is held: a smaller rise must be steadier.
    pub evidence_relative_s: f64,
    /// The longest standstill, as a share of how long it lasted.
    pub standstill: f64,
    /// The rate of the last third against that of the whole.
    pub recent: f64,
    /// How far from even it may be.
    pub uneven: f64,
    /// The standstill until now, against the longest before.
    pub stalled: f64,
    /// A standstill until now that is always allowed, seconds.
    pub pause_s: f64,
    /// The least rise, in the unit of the floors.
    pub rise: f64,
    /// The least rise as a share of what is held.
    pub relative: f64,
    /// By which share of the rise it must stand above all that was held before it.
    pub beyond: f64,
    /// Below this rate of the life's last quarter against that of its second ([`Life::fading`])
    pub fading: f64,
    /// the last third must have at least this rate against the whole.
    pub straight: f64,
    /// Kendall's tau.
    pub tau: f64,
    /// The Mann–Kendall statistic: 2.33 is a probability of one in a hundred by chance.
    pub z: f64,
}

/// A growth that meets a demand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Growth {
    /// What it looks like.
    pub shape: Shape,
    /// The trend.
    pub trend: MannKendall,
    /// The period that was taken out, seconds.
    pub period_s: Option<f64>,
    /// The resolution it was seen in.
    pub level: usize,
}

impl Growth {
    fn evidence(&self) -> f64 {
        self.shape.evidence()
    }
}

impl Demand {
    /// The same, whatever was held before.
    pub const fn without_beyond(self) -> Self {
        Self { beyond: f64::NEG_INFINITY, ..self }
    }

    fn is_met(&self, shape: &Shape, period_s: f64) -> bool {
        let large = (self.large / shape.rise).sqrt().min(1.0);
        let lasted = shape.lasted_s.min(shape.window_s);
        let evidence = shape.evidence();
        let needed = self.evidence_s.max(self.evidence_relative_s / shape.relative());
        // The mean over a period is late by half of it.
        lasted >= self.lasted_s * large.max(0.5) + period_s / 2.0
            && evidence >= needed * large.max(0.5)
            && shape.gap_s <= self.standstill * lasted
            && shape.recent >= self.recent
            && shape.uneven <= self.uneven
            && shape.stall_s <= (self.stalled * shape.gap_s).max(self.pause_s)
            && shape.rise >= self.rise
            && shape.relative() >= self.relative
    }
}

impl Demand {
    /// Whether it holds more now than before the growth: what it held once and gave back, it may well take and give back again.
    fn is_new(&self, shape: &Shape, floors: &[f64], before: f64) -> bool {
        highest(floors) - before >= self.beyond * shape.rise
    }

    /// Whether nothing in the whole life speaks for an end, or else the growth is as straight as a line.
    fn is_endless(&self, shape: &Shape, life: &Life) -> bool {
        let ends_straight = shape.latest >= STRAIGHT && shape.steps >= STEADY && shape.window_s >= life.lasted_s / 3.0;
        shape.steps < COUNTABLE || life.fading >= self.fading || shape.recent >= self.straight || ends_straight
    }
}

/// The strongest growth that meets each of several demands.
pub type Found<const N: usize> = [Option<Growth>; N];

/// Looks for growths that meet the demands, after cells were completed in all resolutions up to `completed`.
pub fn seek<const N: usize>(floors: &Floors, completed: usize, demands: [&Demand; N]) -> Found<N> {
    let mut found = [None; N];
    let near = floors.level(0);
    let life = Life::of(floors);
    look(&near, (0, None), &life, demands, &mut found);
    if let Some(cells) = period(&near).filter(|_| found.iter().any(Option::is_none)) {
        look(&without(&near, cells), (0, Some(cells as f64 * Floors::cell_s(0))), &life, demands, &mut found);
    }
    for level in 1..=completed.min(LEVELS - 1) {
        look(&floors.level(level), (level, None), &life, demands, &mut found);
    }
    found
}

fn look<const N: usize>(
    floors: &[f64],
    (level, period_s): (usize, Option<f64>),
    life: &Life,
    demands: [&Demand; N],
    found: &mut Found<N>,
) {
    let (kept, cell_s) = (retained(floors), Floors::cell_s(level));
    let windows = if level == 0 { NEAR } else { FAR };
    for window in windows.iter().take_while(|window| **window <= floors.len()) {
        let from = floors.len() - window;
        let highest = if period_s.is_some() { highest(&floors[..from]) } else { life.highest_before(*window as f64 * cell_s) };
        let (floors, kept) = proven(&floors[from..], &kept[from..]);
        let Some(mut shape) = shape(floors, kept, cell_s) else { continue };
        // A coarse cell cannot show how short a standstill is.
        shape.stall_s = (shape.stall_s - if level > 0 { cell_s } else { 0.0 }).max(0.0);
        let mut tested = None;
        for (demand, found) in demands.iter().zip(found.iter_mut()) {
            if !demand.is_met(&shape, period_s.unwrap_or(0.0))
                || !demand.is_new(&shape, floors, highest)
                || !demand.is_endless(&shape, life)
                || found.is_some_and(|best| best.evidence() >= shape.evidence())
            {
                continue;
            }
            let trend = *tested.get_or_insert_with(|| trend(floors, kept));
            if trend.tau >= demand.tau && trend.z >= demand.z {
                *found = Some(Growth { shape, trend, period_s, level });
            }
        }
    }
}

/// A window without its newest part, of which it is not known yet whether it will be let go of. Where nothing ever comes
/// down that is nothing, and never more than a third.
fn proven<'a>(floors: &'a [f64], kept: &'a [f64]) -> (&'a [f64], &'a [f64]) {
    let open = ((excursion(floors, kept) as f64 * PROVEN) as usize).min(kept.len() / 3);
    let end = kept.len() - open;
    (&floors[..end], &kept[..end])
}

/// Level *leak*.
///
/// The seconds are those of the slowest fills, ramps and warm-ups of well-behaved services (about 400 s); whoever wants
/// to hear earlier listens to [`WATCH`].
pub const LEAK: Demand = Demand {
    lasted_s: 403.0,
    large: 256.0 * 1024.0 * 1024.0,
    evidence_s: 4600.0,
    evidence_relative_s: 1400.0,
    standstill: 0.3,
    recent: 0.75,
    uneven: 0.45,
    stalled: 1.0,
    pause_s: 10.0,
    rise: 1.5 * 1024.0 * 1024.0,
    relative: 0.15,
    beyond: 0.0,
    fading: 0.35,
    straight: 0.9,
    tau: 0.6,
    z: 2.5,
};

/// Level *watch*: it grows, and a leak would look like this.
pub const WATCH: Demand = Demand {
    lasted_s: 114.0,
    evidence_s: 460.0,
    evidence_relative_s: 0.0,
    standstill: 0.6,
    recent: 0.5,
    uneven: 1.0,
    pause_s: 25.0,
    rise: 0.7 * 1024.0 * 1024.0,
    relative: 0.05,
    beyond: f64::NEG_INFINITY,
    fading: 0.0,
    ..LEAK
};
