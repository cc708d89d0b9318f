//! Where the growth leads if it goes on as it does.

use super::exhaustion::Nearest;
use super::floors::{Floors, retained};
use super::statistics::theil_sen;
use super::trend::Growth;
use super::verdict::Forecast;

/// Floors that the slope is taken of; more cost much and tell little.
const POINTS: usize = 48;

/// The rate of a growth now and, with a limit, when that is reached.
pub fn forecast(floors: &Floors, growth: &Growth, nearest: Option<Nearest>, at_s: f64) -> Forecast {
    let rate = rate(floors, growth);
    let in_s = nearest.filter(|_| rate > 0.0).map(|nearest| nearest.left as f64 / rate);
    Forecast {
        rate,
        limit: nearest.map(|nearest| nearest.limit),
        kind: nearest.map(|nearest| nearest.kind),
        in_s,
        at_s: in_s.map(|in_s| at_s + in_s),
    }
}

/// The Theil–Sen slope of what is retained, over the growth, bytes a second.
fn rate(floors: &Floors, growth: &Growth) -> f64 {
    let cell_s = Floors::cell_s(growth.level);
    let all = floors.level(growth.level);
    let from = all.len().saturating_sub((growth.shape.since_s / cell_s) as usize + 1);
    let kept = retained(&all[from..]);
    let stride = kept.len().div_ceil(POINTS).max(1);
    let points: Vec<f64> = kept.iter().copied().step_by(stride).collect();
    theil_sen(&points).map_or(0.0, |slope| slope.median / (stride as f64 * cell_s)).max(0.0)
}
