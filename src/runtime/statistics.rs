//! The few statistics that the detectors rest on.

/// The outcome of the Mann–Kendall test for a monotone trend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MannKendall {
    /// Kendall's tau-a: 1 when every later value is greater, -1 when every later value is less.
    pub tau: f64,
    /// The test statistic, standard normal when there is no trend.
    pub z: f64,
}

/// The Mann–Kendall test, with the variance corrected for ties.
///
/// H. B. Mann, "Nonparametric tests against trend", Econometrica 13 (1945); M. G. Kendall, "Rank Correlation Methods"
/// (1975): `S = Σ_{i<j} sign(x_j − x_i)`, `Var S = [n(n−1)(2n+5) − Σ_t t(t−1)(2t+5)] / 18` over the groups of t ties,
/// `z = (S ∓ 1) / √Var S`. It needs no distribution and no straight line; it does take the values as independent, which
/// is why it is put to floors and not to samples.
pub fn mann_kendall(values: &[f64]) -> MannKendall {
    let n = values.len() as f64;
    let mut s = 0.0;
    for (at, first) in values.iter().enumerate() {
        for second in &values[at + 1..] {
            s += f64::from(i8::from(second > first) - i8::from(second < first));
        }
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let ties: f64 = sorted.chunk_by(|first, second| first.total_cmp(second).is_eq()).map(|tie| spread(tie.len() as f64)).sum();
    let variance = (spread(n) - ties) / 18.0;
    let pairs = n * (n - 1.0) / 2.0;
    let z = if variance > 0.0 { (s - s.signum() * f64::from(u8::from(s != 0.0))) / variance.sqrt() } else { 0.0 };
    MannKendall { tau: if pairs > 0.0 { s / pairs } else { 0.0 }, z }
}

fn spread(n: f64) -> f64 {
    n * (n - 1.0) * (2.0 * n + 5.0)
}

/// A slope and the bounds between which it lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slope {
    /// The Theil–Sen estimate: the median of the slopes between all pairs.
    pub median: f64,
    /// The lower bound of the 90 % confidence interval.
    pub lower: f64,
    /// The upper bound of the 90 % confidence interval.
    pub upper: f64,
}

/// The Theil–Sen slope, per step between two values, with its 90 % confidence interval.
///
/// P. K. Sen, "Estimates of the regression coefficient based on Kendall's tau", JASA 63 (1968): the interval's ends are
/// the order statistics of the pairwise slopes at `(N ∓ 1.645 √Var S) / 2`, `N = n(n−1)/2`. Up to 29 % of the values
/// may be off without moving the median. `None` for fewer than two values.
pub fn theil_sen(values: &[f64]) -> Option<Slope> {
    let n = values.len();
    let mut slopes = Vec::with_capacity(n * n.saturating_sub(1) / 2);
    for (first, low) in values.iter().enumerate() {
        for (second, high) in values.iter().enumerate().skip(first + 1) {
            slopes.push((high - low) / (second - first) as f64);
        }
    }
    slopes.sort_by(f64::total_cmp);
    let last = slopes.len().checked_sub(1)?;
    let half = 1.645 * (spread(n as f64) / 18.0).sqrt() / 2.0;
    let middle = slopes.len() as f64 / 2.0;
    let rank = |at: f64| slopes[(at.max(0.0) as usize).min(last)];
    Some(Slope {
        median: f64::midpoint(slopes[last / 2], slopes[slopes.len() / 2]),
        lower: rank(middle - half),
        upper: rank(middle + half),
    })
}

/// How many equal steps the growth amounts to: `(Σd)² / Σd²`.
///
/// The participation ratio (inverse Simpson index; E. H. Simpson, "Measurement of diversity", Nature 163 (1949)): n for
/// n equal steps, 1 when a single step makes up all of it.
pub fn participation(steps: impl Iterator<Item = f64>) -> f64 {
    let (sum, squares) = steps.fold((0.0, 0.0), |(sum, squares), step| (sum + step, squares + step * step));
    if squares > 0.0 { sum * sum / squares } else { 0.0 }
}
