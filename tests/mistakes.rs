//! Mistakes in the user's own settings: each is told at its place, in the words of the file, and nothing is passed over.

use assert_cmd::Command;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const SOCKET: &str = "import socket\n\n\ndef f(host):\n    s = socket.create_connection((host, 80))\n    s.sendall(b'x')\n";

/// Exit code, standard output and standard error of the program in a folder.
fn run(folder: &Path, words: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("watertight").expect("the program is built");
    let output = command.current_dir(folder).args(words).output().expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("an exit code"), text(output.stdout), text(output.stderr))
}

fn folder(name: &str, text: impl AsRef<[u8]>) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    fs::write(folder.path().join("a.py"), SOCKET).expect("a file can be written");
    fs::write(folder.path().join(name), text).expect("a file can be written");
    folder
}

/// What `check` says of a configuration that it refuses, on one line.
fn refused(name: &str, text: impl AsRef<[u8]> + Copy) -> String {
    let folder = folder(name, text);
    let (code, _, err) = run(folder.path(), &["check"]);
    assert_eq!(code, 2, "{name}: {}\n{err}", String::from_utf8_lossy(text.as_ref()));
    assert_eq!(run(folder.path(), &["check", "--isolated"]).0, 1, "{err}");
    err.replace("\n  │ ", " ").replace("\n        ", " ")
}

fn told(name: &str, text: &str, parts: &[&str]) {
    let err = refused(name, text);
    for part in parts {
        assert!(err.contains(part), "{part} is missing for {text}\n{err}");
    }
}

#[test]
fn a_pattern_that_git_would_pass_over_is_told() {
    for text in ["exclude = ['a[']\n", "include = ['a[']\n", "[per-file-ignores]\n'a[' = ['all']\n"] {
        told("watertight.toml", text, &["`a[` is no pattern: unclosed character class", "watertight.toml:"]);
    }
    told("watertight.toml", "\nexclude = ['']\n", &["it is empty", "watertight.toml:2:12"]);
    told("watertight.toml", "exclude = ['# x']\n", &["it is a comment", "watertight.toml:1:13"]);
    let right = folder("watertight.toml", "exclude = ['[ab].py', '!b.py']\n");
    assert_eq!(run(right.path(), &["check"]).0, 0, "patterns that fit are used");
}

#[test]
fn a_baseline_that_is_not_there_is_told_until_it_is_written() {
    for (name, text, line) in [
        ("watertight.toml", "level = 'default'\nbaseline = 'gone.json'\n", 2),
        ("package.json", "{\"watertight\": {\n\n\"baseline\": \"gone.json\"}}", 3),
    ] {
        let folder = folder(name, text);
        let (code, _, err) = run(folder.path(), &["check"]);
        let said = format!(
            "problem: {name}: line {line} names the baseline `gone.json`, which does not exist, so nothing is accepted; \
             `watertight baseline` writes it; or take the line out\n"
        );
        assert_eq!((code, err), (1, said), "it is said, and everything is reported");
    }
    let folder = folder("watertight.toml", "baseline = 'accepted.json'\n");
    assert_eq!(run(folder.path(), &["baseline"]).0, 0);
    let (code, _, err) = run(folder.path(), &["check"]);
    assert_eq!((code, err.as_str()), (0, ""), "what is accepted is not reported");
    assert_eq!(run(folder.path(), &["check", "--baseline", "accepted.json"]).0, 0);
}

#[test]
fn an_include_that_fits_nothing_is_told() {
    told("watertight.toml", "level = 'default'\ninclude = ['src/']\n", &["`include` fits no source file", "watertight.toml:2:1"]);
    let folder = folder("watertight.toml", "include = ['src/']\n");
    fs::create_dir_all(folder.path().join("src")).expect("a folder can be made");
    fs::create_dir_all(folder.path().join("docs")).expect("a folder can be made");
    fs::write(folder.path().join("docs/b.py"), SOCKET).expect("a file can be written");
    assert_eq!(run(folder.path(), &["check", "docs"]).0, 0, "the rest of the project may hold what it fits");
    assert_eq!(run(folder.path(), &["check", "a.py", "--force-exclude"]).0, 0, "as a hook names it");
    fs::write(folder.path().join("src/c.py"), SOCKET).expect("a file can be written");
    assert_eq!(run(folder.path(), &["check"]).0, 1);
}

#[test]
fn settings_that_leave_nothing_are_named() {
    let folder = folder("watertight.toml", "exclude = ['*']\n");
    let (code, _, err) = run(folder.path(), &["check"]);
    assert!(code == 0 && err.contains("left out by the settings (1 in all)") && err.contains("`exclude`"), "{err}");
}

#[test]
fn a_section_where_nobody_looks_is_told() {
    told("pyproject.toml", "[watertight]\nignore = []\n", &["not looked for in [watertight]", "[tool.watertight]", ":1:1"]);
    told("Cargo.toml", "\n[tool.watertight]\nignore = []\n", &["[package.metadata.watertight]", "Cargo.toml:2:1"]);
    told("Cargo.toml", "[watertight]\nignore = []\n", &["[package.metadata.watertight]", "Cargo.toml:1:1"]);
    told("package.json", "{\"watertight\": []}", &["expected an object of settings, not an array", "package.json:1:16"]);
}

