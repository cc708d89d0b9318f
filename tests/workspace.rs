//! What is found while files are being changed is what is found when all is read anew.

mod editor;

use editor::Project;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use watertight::cli::analyzer;
use watertight::rules::RuleSet;
use watertight::scan::config::{Choice, Configs, Overrides};
use watertight::scan::{Followed, Manner, Options, Workspace, chosen, over, settle, walk};

fn manner() -> Manner {
    let rules = RuleSet::builtin().expect("the rules parse");
    let over = Overrides { pedantic: true, ..Overrides::default() };
    Manner { rules, choice: Choice::Nearest, over, max_file_size: 1 << 20, lone: false, build: analyzer }
}

fn opened(folder: &Path) -> Workspace {
    Workspace::open(folder, manner(), &|_, _| {}, &|| false).unwrap_or_else(|_| panic!("the folder can be read"))
}

/// What a run finds in each file, as text.
fn run(folder: &Path) -> Vec<(String, String)> {
    let Manner { rules, choice, over: overrides, max_file_size, .. } = manner();
    let mut configs = Configs::new(folder, &choice, overrides, rules.clone()).expect("no configuration");
    let plain = analyzer(&rules);
    let mut walked = walk(&[folder.to_path_buf()], folder, plain.as_ref(), 1);
    settle(&mut walked, &mut configs).expect("no configuration");
    let chosen = chosen(&walked, configs.all(), &analyzer);
    let options = Options { settings: configs.all().to_vec(), threads: Some(1), max_file_size };
    let report = over(walked, chosen.as_ref(), &options, &|_, _| {}).expect("threads can be started");
    report.report.files.iter().map(|file| (file.path.clone(), format!("{:#?}", file.findings))).collect()
}

/// The same of the open documents.
fn looked(workspace: &Workspace, folder: &Path) -> Vec<(String, String)> {
    let mut paths: Vec<&Path> = workspace.opened().collect();
    paths.sort();
    let each = paths.into_iter().map(|path| {
        let findings = workspace.judged(path, &|| false).expect("not stopped");
        let path = path.strip_prefix(folder).expect("inside").to_string_lossy().into_owned();
        (path, findings)
    });
    each.filter(|(_, findings)| !findings.is_empty()).map(|(path, findings)| (path, format!("{findings:#?}"))).collect()
}

/// Numbers that are the same each time (the MMIX generator of Knuth).
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides.max(1)
    }
}

/// Fixtures of a language: what they do to each other's things is as good as a project.
fn fixtures(extension: &str, most: usize) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut all: Vec<PathBuf> = ignore::Walk::new(root).flatten().map(ignore::DirEntry::into_path).collect();
    all.retain(|path| path.extension().is_some_and(|own| own == extension));
    all.sort();
    let step = (all.len() / most).max(1);
    let each = all.iter().step_by(step).take(most);
    each.enumerate().map(|(at, path)| (format!("m{at}.{extension}"), fs::read_to_string(path).expect("text"))).collect()
}

/// Whole lines are moved between files, so that most texts still parse.
fn mutated(text: &str, other: &str, dice: &mut Dice) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let from: Vec<&str> = other.split_inclusive('\n').collect();
    let at = dice.throw(lines.len());
    match dice.throw(4) {
        0 if !lines.is_empty() => drop(lines.remove(at)),
        1 => lines.insert(at, "\n"),
        _ => {
            let start = dice.throw(from.len());
            for line in from.iter().skip(start).take(1 + dice.throw(6)) {
                lines.insert(at, line);
            }
        }
    }
    lines.concat()
}

#[test]
fn edits_lead_to_what_a_new_run_finds() {
    for (extension, seed) in [("py", 1), ("ts", 2), ("rs", 3)] {
        let files = fixtures(extension, 14);
        assert!(files.len() > 5, "{extension}");
        let project = Project::new(&files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect::<Vec<_>>());
        let mut workspace = opened(&project.1);
        let mut texts = files.clone();
        for (path, text) in &texts {
            let path = project.1.join(path);
            workspace.look(&path, &Arc::from(text.as_str()), false, &|| false).expect("not stopped");
        }
        assert_eq!(looked(&workspace, &project.1), run(&project.1), "{extension}");
        let mut dice = Dice(seed);
        for round in 0..60 {
            let (at, other) = (dice.throw(texts.len()), dice.throw(texts.len()));
            texts[at].1 = mutated(&texts[at].1, &texts[other].1.clone(), &mut dice);
            let (path, text) = &texts[at];
            project.write(path, text);
            // A tree that grew by edits may show errors in a text elsewhere than a new one does.
            let afresh = round % 6 == 5;
            workspace.look(&project.1.join(path), &Arc::from(text.as_str()), afresh, &|| false).expect("not stopped");
            if afresh {
                for (path, text) in &texts {
                    workspace.look(&project.1.join(path), &Arc::from(text.as_str()), true, &|| false).expect("not stopped");
                }
                assert_eq!(looked(&workspace, &project.1), run(&project.1), "{extension}, round {round}");
            }
        }
    }
}

