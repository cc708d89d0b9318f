//! Periods: what comes and goes with the load of the day, or with a batch, is no trend.

/// The share of the variance that a period must explain.
const CORRELATED: f64 = 0.5;
/// How often a period must have been seen.
const SEEN: f64 = 2.2;
/// How much of what was taken must have been given back; without it the "period" is a staircase.
const GIVEN_BACK: f64 = 0.5;

/// The period of a quantity in cells, if it has one: the highest peak of the autocorrelation of the values without
/// their straight trend, beyond its first fall below zero (G. E. P. Box, G. M. Jenkins, "Time Series Analysis",
/// 1970, ch. 2).
pub fn period(values: &[f64]) -> Option<usize> {
    let n = values.len();
    if n < 40 || !gives_back(values) {
        return None;
    }
    let rest = detrended(values);
    let variance: f64 = rest.iter().map(|value| value * value).sum::<f64>() / n as f64;
    if variance <= 0.0 {
        return None;
    }
    let correlation = |lag: usize| {
        let sum: f64 = rest[lag..].iter().zip(&rest).map(|(late, early)| late * early).sum();
        sum / (n - lag) as f64 / variance
    };
    let longest = (n as f64 / SEEN) as usize;
    let shortest = (1..longest).find(|lag| correlation(*lag) < 0.0)?;
    let (best, peak) = (shortest..longest)
        .map(|lag| (lag, correlation(lag)))
        .fold((0, f64::MIN), |best, next| if next.1 > best.1 { next } else { best });
    // At the edge it is no peak.
    (best > shortest && best + 1 < longest && peak >= CORRELATED).then_some(best)
}

fn gives_back(values: &[f64]) -> bool {
    let (up, down) = values.windows(2).fold((0.0, 0.0), |(up, down), pair| {
        let step = pair[1] - pair[0];
        if step > 0.0 { (up + step, down) } else { (up, down - step) }
    });
    up > 0.0 && down >= GIVEN_BACK * up
}

fn detrended(values: &[f64]) -> Vec<f64> {
    let n = values.len() as f64;
    let (middle, mean) = ((n - 1.0) / 2.0, values.iter().sum::<f64>() / n);
    let (mut cross, mut square) = (0.0, 0.0);
    for (at, value) in values.iter().enumerate() {
        let away = at as f64 - middle;
        cross += away * (value - mean);
        square += away * away;
    }
    let slope = cross / square;
    values.iter().enumerate().map(|(at, value)| value - mean - slope * (at as f64 - middle)).collect()
}

/// The mean over each whole period: the period is gone from it, the trend is still there.
pub fn without(values: &[f64], period: usize) -> Vec<f64> {
    let mut sum: f64 = values[..period].iter().sum();
    let mut means = vec![sum / period as f64];
    for at in period..values.len() {
        sum += values[at] - values[at - period];
        means.push(sum / period as f64);
    }
    means
}
