//! The commands that look at running processes, as a user calls them.

mod sim;
mod skip;

use serde_json::Value;
use sim::{Running, sim};
use skip::skip;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_watertight");

fn watertight(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).output().expect("watertight starts")
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(bytes)))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a path of letters")
}

/// A run in a compressed time, saved and read back.
fn run(folder: &Path, name: &str, command: &[&str], flags: &[&str]) -> (Value, Output) {
    let saved = folder.join(format!("{name}.json"));
    let mut all = vec!["run", "--quiet", "--save", path(&saved)];
    all.extend(flags);
    all.push("--");
    all.extend(command);
    let output = watertight(&all);
    let saved = fs::read(&saved).unwrap_or_else(|error| panic!("{name}: {error}: {}", text(&output.stderr)));
    (json(&saved), output)
}

/// What each simulator is: whether it leaks, and its rate in KiB a second.
const SIMULATORS: [(&str, bool, &str); 15] = [
    ("slow", true, "768"),
    ("fast", true, "8192"),
    ("step", true, "1024"),
    ("child", true, "1024"),
    ("threadleak", true, "1024"),
    ("maps", true, "1024"),
    ("sawtooth", false, "4096"),
    ("fragment", false, "0"),
    ("cache", false, "4096"),
    ("warmup", false, "0"),
    ("pagecache", false, "2048"),
    ("forks", false, "0"),
    ("threads", false, "0"),
    ("reserve", false, "1024"),
    ("idle", false, "0"),
];

fn leaks(outcome: &Value) -> bool {
    outcome["judgement"]["level"] == "leak"
}

/// Whether a leak was ever claimed of anything that was watched.
fn ever(outcome: &Value) -> bool {
    let each = outcome["processes"].as_array().into_iter().flatten().chain([outcome, &outcome["total"]]);
    let alerts = each.filter_map(|summary| summary["judgement"]["alerts"].as_array());
    alerts.flatten().any(|alert| alert["level"] == "leak")
}

fn told(outcome: &Value) -> String {
    let judgement = &outcome["judgement"];
    format!("{} {} {}", judgement["verdict"], judgement["confidence"], judgement["reasons"])
}

/// One simulator, watched in one way: what is said must be right.
fn judge(folder: &Path, name: &str, leak: bool, rate: &str, source: &str) -> Result<(), String> {
    let program = sim();
    let mut flags = vec!["--window", "30s"];
    flags.extend((source == "proc").then_some("--no-probe"));
    let (outcome, output) = run(folder, &format!("{name}-{source}"), &[path(&program), name, "75", rate], &flags);
    if !output.status.success() {
        return Err(format!("{name}, {source}: {}", text(&output.stderr)));
    }
    let called = matches!(outcome["judgement"]["verdict"].as_str(), Some("leak" | "mapping-leak"));
    if (called, leaks(&outcome), ever(&outcome)) == (leak, leak, leak) {
        return Ok(());
    }
    Err(format!("{name}, {source}, at the end {}, ever {}: {}", leaks(&outcome), ever(&outcome), told(&outcome)))
}

