//! What is called a leak, what is not, and when.

// Made-up curves need floating point.
#![allow(clippy::cast_precision_loss, clippy::cast_sign_loss)]

mod curve;

use curve::{Dice, MIB, cache, line, samples, saturating, saw, stairs, tide};
use std::fs::{File, read_to_string};
use std::io::BufReader;
use std::path::Path;
use watertight::runtime::{Class, Decider, Judgement, Level, Limits, Sample, Series, Verdict};

fn judge(samples: &[Sample]) -> Judgement {
    let mut decider = Decider::new(Limits::default());
    for sample in samples {
        decider.push(*sample);
    }
    decider.judgement().clone()
}

fn first(judgement: &Judgement, level: Level) -> Option<f64> {
    judgement.alerts.iter().find(|alert| alert.level == level).map(|alert| alert.at_s)
}

fn assert_leak(name: &str, samples: &[Sample]) -> f64 {
    let judgement = judge(samples);
    assert_eq!(judgement.level, Some(Level::Leak), "{name}: {judgement:#?}");
    first(&judgement, Level::Leak).unwrap_or_else(|| panic!("{name}: stands and was never raised"))
}

fn assert_calm(name: &str, samples: &[Sample]) -> Judgement {
    let judgement = judge(samples);
    assert_eq!(first(&judgement, Level::Leak), None, "{name}: {judgement:#?}");
    judgement
}

#[derive(Debug, serde::Deserialize)]
struct Label {
    name: String,
    truth: String,
    starts_at_s: f64,
}

/// Recorded from real processes in C, Rust, Python and on Node: the floor of each 5 s.
#[test]
fn recorded_processes_are_told_apart() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/series");
    let labels = read_to_string(folder.join("labels.jsonl")).expect("the labels can be read");
    let labels: Vec<Label> = labels.lines().map(|line| serde_json::from_str(line).expect("a label")).collect();
    assert!(labels.iter().filter(|label| label.truth == "leak").count() >= 16);
    assert!(labels.iter().filter(|label| label.truth == "benign").count() >= 16);
    for label in labels {
        let file = File::open(folder.join(format!("{}.csv", label.name))).expect("a series");
        let series = Series::read(BufReader::new(file)).expect("it is well-formed");
        if label.truth == "leak" {
            let at_s = assert_leak(&label.name, &series.samples);
            assert!(at_s > label.starts_at_s, "{}: called a leak at {at_s} s, before it is one", label.name);
        } else {
            assert_calm(&label.name, &series.samples);
        }
    }
}

#[test]
fn a_steady_leak_is_watched_soon_and_called_one_in_seven_minutes() {
    for (seed, rate) in [(1, 15.0), (2, 40.0), (3, 150.0), (4, 600.0)] {
        let judgement = judge(&samples(seed, line(rate)));
        assert_eq!(judgement.verdict, Verdict::Leak, "{rate} KiB/s");
        assert!(first(&judgement, Level::Watch).is_some_and(|at_s| at_s <= 150.0), "{rate} KiB/s: {judgement:#?}");
        assert!(first(&judgement, Level::Leak).is_some_and(|at_s| at_s <= 420.0), "{rate} KiB/s: {judgement:#?}");
        let forecast = judgement.forecast.expect("a leak has a forecast").rate / 1024.0;
        assert!((forecast / rate - 1.0).abs() < 0.2, "{rate} KiB/s were taken for {forecast}");
        assert!(!judgement.reasons.is_empty() && judgement.confidence >= 0.75);
    }
}

