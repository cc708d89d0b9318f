//! The simulators of `fixtures/sim`, for the tests that watch them.

use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::OnceLock;

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