#[test]
fn every_simulator_is_judged_right_with_the_probe_and_without() {
    let folder = TempDir::new().expect("a folder");
    sim();
    let wrong: Vec<String> = thread::scope(|scope| {
        let folder = folder.path();
        let each = SIMULATORS.iter().flat_map(|simulator| ["probe", "proc"].map(|source| (simulator, source)));
        let each = each.map(|((name, leak, rate), source)| scope.spawn(move || judge(folder, name, *leak, rate, source)));
        // All are started before the first is waited for.
        let each: Vec<_> = each.collect();
        each.into_iter().filter_map(|one| one.join().expect("no panic").err()).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn programs_of_managed_runtimes_are_judged_right() {
    let folder = TempDir::new().expect("a folder");
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sim");
    thread::scope(|scope| {
        for (runtime, file) in [("python3", "leak.py"), ("node", "leak.js")] {
            if Command::new(runtime).arg("--version").output().is_err() {
                skip(&format!("there is no {runtime} here"));
                continue;
            }
            for (mode, leak) in [("leak", true), ("cache", false)] {
                let (folder, source) = (folder.path(), sources.join(file));
                scope.spawn(move || {
                    // Collectors have a pace of their own, so time is compressed less.
                    let command = [runtime, path(&source), mode, "150"];
                    let (outcome, _) = run(folder, &format!("{runtime}-{mode}"), &command, &["--window", "100s"]);
                    assert_eq!((leaks(&outcome), ever(&outcome)), (leak, leak), "{runtime} {mode}: {}", told(&outcome));
                });
            }
        }
    });
}

#[test]
fn a_run_keeps_the_status_of_its_command() {
    for (script, status) in [("exit 0", 0), ("exit 7", 7), ("kill -KILL $$", 137), ("kill -SEGV $$", 139)] {
        let output = watertight(&["run", "--quiet", "--", "sh", "-c", script]);
        assert_eq!(output.status.code(), Some(status), "{script}");
    }
    let output = watertight(&["run", "--", "no-such-program-anywhere"]);
    assert_eq!(output.status.code(), Some(127));
    assert!(text(&output.stderr).contains("could not be started"));
    let output = watertight(&["run", "--", "/"]);
    assert_eq!(output.status.code(), Some(126));
}

#[test]
fn the_output_of_the_command_stays_its_own() {
    let output = watertight(&["run", "--", "sh", "-c", "echo out; echo err >&2"]);
    assert_eq!(text(&output.stdout), "out\n");
    let told = text(&output.stderr);
    assert!(told.contains("err\n") && told.contains("verdict") && told.contains("not enough data"), "{told}");
}

#[test]
fn a_command_in_one_word_is_told_how_to_be_written() {
    let output = watertight(&["run", "--", "no-such-program with words"]);
    assert_eq!(output.status.code(), Some(127));
    assert!(text(&output.stderr).contains("words of their own"), "{}", text(&output.stderr));
    let output = watertight(&["run", "--", "no-such-program", "with words"]);
    assert!(!text(&output.stderr).contains("words of their own"), "{}", text(&output.stderr));
}

#[test]
fn the_end_is_told_in_words() {
    for (script, said) in [("exit 3", "exited with status 3"), ("kill -SEGV $$", "killed by SIGSEGV")] {
        let output = watertight(&["run", "--no-probe", "--", "sh", "-c", script]);
        assert!(text(&output.stderr).contains(said), "{script}: {}", text(&output.stderr));
    }
    let output = watertight(&["run", "--no-probe", "--duration", "6s", "--", "sleep", "60"]);
    let told = text(&output.stderr);
    assert!(told.contains("after the time that you set; the command was ended by SIGTERM"), "{told}");
    // Six seconds are too few for the usual window, and four of them are enough for a shorter one.
    assert!(told.contains("`--window 4s`"), "{told}");
    let told = text(&watertight(&["run", "--no-probe", "--", "true"]).stderr);
    assert!(!told.contains("--window"), "nobody wants a verdict on that: {told}");
}

#[test]
fn what_a_program_was_before_is_told_under_its_name() {
    let folder = TempDir::new().expect("a folder");
    let command = ["sh", "-c", "sleep 1.5; exec sleep 2"];
    let (outcome, output) = run(folder.path(), "became", &command, &["--interval", "100ms", "--no-probe"]);
    let processes = outcome["processes"].as_array().expect("a list");
    let before = processes.iter().find(|process| process["became"].is_string()).expect("what it was before");
    assert!(before["command"].as_str().is_some_and(|command| command.starts_with("sh -c")), "{before}");
    assert_eq!(before["became"], "sleep 2");
    assert!(text(&output.stderr).contains("(became sleep 2)"), "{}", text(&output.stderr));
}

#[test]
fn signals_are_passed_on() {
    let script = "trap 'echo usr1; exit 5' USR1; trap 'echo term; exit 6' TERM; echo ready; while :; do sleep 0.05; done";
    for (signal, word, status) in [("USR1", "usr1", 5), ("TERM", "term", 6)] {
        let mut command = Command::new(PROGRAM);
        command.args(["run", "--quiet", "--", "sh", "-c", script]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("it starts");
        let mut out = child.stdout.take().expect("a pipe");
        let mut ready = [0; 6];
        out.read_exact(&mut ready).expect("the script says that it is ready");
        let kill = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status();
        assert!(kill.expect("kill runs").success());
        let mut rest = String::new();
        out.read_to_string(&mut rest).expect("text");
        assert_eq!((rest.trim(), child.wait().expect("it ends").code()), (word, Some(status)));
    }
}

#[test]
fn a_terminal_is_handed_on_and_taken_back() {
    // `script` gives a terminal; its shell is the leader of the session, as a user's shell is.
    let inner = format!("{PROGRAM} run -- sh -c 'sleep 1.2; read line; echo got $line'; read after; echo then $after");
    let mut command = Command::new("script");
    command.args(["-qec", &inner, "/dev/null"]).stdin(Stdio::piped()).stdout(Stdio::piped()).env("TERM", "xterm");
    let Ok(mut child) = command.spawn() else {
        skip("there is no `script` here");
        return;
    };
    let mut keys = child.stdin.take().expect("a pipe");
    thread::sleep(Duration::from_millis(1500));
    std::io::Write::write_all(&mut keys, b"first\n").expect("it reads");
    thread::sleep(Duration::from_millis(1500));
    std::io::Write::write_all(&mut keys, b"second\n").expect("it reads");
    drop(keys);
    let output = child.wait_with_output().expect("it ends");
    let shown = text(&output.stdout);
    assert!(shown.contains("got first"), "the command can read from the terminal: {shown}");
    assert!(shown.contains("then second"), "and so can the shell afterwards: {shown}");
    assert!(shown.contains("resident"), "meanwhile there is a line of progress: {shown}");
}

/// Whether the probe works here; where it does not, it says that the test is skipped, and why.
fn has_probe() -> bool {
    let own = json(&watertight(&["doctor", "--format", "json"]).stdout);
    let probe = ability(&own, "eBPF probe");
    let works = probe["works"] == true;
    if !works {
        skip(&probe["detail"].to_string());
    }
    works
}

#[test]
fn growth_is_told_with_the_names_of_functions() {
    if !has_probe() {
        return;
    }
    let folder = TempDir::new().expect("a folder");
    let program = sim();
    let (outcome, output) = run(folder.path(), "names", &[path(&program), "plateau", "30"], &["--duration", "5s"]);
    let growth = &outcome["processes"][0]["growth"];
    let stacks = growth["stacks"].as_array().expect("stacks");
    let named = stacks.iter().find(|stack| stack["frames"].as_array().is_some_and(|all| all.iter().any(is_plateau)));
    let bytes = named.expect("the function that grows")["bytes"].as_u64().expect("a number");
    assert!(bytes * 2 > growth["attributed"].as_u64().expect("a number"), "most of it: {growth}");
    let told = text(&output.stderr);
    assert!(told.lines().any(|line| line.contains("grown in") && line.contains("< plateau < main")), "{told}");
}

/// Whether a frame is the simulator's function of that name, with its place in the file.
fn is_plateau(frame: &Value) -> bool {
    let module = frame["module"].as_str().is_some_and(|module| module.ends_with("/sim"));
    module && frame["function"] == "plateau" && frame["offset"].as_u64() > Some(0)
}

/// Bytes of the stacks that begin in a function.
fn grown_in(growth: &Value, function: &str) -> u64 {
    let stacks = growth["stacks"].as_array().expect("stacks").iter();
    stacks.filter(|stack| stack["frames"][0]["function"] == function).filter_map(|stack| stack["bytes"].as_u64()).sum()
}

#[test]
fn in_a_storm_each_function_keeps_its_share_of_the_growth() {
    if !has_probe() {
        return;
    }
    let folder = TempDir::new().expect("a folder");
    let program = sim();
    // Nobody watches it: the storm is that of another process of the host.
    let storm = Running(Command::new(&program).args(["storm", "12"]).stdout(Stdio::null()).spawn().expect("it starts"));
    let command = [path(&program), "sites", "30", "40960"];
    let (outcome, output) = run(folder.path(), "sites", &command, &["--duration", "10s"]);
    drop(storm);
    let gaps = &outcome["probe"]["attached"]["gaps"];
    if gaps["rested_ms"].as_u64() < Some(2000) {
        skip("the machine is too busy for a storm of 200,000 page faults a second");
        return;
    }
    let growth = &outcome["processes"][0]["growth"];
    let number = |name: &str| growth[name].as_u64().expect("a number");
    let (all, attributed, missed) = (number("bytes"), number("attributed"), number("missed"));
    assert!(missed * 4 > all && attributed + missed <= all, "most of it came within a rest: {growth}");
    assert!(attributed > 16 << 20, "what was seen has stacks: {growth}");
    // A quarter of each burst is of the function that begins it, and to which all of the rest was ascribed.
    let (little, much) = (grown_in(growth, "little"), grown_in(growth, "much"));
    assert!((little + much) * 10 > attributed * 9, "{growth}");
    assert!((15..=35).contains(&(little * 100 / (little + much))), "{little} and {much}: {growth}");
    let told = text(&output.stderr);
    assert!(told.contains("came while the probe was not attached") && told.contains("the shares are of the other"), "{told}");
}

#[test]
fn the_heap_of_a_java_process_is_told_apart_from_the_rest() {
    let folder = TempDir::new().expect("a folder");
    let source = folder.path().join("Keep.java");
    let program = "class Keep { public static void main(String[] all) throws Exception {
        byte[] kept = new byte[96 << 20]; java.util.Arrays.fill(kept, (byte) 1); Thread.sleep(4000); System.exit(kept[0] - 1); } }";
    fs::write(&source, program).expect("a file");
    if !Command::new("javac").arg(&source).status().is_ok_and(|status| status.success()) {
        skip("there is no javac here");
        return;
    }
    let (outcome, output) = run(folder.path(), "java", &["java", "-cp", path(folder.path()), "Keep"], &[]);
    let java = &outcome["processes"][0];
    assert_eq!((java["runtime"].as_str(), output.status.code()), (Some("Java"), Some(0)));
    let (heap, anon) = (java["last"]["heap"].as_u64().expect("known"), java["last"]["anon"].as_u64().expect("known"));
    assert!(heap >= 96 << 20 && heap <= anon, "{heap} of {anon}");
    assert!(text(&output.stderr).contains("held outside of it"), "{}", text(&output.stderr));
    let python = ["python3", "-c", "import time; time.sleep(2)"];
    if Command::new("python3").arg("--version").output().is_ok() {
        let (_, output) = run(folder.path(), "python", &python, &[]);
        assert!(text(&output.stderr).contains("not known: Python"), "{}", text(&output.stderr));
    }
}

#[test]
fn a_limit_is_reported_or_enforced() {
    let folder = TempDir::new().expect("a folder");
    let program = sim();
    let command = [path(&program), "fast", "20", "65536"];
    let flags = |on| ["--interval", "100ms", "--limit", "64M", "--on-limit", on, "--duration", "4s"];
    let (outcome, output) = run(folder.path(), "report", &command, &flags("report"));
    assert_eq!((output.status.code(), outcome["ending"]["why"].as_str()), (Some(0), Some("duration")));
    assert_eq!(outcome["breaches"][0]["done"], "reported");
    let (outcome, output) = run(folder.path(), "signal", &command, &flags("signal"));
    assert_eq!((output.status.code(), outcome["ending"]["why"].as_str()), (Some(143), Some("limit")));
    let (outcome, output) = run(folder.path(), "kill", &command, &flags("kill"));
    assert_eq!((output.status.code(), outcome["ending"]["signal"].as_i64()), (Some(137), Some(9)));
    let breach = &outcome["breaches"][0];
    assert!(breach["held"].as_u64() > Some(64 << 20) && breach["done"] == "killed", "{breach}");
}

#[test]
fn a_limit_of_a_control_group_is_foreseen() {
    let group = PathBuf::from(format!("/sys/fs/cgroup/memory/watertight-{}", std::process::id()));
    let limit = group.join("memory.limit_in_bytes");
    if fs::create_dir(&group).is_err() || fs::write(&limit, (96 << 20).to_string()).is_err() {
        skip("no control group with a memory limit can be made here");
        let _ = fs::remove_dir(&group);
        return;
    }
    let folder = TempDir::new().expect("a folder");
    let program = sim();
    let script = format!("echo $$ > {}/cgroup.procs; exec {} slow 200 2048", group.display(), program.display());
    // Ten times compressed: 2 minutes are 12 s.
    let (outcome, output) = run(folder.path(), "group", &["sh", "-c", &script], &["--window", "30s"]);
    let removed = fs::remove_dir(&group);
    assert_eq!(output.status.code(), Some(137), "the kernel kills it at the limit");
    let end = outcome["duration_s"].as_f64().expect("a time");
    let each = outcome["processes"].as_array().into_iter().flatten().chain([&outcome]);
    let alerts = each.filter_map(|summary| summary["judgement"]["alerts"].as_array()).flatten();
    let warned = alerts.filter(|alert| alert["level"] == "exhaustion" || alert["level"] == "leak");
    let first = warned.filter_map(|alert| alert["at_s"].as_f64()).fold(f64::INFINITY, f64::min);
    assert!(first <= end - 12.0, "warned at {first}, killed at {end}: {}", told(&outcome));
    assert!(outcome["cgroup"]["limit"] == 96 << 20, "{}", outcome["cgroup"]);
    removed.expect("nothing is left in the group");
}

#[test]
fn what_already_runs_is_watched_until_it_ends() {
    let program = Running(Command::new(sim()).args(["slow", "3", "4096"]).spawn().expect("it starts"));
    let pid = program.0.id().to_string();
    // Reaped while it is watched, as a shell would.
    let reaper = thread::spawn(move || {
        let mut program = program;
        program.0.wait().expect("it ends");
    });
    let output = watertight(&["watch", "--pid", &pid, "--interval", "100ms", "--format", "json"]);
    reaper.join().expect("no panic");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let outcome = json(&output.stdout);
    assert_eq!(outcome["ending"]["why"], "gone");
    let watched = &outcome["processes"][0];
    assert_eq!((watched["pid"].to_string(), watched["ended"].as_bool()), (pid, Some(true)));
    assert!(watched["last"]["anon"].as_u64() > watched["first"]["anon"].as_u64());
}

#[test]
fn what_cannot_be_watched_is_said() {
    for (arguments, said) in [
        (&["watch", "--pid", "4194303"][..], "there is no process 4194303"),
        (&["watch", "--pid", "2"][..], "belongs to the kernel"),
        (&["watch", "--cgroup", "/no/such/group"][..], "there is no control group"),
        (&["watch", "--all", "--limit", "1G"][..], "name it with --pid or --cgroup"),
        (&["watch"][..], "required"),
        (&["watch", "--pid", "0"][..], "invalid value"),
        (&["run", "--limit", "1X", "--", "true"][..], "no unit"),
        (&["run", "--record", "/no/such/folder/file", "--", "true"][..], "could not write"),
    ] {
        let output = watertight(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).contains(said), "{arguments:?}: {}", text(&output.stderr));
    }
}

#[test]
fn a_control_group_is_watched_with_all_that_is_in_it() {
    let group = PathBuf::from(format!("/sys/fs/cgroup/memory/watertight-all-{}", std::process::id()));
    if fs::create_dir(&group).is_err() {
        skip("no control group can be made here");
        return;
    }
    let members: Vec<_> =
        (0..2).map(|_| Running(Command::new(sim()).args(["slow", "30", "2048"]).spawn().expect("it starts"))).collect();
    for member in &members {
        fs::write(group.join("cgroup.procs"), member.0.id().to_string()).expect("it can be put there");
    }
    let watch = |name: &str| {
        let output = watertight(&["watch", "--cgroup", name, "--duration", "2s", "--interval", "200ms", "--format", "json"]);
        (json(&output.stdout), text(&output.stderr))
    };
    let name = group.strip_prefix("/sys/fs/cgroup/memory").expect("a group of this controller");
    let below = Path::new("memory").join(name);
    let outcomes = [path(&group), path(name), path(&below)].map(watch);
    drop(members);
    thread::sleep(Duration::from_millis(300));
    let _ = fs::remove_dir(&group);
    for (outcome, said) in outcomes {
        assert_eq!(outcome["processes"].as_array().map(Vec::len), Some(2), "{said}");
        assert!(outcome["total"]["last"]["anon"].as_u64() > outcome["processes"][0]["last"]["anon"].as_u64());
    }
}

#[test]
fn the_whole_host_is_ranked() {
    let leaking = Running(Command::new(sim()).args(["fast", "60", "16384"]).spawn().expect("it starts"));
    let output = watertight(&["watch", "--all", "--interval", "500ms", "--duration", "6s", "--format", "json"]);
    let outcome = json(&output.stdout);
    let processes = outcome["processes"].as_array().expect("a list");
    let found = processes.iter().find(|summary| summary["pid"] == leaking.0.id()).expect("what grows is watched closely");
    assert!(found["last"]["anon"].as_u64() > Some(32 << 20));
}

#[test]
fn triage_names_the_one_that_grows() {
    let leaking = Running(Command::new(sim()).args(["fast", "60", "131072"]).spawn().expect("it starts"));
    // Only the largest are looked at closely before it is known who grows.
    thread::sleep(Duration::from_secs(4));
    let output = watertight(&["triage", "--delay", "3s", "--format", "json"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let found = json(&output.stdout);
    assert_eq!(found["leader"]["process"]["pid"], leaking.0.id(), "{}", found["listed"]);
    let causes = found["causes"].as_array().expect("a list");
    let grows = causes.iter().find(|cause| cause["cause"] == "process-grows").expect("that it grows");
    assert!(grows["confidence"].as_f64() > Some(0.4) && grows["confidence"].as_f64() <= Some(0.7), "{grows}");
    let advice = grows["recommendation"][0].as_str().expect("advice");
    assert!(advice.contains(&format!("watertight watch --pid {}", leaking.0.id())));
    assert!(grows["evidence"].to_string().contains("the C heap"), "where the growth is: {grows}");
    for form in ["human", "markdown"] {
        let output = watertight(&["triage", "--delay", "200ms", "--format", form]);
        assert!(text(&output.stdout).contains("available"), "{form}");
    }
}

#[test]
fn the_doctor_knows_a_remedy_for_what_does_not_work() {
    let output = watertight(&["doctor", "--format", "json"]);
    assert!(output.status.success());
    let found = json(&output.stdout);
    let abilities = found["abilities"].as_array().expect("a list");
    assert!(abilities.len() >= 7);
    for ability in abilities {
        assert_eq!(ability["works"].as_bool() == Some(false), ability["remedy"].is_string(), "{ability}");
        assert!(!ability["detail"].as_str().expect("words").is_empty());
    }
    for form in ["human", "markdown"] {
        let output = watertight(&["doctor", "--format", form]);
        assert!(text(&output.stdout).contains("control groups"), "{form}");
    }
}

#[test]
fn a_recording_can_be_read_back() {
    let folder = TempDir::new().expect("a folder");
    let record = folder.path().join("series");
    let program = sim();
    let flags = ["--window", "30s", "--interval", "100ms", "--duration", "2s", "--record", path(&record)];
    let (outcome, _) = run(folder.path(), "record", &[path(&program), "slow", "20", "4096"], &flags);
    let file = std::io::BufReader::new(fs::File::open(&record).expect("it was written"));
    let series = watertight::runtime::Series::read(file).expect("a series");
    let samples = outcome["processes"][0]["samples"].as_u64().expect("a number");
    assert!(series.samples.len() as u64 >= samples && samples > 10);
    assert_eq!(series.samples.last().map(|sample| sample.anon), outcome["processes"][0]["last"]["anon"].as_u64());
    assert_eq!(series.origin.and_then(|origin| origin.window_s), Some(30.0), "so that it is replayed as it was judged");
}

#[test]
fn a_report_has_one_clock_and_one_unit_for_rates() {
    let folder = TempDir::new().expect("a folder");
    let (record, program) = (folder.path().join("series"), sim());
    // 5 MiB a second are 17.6 GiB an hour; the window is a fifteenth of the usual one.
    let command = [path(&program), "slow", "60", "5120"];
    let flags = ["--window", "20s", "--duration", "36s", "--limit", "2G", "--no-probe", "--record", path(&record)];
    let (outcome, output) = run(folder.path(), "clock", &command, &flags);
    let told = text(&output.stderr);
    assert!(leaks(&outcome), "{told}");
    assert!(told.contains("a leak had 20 s instead of 300 s to show itself"), "{told}");
    let line = |name: &str| told.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name}: {told}"));
    let rate = |text: &str| -> f64 {
        let before = text.split(" GiB/h").next().unwrap_or_default();
        before.rsplit([' ', '(']).next().and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("no rate: {text}"))
    };
    for text in [line("because"), line("forecast")] {
        assert!((16.0..19.0).contains(&rate(text)), "{text}");
    }
    assert!(!told.contains("iB/s") && !told.contains("an hour") && !told.contains("counts as"), "{told}");
    let replayed = text(&watertight(&["replay", path(&record)]).stdout);
    assert!(replayed.contains(line("because")), "replayed, it is judged as it was live: {replayed}\n{told}");
}

/// Copies the program to where everyone may run it, and calls it as somebody with these capabilities alone.
fn as_somebody(folder: &Path, capabilities: &str, arguments: &[&str]) -> Option<Output> {
    let program = folder.join("watertight");
    if !program.exists() {
        fs::copy(PROGRAM, &program).expect("a copy");
        let all = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(folder, all).expect("ours");
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]);
    command.args(["--inh-caps", capabilities, "--ambient-caps", capabilities, "--bounding-set", capabilities]);
    let output = command.arg("--").arg(&program).args(arguments).current_dir("/").output().ok()?;
    let refused = text(&output.stderr).contains("setpriv:");
    (!refused).then_some(output)
}

