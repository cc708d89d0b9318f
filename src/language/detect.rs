use super::shape::fitting;
use super::{Habits, Language, LanguageError, page};
use std::{borrow::Cow, path::Path, sync::OnceLock};

include!(concat!(env!("OUT_DIR"), "/queries.rs"));

/// The grammars by folder; the one line that a new language adds here is the one that Cargo.toml cannot say.
fn grammar(id: &str) -> Option<tree_sitter::Language> {
    match id {
        "javascript" => Some(tree_sitter_javascript::LANGUAGE.into()),
        "python" => Some(tree_sitter_python::LANGUAGE.into()),
        "rust" => Some(tree_sitter_rust::LANGUAGE.into()),
        "tsx" => Some(tree_sitter_typescript::LANGUAGE_TSX.into()),
        "typescript" => Some(tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into()),
        _ => None,
    }
}

/// A language whose habits are known and whose queries are compiled when its first file is met.
#[derive(Debug)]
struct Entry {
    id: &'static str,
    /// The languages it inherits from, the most general first, and itself.
    lineage: Vec<&'static str>,
    habits: Habits,
    compiled: OnceLock<Language>,
}

/// What is to be analysed of a file.
#[derive(Debug)]
pub struct Script<'l, 't> {
    /// Its language.
    pub language: &'l Language,
    /// The text, blank where it is in another language.
    pub text: Cow<'t, str>,
    /// Whether it runs once for each instance of what the file defines, and not once for the process.
    pub per_instance: bool,
}

/// Every language that has a folder below `queries/`.
#[derive(Debug)]
pub struct Languages {
    all: Vec<Entry>,
}

impl Languages {
    /// Reads the habits of all embedded languages.
    ///
    /// # Errors
    /// The first language whose habits cannot be used; the tests keep that from shipping.
    pub fn read() -> Result<Self, LanguageError> {
        let mut ids: Vec<&str> = QUERIES.iter().filter_map(|(path, _)| Some(path.split_once('/')?.0)).collect();
        ids.dedup();
        let known = ids.into_iter().filter(|id| grammar(id).is_some());
        let all = known.map(|id| {
            let lineage = lineage(id)?;
            let habits = Habits::of(id, lineage.iter().map(|id| habits(id)))?;
            Ok(Entry { id, lineage, habits, compiled: OnceLock::new() })
        });
        Ok(Self { all: all.collect::<Result<_, _>>()? })
    }

    /// The language of this id.
    ///
    /// # Panics
    /// If an embedded query does not compile, which `tests/language.rs` rules out for a build that ships.
    pub fn get(&self, id: &str) -> Option<&Language> {
        self.all.iter().find(|entry| entry.id == id).map(Entry::compiled)
    }

    /// The most general language that the language of this id inherits from, or itself.
    pub fn family(&self, id: &str) -> Option<&str> {
        self.all.iter().find(|entry| entry.id == id).map(|entry| entry.lineage[0])
    }

    /// Every language, ordered by id.
    pub fn iter(&self) -> impl Iterator<Item = &Language> {
        self.all.iter().map(Entry::compiled)
    }

    /// Whether a file's extension is that of a supported language.
    pub fn knows(&self, path: &Path) -> bool {
        self.entry(path).is_some()
    }

    /// The language of a file by its extension.
    pub fn by_path(&self, path: &Path) -> Option<&Language> {
        self.entry(path).map(Entry::compiled)
    }

