//! What is reported of a project that already has findings: a baseline accepts them, `--since` and `--staged` report what a
//! change brought.

use assert_cmd::Command;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Exit code, standard output and standard error of the program in a folder.
fn run(folder: &Path, words: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("watertight").expect("the program is built");
    let output = command.current_dir(folder).args(words).output().expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("an exit code"), text(output.stdout), text(output.stderr))
}

/// The places of what `check` finds.
fn found(folder: &Path, words: &[&str]) -> Vec<String> {
    let (code, out, err) = run(folder, &[&["check", "--format", "concise"], words].concat());
    assert!(code < 2, "{err}");
    out.lines().map(|line| line.split(": ").next().expect("a place").rsplit_once(':').expect("a column").0.to_owned()).collect()
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("a parent")).expect("a folder can be made");
    fs::write(path, text).expect("a file can be written");
}

/// Runs git as nobody in particular, without the settings of whoever runs the tests.
fn git(folder: &Path, words: &[&str]) {
    let mut command = std::process::Command::new("git");
    command.current_dir(folder).args(["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]);
    command.args(words).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    let output = command.output().expect("git runs");
    assert!(output.status.success(), "git {words:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn commit(folder: &Path) {
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-qm", "x"]);
}

fn leak(name: &str) -> String {
    format!("import socket\n\n\ndef {name}(host):\n    s = socket.create_connection((host, 80))\n    s.sendall(b'x')\n")
}

/// A finding that only a pedantic run shows.
const UNSURE: &str = "def f(names):\n    try:\n        s = open(names)\n        print(s.read())\n        s.close()\n    except OSError:\n        pass\n";

/// A repository with one commit that holds one leak.
fn repository() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    git(folder.path(), &["init", "-q", "-b", "main"]);
    write(folder.path(), "old.py", &leak("old"));
    commit(folder.path());
    folder
}

#[test]
fn a_baseline_accepts_what_is_there_and_nothing_new() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let root = folder.path();
    write(root, "a.py", &leak("f"));
    write(root, "lib/b.py", &leak("g"));
    assert_eq!(found(root, &[]).len(), 2);
    let (code, out, _) = run(root, &["baseline"]);
    assert!(code == 0 && out.starts_with("2 findings accepted"), "{out}");
    assert_eq!(found(root, &[]), Vec::<String>::new());
    let (_, out, _) = run(root, &["check"]);
    assert!(out.contains("2 accepted by the baseline"), "{out}");
    write(root, "a.py", &format!("# one\n\n# two\n{}", leak("f")));
    assert_eq!(found(root, &[]), Vec::<String>::new(), "lines that move change nothing");
    assert_eq!(found(&root.join("lib"), &["."]), Vec::<String>::new(), "nor does the folder it is run in");
    write(root, "a.py", &format!("{}\n\n{}", leak("f"), leak("h").replace("import socket\n", "")));
    assert_eq!(found(root, &[]), ["a.py:12"]);
    write(root, "a.py", &leak("f").repeat(2));
    assert_eq!(found(root, &[]).len(), 1, "a second one like it is new");
}

#[test]
fn what_a_baseline_no_longer_needs_is_told_and_pruned() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let root = folder.path();
    write(root, "a.py", &leak("f"));
    write(root, "b.py", &leak("g"));
    run(root, &["baseline"]);
    write(root, "a.py", "");
    let (code, _, err) = run(root, &["check"]);
    assert!(
        code == 0 && err.contains("1 accepted finding is not found any more; `watertight baseline --prune` takes it out"),
        "{err}"
    );
    let (_, _, err) = run(root, &["check", "b.py"]);
    assert_eq!(err, "", "what was not looked at is not known to be gone");
    let (_, _, err) = run(root, &["scan"]);
    assert_eq!(err, "", "nor is what no rule looked for");
    write(root, "c.py", &leak("h"));
    let (_, out, _) = run(root, &["baseline", "--prune"]);
    assert!(out.starts_with("1 finding accepted in watertight-baseline.json") && out.contains("2 before"), "{out}");
    assert_eq!(found(root, &[]), ["c.py:5"], "pruning accepts nothing new");
    assert_eq!(run(root, &["check"]).2, "");
    run(root, &["baseline", "c.py"]);
    assert_eq!(found(root, &[]), Vec::<String>::new(), "accepting in one file keeps what was accepted in others");
    fs::remove_file(root.join("b.py")).expect("a file can be removed");
    let (_, _, err) = run(root, &["check"]);
    assert!(err.contains("1 accepted finding is not found"), "{err}");
}

