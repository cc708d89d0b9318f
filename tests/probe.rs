//! The kernel side, really attached where the machine allows it. Where it does not, a test says *skipped* and why, and
//! checks that the refusal names a reason and a remedy.

mod sim;
mod skip;

use sim::{Running, sim};
use skip::skip;
use std::fs;
use std::process::{Command, Stdio};
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};
use watertight::runtime::live::Process;
use watertight::runtime::live::probe::layout::{RATES, RECORD};
use watertight::runtime::live::probe::{Growth, Hook, Plan, Probe, Rates};

/// Written to by the test that makes a storm, and read by those that speak of what the probe does without one.
static CALM: RwLock<()> = RwLock::new(());

/// A probe, or the reason why there is none here.
fn probe(plan: &Plan) -> Option<Probe> {
    match Probe::open(plan) {
        Ok(probe) => Some(probe),
        Err(refusal) => {
            skip(&refusal.to_string());
            assert!(!refusal.reason.is_empty() && !refusal.remedy.is_empty());
            None
        }
    }
}

fn only(hook: Hook) -> Option<Probe> {
    probe(&Plan { hook: Some(hook), ..Plan::default() })
}

/// Starts a simulator as a child of a watched process, which is how `run` does it.
fn start(probe: &Probe, arguments: &[&str]) -> Running {
    let program = sim();
    assert!(probe.watch(std::process::id()));
    let child = Command::new(program).args(arguments).stdout(Stdio::null()).spawn().expect("the simulator starts");
    // The classic hook does not follow forks.
    assert!(probe.watch(child.id()));
    probe.forget(std::process::id());
    Running(child)
}

/// What is told until the time is over or enough was told.
fn collect(probe: &mut Probe, time: Duration, enough: impl Fn(&[Growth]) -> bool) -> Vec<Growth> {
    let begin = Instant::now();
    let mut all = Vec::new();
    while begin.elapsed() < time && !enough(&all) {
        all.extend(probe.poll(Duration::from_millis(50)));
    }
    all
}

/// The records of one process.
fn of(records: &[Growth], pid: u32) -> Vec<&Growth> {
    records.iter().filter(|growth| growth.pid == pid).collect()
}

#[test]
fn each_hook_tells_who_grew_and_by_how_much() {
    let _calm = CALM.read().unwrap_or_else(PoisonError::into_inner);
    for hook in Hook::ALL {
        let Some(mut probe) = only(hook) else { continue };
        let running = start(&probe, &["slow", "30", "8192"]);
        let pid = running.0.id();
        let records = collect(&mut probe, Duration::from_secs(30), |all| of(all, pid).len() >= 16);
        let records = of(&records, pid);
        assert!(records.len() >= 16, "{}: {} records of 8 MiB a second", hook.name(), records.len());
        for pair in records.windows(2) {
            assert!(pair[1].at_ns >= pair[0].at_ns);
            // A step above the record before, and hardly more: it grows by 160 KiB at a time.
            assert!(pair[1].grown >= probe.step() && pair[1].grown < 3 * probe.step(), "{:?}", pair[1].grown);
            assert_eq!(pair[1].anon + pair[1].shmem, pair[0].anon + pair[0].shmem + pair[1].grown);
        }
        assert!(records.iter().all(|growth| growth.comm == "sim" && growth.tid == pid && !growth.external));
        assert!(records.iter().all(|growth| growth.registers.is_some() != (hook == Hook::Classic)));
        assert_eq!(probe.gaps().lost, 0);
    }
}

#[test]
fn records_carry_the_stack_of_the_grower() {
    let _calm = CALM.read().unwrap_or_else(PoisonError::into_inner);
    let Some(mut probe) = only(Hook::Typed) else { return };
    let running = start(&probe, &["slow", "30", "8192"]);
    let pid = running.0.id();
    let records = collect(&mut probe, Duration::from_secs(30), |all| of(all, pid).len() >= 8);
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).expect("it runs");
    let program =
        maps.lines().filter(|line| line.contains("/sim") && line.contains(" r-xp ")).map(range).next().expect("its text");
    let mut own = 0;
    for growth in of(&records, pid) {
        let registers = growth.registers.expect("the typed hook has them");
        assert_eq!(growth.frames.first(), Some(&registers.ip), "the walk begins where the registers are");
        assert!(!growth.stack.is_empty() && growth.stack.len() <= 16 * 1024);
        // A return address into the program lies on the copied stack: what an unwinder needs.
        let words = growth.stack.chunks_exact(8).map(|word| u64::from_ne_bytes(word.try_into().expect("eight bytes")));
        own += u32::from(words.into_iter().any(|word| program.contains(&word)));
    }
    assert!(own as usize == of(&records, pid).len(), "{own} of {} stacks lead to the program", of(&records, pid).len());
}