#[test]
fn a_shared_file_that_is_broken_is_told_if_it_may_hold_settings() {
    told("pyproject.toml", "[tool.watertight]\n[tool.x\n", &["unclosed table", "pyproject.toml:2:8"]);
    told("Cargo.toml", "[package.metadata.watertight]\nselect = [\n", &["unclosed array", "Cargo.toml:2:11"]);
    told("package.json", "{\"watertight\": {}, }", &["trailing comma", "package.json:1:20"]);
    told("package.json", "{\"watertight\": {}} x", &["package.json:1:20"]);
    let wide: Vec<u8> = "\u{feff}{\"watertight\": {}}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (name, bytes) in [("pyproject.toml", &b"[tool.watertight]\nignore = ['\xff']\n"[..]), ("package.json", &wide[..])] {
        let err = refused(name, bytes);
        assert!(err.contains("is not UTF-8") && err.contains("save the file as UTF-8") && err.contains(name), "{err}");
    }
    for (name, bytes) in
        [("package.json", &b"{\"name\": \"\xff\", }"[..]), ("Cargo.toml", b"[x"), ("pyproject.toml", b"a = \xff")]
    {
        assert_eq!(run(folder(name, bytes).path(), &["check"]).0, 1, "{name} holds nothing for us, whatever is wrong with it");
    }
}

#[test]
fn mistakes_in_json_are_told_at_the_value() {
    for (text, said, place) in [
        ("{\"watertight\": {\"select\": \"x\"}}", "expected an array, not the text \"x\"", ":1:27]"),
        ("{\"watertight\": {\n \"resource\": [{\"acquire\": [], \"release\": 4}]}}", "not the number `4`", ":2:42]"),
        ("{\"watertight\": {\"max-file-size\":\n  true}}", "expected a number of bytes, or a text such as `\"4M\"`", ":2:3]"),
        ("{\"watertight\": {\"rule\": {\n\"unclosed-handle\": \"off\"}}}", "an object with `severity` or `level`", ":2:20]"),
        ("{\"watertight\": {\n\"fail-on\": \"loud\"}}", "unknown variant `loud`", ":2:13]"),
        ("{\"a\": \"loud\", \"watertight\": {\"fail-on\": \"loud\"}}", "unknown variant `loud`", ":1:42]"),
        ("{\"watertight\": {\"cache\": [{}]}}", "`make` is missing", ":1:27]"),
    ] {
        told("package.json", text, &[said, &format!("package.json{place}")]);
    }
}

#[test]
fn mistakes_are_told_in_the_words_of_the_file() {
    let bound = "expected a table with `name`, the argument that caps it, and perhaps `position`, not the number `3`";
    for (text, said) in [
        ("[[cache]]\nmake = ['x.y']\nbound = 3\n", bound),
        ("rule = 3\n", "expected a table, not the number `3`"),
        ("[rule]\nunclosed-handle = 'off'\n", "expected a table with `severity` or `level`, not the text \"off\""),
        ("max-file-size = true\n", "expected a number of bytes, or a text such as `\"4M\"`"),
        ("[[resource]]\nacquire = []\nlanguage = 3\n", "expected the name of a language, or a list of such names"),
        ("force-exclude = 'yes'\n", "expected `true` or `false`, not the text \"yes\""),
        ("fail-on = 3\n", "expected a text"),
    ] {
        let err = refused("watertight.toml", text);
        assert!(err.contains(said), "{text}\n{err}");
        for foreign in ["struct", "enum", "variant of", "sequence", "invalid type"] {
            assert!(!err.contains(foreign), "{foreign}\n{err}");
        }
    }
}

#[test]
fn a_table_where_none_can_be_is_told_with_what_can() {
    told("watertight.toml", "[resource]\nacquire = ['a.b']\n", &["write `[[resource]]`"]);
    told(
        "pyproject.toml",
        "[tool.watertight.rules.unclosed-handle]\n",
        &["did you mean `[tool.watertight.rule.unclosed-handle]`?"],
    );
    told("watertight.toml", "[watertight]\nlevel = 'pedantic'\n", &["the settings need no section of their own in this file"]);
    told(
        "watertight.toml",
        "[tool.watertight]\nlevel = 'pedantic'\n",
        &["the settings need no section of their own in this file"],
    );
}

#[test]
fn what_is_not_near_is_not_suggested() {
    for (text, possible) in [
        ("severity = 'low'\n", "below [rule.NAME]"),
        ("fail-on = 'loud'\n", "`high`, `medium`, `low`, `never`"),
        ("select = ['foo']\n", "the rules are cached-method, "),
        ("[rule.foo]\nseverity = 'low'\n", "the rules are cached-method, "),
    ] {
        let err = refused("watertight.toml", text);
        assert!(err.contains(possible) && !err.contains("did you mean"), "{text}\n{err}");
    }
    let folder = folder("watertight.toml", "");
    for words in [["check", "--select", "foo"], ["check", "--ignore", "handle"]] {
        let (code, _, err) = run(folder.path(), &words);
        assert!(code == 2 && err.contains("the rules are cached-method, ") && !err.contains("did you mean"), "{err}");
    }
}

