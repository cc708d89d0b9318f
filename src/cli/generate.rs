use super::output::emit;
use super::settings;
use crate::rules::RuleSet;
use crate::scan::config;
use clap::{Args, Command};
use clap_complete::Shell;
use std::path::PathBuf;

/// What `completions` understands.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    shell: Shell,
}

/// Writes the script by which a shell completes this program's words.
pub fn completions(asked: &Completions, mut program: Command) -> Result<u8, String> {
    let mut script = Vec::new();
    clap_complete::generate(asked.shell, &mut program, env!("CARGO_PKG_NAME"), &mut script);
    emit(None, |out| out.write_all(&script))?;
    Ok(0)
}

/// What `man` understands.
#[derive(Debug, Args)]
pub struct Man {
    /// Write the pages of all commands into this folder, instead of the program's own to the standard output
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
}

/// Writes the manual.
pub fn man(asked: &Man, program: Command) -> Result<u8, String> {
    if let Some(folder) = &asked.dir {
        let written = std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(program, folder));
        return written.map(|()| 0).map_err(|error| format!("could not write to `{}`: {error}", folder.display()));
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(program).render(&mut page).map_err(|error| error.to_string())?;
    emit(None, |out| out.write_all(&page))?;
    Ok(0)
}

/// Writes the schema of the configuration; the rules of the user's own that the working directory has are in it.
pub fn schema(builtin: &RuleSet) -> Result<u8, String> {
    // Who writes a configuration with a mistake in it needs the schema all the more.
    let known = settings::known(builtin.clone()).unwrap_or_else(|_| builtin.clone());
    let text = config::schema(&known);
    emit(None, |out| out.write_all(text.as_bytes()))?;
    Ok(0)
}
