use super::flags::Scope;
use super::progress::Bar;
use super::settings::told;
use crate::scan::config::Configs;
use crate::scan::{self, Accepted, Analyzer, Baseline, Build, Change, Options, Walked};
use rustc_hash::FxHashSet;
use std::path::{Path, PathBuf};

/// Larger files are hardly ever written by hand.
pub const DEFAULT_SIZE: u64 = 4 << 20;

/// The largest file that is read.
pub fn largest(scope: &Scope, configs: &Configs) -> u64 {
    scope.max_file_size.or(configs.root().max_file_size).unwrap_or(DEFAULT_SIZE)
}

/// What a look at the files came to.
pub struct Looked {
    /// Everything that was found, and what of it can be fixed.
    pub seen: scan::Looked,
    /// The files that were looked at, as they are called in the report.
    pub files: FxHashSet<String>,
    /// What has looked at them.
    pub analyzer: Box<dyn Analyzer>,
    /// How.
    pub options: Options,
}

/// Looks at what the scope names; with a change, only for what that brought.
pub fn look(
    scope: &Scope,
    change: Option<&Change>,
    configs: &mut Configs,
    cwd: &Path,
    build: Build<'_>,
) -> Result<Looked, String> {
    scan::hush();
    let max_file_size = largest(scope, configs);
    let threads = scope.threads.map_or(0, Into::into);
    let plain = build(&configs.root().known);
    let walked = scan::walk(&scope.paths, cwd, plain.as_ref(), threads);
    let (after, before) = match change {
        None => (walked, None),
        Some(change) => {
            let sides = scan::sides(walked, change, &scope.paths, cwd, plain.as_ref(), max_file_size)?;
            (sides.after, Some(sides.before))
        }
    };
    let (now, earlier) = if change.is_some() { (Side::After, before) } else { (Side::Whole, None) };
    let earlier = earlier.map(|before| judged(before, Side::Before, scope, configs, build)).transpose()?;
    let mut looked = judged(after, now, scope, configs, build)?;
    if let Some(earlier) = earlier {
        let report = &mut looked.seen.report;
        report.earlier = Accepted::of(&earlier.seen.report).take(report, |_| false);
    }
    Ok(looked)
}

/// Which files are looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// Those that are there.
    Whole,
    /// Those of a commit, or of the index, after a change.
    After,
    /// The same before it.
    Before,
}

/// What is found in the files that were walked.
fn judged(mut walked: Walked, side: Side, scope: &Scope, configs: &mut Configs, build: Build<'_>) -> Result<Looked, String> {
    scan::settle(&mut walked, configs).map_err(told)?;
    if side != Side::Before {
        scan::included(&walked, configs).map_err(told)?;
    }
    // What belongs to a change need not be all that the patterns could fit.
    if side == Side::Whole {
        scan::listed(&walked, configs).map_err(told)?;
        let idle = scan::idle(&walked, configs);
        walked.problems.extend(idle);
    }
    let files = walked.candidates.iter().map(|candidate| candidate.shown.clone()).collect();
    let analyzer = scan::chosen(&walked, configs.all(), build);
    let threads = scope.threads.map(Into::into);
    let options = Options { settings: configs.all().to_vec(), threads, max_file_size: largest(scope, configs) };
    let bar = Bar::new(!scope.quiet && !scope.no_progress);
    let seen = scan::over(walked, analyzer.as_ref(), &options, &|done, total| bar.tell(done, total));
    bar.end();
    let seen = seen.map_err(|error| format!("could not start the threads: {error}"))?;
    Ok(Looked { seen, files, analyzer, options })
}

/// The baseline of a run, if there is one.
pub fn baseline(scope: &Scope, configs: &Configs, cwd: &Path) -> Result<Option<Baseline>, String> {
    if let Some(named) = &scope.baseline {
        if !named.exists() {
            return Err(format!("there is no baseline `{}`; `watertight baseline` writes one", named.display()));
        }
        return Baseline::read(named).map(Some);
    }
    baseline_at(scope, configs, cwd).map(|path| Baseline::read(&path)).transpose()
}

/// Where the baseline of a run stands, whether or not there is one yet.
pub fn baseline_at(scope: &Scope, configs: &Configs, cwd: &Path) -> Option<PathBuf> {
    let nearby = || if scope.isolated { None } else { scan::nearby(cwd) };
    scope.baseline.clone().or_else(|| configs.root().baseline.clone()).or_else(nearby)
}
