//! What others do, to compare with; nothing of this is in the library.

use super::tally::Outcome;
use std::collections::VecDeque;
use watertight::runtime::Sample;

/// A method: from a series to what it says of it.
pub type Method = Box<dyn Fn(&[Sample]) -> Outcome>;

const KIB: f64 = 1024.0;
const MIB: f64 = 1024.0 * KIB;

/// All of them.
pub fn all() -> Vec<(String, Method)> {
    vec![
        ("linear regression".to_owned(), Box::new(regression)),
        ("floor W=300 w=15 d=0.4".to_owned(), Box::new(|samples| floor_trend(samples, 300.0, 15.0, 0.4))),
        ("floor W=240 w=10 d=0.6".to_owned(), Box::new(|samples| floor_trend(samples, 240.0, 10.0, 0.6))),
        ("seed: regression score".to_owned(), Box::new(|samples| Outcome::from_states(&seed_regression(samples)))),
        ("seed: anonymous ratio".to_owned(), Box::new(|samples| Outcome::from_states(&seed_ratio(samples)))),
        ("seed: thresholds".to_owned(), Box::new(|samples| Outcome::from_states(&seed_thresholds(samples)))),
        ("seed: two of three".to_owned(), Box::new(two_of_three)),
    ]
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / MIB
}

/// Slope and share of explained variance of a least-squares line.
fn line(points: &[(f64, f64)]) -> (f64, f64) {
    let n = points.len() as f64;
    let (mean_x, mean_y) = (points.iter().map(|p| p.0).sum::<f64>() / n, points.iter().map(|p| p.1).sum::<f64>() / n);
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in points {
        xx += (x - mean_x).powi(2);
        xy += (x - mean_x) * (y - mean_y);
        yy += (y - mean_y).powi(2);
    }
    if xx > 0.0 && yy > 0.0 { (xy / xx, xy * xy / (xx * yy)) } else { (0.0, 0.0) }
}

/// A straight line through the last five minutes: a leak when it rises by 4 KiB/s and explains nine tenths.
fn regression(samples: &[Sample]) -> Outcome {
    let mut states = Vec::new();
    for (at, sample) in samples.iter().enumerate().step_by(5) {
        let from = samples.partition_point(|early| early.at_s < sample.at_s - 300.0);
        let points: Vec<(f64, f64)> = samples[from..=at].iter().map(|sample| (sample.at_s, sample.held() as f64)).collect();
        let (slope, explained) = line(&points);
        states.push((sample.at_s, sample.at_s >= 120.0 && slope >= 4.0 * KIB && explained >= 0.9));
    }
    Outcome::from_states(&states)
}

/// The floor trend with one window and one deceleration guard.
fn floor_trend(samples: &[Sample], window_s: f64, block_s: f64, guard: f64) -> Outcome {
    let mut states = Vec::new();
    let mut before = false;
    for at in (0..samples.len()).step_by(5) {
        let now_s = samples[at].at_s;
        let count = (window_s / block_s) as usize;
        let floor = |block: usize| {
            let (from, to) = (now_s - window_s + block as f64 * block_s, now_s - window_s + (block + 1) as f64 * block_s);
            let low = samples.partition_point(|sample| sample.at_s <= from);
            let high = samples.partition_point(|sample| sample.at_s <= to);
            samples[low..high].iter().map(|sample| sample.held() as f64).fold(f64::INFINITY, f64::min)
        };
        let mut holds = false;
        if now_s >= window_s + 20.0 {
            let floors: Vec<f64> = (0..count).map(floor).collect();
            holds = floors.iter().all(|floor| floor.is_finite()) && rises(&floors, block_s, guard);
        }
        states.push((now_s, holds && before));
        before = holds;
    }
    Outcome::from_states(&states)
}

fn rises(floors: &[f64], block_s: f64, guard: f64) -> bool {
    let n = floors.len();
    let (mut s, mut slopes) = (0.0, Vec::new());
    for first in 0..n {
        for second in first + 1..n {
            let rise = floors[second] - floors[first];
            s += f64::from(i8::from(rise > 0.0) - i8::from(rise < 0.0));
            slopes.push(rise / ((second - first) as f64 * block_s));
        }
    }
    slopes.sort_by(f64::total_cmp);
    let spread = |n: f64| n * (n - 1.0) * (2.0 * n + 5.0);
    let mut sorted = floors.to_vec();
    sorted.sort_by(f64::total_cmp);
    let ties: f64 = sorted.chunk_by(|a, b| a.total_cmp(b).is_eq()).map(|tie| spread(tie.len() as f64)).sum();
    let variance = (spread(n as f64) - ties) / 18.0;
    let z = if variance > 0.0 { (s - s.signum()) / variance.sqrt() } else { 0.0 };
    let tau = s / slopes.len() as f64;
    let lower = slopes[((slopes.len() as f64 - 1.645 * variance.sqrt()) / 2.0).max(0.0) as usize];
    let rise = floors[n - 1] - floors[0];
    let third = n - 1 - n / 3;
    let whole = rise / (n - 1) as f64;
    let recent = (floors[n - 1] - floors[third]) / (n - 1 - third) as f64;
    let newest = floors[..n - 1].iter().all(|floor| floors[n - 1] >= *floor);
    z >= 3.0 && tau >= 0.7 && lower >= 4.0 * KIB && rise >= (2.0 * MIB).max(0.02 * floors[0]) && newest && recent >= guard * whole
}

