//! Where the growth leads if it goes on as it does.
//!
//! Three curves are tried: the straight line through all of the growth, the one through its last part, and a power of
//! the time since it began (`b·tᵖ`: p = 1 is a straight line, 2 a constant acceleration, ½ a square root). Each is
//! fitted to the first part and judged by how well it foretells the rest, as forecasters do (L. J. Tashman,
//! "Out-of-sample tests of forecasting accuracy", International Journal of Forecasting 16 (2000)); the best is then
//! fitted to all.

use super::exhaustion::Nearest;
use super::floors::{Floors, retained};
use super::statistics::theil_sen;
use super::trend::Growth;
use super::verdict::Forecast;

/// Points that a curve is fitted to; more cost much and tell little.
const POINTS: usize = 33;
/// The share of the growth that is foretold from the rest to choose a curve.
const FORETOLD: f64 = 0.3;
/// The share of the growth that counts as its last part.
const RECENT: f64 = 0.4;
/// The plain curve is kept unless another is better by this factor.
const BETTER: f64 = 0.8;

/// How the growth goes on.
#[derive(Clone, Copy, Debug)]
enum Curve {
    /// By so much a step.
    Straight(f64),
    /// As this power of the time since the growth began.
    Power(f64),
}

/// The rate of a growth now and, with a limit, when that is reached.
pub fn forecast(floors: &Floors, growth: &Growth, nearest: Option<Nearest>, at_s: f64) -> Forecast {
    let cell_s = Floors::cell_s(growth.level);
    let all = floors.level(growth.level);
    let from = all.len().saturating_sub((growth.shape.since_s / cell_s) as usize + 2);
    let kept = retained(&all[from..]);
    let stride = kept.len().div_ceil(POINTS).max(1);
    // The newest floor is always among the points.
    let points: Vec<f64> = kept.iter().rev().copied().step_by(stride).collect::<Vec<_>>().into_iter().rev().collect();
    let step_s = stride as f64 * cell_s;
    let curve = choose(&points);
    let rate = rate(curve, &points) / step_s;
    let in_s = nearest.and_then(|nearest| time_to(curve, &points, nearest.left as f64)).map(|steps| steps * step_s);
    Forecast {
        rate,
        limit: nearest.map(|nearest| nearest.limit),
        kind: nearest.map(|nearest| nearest.kind),
        in_s,
        at_s: in_s.map(|in_s| at_s + in_s),
    }
}

/// The curve that foretells the last part of the growth best from what came before.
fn choose(points: &[f64]) -> Curve {
    let known = points.len() - (points.len() as f64 * FORETOLD) as usize;
    let rest = points.len() - known;
    let mut best = (straight(points), f64::INFINITY);
    if known < 6 || rest < 2 {
        return best.0;
    }
    let real = points[points.len() - 1] - points[known - 1];
    for fit in [straight, recent, power] {
        let error = (ahead(fit(&points[..known]), &points[..known], rest as f64) - real).abs();
        if error < BETTER * best.1 {
            best = (fit(points), error);
        }
    }
    best.0
}

fn straight(points: &[f64]) -> Curve {
    Curve::Straight(theil_sen(points).map_or(0.0, |slope| slope.median.max(0.0)))
}

fn recent(points: &[f64]) -> Curve {
    let last = ((points.len() as f64 * RECENT) as usize).max(4).min(points.len());
    straight(&points[points.len() - last..])
}

/// The exponent by least squares over the logarithms, without the first third, where a base that is a little off tells most.
fn power(points: &[f64]) -> Curve {
    let from = points.len() / 3;
    let logs = points.iter().enumerate().skip(from.max(1)).filter(|(_, value)| **value > points[0]);
    let logs: Vec<(f64, f64)> = logs.map(|(at, value)| ((at as f64).ln(), (value - points[0]).ln())).collect();
    let n = logs.len() as f64;
    let (mean_x, mean_y) = (logs.iter().map(|log| log.0).sum::<f64>() / n, logs.iter().map(|log| log.1).sum::<f64>() / n);
    let cross: f64 = logs.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    let square: f64 = logs.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    if logs.len() < 4 || square <= 0.0 { straight(points) } else { Curve::Power((cross / square).clamp(0.2, 4.0)) }
}

/// By how much a curve rises in the next steps.
fn ahead(curve: Curve, points: &[f64], steps: f64) -> f64 {
    match curve {
        Curve::Straight(slope) => slope * steps,
        Curve::Power(power) => {
            let (past, grown) = ((points.len() - 1) as f64, points[points.len() - 1] - points[0]);
            grown * ((1.0 + steps / past).powf(power) - 1.0)
        }
    }
}

fn rate(curve: Curve, points: &[f64]) -> f64 {
    match curve {
        Curve::Straight(slope) => slope,
        Curve::Power(power) => power * (points[points.len() - 1] - points[0]) / (points.len() - 1) as f64,
    }
}

/// In how many steps the curve has risen by `left`; `None` if it does not rise.
fn time_to(curve: Curve, points: &[f64], left: f64) -> Option<f64> {
    let steps = match curve {
        Curve::Straight(slope) => left / slope,
        Curve::Power(power) => {
            let (past, grown) = ((points.len() - 1) as f64, points[points.len() - 1] - points[0]);
            past * ((1.0 + left / grown).powf(1.0 / power) - 1.0)
        }
    };
    steps.is_finite().then_some(steps)
}
