use crate::rules::RuleError;
use crate::source::Span;
use miette::{Diagnostic, NamedSource, SourceSpan};
use std::ops::Range;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// A configuration that cannot be used, with the place and the remedy.
#[derive(Debug, Error, Diagnostic)]
#[error("{message}")]
#[diagnostic(code(watertight::config), help("{remedy}"))]
pub struct ConfigError {
    message: String,
    remedy: String,
    #[source_code]
    source_code: NamedSource<String>,
    #[label("here")]
    span: Option<SourceSpan>,
}

/// Longer lines are not printed.
const LONGEST: usize = 600;

impl From<Box<RuleError>> for Box<ConfigError> {
    fn from(error: Box<RuleError>) -> Self {
        let (message, remedy, source_code, span) = error.parts();
        Self::new(ConfigError { message, remedy, source_code, span: Some(span) })
    }
}

impl ConfigError {
    /// What to do about it.
    pub fn remedy(&self) -> &str {
        &self.remedy
    }

    /// The file with its text and the place in it, where there is one.
    pub fn place(&self) -> Option<(PathBuf, &str, Span)> {
        let span = self.span?;
        let start = span.offset() as u32;
        let span = Span::new(start, start + span.len() as u32);
        Some((PathBuf::from(self.source_code.name()), self.source_code.inner(), span))
    }

    /// A mistake in the text of a file.
    pub fn new(
        path: &Path,
        text: &str,
        place: Option<Range<usize>>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Box<Self> {
        let at = place.as_ref().map_or(0, |place| place.start);
        let line = text[..at].lines().count().max(1);
        // A line that nobody has written by hand, nobody can read either.
        let readable = text.lines().skip(line.saturating_sub(2)).take(3).all(|line| line.len() <= LONGEST);
        let (message, remedy) = (message.into(), remedy.into());
        if !readable {
            let message = format!("{}:{line}: {message}", path.display());
            let source_code = NamedSource::new(path.to_string_lossy(), String::new());
            return Box::new(Self { message, remedy, source_code, span: None });
        }
        let source_code = NamedSource::new(path.to_string_lossy(), text.to_owned());
        Box::new(Self { message, remedy, source_code, span: place.map(SourceSpan::from) })
    }
}
