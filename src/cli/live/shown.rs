use crate::cli::output::emit;
use crate::runtime::live::{Form, Outcome};
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::io::{Write as _, stderr};
use std::path::PathBuf;

/// How reports of the runtime half are written.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Format {
    /// For a terminal
    Human,
    /// For programs
    Json,
    /// For a page
    Markdown,
}

impl Format {
    const fn form(self) -> Form {
        match self {
            Self::Human => Form::Human,
            Self::Json => Form::Json,
            Self::Markdown => Form::Markdown,
        }
    }
}

#[derive(Debug, Args)]
pub struct Shown {
    /// How to write the report
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Write the report to FILE
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Shown {
    /// Writes a report: its data, or its words.
    pub fn write(&self, data: &impl Serialize, words: impl FnOnce(Form) -> String) -> Result<(), String> {
        emit(self.output.as_deref(), |out| match self.format.form() {
            Form::Json => json(out, data),
            form => out.write_all(words(form).as_bytes()),
        })
    }

    /// The same, but to the standard error when no file is named, where a command's own output is not disturbed.
    pub fn write_beside(&self, outcome: &Outcome) -> Result<(), String> {
        if self.output.is_some() {
            return self.write(outcome, |form| outcome.text(form));
        }
        let mut out = stderr().lock();
        let written = match self.format.form() {
            Form::Json => json(&mut out, outcome),
            form => out.write_all(format!("\n{}", outcome.text(form)).as_bytes()),
        };
        // Nobody can be told that nobody can be told.
        drop(written);
        Ok(())
    }
}

pub fn json(out: &mut dyn std::io::Write, data: &impl Serialize) -> std::io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, data)?;
    out.write_all(b"\n")
}
