use super::Rule;
use super::plain::plain;
use super::raw::Example;
use crate::language::languages;
use miette::{Diagnostic, NamedSource, SourceSpan};
use thiserror::Error;

/// A rule file that cannot be used, with the place and the remedy.
#[derive(Debug, Error, Diagnostic)]
#[error("{message}")]
#[diagnostic(code(watertight::rule), help("{remedy}"))]
pub struct RuleError {
    message: String,
    remedy: String,
    #[source_code]
    source_code: NamedSource<String>,
    #[label("here")]
    span: SourceSpan,
}

impl RuleError {
    /// What is wrong, what to do, the file, and the place in it.
    pub fn parts(self) -> (String, String, NamedSource<String>, SourceSpan) {
        (self.message, self.remedy, self.source_code, self.span)
    }
}

/// Reads one rule from TOML.
///
/// # Errors
/// Text that is no TOML, unknown or missing fields, an id that is not kebab-case, a summary that is too long, or a
/// vocabulary without an example in its language.
pub fn parse(file: &str, text: &str) -> Result<Rule, Box<RuleError>> {
    let refuse = |message: String, remedy: &str, span: std::ops::Range<usize>| {
        let source_code = NamedSource::new(file, text.to_owned());
        Box::new(RuleError { message, remedy: remedy.to_owned(), source_code, span: span.into() })
    };
    let rule: Rule = toml::from_str(text).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        refuse(plain(error.message()), "CONTRIBUTING.md lists the fields of a rule", span)
    })?;
    if !is_kebab(&rule.id) {
        return Err(refuse(format!("`{}` is not a rule id", rule.id), "use lower-case words joined by hyphens", 0..0));
    }
    if rule.summary.chars().count() > 100 {
        return Err(refuse("the summary is longer than 100 characters".into(), "move the detail to `why`", 0..0));
    }
    let shown = |example: &Example, language: &str| {
        example.language == *language || languages().family(&example.language) == Some(language)
    };
    let unshown = rule.vocabulary.keys().find(|language| !rule.examples.iter().any(|example| shown(example, language)));
    if let Some(language) = unshown {
        return Err(refuse(
            format!("there is no example for {language}"),
            "add an [[examples]] table with `bad` and `good`",
            0..0,
        ));
    }
    Ok(rule)
}

fn is_kebab(id: &str) -> bool {
    !id.is_empty()
        && id.split('-').all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}
