use super::uri;
use crate::report::markdown;
use crate::rules::RuleSet;
use lsp_types::Uri;
use rustc_hash::FxHashMap;
use std::path::PathBuf;
use std::{env, fs};

/// The pages of the rules as files, so that an editor can open them without a network.
#[derive(Debug, Default)]
pub struct Pages {
    folder: Option<PathBuf>,
    texts: FxHashMap<String, String>,
    written: FxHashMap<String, Option<Uri>>,
}

impl Pages {
    /// Pages in the user's cache, if there is one.
    pub fn new() -> Self {
        let folder = cache().map(|cache| cache.join("watertight").join(env!("CARGO_PKG_VERSION")).join("rules"));
        Self { folder, ..Self::default() }
    }

    /// Takes note of rules.
    pub fn learn(&mut self, rules: &RuleSet) {
        for rule in rules.iter() {
            let page = markdown(rule);
            if self.texts.get(&rule.id) != Some(&page) {
                self.texts.insert(rule.id.clone(), page);
                self.written.remove(&rule.id);
            }
        }
    }

    /// The page of a rule as text.
    pub fn text(&self, rule: &str) -> Option<&str> {
        self.texts.get(rule).map(String::as_str)
    }

    /// Where the page of a rule stands; it is written when it is first asked for.
    pub fn uri(&mut self, rule: &str) -> Option<Uri> {
        if let Some(known) = self.written.get(rule) {
            return known.clone();
        }
        let uri = self.write(rule);
        self.written.insert(rule.to_owned(), uri.clone());
        uri
    }

    /// A page that cannot be written is no link, and nothing worse.
    fn write(&self, rule: &str) -> Option<Uri> {
        let text = self.texts.get(rule)?;
        let folder = self.folder.as_ref()?;
        let path = folder.join(format!("{rule}.md"));
        if fs::read_to_string(&path).is_ok_and(|there| there == *text) {
            return Some(uri::of(&path));
        }
        fs::create_dir_all(folder).and_then(|()| fs::write(&path, text)).ok()?;
        Some(uri::of(&path))
    }
}

/// The folder for what can be made again: of the XDG base directories, or of the system.
fn cache() -> Option<PathBuf> {
    let named = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    if cfg!(windows) {
        return named("LOCALAPPDATA");
    }
    let below = if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" };
    named("XDG_CACHE_HOME").or_else(|| Some(named("HOME")?.join(below)))
}
