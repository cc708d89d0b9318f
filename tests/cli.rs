//! The program as a user meets it: exit codes, messages, formats, and input that is not what it should be.

use assert_cmd::Command;
use std::fs;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

/// The program in a folder, with nothing in the environment that changes how it writes.
fn program(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::cargo_bin("watertight").expect("the program is built");
    command.current_dir(folder).args(words).env_remove("FORCE_COLOR").env_remove("NO_COLOR").timeout(Duration::from_secs(120));
    command
}

/// Exit code, standard output and standard error.
fn run(folder: &Path, words: &[&str]) -> (i32, String, String) {
    let output = program(folder, words).output().expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("an exit code"), text(output.stdout), text(output.stderr))
}

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    for (path, bytes) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder can be made");
        fs::write(path, bytes).expect("a file can be written");
    }
    folder
}

const CLEAN: &[u8] = b"def f(path):\n    with open(path) as file:\n        return file.read()\n";

#[test]
fn clean_code_is_exit_code_0_in_every_command() {
    let folder = folder(&[("a.py", CLEAN)]);
    for command in ["check", "leaks", "mem.leaks"] {
        let (code, out, err) = run(folder.path(), &[command]);
        assert_eq!((code, out.as_str(), err.as_str()), (0, "No leaks detected, 1 file scanned\n", ""), "{command}");
    }
}

#[test]
fn the_exit_code_follows_the_severity_asked_for() {
    let folder = folder(&[("a.py", b"x = 1  # watertight: ignore[no-such-rule]\n")]);
    for (words, expected) in [
        (vec!["check"], 1),
        (vec!["check", "--fail-on", "medium"], 0),
        (vec!["check", "--fail-on", "never"], 0),
        (vec!["check", "--exit-zero"], 0),
        (vec!["check", "--ignore", "unused-suppression", "--select", "unused-suppression"], 2),
        (vec!["check", "a.py", "gone.py"], 2),
        (vec!["check", "a.py", "gone.py", "--exit-zero"], 2),
    ] {
        assert_eq!(run(folder.path(), &words).0, expected, "{words:?}");
    }
    let (_, out, _) = run(folder.path(), &["check", "--format", "concise"]);
    assert_eq!(out, "a.py:1:29: low[unused-suppression] there is no rule `no-such-rule`, so this suppresses nothing\n");
}

#[test]
fn mistakes_are_exit_code_2_and_name_what_was_meant() {
    let folder = folder(&[("a.py", CLEAN)]);
    for (words, meant) in [
        (vec!["chek"], "check"),
        (vec!["check", "--selct", "x"], "--select"),
        (vec!["check", "--format", "jsn"], "json"),
        (vec!["check", "--select", "unused-supression"], "unused-suppression"),
        (vec!["check", "--ignore", "unused-supression"], "unused-suppression"),
        (vec!["explain", "unused-supression"], "unused-suppression"),
        (vec!["check", "--threads", "0"], "--threads"),
        (vec!["check", "--max-file-size", "4T"], "4 GiB"),
        (vec!["check", "--max-file-size", "4X"], "k, M, G or T"),
        (vec!["check", "missing.py"], "missing.py: does not exist"),
        (vec!["check", "-o", "no/such/folder/report.txt"], "no/such/folder/report.txt"),
    ] {
        let (code, _, err) = run(folder.path(), &words);
        assert!(code == 2 && err.contains(meant), "{words:?}: {code}\n{err}");
    }
}

#[test]
fn a_missing_path_does_not_keep_the_rest_from_being_scanned() {
    let folder = folder(&[("a.py", CLEAN)]);
    let (code, out, err) = run(folder.path(), &["check", "gone", "a.py"]);
    assert_eq!((code, err.lines().count()), (2, 1));
    assert_eq!(out, "No leaks detected, 1 file scanned, 1 problem\n");
}

#[test]
fn a_folder_without_source_is_no_failure() {
    let folder = folder(&[("notes.txt", b"x")]);
    let (code, out, err) = run(folder.path(), &["check"]);
    assert!(code == 0 && out.starts_with("No files analysed") && err.contains("no file in a supported language"), "{out}{err}");
    let (_, _, err) = run(folder.path(), &["check", "--quiet"]);
    assert_eq!(err, "");
}

