//! The user's own settings, as the program takes them from files: where it looks, what they change, and what it says of
//! mistakes in them.

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

/// The places and rules of what `check` finds, and its exit code.
fn found(folder: &Path, words: &[&str]) -> (i32, Vec<String>) {
    let (code, out, err) = run(folder, &[&["check", "--format", "concise"], words].concat());
    assert!(code < 2, "{err}");
    let short = |line: &str| {
        let (place, rest) = line.split_once(": ").expect("a place");
        let (level, _) = rest.split_once(']').expect("a rule");
        format!("{} {level}]", place.rsplit_once(':').expect("a column").0)
    };
    (code, out.lines().map(short).collect())
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }
    folder
}

const SOCKET: &str = "import socket\n\n\ndef f(host):\n    s = socket.create_connection((host, 80))\n    s.sendall(b'x')\n";
const LEAK: &str = "a.py:5 medium[unclosed-handle]";

#[test]
fn every_file_a_configuration_may_stand_in_is_read() {
    let before = folder(&[("a.py", SOCKET)]);
    assert_eq!(found(before.path(), &[]).1.len(), 1, "there is something to leave out");
    for (name, text) in [
        ("watertight.toml", "ignore = ['unclosed-handle']\n"),
        (".watertight.toml", "ignore = ['unclosed-handle']\n"),
        ("pyproject.toml", "[project]\nname = 'x'\n[tool.watertight]\nignore = ['unclosed-handle']\n"),
        ("package.json", "{\"name\": \"x\", \"watertight\": {\"ignore\": [\"unclosed-handle\"]}}"),
        ("Cargo.toml", "[package.metadata.watertight]\nignore = ['unclosed-handle']\n"),
        ("Cargo.toml", "[workspace.metadata.watertight]\nignore = ['unclosed-handle']\n"),
    ] {
        let folder = folder(&[("a.py", SOCKET), (name, text)]);
        assert_eq!(found(folder.path(), &[]), (0, vec![]), "{name}");
        assert_eq!(found(folder.path(), &["--isolated"]).1.len(), 1, "{name}");
    }
}

#[test]
fn the_nearest_configuration_rules_a_file_and_nothing_is_inherited() {
    let folder = folder(&[
        ("watertight.toml", "ignore = ['unclosed-handle']\n"),
        ("top.py", SOCKET),
        ("api/pyproject.toml", "[tool.watertight.rule.unclosed-handle]\nseverity = 'low'\n"),
        ("api/deep/a.py", SOCKET),
        ("web/pyproject.toml", "[tool.black]\nline-length = 90\n"),
        ("web/b.py", SOCKET),
    ]);
    assert_eq!(found(folder.path(), &[]).1, ["api/deep/a.py:5 low[unclosed-handle]"]);
    assert_eq!(found(&folder.path().join("web"), &[]).1, Vec::<String>::new(), "the same from another folder");
    assert_eq!(found(&folder.path().join("api"), &["../top.py", "deep"]).1, ["deep/a.py:5 low[unclosed-handle]"]);
    assert_eq!(found(folder.path(), &["--config", "api/pyproject.toml"]).1.len(), 3, "one file rules them all");
}

#[test]
fn the_command_line_goes_before_the_configuration() {
    let folder = folder(&[("a.py", SOCKET), ("watertight.toml", "select = ['unbounded-cache']\nfail-on = 'never'\n")]);
    assert_eq!(found(folder.path(), &[]), (0, vec![]));
    let (code, lines) = found(folder.path(), &["--select", "unclosed-handle"]);
    assert_eq!((code, lines.len()), (0, 1));
    assert_eq!(found(folder.path(), &["--select", "unclosed-handle", "--fail-on", "low"]).0, 1);
    let (_, shown, _) = run(folder.path(), &["check", "--show-settings", "--max-file-size", "2M"]);
    let shown: toml::Table = toml::from_str(&shown).expect("TOML");
    assert_eq!(shown["select"].as_array().expect("a list")[0].as_str(), Some("unbounded-cache"));
    assert_eq!((shown["fail-on"].as_str(), shown["max-file-size"].as_integer()), (Some("never"), Some(2 << 20)));
    assert!(shown["source"].as_str().is_some_and(|path| path.ends_with("watertight.toml")));
}

