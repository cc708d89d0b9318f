use super::live::Shown;
use crate::runtime::live;
use clap::Args;

#[derive(Debug, Args)]
pub struct Doctor {
    #[command(flatten)]
    shown: Shown,
}

/// Says what this machine allows.
pub fn doctor(doctor: &Doctor) -> Result<u8, String> {
    let found = live::Doctor::examine();
    doctor.shown.write(&found, |form| found.text(form))?;
    Ok(0)
}
