use crate::source::Span;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether a fix may be made without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Safety {
    /// The program does what it did, and lets go.
    Safe,
    /// It may do something else: a limit evicts, a weak reference ends, code out of sight may rely on what changes.
    Unsafe,
}

impl Safety {
    /// The word used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
        }
    }
}

/// A text that takes the place of a span; an empty span is a place to insert at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// The bytes that go.
    pub span: Span,
    /// What comes instead.
    pub text: String,
}

impl Edit {
    /// Puts `text` in the place of `span`.
    pub fn replace(span: Span, text: impl Into<String>) -> Self {
        Self { span, text: text.into() }
    }

    /// Inserts `text` before the byte at `offset`.
    pub fn insert(offset: u32, text: impl Into<String>) -> Self {
        Self::replace(Span::new(offset, offset), text)
    }
}

/// Edits to one file that together end a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// What it does, as an order: capital letter, no full stop.
    pub title: String,
    /// Whether it may be made without asking.
    pub safety: Safety,
    /// In the order of their places; no two overlap.
    pub edits: Vec<Edit>,
}

impl Fix {
    /// A fix of these edits, whatever their order.
    pub fn new(title: impl Into<String>, safety: Safety, mut edits: Vec<Edit>) -> Self {
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
        Self { title: title.into(), safety, edits }
    }

    /// The text after the fix; nothing if an edit overlaps another or does not fit the text.
    pub fn apply(&self, text: &str) -> Option<String> {
        let mut fixed = String::with_capacity(text.len() + 64);
        let mut done = 0;
        for Edit { span, text: new } in &self.edits {
            let (start, end) = (span.start as usize, span.end as usize);
            text.get(start..end)?;
            fixed.push_str(text.get(done..start)?);
            fixed.push_str(new);
            done = end;
        }
        fixed.push_str(text.get(done..)?);
        Some(fixed)
    }
}

#[cfg(test)]
mod tests {
    use super::{Edit, Fix, Safety};
    use crate::source::Span;

    fn fixed(edits: Vec<Edit>) -> Option<String> {
        Fix::new("", Safety::Safe, edits).apply("aé-b")
    }

    #[test]
    fn edits_are_made_in_the_order_of_their_places() {
        let edits = vec![Edit::insert(5, "!"), Edit::replace(Span::new(1, 3), "e"), Edit::insert(0, ">")];
        assert_eq!(fixed(edits).as_deref(), Some(">ae-b!"));
    }

    #[test]
    fn edits_that_do_not_fit_make_no_fix() {
        assert_eq!(fixed(vec![Edit::replace(Span::new(0, 3), ""), Edit::insert(1, "x")]), None);
        assert_eq!(fixed(vec![Edit::insert(2, "x")]), None, "inside a letter");
        assert_eq!(fixed(vec![Edit::insert(9, "x")]), None, "behind the end");
    }
}
