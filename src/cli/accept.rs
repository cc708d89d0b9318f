use super::flags::Scope;
use super::look::{Looked, look};
use super::output::emit;
use super::settings::configs;
use crate::report::counted;
use crate::rules::RuleSet;
use crate::scan::{self, BASELINE, Baseline, Build};
use clap::Args;
use std::path::PathBuf;

/// What `baseline` understands.
#[derive(Debug, Args)]
pub struct Accept {
    #[command(flatten)]
    scope: Scope,
    /// Only take out what is not found any more, and accept nothing new
    #[arg(long)]
    prune: bool,
}

/// Writes today's findings into the baseline.
pub fn accept(asked: &Accept, known: &RuleSet, build: Build<'_>) -> Result<u8, String> {
    let cwd = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let scope = &asked.scope;
    let mut configs = configs(scope, None, known, &cwd)?;
    let named = scope.baseline.clone().or_else(|| configs.root().baseline.clone());
    let path = named.or_else(|| scan::nearby(&cwd)).unwrap_or_else(|| cwd.join(BASELINE));
    let mut baseline = Baseline::read(&path)?;
    let before = baseline.len();
    let Looked { seen, files, .. } = look(scope, None, &mut configs, &cwd, build)?;
    let report = seen.report;
    if report.refused > 0 {
        let problem = report.problems.first().map(|problem| format!(": {}: {}", problem.path, problem.message));
        return Err(format!("the baseline was not written, because not all was looked at{}", problem.unwrap_or_default()));
    }
    let ran = |rule: &str| configs.root().rules.get(rule).is_some();
    baseline.renew(&report, &cwd, asked.prune, |path| files.contains(path), ran);
    baseline.write()?;
    if !scope.quiet {
        let place = baseline.path().strip_prefix(&cwd).unwrap_or(baseline.path()).display();
        let told = format!("{} accepted in {place}, {before} before\n", counted(baseline.len(), "finding"));
        emit(None, |out| out.write_all(told.as_bytes()))?;
    }
    Ok(0)
}
