//! The kernel side, really attached where the machine allows it.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use watertight::runtime::live::probe::{Growth, Hook, Plan, Probe, Refusal};

/// The simulator, compiled once for this test program.
fn sim() -> PathBuf {
    static ONCE: std::sync::OnceLock<PathBuf> = std::sync::OnceLock::new();
    ONCE.get_or_init(|| {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/sim/sim.c");
        let program = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("probe-sim");
        let mut compiler = Command::new("cc");
        compiler.args(["-O1", "-g", "-fno-omit-frame-pointer", source, "-o"]).arg(&program).args(["-lm", "-lpthread"]);
        assert!(compiler.status().expect("a C compiler").success());
        program
    })
    .clone()
}

/// A probe, or the reason why there is none here, which is printed: the machine decides.
fn probe(hook: Option<Hook>) -> Option<Probe> {
    match Probe::open(&Plan { hook, ..Plan::default() }) {
        Ok(probe) => Some(probe),
        Err(refusal) => {
            println!("skipped: {refusal}");
            assert!(!refusal.reason.is_empty() && !refusal.remedy.is_empty());
            None
        }
    }
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
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

fn collect(probe: &mut Probe, time: Duration) -> Vec<Growth> {
    let begin = Instant::now();
    let mut all = Vec::new();
    while begin.elapsed() < time {
        all.extend(probe.poll(Duration::from_millis(50)));
    }
    all
}

#[test]
fn records_tell_who_grew_and_where() {
    for hook in Hook::ALL {
        let Some(mut probe) = probe(Some(hook)) else { continue };
        let running = start(&probe, &["slow", "4", "8192"]);
        let records = collect(&mut probe, Duration::from_secs(3));
        println!(
            "{}: {} records, {:?}, {:?}",
            hook.name(),
            records.len(),
            probe.gaps(),
            records.first().map(|g| (g.anon, g.frames.len(), g.stack.len()))
        );
        assert!(records.len() >= 10, "8 MiB a second for 3 s in steps of 1 MiB: {}", records.len());
        assert!(records.iter().all(|growth| growth.pid == running.0.id()));
    }
    let _: Option<Refusal> = None;
}
