use super::FAILED;
use super::flags::Flags;
use super::look::Looked;
use super::output::{coloured, emit, mention};
use crate::finding::Safety;
use crate::report::{self, Paint};
use crate::scan::{self, Mended, Wanted};
use std::io;
use std::path::Path;

/// Makes the fixes that are asked for. With `--diff` they are only shown, and the exit code says whether there are any.
///
/// # Errors
/// The diff could not be written, or the threads not be started.
pub fn fix(flags: &Flags, looked: &mut Looked, restricted: bool, cwd: &Path) -> Result<Option<u8>, String> {
    if !flags.fix && !flags.diff {
        if flags.unsafe_fixes && !flags.scope.quiet {
            mention("note: --unsafe-fixes does nothing without --fix, which makes them, or --diff, which shows them\n");
        }
        return Ok(None);
    }
    let safety = if flags.unsafe_fixes { Safety::Unsafe } else { Safety::Safe };
    let Looked { seen, analyzer, options, .. } = looked;
    let wanted = Wanted::new(safety, seen, restricted);
    let mended = scan::mend(seen, analyzer.as_ref(), options, &wanted);
    let mended = mended.map_err(|error| format!("could not start the threads: {error}"))?;
    if !flags.diff {
        scan::write_all(seen, mended, &scan::roots(&flags.scope.paths, cwd));
        return Ok(None);
    }
    show(flags, &mended)?;
    if !flags.scope.quiet {
        let would = report::remains(&seen.report).unwrap_or_default();
        mention(&format!("{would}; no file was changed\n"));
    }
    Ok(Some(if seen.report.refused > 0 { FAILED } else { u8::from(!mended.is_empty()) }))
}

/// Writes what would change.
fn show(flags: &Flags, mended: &[Mended]) -> Result<(), String> {
    let paint = Paint(flags.output_file.is_none() && coloured(flags.scope.color, &io::stdout()));
    emit(flags.output_file.as_deref(), |out| {
        mended.iter().try_for_each(|file| report::write_diff(out, &file.was.path, &file.was.text, &file.after, paint))
    })
}
