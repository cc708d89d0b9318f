//! watertight finds code that holds on to what it should let go of, and proves it on the running process.
//!
//! The rooms, lowest first; a room uses only those before it (`tests/layers.rs` enforces it):
//! [`source`] → [`facts`], [`finding`], [`language`] → [`extract`], [`rules`], [`index`] → [`checks`] → [`scan`] →
//! [`report`], [`runtime`] → [`lsp`], [`mcp`] → [`cli`].

pub mod checks;
pub mod cli;
pub mod extract;
pub mod facts;
pub mod finding;
pub mod index;
pub mod language;
pub mod lsp;
pub mod mcp;
pub mod report;
pub mod rules;
pub mod runtime;
pub mod scan;
pub mod source;
