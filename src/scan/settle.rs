use super::config::{ConfigError, Configs, Settings};
use super::shown::shown;
use super::walk::{Asked, Walked};
use crate::finding::Problem;
use std::path::Path;

/// Says for every candidate which settings rule it, and leaves out those that are excluded; a file that is named stays,
/// unless its settings insist.
///
/// # Errors
/// A configuration that cannot be used.
pub fn settle(walked: &mut Walked, configs: &mut Configs) -> Result<(), Box<ConfigError>> {
    let mut kept = Vec::with_capacity(walked.candidates.len());
    walked.asked.clear();
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
        let stays = !settings.excludes(&below) || (candidate.named && !settings.force_exclude);
        let asked = walked.asked.entry(place).or_default();
        asked.met.resize(settings.entries.len(), false);
        for (entry, met) in settings.entries.iter().zip(&mut asked.met) {
            *met = *met || entry.fits(&below);
        }
        if !candidate.sniff {
            asked.left_out += usize::from(!stays);
            asked.kept += usize::from(stays);
            asked.unlisted += usize::from(!stays && !candidate.named && settings.is_unlisted(&below));
        }
        if stays {
            candidate.settings = place;
            candidate.ignored = settings.ignored(&below);
            kept.push(candidate);
        }
        last = Some((folder, whole, place));
    }
    walked.candidates = kept;
    Ok(())
}

/// Whether every `include` fits something, as far as the run has looked everywhere below its folder. One that fits nothing
/// would keep a run clean for ever.
///
/// # Errors
/// An `include` that fits no file.
pub fn included(walked: &Walked, configs: &Configs) -> Result<(), Box<ConfigError>> {
    for (settings, asked) in whole(walked, configs) {
        if asked.kept == 0 && asked.left_out > 0 && settings.includes_some() {
            let message = "`include` fits no source file in this folder";
            let remedy = "name folders or files as from the folder of this file, or take the line out";
            return Err(settings.mistake("include", message, remedy));
        }
    }
    Ok(())
}

/// Whether anything is left where folders are looked at as a whole: an `include` that fits nothing there would keep the run
/// clean without a look.
///
/// # Errors
/// An `include` that leaves out all that was found.
pub fn listed(walked: &Walked, configs: &Configs) -> Result<(), Box<ConfigError>> {
    // What was named may lie beside what an `include` fits.
    let slips = |place: &usize| configs.all()[*place].includes_nothing();
    let culprit = walked.asked.iter().find(|(place, asked)| asked.unlisted > 0 && slips(place));
    match culprit.filter(|_| walked.candidates.is_empty()) {
        Some((place, _)) => {
            let named: Vec<String> = walked.paths.iter().map(|path| format!("`{}`", shown(path, &walked.cwd))).collect();
            let message = format!("`include` fits no source file in {}", named.join(", "));
            let remedy = "name folders or files as from the folder of this file, or look elsewhere";
            Err(configs.all()[*place].mistake("include", &message, remedy))
        }
        None => Ok(()),
    }
}

/// What is to be said of entries that change nothing. A pattern counts only where everything that it could fit was looked
/// for.
pub fn idle(walked: &Walked, configs: &Configs) -> Vec<Problem> {
    let entries = walked.asked.keys().flat_map(|place| configs.all()[*place].idle(&walked.cwd));
    let unmet = whole(walked, configs).flat_map(|(settings, asked)| settings.unmet(&walked.cwd, &asked.met));
    entries.chain(unmet).collect()
}

/// The settings below whose folder the run has looked everywhere, with what became of the files there.
fn whole<'a>(walked: &'a Walked, configs: &'a Configs) -> impl Iterator<Item = (&'a Settings, &'a Asked)> {
    let roots: Vec<_> = walked.paths.iter().filter_map(|path| walked.cwd.join(path).canonicalize().ok()).collect();
    let each = walked.asked.iter().map(|(place, asked)| (&configs.all()[*place], asked));
    each.filter(move |(settings, _)| roots.iter().any(|root| settings.folder.starts_with(root)))
}
