//! The shell parts of the CI templates, run as a CI server runs them, and the hooks, run by pre-commit itself.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

const LEAK: &str = "import socket\n\n\ndef f(host):\n    s = socket.create_connection((host, 80))\n    s.sendall(b'x')\n";
const CLEAN: &str = "def f(path):\n    with open(path) as file:\n        return file.read()\n";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folder of the built program.
fn bin() -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_watertight")).parent().expect("a folder").to_path_buf()
}

/// The search path with the built program first.
fn search() -> String {
    format!("{}:{}", bin().display(), std::env::var("PATH").unwrap_or_default())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn has(program: &str) -> bool {
    let found =
        Command::new("sh").args(["-c", &format!("command -v {program}")]).output().is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("skipped: `{program}` is not installed");
    }
    found
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    for (path, text) in files {
        fs::write(folder.path().join(path), text).expect("a file can be written");
    }
    folder
}

/// Runs a part of the action in a folder, as GitHub does; the runner's own files lie in `out/` below it.
fn action(part: &str, folder: &Path, settings: &[(&str, &str)]) -> Output {
    let out = folder.join("out");
    fs::create_dir_all(&out).expect("a folder can be made");
    let mut command = Command::new("bash");
    command.arg(root().join(".ci/action")).arg(part).current_dir(folder).env("PATH", search()).env("RUNNER_TEMP", &out);
    for name in ["GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"] {
        command.env(name, out.join(name));
    }
    command.envs(settings.iter().copied()).output().expect("bash runs")
}

#[test]
fn the_action_annotates_summarises_and_keeps_the_exit_code() {
    let folder = folder(&[("a b.py", LEAK), ("clean.py", CLEAN)]);
    let output =
        action("look", folder.path(), &[("COMMAND", "check"), ("PATHS", "a b.py\nclean.py\n"), ("ARGS", "--fail-on=low")]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(text(&output.stdout).starts_with("::warning title=watertight"), "{}", text(&output.stdout));
    let read = |name: &str| fs::read_to_string(folder.path().join("out").join(name)).expect("it was written");
    let sarif = read("GITHUB_OUTPUT").trim().strip_prefix("sarif=").expect("a path").to_owned();
    let log: serde_json::Value = serde_json::from_str(&fs::read_to_string(sarif).expect("a log")).expect("JSON");
    assert_eq!(log["runs"][0]["results"].as_array().map(Vec::len), Some(1));
    assert!(read("GITHUB_STEP_SUMMARY").contains("### `a b.py`"));
    let output = action("look", folder.path(), &[("COMMAND", "mem.leaks"), ("PATHS", "clean.py"), ("ARGS", "")]);
    assert_eq!(output.status.code(), Some(0));
    let output = action("look", folder.path(), &[("PATHS", "--output-file=x"), ("ARGS", "")]);
    assert_eq!(output.status.code(), Some(2), "a path is no flag");
}

#[test]
fn the_action_installs_only_what_was_published() {
    if !has("curl") || !has("sha256sum") {
        return;
    }
    let folder = folder(&[]);
    let release = folder.path().join("releases/download/v9");
    fs::create_dir_all(&release).expect("a folder can be made");
    let machine = text(&Command::new("uname").arg("-m").output().expect("uname runs").stdout);
    let archive = format!("watertight-{}-unknown-linux-musl.tar.gz", machine.trim());
    let pack = format!("tar -czf {archive} -C '{}' watertight && sha256sum {archive} >{archive}.sha256", bin().display());
    assert!(Command::new("sh").args(["-c", &pack]).current_dir(&release).status().is_ok_and(|status| status.success()));
    let releases = format!("file://{}/releases", folder.path().display());
    let settings = [("VERSION", "v9"), ("RELEASES", releases.as_str())];
    let output = action("install", folder.path(), &settings);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let installed = fs::read_to_string(folder.path().join("out/GITHUB_PATH")).expect("a path");
    let version = Command::new(Path::new(installed.trim()).join("watertight")).arg("--version").output().expect("it runs");
    assert!(text(&version.stdout).starts_with("watertight "));
    fs::write(release.join(&archive), "something else").expect("a file can be written");
    assert!(!action("install", folder.path(), &settings).status.success());
    let output = action("install", folder.path(), &[("VERSION", "v8"), ("RELEASES", &releases)]);
    assert!(!output.status.success(), "there is no such release");
}

#[test]
fn the_gitlab_job_writes_its_reports() {
    let template = fs::read_to_string(root().join(".ci/gitlab.yml")).expect("the template");
    let (_, script) = template.split_once("\n  script:\n").expect("a script");
    let lines = script.lines().map_while(|line| line.strip_prefix("    - "));
    let script = lines.collect::<Vec<_>>().join("\n");
    let folder = folder(&[("a.py", LEAK)]);
    let run = |arguments: &str| {
        let mut command = Command::new("sh");
        command.args(["-ec", &script]).current_dir(folder.path()).env("PATH", search()).env("WATERTIGHT_ARGS", arguments);
        command.output().expect("sh runs").status.code()
    };
    assert_eq!((run(""), run("--fail-on high a.py")), (Some(1), Some(0)));
    for report in ["gl-code-quality-report.json", "watertight.xml"] {
        assert!(template.contains(&format!(": {report}\n")), "{report} is not collected");
        assert!(fs::metadata(folder.path().join(report)).is_ok_and(|file| file.len() > 0), "{report}");
    }
}

/// Runs a command in a repository; its settings are its own.
fn within(folder: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(words[0]);
    command.current_dir(folder).args(&words[1..]).env("PATH", search());
    command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("PRE_COMMIT_HOME", folder.join(".git/pre-commit-home"));
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "A").env(format!("GIT_{role}_EMAIL"), "a@example.org");
    }
    command.output().expect("it runs")
}

