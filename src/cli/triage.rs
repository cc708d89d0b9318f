use super::live::{Shown, delay};
use super::output::mention;
use crate::runtime::live;
use clap::Args;
use std::io::IsTerminal as _;
use std::time::Duration;

#[derive(Debug, Args)]
pub struct Triage {
    /// Time between the two snapshots; a longer one shows slower growth
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = delay)]
    delay: Duration,
    #[command(flatten)]
    shown: Shown,
}

/// Takes two snapshots and says what the matter is.
pub fn triage(triage: &Triage) -> Result<u8, String> {
    if std::io::stderr().is_terminal() {
        mention(&format!("two snapshots, {} s apart\n", triage.delay.as_secs_f64()));
    }
    let found = live::triage(triage.delay, std::thread::sleep).map_err(|error| error.to_string())?;
    triage.shown.write(&found, |form| found.text(form))?;
    Ok(0)
}
