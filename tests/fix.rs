//! Fixes: what they write, that they end what they are for and nothing else comes, and that no file is harmed.

mod skip;

use assert_cmd::Command;
use serde_json::Value;
use skip::skip;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use watertight::checks::faults;
use watertight::rules::RuleSet;

/// Exit code, standard output and standard error.
fn run(folder: &Path, words: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("watertight").expect("the program is built");
    let output = command.current_dir(folder).args(words).env_remove("FORCE_COLOR").output().expect("the program runs");
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

/// Every file below a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder can be read").flatten() {
        if entry.path().is_dir() { found.extend(files(&entry.path())) } else { found.push(entry.path()) }
    }
    found.sort();
    found
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// How many findings of each rule a run reports in each file, and how many of them can be fixed.
fn counts(folder: &Path) -> (BTreeMap<(String, String), usize>, usize) {
    let (_, out, _) = run(folder, &["check", "--isolated", "--pedantic", "--format", "json", "."]);
    let document: Value = serde_json::from_str(&out).expect("JSON");
    let findings = document["findings"].as_array().expect("findings").clone();
    let mut counts = BTreeMap::new();
    for finding in &findings {
        let text = |field: &str| finding[field].as_str().expect("a text").to_owned();
        *counts.entry((text("path"), text("rule"))).or_insert(0) += 1;
    }
    (counts, findings.iter().filter(|finding| !finding["fix"].is_null()).count())
}

const ALL: [&str; 7] = ["check", "--isolated", "--pedantic", "--fix", "--unsafe-fixes", "--exit-zero", "--quiet"];

/// `fixtures/fix/<rule>/<case>.fixed.<ext>` is what the fixes of the rule make of `<case>.<ext>`.
#[test]
fn fixes_write_what_the_twin_shows() {
    let root = fixtures().join("fix");
    let mut tried = 0;
    let mut wrong = Vec::new();
    for twin in files(&root).into_iter().filter(|path| path.to_string_lossy().contains(".fixed.")) {
        let case = PathBuf::from(twin.to_string_lossy().replace(".fixed.", "."));
        let rule = case.parent().and_then(Path::file_name).expect("a folder").to_string_lossy().into_owned();
        let (text, expected) = (fs::read(&case).expect("the case"), fs::read(&twin).expect("its twin"));
        assert_ne!(text, expected, "{} shows no fix", case.display());
        let name = case.file_name().expect("a name").to_string_lossy().into_owned();
        let folder = folder(&[(&name, &text)]);
        // A suppression is only unused where what it suppresses was asked for.
        let select = if rule == "unused-suppression" { String::new() } else { format!("--select={rule}") };
        let words: Vec<&str> = ALL.into_iter().chain(Some(select.as_str()).filter(|word| !word.is_empty())).collect();
        let (code, _, err) = run(folder.path(), &words);
        assert_eq!((code, err.as_str()), (0, ""), "{}", case.display());
        let fixed = fs::read_to_string(folder.path().join(&name)).expect("text");
        if fixed.as_bytes() != expected {
            wrong.push(format!("{}:\n{fixed}", case.display()));
        }
        tried += 1;
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(tried >= 18, "only {tried} cases were found");
}

#[test]
fn rules_say_that_they_have_fixes_and_show_them() {
    let rules = RuleSet::builtin().expect("the built-in rules parse");
    for rule in rules.iter() {
        let shown = fixtures().join("fix").join(&rule.id).is_dir();
        assert_eq!(shown, !rule.fixes.is_empty(), "{}", rule.id);
        for fix in &rule.fixes {
            assert!(fix.starts_with("safe: ") || fix.starts_with("unsafe: "), "{}: {fix}", rule.id);
        }
    }
}

/// Over everything in the repository that leaks: each fix that is offered does what it promises, and then there is none left.
#[test]
fn every_fix_that_is_offered_ends_its_finding_and_brings_no_other() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let copy = |name: String, text: &str| fs::write(folder.path().join(name), text).expect("a file can be written");
    let sources = files(&fixtures()).into_iter().filter(|path| {
        let skipped = ["series", "sim"].iter().any(|other| path.starts_with(fixtures().join(other)));
        !skipped && !path.to_string_lossy().contains(".fixed.")
    });
    for path in sources {
        let name = path.strip_prefix(fixtures()).expect("below").to_string_lossy().replace(['/', '\\'], "__");
        copy(name, &fs::read_to_string(&path).expect("text"));
    }
    for rule in RuleSet::builtin().expect("the built-in rules parse").iter() {
        for (at, example) in rule.examples.iter().enumerate() {
            let extension = match example.language.as_str() {
                "python" => "py",
                "rust" => "rs",
                "tsx" => "tsx",
                "typescript" => "ts",
                _ => "js",
            };
            copy(format!("example__{}__{at}.{extension}", rule.id), &example.bad);
        }
    }
    let texts = |folder: &Path| -> BTreeMap<PathBuf, String> {
        files(folder).into_iter().map(|path| (path.clone(), fs::read_to_string(path).expect("text"))).collect()
    };
    let before = texts(folder.path());
    let (found, fixable) = counts(folder.path());
    assert!(fixable >= 60, "only {fixable} findings have a fix");
    let words: Vec<&str> = ALL.into_iter().chain(["--format=json"]).collect();
    let (code, out, err) = run(folder.path(), &words);
    assert_eq!((code, err.as_str()), (0, ""), "a fix was taken back, so it should not be offered");
    let fixed = serde_json::from_str::<Value>(&out).expect("JSON")["summary"]["fixed"].as_u64().expect("a count");
    assert!(fixed >= fixable as u64, "{fixable} can be fixed, {fixed} are");
    for (path, text) in texts(folder.path()) {
        let shown = path.to_string_lossy();
        assert!(faults(&shown, &text) <= faults(&shown, &before[&path]), "{shown} does not parse any more:\n{text}");
    }
    let (left, fixable) = counts(folder.path());
    assert_eq!(fixable, 0, "something that can be fixed was not");
    for (place, count) in &left {
        assert!(found.get(place).is_some_and(|before| before >= count), "{place:?} came with a fix");
    }
    let all = |counts: &BTreeMap<_, usize>| counts.values().sum::<usize>();
    assert!(all(&left) < all(&found), "nothing is gone");
    let again = texts(folder.path());
    assert_eq!(run(folder.path(), &words).0, 0);
    assert_eq!(again, texts(folder.path()), "a second run changes something");
}