fn done(folder: &Path, words: &[&str]) {
    let output = within(folder, words);
    assert!(output.status.success(), "{words:?}: {}{}", text(&output.stdout), text(&output.stderr));
}

/// The hooks as a repository of their own. They are the published ones, but for the language: a test cannot wait until the
/// program is built anew, so the one that is built already is taken from the search path.
fn hooks() -> TempDir {
    let hooks = fs::read_to_string(root().join(".pre-commit-hooks.yaml")).expect("the hooks");
    assert_eq!(hooks.matches("language: rust").count(), 4);
    let folder = folder(&[(".pre-commit-hooks.yaml", &hooks.replace("language: rust", "language: system"))]);
    done(folder.path(), &["git", "init", "-q"]);
    done(folder.path(), &["git", "add", "-A"]);
    done(folder.path(), &["git", "commit", "-qm", "x"]);
    folder
}

#[test]
fn pre_commit_refuses_a_leak_and_counts_only_what_is_staged() {
    if !has("pre-commit") {
        return;
    }
    let hooks = hooks();
    let head = text(&within(hooks.path(), &["git", "rev-parse", "HEAD"]).stdout);
    let ids = ["watertight", "mem-leaks", "mem-scan", "mem-handles"].map(|id| format!("      - id: {id}\n")).concat();
    let settings = format!("repos:\n  - repo: {}\n    rev: {}\n    hooks:\n{ids}", hooks.path().display(), head.trim());
    let folder = folder(&[(".pre-commit-config.yaml", &settings), ("watertight.toml", "exclude = ['vendored.py']\n")]);
    let project = folder.path();
    let commit = || within(project, &["git", "commit", "-qm", "x"]);
    done(project, &["git", "init", "-q"]);
    done(project, &["git", "add", "-A"]);
    done(project, &["pre-commit", "install"]);
    fs::write(project.join("a.py"), LEAK).expect("a file can be written");
    done(project, &["git", "add", "a.py"]);
    let refused = commit();
    let said = text(&refused.stdout) + &text(&refused.stderr);
    assert!(!refused.status.success() && said.contains("unclosed-handle"), "{said}");
    let outcome = |hook: &str| said.lines().find(|line| line.starts_with(hook)).is_some_and(|line| line.ends_with("Passed"));
    assert_eq!(["watertight", "mem.leaks", "mem.scan", "mem.handles"].map(outcome), [false, false, true, false], "{said}");
    fs::write(project.join("a.py"), CLEAN).expect("a file can be written");
    assert!(!commit().status.success(), "the repair is not staged");
    done(project, &["git", "add", "a.py"]);
    fs::write(project.join("a.py"), LEAK).expect("a file can be written");
    let passed = commit();
    assert!(passed.status.success(), "the leak is not staged: {}", text(&passed.stderr));
    fs::write(project.join("vendored.py"), LEAK).expect("a file can be written");
    done(project, &["git", "add", "vendored.py"]);
    assert!(commit().status.success(), "excludes hold for files that are named");
    let page = "<script>\nexport default {\n  mounted() {\n    window.addEventListener('resize', () => this.draw())\n  },\n}\n</script>\n";
    for name in ["page.vue", "page.svelte"] {
        fs::write(project.join(name), page).expect("a file can be written");
    }
    done(project, &["git", "add", "page.vue", "page.svelte"]);
    let refused = commit();
    let said = text(&refused.stdout) + &text(&refused.stderr);
    assert!(said.contains("page.vue") && said.contains("page.svelte"), "pages are looked at: {said}");
}