#[test]
fn every_format_is_whole_even_without_findings() {
    let folder = folder(&[("a.py", CLEAN)]);
    for format in ["json", "sarif"] {
        let (code, out, _) = run(folder.path(), &["check", "--format", format]);
        let document: serde_json::Value = serde_json::from_str(&out).expect("JSON");
        assert!(code == 0 && document.is_object(), "{format}");
    }
    assert_eq!(run(folder.path(), &["check", "--format", "concise"]).1, "");
    let (_, out, _) = run(folder.path(), &["check", "--format", "json", "-o", "report.json"]);
    assert_eq!(out, "");
    let written = fs::read_to_string(folder.path().join("report.json")).expect("the report was written");
    assert!(serde_json::from_str::<serde_json::Value>(&written).is_ok());
}

#[test]
fn several_reports_come_of_one_run() {
    let folder = folder(&[("a.py", LEAKY)]);
    let words =
        ["check", "--format", "concise", "--output", "sarif=out.sarif", "--output=junit=sub.xml", "--output=github=g.txt"];
    let (code, out, _) = run(folder.path(), &words);
    assert!(code == 1 && out.starts_with("a.py:"), "{out}");
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("the report was written");
    assert!(serde_json::from_str::<serde_json::Value>(&read("out.sarif")).is_ok());
    assert!(read("sub.xml").starts_with("<?xml") && read("g.txt").starts_with("::"));
    let (code, _, err) = run(folder.path(), &["check", "--output", "sarif=one", "--output", "junit=one"]);
    assert!(code == 2 && err.contains("two reports would be written to `one`"), "{err}");
    let (code, _, err) = run(folder.path(), &["check", "--output", "srif=x"]);
    assert!(code == 2 && err.contains("there is no format `srif`"), "{err}");
}

#[test]
fn paths_are_told_from_the_root_of_the_repository_that_is_looked_at() {
    let folder = folder(&[
        ("code/.git/HEAD", b""),
        ("code/web/a.py", b"def f(p):\n    s = open(p)\n    s.read()\n    return 1\n"),
        ("home/x", b""),
    ]);
    for (from, path) in [(folder.path().to_path_buf(), "code"), (folder.path().join("home"), "../code/web")] {
        let (_, out, err) = run(&from, &["check", "--pedantic", "--format", "sarif", path]);
        let log: serde_json::Value = serde_json::from_str(&out).expect("JSON");
        let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
        assert_eq!(place["uri"], "web/a.py", "{err}");
    }
}

