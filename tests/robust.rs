//! Every fixture, cut short and garbled: whatever the text, the analysis ends, and what it says lies inside the text.

use std::fs;
use std::path::{Path, PathBuf};
use watertight::{checks::analyse, rules::RuleSet, source::Span};

/// Characters that mean something in most languages, or in none.
const ANY: &[&str] = &[
    "(", ")", "[", "]", "{", "}", ":", ";", ",", ".", "\n", "\"", "'", "é", "|", "!", "🦀", "\t", "\\", "=", "*", "@", "#", "\0",
];
const PYTHON: &[&str] = &[
    "def ",
    "async def ",
    "class ",
    "with ",
    "try:\n",
    "except ",
    "finally:\n",
    "lambda ",
    "yield ",
    "await ",
    "match ",
    "case ",
    "global ",
    "del ",
    "'''",
    "f\"{",
    ":=",
    "**",
    "->",
    "else:\n",
    "return ",
    "    ",
];
const SCRIPT: &[&str] = &[
    "function ",
    "async ",
    "class ",
    "=>",
    "`${",
    "}`",
    "/*",
    "*/",
    "//",
    "</",
    "<div>",
    "...",
    "?.",
    "??=",
    "new ",
    "await ",
    "yield ",
    "static {",
    "#field",
    "get ",
    "export default ",
    "import(",
    "satisfies ",
    "interface ",
    "enum ",
    "switch(",
    "finally{",
    "<T,>",
    "as const",
    "/[/",
];
const RUST: &[&str] = &[
    "fn ",
    "impl ",
    "match ",
    "unsafe {",
    "select!{",
    "macro_rules! ",
    "r#\"",
    "'a",
    "'label: ",
    "&mut ",
    "..=",
    "::<",
    "=>",
    "|x| ",
    "async move {",
    "?;",
    "let Some(",
    "else {",
    "loop {",
    "/*",
    "#[cfg(test)]",
    "dyn ",
    "where ",
    "b'",
    "$crate",
    "trait ",
];

/// The words of the language that a path is written in.
fn words(path: &Path) -> &'static [&'static str] {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("py" | "pyi" | "pyw") => PYTHON,
        Some("rs") => RUST,
        _ => SCRIPT,
    }
}