    /// What is to be analysed of a text: all of it, or the scripts of a page; its language follows from the path or from
    /// the interpreter that the first line names.
    pub fn script<'t>(&self, path: &Path, text: &'t str) -> Option<Script<'_, 't>> {
        let whole = |language| Script { language, text: Cow::Borrowed(text), per_instance: false };
        let Some(entry) = self.entry(path) else { return self.by_shebang(text).map(whole) };
        if !entry.habits.pages.contains(&extension(path)?) {
            return Some(whole(entry.compiled()));
        }
        let page = page::read(text, extension(path).is_some_and(|extension| entry.habits.instances.contains(&extension)));
        // The language of a script is named by its extension.
        let named = self.all.iter().find(|other| other.habits.extensions.contains(&page.lang) && other.lineage[0] == entry.id);
        let language = named.unwrap_or(entry).compiled();
        Some(Script { language, text: Cow::Owned(page.text), per_instance: page.per_instance })
    }

    /// Whether a file only declares what other files do, so that there is nothing in it to find.
    pub fn only_declares(&self, path: &Path) -> bool {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        self.entry(path).is_some_and(|entry| entry.habits.declarations.iter().any(|end| name.ends_with(end.as_str())))
    }

    /// The extensions of all files that are read, without the dot, in order.
    pub fn extensions(&self) -> Vec<&str> {
        let each = self.all.iter().flat_map(|entry| entry.habits.extensions.iter().chain(&entry.habits.pages));
        let mut all: Vec<&str> = each.map(String::as_str).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// What starts a comment in a file, as far as its path or its first line tells.
    pub fn comment(&self, path: &Path, text: &str) -> Option<&str> {
        let habits = match self.entry(path) {
            Some(entry) => &entry.habits,
            None => &self.by_shebang(text)?.habits,
        };
        habits.comments.first().map(String::as_str)
    }

    fn entry(&self, path: &Path) -> Option<&Entry> {
        let extension = extension(path)?;
        self.all.iter().find(|entry| entry.habits.extensions.contains(&extension) || entry.habits.pages.contains(&extension))
    }

    /// The language of a script by the interpreter its first line names.
    pub fn by_shebang(&self, text: &str) -> Option<&Language> {
        let line = text.lines().next()?.strip_prefix("#!")?;
        let mut words = line.split_whitespace().map(|word| word.rsplit('/').next().unwrap_or(word));
        let program = words.find(|word| *word != "env" && !word.starts_with('-'))?;
        let fits =
            |known: &String| program == known || program.strip_prefix(known.as_str()).is_some_and(|rest| rest.starts_with('.'));
        self.all.iter().find(|entry| entry.habits.interpreters.iter().any(fits)).map(Entry::compiled)
    }
}

impl Entry {
    fn compiled(&self) -> &Language {
        self.compiled.get_or_init(|| self.compile().expect("the embedded queries compile"))
    }

    fn compile(&self) -> Result<Language, LanguageError> {
        let grammar = grammar(self.id).ok_or_else(|| LanguageError::new(self.id, "has no grammar".to_owned()))?;
        let inherited = self.lineage.iter().filter(|id| **id != self.id);
        let mut patterns: String = inherited.map(|id| fitting(&grammar, &patterns_of(id))).collect();
        patterns.push_str(&patterns_of(self.id));
        Language::new(self.id, self.lineage[0], grammar, &patterns, self.habits.clone())
    }
}

fn extension(path: &Path) -> Option<String> {
    Some(path.extension()?.to_str()?.to_ascii_lowercase())
}

/// A language after those it inherits from.
fn lineage(id: &'static str) -> Result<Vec<&'static str>, LanguageError> {
    let mut all = vec![id];
    while let Some(parent) = Habits::parent(all[0], habits(all[0]))? {
        let known = QUERIES.iter().filter_map(|(path, _)| Some(path.split_once('/')?.0)).find(|folder| *folder == parent);
        match known {
            Some(parent) if !all.contains(&parent) => all.insert(0, parent),
            _ => return Err(LanguageError::new(id, format!("inherits from `{parent}`, which is unknown or inherits from it"))),
        }
    }
    Ok(all)
}

fn files(id: &str) -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    QUERIES.iter().filter(move |(path, _)| path.split_once('/').is_some_and(|(folder, _)| folder == id))
}

fn patterns_of(id: &str) -> String {
    let queries = files(id).filter(|(path, _)| Path::new(path).extension().is_some_and(|end| end == "scm"));
    queries.flat_map(|(_, text)| [*text, "\n"]).collect()
}

fn habits(id: &str) -> &'static str {
    files(id).find(|(path, _)| path.ends_with("language.toml")).map_or("", |(_, text)| text)
}

/// The embedded languages; each is compiled once for the process, when it is first needed.
///
/// # Panics
/// If embedded habits cannot be read, which `tests/language.rs` rules out for a build that ships.
pub fn languages() -> &'static Languages {
    static ALL: OnceLock<Languages> = OnceLock::new();
    ALL.get_or_init(|| Languages::read().expect("the embedded habits can be read"))
}