fn ability<'a>(doctor: &'a Value, name: &str) -> &'a Value {
    let abilities = doctor["abilities"].as_array().expect("a list");
    abilities.iter().find(|ability| ability["name"] == name).expect("it is looked at")
}

#[test]
fn two_capabilities_are_enough_and_none_is_enough_for_the_rest() {
    let folder = TempDir::new().expect("a folder");
    let own = json(&watertight(&["doctor", "--format", "json"]).stdout);
    let here = ability(&own, "eBPF probe")["works"] == true;
    let Some(output) = as_somebody(folder.path(), "-all,+bpf,+perfmon", &["doctor", "--format", "json"]) else {
        skip("capabilities cannot be set here (not root, or no setpriv)");
        return;
    };
    let found = json(&output.stdout);
    if here {
        assert_eq!(ability(&found, "eBPF probe")["works"], true, "{}", ability(&found, "eBPF probe"));
        assert_eq!(ability(&found, "counts of calls")["works"], true);
        // And not in words alone: `tail` holds 30 MB of what it was given.
        let grow = "head -c 40000000 /dev/zero | tail -c 30000000 | wc -c";
        let flags = ["run", "--format", "json", "--interval", "100ms", "--", "sh", "-c", grow];
        let output = as_somebody(folder.path(), "-all,+bpf,+perfmon", &flags).expect("it worked before");
        let attached = &json(&output.stderr)["probe"]["attached"];
        assert!(attached["gaps"]["sent"].as_u64() >= Some(10) && attached["calls_refused"].is_null(), "{attached}");
    } else {
        skip(&ability(&own, "eBPF probe")["detail"].to_string());
    }
    let flags = ["run", "--format", "json", "--interval", "100ms", "--", "sleep", "1"];
    let output = as_somebody(folder.path(), "-all", &flags).expect("it worked before");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let outcome = json(&output.stderr);
    assert!(outcome["processes"][0]["samples"].as_u64() > Some(5), "it is watched all the same");
    let refused = &outcome["probe"]["refused"];
    assert!(refused["reason"].is_string() && refused["remedy"].is_string());
    if here {
        assert!(refused["remedy"].to_string().contains("setcap cap_bpf,cap_perfmon+ep"), "{refused}");
    }
}