#[test]
fn files_of_the_disk_are_followed() {
    let files = fixtures("py", 10);
    let project = Project::new(&files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect::<Vec<_>>());
    let mut workspace = opened(&project.1);
    let (first, text) = &files[0];
    workspace.look(&project.1.join(first), &Arc::from(text.as_str()), false, &|| false).expect("not stopped");
    for (at, (path, _)) in files.iter().enumerate().skip(1) {
        let there = project.1.join(path);
        if at % 2 == 0 {
            fs::remove_file(&there).expect("removed");
        } else {
            project.write(path, &files[(at + 3) % files.len()].1);
        }
        let followed = workspace.follow(std::slice::from_ref(&there), &|| false).expect("no configuration");
        assert_ne!(followed, Followed::Anew);
        let own: Vec<_> = run(&project.1).into_iter().filter(|(path, _)| path == first).collect();
        assert_eq!(looked(&workspace, &project.1), own, "{path}");
    }
    assert_eq!(workspace.follow(&[project.1.join("watertight.toml")], &|| false).expect("none"), Followed::Anew);
}

#[test]
fn work_that_nobody_wants_is_given_up() {
    let project = Project::new(&[("a.py", "def f(p):\n    h = open(p)\n    return h.read()\n")]);
    let mut workspace = opened(&project.1);
    let path = project.1.join("a.py");
    let text: Arc<str> = Arc::from("def f(p):\n    h = open(p)\n    return h.read()\n");
    assert!(workspace.look(&path, &text, false, &|| true).is_none());
    assert_eq!(workspace.look(&path, &text, false, &|| false).expect("done").findings.len(), 1);
    assert!(Workspace::open(&project.1, manner(), &|_, _| {}, &|| true).is_err());
}

/// Classes that keep things, functions that open and close them, and what is said before and between them.
const TYPED_INTO: &str = "import os\nfrom socket import socket as plug\n\nCACHE = {}\nlimit = lambda: CACHE\n\n\nclass Store(dict):\n    seen = []\n\n    def __init__(self, size=3):\n        self.items = {}\n        self.plug = plug()\n\n    def put(self, key, value):\n        global LAST\n        LAST = key\n        self.items[key] = value\n        return [one for one in self.items if one != value]\n\n\nif os.name:\n    def read(path):\n        handle = open(path)\n        for line in handle:\n            CACHE[line] = path\n        return parse(line)\nelse:\n    read = None\n\n\n@decorated(1)\ndef write(path, *rest, **named):\n    try:\n        with open(path) as handle:\n            handle.write(rest)\n    except OSError as error:\n        raise ValueError from error\n    finally:\n        Store().put(path, named)\n\n\nSTORE = Store()\n";

/// What is typed letter by letter, which makes no sense most of the time.
const TYPED: &str =
    "def load(path):\n    handle = open(path)\n    STORE.put(path, handle)\n    return parse(handle.read(), CACHE['a'])\n\n";

#[test]
fn each_letter_leads_to_what_a_new_run_finds() {
    let starts: Vec<usize> = TYPED_INTO.match_indices("\n\n\n").map(|(at, _)| at + 3).step_by(2).collect();
    let project = Project::new(&[("m.py", TYPED_INTO), ("n.py", "from m import STORE\nSTORE.items.clear()\n")]);
    let mut workspace = opened(&project.1);
    let path = project.1.join("m.py");
    let mut look = |text: &str| {
        workspace.look(&path, &Arc::from(text), false, &|| false).expect("not stopped");
        project.write("m.py", text);
        assert_eq!(looked(&workspace, &project.1), run(&project.1), "{text}");
    };
    look(TYPED_INTO);
    for start in starts {
        for end in 1..=TYPED.len() {
            look(&format!("{}{}{}", &TYPED_INTO[..start], &TYPED[..end], &TYPED_INTO[start..]));
        }
        look(TYPED_INTO);
    }
}
