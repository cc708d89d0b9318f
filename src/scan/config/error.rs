use crate::rules::RuleError;
use miette::{Diagnostic, NamedSource, SourceSpan};
use std::ops::Range;
use std::path::Path;
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

impl From<Box<RuleError>> for Box<ConfigError> {
    fn from(error: Box<RuleError>) -> Self {
        let (message, remedy, source_code, span) = error.parts();
        Self::new(ConfigError { message, remedy, source_code, span: Some(span) })
    }
}

impl ConfigError {
    /// A mistake in the text of a file.
    pub fn new(
        path: &Path,
        text: &str,
        place: Option<Range<usize>>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Box<Self> {
        Box::new(Self {
            message: message.into(),
            remedy: remedy.into(),
            source_code: NamedSource::new(path.to_string_lossy(), text.to_owned()),
            span: place.map(SourceSpan::from),
        })
    }
}