#[test]
fn what_is_bounded_is_never_called_a_leak() {
    let with = |name: &str, verdicts: &[Verdict], samples: &[Sample]| {
        let judgement = assert_calm(name, samples);
        assert!(verdicts.contains(&judgement.verdict), "{name}: {judgement:#?}");
    };
    with("idle", &[Verdict::Bounded], &samples(1, |_| 0.0));
    for seconds in [60.0, 150.0, 290.0, 380.0] {
        with("a cache that fills", &[Verdict::Cache], &samples(2, cache(seconds, 90.0)));
    }
    for tau in [40.0, 90.0, 150.0] {
        with("a warm-up", &[Verdict::WarmUp], &samples(3, saturating(tau, 90.0)));
    }
    with("a slow warm-up", &[Verdict::WarmUp, Verdict::NotEnoughData], &samples(3, saturating(350.0, 90.0)));
    for period in [20.0, 75.0, 180.0] {
        with("garbage", &[Verdict::Bounded], &samples(4, saw(period, 60.0)));
    }
    for period in [90.0, 200.0, 450.0, 640.0] {
        assert_calm("a load that comes and goes", &samples(5, tide(period, 60.0)));
    }
    for (every, most) in [(30.0, 6.0), (50.0, 6.0), (80.0, 7.0)] {
        assert_calm("tenants", &samples(6, stairs(every, 9.0, most)));
    }
    // Seven tenants in nine minutes behind such garbage are called a leak: their steps are not seen.
    for (every, most) in [(30.0, 6.0), (50.0, 6.0), (60.0, 6.0)] {
        let (tenants, garbage) = (stairs(every, 9.0, most), saw(110.0, 30.0));
        assert_calm("tenants between garbage", &samples(6, |at_s| tenants(at_s) + garbage(at_s)));
    }
    with("one step", &[Verdict::WarmUp, Verdict::Bounded], &samples(7, stairs(200.0, 100.0, 1.0)));
}

#[test]
fn a_load_that_rises_twice_with_a_rest_between_is_no_leak() {
    // In how many seconds it rises first, by how many MiB, when it rises again, in how many seconds, and by how many MiB.
    for (first_s, one, again_s, second_s, other) in
        [(150.0, 10.0, 350.0, 200.0, 40.0), (200.0, 10.0, 350.0, 100.0, 40.0), (200.0, 20.0, 350.0, 100.0, 40.0)]
    {
        let (first, second) = (cache(first_s, one), cache(second_s, other));
        let name = format!("{one} MiB and {other} MiB");
        assert_calm(&name, &samples(7, |at_s| first(at_s) + second((at_s - again_s).max(0.0))));
    }
}

#[test]
fn a_load_that_comes_back_is_no_leak_and_one_that_comes_back_higher_is() {
    // Up in 370 s, too short to be called a leak, and down after a while; the next time it takes longer.
    let load = |again_s: f64| {
        move |at_s: f64| {
            let first = (at_s / 370.0).min(1.0).min((470.0 - at_s) / 60.0);
            60.0 * MIB * if at_s < 470.0 { first } else { (at_s - 470.0) / again_s }
        }
    };
    assert_calm("it comes back", &samples(9, |at_s| load(470.0)(at_s.min(920.0))));
    assert_leak("it comes back higher", &samples(9, load(410.0)));
}

#[test]
fn what_fades_is_taken_back_and_what_leaks_behind_it_is_not() {
    let long = |held: &dyn Fn(f64) -> f64| {
        let mut dice = Dice::new(10);
        let one = |second: u32| {
            let at_s = f64::from(second);
            Sample { at_s, anon: (12.0 * MIB + held(at_s) + 0.5 * MIB * dice.next()) as u64, ..Sample::default() }
        };
        (1..=1400).map(one).collect::<Vec<_>>()
    };
    // Nobody tells such a warm-up from a leak while it is young.
    let warm = |at_s: f64| saturating(480.0, 90.0)(at_s);
    let judgement = judge(&long(&warm));
    assert_ne!(judgement.level, Some(Level::Leak), "{judgement:#?}");
    assert_leak("a leak behind it", &long(&|at_s| warm(at_s) + line(60.0)(at_s)));
}

