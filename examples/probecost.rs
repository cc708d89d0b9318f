//! What the probe costs: `cargo run --release --features ebpf --example probecost -- [PAIRS [events|slowdown]]`, as root.
//!
//! Nanoseconds an event come from the kernel's own run-time statistics (`kernel.bpf_stats_enabled`, which itself adds
//! some 20 ns to each run). The slowdown comes from interleaved pairs of the same work without and with the probe,
//! compared by processor time; the median of the pairs' ratios is given.

#![allow(clippy::cast_precision_loss)]

use nix::sys::resource::{UsageWho, getrusage};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use watertight::runtime::live::probe::{Cost, Hook, Plan, Probe};

const SWITCH: &str = "/proc/sys/kernel/bpf_stats_enabled";

fn main() -> Result<(), String> {
    let pairs = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(11);
    let only = std::env::args().nth(2);
    let wanted = |part: &str| only.as_deref().is_none_or(|only| only == part);
    let folder = std::env::temp_dir().join(format!("probecost-{}", std::process::id()));
    fs::create_dir(&folder).map_err(|error| error.to_string())?;
    let done = compile(&folder).and_then(|sim| {
        if wanted("events") {
            events(&sim)?;
        }
        if wanted("slowdown") { slowdown(&sim, pairs) } else { Ok(()) }
    });
    let _ = fs::remove_dir_all(&folder);
    done
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
    let mut command = Command::new(sim);
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
    let workloads: [(&str, &[&str]); 4] = [
        ("storm", &["storm", "4"]),
        ("growth", &["fast", "6", "65536"]),
        ("service", &["service", "6"]),
        ("idle", &["idle", "4"]),
    ];
    let mut done = Ok(());
    for (name, arguments) in workloads {
        for (filter, hook) in
            [("tree", Hook::Typed), ("others", Hook::Typed), ("all", Hook::Typed), ("tree", Hook::Raw), ("tree", Hook::Classic)]
        {
            done = done.and(event(sim, name, arguments, filter, hook));
        }
    }
    fs::write(SWITCH, before.trim()).map_err(|error| error.to_string())?;
    done
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
    let Cost { runs, ns } = Cost { runs: after.runs - before.runs, ns: after.ns - before.ns };
    let rate = runs as f64 / time.as_secs_f64();
    let each = ns as f64 / runs.max(1) as f64;
    println!("{name:<10} {filter:<9} {hook:<8?} {rate:>11.0} {each:>9.1} {records:>8} {:>12.4}", rate * each / 1e7);
    Ok(())
}

/// Processor time of a workload, seconds.
fn time(sim: &Path, arguments: &[&str], mode: &str) -> Result<f64, String> {
    let mut probe = match mode {
        "without" => None,
        _ => Some(open(Hook::Typed, false)?),
    };
    if let Some(probe) = &mut probe {
        probe.watch(std::process::id());
        if mode == "calls" {
            probe.count().map_err(|refusal| refusal.to_string())?;
        }
    }
    let spent = || -> Result<f64, String> {
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(|error| error.to_string())?;
        let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
        Ok(seconds(usage.user_time()) + seconds(usage.system_time()))
    };
    let before = spent()?;
    run(sim, arguments, probe.as_mut())?;
    Ok(spent()? - before)
}

/// By how much each workload takes longer with the probe.
fn slowdown(sim: &Path, pairs: usize) -> Result<(), String> {
    // The statistics cost more than half of what the handler does.
    if fs::read_to_string(SWITCH).is_ok_and(|switch| switch.trim() != "0") {
        return Err(format!("{SWITCH} is on, perhaps since a run that was cut short: write 0 there first"));
    }
    println!("\n{:<10} {:<7} {:>5} {:>12} {:>10} {:>19}", "workload", "with", "pairs", "seconds", "slower %", "quartiles");
    for (name, arguments) in [("storm", &["rounds", "100"][..]), ("service", &["service", "5"]), ("idle", &["idle", "2"])] {
        for mode in ["probe", "calls"] {
            let mut ratios = Vec::new();
            let mut base = Vec::new();
            for turn in 0..pairs {
                // Whoever is second finds warmer caches: they take turns.
                let order = if turn % 2 == 0 { ["without", mode] } else { [mode, "without"] };
                let first = time(sim, arguments, order[0])?;
                let second = time(sim, arguments, order[1])?;
                let (without, with) = if turn % 2 == 0 { (first, second) } else { (second, first) };
                ratios.push((with / without - 1.0) * 100.0);
                base.push(without);
            }
            let (low, middle, high) = (quantile(&mut ratios, 0.25), quantile(&mut ratios, 0.5), quantile(&mut ratios, 0.75));
            let seconds = quantile(&mut base, 0.5);
            println!("{name:<10} {mode:<7} {pairs:>5} {seconds:>12.3} {middle:>10.2} {:>19}", format!("{low:.2} .. {high:.2}"));
        }
    }
    Ok(())
}

fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    let at = (0..values.len()).find(|at| *at as f64 >= last as f64 * share).unwrap_or(last);
    values[at]
}
