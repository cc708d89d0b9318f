//! Real editors: the language clients of Neovim and Emacs, and the libraries with which VS Code speaks.

mod editor;

use editor::Project;
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

const TEXT: &str = "def f(path):\n    \u{e9} = '\u{1f600}\u{4e2d}\u{6587}'; handle = open(path)\n    return handle.read()\n";
const MARKED: &str = "open(path)";
const COMMENT: &str = "# watertight: ignore[unclosed-handle] <why this is no leak>";

/// Says why a test is not run here, also in the file in which such are counted.
fn skip(why: &str) {
    println!("skipped: {why}");
    if let Some(path) = std::env::var_os("WATERTIGHT_SKIPPED") {
        let file = fs::OpenOptions::new().append(true).open(path);
        file.and_then(|mut file| writeln!(file, "{why}")).expect("the skipped tests can be counted");
    }
}

fn here(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// The path with the program before everything else.
fn path() -> std::ffi::OsString {
    let own = Path::new(env!("CARGO_BIN_EXE_watertight")).parent().expect("a folder").to_path_buf();
    let others = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&others))).expect("a path")
}

/// The setup for an editor as the README gives it, in the language of that editor.
fn setup(language: &str) -> String {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("there");
    let (_, rest) = readme.split_once(&format!("```{language}\n")).expect("the README has a setup");
    rest.split_once("```").expect("it ends").0.to_owned()
}

#[test]
fn neovim_shows_a_finding_and_suppresses_it() {
    if !here("nvim") {
        return skip("Neovim is not installed");
    }
    let text = TEXT;
    let project = Project::new(&[("a.py", text), ("setup.lua", &setup("lua")), (".git/HEAD", ""), ("state/nvim/x", "")]);
    let out = project.1.join("out.json");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/neovim.lua");
    let run = Command::new("nvim")
        .args(["--clean", "--headless", "-c"])
        .arg(format!("luafile {}", script.display()))
        .env("PATH", path())
        .env("FILE", project.1.join("a.py"))
        .env("SETUP", project.1.join("setup.lua"))
        .env("OUT", &out)
        .env("XDG_CACHE_HOME", project.1.join("state"))
        .env("XDG_STATE_HOME", project.1.join("state"))
        .output()
        .expect("Neovim starts");
    let seen = fs::read_to_string(&out).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&run.stderr)));
    let seen: Value = serde_json::from_str(&seen).expect("JSON");
    assert_eq!(seen["problem"], Value::Null, "{seen:#}");
    assert_eq!(
        (&seen["first"][0]["code"], &seen["first"][0]["text"], &seen["first"][0]["source"]),
        (&"unclosed-handle".into(), &MARKED.into(), &"watertight".into()),
        "{seen:#}"
    );
    assert!(seen["hover"].as_str().expect("a page").contains("*evidence*"), "{seen:#}");
    let expected = text.trim_end().replace(MARKED, &format!("{MARKED}  {COMMENT}"));
    assert_eq!(seen["text"], expected.as_str(), "{seen:#}");
    assert_eq!((&seen["typed"][0]["text"], &seen["typed"][0]["line"]), (&MARKED.into(), &5.into()), "{seen:#}");
}

#[test]
fn emacs_shows_a_finding_and_applies_its_fix() {
    let asked = ["--batch", "--eval", "(progn (package-initialize) (require 'eglot))"];
    if !Command::new("emacs").args(asked).output().is_ok_and(|output| output.status.success()) {
        return skip("Emacs with eglot is not installed");
    }
    let text =
        "WORD = '\u{1f600}\u{4e2d}'\n\n\ndef f(path, mark='\u{1f600}'):\n    handle = open(path)\n    return handle.read()\n";
    let project = Project::new(&[("a.py", text), ("setup.el", &setup("elisp")), (".git/HEAD", ""), ("home/.emacs.d/x", "")]);
    let run = Command::new("emacs")
        .args(["--batch", "-l"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/emacs.el"))
        .env("PATH", path())
        .env("LANG", "C.UTF-8")
        .env("HOME", project.1.join("home"))
        .env("FILE", project.1.join("a.py"))
        .env("SETUP", project.1.join("setup.el"))
        .output()
        .expect("Emacs starts");
    let (seen, said) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{seen}\n{said}");
    assert!(seen.contains("marked open(path)\n"), "{seen}\n{said}");
    assert!(seen.contains("[unclosed-handle]: `handle` holds a file"), "{seen}\n{said}");
    let expected = text.replace(
        "    handle = open(path)\n    return handle.read()\n",
        "    with open(path) as handle:\n        return handle.read()\n",
    );
    assert!(seen.ends_with(&format!("text\n{expected}")), "{seen}\n{said}");
}

#[test]
fn the_libraries_of_vs_code_show_a_finding_and_suppress_it() {
    let Some(modules) = std::env::var_os("WATERTIGHT_NODE_CLIENT") else {
        return skip("the client libraries for Node are not installed");
    };
    let text = TEXT;
    let project = Project::new(&[("a.py", text)]);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/code.mjs");
    let run = Command::new("node")
        .arg(script)
        .arg(modules)
        .arg(env!("CARGO_BIN_EXE_watertight"))
        .arg(project.1.join("a.py"))
        .env("XDG_CACHE_HOME", project.1.join("cache"))
        .output()
        .expect("Node starts");
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{said}");
    let seen: Value = serde_json::from_slice(&run.stdout).expect("JSON");
    assert_eq!(seen["server"]["serverInfo"]["name"], "watertight");
    assert_eq!((&seen["first"][0]["code"], &seen["marked"][0]), (&"unclosed-handle".into(), &MARKED.into()), "{seen:#}");
    assert!(seen["first"][0]["codeDescription"]["href"].as_str().expect("a link").ends_with("unclosed-handle.md"));
    let expected = text.replace(MARKED, &format!("{MARKED}  {COMMENT}"));
    assert_eq!(seen["text"], expected.as_str(), "{seen:#}");
    assert_eq!((&seen["after"], &seen["exit"]), (&Value::Array(Vec::new()), &0.into()), "{seen:#}");
    assert!(seen["registered"].as_array().expect("a list").contains(&"workspace/didChangeWatchedFiles".into()));
}