const LEAKY: &[u8] = b"def read(path):\n    stream = open(path, \"w\")\n    return stream.write(path)\n";
const MENDED: &str = "def read(path):\n    with open(path, \"w\") as stream:\n        return stream.write(path)\n";
const CACHED: &[u8] = b"from functools import cache\n\n\n@cache\ndef resolve(url):\n    return lookup(url)\n";

#[test]
fn a_diff_shows_the_fix_and_changes_no_file() {
    let folder = folder(&[("a.py", LEAKY)]);
    let (code, out, err) = run(folder.path(), &["check", "--diff"]);
    let expected = "--- a.py\n+++ a.py\n@@ -1,3 +1,3 @@\n def read(path):\n-    stream = open(path, \"w\")\n-    return stream.write(path)\n\
                    +    with open(path, \"w\") as stream:\n+        return stream.write(path)\n";
    assert_eq!((code, out.as_str(), err.as_str()), (1, expected, "1 fixed, 0 remain; no file was changed\n"));
    assert_eq!(fs::read(folder.path().join("a.py")).expect("the file"), LEAKY);
    let clean = self::folder(&[("a.py", CACHED)]);
    assert_eq!(run(clean.path(), &["check", "--diff", "--quiet"]), (0, String::new(), String::new()), "no safe fix, no diff");
}

