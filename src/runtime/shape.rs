//! What the growth of a floor looks like over one window.

use super::statistics::{MannKendall, mann_kendall, participation};

/// The growth is cut into so many equal parts of time to count its steps.
const PARTS: usize = 32;
/// The Mann–Kendall test is put to so many floors,
const BLOCKS: usize = 24;
/// or to fewer where the load stays up for long, but to no fewer than these.
const FEWEST: usize = 12;
/// A rise below this share of the whole is no growth.
const STANDSTILL: f64 = 0.02;
/// Floors that are above what is retained by more than this share of its rise are up for a while.
const ABOVE: f64 = 0.25;
/// The growth begins where this share of it has happened.
const BEGUN: f64 = 0.05;
/// Between two troughs a growth that was not seen makes at most so many steps of one that was.
const UNSEEN: f64 = 1.5;
/// With fewer equal steps nobody knows how long before the first of them the growth began.
const COUNTED: f64 = 8.0;

/// Beyond so many seconds it does not speak for a growth that it has lasted long.
const LONGEST_S: f64 = 1000.0;

/// The growth over one window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// How long the window is, seconds.
    pub window_s: f64,
    /// What the retained floor stood at when the window began.
    pub base: f64,
    /// How much it rose.
    pub rise: f64,
    /// What had been retained when two fifths of its time were over.
    pub middle: f64,
    /// How long ago the growth began, seconds: without what is flat at the head of the window.
    pub since_s: f64,
    /// How long the growth lasted, seconds, at most the window: `since_s` with what came before the first step made good.
    pub lasted_s: f64,
    /// How many equal steps it amounts to, at most 32.
    pub steps: f64,
    /// The rate of the last third against the rate of the whole: 1 for a straight line, less when it levels off.
    pub recent: f64,
    /// The same of the latest half alone.
    pub latest: f64,
    /// How far it is from an even growth, 0 to 1: two spells of growth with a rest between are far from it.
    pub uneven: f64,
    /// The longest standstill within, seconds.
    pub gap_s: f64,
    /// The standstill that lasts until now, seconds.
    pub stall_s: f64,
}

impl Shape {
    /// The rise as a share of what is retained now.
    pub fn relative(&self) -> f64 {
        let level = self.base + self.rise;
        if level > 0.0 { self.rise / level } else { 0.0 }
    }

    /// Equal steps times the seconds it lasted, of which at most a thousand count: a staircase of a day needs its steps as well.
    pub fn evidence(&self) -> f64 {
        self.steps * self.lasted_s.min(self.window_s).min(LONGEST_S)
    }

    /// The mean rate of the growth, per second.
    pub fn rate(&self) -> f64 {
        if self.lasted_s > 0.0 { self.rise / self.lasted_s } else { 0.0 }
    }
}

/// Looks at the growth of what is retained of `floors`, up to now. `None` when nothing grew, or in the last few cells only.
pub fn shape(floors: &[f64], kept: &[f64], cell_s: f64) -> Option<Shape> {
    let n = kept.len();
    let (base, last) = (*kept.first()?, *kept.last()?);
    let rise = last - base;
    if n < 12 || rise <= 0.0 {
        return None;
    }
    let begun = reached(kept, base + BEGUN * rise);
    let head = begun as usize;
    let long = n - 1 - head;
    if long < 6 {
        return None;
    }
    let third = (long as f64 / 3.0).round() as usize;
    let recent = (last - kept[n - 1 - third]) / third as f64 / ((last - kept[head]) / long as f64);
    let half = &kept[head + long / 2..];
    let sixth = (half.len() / 3).max(1);
    let latest = (last - half[half.len() - 1 - sixth]) / sixth as f64 / ((last - half[0]) / (half.len() - 1) as f64);
    let (gap, stall) = standstills(&kept[head..], STANDSTILL * rise);
    let since = n as f64 - 1.0 - begun;
    let line = through(floors, kept, STANDSTILL * rise);
    let steps = (UNSEEN * steps(kept)).min(steps(&line));
    Some(Shape {
        window_s: n as f64 * cell_s,
        base,
        rise,
        middle: kept[head + long * 2 / 5],
        since_s: since * cell_s,
        lasted_s: (since * before(steps)).min(n as f64) * cell_s,
        steps,
        recent,
        latest,
        uneven: uneven(&line[head..]),
        gap_s: gap as f64 * cell_s,
        stall_s: stall as f64 * cell_s,
    })
}