fn range(line: &str) -> std::ops::Range<u64> {
    let (from, to) = line.split(' ').next().and_then(|span| span.split_once('-')).expect("a range");
    let number = |text| u64::from_str_radix(text, 16).expect("a number");
    number(from)..number(to)
}

#[test]
fn what_it_says_agrees_with_proc_within_the_batching_error() {
    let Some(mut probe) = only(Hook::Typed) else { return };
    let running = start(&probe, &["plateau", "60"]);
    let pid = running.0.id();
    let process = Process::open(pid).expect("it runs");
    let at_rest = |all: &[Growth]| of(all, pid).last().is_some_and(|last| last.anon > 62 << 20);
    let records = collect(&mut probe, Duration::from_secs(30), at_rest);
    let last = *of(&records, pid).last().expect("64 MiB are many records");
    let exact = process.sample(0.0).expect("it runs");
    // Less than a step may have come after the last record.
    let off = exact.anon.abs_diff(last.anon);
    assert!(off <= probe.error() + probe.step(), "the probe said {}, /proc says {}: {off} off", last.anon, exact.anon);
    assert!(exact.virt.abs_diff(last.virt.expect("the typed hook has it")) <= 2 << 20);
    let told: u64 = of(&records, pid).iter().map(|growth| growth.grown).sum();
    assert!(told.abs_diff(last.anon + last.shmem) <= probe.step() + probe.error(), "{told} of {}", last.anon);
}

#[test]
fn only_what_is_watched_is_told() {
    let Some(mut probe) = only(Hook::Typed) else { return };
    let other = Running(Command::new(sim()).args(["slow", "30", "16384"]).spawn().expect("it starts"));
    let running = start(&probe, &["child", "30", "8192"]);
    let records = collect(&mut probe, Duration::from_secs(20), |all| all.len() >= 12);
    assert!(of(&records, other.0.id()).is_empty());
    // The parent waits; the child, which nobody named, leaks.
    let children = records.iter().filter(|growth| growth.comm == "sim" && growth.pid != running.0.id());
    assert!(children.count() >= 10);
}

#[test]
fn threads_that_end_do_not_end_the_watch() {
    let Some(mut probe) = only(Hook::Typed) else { return };
    let running = start(&probe, &["threadleak", "30", "8192"]);
    let pid = running.0.id();
    let records = collect(&mut probe, Duration::from_secs(30), |all| of(all, pid).len() >= 20);
    let records = of(&records, pid);
    assert!(records.len() >= 20, "hundreds of threads ended meanwhile");
    // Forgotten and begun anew, it would be told from the bottom again.
    assert!(records.windows(2).all(|pair| pair[1].anon >= pair[0].anon));
}

#[test]
fn another_program_begins_anew() {
    let Some(mut probe) = only(Hook::Typed) else { return };
    let program = sim();
    let script = format!("x=$(head -c 20000000 /dev/zero | tr '\\0' 'x'); exec {} slow 30 8192", program.display());
    assert!(probe.watch(std::process::id()));
    let running = Running(Command::new("bash").args(["-c", &script]).spawn().expect("bash starts"));
    probe.forget(std::process::id());
    let pid = running.0.id();
    let after = |all: &[Growth]| of(all, pid).iter().filter(|growth| growth.comm == "sim").count() >= 4;
    let records = collect(&mut probe, Duration::from_secs(30), after);
    let records = of(&records, pid);
    let shell = records.iter().filter(|growth| growth.comm == "bash").map(|growth| growth.anon).max();
    let first = records.iter().find(|growth| growth.comm == "sim").expect("it grew");
    assert!(shell.expect("the shell held 20 MB") > 16 << 20);
    assert!(first.anon < 8 << 20, "the new program is told from its own beginning: {}", first.anon);
}

