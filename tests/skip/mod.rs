//! What a machine does not allow is left out, counted and said.

use std::io::Write as _;

/// Says that a test, or a part of it, was left out, and why; also to whoever counts it.
pub fn skip(why: &str) {
    println!("skipped: {why}");
    if let Some(path) = std::env::var_os("WATERTIGHT_SKIPPED") {
        let file = std::fs::OpenOptions::new().append(true).create(true).open(path);
        let written = file.and_then(|mut file| writeln!(file, "{}", why.replace('\n', " ")));
        written.expect("the list of what was skipped can be written");
    }
}