#[test]
fn patterns_leave_files_and_rules_out() {
    let folder = folder(&[
        ("watertight.toml", "exclude = ['foreign/']\n[per-file-ignores]\n'old/*.py' = ['all']\n'b.py' = ['unclosed-handle']\n"),
        ("a.py", SOCKET),
        ("b.py", SOCKET),
        ("foreign/c.py", SOCKET),
        ("old/d.py", SOCKET),
    ]);
    assert_eq!(found(folder.path(), &[]).1, ["a.py:5 medium[unclosed-handle]"]);
    assert_eq!(found(folder.path(), &["foreign/c.py"]).1.len(), 1, "what is named is looked at");
    assert_eq!(found(folder.path(), &["foreign/c.py", "--force-exclude"]).1.len(), 0);
    assert_eq!(found(&folder.path().join("old"), &[]).1.len(), 0, "patterns are those of the configuration's folder");
    fs::write(folder.path().join("watertight.toml"), "include = ['old']\n").expect("a file can be written");
    assert_eq!(found(folder.path(), &[]).1, ["old/d.py:5 medium[unclosed-handle]"]);
}

#[test]
fn levels_are_set_for_all_rules_or_for_one() {
    let unsure = "class Log:\n    def __init__(self):\n        self.lines = []\n\n    def add(self, line):\n        self.lines.append(line)\n";
    let folder = folder(&[("a.py", unsure), ("watertight.toml", "")]);
    let count = |text: &str| {
        fs::write(folder.path().join("watertight.toml"), text).expect("a file can be written");
        found(folder.path(), &[]).1.len()
    };
    let (default, all) = (count(""), count("level = 'pedantic'\n"));
    assert!(all > default, "{all} {default}");
    assert_eq!(count("[rule.unbounded-collection]\nlevel = 'pedantic'\n"), all);
    assert_eq!(count("level = 'pedantic'\n[rule.unbounded-collection]\nlevel = 'default'\n"), default);
}

const LEDGER: &str = "import ledger\n\n\ndef f(name):\n    book = ledger.open_book(name)\n    book.post('x')\n    if not name:\n        return None\n    book.shut()\n";

#[test]
fn own_resources_are_judged_like_built_in_ones() {
    let words = "[[resource]]\nacquire = ['ledger.open_book']\nrelease = ['shut']\n";
    let folder = folder(&[("a.py", LEDGER)]);
    assert_eq!(found(folder.path(), &[]).1.len(), 0);
    let with = |text: &str| {
        fs::write(folder.path().join("watertight.toml"), text).expect("a file can be written");
        found(folder.path(), &[]).1
    };
    assert_eq!(with(words), [LEAK]);
    assert_eq!(with(&format!("{words}language = 'python'\n")), [LEAK]);
    let with_json = "{\"watertight\": {\"resource\": [{\"acquire\": [\"ledger.open_book\"], \"release\": [\"shut\"]}]}}";
    fs::remove_file(folder.path().join("watertight.toml")).expect("a file can be removed");
    fs::write(folder.path().join("package.json"), with_json).expect("a file can be written");
    assert_eq!(found(folder.path(), &[]).1, [LEAK]);
    fs::write(folder.path().join("a.py"), LEDGER.replace("    if not name:\n        return None\n", ""))
        .expect("a file can be written");
    assert_eq!(found(folder.path(), &["--pedantic"]).1.len(), 1, "the posting may fail");
}