/// Points for the first bound that a value is above.
fn points(value: f64, bounds: &[(f64, f64)]) -> f64 {
    bounds.iter().find(|(bound, _)| value > *bound).map_or(0.0, |(_, points)| *points)
}

/// Sixteen points of whole MB and seconds, a slope in whole MB/s, and a constant in place of R².
fn seed_regression(samples: &[Sample]) -> Vec<(f64, bool)> {
    let mut ring: VecDeque<(f64, f64)> = VecDeque::new();
    let (mut states, mut count, mut rate) = (Vec::new(), 0, 0.0_f64);
    let (mut last_mb, mut last_s, mut risk) = (-1.0, f64::NEG_INFINITY, false);
    let first = samples.first().map_or(0.0, |sample| mib(sample.resident()).floor());
    for sample in samples {
        let (mb, at_s) = (mib(sample.resident()).floor(), sample.at_s);
        let interval = if rate == 0.0 && count > 10 {
            10.0
        } else if rate < 0.1 {
            5.0
        } else {
            1.0
        };
        if mb >= 10.0 && (mb - last_mb).abs() > 0.0 && at_s - last_s >= interval {
            match ring.back_mut().filter(|newest| at_s - newest.0 < 5.0) {
                Some(newest) => newest.1 = mb,
                None => ring.push_back((at_s.floor(), mb)),
            }
            if ring.len() > 16 {
                ring.pop_front();
            }
            (last_mb, last_s, count) = (mb, at_s, count + 1);
            if ring.len() >= 6 {
                rate = line(ring.make_contiguous()).0.trunc();
                let fit = if rate > 0.0 {
                    800.0
                } else if rate == 0.0 {
                    1000.0
                } else {
                    500.0
                };
                let growth = 100.0 * (mb - first) / first.max(1.0);
                let score = points(rate, &[(10.0, 25.0), (1.0, 20.0), (0.1, 15.0)])
                    + points(fit, &[(900.0, 35.0), (700.0, 25.0)])
                    + points(f64::from(count), &[(30.0, 25.0), (20.0, 20.0), (10.0, 15.0)])
                    + points(growth, &[(200.0, 15.0), (100.0, 10.0)]);
                risk = score >= 60.0;
            }
        }
        states.push((at_s, risk));
    }
    states
}

fn seed_ratio(samples: &[Sample]) -> Vec<(f64, bool)> {
    let first = samples.first().map_or(1.0, |sample| sample.anon.max(1) as f64);
    let pairs = samples.windows(2);
    pairs
        .map(|pair| {
            let (before, now) = (&pair[0], &pair[1]);
            let (anon, file) = (now.anon as f64, now.file as f64);
            let total = (now.resident() as f64).max(1.0);
            let direction = if now.anon > before.anon && now.file <= before.file {
                35.0
            } else if anon > 2.0 * file {
                30.0
            } else if anon > file {
                20.0
            } else {
                0.0
            };
            let score = points(anon / total, &[(0.9, 30.0), (0.8, 25.0), (0.7, 20.0), (0.6, 15.0)])
                + direction
                + points(now.swap as f64 / (total + now.swap as f64), &[(0.1, 20.0), (0.05, 15.0), (0.01, 10.0)])
                + points(100.0 * (anon - first) / first, &[(500.0, 15.0), (200.0, 10.0), (100.0, 5.0)]);
            (now.at_s, score >= 60.0)
        })
        .collect()
}

fn seed_thresholds(samples: &[Sample]) -> Vec<(f64, bool)> {
    let mut since_s = samples.first().map_or(0.0, |sample| sample.at_s);
    let mut states = Vec::new();
    for pair in samples.windows(2) {
        let (before, now) = (&pair[0], &pair[1]);
        if now.resident() < before.resident() {
            since_s = now.at_s;
        }
        let total = (now.resident() as f64).max(1.0);
        let (anon, rate) = (now.anon as f64 / total, mib(now.anon) - mib(before.anon));
        let wider =
            now.virt.saturating_sub(before.virt) > 2 * now.resident().saturating_sub(before.resident()) && now.virt > before.virt;
        let score = points(now.virt as f64 / total, &[(3.0, 30.0), (2.5, 25.0), (2.0, 20.0), (1.8, 10.0)])
            + if wider { 10.0 } else { 0.0 }
            + points(now.at_s - since_s, &[(600.0, 35.0), (300.0, 30.0), (180.0, 20.0), (60.0, 10.0)])
            + points(anon, &[(0.9, 35.0), (0.85, 30.0), (0.8, 25.0), (0.75, 15.0), (0.7, 10.0)])
            + points(now.swap as f64 / (total + now.swap as f64), &[(0.1, 15.0), (0.05, 10.0)])
            + if rate > 1.0 && now.file <= before.file { 20.0 } else { 0.0 }
            + points(rate, &[(10.0, 15.0), (1.0, 10.0)]);
        states.push((now.at_s, score >= 70.0));
    }
    states
}

fn two_of_three(samples: &[Sample]) -> Outcome {
    let (first, second, third) = (seed_regression(samples), seed_ratio(samples), seed_thresholds(samples));
    // The first has a state for the first sample, too.
    let votes = first.iter().skip(1).zip(&second).zip(&third);
    let states: Vec<(f64, bool)> = votes
        .map(|((first, second), third)| (first.0, u8::from(first.1) + u8::from(second.1) + u8::from(third.1) >= 2))
        .collect();
    Outcome::from_states(&states)
}