/// What `check` says of the settings on the standard error, with its exit code.
fn idle(folder: &Path, words: &[&str]) -> (i32, String) {
    let (code, _, err) = run(folder, &[&["check", "--fail-on", "never"], words].concat());
    (code, err)
}

#[test]
fn entries_that_change_nothing_are_told_and_fail_no_run() {
    let text = "select = ['unclosed-handle']\nignore = ['lost-entry']\nexclude = ['vendro/', 'x?.py', 'b.py']\n\
                [per-file-ignores]\n'scripts/**' = ['all']\n[rule.lost-entry]\nlevel = 'pedantic'\n\
                [[channel]]\nkind = 'box'\nmake = ['a.b']\nrule = 'unclosed-handle'\nlanguage = 'rust'\n";
    let folder = folder("watertight.toml", text);
    fs::write(folder.path().join("b.py"), SOCKET).expect("a file can be written");
    let (code, err) = idle(folder.path(), &[]);
    assert_eq!(code, 0, "{err}");
    for part in [
        "watertight.toml: line 2: `lost-entry` in `ignore` changes nothing",
        "line 3: `vendro/` in `exclude` fits no source file; write it as from the folder of this file, or take it out",
        "line 3: `x?.py` in `exclude` fits no source file",
        "line 5: `scripts/**` in `per-file-ignores` fits no source file",
        "line 6: `rule.lost-entry` changes nothing",
    ] {
        assert!(err.contains(part), "{part} is missing\n{err}");
    }
    assert!(!err.contains("`b.py`"), "{err}");
    assert_eq!(idle(folder.path(), &["--quiet"]), (0, String::new()));
}

#[test]
fn a_resource_that_nothing_lets_go_of_is_told() {
    let resource = |more: &str| format!("[[resource]]\nkind = 'ledger'\nacquire = ['ledger.open_book']\n{more}");
    for (more, is_told) in [("", true), ("release = ['shut']\n", false), ("release_by = ['ledger.shut']\n", false)] {
        let folder = folder("watertight.toml", resource(more));
        let (code, err) = idle(folder.path(), &[]);
        let told = err.contains("watertight.toml: line 1: the ledger of `resource` is never released");
        assert_eq!((code, told), (0, is_told), "{more}{err}");
    }
}

#[test]
fn a_pattern_is_not_blamed_for_what_was_not_looked_at() {
    let folder = folder("watertight.toml", "exclude = ['docs/', 'node_modules/', 'dist/', '.venv/', 'b.py']\n");
    fs::create_dir(folder.path().join("docs")).expect("a folder can be made");
    fs::create_dir(folder.path().join("lib")).expect("a folder can be made");
    fs::write(folder.path().join("lib/c.py"), SOCKET).expect("a file can be written");
    let told = "`b.py` in `exclude` fits no source file";
    let err = idle(folder.path(), &[]).1;
    assert!(err.contains(told) && err.matches("fits no source file").count() == 1, "what is there is meant: {err}");
    assert_eq!(idle(folder.path(), &["lib"]).1, "", "a part of the folder");
    assert_eq!(idle(folder.path(), &["a.py"]).1, "", "a file");
    assert_eq!(idle(&folder.path().join("lib"), &[]).1, "", "from below");
    for words in [&["init", "-q"][..], &["add", "-A"]] {
        let done = std::process::Command::new("git").current_dir(folder.path()).args(words).status().expect("git runs");
        assert!(done.success());
    }
    assert_eq!(idle(folder.path(), &["--staged"]).1, "", "a change");
}

#[test]
fn a_section_that_nobody_reads_because_of_its_spelling_is_told() {
    for (name, text, part) in [
        (
            "pyproject.toml",
            "[tool.watertigth]\nignore = []\n",
            "line 1: `tool.watertigth` is read by nobody; did you mean `tool.watertight`?",
        ),
        ("pyproject.toml", "\n[tool.Watertight.rule.lost-entry]\n", "line 2: `tool.Watertight`"),
        ("Cargo.toml", "[package.metadata.water-tight]\n", "did you mean `package.metadata.watertight`?"),
        ("package.json", "{\n  \"watertigh\": {}\n}", "line 2: `watertigh` is read by nobody; did you mean `watertight`?"),
        ("watertigth.toml", "ignore = []\n", "watertigth.toml: it is read by nobody; did you mean `watertight.toml`?"),
    ] {
        let folder = folder(name, text);
        let (code, err) = idle(folder.path(), &[]);
        assert!(code == 0 && err.contains(part), "{part} is missing\n{err}");
        assert_eq!(idle(folder.path(), &["--isolated"]).1, "");
    }
    for (name, text) in [("pyproject.toml", "[tool.black]\n[tool.waters]\n"), ("package.json", "{\"name\": \"watertigh\"}")] {
        assert_eq!(idle(folder(name, text).path(), &[]).1, "", "{text}");
    }
}