#[test]
fn own_consumers_and_bounded_types_keep_rules_silent() {
    let sink = "import socket\nimport pool\n\n\ndef f(host):\n    s = socket.create_connection((host, 80))\n    pool.adopt(s)\n    s.sendall(b'x')\n";
    let ring = "import limits\n\nSEEN = limits.Ring()\n\n\ndef on_message(message):\n    SEEN.append(message)\n";
    let list = "SEEN = []\n\n\ndef on_message(message):\n    SEEN.append(message)\n";
    let folder = folder(&[("sink.py", sink), ("ring.py", ring), ("list.py", list)]);
    let grown = "[[collection]]\nkind = 'ring'\nmake = ['limits.Ring']\ngrow = ['append']\n";
    let with = |text: &str| {
        fs::write(folder.path().join("watertight.toml"), text).expect("a file can be written");
        found(folder.path(), &["--pedantic"])
            .1
            .iter()
            .map(|line| line.split(':').next().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    assert!(with(grown).contains(&"ring.py".to_owned()), "a collection of the user's own grows");
    let bounded = with(&format!("[[bounded]]\ntypes = ['limits.Ring']\n{grown}"));
    assert!(!bounded.contains(&"ring.py".to_owned()) && bounded.contains(&"list.py".to_owned()), "{bounded:?}");
    assert!(!with("[[consumer]]\ncalls = ['pool.adopt']\n").contains(&"sink.py".to_owned()));
}

const OWN_RULE: &str = "id = 'open-ledger'\nsummary = 'A ledger left open'\nwhy = 'It stays locked.'\nremedy = 'Shut it.'\n\
    check = 'handle'\nfamily = 'handle'\nseverity = 'high'\nconfidence = 0.8\n\
    [[vocabulary.python.resource]]\nkind = 'ledger'\nacquire = ['ledger.open_book']\nrelease = ['shut']\n\
    [[examples]]\nlanguage = 'python'\nbad = 'x'\ngood = 'y'\n";

#[test]
fn own_rules_come_from_a_folder() {
    let rule = OWN_RULE;
    let folder = folder(&[("a.py", LEDGER), ("lint/ledger.toml", rule), ("watertight.toml", "rules = 'lint'\n")]);
    assert_eq!(found(folder.path(), &[]).1, ["a.py:5 high[open-ledger]"]);
    assert_eq!(found(folder.path(), &["--select", "open-ledger"]).1.len(), 1);
    let (code, page, _) = run(folder.path(), &["explain", "open-ledger"]);
    assert!(code == 0 && page.contains("It stays locked."), "{page}");
    let (_, list, _) = run(folder.path(), &["rules"]);
    assert!(list.contains("open-ledger"), "{list}");
    fs::write(folder.path().join("lint/second.toml"), rule.replace("open-ledger", "unclosed-handle"))
        .expect("a file can be written");
    let (code, _, err) = run(folder.path(), &["check"]);
    assert!(code == 2 && err.contains("there is already a rule `unclosed-handle`") && err.contains("second.toml"), "{err}");
}

#[test]
fn mistakes_are_shown_at_their_place_with_what_was_meant() {
    for (name, text, parts) in [
        ("watertight.toml", "slect = []\n", &["slect", "did you mean `select`?", "watertight.toml:1:1"][..]),
        ("watertight.toml", "\nselect = ['unclosed-handel']\n", &["did you mean `unclosed-handle`?", "watertight.toml:2:12"]),
        ("watertight.toml", "fail-on = 'hihg'\n", &["did you mean `high`?", "watertight.toml:1"]),
        ("watertight.toml", "select = 'x'\n", &["expected a list, not the text \"x\"", "watertight.toml:1:10"]),
        ("watertight.toml", "select = [\n", &["watertight.toml:1"]),
        ("watertight.toml", "max-file-size = '4X'\n", &["is no unit", "watertight.toml:1:18"]),
        ("watertight.toml", "baseline = '../../.bashrc'\n", &["must lie below", "watertight.toml:1:13"]),
        ("watertight.toml", "exclude = ['[z-a]']\n", &["is no pattern", "watertight.toml:1:13"]),
        ("watertight.toml", "rules = 'gone'\n", &["could not be read", "watertight.toml:1:10"]),
        ("watertight.toml", "[rule.unclosed-handle]\nseverty = 'low'\n", &["did you mean `severity`?", "watertight.toml:2:1"]),
        ("watertight.toml", "[[resource]]\nacquire = []\nrelese = []\n", &["did you mean `release`?", "watertight.toml:"]),
        (
            "watertight.toml",
            "[[resource]]\nacquire = []\nlanguage = 'pyton'\n",
            &["there is no language `pyton`", "watertight.toml:3:13"],
        ),
        ("pyproject.toml", "[tool.watertight]\nslect = []\n", &["did you mean `select`?", "pyproject.toml:2:1"]),
        ("package.json", "{\n \"watertight\": {\"slect\": []}}", &["did you mean `select`?", "package.json:2:18"]),
    ] {
        let folder = folder(&[("a.py", SOCKET), (name, text)]);
        let (code, _, err) = run(folder.path(), &["check"]);
        assert_eq!(code, 2, "{text}\n{err}");
        for part in parts {
            assert!(err.contains(part), "{part} is missing for {text}\n{err}");
        }
        assert_eq!(run(folder.path(), &["check", "--isolated"]).0, 1, "{text}");
    }
    let folder = folder(&[("a.py", SOCKET), ("pyproject.toml", "[tool.black]\n")]);
    let (code, _, err) = run(folder.path(), &["check", "--config", "pyproject.toml"]);
    assert!(code == 2 && err.contains("[tool.watertight]"), "{err}");
    assert_eq!(run(folder.path(), &["check", "--config", "gone.toml"]).0, 2);
}

#[test]
fn foreign_files_with_mistakes_of_their_own_are_none_of_ours() {
    let folder = folder(&[("a.py", SOCKET), ("package.json", "{ not json"), ("pyproject.toml", "[[[")]);
    assert_eq!(found(folder.path(), &[]).1, [LEAK]);
}

#[test]
fn the_schema_knows_what_the_program_accepts() {
    let folder = folder(&[]);
    let (code, schema, _) = run(folder.path(), &["schema"]);
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    assert_eq!(code, 0);
    let valid = |text: &str| {
        let value: toml::Value = toml::from_str(text).expect("TOML");
        validator.is_valid(&serde_json::to_value(value).expect("JSON"))
    };
    let whole =
        "select = ['lost-entry']\nfail-on = 'high'\nmax-file-size = '4M'\n[per-file-ignores]\n'*.py' = ['all', 'lost-entry']\n";
    assert!(valid(&format!("{whole}[rule.lost-entry]\nseverity = 'low'\n")));
    let own = "rules = 'lint'\nselect = ['open-ledger']\n[per-file-ignores]\n'*.py' = ['open-ledger']\n[rule.open-ledger]\n";
    assert!(valid(own), "rules of one's own are known to the folder alone");
    assert!(!valid(&own.replace("rules = 'lint'\n", "")), "without a folder there are none");
    assert!(valid("[[resource]]\nrule = 'unclosed-handle'\nlanguage = ['python']\nacquire = ['a.b']\nrelease = ['c']\n"));
    for wrong in [
        "slect = []",
        "fail-on = 'x'",
        "[[resource]]\nrelease = ['c']",
        "[[resource]]\nacquire = []\nx = 1",
        "[rule.a]\nx = 1",
        "[rule.lost-entry]\nx = 1",
        "select = ['lost-entrie']",
        "ignore = ['x']",
        "[per-file-ignores]\n'*' = ['x']",
        "[rule.lost-entrie]\nseverity = 'low'",
    ] {
        assert!(!valid(wrong), "{wrong}");
    }
}

#[test]
fn the_schema_offers_the_names_of_the_rules() {
    let rule = OWN_RULE;
    let folder = folder(&[("lint/ledger.toml", rule), ("watertight.toml", "rules = 'lint'\n")]);
    let (_, schema, _) = run(folder.path(), &["schema"]);
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("JSON");
    let offered = schema["$defs"]["RuleName"]["anyOf"][0]["enum"].as_array().expect("a list");
    assert!(offered.iter().any(|id| id == "lost-entry") && offered.iter().any(|id| id == "open-ledger"), "{offered:?}");
    assert!(schema["properties"]["rule"]["properties"]["lost-entry"]["$ref"].is_string());
    fs::write(folder.path().join("watertight.toml"), "slect = []\n").expect("a file can be written");
    assert_eq!(run(folder.path(), &["schema"]).0, 0, "whoever makes a mistake needs it most");
}

#[test]
fn all_settings_are_shown_with_their_origin() {
    let settings = "select = ['unclosed-handle', 'open-ledger']\nexclude = ['old/']\nrules = 'lint'\nbaseline = 'accepted.json'\n\
                    [per-file-ignores]\n'a.py' = ['all']\n[rule.unclosed-handle]\nseverity = 'low'\n\
                    [[resource]]\nacquire = ['ledger.open_book']\nrelease = ['shut']\n[[bounded]]\ntypes = ['limits.Ring']\n";
    let folder = folder(&[
        ("a.py", SOCKET),
        ("lint/ledger.toml", OWN_RULE),
        ("watertight.toml", settings),
        ("api/b.py", SOCKET),
        ("api/pyproject.toml", "[tool.black]\nexclude = 'x'\n[tool.watertight]\nexclude = ['gen/']\n"),
    ]);
    let (code, text, _) = run(folder.path(), &["check", "--show-settings", "--fail-on", "high"]);
    let shown: toml::Table = toml::from_str(&text).expect("TOML");
    assert_eq!(code, 0);
    for (key, value) in toml::from_str::<toml::Table>(settings).expect("TOML") {
        match key.as_str() {
            "rules" | "baseline" => assert!(shown[&key].as_str().is_some_and(|path| Path::new(path).is_absolute()), "{text}"),
            "select" => {}
            _ => assert_eq!(shown[&key], value, "{key}\n{text}"),
        }
    }
    assert_eq!(shown["own-rules"].as_array().expect("a list").len(), 1);
    for line in [
        "select = [\"open-ledger\", \"unclosed-handle\"]  # watertight.toml:1",
        "exclude = [\"old/\"]  # watertight.toml:2",
        "include = []  # default",
        "level = \"default\"  # default",
        "fail-on = \"high\"  # --fail-on",
        "# watertight.toml:5\n[per-file-ignores]",
        "# watertight.toml:7\n[rule.unclosed-handle]",
        "# watertight.toml:9\n[[resource]]",
    ] {
        assert!(text.contains(line), "{line} is missing\n{text}");
    }
    let (_, text, _) = run(folder.path(), &["check", "--show-settings", "api/b.py"]);
    assert!(text.contains("exclude = [\"gen/\"]  # api/pyproject.toml:4"), "the settings of the path that is named\n{text}");
    let (_, text, _) = run(folder.path(), &["check", "--show-settings", "--isolated", "--select", "lost-entry"]);
    assert!(text.contains("# no configuration file") && text.contains("select = [\"lost-entry\"]  # --select"), "{text}");
}

#[test]
fn what_the_readme_shows_is_accepted() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("the README");
    let blocks = readme.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
    // What an editor reads is no setting of ours.
    let blocks: Vec<&str> = blocks.filter(|block| !block.starts_with("[language-server.")).collect();
    assert_eq!(blocks.len(), 2, "all settings, and the words of one's own libraries");
    for block in blocks {
        let folder = folder(&[("watertight.toml", block)]);
        fs::create_dir_all(folder.path().join("lint/leaks")).expect("a folder can be made");
        let (code, _, err) = run(folder.path(), &["check", "--show-settings"]);
        assert_eq!(code, 0, "{block}\n{err}");
    }
}

#[test]
fn strange_files_neither_block_nor_flood() {
    let folder = folder(&[("a.py", SOCKET), ("watertight.toml", &format!("select = [{}\n", "[".repeat(100_000)))]);
    let (code, _, err) = run(folder.path(), &["check"]);
    assert!(code == 2 && err.contains("watertight.toml:1: ") && err.len() < 2_000, "{code} {}", err.len());
    fs::write(folder.path().join("watertight.toml"), "\u{feff}ignore = ['unclosed-handle']\n").expect("a file can be written");
    assert_eq!(found(folder.path(), &[]).1.len(), 0, "a byte order mark is no mistake");
    fs::remove_file(folder.path().join("watertight.toml")).expect("a file can be removed");
    fs::create_dir(folder.path().join("watertight.toml")).expect("a folder can be made");
    assert_eq!(found(folder.path(), &[]).1.len(), 1, "a folder is no configuration");
}

#[cfg(unix)]
#[test]
fn a_link_to_nothing_is_told_where_its_name_is_ours() {
    let folder = folder(&[("a.py", SOCKET)]);
    std::os::unix::fs::symlink("nowhere.toml", folder.path().join("pyproject.toml")).expect("a link can be made");
    assert_eq!(found(folder.path(), &[]).1.len(), 1, "a link of another tool is none of ours");
    std::os::unix::fs::symlink("nowhere.toml", folder.path().join("watertight.toml")).expect("a link can be made");
    let (code, _, err) = run(folder.path(), &["check"]);
    assert!(code == 2 && err.contains("watertight.toml") && err.contains("is a link to nothing"), "{code} {err}");
    assert_eq!(found(folder.path(), &["--isolated"]).1.len(), 1);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_no_configuration() {
    let folder = folder(&[("a.py", SOCKET)]);
    let made = std::process::Command::new("mkfifo").arg(folder.path().join("watertight.toml")).status().expect("mkfifo runs");
    assert!(made.success());
    let mut command = Command::cargo_bin("watertight").expect("the program is built");
    command.current_dir(folder.path()).arg("check").timeout(std::time::Duration::from_secs(60)).assert().code(1);
}

#[test]
fn an_include_that_fits_nothing_of_what_was_named_is_a_mistake() {
    let folder = folder(&[("src/a.py", "x = 1\n"), ("tools/b.py", "x = 1\n"), ("watertight.toml", "include = ['sorc/']\n")]);
    for words in [["check", "."], ["check", "src"]] {
        let (code, _, err) = run(folder.path(), &words);
        assert!(code == 2 && err.contains("`include` fits no source file"), "{words:?}: {err}");
    }
    assert_eq!(run(folder.path(), &["check", "src/a.py", "--force-exclude"]).0, 0, "a hook names what it is given");
}
