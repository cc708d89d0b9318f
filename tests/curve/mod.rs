//! Curves of memory, made up and repeatable.

use watertight::runtime::Sample;

pub const MIB: f64 = 1024.0 * 1024.0;
pub const KIB: f64 = 1024.0;

/// Numbers from 0 to 1 that look random and are the same each time (xorshift).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Sixteen minutes, a sample a second: 12 MiB, what `held` adds to them at a moment, and up to half a MiB of churn.
pub fn samples(seed: u64, held: impl Fn(f64) -> f64) -> Vec<Sample> {
    let mut dice = Dice::new(seed);
    let one = |second: u32| {
        let at_s = f64::from(second) + 0.02 * dice.next();
        let anon = 12.0 * MIB + held(at_s) + 0.5 * MIB * dice.next();
        Sample { at_s, anon: anon.max(0.0) as u64, file: 8 << 20, ..Sample::default() }
    };
    (1..=960).map(one).collect()
}

/// Grows by `rate` KiB a second.
pub fn line(rate: f64) -> impl Fn(f64) -> f64 {
    move |at_s| rate * KIB * at_s
}

/// Fills in `seconds` up to `size` MiB.
pub fn cache(seconds: f64, size: f64) -> impl Fn(f64) -> f64 {
    move |at_s| size * MIB * (at_s / seconds).min(1.0)
}

/// Comes near `size` MiB with the time constant `tau`.
pub fn saturating(tau: f64, size: f64) -> impl Fn(f64) -> f64 {
    move |at_s| size * MIB * (1.0 - (-at_s / tau).exp())
}

/// Rises to `size` MiB and falls at once, every `period` seconds.
pub fn saw(period: f64, size: f64) -> impl Fn(f64) -> f64 {
    move |at_s| size * MIB * (at_s / period).fract()
}

/// Comes and goes with the load, between 0 and `size` MiB.
pub fn tide(period: f64, size: f64) -> impl Fn(f64) -> f64 {
    move |at_s| size * MIB * (0.5 - 0.5 * (at_s / period * std::f64::consts::TAU).cos())
}

/// `size` MiB more every `every` seconds, at most `most` times.
pub fn stairs(every: f64, size: f64, most: f64) -> impl Fn(f64) -> f64 {
    move |at_s| size * MIB * (at_s / every).floor().min(most)
}
