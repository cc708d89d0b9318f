//! How long it takes from a keystroke to the diagnostics: `cargo build --release && cargo run --release --example keystroke`.
//!
//! A server runs on a project of 2,000 made files, with a file of 3,000 lines open in the editor; it is typed into, letter by
//! letter, and the time is taken from when a letter is sent until its diagnostics are there. Then it is typed on, to see
//! what memory does. The example fails if the 95th percentile is above 20 ms, or if the memory grows.

#[path = "../tests/editor/mod.rs"]
mod editor;

use editor::{Editor, Project, able};
use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const FILES: usize = 2000;
const LINES: usize = 3000;
const KEYSTROKES: usize = 200;
const FURTHER: usize = 2000;
const TARGET: Duration = Duration::from_millis(20);

fn main() -> ExitCode {
    let files: Vec<(String, String)> = (0..FILES).map(|at| (format!("package{}/m{at}.py", at % 40), module(at, 80))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let project = Project::new(&files);
    let mut editor = Editor::open(&[&project.1], &able());
    let uri = project.uri("package0/m0.py");
    let text = module(0, LINES);
    let start = Instant::now();
    editor.did_open(&uri, "python", &text);
    let found = editor.diagnostics(&uri, 1).len();
    println!(
        "{FILES} files read in {:.2} s; {} lines open, {found} findings",
        start.elapsed().as_secs_f64(),
        text.lines().count()
    );
    let mut typist = Typist { version: 1, line: text.lines().count() as u32 / 2, typed: Vec::new() };
    let mut times: Vec<Duration> = (0..KEYSTROKES).map(|_| typist.press(&mut editor, &uri)).collect();
    let early = editor.resident();
    for _ in 0..FURTHER {
        typist.press(&mut editor, &uri);
    }
    let late = editor.resident();
    times.sort_unstable();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    let shown = [50, 95, 99].map(|share| format!("p{share} {:.1} ms", at(share).as_secs_f64() * 1e3));
    println!("{KEYSTROKES} keystrokes: {}", shown.join(", "));
    let grown = early.zip(late).is_some_and(|(early, late)| late > early + early / 20);
    println!("KiB resident after {KEYSTROKES} and after {} keystrokes: {early:?}, {late:?}", KEYSTROKES + FURTHER);
    if at(95) <= TARGET && !grown { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Types a function that opens a file, letter by letter, takes it away again, and goes on elsewhere.
struct Typist {
    version: i64,
    line: u32,
    typed: Vec<(u32, u32)>,
}

const SCRIPT: &str =
    "def load(path):\n    handle = open(path)\n    data = CACHE.get(path)\n    return parse(handle.read(), data)\n\n";

impl Typist {
    fn press(&mut self, editor: &mut Editor, uri: &str) -> Duration {
        self.version += 1;
        let start = Instant::now();
        let (line, column) = self.typed.last().copied().unwrap_or((self.line, 0));
        if let Some(letter) = SCRIPT.chars().nth(self.typed.len()) {
            editor.did_change(uri, self.version, [line, column, line, column], letter.encode_utf8(&mut [0; 4]));
            self.typed.push(if letter == '\n' { (line + 1, 0) } else { (line, column + 1) });
        } else {
            editor.did_change(uri, self.version, [self.line, 0, line, column], "");
            self.typed.clear();
        }
        editor.diagnostics(uri, self.version);
        start.elapsed()
    }
}

/// A module with classes that keep things and functions that open and close them; now and then something leaks.
fn module(number: usize, lines: usize) -> String {
    let mut text = format!(
        "import os\nimport socket\nfrom package{}.m{} import load\n\nCACHE = {{}}\n\n\n",
        (number + 1) % 40,
        (number + 7) % FILES
    );
    let mut unit = 0;
    while text.lines().count() < lines {
        let name = format!("{number}_{unit}");
        let opened = if unit % 9 == 0 { "handle = open(path)\n    if handle:" } else { "with open(path) as handle:" };
        write!(
            text,
            "class Store{name}:\n    \"\"\"Keeps what was seen of one source.\"\"\"\n\n    def __init__(self, size):\n        self.size = size\n        self.items_{name} = {{}}\n        self.order = []\n\n    def put(self, key, value):\n        if len(self.items_{name}) >= self.size:\n            self.items_{name}.pop(self.order.pop(0))\n        self.items_{name}[key] = value\n        self.order.append(key)\n        return self.total(key) + len(value)\n\n    def total(self, key):\n        result = 0\n        for item in self.items_{name}.get(key, ()):\n            if item is not None and item.weight > 0:\n                result += item.weight * self.size\n        return result\n\n    def close(self):\n        self.items_{name}.clear()\n\n\ndef read_{name}(path, store):\n    {opened}\n        for line in handle:\n            if line.startswith(\"#\"):\n                continue\n            store.put(line, load(path))\n\n\n"
        )
        .expect("a String can be written");
        unit += 1;
    }
    text
}