/// Where a series that never falls reaches a value, between two cells.
fn reached(kept: &[f64], value: f64) -> f64 {
    let at = kept.partition_point(|floor| *floor < value);
    if at == 0 || at == kept.len() {
        return 0.0;
    }
    (at - 1) as f64 + (value - kept[at - 1]) / (kept[at] - kept[at - 1])
}

/// By what factor a growth lasted longer than since its first steps: what they brought had come together before. Of a
/// staircase that is one step, however fine the measure of the beginning.
fn before(steps: f64) -> f64 {
    let even = 1.0 / (1.0 - BEGUN);
    if steps < COUNTED { even } else { even.max(steps / (steps - 1.0)) }
}

/// What is retained, with a straight line between two troughs. While the floors are above what is retained, because
/// garbage is not yet collected, nobody sees how that rises: it shows no standstill there, as it does where the floors
/// themselves stand still, nor a step at the trough.
fn through(floors: &[f64], kept: &[f64], least: f64) -> Vec<f64> {
    let mut line = kept.to_vec();
    let mut from = 0;
    for at in (0..kept.len()).filter(|at| floors[*at] - kept[*at] <= least || at + 1 == kept.len()) {
        let slope = (kept[at] - kept[from]) / (at - from).max(1) as f64;
        for (step, value) in line[from..at].iter_mut().enumerate().skip(1) {
            *value = kept[from] + slope * step as f64;
        }
        from = at;
    }
    line
}

/// How many equal steps the growth amounts to. A step from one cell to the next falls into one part of the time, never
/// half into one and half into the other.
fn steps(kept: &[f64]) -> f64 {
    let count = kept.len() - 1;
    let mut parts = [0.0; PARTS];
    for (at, pair) in kept.windows(2).enumerate() {
        parts[at * PARTS / count] += pair[1] - pair[0];
    }
    participation(parts.into_iter())
}

/// How far a series that never falls is from rising evenly: the share of the rise by which it is ahead of a straight line at
/// most, and that by which it is behind.
///
/// N. H. Kuiper's statistic V ("Tests concerning random points on a circle", Proc. KNAW A 63 (1960)), with each byte of the
/// growth as an event: 1/n for n equal steps, ¼ for a constant acceleration, and the length of a rest for growth that has one.
fn uneven(line: &[f64]) -> f64 {
    let (last, rise) = (line.len() - 1, line[line.len() - 1] - line[0]);
    let away = |at: usize| (line[at] - line[0]) / rise - at as f64 / last as f64;
    let (ahead, behind) = (0..=last).map(away).fold((0.0_f64, 0.0_f64), |(most, least), now| (most.max(now), least.min(now)));
    ahead - behind
}

/// The longest stretch over which a series that never falls rises by no more than `least`, before the stretch that
/// lasts until now, and that one; in cells.
fn standstills(kept: &[f64], least: f64) -> (usize, usize) {
    let n = kept.len();
    let stall = n - 1 - kept.partition_point(|floor| kept[n - 1] - floor > least);
    let (mut from, mut longest) = (0, 0);
    for to in 0..n - stall {
        while kept[to] - kept[from] > least {
            from += 1;
        }
        longest = longest.max(to - from);
    }
    (longest, stall)
}

/// The Mann–Kendall test over the floors of a window, of which `kept` is what is retained.
///
/// The test takes its values as independent. So each is the floor of a block at least as long as the longest time that
/// the floors stayed up above what is retained: of a load that comes and goes every block sees the ebb.
pub fn trend(floors: &[f64], kept: &[f64]) -> MannKendall {
    mann_kendall(&blocks(floors, (floors.len() / (excursion(floors, kept) + 1)).clamp(FEWEST, BLOCKS).min(floors.len())))
}

/// The longest stretch, in cells, in which the floors are above what is retained by more than a small share of the rise.
pub fn excursion(floors: &[f64], kept: &[f64]) -> usize {
    let least = ABOVE * (kept[kept.len() - 1] - kept[0]);
    let (mut run, mut longest) = (0, 0);
    for (floor, kept) in floors.iter().zip(kept) {
        run = if floor - kept > least { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// The floors of longer, equal blocks.
fn blocks(floors: &[f64], count: usize) -> Vec<f64> {
    let edge = |block: usize| block * floors.len() / count;
    (0..count).map(|block| floors[edge(block)..edge(block + 1)].iter().copied().fold(f64::INFINITY, f64::min)).collect()
}