#[test]
fn a_leak_shows_through_what_is_bounded() {
    let under = |name: &str, bounded: &dyn Fn(f64) -> f64, rate: f64| {
        assert_calm(name, &samples(11, bounded));
        assert_leak(name, &samples(11, |at_s| bounded(at_s) + line(rate)(at_s)));
    };
    under("garbage", &saw(25.0, 40.0), 30.0);
    under("garbage that is collected every two minutes", &saw(110.0, 40.0), 45.0);
    under("a batch", &saw(80.0, 60.0), 40.0);
    under("a warm-up", &saturating(60.0, 60.0), 40.0);
    under("a load with a period", &tide(130.0, 30.0), 60.0);
}

#[test]
fn growth_without_bound_is_a_leak_though_it_slows_down() {
    assert_leak("a square root", &samples(21, |at_s| 3.0 * MIB * at_s.sqrt()));
    assert_leak("a square", &samples(22, |at_s| 100.0 * at_s * at_s));
    assert_leak("small steps for ever", &samples(23, stairs(30.0, 1.5, f64::INFINITY)));
}

#[test]
fn a_leak_that_begins_late_is_called_one_after_it_began() {
    let at_s = assert_leak("late", &samples(31, |at_s| 60.0 * 1024.0 * (at_s - 300.0).max(0.0)));
    assert!((480.0..=740.0).contains(&at_s), "called a leak at {at_s} s");
}

#[test]
fn a_table_that_doubles_is_filled_by_a_leak_and_one_that_stops_is_not() {
    // 60 KiB of entries a second in a table that doubles.
    let table = |most: f64| move |at_s: f64| 0.9 * MIB * 2_f64.powf((at_s.min(most) / 15.0).max(1.0).log2().floor());
    assert_leak("a table", &samples(41, table(f64::INFINITY)));
    assert_calm("a full table", &samples(41, table(300.0)));
}

#[test]
fn a_false_alarm_is_taken_back() {
    // Half an hour of growth to a plateau looks like a leak for long.
    let slow = |at_s: f64| 80.0 * MIB * (at_s / 600.0).min(1.0);
    let mut decider = Decider::new(Limits::default());
    for round in 0..3 {
        for mut sample in samples(51, |at_s| slow(at_s + 960.0 * f64::from(round))) {
            sample.at_s += 960.0 * f64::from(round);
            decider.push(sample);
        }
    }
    let judgement = decider.judgement();
    assert_eq!(judgement.level, None, "{judgement:#?}");
    let alert = judgement.alerts.iter().find(|alert| alert.level == Level::Leak).expect("it was called a leak");
    assert!(alert.retracted_at_s.is_some_and(|at_s| at_s > 600.0 && at_s < 1200.0), "{alert:#?}");
}

#[test]
fn the_clock_may_begin_anywhere() {
    for curve in [samples(61, line(50.0)), samples(62, saturating(100.0, 80.0))] {
        let shifted: Vec<Sample> = curve.iter().map(|sample| Sample { at_s: sample.at_s + 1_000_000.0, ..*sample }).collect();
        let (here, there) = (judge(&curve), judge(&shifted));
        assert_eq!((here.verdict, here.level, &here.reasons), (there.verdict, there.level, &there.reasons));
        let times = |judgement: &Judgement, shift: f64| -> Vec<(Level, i64)> {
            judgement.alerts.iter().map(|alert| (alert.level, ((alert.at_s - shift) * 100.0).round() as i64)).collect()
        };
        assert_eq!(times(&here, 0.0), times(&there, 1_000_000.0));
    }
}

