//! The `watertight` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    watertight::cli::run(&watertight::cli::analyzer)
}