#[test]
fn a_baseline_follows_files_that_move_and_is_not_fooled_by_copies() {
    let folder = repository();
    let root = folder.path();
    run(root, &["baseline"]);
    fs::create_dir(root.join("lib")).expect("a folder can be made");
    git(root, &["mv", "old.py", "lib/new.py"]);
    let (code, out, err) = run(root, &["check"]);
    assert!(code == 0 && out.contains("1 accepted by the baseline") && err.is_empty(), "{out}{err}");
    assert_eq!(found(root, &["lib/new.py"]), Vec::<String>::new(), "nor does it matter what is named");
    assert_eq!(found(root, &["--staged"]), Vec::<String>::new());
    write(root, "copy.py", &leak("old"));
    assert_eq!(found(root, &[]).len(), 1, "one was accepted, and not two");
    fs::remove_file(root.join("copy.py")).expect("a file can be removed");
    let (_, out, _) = run(root, &["baseline", "--prune"]);
    assert!(out.starts_with("1 finding accepted"), "{out}");
    let text = fs::read_to_string(root.join("watertight-baseline.json")).expect("the baseline");
    assert!(text.contains("lib/new.py") && !text.contains("old.py"), "{text}");
    write(root, "copy.py", &leak("old"));
    assert_eq!(found(root, &[]), ["copy.py:5"], "a copy is new as long as the original is there");
    assert_eq!(found(root, &["copy.py"]), ["copy.py:5"], "even if only the copy is looked at");
}

#[test]
fn a_baseline_is_named_or_refused() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let root = folder.path();
    write(root, "a.py", &leak("f"));
    write(root, "watertight.toml", "baseline = 'lint/accepted.json'\n");
    assert_eq!(found(root, &[]).len(), 1, "one that is not written yet accepts nothing");
    fs::create_dir(root.join("lint")).expect("a folder can be made");
    assert_eq!(run(root, &["baseline"]).0, 0);
    assert!(root.join("lint/accepted.json").exists());
    assert_eq!((found(root, &[]).len(), found(root, &["--isolated"]).len()), (0, 1));
    let (code, _, err) = run(root, &["check", "--baseline", "gone.json"]);
    assert!(code == 2 && err.contains("there is no baseline `gone.json`"), "{err}");
    write(root, "broken.json", "{}");
    let (code, _, err) = run(root, &["check", "--baseline", "broken.json"]);
    assert!(code == 2 && err.contains("is no baseline"), "{err}");
}

#[test]
fn since_reports_what_came_after_a_commit() {
    let folder = repository();
    let root = folder.path();
    assert_eq!(found(root, &["--since", "HEAD"]), Vec::<String>::new());
    write(root, "old.py", &format!("# moved\n{}", leak("old")));
    write(root, "new.py", &leak("new"));
    assert_eq!(found(root, &["--since", "HEAD"]), ["new.py:5"], "untracked files are part of the change");
    let (_, out, _) = run(root, &["check", "--since", "HEAD"]);
    assert!(out.contains("1 there before the change"), "{out}");
    commit(root);
    assert_eq!(found(root, &["--since", "HEAD"]), Vec::<String>::new());
    assert_eq!(found(root, &["--since", "HEAD~1"]), ["new.py:5"]);
    assert_eq!(found(root, &["--since", "HEAD~1", "old.py"]), Vec::<String>::new());
    git(root, &["mv", "new.py", "name.py"]);
    assert_eq!(found(root, &["--since", "HEAD"]), Vec::<String>::new(), "a new name is no new leak");
}

#[test]
fn since_sees_a_release_that_was_taken_away() {
    let folder = repository();
    let root = folder.path();
    let closed = leak("old")
        .replace("    s.sendall", "    try:\n        s.sendall")
        .replace("b'x')\n", "b'x')\n    finally:\n        s.close()\n");
    write(root, "closed.py", &closed);
    commit(root);
    assert_eq!(found(root, &["closed.py"]), Vec::<String>::new());
    write(root, "closed.py", &closed.replace("        s.close()\n", "        pass\n"));
    assert_eq!(found(root, &["--since", "HEAD"]), ["closed.py:5"], "no line of the acquisition was changed");
}

#[test]
fn since_compares_with_where_the_branch_left() {
    let folder = repository();
    let root = folder.path();
    git(root, &["checkout", "-q", "-b", "topic"]);
    write(root, "topic.py", &leak("topic"));
    commit(root);
    git(root, &["checkout", "-q", "main"]);
    fs::remove_file(root.join("old.py")).expect("a file can be removed");
    commit(root);
    git(root, &["checkout", "-q", "topic"]);
    assert_eq!(found(root, &["--since", "main"]), ["topic.py:5"], "what main repaired since is not of this branch");
}