#[test]
fn samples_may_come_twice_be_late_or_be_missing() {
    let curve = samples(71, line(60.0));
    let plain = judge(&curve);
    let twice: Vec<Sample> = curve.iter().flat_map(|sample| [*sample, *sample]).collect();
    assert_eq!(judge(&twice), plain);
    let mut wild = Decider::new(Limits::default());
    for sample in &curve {
        wild.push(*sample);
        wild.push(Sample { at_s: f64::NAN, anon: 1, ..*sample });
        wild.push(Sample { at_s: f64::INFINITY, anon: 1, ..*sample });
        wild.push(Sample { at_s: sample.at_s - 50.0, anon: 1, ..*sample });
    }
    assert_eq!(*wild.judgement(), plain);
    let mut dice = Dice::new(72);
    let thinned: Vec<Sample> = curve.iter().copied().filter(|_| dice.next() > 0.3).collect();
    assert_leak("a third is missing", &thinned);
    let gap: Vec<Sample> = curve.iter().copied().filter(|sample| !(300.0..350.0).contains(&sample.at_s)).collect();
    assert_leak("a gap of 50 s", &gap);
    let coarse: Vec<Sample> = curve.iter().copied().step_by(10).collect();
    assert_leak("every 10 s", &coarse);
    assert_calm("every 10 s", &samples(73, cache(200.0, 80.0)).into_iter().step_by(10).collect::<Vec<_>>());
}

#[test]
fn larger_processes_leak_alike() {
    for factor in [1_u64, 4, 16] {
        let scaled: Vec<Sample> =
            samples(81, line(80.0)).iter().map(|sample| Sample { anon: sample.anon * factor, ..*sample }).collect();
        assert_leak("scaled", &scaled);
        let scaled: Vec<Sample> =
            samples(82, saturating(90.0, 20.0)).iter().map(|sample| Sample { anon: sample.anon * factor, ..*sample }).collect();
        assert_calm("scaled", &scaled);
    }
}

#[test]
fn a_process_that_starts_again_is_no_leak() {
    // Two leaks of 250 s, each ended by a restart, are no proof; a long one after a restart is.
    assert_calm("restarts", &samples(91, |at_s| line(80.0)(at_s % 250.0)));
    assert_leak("after a restart", &samples(92, |at_s| if at_s < 300.0 { 30.0 * MIB } else { line(80.0)(at_s - 300.0) }));
    let mut long = samples(93, line(60.0));
    let first: Vec<Sample> = long.iter().copied().take(200).collect();
    for sample in &mut long {
        sample.at_s += 100_000.0;
    }
    assert_leak("a night later", &first.into_iter().chain(long).collect::<Vec<_>>());
}

#[test]
fn file_pages_are_no_leak() {
    let mut curve = samples(101, |_| 0.0);
    for sample in &mut curve {
        sample.file = (sample.at_s * 400.0 * 1024.0) as u64;
    }
    assert_calm("a mapped file is read", &curve);
}

#[test]
fn the_growth_is_named_after_what_it_is_made_of() {
    let class = |change: &dyn Fn(&mut Sample, u64)| {
        let mut curve = samples(111, |_| 0.0);
        for sample in &mut curve {
            let grown = (sample.at_s * 60.0 * 1024.0) as u64;
            change(sample, grown);
        }
        let judgement = judge(&curve);
        assert_eq!(judgement.level, Some(Level::Leak), "{judgement:#?}");
        (judgement.verdict, judgement.class)
    };
    assert_eq!(class(&|sample, grown| sample.anon += grown), (Verdict::Leak, Some(Class::Anonymous)));
    assert_eq!(class(&|sample, grown| sample.shmem += grown), (Verdict::Leak, Some(Class::SharedMemory)));
    let heap = class(&|sample, grown| {
        sample.anon += grown;
        sample.heap = Some((5 << 20) + grown);
    });
    assert_eq!(heap, (Verdict::Leak, Some(Class::ManagedHeap)));
    let native = class(&|sample, grown| {
        sample.anon += grown;
        sample.heap = Some(5 << 20);
    });
    assert_eq!(native, (Verdict::Leak, Some(Class::NativeGap)));
    let arenas = class(&|sample, grown| {
        sample.anon += grown;
        sample.heap = Some(5 << 20);
        sample.arenas = Some(1 + (sample.at_s / 60.0) as u32);
    });
    assert_eq!(arenas, (Verdict::Fragmentation, Some(Class::Arenas)));
    // Threads that come get arenas, and what they leak fills one after the other: that is no fragmentation.
    let few = class(&|sample, grown| {
        sample.anon += grown;
        sample.arenas = Some(1 + u32::from(sample.at_s > 300.0) + u32::from(sample.at_s > 600.0));
    });
    assert_eq!(few, (Verdict::Leak, Some(Class::Anonymous)));
    let filled = class(&|sample, grown| {
        sample.anon += 10 * grown;
        sample.heap = Some(5 << 20);
        sample.arenas = Some(2 + (10 * grown / (64 << 20)) as u32);
    });
    assert_eq!(filled, (Verdict::Leak, Some(Class::NativeGap)));
    let mapped = class(&|sample, grown| {
        sample.anon += grown;
        sample.mappings = Some(80 + (sample.at_s / 2.0) as u32);
    });
    assert_eq!(mapped, (Verdict::MappingLeak, Some(Class::Mappings)));
}

