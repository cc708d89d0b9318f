use super::format::{Format, Target, target};
use crate::scan::{FailOn, size};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// What is looked at, and by which settings.
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch on the command line")]
pub struct Scope {
    /// Files and folders to look at; a file that is named is looked at even if it is ignored
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// Use only these rules; parted by commas, or given several times
    #[arg(long, value_delimiter = ',', value_name = "RULE")]
    pub select: Vec<String>,
    /// Leave these rules out; parted by commas, or given several times
    #[arg(long, value_delimiter = ',', value_name = "RULE")]
    pub ignore: Vec<String>,
    /// Show every finding, however unsure
    #[arg(long)]
    pub pedantic: bool,
    /// Leave out larger files; understands k, M and G [default: 4M]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub max_file_size: Option<u64>,
    /// Take the settings from this file, and from no other
    #[arg(long, value_name = "FILE", conflicts_with = "isolated")]
    pub config: Option<PathBuf>,
    /// Use no configuration file
    #[arg(long)]
    pub isolated: bool,
    /// Leave out excluded files even if they are named
    #[arg(long)]
    pub force_exclude: bool,
    /// The file with the accepted findings [default: the nearest watertight-baseline.json]
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// How many threads to use [default: one for each core]
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
    /// Write findings and errors only
    #[arg(long, short)]
    pub quiet: bool,
    /// Show no progress
    #[arg(long)]
    pub no_progress: bool,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub color: Colour,
}

/// What `check`, `scan` and `handles` understand.
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch on the command line")]
pub struct Flags {
    #[command(flatten)]
    pub scope: Scope,
    /// How to write the report
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Write the report to a file instead of the standard output
    #[arg(long, short, value_name = "FILE")]
    pub output_file: Option<PathBuf>,
    /// Write a further report to a file, as in `sarif=out.sarif`; may be given several times
    #[arg(long, value_name = "FORMAT=FILE", value_parser = target)]
    pub output: Vec<Target>,
    /// What code scanning calls this run [default: watertight/COMMAND/FOLDER]
    #[arg(long, value_name = "NAME")]
    pub category: Option<String>,
    /// Report only what came since this commit
    #[arg(long, value_name = "REV", conflicts_with = "staged")]
    pub since: Option<String>,
    /// Report only what the staged changes bring, as they are staged
    #[arg(long)]
    pub staged: bool,
    /// Make the fixes that are safe, and report what remains
    #[arg(long, conflicts_with = "staged")]
    pub fix: bool,
    /// With --fix or --diff: also the fixes after which the program may do something else
    #[arg(long)]
    pub unsafe_fixes: bool,
    /// Show the fixes as a diff, and change no file
    #[arg(long, conflicts_with = "staged")]
    pub diff: bool,
    /// The lowest severity that makes the exit code 1
    ///
    /// high, medium, low or never [default: low]
    #[arg(long, value_parser = fail_on(), value_name = "LEVEL", hide_possible_values = true)]
    pub fail_on: Option<FailOn>,
    /// Exit with 0 even if there are findings
    #[arg(long)]
    pub exit_zero: bool,
    /// Write all settings that rule the first path and where each comes from, and look at nothing
    #[arg(long)]
    pub show_settings: bool,
}

/// The levels at which a run fails.
fn fail_on() -> impl TypedValueParser<Value = FailOn> {
    PossibleValuesParser::new(["high", "medium", "low", "never"]).map(|level| match level.as_str() {
        "high" => FailOn::High,
        "medium" => FailOn::Medium,
        "never" => FailOn::Never,
        _ => FailOn::Low,
    })
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
