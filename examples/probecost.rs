//! What the probe costs: `cargo run --release --features ebpf --example probecost -- [PAIRS [PART [WORKLOAD]]] [-- PREFIX…]`, as root.
//! The parts are `events`, `attach` and `slowdown`.
//!
//! Nanoseconds an event come from the kernel's own run-time statistics (`kernel.bpf_stats_enabled`), most of which is the
//! reading of the clock: what a handler does is the difference to the one that does nothing.
//!
//! The slowdown comes from interleaved runs of the same work without a handler, with one that does nothing, and with the
//! probe, compared by processor time: the medians over the pairs, each with its 95 % interval. On a machine that others use,
//! `-- chrt -f 1 taskset -c 1` behind it keeps one processor to the work, and 200 pairs of the storm tell half a per cent. On a
//! machine whose kernel guards each indirect call (retpolines), the empty handler alone costs a fault storm some per cent; the
//! probe costs less than that, because in a storm it is taken off for most of the time.

#![allow(clippy::cast_precision_loss)]

use libbpf_rs::{Link, Object, ObjectBuilder};
use nix::sys::resource::{UsageWho, getrusage};
use std::fs;
use std::os::fd::{AsFd as _, AsRawFd as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use watertight::runtime::live::probe::{Cost, Hook, Plan, Probe};

const EMPTY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/empty.bpf.o"));
const SWITCH: &str = "/proc/sys/kernel/bpf_stats_enabled";

fn main() -> Result<(), String> {
    let pairs = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(11);
    let only = word(2);
    let wanted = |part: &str| only.as_deref().is_none_or(|only| only == part);
    let folder = std::env::temp_dir().join(format!("probecost-{}", std::process::id()));
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let done = compile(&folder).and_then(|sim| {
        if wanted("events") {
            events(&sim)?;
        }
        if wanted("attach") {
            attach(pairs)?;
        }
        if wanted("slowdown") { slowdown(&sim, pairs, word(3).as_deref()) } else { Ok(()) }
    });
    let _ = fs::remove_dir_all(&folder);
    done
}

/// An argument before the prefix of the workload.
fn word(at: usize) -> Option<String> {
    std::env::args().take_while(|word| word != "--").nth(at)
}

fn compile(folder: &Path) -> Result<PathBuf, String> {
    let program = folder.join("sim");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/sim/sim.c");
    let mut compiler = Command::new("cc");
    compiler.args(["-O1", "-fno-omit-frame-pointer", source, "-o"]).arg(&program).args(["-lm", "-lpthread"]);
    let status = compiler.status().map_err(|error| format!("cc: {error}"))?;
    if status.success() { Ok(program) } else { Err("the simulator does not compile".to_owned()) }
}

fn open(hook: Hook, everyone: bool) -> Result<Probe, String> {
    Probe::open(&Plan { hook: Some(hook), everyone, step: None }).map_err(|refusal| refusal.to_string())
}

/// Runs a workload to its end while the probe is read; returns the time it took and how many records came.
fn run(sim: &Path, arguments: &[&str], probe: Option<&mut Probe>) -> Result<(Duration, u64), String> {
    let begin = Instant::now();
    let mut records = 0;
    // What stands behind `--` starts the workload and not us: who is attached needs time to take the handler off.
    let prefix: Vec<String> = std::env::args().skip_while(|word| word != "--").skip(1).collect();
    let mut command = prefix.first().map_or_else(|| Command::new(sim), Command::new);
    if let Some(rest) = prefix.get(1..) {
        command.args(rest).arg(sim);
    }
    let mut child = command.args(arguments).stdout(Stdio::null()).spawn().map_err(|error| error.to_string())?;
    match probe {
        Some(probe) => {
            while child.try_wait().map_err(|error| error.to_string())?.is_none() {
                records += probe.poll(Duration::from_millis(100)).len() as u64;
            }
        }
        None => {
            child.wait().map_err(|error| error.to_string())?;
        }
    }
    Ok((begin.elapsed(), records))
}

/// Nanoseconds an event by workload, hook and filter.
fn events(sim: &Path) -> Result<(), String> {
    let before = fs::read_to_string(SWITCH).map_err(|error| format!("{SWITCH}: {error}; run as root"))?;
    fs::write(SWITCH, "1").map_err(|error| format!("{SWITCH}: {error}; run as root"))?;
    println!(
        "{:<10} {:<9} {:<8} {:>11} {:>9} {:>8} {:>12}",
        "workload", "filter", "hook", "events/s", "ns/event", "records", "% of a core"
    );
    let workloads: [(&str, &[&str]); 5] = [
        ("storm", &["storm", "4"]),
        ("growth", &["fast", "6", "65536"]),
        ("service", &["service", "6"]),
        ("spawn", &["spawn", "4"]),
        ("idle", &["idle", "4"]),
    ];
    let mut done = Ok(());
    let only = word(3);
    for (name, arguments) in workloads.into_iter().filter(|(name, _)| only.as_deref().is_none_or(|only| only == *name)) {
        done = done.and(nothing(sim, name, arguments));
        for (filter, hook) in
            [("tree", Hook::Typed), ("others", Hook::Typed), ("all", Hook::Typed), ("tree", Hook::Raw), ("tree", Hook::Classic)]
        {
            done = done.and(event(sim, name, arguments, filter, hook));
        }
    }
    fs::write(SWITCH, before.trim()).map_err(|error| error.to_string())?;
    done
}

/// What the statistics say of a handler that does nothing.
fn nothing(sim: &Path, name: &str, arguments: &[&str]) -> Result<(), String> {
    let (object, _link) = empty()?;
    let handler = object.progs().next().ok_or("the empty handler is missing")?;
    let (time, _) = run(sim, arguments, None)?;
    let path = format!("/proc/self/fdinfo/{}", handler.as_fd().as_raw_fd());
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let figure = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
    };
    line(name, ("none", "empty"), Cost { runs: figure("run_cnt"), ns: figure("run_time_ns") }, time, 0);
    Ok(())
}