/// The ids of the programs that a process has loaded.
fn loaded(pid: u32) -> Vec<u64> {
    let files = fs::read_dir(format!("/proc/{pid}/fdinfo")).into_iter().flatten().flatten();
    let texts = files.filter_map(|file| fs::read_to_string(file.path()).ok());
    texts.filter_map(|text| text.lines().find_map(|line| line.strip_prefix("prog_id:")?.trim().parse().ok())).collect()
}

#[test]
fn nothing_of_it_outlives_a_sudden_death() {
    let ids = |doctor: &Value| -> Option<Vec<u64>> {
        doctor["probes_loaded"].as_array().map(|ids| ids.iter().filter_map(Value::as_u64).collect())
    };
    let own = json(&watertight(&["doctor", "--format", "json"]).stdout);
    if ability(&own, "eBPF probe")["works"] != true || ids(&own).is_none() {
        skip(&ability(&own, "eBPF probe")["detail"].to_string());
        return;
    }
    let mut command = Command::new(PROGRAM);
    let child = command.args(["run", "--quiet", "--", "sleep", "30"]).stderr(Stdio::null()).spawn();
    let mut child = Running(child.expect("it starts"));
    let begin = Instant::now();
    while loaded(child.0.id()).len() < 6 && begin.elapsed() < Duration::from_secs(10) {
        thread::sleep(Duration::from_millis(50));
    }
    let its = loaded(child.0.id());
    let before = ids(&json(&watertight(&["doctor", "--format", "json"]).stdout)).expect("known");
    assert!(its.iter().any(|id| before.contains(id)), "while it runs, its probe is there: {its:?}, {before:?}");
    child.0.kill().expect("SIGKILL");
    child.0.wait().expect("it ends");
    let begin = Instant::now();
    loop {
        let after = ids(&json(&watertight(&["doctor", "--format", "json"]).stdout)).expect("known");
        if !its.iter().any(|id| after.contains(id)) {
            break;
        }
        // The kernel frees programs a moment after the last descriptor is gone.
        assert!(begin.elapsed() < Duration::from_secs(5), "{its:?} outlived it: {after:?}");
        thread::sleep(Duration::from_millis(100));
    }
}
