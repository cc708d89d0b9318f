use super::analyzer::analyzer;
use super::look::DEFAULT_SIZE;
use crate::lsp::{Ending, serve};
use crate::rules::RuleSet;
use crate::scan::Manner;
use crate::scan::config::{Choice, Overrides};
use clap::Args;
use std::path::PathBuf;

/// What `server` understands.
#[derive(Debug, Args)]
pub struct Server {
    /// Speak over the standard streams, as it does anyway; editors like to say so
    #[arg(long, hide = true)]
    stdio: bool,
    /// Show every finding, however unsure
    #[arg(long)]
    pedantic: bool,
    /// Take the settings from this file, and from no other
    #[arg(long, value_name = "FILE", conflicts_with = "isolated")]
    config: Option<PathBuf>,
    /// Use no configuration file
    #[arg(long)]
    isolated: bool,
}

/// Serves an editor until it leaves. The protocol asks for 1 if it does so without a word.
pub fn server(asked: &Server, known: RuleSet) -> Result<u8, String> {
    let choice = match &asked.config {
        Some(file) => Choice::File(file.clone()),
        None if asked.isolated => Choice::Isolated,
        None => Choice::Nearest,
    };
    let over = Overrides { pedantic: asked.pedantic, ..Overrides::default() };
    let manner = Manner { rules: known, choice, over, max_file_size: DEFAULT_SIZE, lone: false, build: analyzer };
    match serve(&manner)? {
        Ending::Orderly => Ok(0),
        Ending::Abrupt => Ok(1),
    }
}