fn event(sim: &Path, name: &str, arguments: &[&str], filter: &str, hook: Hook) -> Result<(), String> {
    let mut probe = match open(hook, filter == "all") {
        Ok(probe) => probe,
        Err(refusal) => {
            println!("{name:<10} {filter:<9} {hook:<8?} {refusal}");
            return Ok(());
        }
    };
    // `others`: the work is done by somebody whom nobody watches, as most of a host is.
    if filter == "tree" {
        probe.watch(std::process::id());
    }
    let before = probe.cost().unwrap_or_default();
    let (time, records) = run(sim, arguments, Some(&mut probe))?;
    let after = probe.cost().unwrap_or_default();
    let cost = Cost { runs: after.runs - before.runs, ns: after.ns - before.ns };
    line(name, (filter, &format!("{hook:?}")), cost, time, records);
    Ok(())
}

/// A line of the table of events.
fn line(name: &str, (filter, hook): (&str, &str), Cost { runs, ns }: Cost, time: Duration, records: u64) {
    let rate = runs as f64 / time.as_secs_f64();
    let each = ns as f64 / runs.max(1) as f64;
    println!("{name:<10} {filter:<9} {hook:<8} {rate:>11.0} {each:>9.1} {records:>8} {:>12.4}", rate * each / 1e7);
}

/// What a run took, seconds: processor time of the workload and of this program, which reads the probe, and the clock's time.
struct Spent {
    work: f64,
    reading: f64,
    clock: f64,
}

fn processor(whose: UsageWho) -> Result<f64, String> {
    let usage = getrusage(whose).map_err(|error| error.to_string())?;
    let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    Ok(seconds(usage.user_time()) + seconds(usage.system_time()))
}

/// Runs a workload in a mode.
fn spend(sim: &Path, arguments: &[&str], mode: &str) -> Result<Spent, String> {
    // Both are held until the work is done.
    let mut probe = if matches!(mode, "probe" | "calls") { Some(open(Hook::Typed, false)?) } else { None };
    let _empty = if mode == "empty" { Some(empty()?) } else { None };
    if let Some(probe) = &mut probe {
        probe.watch(std::process::id());
        if mode == "calls" {
            probe.count().map_err(|refusal| refusal.to_string())?;
        }
    }
    let before = (processor(UsageWho::RUSAGE_CHILDREN)?, processor(UsageWho::RUSAGE_SELF)?);
    let (clock, _) = run(sim, arguments, probe.as_mut())?;
    let work = processor(UsageWho::RUSAGE_CHILDREN)? - before.0;
    Ok(Spent { work, reading: processor(UsageWho::RUSAGE_SELF)? - before.1, clock: clock.as_secs_f64() })
}

/// A handler that does nothing, attached where the probe is.
fn empty() -> Result<(Object, Link), String> {
    let object = ObjectBuilder::default().open_memory(EMPTY).and_then(libbpf_rs::OpenObject::load);
    let object = object.map_err(|error| error.to_string())?;
    let program = object.progs_mut().next().ok_or("the empty handler is missing")?;
    let link = program.attach().map_err(|error| error.to_string())?;
    Ok((object, link))
}

