//! Tables that double: a hash table or vector that takes in one entry after the other shows nothing of it until it is
//! full, and then doubles (amortised growth: T. H. Cormen et al., "Introduction to Algorithms", ch. 17.4). Its floor is a
//! staircase of a few steps, each twice as high and twice as late as the one before, and the test for steady growth must
//! pass it by. But a step that comes when it is due says that the table was filled at the same rate as ever.

use super::shape::{Shape, shape, trend};
use super::trend::{Growth, LEAK};

/// A step must raise the floor by this factor at least.
const STEP: f64 = 1.08;
/// Between steps the floor moves by no more than this factor.
const STILL: f64 = 1.03;
/// What counts as double: steps and the times between them.
const DOUBLE: std::ops::RangeInclusive<f64> = 1.6..=2.5;
/// Steps that must have doubled, one after the other.
const STEPS: usize = 4;
/// Steps that are remembered.
const KEPT: usize = 8;

/// A step: when it was over, and what the floor was before and after.
#[derive(Clone, Copy, Debug)]
struct Step {
    at_s: f64,
    before: f64,
    after: f64,
}

/// The steps of a floor.
#[derive(Clone, Debug, Default)]
pub struct Doublings {
    steps: Vec<Step>,
    /// The level between steps.
    level: f64,
    /// The floor before, while a step is going on.
    rising: Option<f64>,
}

impl Doublings {
    /// Takes the next floor. Returns whether a step was just completed that makes the growth one of doublings.
    pub fn step(&mut self, at_s: f64, floor: f64) -> bool {
        if floor < self.level / STILL {
            *self = Self { level: floor, ..Self::default() };
            return false;
        }
        match self.rising {
            None if floor > STEP * self.level && self.level > 0.0 => self.rising = Some(floor),
            None => self.level = self.level.max(floor),
            // Copying a large table takes some seconds.
            Some(before) if floor > STILL * before => self.rising = Some(floor),
            Some(_) => {
                if self.steps.len() == KEPT {
                    self.steps.remove(0);
                }
                self.steps.push(Step { at_s, before: self.level, after: floor });
                (self.level, self.rising) = (floor, None);
                return self.doubles();
            }
        }
        false
    }

    fn doubles(&self) -> bool {
        let Some(from) = self.steps.len().checked_sub(STEPS) else { return false };
        let last = &self.steps[from..];
        let heights =
            last.windows(2).all(|pair| DOUBLE.contains(&((pair[1].after - pair[1].before) / (pair[0].after - pair[0].before))));
        let times =
            last.windows(3).all(|three| DOUBLE.contains(&((three[2].at_s - three[1].at_s) / (three[1].at_s - three[0].at_s))));
        heights
            && times
            && last[STEPS - 1].at_s - last[0].at_s >= LEAK.lasted_s
            && last[STEPS - 1].after - last[0].before >= LEAK.rise
    }

    /// The growth over the doublings, seen in `kept`, what is retained in cells of `cell_s` up to now.
    pub fn growth(&self, kept: &[f64], cell_s: f64) -> Option<Growth> {
        let last = &self.steps[self.steps.len().checked_sub(STEPS)?..];
        let (first, newest) = (last[0], last[STEPS - 1]);
        let since_s = newest.at_s - first.at_s;
        let long = ((since_s / cell_s) as usize + 3).min(kept.len());
        let kept = &kept[kept.len() - long..];
        let shape = shape(kept, kept, cell_s)?;
        // The next step is due after twice the last standstill.
        let gap_s = 2.0 * (newest.at_s - last[STEPS - 2].at_s);
        let shape = Shape { gap_s, middle: first.after, lasted_s: since_s, ..shape };
        Some(Growth { shape, trend: trend(kept, kept), period_s: None, level: 0 })
    }
}