#[test]
fn a_dash_is_the_standard_output() {
    let folder = folder(&[("a.py", b"A = 1\n")]);
    let (code, out, err) = run(folder.path(), &["check", "--format", "json", "-o", "-"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(serde_json::from_str::<serde_json::Value>(&out).is_ok(), "{out}");
    assert!(!folder.path().join("-").exists());
}

#[test]
fn named_files_are_answered_by_name() {
    let folder = folder(&[
        ("notes.txt", b"x"),
        ("tool", b"#!/bin/sh\n"),
        ("binary.py", b"\0"),
        ("koi.py", b"# coding: koi8-r\nx = '\xc1'\n"),
    ]);
    let (code, _, err) = run(folder.path(), &["check", "notes.txt", "tool"]);
    assert!(code == 0 && err.contains("notes.txt: is in no language") && err.contains("tool: is in no language"), "{err}");
    let (_, _, err) = run(folder.path(), &["check", "binary.py"]);
    assert_eq!(err.matches("no source text").count(), 1, "{err}");
    assert_eq!(run(folder.path(), &["check", "koi.py"]).2, "", "a declared encoding is no problem");
    let (code, _, err) = run(folder.path(), &["scan", "--select", "unclosed-handle"]);
    assert!(code == 2 && err.contains("`watertight check --select unclosed-handle` runs it"), "{err}");
}

#[cfg(unix)]
#[test]
fn a_link_in_a_circle_is_called_that() {
    let folder = folder(&[]);
    std::os::unix::fs::symlink("ring.py", folder.path().join("ring.py")).expect("a link can be made");
    let (code, _, err) = run(folder.path(), &["check", "ring.py"]);
    assert!(code == 2 && err.contains("a link that leads nowhere") && !err.contains("permissions"), "{err}");
}

#[test]
fn shells_and_manuals_know_the_commands() {
    let folder = folder(&[]);
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let (code, script, _) = run(folder.path(), &["completions", shell]);
        assert!(code == 0 && script.contains("mem.handles") && script.contains("fail-on"), "{shell}");
    }
    let (code, page, _) = run(folder.path(), &["man"]);
    assert!(code == 0 && page.contains(".TH watertight 1"), "{page}");
    assert_eq!(run(folder.path(), &["man", "--dir", "man"]).0, 0);
    let page = fs::read_to_string(folder.path().join("man/watertight-check.1")).expect("a page was written");
    assert!(page.contains("since"), "{page}");
}

#[test]
fn unsafe_fixes_alone_are_said_to_do_nothing() {
    let folder = folder(&[("a.py", CLEAN)]);
    let (code, out, err) = run(folder.path(), &["check", "--unsafe-fixes"]);
    assert_eq!((code, out.as_str()), (0, "No leaks detected, 1 file scanned\n"));
    assert_eq!(err, "note: --unsafe-fixes does nothing without --fix, which makes them, or --diff, which shows them\n");
    for words in [&["check", "--unsafe-fixes", "--fix"][..], &["check", "--unsafe-fixes", "--quiet"]] {
        assert_eq!(run(folder.path(), words).2, "", "{words:?}");
    }
}

#[test]
fn orders_that_fail_are_told_in_every_language() {
    let folder = folder(&[
        ("a.py", b"x = 1  # watertight: Ignore\n"),
        ("b.js", b"let x = 1; /* WATERTIGHT: ignore[lost-entry] */\n// watertight: disable\n"),
        ("c.rs", b"// Watertight: ignore\nfn x() {}\n"),
        ("d.rs", b"//! Watertight: ignore what it says\nfn x() {}\n"),
    ]);
    let (code, out, _) = run(folder.path(), &["check", "--format", "concise"]);
    let places: Vec<&str> = out.lines().filter_map(|line| line.split(": low[unused-suppression]").next()).collect();
    assert_eq!((code, places), (1, vec!["a.py:1:10", "b.js:1:15", "b.js:2:4", "c.rs:1:4"]), "{out}");
}

#[test]
fn evidence_says_no_more_than_is_known() {
    let store = |word: &str| {
        format!(
            "use std::collections::HashMap;\nuse std::sync::Mutex;\n\n{word}static SEEN: Mutex<Option<HashMap<String, String>>> = \
             Mutex::new(None);\n\npub fn get(key: &str) -> String {{\n    let mut seen = SEEN.lock().unwrap();\n    \
             let seen = seen.get_or_insert_with(HashMap::new);\n    seen.insert(key.to_owned(), key.to_uppercase());\n    \
             String::new()\n}}\n\nfn main() {{}}\n"
        )
    };
    let said = |word: &str| {
        let folder = folder(&[("Cargo.toml", b"[package]\nname = 'x'\n"), ("src/main.rs", store(word).as_bytes())]);
        run(folder.path(), &["check", "--pedantic", "--format", "json"]).1
    };
    let (own, open) = (said(""), said("pub "));
    assert!(own.contains("other code of its module could remove entries") && !own.contains("public"), "{own}");
    assert!(open.contains("its name is public, so code elsewhere could remove entries"), "{open}");
    assert!(own.contains("`get` is named like what runs once per event"), "{own}");
}

#[test]
fn rules_are_listed_and_explained() {
    let folder = folder(&[]);
    let (code, table, _) = run(folder.path(), &["rules"]);
    assert!(code == 0 && table.contains("unused-suppression"));
    let (_, list, _) = run(folder.path(), &["rules", "--format", "json"]);
    let list: Vec<serde_json::Value> = serde_json::from_str(&list).expect("JSON");
    for rule in &list {
        let id = rule["id"].as_str().expect("an id");
        for format in ["text", "markdown", "json"] {
            let (code, page, _) = run(folder.path(), &["explain", id, "--format", format]);
            assert!(code == 0 && page.contains(id), "{id} as {format}");
        }
    }
}

#[test]
fn bad_files_neither_stop_nor_fail_a_run_over_their_folder() {
    let deep = [b"x = ".to_vec(), vec![b'['; 100_000], vec![b']'; 100_000]].concat();
    let huge = vec![b'x'; 50 << 20];
    let folder = folder(&[
        ("a.py", CLEAN),
        ("binary.py", b"\0\x01\x02"),
        ("broken.py", b"def f(:\n  if x\n)))\n\t'''"),
        ("deep.py", &deep),
        ("empty.py", b""),
        ("huge.py", &huge),
        ("latin.py", b"x = '\xE9'\n"),
    ]);
    let (code, out, err) = run(folder.path(), &["check"]);
    assert!(code < 2 && out.contains("files scanned"), "{code}\n{out}\n{err}");
    for said in [
        "deep.py: opens thousands",
        "binary.py: holds NUL bytes",
        "huge.py: is larger than the limit of 4 MiB",
        "latin.py: is not UTF-8",
    ] {
        assert_eq!(err.matches(said).count(), 1, "{said}\n{err}");
    }
    assert!(!err.contains("a.py:") && !err.contains("empty.py:") && !err.contains("internal error"), "{err}");
}

#[test]
fn code_that_cannot_be_parsed_is_no_clean_code() {
    let broken = b"def f(p):\n    x = open(p)\n    return x.read()\n\n\nthis is {{ not python %% at all\n((((\n";
    let merged = b"<<<<<<< HEAD\nA = 1\n=======\nA = 2\n>>>>>>> other\n";
    let files: [(&str, &[u8]); 4] =
        [("a.py", broken), ("b.py", merged), ("c.d.ts", b"export declare const a: %%%%%% odd odd;\n"), ("d.py", b"A = 1\n")];
    let folder = folder(&files);
    let (code, out, err) = run(folder.path(), &["check", "--format", "concise"]);
    assert_eq!(code, 1, "{out}{err}");
    assert!(out.contains("a.py:2:9"), "what can be read is judged: {out}");
    assert!(err.contains("a.py: could not be parsed at line 6; some of the code from there on was not looked at"), "{err}");
    assert!(err.contains("b.py: could not be parsed at line 1"), "{err}");
    assert!(!err.contains("c.d.ts") && !err.contains("d.py"), "{err}");
}

#[test]
fn the_output_does_not_depend_on_threads() {
    let files: Vec<(String, Vec<u8>)> = (0..60).map(|n| (format!("d{}/f{n}.py", n % 5), LEAKY.to_vec())).collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    let folder = folder(&files);
    for format in ["human", "concise", "json", "sarif"] {
        let one = run(folder.path(), &["check", "--pedantic", "--format", format, "--threads", "1"]);
        assert_eq!(one.0, 1, "{format}: there is something to order");
        for threads in ["2", "7"] {
            assert!(one == run(folder.path(), &["check", "--pedantic", "--format", format, "--threads", threads]), "{format}");
        }
    }
}

const LEAKY: &[u8] = b"import socket\n\n\ndef f(host):\n    s = socket.create_connection((host, 80))\n    s.sendall(b'x')\n\n\nclass Log:\n    lines = []\n\n    def add(self, line):\n        self.lines.append(line)  # watertight: ignore[no-such-rule]\n";

#[test]
fn colours_are_for_terminals_unless_asked_for() {
    let folder = folder(&[("a.py", CLEAN)]);
    assert!(!run(folder.path(), &["check"]).1.contains('\x1b'));
    assert!(run(folder.path(), &["check", "--color", "always"]).1.contains('\x1b'));
    let forced =
        program(folder.path(), &["check"]).env("FORCE_COLOR", "1").env("NO_COLOR", "1").output().expect("the program runs");
    assert!(!forced.stdout.contains(&0x1b));
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_crash() {
    let folder = folder(&[]);
    let script = format!("'{}' rules --format json | true; echo ${{PIPESTATUS[0]}}", env!("CARGO_BIN_EXE_watertight"));
    let output = Command::new("bash").current_dir(folder.path()).args(["-c", &script]).output().expect("bash runs");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "0");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
#[cfg(unix)]
fn a_name_with_control_characters_is_shown_and_not_obeyed() {
    let leak = b"import socket\n\n\ndef f(host):\n    s = socket.create_connection((host, 80))\n    s.sendall(b'x') # \x1b[31m\n";
    let folder = folder(&[("a\u{1b}[31m\nb.py", leak)]);
    for format in ["human", "concise", "github"] {
        let (code, out, err) = run(folder.path(), &["check", "--color", "never", "--format", format]);
        assert!(code == 1 && !out.contains('\u{1b}') && err.is_empty(), "{format}: {out}{err}");
        assert!(out.contains("a\\u{1b}[31m\\nb.py") || out.contains("a\\u{1b}[31m\\nb.py".replace(':', "%3A").as_str()), "{out}");
    }
    assert_eq!(run(folder.path(), &["check", "--format", "concise"]).1.lines().count(), 1);
    let (_, _, err) = run(folder.path(), &["check", "--color", "never", "b\u{1b}.py"]);
    assert!(err.contains("b\\u{1b}.py: does not exist"), "{err}");
}

#[test]
fn an_empty_folder_is_called_as_it_was_named() {
    let folder = folder(&[("a.py", CLEAN), ("empty/x.txt", b"")]);
    let (code, _, err) = run(folder.path(), &["check", "empty"]);
    assert!(code == 0 && err.contains("problem: empty: no file in a supported language"), "{err}");
}

#[test]
fn settings_of_a_path_that_is_not_there_are_not_shown() {
    let folder = folder(&[("a.py", CLEAN)]);
    let (code, _, err) = run(folder.path(), &["check", "--show-settings", "nope"]);
    assert!(code == 2 && err.contains("`nope` does not exist"), "{err}");
}
