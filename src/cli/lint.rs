use super::flags::{Flags, Format};
use super::output::{coloured, emit, mention, width};
use super::progress::Bar;
use super::select::select;
use super::{Build, FAILED};
use crate::finding::{Problem, ProblemKind, Report};
use crate::report::{self, Context, Paint};
use crate::rules::{Family, RuleSet};
use crate::scan::{self, Options};
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::time::Instant;

/// Looks for leaks, writes the report, and answers with the exit code.
pub fn lint(flags: &Flags, known: &RuleSet, family: Option<Family>, build: Build<'_>) -> Result<u8, String> {
    let started = Instant::now();
    let rules = select(flags, known, family)?;
    let cwd = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let options = Options {
        rules: rules.clone(),
        known: known.clone(),
        pedantic: flags.pedantic,
        threads: flags.threads.map(Into::into),
        max_file_size: flags.max_file_size,
    };
    scan::hush();
    let bar = Bar::new(!flags.quiet && !flags.no_progress);
    let analyzer = build(&rules);
    let report = scan::run(&flags.paths, &cwd, analyzer.as_ref(), &options, &|done, total| bar.tell(done, total));
    bar.end();
    let report = report.map_err(|error| format!("could not start the threads: {error}"))?;
    let exit = exit(&report, flags);
    let terminal = flags.output_file.is_none() && io::stdout().is_terminal();
    let context = Context {
        rules: &rules,
        root: &cwd,
        exit,
        colour: flags.output_file.is_none() && coloured(flags.color, &io::stdout()),
        width: if terminal { width() } else { 100 },
        seconds: terminal.then(|| started.elapsed().as_secs_f64()),
    };
    tell(&report.problems, flags);
    emit(flags.output_file.as_deref(), |out| write(out, &report, &context, flags))?;
    Ok(exit)
}

fn write(out: &mut dyn Write, report: &Report, context: &Context<'_>, flags: &Flags) -> io::Result<()> {
    match flags.format {
        Format::Json => return report::write_json(out, report, context),
        Format::Sarif => return report::write_sarif(out, report, context),
        Format::Concise => report::write_concise(out, report)?,
        Format::Human => report::write_human(out, report, context)?,
    }
    // Lines in the concise format are read by other programs, which a closing line would confuse.
    if flags.format == Format::Human && !flags.quiet {
        out.write_all(report::summary(report, context).as_bytes())?;
    }
    Ok(())
}

/// Tells the problems on the standard error; a quiet run tells only those that keep it from doing its job.
fn tell(problems: &[Problem], flags: &Flags) {
    let paint = Paint(coloured(flags.color, &io::stderr()));
    let grave = |kind| matches!(kind, ProblemKind::Missing | ProblemKind::Unreadable | ProblemKind::Internal);
    let told = problems.iter().filter(|problem| !flags.quiet || grave(problem.kind));
    mention(&told.map(|problem| report::tell(problem, paint)).collect::<String>());
}

fn exit(report: &Report, flags: &Flags) -> u8 {
    if report.refused > 0 {
        FAILED
    } else {
        u8::from(!flags.exit_zero && report.findings().any(|(_, finding)| flags.fail_on.fails(finding.severity)))
    }
}
