use super::shape::{self, Shape};
use super::{Capture, Habits};
use miette::Diagnostic;
use thiserror::Error;
use tree_sitter::Query;

/// A language whose queries or habits cannot be used.
#[derive(Debug, Error, Diagnostic)]
#[error("language {language}: {message}")]
#[diagnostic(code(watertight::language))]
pub struct LanguageError {
    language: String,
    message: String,
}

impl LanguageError {
    /// What is wrong with a language.
    pub fn new(language: &str, message: String) -> Self {
        Self { language: language.to_owned(), message }
    }
}

/// A grammar with its compiled query and its habits.
#[derive(Debug)]
pub struct Language {
    /// The folder below `queries/`.
    pub id: String,
    /// The most general language it inherits from, or itself: the one for which rules have a vocabulary.
    pub family: String,
    /// What no query can point at.
    pub habits: Habits,
    /// The grammar.
    pub grammar: tree_sitter::Language,
    /// The patterns that have to be matched; the simple ones are in the shapes.
    pub query: Query,
    captures: Vec<Capture>,
    shapes: Vec<Shape>,
}

impl Language {
    /// Compiles a language.
    ///
    /// # Errors
    /// A query that the grammar refuses, or a capture that the vocabulary does not have.
    pub fn new(
        id: &str,
        family: &str,
        grammar: tree_sitter::Language,
        patterns: &str,
        habits: Habits,
    ) -> Result<Self, LanguageError> {
        let refuse = |message: String| LanguageError::new(id, message);
        let mut query = Query::new(&grammar, patterns).map_err(|error| refuse(error.to_string()))?;
        let meaning = |name: &&str| Capture::from_name(name).ok_or_else(|| refuse(format!("unknown capture @{name}")));
        let captures = query.capture_names().iter().map(meaning).collect::<Result<_, _>>()?;
        let shapes = shape::read(&grammar, &mut query, patterns);
        Ok(Self { id: id.to_owned(), family: family.to_owned(), habits, grammar, query, captures, shapes })
    }

    /// What the patterns say about the nodes of a kind.
    pub fn shape(&self, kind: u16) -> Option<&Shape> {
        self.shapes.get(usize::from(kind))
    }

    /// What the capture of this index means.
    pub fn capture(&self, index: u32) -> Capture {
        self.captures[index as usize]
    }
}