/// A repeatable source of numbers (Knuth's MMIX linear congruential generator), so that a failure can be seen again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides.max(1)
    }

    /// A position at which the text can be cut.
    fn cut(&mut self, text: &str) -> usize {
        let mut at = self.roll(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

fn fixtures() -> Vec<(PathBuf, String)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut found = Vec::new();
    for folder in fs::read_dir(root).expect("fixtures/ can be read").flatten() {
        // What the runtime half is tested with is no source of a rule.
        if !["series", "sim"].iter().any(|other| folder.file_name() == **other) {
            collect(&folder.path(), &mut found);
        }
    }
    found.sort();
    found
}

fn collect(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for file in fs::read_dir(folder).expect("a folder of fixtures can be read").flatten() {
        if file.path().is_dir() {
            collect(&file.path(), found);
        } else {
            found.push((file.path(), fs::read_to_string(file.path()).expect("a fixture is UTF-8")));
        }
    }
}

fn judge(path: &str, text: &str, rules: &RuleSet) {
    let analysis = analyse(path, text, rules);
    let inside = |span: Span| {
        let (start, end) = (span.start as usize, span.end as usize);
        start <= end && end <= text.len() && text.is_char_boundary(start) && text.is_char_boundary(end)
    };
    for finding in &analysis.findings {
        let marks = finding.related.iter().chain(&finding.path).chain([&finding.primary]);
        assert!(marks.map(|mark| mark.span).all(inside), "{path}: {} points outside of:\n{text}", finding.rule);
        let confidence = finding.confidence.value();
        assert!((0.0..=1.0).contains(&confidence), "{path}: confidence {confidence}");
    }
}

#[test]
fn fixtures_cut_anywhere_are_survived() {
    let (rules, mut dice) = (RuleSet::builtin().expect("the rules parse"), Dice(1));
    let all = fixtures();
    assert!(all.len() > 50, "only {} fixtures were found", all.len());
    for (path, text) in &all {
        for _ in 0..12 {
            let (a, b) = (dice.cut(text), dice.cut(text));
            judge(&path.to_string_lossy(), &text[..a], &rules);
            judge(&path.to_string_lossy(), &text[a.min(b)..a.max(b)], &rules);
        }
    }
}

#[test]
fn garbled_fixtures_are_survived() {
    let (rules, mut dice) = (RuleSet::builtin().expect("the rules parse"), Dice(2));
    for (path, text) in fixtures() {
        for _ in 0..12 {
            let mut text = text.clone();
            for _ in 0..4 {
                let at = dice.cut(&text);
                if dice.roll(2) == 0 {
                    let junk = if dice.roll(2) == 0 { ANY } else { words(&path) };
                    text.insert_str(at, junk[dice.roll(junk.len())]);
                } else {
                    let end = dice.cut(&text);
                    text.replace_range(at.min(end)..at.max(end), "");
                }
            }
            judge(&path.to_string_lossy(), &text, &rules);
        }
    }
}

#[test]
fn the_same_text_gives_the_same_findings() {
    let rules = RuleSet::builtin().expect("the rules parse");
    for (path, text) in fixtures() {
        let path = path.to_string_lossy();
        let (first, second) = (analyse(&path, &text, &rules), analyse(&path, &text, &rules));
        assert_eq!(first.findings, second.findings, "{path}");
    }
}

#[test]
fn an_end_in_a_wide_character_is_marked_whole() {
    let rules = RuleSet::builtin().expect("the rules parse");
    judge("app.py", "def spaces(path):\n    lines = open(path)\n    return text🦀", &rules);
}

#[test]
fn names_for_each_other_end() {
    let text = "type A = B;\ntype B = std::sync::Arc<std::sync::Mutex<A>>;\ntype C = C;\n\
                struct S { m: A, n: C }\nfn f(a: A, c: C, s: &mut S) { a.lock().unwrap().insert(1, 2); s.m.insert(1, 2); c.push(1); }\n";
    judge("ring.rs", text, &RuleSet::builtin().expect("the rules parse"));
}

/// Each part more would double the time of whoever looks at every part twice.
#[test]
fn a_text_of_many_parts_takes_no_time() {
    let rules = RuleSet::builtin().expect("the rules parse");
    let joined = |between: &str| (0..200).map(|at| format!("'part {at}' + part")).collect::<Vec<_>>().join(between);
    judge("long.js", &format!("export function tell(part) {{ say({}); }}\n", joined(" + ")), &rules);
    judge("long.py", &format!("def tell(part):\n    say({})\n", joined(" + ")), &rules);
}

/// Each field more would make each other one dearer for whoever goes through the file to find what stands in its type.
#[test]
fn a_file_of_many_fields_takes_no_longer_than_its_length() {
    let rules = RuleSet::builtin().expect("the rules parse");
    let time = |types: usize| {
        let each = (0..types).map(|at| {
            format!(
                "pub struct T{at} {{\n    a: HashMap<Key{at}, u64>,\n    b: HashMap<Key{at}, Part{at}>,\n    c: Part{at},\n}}\n"
            )
        });
        let text = format!("use std::collections::HashMap;\nuse std::mem::MaybeUninit;\n{}", each.collect::<String>());
        let begun = std::time::Instant::now();
        judge("many.rs", &text, &rules);
        begun.elapsed()
    };
    let (few, many) = (time(200), time(2_000));
    assert!(many < few * 60, "ten times the fields took {few:?} and {many:?}");
}

/// Each finding more would make each other one dearer for whoever goes through the file to judge one of them.
#[test]
fn a_file_of_many_findings_takes_no_longer_than_its_length() {
    let rules = RuleSet::builtin().expect("the rules parse");
    let time = |functions: usize| {
        let each =
            (0..functions).map(|at| format!("def f{at}(path):\n    file{at} = open(path)\n    return file{at}.read()\n\n\n"));
        let text = each.collect::<String>();
        let begun = std::time::Instant::now();
        assert_eq!(analyse("many.py", &text, &rules).findings.len(), functions);
        begun.elapsed()
    };
    let (few, many) = (time(150), time(1_500));
    assert!(many < few * 30, "ten times the findings took {few:?} and {many:?}");
}
