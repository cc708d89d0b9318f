//! The skill tells an agent what to run: all of it runs.

mod skip;

use skip::skip;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_watertight");
const SKILL: &str = include_str!("../SKILL.md");

/// Steady work, and every request is kept.
const SERVICE: &str = "import time

SEEN = []


def handle(request):
    SEEN.append(request * 4096)


while True:
    handle('x')
    time.sleep(0.002)
";

/// The commands of the skill: those in blocks, and those within lines.
fn commands() -> Vec<String> {
    let mut found = Vec::new();
    let mut block = false;
    for line in SKILL.lines() {
        if line.starts_with("```") {
            block = !block && line == "```sh";
        } else if block {
            found.push(line.to_owned());
        } else {
            found.extend(line.split('`').skip(1).step_by(2).filter(|code| code.starts_with("watertight ")).map(str::to_owned));
        }
    }
    found
}

/// Runs a command as it is written, but for the time it takes, and with a process that exists.
fn run(folder: &Path, command: &str, pid: u32) -> Output {
    let mut words: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
    assert_eq!(words.remove(0), "watertight", "{command}");
    let shorter = [("10m", "2s"), ("2m", "2s"), ("4711", &pid.to_string())];
    for word in &mut words {
        for (long, short) in shorter {
            if word == long {
                short.clone_into(word);
            }
        }
    }
    match words[0].as_str() {
        "triage" => words.extend(["--delay".to_owned(), "1s".to_owned()]),
        "watch" => words.extend(["--duration".to_owned(), "1s".to_owned()]),
        _ => {}
    }
    Command::new(PROGRAM).args(&words).current_dir(folder).output().expect("it starts")
}

#[test]
fn every_command_of_the_skill_runs() {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("service.py"), SERVICE).expect("a file");
    let all = commands();
    assert!(all.len() >= 10, "{all:?}");
    for command in &all {
        let needs_python = command.contains("python3");
        if command.starts_with("watertight mcp") {
            // It serves until its client leaves, which `tests/mcp.rs` tries.
            continue;
        }
        if needs_python && Command::new("python3").arg("--version").output().is_err() {
            skip("there is no python3 here");
            return;
        }
        if !cfg!(target_os = "linux")
            && ["run", "watch", "triage", "doctor"].iter().any(|word| command.contains(&format!(" {word}")))
        {
            skip("processes are watched on Linux only");
            continue;
        }
        let output = run(folder.path(), command, std::process::id());
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        // Findings are an answer: the service leaks.
        let fine = if [" check", " scan", " handles"].iter().any(|word| command.contains(word)) { &[0, 1][..] } else { &[0] };
        assert!(output.status.code().is_some_and(|code| fine.contains(&code)), "`{command}`: {told}");
    }
    let saved = fs::read_to_string(folder.path().join("before.json"));
    assert!(!cfg!(target_os = "linux") || saved.is_ok_and(|saved| saved.contains("\"judgement\"")));
}

#[test]
fn the_tools_of_the_skill_exist_and_it_is_printed_as_it_stands() {
    let output = Command::new(PROGRAM).arg("skill").output().expect("it starts");
    assert_eq!(String::from_utf8_lossy(&output.stdout), SKILL);
    let tools = ["mem_leaks", "mem_scan", "mem_handles", "explain", "triage", "watch"];
    for bracket in SKILL.split('[').skip(1).filter_map(|rest| rest.split_once(']')).map(|(inside, _)| inside) {
        for name in bracket.split('`').skip(1).step_by(2).filter(|name| *name != "pedantic") {
            assert!(tools.contains(&name), "{name}");
        }
    }
    // What agents read first: a name, and when to use it, short enough for them to keep.
    let head = SKILL.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")).expect("a head").0;
    assert!(head.starts_with("name: watertight\ndescription: ") && head.len() < 1100, "{}", head.len());
}