/// Each fix of a teardown tells more of what it leaves, so they only work together.
#[test]
fn what_one_teardown_leaves_is_fixed_together() {
    let owner: &[u8] =
        b"import threading\n\n\nclass Owner:\n    def __init__(self, path):\n        self.lines = open(path)\n        \
        self.timer = threading.Timer(5, self.go)\n        self.timer.start()\n\n    def go(self):\n        pass\n\n    \
        def close(self):\n        \"\"\"Ends it.\"\"\"\n        self.over = True\n";
    let element: &[u8] = b"export class Panel extends HTMLElement {\n  observer: any;\n  connectedCallback() {\n    \
        window.addEventListener('resize', this.draw);\n    this.observer = new MutationObserver(this.draw);\n    \
        this.observer.observe(this, {});\n  }\n  draw = () => { this.innerHTML = ''; };\n  disconnectedCallback() {}\n}\n";
    let bound: &[u8] = b"export class Panel {\n  private draw = () => {};\n  constructor() {\n    \
        window.addEventListener('resize', this.draw);\n    window.addEventListener('scroll', this.move.bind(this));\n  }\n  \
        move() {}\n  dispose() {}\n}\n";
    let folder = folder(&[("owner.py", owner), ("element.ts", element), ("bound.ts", bound)]);
    let (code, out, err) = run(folder.path(), &["check", "--isolated", "--fix"]);
    assert_eq!((code, err.as_str()), (1, ""), "nothing was taken back");
    assert!(out.ends_with("5 fixed, 1 remains\n"), "what cannot be fixed is a finding of its own: {out}");
    let text = |name: &str| fs::read_to_string(folder.path().join(name)).expect("text");
    assert!(
        text("owner.py").ends_with(
            "\"\"\"Ends it.\"\"\"\n        self.over = True\n        self.timer.cancel()\n        self.lines.close()\n"
        )
    );
    assert!(
        text("element.ts").contains("\n    this.observer?.disconnect();\n    window.removeEventListener('resize', this.draw);\n")
    );
    assert!(text("bound.ts").contains("removeEventListener('resize', this.draw)"));
}

/// Two effects may call their callbacks alike, and none is taken for the one that removes the other's.
#[test]
fn a_fixed_effect_hides_no_other() {
    let text = "import { useEffect } from \"react\";\nexport function Bad({ a, b }) {\n  useEffect(() => {\n    \
                const onResize = () => a();\n    window.addEventListener(\"resize\", onResize);\n    if (b) { return; }\n    \
                b();\n  }, []);\n  useEffect(() => {\n    \
                window.addEventListener(\"resize\", () => b());\n  }, []);\n  return null;\n}\n";
    let folder = folder(&[("two.tsx", text.as_bytes())]);
    run(folder.path(), &["check", "--isolated", "--fix", "--exit-zero", "--quiet", "."]);
    let fixed = fs::read_to_string(folder.path().join("two.tsx")).expect("text");
    assert!(fixed.contains("const onResize = () => b()"), "{fixed}");
    let removed = fixed.matches("window.removeEventListener").count();
    let left = counts(folder.path()).0.values().sum::<usize>();
    assert_eq!(removed + left, 2, "{fixed}");
}

#[test]
fn only_what_is_safe_is_done_unasked() {
    let folder = folder(&[("a.py", LEAKY), ("b.py", CACHED)]);
    let (code, out, _) = run(folder.path(), &["check"]);
    assert_eq!(code, 1);
    assert!(out.contains("[*] Hold `stream` in a managed block (--fix)"), "{out}");
    assert!(out.ends_with("[*] 1 can be fixed with --fix, 1 more with --fix --unsafe-fixes\n"), "{out}");
    let (code, out, _) = run(folder.path(), &["check", "--fix"]);
    assert_eq!(code, 1, "something remains");
    assert!(out.ends_with("1 fixed, 1 remains, 1 more with --unsafe-fixes\n"), "{out}");
    assert_eq!(fs::read_to_string(folder.path().join("a.py")).expect("text"), MENDED);
    assert_eq!(fs::read(folder.path().join("b.py")).expect("the file"), CACHED);
    let (_, out, err) = run(folder.path(), &["check", "--fix", "--format", "concise"]);
    assert!(!out.contains("remain"), "{out}");
    assert_eq!(err, "0 fixed, 1 remains, 1 more with --unsafe-fixes\n");
    let (code, out, _) = run(folder.path(), &["check", "--fix", "--unsafe-fixes"]);
    assert_eq!((code, out.lines().last()), (0, Some("1 fixed, 0 remain")));
    assert_eq!(
        run(folder.path(), &["check", "--fix"]),
        (0, "No leaks detected, 2 files scanned\n0 fixed, 0 remain\n".into(), String::new())
    );
}

