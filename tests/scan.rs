//! Which files a run looks at, what it says of those it cannot read, and what it shows.

#[allow(dead_code, reason = "each test file uses its own part")]
mod toy;

use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use toy::{Toy, options, scan, scan_text, told};
use watertight::finding::{ProblemKind, Report, Severity};

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    for (path, bytes) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder can be made");
        fs::write(path, bytes).expect("a file can be written");
    }
    folder
}

fn named(folder: &Path, names: &[&str]) -> Report {
    let paths: Vec<PathBuf> = names.iter().map(|name| folder.join(name)).collect();
    watertight::scan::run(&paths, folder, &Toy, &options(), &|_, _| ()).expect("threads can be started")
}

fn kinds(report: &Report) -> Vec<(&str, ProblemKind)> {
    report.problems.iter().map(|problem| (problem.path.as_str(), problem.kind)).collect()
}

#[test]
fn ignored_and_foreign_folders_are_left_out_unless_named() {
    let leak: &[u8] = b"LEAK\n";
    let folder = folder(&[
        ("a.py", leak),
        ("notes.txt", leak),
        (".hidden/b.py", leak),
        (".git/HEAD", b""),
        (".gitignore", b"skipped/\n"),
        ("skipped/c.py", leak),
        ("node_modules/x/d.py", leak),
        ("env/pyvenv.cfg", b""),
        ("env/e.py", leak),
        ("build/f.py", leak),
        ("pkg/build/__init__.py", b""),
        ("pkg/build/g.py", leak),
        ("x/site-packages/h/dist/i.py", leak),
    ]);
    let root = folder.path();
    assert_eq!(told(&scan(root, &options())), ["a.py:1 unclosed-handle", "pkg/build/g.py:1 unclosed-handle"]);
    assert_eq!(told(&named(root, &["skipped/c.py", ".hidden/b.py"])).len(), 2);
    assert_eq!(told(&named(root, &["x/site-packages/h"])), ["x/site-packages/h/dist/i.py:1 unclosed-handle"]);
    assert_eq!(kinds(&named(root, &["notes.txt"])), [("notes.txt", ProblemKind::Unsupported)]);
}

#[test]
fn a_published_package_is_what_was_generated() {
    let leak: &[u8] = b"LEAK\n";
    let published = folder(&[("package.json", b"{}"), ("index.py", leak), ("dist/a.py", leak)]);
    assert_eq!(told(&scan(published.path(), &options())), ["dist/a.py:1 unclosed-handle", "index.py:1 unclosed-handle"]);
    let written = folder(&[("package.json", b"{}"), ("src/a.py", leak), ("dist/a.py", leak)]);
    assert_eq!(told(&scan(written.path(), &options())), ["src/a.py:1 unclosed-handle"]);
    let kept = folder(&[("package.json", b"{}"), ("index.py", leak), ("dist/a.py", leak), (".git/HEAD", b"")]);
    assert_eq!(told(&scan(kept.path(), &options())), ["index.py:1 unclosed-handle"]);
}

#[test]
fn a_script_is_known_by_its_first_line() {
    let folder = folder(&[("tool", b"#!/usr/bin/env python3\nLEAK\n"), ("README", b"LEAK\n")]);
    assert_eq!(told(&scan(folder.path(), &options())), ["tool:2 unclosed-handle"]);
}

#[test]
fn each_bad_file_is_one_problem_and_the_run_goes_on() {
    let folder = folder(&[
        ("a.py", b"LEAK\n"),
        ("binary.py", b"LEAK\0\n"),
        ("empty.py", b""),
        ("huge.py", &vec![b'x'; (4 << 20) + 1]),
        ("latin.py", b"LEAK # \xE9\n"),
        ("panic.py", b"PANIC\n"),
    ]);
    let report = scan(folder.path(), &options());
    let expected = [
        ("binary.py", ProblemKind::Binary),
        ("huge.py", ProblemKind::TooLarge),
        ("latin.py", ProblemKind::Encoding),
        ("panic.py", ProblemKind::Internal),
    ];
    assert_eq!(kinds(&report), expected);
    assert_eq!(told(&report), ["a.py:1 unclosed-handle", "latin.py:1 unclosed-handle"]);
    assert_eq!((report.scanned, report.refused), (3, 0));
    assert!(report.problems.iter().all(|problem| !problem.remedy.is_empty()));
    assert!(report.problems[3].message.contains("fell over") || report.problems[3].message.contains("the toy"));
    assert_eq!(named(folder.path(), &["panic.py", "binary.py", "a.py", "gone.py"]).refused, 3);
}