/// How long it takes to attach a handler, and to take it off, which the probe does again and again in a storm; and how much
/// of a processor's time both take together, for most of it is waiting.
fn attach(rounds: usize) -> Result<(), String> {
    let (object, link) = empty()?;
    drop(link);
    let (mut on, mut off, mut worked) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let program = object.progs_mut().next().ok_or("the empty handler is missing")?;
        std::thread::sleep(Duration::from_millis(50));
        let busy = processor(UsageWho::RUSAGE_SELF)?;
        let begin = Instant::now();
        let link = program.attach().map_err(|error| error.to_string())?;
        on.push(begin.elapsed().as_secs_f64() * 1e6);
        std::thread::sleep(Duration::from_millis(20));
        let begin = Instant::now();
        drop(link);
        off.push(begin.elapsed().as_secs_f64() * 1e6);
        worked.push((processor(UsageWho::RUSAGE_SELF)? - busy) * 1e6);
    }
    for (what, mut took) in [("attach", on), ("take off", off), ("work", worked)] {
        println!("{what:<9} {:>8.0} us (median), {:>8.0} us at most", quantile(&mut took, 0.5), quantile(&mut took, 1.0));
    }
    Ok(())
}

/// How the work is done: `empty` is the price of any handler at this tracepoint on this machine, and `calls` counts system
/// calls as well.
const MODES: [&str; 4] = ["without", "empty", "probe", "calls"];
/// Which of them is compared with which.
const COMPARED: [(usize, usize); 4] = [(1, 0), (2, 0), (3, 0), (2, 1)];
/// What is done. The storm is short, so that many rounds of it find the machine alike, and the probe has noticed it after a
/// small part.
const WORK: [(&str, &[&str]); 3] = [("storm", &["rounds", "96"]), ("service", &["service", "5"]), ("idle", &["idle", "2"])];

/// By how much each workload takes longer with the probe.
fn slowdown(sim: &Path, rounds: usize, only: Option<&str>) -> Result<(), String> {
    // The statistics cost more than half of what the handler does.
    if fs::read_to_string(SWITCH).is_ok_and(|switch| switch.trim() != "0") {
        return Err(format!("{SWITCH} is on, perhaps since a run that was cut short: write 0 there first"));
    }
    println!(
        "\n{:<9} {:<8} {:<8} {:>5} {:>8} {:>9} {:>16} {:>15} {:>18}",
        "workload", "with", "against", "pairs", "seconds", "slower %", "95 %", "% of a core", "95 %"
    );
    for (name, arguments) in WORK.into_iter().filter(|(name, _)| only.is_none_or(|only| only == *name)) {
        let mut spent: [Vec<Spent>; MODES.len()] = Default::default();
        for turn in 0..rounds {
            // Whoever comes later finds warmer caches: they take turns.
            for at in 0..MODES.len() {
                let mode = (turn + at) % MODES.len();
                spent[mode].push(spend(sim, arguments, MODES[mode])?);
            }
        }
        for (with, against) in COMPARED {
            row((name, MODES[with], MODES[against]), &spent[against], &spent[with]);
        }
    }
    Ok(())
}

/// A line of the table: by how much the work took longer, and the processor time it took more, ours included.
fn row((name, mode, against): (&str, &str, &str), without: &[Spent], with: &[Spent]) {
    let pairs = || without.iter().zip(with);
    let slower: Vec<f64> = pairs().map(|(without, with)| (with.work / without.work - 1.0) * 100.0).collect();
    let extra = |(without, with): (&Spent, &Spent)| {
        let all = |spent: &Spent| spent.work + spent.reading;
        (all(with) - all(without)) / with.clock * 100.0
    };
    let core: Vec<f64> = pairs().map(extra).collect();
    let seconds = quantile(&mut without.iter().map(|spent| spent.work).collect::<Vec<_>>(), 0.5);
    let within = |values: &[f64], digits: usize| {
        let (low, high) = interval(values);
        format!("{low:.digits$} .. {high:.digits$}")
    };
    println!(
        "{name:<9} {mode:<8} {against:<8} {:>5} {seconds:>8.3} {:>9.2} {:>16} {:>15.3} {:>18}",
        with.len(),
        quantile(&mut slower.clone(), 0.5),
        within(&slower, 2),
        quantile(&mut core.clone(), 0.5),
        within(&core, 3)
    );
}

/// How often the pairs are drawn again to see how far their median may be off.
const DRAWS: usize = 2000;

/// Where the median lies with a probability of 95 %, by the bootstrap (B. Efron, "Bootstrap methods: another look at the
/// jackknife", Annals of Statistics 7 (1979)). The same pairs give the same interval.
fn interval(values: &[f64]) -> (f64, f64) {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut draw = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        values[usize::try_from(state >> 11).unwrap_or(0) % values.len()]
    };
    let median = |_| quantile(&mut (0..values.len()).map(|_| draw()).collect::<Vec<_>>(), 0.5);
    let mut medians: Vec<f64> = (0..DRAWS).map(median).collect();
    (quantile(&mut medians, 0.025), quantile(&mut medians, 0.975))
}

fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    let at = (0..values.len()).find(|at| *at as f64 >= last as f64 * share).unwrap_or(last);
    values[at]
}