#[test]
fn staged_looks_at_what_is_staged_and_not_at_the_working_tree() {
    let folder = repository();
    let root = folder.path();
    write(root, "new.py", &leak("new"));
    assert_eq!(found(root, &["--staged"]), Vec::<String>::new(), "nothing is staged");
    git(root, &["add", "new.py"]);
    write(root, "new.py", "");
    assert_eq!(found(root, &["--staged"]), ["new.py:5"], "the repair is not staged");
    fs::remove_file(root.join("new.py")).expect("a file can be removed");
    assert_eq!(found(root, &["--staged"]), ["new.py:5"], "nor is the removal");
    git(root, &["add", "-A"]);
    write(root, "new.py", &leak("new"));
    assert_eq!(found(root, &["--staged"]), Vec::<String>::new(), "what is only in the working tree is not committed");
    let empty = tempfile::tempdir().expect("a folder can be made");
    git(empty.path(), &["init", "-q"]);
    write(empty.path(), "first.py", &leak("first"));
    git(empty.path(), &["add", "-A"]);
    assert_eq!(found(empty.path(), &["--staged"]), ["first.py:5"], "before the first commit everything is new");
}

#[test]
fn mistakes_about_changes_are_told() {
    let folder = repository();
    for (words, part) in [
        (&["check", "--since", "no-such-branch"][..], "there is no commit `no-such-branch` here"),
        (&["check", "--since", "--output=x"], "a value is required"),
        (&["check", "--since=--output=x"], "there is no commit `--output=x` here"),
        (&["check", "--since", "HEAD", "--staged"], "cannot be used with"),
    ] {
        let (code, _, err) = run(folder.path(), words);
        assert!(code == 2 && err.contains(part), "{words:?}\n{err}");
    }
    let outside = tempfile::tempdir().expect("a folder can be made");
    let (code, _, err) = run(outside.path(), &["check", "--staged"]);
    assert!(code == 2 && err.contains("not a git repository"), "{err}");
}

#[cfg(unix)]
#[test]
fn a_hostile_repository_runs_nothing() {
    let folder = repository();
    let root = folder.path();
    write(root, "new.py", &leak("new"));
    git(root, &["add", "-A"]);
    git(root, &["mv", "old.py", "name.py"]);
    let trap = root.join("trap");
    let run_trap = format!("touch {}", trap.display());
    for (key, value) in [
        ("core.fsmonitor", run_trap.as_str()),
        ("core.pager", &run_trap),
        ("core.sshCommand", &run_trap),
        ("core.editor", &run_trap),
        ("diff.external", &run_trap),
        ("diff.trap.textconv", &run_trap),
        ("diff.trap.command", &run_trap),
        ("filter.trap.clean", &run_trap),
        ("filter.trap.smudge", &run_trap),
        ("filter.trap.process", &run_trap),
    ] {
        git(root, &["config", key, value]);
    }
    write(root, ".git/info/attributes", "*.py filter=trap diff=trap\n");
    write(root, "new.py", &format!("# changed\n{}", leak("new")));
    assert_eq!(found(root, &["--since", "HEAD"]), ["new.py:6"]);
    assert_eq!(found(root, &["--staged"]), ["new.py:5"]);
    assert!(!trap.exists(), "something was run");
}

#[test]
fn init_writes_settings_once() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (code, out, _) = run(folder.path(), &["init"]);
    assert!(code == 0 && out.contains("watertight check"), "{out}");
    assert_eq!(run(folder.path(), &["check", "--show-settings"]).0, 0);
    let (code, _, err) = run(folder.path(), &["init"]);
    assert!(code == 2 && err.contains("there are settings already"), "{err}");
}

#[test]
fn what_a_baseline_accepts_and_a_run_does_not_show_is_not_gone() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let root = folder.path();
    write(root, "a.py", UNSURE);
    assert_eq!((found(root, &[]).len(), found(root, &["--pedantic"]).len()), (0, 1));
    run(root, &["baseline", "--pedantic"]);
    assert_eq!(run(root, &["check"]).2, "", "hidden is not gone");
    for words in [&["baseline", "--prune"][..], &["baseline"]] {
        let (_, out, _) = run(root, words);
        assert!(out.starts_with("1 finding accepted"), "{out}");
        assert_eq!(found(root, &["--pedantic"]), Vec::<String>::new());
    }
    write(root, "a.py", "");
    assert!(run(root, &["check"]).2.contains("1 accepted finding is not found any more"));
}