#[test]
fn descriptors_and_threads_leak_without_memory() {
    let count = |most: f64| -> Vec<Sample> {
        let mut curve = samples(121, |_| 0.0);
        for sample in &mut curve {
            sample.descriptors = Some(12 + (sample.at_s / 6.0).min(most) as u32);
            sample.threads = Some(4);
        }
        curve
    };
    let judgement = judge(&count(f64::INFINITY));
    assert_eq!((judgement.level, judgement.class), (Some(Level::Leak), Some(Class::Descriptors)), "{judgement:#?}");
    assert_calm("a pool", &count(40.0));
}

#[test]
fn exhaustion_is_said_at_once_and_is_no_leak() {
    let limits = Limits { user: Some(200 << 20), ..Limits::default() };
    let mut decider = Decider::new(limits);
    let curve = samples(131, line(1024.0));
    let hit_s = curve.iter().find(|sample| sample.resident() > 200 << 20).expect("it is hit").at_s;
    let mut forecasts = Vec::new();
    for sample in curve.iter().take_while(|sample| sample.at_s < hit_s) {
        let judgement = decider.push(*sample);
        if let Some(at_s) = judgement.forecast.and_then(|forecast| forecast.at_s).filter(|_| sample.at_s < hit_s - 30.0) {
            forecasts.push((at_s - sample.at_s) / (hit_s - sample.at_s) - 1.0);
        }
    }
    let judgement = decider.judgement();
    let said_s = first(judgement, Level::Exhaustion).expect("exhaustion is said");
    assert!(said_s <= hit_s - 120.0, "said at {said_s} s, hit at {hit_s} s");
    assert_eq!(first(judgement, Level::Leak), None);
    assert!(!forecasts.is_empty() && forecasts.iter().all(|off| off.abs() < 0.2), "{forecasts:?}");
    // Without a limit near there is nothing to say.
    let mut far = Decider::new(Limits { user: Some(8 << 30), ..Limits::default() });
    for sample in &curve {
        far.push(*sample);
    }
    assert_eq!(first(far.judgement(), Level::Exhaustion), None);
}

#[test]
fn weeks_take_no_more_memory_than_a_day() {
    let mut decider = Decider::new(Limits::default());
    let mut dice = Dice::new(141);
    let mut day = 0;
    for step in 0..3_000_u32 {
        let at_s = f64::from(step) * 700.0;
        let anon = (40.0 * MIB + 30.0 * MIB * dice.next() + 50.0 * MIB * (at_s / 86_400.0).fract()) as u64;
        let counts = Some(10 + step % 7);
        decider.push(Sample {
            at_s,
            anon,
            shmem: anon / 9,
            file: 1 << 20,
            threads: counts,
            descriptors: counts,
            mappings: counts,
            arenas: counts,
            heap: Some(anon / 2),
            ..Sample::default()
        });
        if step == 124 {
            day = decider.footprint();
        }
    }
    assert!(decider.footprint() <= 64 * 1024, "{} bytes after three weeks and more, {day} after a day", decider.footprint());
    assert!(decider.judgement().alerts.len() <= 64);
}
