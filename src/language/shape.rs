//! What a node is by its kind and fields alone.
//!
//! Most patterns of a language only name a kind and some of its fields: `(call function: (_) @call.callee) @call`. They
//! are taken out of the query and put into a table indexed by kind, because looking a kind up is far cheaper than
//! matching it, and because a table can be asked about one node without visiting any other.

use super::{Form, Part};
use std::num::NonZeroU16;
use tree_sitter::{Language, Query};

/// What the patterns say about the nodes of one kind.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// What such a node is, unless a match says otherwise.
    pub form: Option<Form>,
    /// Which fields play which part.
    pub fields: Vec<(Part, NonZeroU16)>,
    /// Which words of the language, as direct children, play which part.
    pub words: Vec<(Part, u16)>,
    /// Whether patterns remain that have to be matched.
    pub matched: bool,
}

/// Reads the simple patterns into a table and disables them in the query; marks the kinds of all others.
pub fn read(grammar: &Language, query: &mut Query, patterns: &str) -> Vec<Shape> {
    let mut shapes = vec![Shape::default(); grammar.node_kind_count()];
    for index in 0..query.pattern_count() {
        let text = patterns.get(query.start_byte_for_pattern(index)..query.end_byte_for_pattern(index)).unwrap_or("");
        let tokens = tokens(text);
        let kind = tokens.get(1).map_or("", String::as_str);
        let Some(shape) = shapes.get_mut(usize::from(grammar.id_for_node_kind(kind, true))) else { continue };
        match simple(grammar, &tokens) {
            Some(Simple { form, fields, words }) if shape.form.is_none_or(|known| known == form) => {
                shape.form = Some(form);
                shape.fields.extend(fields);
                shape.words.extend(words);
                query.disable_pattern(index);
            }
            _ => shape.matched = true,
        }
    }
    shapes
}

/// Parentheses, colons and words; comments are left out.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    for line in text.lines() {
        let line = line.split(';').next().unwrap_or("");
        let spaced = line.replace('(', " ( ").replace(')', " ) ").replace(':', " : ");
        tokens.extend(spaced.split_whitespace().map(str::to_owned));
    }
    tokens
}

/// A pattern that a table can hold.
struct Simple {
    form: Form,
    fields: Vec<(Part, NonZeroU16)>,
    words: Vec<(Part, u16)>,
}

/// `( kind (field : ( _ ) @form.part | "word" @form.part)* ) @form`, or nothing if the pattern is anything else.
fn simple(grammar: &Language, tokens: &[String]) -> Option<Simple> {
    let words: Vec<&str> = tokens.iter().map(String::as_str).collect();
    let ["(", _, middle @ .., ")", root] = words.as_slice() else { return None };
    let form = Form::from_word(root.strip_prefix('@')?)?;
    let mut found = Simple { form, fields: Vec::new(), words: Vec::new() };
    let mut rest = middle;
    while !rest.is_empty() {
        rest = match rest {
            [field, ":", "(", "_", ")", capture, after @ ..] | [field, ":", "_", capture, after @ ..] => {
                found.fields.push((part(capture)?, grammar.field_id_for_name(field)?));
                after
            }
            [word, capture, after @ ..] if word.starts_with('"') => {
                found.words.push((part(capture)?, grammar.id_for_node_kind(word.trim_matches('"'), false)));
                after
            }
            _ => return None,
        };
    }
    Some(found)
}

fn part(capture: &str) -> Option<Part> {
    let (_, part) = capture.strip_prefix('@')?.rsplit_once('.')?;
    Part::from_word(part)
}

/// Those of several patterns that a grammar can match: what a language inherits may speak of
/// constructs that it lacks.
pub fn fitting(grammar: &Language, patterns: &str) -> String {
    let bare: String = patterns.lines().map(|line| line.split(';').next().unwrap_or("")).collect::<Vec<_>>().join("\n");
    let mut depth = 0_u32;
    let mut starts = Vec::new();
    for (at, c) in bare.char_indices() {
        match c {
            '(' | '[' => {
                starts.extend((depth == 0).then_some(at));
                depth += 1;
            }
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    let ends = starts.iter().skip(1).copied().chain([bare.len()]);
    starts.iter().zip(ends).map(|(start, end)| &bare[*start..end]).filter(|pattern| fits(grammar, pattern)).collect()
}

fn fits(grammar: &Language, pattern: &str) -> bool {
    Query::new(grammar, pattern).is_ok()
}
