//! The command line: what a user may say, one file a command.

mod accept;
mod analyzer;
#[cfg(target_os = "linux")]
mod doctor;
mod explain;
mod fix;
mod flags;
mod format;
mod generate;
mod init;
mod lint;
#[cfg(target_os = "linux")]
mod live;
mod look;
mod mcp;
mod output;
mod progress;
mod replay;
mod rules;
#[cfg(target_os = "linux")]
mod run;

mod server;
mod settings;
mod show;
mod skill;
#[cfg(target_os = "linux")]
mod time;
#[cfg(target_os = "linux")]
mod triage;
#[cfg(target_os = "linux")]
mod watch;

pub use analyzer::analyzer;

use crate::rules::{Family, RuleSet};
use crate::scan::Build;
use clap::{CommandFactory, Parser, Subcommand};
use std::process::ExitCode;

/// The run could not do its job.
const FAILED: u8 = 2;

/// Finds code that holds on to what it should let go of: memory and resource leaks.
#[derive(Debug, Parser)]
#[command(version, about, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 clean, 1 findings at or above --fail-on, 2 could not do its job.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Look for leaks with every rule
    #[command(visible_aliases = ["leaks", "mem.leaks"])]
    Check(flags::Flags),
    /// Look for what grows without bound: collections, caches, channels
    #[command(visible_alias = "mem.scan")]
    Scan(flags::Flags),
    /// Look for handles that are never closed: files, sockets, sessions, connections
    #[command(visible_alias = "mem.handles")]
    Handles(flags::Flags),
    /// Show the page of a rule
    Explain(explain::Explain),
    /// Say of a recorded memory series whether it leaks
    Replay(replay::Replay),
    /// List the rules
    Rules(rules::List),
    /// Serve an editor on the standard streams, by the language server protocol
    Server(server::Server),
    /// Accept today's findings, so that only new ones are reported
    Baseline(accept::Accept),
    /// Serve the commands to agents as tools, over MCP on the standard streams
    Mcp,
    /// Write the skill for agents: when to use this program, and how to find a leak and prove it fixed
    Skill,
    /// Write a watertight.toml to start from
    Init,
    /// Write the completions of a shell
    Completions(generate::Completions),
    /// Write the manual
    Man(generate::Man),
    /// Write the JSON schema of watertight.toml
    Schema,
    #[cfg(target_os = "linux")]
    #[command(flatten)]
    Live(live::Live),
}

/// Runs the program with the arguments it was given.
pub fn run(build: Build<'_>) -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Clap writes help to the standard output and mistakes to the standard error; a closed pipe is no mistake.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { FAILED } else { 0 });
        }
    };
    match dispatch(&cli.command, build) {
        Ok(code) => ExitCode::from(code),
        Err(message) => {
            output::mention(&format!("error: {}\n", message.trim_end()));
            ExitCode::from(FAILED)
        }
    }
}

fn dispatch(command: &Command, build: Build<'_>) -> Result<u8, String> {
    let known = RuleSet::builtin().map_err(|error| format!("a built-in rule is broken\n{:?}", miette::Report::new(*error)))?;
    match command {
        Command::Check(flags) => lint::lint(flags, &known, None, build),
        Command::Scan(flags) => lint::lint(flags, &known, Some(Family::Growth), build),
        Command::Handles(flags) => lint::lint(flags, &known, Some(Family::Handle), build),
        Command::Explain(explain) => explain::explain(explain, &settings::known(known)?),
        Command::Replay(asked) => replay::replay(asked),
        Command::Rules(list) => rules::list(list, &settings::known(known)?),
        Command::Server(asked) => server::server(asked, known),
        Command::Baseline(asked) => accept::accept(asked, &known, build),
        Command::Mcp => mcp::serve(&known),
        Command::Skill => skill::skill(),
        Command::Init => init::init(),
        Command::Completions(asked) => generate::completions(asked, Cli::command()),
        Command::Man(asked) => generate::man(asked, Cli::command()),
        Command::Schema => generate::schema(&known),
        #[cfg(target_os = "linux")]
        Command::Live(live) => live::dispatch(live),
    }
}
