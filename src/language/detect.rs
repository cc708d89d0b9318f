use super::{Language, LanguageError};
use std::{path::Path, sync::OnceLock};

include!(concat!(env!("OUT_DIR"), "/queries.rs"));

/// The grammars by folder; the one line that a new language adds here is the one that Cargo.toml cannot say.
fn grammar(id: &str) -> Option<tree_sitter::Language> {
    match id {
        "python" => Some(tree_sitter_python::LANGUAGE.into()),
        _ => None,
    }
}

/// Every language that has a folder below `queries/`.
#[derive(Debug)]
pub struct Languages {
    all: Vec<Language>,
}

impl Languages {
    /// Compiles all embedded languages.
    ///
    /// # Errors
    /// The first language that cannot be used; the tests keep that from shipping.
    pub fn compile() -> Result<Self, LanguageError> {
        let mut ids: Vec<&str> = QUERIES.iter().filter_map(|(path, _)| Some(path.split_once('/')?.0)).collect();
        ids.dedup();
        let all = ids.into_iter().filter_map(|id| Some(Self::one(id, grammar(id)?))).collect::<Result<_, _>>()?;
        Ok(Self { all })
    }

    fn one(id: &str, grammar: tree_sitter::Language) -> Result<Language, LanguageError> {
        let files = || QUERIES.iter().filter(|(path, _)| path.split_once('/').is_some_and(|(folder, _)| folder == id));
        let patterns: String = files()
            .filter(|(path, _)| Path::new(path).extension().is_some_and(|end| end == "scm"))
            .flat_map(|(_, text)| [text, "\n"])
            .collect();
        let habits = files().find(|(path, _)| path.ends_with("language.toml")).map_or("", |(_, text)| text);
        Language::new(id, grammar, &patterns, habits)
    }

    /// The language of this id.
    pub fn get(&self, id: &str) -> Option<&Language> {
        self.all.iter().find(|language| language.id == id)
    }

    /// Every language, ordered by id.
    pub fn iter(&self) -> impl Iterator<Item = &Language> {
        self.all.iter()
    }

    /// The language of a file by its extension.
    pub fn by_path(&self, path: &Path) -> Option<&Language> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        self.all.iter().find(|language| language.habits.extensions.contains(&extension))
    }

    /// The language of a script by the interpreter its first line names.
    pub fn by_shebang(&self, text: &str) -> Option<&Language> {
        let line = text.lines().next()?.strip_prefix("#!")?;
        let mut words = line.split_whitespace().map(|word| word.rsplit('/').next().unwrap_or(word));
        let program = words.find(|word| *word != "env" && !word.starts_with('-'))?;
        let fits =
            |known: &String| program == known || program.strip_prefix(known.as_str()).is_some_and(|rest| rest.starts_with('.'));
        self.all.iter().find(|language| language.habits.interpreters.iter().any(fits))
    }
}

/// The embedded languages, compiled once for the process.
///
/// # Panics
/// If an embedded query does not compile, which `tests/language.rs` rules out for a build that ships.
pub fn languages() -> &'static Languages {
    static ALL: OnceLock<Languages> = OnceLock::new();
    ALL.get_or_init(|| Languages::compile().expect("the embedded queries compile"))
}
