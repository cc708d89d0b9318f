//! The `watertight` program.

fn main() {}