#[test]
fn a_flood_of_growth_is_told_in_a_trickle() {
    let Some(mut probe) = only(Hook::Typed) else { return };
    let running = start(&probe, &["fast", "30", "400000"]);
    let pid = running.0.id();
    let begin = Instant::now();
    let records = collect(&mut probe, Duration::from_secs(3), |_| false);
    let most = 20 + 20 * (begin.elapsed() + Duration::from_secs(1)).as_secs();
    let records = of(&records, pid);
    assert!(records.len() as u64 <= most, "{} records in 3 s", records.len());
    let told: u64 = records.iter().map(|growth| growth.grown).sum();
    let last = records.last().expect("it grew");
    // No byte is lost for it: the next record tells of what the refused ones would have.
    assert!(told.abs_diff(last.anon + last.shmem) <= probe.step() + probe.error());
    assert!(last.anon > 100 << 20 && records.iter().any(|growth| growth.refused > 0));
}

#[test]
fn in_a_storm_it_rests_and_loses_no_byte() {
    let _alone = CALM.write().unwrap_or_else(PoisonError::into_inner);
    let Some(mut probe) = only(Hook::Typed) else { return };
    let calm = start(&probe, &["service", "30"]);
    collect(&mut probe, Duration::from_secs(2), |_| false);
    assert_eq!((probe.gaps().rested_ms, probe.gaps().storm_per_s), (0, 0), "5,000 events a second are no storm");
    drop(calm);
    let leaking = start(&probe, &["slow", "60", "8192"]);
    let storm = start(&probe, &["storm", "4"]);
    let pid = leaking.0.id();
    let records = collect(&mut probe, Duration::from_secs(4), |_| false);
    let gaps = probe.gaps();
    if gaps.storm_per_s == 0 {
        skip("the machine is too busy for 200,000 page faults a second");
        return;
    }
    assert!(gaps.rested_ms >= 1000, "a storm of 4 s: {gaps:?}");
    drop(storm);
    let begin = Instant::now();
    let records: Vec<Growth> = records
        .into_iter()
        .chain(collect(&mut probe, Duration::from_secs(10), |all| {
            // After the storm it stays attached, and the records come as before.
            begin.elapsed() > Duration::from_secs(1) && of(all, pid).len() >= 4
        }))
        .collect();
    let records = of(&records, pid);
    let told: u64 = records.iter().map(|growth| growth.grown).sum();
    let last = records.last().expect("it grew");
    assert!(told.abs_diff(last.anon + last.shmem) <= probe.step() + probe.error(), "{told} of {}", last.anon);
    assert!(records.windows(2).all(|pair| pair[0].anon <= pair[1].anon));
    // What came within a rest has no stack, and what was seen has one.
    assert!(records.iter().any(|growth| growth.missed > 0) && records.iter().any(|growth| growth.missed < growth.grown));
    for growth in &records {
        assert!(growth.missed <= growth.grown, "{} of {}", growth.missed, growth.grown);
        assert_eq!(growth.frames.is_empty(), growth.missed == growth.grown && growth.missed > 0);
    }
}

#[test]
fn calls_are_counted() {
    let Some(mut probe) = only(Hook::Typed) else { return };
    if let Err(refusal) = probe.count() {
        skip(&refusal.to_string());
        return;
    }
    let running = start(&probe, &["maps", "30", "6400"]);
    let pid = running.0.id();
    let begin = Instant::now();
    let mut rates = Rates::default();
    while rates.mmap < 150 && begin.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(100));
        rates = probe.rates(pid).unwrap_or_default();
    }
    assert!(rates.mmap >= 150, "100 mappings a second: {rates:?}");
    assert!(rates.munmap < 20, "and none given back: {rates:?}");
}

#[test]
fn records_are_read_field_by_field_and_rubbish_is_refused() {
    let bytes = RECORD.write(&[("pid", 7), ("anon", 1 << 20), ("flags", 6), ("frames", 200), ("copied", 1 << 30), ("ip", 9)]);
    let growth = Growth::decode(&bytes).expect("a record");
    assert_eq!((growth.pid, growth.anon, growth.file), (7, 1 << 20, Some(0)));
    assert_eq!(growth.registers.map(|registers| registers.ip), Some(9));
    // Counts beyond what there is room for do not lead out of the record.
    assert_eq!((growth.frames.len(), growth.stack.len()), (127, 16 * 1024));
    for cut in [0, 1, 8, 100, bytes.len() - 1] {
        assert_eq!(Growth::decode(&bytes[..cut]), None, "cut at {cut}");
    }
    let rates = Rates::decode(&RATES.write(&[("munmap", 3)]));
    assert_eq!(rates.map(|rates| (rates.mmap, rates.munmap)), Some((0, 3)));
}