#[test]
fn a_weak_back_reference_compiles() {
    let folder = folder(&[("lib.rs", include_bytes!("../fixtures/fix/reference-cycle/back.fixed.rs"))]);
    let made = std::process::Command::new("rustc")
        .args(["--edition=2024", "--crate-type=lib", "--emit=metadata", "lib.rs"])
        .current_dir(folder.path())
        .output()
        .expect("a Rust toolchain builds this");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

#[test]
fn what_is_not_reported_is_not_fixed() {
    let suppressed = "def read(path):\n    stream = open(path, \"w\")  # watertight: ignore[unclosed-handle] meant so\n    return stream.write(path)\n";
    let folder = folder(&[("a.py", LEAKY), ("b.py", suppressed.as_bytes())]);
    assert_eq!(run(folder.path(), &["baseline"]).0, 0);
    fs::write(folder.path().join("c.py"), LEAKY).expect("a file can be written");
    assert_eq!(run(folder.path(), &["check", "--fix"]).0, 0);
    let text = |name: &str| fs::read_to_string(folder.path().join(name)).expect("text");
    assert_eq!((text("a.py").as_bytes(), text("b.py").as_str(), text("c.py").as_str()), (LEAKY, suppressed, MENDED));
    assert_eq!(run(folder.path(), &["scan", "--fix", "a.py"]).0, 0, "a command fixes what it looks for");
    assert_eq!(text("a.py").as_bytes(), LEAKY);
}

#[test]
fn encodings_marks_and_line_ends_stay() {
    let crlf = String::from_utf8(LEAKY.to_vec()).expect("UTF-8").replace('\n', "\r\n");
    let expected = MENDED.replace('\n', "\r\n");
    let wide = |text: &str| -> Vec<u8> { format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let latin = |text: &str| [&b"# coding: latin-1\nNAME = '\xE9'\n\n\n"[..], text.as_bytes()].concat();
    let leaky = String::from_utf8(LEAKY.to_vec()).expect("UTF-8");
    let cases: [(&str, Vec<u8>, Vec<u8>); 4] = [
        ("crlf.py", crlf.clone().into_bytes(), expected.clone().into_bytes()),
        ("marked.py", format!("\u{feff}{crlf}").into_bytes(), format!("\u{feff}{expected}").into_bytes()),
        ("wide.py", wide(&leaky), wide(MENDED)),
        ("latin.py", latin(&leaky), latin(MENDED)),
    ];
    let all: Vec<(&str, &[u8])> = cases.iter().map(|(name, text, _)| (*name, text.as_slice())).collect();
    let folder = folder(&all);
    assert_eq!(run(folder.path(), &["check", "--fix"]).0, 0);
    for (name, _, expected) in &cases {
        assert_eq!(&fs::read(folder.path().join(name)).expect("the file"), expected, "{name}");
    }
}

#[test]
fn bytes_that_stand_for_nothing_are_left_alone() {
    let broken = [b"NAME = '\xFF'\n\n\n", LEAKY].concat();
    let folder = folder(&[("a.py", &broken)]);
    let (code, _, err) = run(folder.path(), &["check", "--fix"]);
    assert_eq!(code, 1);
    assert!(err.contains("nothing is fixed in it"), "{err}");
    assert_eq!(fs::read(folder.path().join("a.py")).expect("the file"), broken);
}

#[cfg(unix)]
#[test]
fn a_file_keeps_its_mode_and_a_link_leads_nowhere_else() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let elsewhere = folder(&[("foreign.py", LEAKY)]);
    let folder = folder(&[("tool.py", LEAKY), ("locked.py", LEAKY), ("sub/own.py", LEAKY)]);
    let path = |name: &str| folder.path().join(name);
    let mode = |name: &str, mode| fs::set_permissions(path(name), fs::Permissions::from_mode(mode)).expect("a mode can be set");
    mode("tool.py", 0o755);
    mode("locked.py", 0o444);
    symlink(elsewhere.path().join("foreign.py"), path("link.py")).expect("a link can be made");
    symlink(path("sub/own.py"), path("near.py")).expect("a link can be made");
    let (code, out, err) = run(folder.path(), &["check", "--fix", "tool.py", "locked.py", "link.py", "near.py"]);
    assert_eq!(code, 2, "not everything could be written: {err}");
    assert!(err.contains("link.py: is a link to a file outside") && err.contains("locked.py: is write-protected"), "{err}");
    assert!(err.contains("name the file that the link leads to"), "{err}");
    let (code, _, err) = run(folder.path(), &["check", "--fix", "--quiet", "locked.py"]);
    assert!(code == 2 && err.contains("locked.py: is write-protected"), "what decides the exit code is told: {err}");
    assert!(out.ends_with("2 fixed, 2 remain\n"), "what was not written is still there: {out}");
    let text = |path: PathBuf| fs::read_to_string(path).expect("text");
    assert_eq!((text(path("tool.py")).as_str(), text(path("sub/own.py")).as_str()), (MENDED, MENDED));
    assert_eq!(fs::metadata(path("tool.py")).expect("a file").permissions().mode() & 0o777, 0o755);
    assert!(fs::symlink_metadata(path("near.py")).expect("a link").is_symlink());
    assert_eq!(text(path("locked.py")).as_bytes(), LEAKY);
    assert_eq!(text(elsewhere.path().join("foreign.py")).as_bytes(), LEAKY);
}

#[test]
fn a_file_that_was_changed_meanwhile_is_not_overwritten() {
    use watertight::scan::config::{Choice, Configs, Overrides};
    use watertight::scan::{Options, Wanted};
    let folder = folder(&[("a.py", LEAKY)]);
    let rules = RuleSet::builtin().expect("the built-in rules parse");
    let analyzer = watertight::cli::analyzer(&rules);
    let walked = watertight::scan::walk(&[folder.path().to_path_buf()], folder.path(), analyzer.as_ref(), 1);
    let configs = Configs::new(folder.path(), &Choice::Isolated, Overrides::default(), rules.clone()).expect("no configuration");
    let options = Options { settings: configs.all().to_vec(), threads: Some(1), max_file_size: 1 << 20 };
    let mut looked = watertight::scan::over(walked, analyzer.as_ref(), &options, &|_, _| {}).expect("threads can be started");
    let wanted = Wanted::new(watertight::finding::Safety::Safe, &looked, false);
    let mended = watertight::scan::mend(&mut looked, analyzer.as_ref(), &options, &wanted).expect("threads can be started");
    assert_eq!((mended.len(), looked.report.findings().count()), (1, 0));
    fs::write(folder.path().join("a.py"), "mine = 1\n").expect("a file can be written");
    watertight::scan::write_all(&mut looked, mended, &watertight::scan::roots(&[], folder.path()));
    assert_eq!(fs::read_to_string(folder.path().join("a.py")).expect("text"), "mine = 1\n");
    assert_eq!((looked.report.refused, looked.report.fixed, looked.report.findings().count()), (1, Some(0), 1));
    assert!(looked.report.problems[0].message.contains("was changed"), "{:?}", looked.report.problems);
}

#[test]
fn typescript_that_was_fixed_compiles() {
    let Some(modules) =
        std::env::var_os("WATERTIGHT_NODE_CLIENT").filter(|at| Path::new(at).join("node_modules/typescript").exists())
    else {
        return skip("the compiler of TypeScript is not installed");
    };
    let written = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "ts" || extension == "tsx");
    let sources: Vec<PathBuf> = files(&fixtures()).into_iter().filter(written).collect();
    let folder = tempfile::tempdir().expect("a folder can be made");
    let named = |path: &Path| path.strip_prefix(fixtures()).expect("below").to_string_lossy().replace(['/', '\\'], "__");
    for path in sources.iter().filter(|path| !path.to_string_lossy().contains(".fixed.")) {
        fs::copy(path, folder.path().join(named(path))).expect("a file can be copied");
    }
    let (code, _, err) = run(folder.path(), &ALL);
    assert_eq!((code, err.as_str()), (0, ""));
    let is_changed = |path: &&PathBuf| {
        let now = fs::read(folder.path().join(named(path)));
        now.is_ok_and(|now| now != fs::read(path).expect("the original"))
    };
    let changed: Vec<PathBuf> = sources.iter().filter(is_changed).map(|path| folder.path().join(named(path))).collect();
    assert!(changed.len() >= 15, "only {} files have a fix", changed.len());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/compile.mjs");
    let output = std::process::Command::new("node").arg(script).arg(modules).args(&changed).output().expect("Node starts");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.is_empty(), "{said}");
}
