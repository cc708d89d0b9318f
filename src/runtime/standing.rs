//! Hysteresis: a level, once entered, stands until what it claims is plainly over.

use super::trend::Growth;

/// A rise of this share of the growth so far is growth that goes on.
const GOES_ON: f64 = 0.02;
/// A standstill ends a level when it is so many times the longest that was seen in the growth.
const PATIENCE: f64 = 2.0;

/// What a step did to a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was entered.
    Entered,
    /// It was left.
    Left,
    /// It stands, or does not stand, as before.
    Same,
}

/// A level that stands or does not.
#[derive(Clone, Debug)]
pub struct Standing {
    /// A standstill of so many seconds never ends it.
    least_s: f64,
    growth: Option<Growth>,
    base: f64,
    top: f64,
    gap_s: f64,
    /// When it last grew, and when it last met the demand.
    grown_s: f64,
    found_s: f64,
}

impl Standing {
    /// A level that does not stand, and that a standstill of `least_s` seconds would not end.
    pub const fn new(least_s: f64) -> Self {
        Self { least_s, growth: None, base: 0.0, top: 0.0, gap_s: 0.0, grown_s: 0.0, found_s: 0.0 }
    }

    /// The growth that made it stand, in its latest form.
    pub const fn growth(&self) -> Option<&Growth> {
        self.growth.as_ref()
    }

    /// Takes the floor at a moment, the growth that meets the level's demand then, if there is one, and whether the whole
    /// life fades ([`super::life`]).
    pub fn step(&mut self, at_s: f64, floor: f64, found: Option<Growth>, fades: bool) -> Change {
        if let Some(growth) = found {
            let entered = self.growth.is_none();
            let end = growth.shape.base + growth.shape.rise;
            self.base = if entered { growth.shape.base } else { self.base.min(growth.shape.base) };
            self.gap_s = if entered { growth.shape.gap_s } else { self.gap_s.max(growth.shape.gap_s) };
            (self.top, self.grown_s) = (end.max(if entered { 0.0 } else { self.top }), at_s);
            self.found_s = at_s;
            self.growth = Some(growth);
            return if entered { Change::Entered } else { Change::Same };
        }
        let Some(growth) = self.growth else { return Change::Same };
        let grown = self.top - self.base;
        if floor > self.top + GOES_ON * grown {
            (self.top, self.grown_s) = (floor, at_s);
        }
        // What was retained long ago and for long is let go of: this was no leak, or it is mended.
        let ebbed = fades && at_s - self.found_s > (PATIENCE * self.gap_s).max(self.least_s);
        let over = ebbed || growth.shape.middle > floor || at_s - self.grown_s > (PATIENCE * self.gap_s).max(self.least_s);
        if over { self.end() } else { Change::Same }
    }

    /// Ends it.
    pub fn end(&mut self) -> Change {
        if self.growth.take().is_some() { Change::Left } else { Change::Same }
    }
}
