use super::FAILED;
use super::fix;
use super::flags::Flags;
use super::format::Format;
use super::look::{baseline, look};
use super::output::{coloured, emit, mention, width};
use super::settings::configs;
use super::show::show;
use crate::finding::{Problem, ProblemKind, Report};
use crate::report::{self, Context, Paint};
use crate::rules::{Family, RuleSet};
use crate::scan::config::{Configs, astray};
use crate::scan::{self, Build, Change, FailOn};
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Looks for leaks, writes the report, and answers with the exit code.
pub fn lint(flags: &Flags, known: &RuleSet, family: Option<Family>, build: Build<'_>) -> Result<u8, String> {
    let started = Instant::now();
    let cwd = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let mut configs = configs(&flags.scope, family, known, &cwd)?;
    let fail_on = flags.fail_on.or(configs.root().fail_on).unwrap_or(FailOn::Low);
    if flags.show_settings {
        let text = show(flags, family, fail_on, &mut configs, &cwd)?;
        emit(None, |out| out.write_all(text.as_bytes()))?;
        return Ok(0);
    }
    apart(flags)?;
    let baseline = baseline(&flags.scope, &configs, &cwd)?;
    let change = flags.since.clone().map(Change::Since).or(flags.staged.then_some(Change::Staged));
    let mut looked = look(&flags.scope, change.as_ref(), &mut configs, &cwd, build)?;
    let rules = configs.root().rules.clone();
    looked.seen.report.problems.extend(slips(flags, &configs, &cwd));
    let restricted = baseline.is_some() || change.is_some();
    if let Some(baseline) = baseline {
        // What a change brought says nothing about the rest, so nothing in the baseline is stale for it.
        let ran = |rule: &str| change.is_none() && rules.get(rule).is_some();
        baseline.apply(&mut looked.seen.report, &cwd, |path| looked.files.contains(path), ran);
    }
    if let Some(exit) = fix::fix(flags, &mut looked, restricted, &cwd)? {
        tell(&looked.seen.report, flags);
        return Ok(exit);
    }
    let report = looked.seen.report;
    let exit = exit(&report, flags, fail_on);
    let asked = scan::repository_of(&flags.scope.paths, &cwd);
    let root = asked.or_else(|| scan::repository(&cwd)).unwrap_or_else(|| cwd.clone());
    let category = flags.category.clone().unwrap_or_else(|| category(family, &cwd, &root));
    let plain =
        Context { rules: &rules, cwd: &cwd, root: &root, category: &category, exit, colour: false, width: 100, seconds: None };
    tell(&report, flags);
    for target in &flags.output {
        emit(Some(&target.file), |out| target.format.write(out, &report, &plain, flags.scope.quiet))?;
    }
    let terminal = flags.output_file.is_none() && io::stdout().is_terminal();
    let context = Context {
        colour: flags.output_file.is_none() && coloured(flags.scope.color, &io::stdout()),
        width: if terminal { width() } else { plain.width },
        seconds: terminal.then(|| started.elapsed().as_secs_f64()),
        ..plain
    };
    emit(flags.output_file.as_deref(), |out| flags.format.write(out, &report, &context, flags.scope.quiet))?;
    // Only the report for people ends with it; the other formats have no place for it that a program would not trip over.
    if flags.fix && flags.format != Format::Human && !flags.scope.quiet {
        mention(&report::remains(&report).map(|line| line + "\n").unwrap_or_default());
    }
    Ok(exit)
}

/// What is to be said of settings that are not there, or where nobody looks.
fn slips(flags: &Flags, configs: &Configs, cwd: &Path) -> Vec<Problem> {
    let scope = &flags.scope;
    let absent = if scope.baseline.is_none() { configs.root().absent_baseline(cwd) } else { None };
    let searched = !scope.isolated && scope.config.is_none();
    let astray = if searched { astray(cwd) } else { Vec::new() };
    absent.into_iter().chain(astray).collect()
}

/// Refuses two reports for one file, of which only the later would be left.
fn apart(flags: &Flags) -> Result<(), String> {
    let files: Vec<&Path> = flags.output.iter().map(|target| target.file.as_path()).chain(flags.output_file.as_deref()).collect();
    match files.iter().enumerate().find(|(at, file)| files[..*at].contains(file)) {
        Some((_, file)) => Err(format!("two reports would be written to `{}`; give each a file of its own", file.display())),
        None => Ok(()),
    }
}

/// What code scanning calls a run unless the user does: the command and the folder, so that runs of different commands, or
/// over different parts of a repository, do not replace each other's results.
fn category(family: Option<Family>, cwd: &Path, root: &Path) -> String {
    let below = cwd.strip_prefix(root).unwrap_or(Path::new(""));
    let mut category = format!("watertight/{}/", family.map_or("check", Family::name));
    for part in below {
        category.push_str(&part.to_string_lossy());
        category.push('/');
    }
    category
}

/// Tells the problems on the standard error; a quiet run tells only those that keep it from doing its job, and all where
/// they decide the exit code.
fn tell(report: &Report, flags: &Flags) {
    let paint = Paint(coloured(flags.scope.color, &io::stderr()));
    let grave = |kind| matches!(kind, ProblemKind::Missing | ProblemKind::Unreadable | ProblemKind::Internal);
    let all = !flags.scope.quiet || report.refused > 0;
    let told = report.problems.iter().filter(|problem| all || grave(problem.kind));
    mention(&told.map(|problem| report::tell(problem, paint)).collect::<String>());
}

fn exit(report: &Report, flags: &Flags, fail_on: FailOn) -> u8 {
    if report.refused > 0 {
        FAILED
    } else {
        u8::from(!flags.exit_zero && report.findings().any(|(_, finding)| fail_on.fails(finding.severity)))
    }
}
