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
            Some((form, fields)) if shape.form.is_none_or(|known| known == form) => {
                shape.form = Some(form);
                shape.fields.extend(fields);
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

/// `( kind (field : ( _ ) @form.part)* ) @form`, or nothing if the pattern is anything else.
fn simple(grammar: &Language, tokens: &[String]) -> Option<(Form, Vec<(Part, NonZeroU16)>)> {
    let words: Vec<&str> = tokens.iter().map(String::as_str).collect();
    let ["(", _, middle @ .., ")", root] = words.as_slice() else { return None };
    let form = Form::from_word(root.strip_prefix('@')?)?;
    let mut fields = Vec::new();
    let mut rest = middle;
    while !rest.is_empty() {
        let ([field, ":", "(", "_", ")", capture, after @ ..] | [field, ":", "_", capture, after @ ..]) = rest else {
            return None;
        };
        let (_, part) = capture.strip_prefix('@')?.rsplit_once('.')?;
        fields.push((Part::from_word(part)?, grammar.field_id_for_name(field)?));
        rest = after;
    }
    Some((form, fields))
}
