//! The simulators of `fixtures/sim`, for the tests that watch them.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::OnceLock;

/// Says that a test, or a part of it, was left out, and why; also to whoever counts it.
pub fn skip(why: &str) {
    println!("skipped: {why}");
    if let Some(path) = std::env::var_os("WATERTIGHT_SKIPPED") {
        let file = std::fs::OpenOptions::new().append(true).create(true).open(path);
        let written = file.and_then(|mut file| writeln!(file, "{}", why.replace('\n', " ")));
        written.expect("the list of what was skipped can be written");
    }
}

/// The simulator in C, compiled once for each test program.
pub fn sim() -> PathBuf {
    static ONCE: OnceLock<PathBuf> = OnceLock::new();
    ONCE.get_or_init(|| {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/sim/sim.c");
        let folder = tempfile::Builder::new().prefix("watertight-sim").tempdir().expect("a folder").keep();
        let program = folder.join("sim");
        let mut compiler = Command::new("cc");
        compiler.args(["-O1", "-g", "-fno-omit-frame-pointer", source, "-o"]).arg(&program).args(["-lm", "-lpthread"]);
        assert!(compiler.status().expect("a C compiler").success());
        program
    })
    .clone()
}

/// A process that does not outlive its test.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
