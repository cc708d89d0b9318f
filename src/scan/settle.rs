use super::config::{ConfigError, Configs};
use super::walk::Walked;
use std::path::Path;

/// Says for every candidate which settings rule it, and leaves out those that are excluded; a file that is named stays,
/// unless its settings insist.
///
/// # Errors
/// A configuration that cannot be used.
pub fn settle(walked: &mut Walked, configs: &mut Configs) -> Result<(), Box<ConfigError>> {
    let mut kept = Vec::with_capacity(walked.candidates.len());
    // Candidates are ordered by path, so those of a folder stand together.
    let mut last = None;
    for mut candidate in std::mem::take(&mut walked.candidates) {
        let folder = candidate.path.parent().unwrap_or(Path::new("")).to_path_buf();
        let (whole, place) = match last.take() {
            Some((known, whole, place)) if known == folder => (whole, place),
            _ => {
                let whole = if folder.as_os_str().is_empty() { Path::new(".") } else { &folder };
                let whole = whole.canonicalize().unwrap_or_else(|_| whole.to_path_buf());
                let place = configs.at(&whole)?;
                (whole, place)
            }
        };
        let settings = &configs.all()[place];
        let below = whole.strip_prefix(&settings.folder).unwrap_or(&whole).join(candidate.path.file_name().unwrap_or_default());
        if !settings.excludes(&below) || (candidate.named && !settings.force_exclude) {
            candidate.settings = place;
            candidate.ignored = settings.ignored(&below);
            kept.push(candidate);
        }
        last = Some((folder, whole, place));
    }
    walked.candidates = kept;
    Ok(())
}