#[test]
fn the_report_is_the_same_for_any_number_of_threads() {
    let files: Vec<(String, Vec<u8>)> =
        (0..300).map(|n| (format!("d{}/f{n}.py", n % 7), format!("LEAK {n}\nGROW\n").into())).collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    let folder = folder(&files);
    let runs: Vec<_> = [1, 2, 8].map(|threads| scan(folder.path(), &toy_with(threads))).iter().map(told).collect();
    assert_eq!(runs[0].len(), 600);
    assert!(runs.windows(2).all(|pair| pair[0] == pair[1]));
}

fn toy_with(threads: usize) -> watertight::scan::Options {
    watertight::scan::Options { threads: Some(threads), ..options() }
}

#[test]
fn a_file_found_twice_is_judged_once() {
    let folder = folder(&[("a/b.py", b"LEAK\n")]);
    assert_eq!(told(&named(folder.path(), &["a", "a/b.py", "./a/../a", ""])).len(), 2, "`..` is not resolved, the rest is");
}

#[test]
fn test_code_is_judged_by_handles_only_and_one_level_lower() {
    let folder = folder(&[("tests/a.py", b"LEAK GROW\n"), ("src/a.py", b"LEAK GROW\n")]);
    let report = scan(folder.path(), &options());
    let expected = ["src/a.py:1 unclosed-handle", "src/a.py:1 unbounded-collection", "tests/a.py:1 unclosed-handle"];
    assert_eq!(told(&report), expected);
    let severities: Vec<_> = report.findings().map(|(_, finding)| finding.severity).collect();
    assert_eq!(severities, [Severity::High, Severity::High, Severity::Medium]);
}

#[test]
fn what_is_unsure_is_counted_and_shown_on_request() {
    let report = scan_text("MAYBE\nLEAK\n", &options());
    assert_eq!((told(&report).len(), report.hidden), (1, 1));
    let report = scan_text("MAYBE\nLEAK\n", &toy::with(toy::rules(), true));
    assert_eq!((told(&report).len(), report.hidden), (2, 0));
}

#[test]
fn only_files_with_findings_keep_their_text() {
    let folder = folder(&[("a.py", b"LEAK\n"), ("b.py", b"x\n"), ("c.py", b"MAYBE\n")]);
    let report = scan(folder.path(), &options());
    assert_eq!((report.files.len(), report.scanned), (1, 3));
}

#[cfg(unix)]
#[test]
fn links_and_pipes_neither_trap_nor_block() {
    use std::os::unix::fs::symlink;
    let folder = folder(&[("in/a.py", b"LEAK\n"), ("out/b.py", b"LEAK\n")]);
    let root = folder.path();
    symlink(root.join("in"), root.join("in/loop")).expect("a link can be made");
    symlink(root.join("out"), root.join("in/away")).expect("a link can be made");
    symlink(root.join("nowhere"), root.join("in/dangling.py")).expect("a link can be made");
    symlink(root.join("in"), root.join("door")).expect("a link can be made");
    let made = std::process::Command::new("mkfifo").arg(root.join("in/pipe.py")).status().expect("mkfifo runs");
    assert!(made.success());
    let report = named(root, &["in"]);
    assert_eq!((told(&report), kinds(&report)), (vec!["in/a.py:1 unclosed-handle".to_owned()], vec![]));
    assert_eq!(told(&named(root, &["door"])), ["door/a.py:1 unclosed-handle"]);
    let report = named(root, &["in/pipe.py"]);
    assert_eq!((kinds(&report), report.refused), (vec![("in/pipe.py", ProblemKind::Unreadable)], 1));
}