/// Microsoft's validator with the rules of GitHub: `npm install --global @microsoft/sarif-multitool-linux`.
#[test]
fn the_sarif_validator_finds_no_error() {
    if !has("sarif-multitool-linux") {
        return;
    }
    let folder = folder(&[("a b.py", LEAK)]);
    let fixtures = root().join("fixtures");
    let words = ["check", "--pedantic", "--isolated", "--format", "sarif", "-o", "out.sarif", ".", &fixtures.to_string_lossy()];
    let status = Command::new(env!("CARGO_BIN_EXE_watertight")).args(words).current_dir(folder.path()).status();
    assert_eq!(status.expect("it runs").code(), Some(1));
    let words = ["validate", "--rule-kind", "Sarif\\;Ghas", "--level", "Error", "-o", "judged.sarif", "out.sarif"];
    let output = Command::new("sarif-multitool-linux").args(words).current_dir(folder.path()).output().expect("it runs");
    let judged = fs::read_to_string(folder.path().join("judged.sarif")).expect("a judgement");
    let judged: serde_json::Value = serde_json::from_str(judged.trim_start_matches('\u{feff}')).expect("JSON");
    let wrong = judged["runs"][0]["results"].as_array().expect("results");
    assert!(wrong.is_empty() && output.status.success(), "{wrong:#?}\n{}", text(&output.stdout));
}

/// The shell of a step of a workflow, found by a word in it.
fn step(workflow: &str, word: &str) -> String {
    let text = fs::read_to_string(root().join(".github/workflows").join(workflow)).expect("the workflow");
    let steps = text.split("- run: |\n").skip(1).map(|rest| {
        let deep = |line: &&str| line.starts_with("          ") || line.is_empty();
        rest.lines().take_while(deep).map(str::trim_start).collect::<Vec<_>>().join("\n")
    });
    steps.into_iter().find(|step| step.contains(word)).expect("the step")
}

/// A program that only writes down how it was called.
fn scribe(folder: &Path, name: &str) {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\necho {name} \"$@\" >>'{}'\n", folder.join("calls").display()))
        .expect("a file can be written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it can be run");
}

/// Runs the shell of a step as GitHub does, in a folder and with programs in it that only write down their calls.
fn step_in(folder: &Path, script: &str, settings: &[(&str, &str)]) {
    let path = format!("{}:{}", folder.join("stubs").display(), std::env::var("PATH").unwrap_or_default());
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script]).current_dir(folder).env("PATH", path);
    let output = command.envs(settings.iter().copied()).output().expect("bash runs");
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
}

#[test]
fn the_release_packs_what_it_publishes() {
    if !has("npm") || !has("sha256sum") {
        return;
    }
    let folder = folder(&[]);
    let target = "x86_64-unknown-linux-musl";
    let release = folder.path().join("target").join(target).join("release");
    fs::create_dir_all(&release).expect("a folder can be made");
    fs::copy(env!("CARGO_BIN_EXE_watertight"), release.join("watertight")).expect("the program can be copied");
    for part in ["npm", "Cargo.toml", "README.md", "LICENSE"] {
        std::os::unix::fs::symlink(root().join(part), folder.path().join(part)).expect("a link can be made");
    }
    let stubs = folder.path().join("stubs");
    fs::create_dir(&stubs).expect("a folder can be made");
    scribe(&stubs, "pipx");
    let settings = [("TARGET", target), ("PLATFORM", "linux-x64"), ("RUNNER_OS", "Linux")];
    step_in(folder.path(), &step("release.yml", "mkdir dist"), &settings);
    let check = format!(
        "cd dist && sha256sum -c watertight-{target}.tar.gz.sha256 && tar -tzf watertight-{target}.tar.gz | grep -x watertight"
    );
    step_in(folder.path(), &check, &[]);
    scribe(&stubs, "npm");
    step_in(folder.path(), &step("release.yml", "npm publish"), &[]);
    let calls = fs::read_to_string(stubs.join("calls")).expect("calls");
    let calls: Vec<&str> = calls.lines().collect();
    assert!(calls[0].starts_with("pipx run maturin") && calls[0].contains(target), "{calls:?}");
    assert!(calls[1].starts_with("npm install --global npm@"), "{calls:?}");
    let published = |call: &str, start: &str| call.starts_with("npm publish") && call.contains(&format!("./npm-dist/{start}"));
    assert_eq!(calls.len(), 4, "{calls:?}");
    assert!(
        published(calls[2], "watertight-linux-x64-") && published(calls[3], "watertight-0"),
        "the platforms go first: {calls:?}"
    );
}
