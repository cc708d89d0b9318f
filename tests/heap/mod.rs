//! What loads, allocators and collectors make of a curve.

use super::curve::{Dice, KIB, MIB};

/// A curve with parameters of its own.
pub type Curve = Box<dyn Fn(f64) -> f64>;

/// A curve that was reckoned once, second by second.
fn tabled(values: Vec<f64>) -> Curve {
    Box::new(move |at_s| values[(at_s as usize).min(values.len() - 1)])
}

/// Wanders about, up to some `size` MiB, and comes back.
pub fn walk(dice: &mut Dice, size: f64) -> Curve {
    let mut away = 0.0_f64;
    let step = |_| {
        away = 0.98 * away + 0.2 * (dice.next() - 0.5) * size * MIB;
        away.abs()
    };
    tabled((0..=1000).map(step).collect())
}

/// What an allocator holds that gives nothing back: the most that was ever in use.
pub fn highest(used: impl Fn(f64) -> f64) -> Curve {
    let mut most = 0.0_f64;
    let step = |second: u32| {
        most = most.max(used(f64::from(second)));
        most
    };
    tabled((0..=1000).map(step).collect())
}

/// What a collector leaves: what is `live`, and `garbage` KiB a second on top until it is about `room` bytes.
pub fn collected(dice: &mut Dice, live: impl Fn(f64) -> f64, garbage: f64, room: f64) -> Curve {
    let (mut dead, mut most) = (0.0, room);
    let step = |second: u32| {
        dead += garbage * KIB * (0.6 + 0.8 * dice.next());
        if dead > most {
            // Some of it is found at the next collection only.
            dead = 0.05 * dice.next() * most;
            most = room * (0.7 + 0.6 * dice.next());
        }
        live(f64::from(second)) + dead
    };
    tabled((0..=1000).map(step).collect())
}
