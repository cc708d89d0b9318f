use super::{Looked, Mended};
use crate::finding::{Problem, ProblemKind};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What is said of a link that leads elsewhere, and what can be done about it.
const OUTSIDE: &str = "is a link to a file outside of what was named";
const NAMED: &str = "nothing was changed in it; name the file that the link leads to";

/// The folders below which files may be written: the working directory, and what the user named.
pub fn roots(paths: &[PathBuf], cwd: &Path) -> Vec<PathBuf> {
    let named = paths.iter().filter_map(|path| {
        let whole = cwd.join(path);
        if whole.is_dir() { whole.canonicalize().ok() } else { whole.parent()?.canonicalize().ok() }
    });
    cwd.canonicalize().into_iter().chain(named).collect()
}

/// Writes the files that were fixed. Of one that cannot be written the report says again what it said before.
pub fn write_all(looked: &mut Looked, mended: Vec<Mended>, roots: &[PathBuf]) {
    let report = &mut looked.report;
    for file in mended {
        let Err(message) = write(&file, roots) else { continue };
        let problem = Problem::new(&file.was.path, ProblemKind::Unwritten, &message);
        report.problems.push(if message == OUTSIDE { problem.remedied(NAMED) } else { problem });
        report.refused += 1;
        report.fixed = report.fixed.map(|fixed| fixed - file.titles.len());
        report.files.retain(|other| other.path != file.was.path);
        report.files.push(file.was);
    }
    report.files.sort_by(|a, b| a.path.cmp(&b.path));
    report.problems.sort();
}

/// Puts a fixed file in the place of the one that was read, all of it at once: a reader sees the old file or the new one.
///
/// # Errors
/// Why nothing was written: it is a link out of `roots`, it may not be written, it was changed since it was read, or the
/// disk says no.
fn write(mended: &Mended, roots: &[PathBuf]) -> Result<(), String> {
    let path = &mended.candidate.path;
    let real = path.canonicalize().map_err(|error| format!("could not be found: {error}"))?;
    if !roots.iter().any(|root| real.starts_with(root)) {
        return Err(OUTSIDE.to_owned());
    }
    let told = |error: io::Error| format!("could not be written: {error}");
    let metadata = fs::metadata(&real).map_err(told)?;
    if metadata.permissions().readonly() {
        return Err("is write-protected".to_owned());
    }
    let folder = real.parent().ok_or("stands in no folder")?;
    let mut file = tempfile::Builder::new().prefix(".watertight-").tempfile_in(folder).map_err(told)?;
    file.write_all(&mended.new).and_then(|()| file.as_file().set_permissions(metadata.permissions())).map_err(told)?;
    file.as_file().sync_all().map_err(told)?;
    // As late as can be, so that hardly anything fits in between.
    if fs::read(&real).map_err(told)? != mended.old {
        return Err("was changed while it was looked at".to_owned());
    }
    file.persist(&real).map_err(|error| told(error.error))?;
    Ok(())
}
