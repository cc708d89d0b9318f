//! What an analysis costs beside parsing alone: `cargo run --release --example cost -- DIR [ROUNDS]`.
//!
//! Both are run over the same texts on one thread, in turn, and the ratio is taken pair by pair, because absolute times
//! on a shared machine say little.

use std::{env, fs, path::Path, time::Instant};
use watertight::{checks::analyse, language::languages, rules::RuleSet};

fn main() {
    let dir = env::args().nth(1).expect("usage: cost DIR [ROUNDS]");
    let rounds: usize = env::args().nth(2).and_then(|text| text.parse().ok()).unwrap_or(3);
    let files: Vec<(String, String)> = ignore::Walk::new(&dir).flatten().filter_map(|entry| read(entry.path())).collect();
    let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
    let rules = RuleSet::builtin().expect("the built-in rules parse");
    let mut ratios = Vec::new();
    for _ in 0..rounds {
        let (parsing, analysis) = (parse(&files), whole(&files, &rules));
        println!("parse {parsing:.2} s, analysis {analysis:.2} s, ratio {:.2}", analysis / parsing);
        ratios.push(analysis / parsing);
    }
    ratios.sort_by(f64::total_cmp);
    println!(
        "{} files, {:.1} MB, median ratio {:.2}",
        files.len(),
        f64::from(u32::try_from(bytes / 1000).unwrap_or(u32::MAX)) / 1e3,
        ratios[ratios.len() / 2]
    );
}

fn read(path: &Path) -> Option<(String, String)> {
    languages().by_path(path)?;
    let text = fs::read_to_string(path).ok()?;
    Some((path.to_string_lossy().into_owned(), text))
}

fn parse(files: &[(String, String)]) -> f64 {
    let start = Instant::now();
    for (path, text) in files {
        let mut parser = tree_sitter::Parser::new();
        if let Some(language) = languages().by_path(Path::new(path)) {
            parser.set_language(&language.grammar).expect("the grammar fits the parser");
            std::hint::black_box(parser.parse(text, None));
        }
    }
    start.elapsed().as_secs_f64()
}

fn whole(files: &[(String, String)], rules: &RuleSet) -> f64 {
    let start = Instant::now();
    for (path, text) in files {
        std::hint::black_box(analyse(path, text, rules));
    }
    start.elapsed().as_secs_f64()
}
