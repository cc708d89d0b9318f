use super::{Each, growth, handle, judge_each};
use crate::extract::{Parsed, extract_again};
use crate::facts::Facts;
use crate::finding::Analysis;
use crate::index::{Outline, Project, outline};
use crate::language::languages;
use crate::rules::{RuleSet, Verbs};
use crate::source::Span;
use std::path::Path;

/// A text that changes and is judged again: its facts, and what helps to get those of its next version.
#[derive(Debug)]
pub struct Document {
    path: String,
    text: String,
    facts: Facts,
    parsed: Parsed,
}

impl Document {
    /// Reads a text; only what differs from `before` is parsed anew.
    ///
    /// Nothing comes of a text in no supported language, or if `stop` says so meanwhile.
    pub fn read(path: &str, text: &str, before: Option<&Self>, stop: &dyn Fn() -> bool) -> Option<Self> {
        let script = languages().script(Path::new(path), text)?;
        let (mut facts, parsed) = extract_again(script.language, &script.text, before.map(|before| &before.parsed), stop)?;
        facts.per_instance = script.per_instance;
        Some(Self { path: path.to_owned(), text: text.to_owned(), facts, parsed })
    }

    /// What the text says to the project. With `asking`, that includes the names about which its rules
    /// ask the project.
    pub fn outline(&self, is_test: bool, rules: &RuleSet, verbs: &Verbs, asking: Option<Each<'_>>) -> Outline {
        let mut outline = outline(&self.facts, &self.path, is_test, verbs);
        let listening = Project::listening();
        if let Some(each) = asking {
            judge_each((&self.path, &self.text), &self.facts, rules, &listening, each);
        } else {
            handle::check::tell(&self.path, &self.facts, rules, &listening);
            growth::served::tell(&self.path, &self.facts, rules, &listening);
        }
        outline.hear(listening.heard());
        outline.finish();
        outline
    }

    /// Where the comments are, if one of them may be meant for this program.
    pub fn comments(&self) -> &[Span] {
        &self.facts.comments
    }

    /// What the rules say about the text as a part of a project, as far as `each` asks them.
    pub fn judge(&self, rules: &RuleSet, project: &Project, each: Each<'_>) -> Option<Analysis> {
        judge_each((&self.path, &self.text), &self.facts, rules, project, each)
    }
}
