//! Families of made-up processes, each drawn many times with other parameters: what leaks is found under whatever else
//! goes on, and its benign twin is not called a leak. The bounds of the draws are those within which both can be known
//! within sixteen minutes; beyond them, say a cache that fills for longer than a leak needs to be called one, they cannot.

// Made-up curves need floating point.
#![allow(clippy::cast_precision_loss, clippy::cast_sign_loss)]

mod curve;
mod heap;

use curve::{Dice, KIB, MIB, cache, line, samples, saturating, saw, stairs, tide};
use heap::{Curve, collected, highest, walk};
use watertight::runtime::{Decider, Level, Limits};

/// How often each family is drawn.
const DRAWS: u64 = 8;

/// When it was called a leak for the first time, and whether it still is at the end.
fn judge(seed: u64, held: &Curve) -> (Option<f64>, bool) {
    let mut decider = Decider::new(Limits::default());
    for sample in samples(seed, held) {
        decider.push(sample);
    }
    let judgement = decider.judgement();
    let first = judgement.alerts.iter().find(|alert| alert.level == Level::Leak).map(|alert| alert.at_s);
    (first, judgement.level == Some(Level::Leak))
}

/// A number between two, evenly by its logarithm: of sizes and rates small ones are as likely as large ones.
fn between(dice: &mut Dice, least: f64, most: f64) -> f64 {
    least * (most / least).powf(dice.next())
}

fn sum(one: impl Fn(f64) -> f64 + 'static, other: impl Fn(f64) -> f64 + 'static) -> Curve {
    Box::new(move |at_s| one(at_s) + other(at_s))
}

/// A leak of a rate between two, in KiB a second.
fn leak(dice: &mut Dice, least: f64, most: f64) -> Curve {
    Box::new(line(between(dice, least, most)))
}

type Family = (&'static str, fn(&mut Dice) -> Curve);

const LEAKS: [Family; 10] = [
    ("steady", |dice| leak(dice, 15.0, 800.0)),
    ("after a warm-up", |dice| sum(leak(dice, 40.0, 400.0), saturating(between(dice, 10.0, 80.0), between(dice, 10.0, 60.0)))),
    ("under a load that wanders", |dice| sum(leak(dice, 40.0, 800.0), walk(dice, 20.0))),
    ("under a collector", |dice| {
        let live = leak(dice, 20.0, 500.0);
        let (garbage, period) = (between(dice, 50.0, 2000.0), between(dice, 5.0, 100.0));
        collected(dice, live, garbage, garbage * period * KIB)
    }),
    ("under batches", |dice| sum(leak(dice, 30.0, 500.0), saw(15.0 + 80.0 * dice.next(), between(dice, 10.0, 80.0)))),
    ("under a load with a period", |dice| {
        sum(leak(dice, 80.0, 500.0), tide(60.0 + 140.0 * dice.next(), between(dice, 5.0, 40.0)))
    }),
    ("in steps", |dice| {
        let every = 8.0 + 42.0 * dice.next();
        Box::new(stairs(every, between(dice, 60.0, 500.0) * every / 1024.0, f64::INFINITY))
    }),
    ("late", |dice| {
        let (rate, from) = (between(dice, 40.0, 600.0), 100.0 + 300.0 * dice.next());
        Box::new(move |at_s| rate * KIB * (at_s - from).max(0.0))
    }),
    ("slower and slower", |dice| {
        let size = between(dice, 1.0, 20.0);
        Box::new(move |at_s| size * MIB * at_s.sqrt())
    }),
    ("faster and faster", |dice| {
        let (size, power) = (between(dice, 40.0, 600.0), 1.3 + 0.8 * dice.next());
        Box::new(move |at_s| size * MIB * (at_s / 960.0).powf(power))
    }),
];

const CALM: [Family; 11] = [
    ("a load that wanders", |dice| {
        let size = between(dice, 5.0, 300.0);
        walk(dice, size)
    }),
    ("a cache that fills", |dice| Box::new(cache(40.0 + 350.0 * dice.next(), between(dice, 15.0, 200.0)))),
    ("a cache that fills later", |dice| {
        let (from, fills) = (50.0 + 250.0 * dice.next(), cache(40.0 + 340.0 * dice.next(), between(dice, 15.0, 200.0)));
        Box::new(move |at_s| fills((at_s - from).max(0.0)))
    }),
    ("a warm-up", |dice| Box::new(saturating(between(dice, 20.0, 300.0), between(dice, 15.0, 200.0)))),
    ("a warm-up under a collector", |dice| {
        let live = saturating(between(dice, 15.0, 60.0), between(dice, 15.0, 200.0));
        let (garbage, period) = (between(dice, 50.0, 500.0), between(dice, 5.0, 40.0));
        collected(dice, live, garbage, garbage * period * KIB)
    }),
    ("a collector", |dice| {
        let (garbage, period) = (between(dice, 30.0, 3000.0), between(dice, 5.0, 120.0));
        collected(dice, |_| 20.0 * MIB, garbage, garbage * period * KIB)
    }),
    ("batches", |dice| Box::new(saw(10.0 + 200.0 * dice.next(), between(dice, 15.0, 200.0)))),
    ("batches whose memory the allocator keeps", |dice| highest(saw(10.0 + 200.0 * dice.next(), between(dice, 15.0, 200.0)))),
    ("a load with a period", |dice| Box::new(tide(60.0 + 640.0 * dice.next(), between(dice, 15.0, 200.0)))),
    ("a load with a period whose memory the allocator keeps", |dice| {
        highest(tide(60.0 + 640.0 * dice.next(), between(dice, 15.0, 200.0)))
    }),
    ("tenants", |dice| {
        let (every, most) = (15.0 + 45.0 * dice.next(), (3.0 + 4.0 * dice.next()).floor());
        Box::new(stairs(every, between(dice, 15.0, 200.0) / most, most))
    }),
];

/// Each draw of each family: its name, and what was said of it.
fn each(families: &[Family]) -> Vec<(String, Option<f64>, bool)> {
    let draw = |(at, (name, curve)): (usize, &Family), turn: u64| {
        let seed = 1 + turn + 1000 * at as u64;
        let mut dice = Dice::new(seed);
        // The first numbers of near seeds are near.
        for _ in 0..8 {
            dice.next();
        }
        let (first, last) = judge(seed, &curve(&mut dice));
        (format!("{name}, draw {turn}"), first, last)
    };
    families.iter().enumerate().flat_map(|family| (0..DRAWS).map(move |turn| draw(family, turn))).collect()
}

#[test]
fn leaks_are_found_under_whatever_else_goes_on() {
    let said = each(&LEAKS);
    let missed: Vec<&String> = said.iter().filter(|(_, first, last)| first.is_none() || !last).map(|(name, ..)| name).collect();
    assert!(missed.len() * 20 <= said.len(), "{} of {}: {missed:#?}", missed.len(), said.len());
}

#[test]
fn their_benign_twins_are_not_called_leaks() {
    let said = each(&CALM);
    let wrong: Vec<_> = said.iter().filter(|(_, first, _)| first.is_some()).collect();
    assert!(wrong.is_empty(), "{} of {}: {wrong:#?}", wrong.len(), said.len());
}
