//! JSON with the places of mistakes. The parser knows where it stood when it found one, which is behind the value; the
//! place of the value itself follows from the keys that lead to it.

use crate::rules::plain;
use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;
use serde_path_to_error::{Path, Segment};
use std::collections::BTreeMap;
use std::ops::Range;

/// What a text says; or the place of the mistake in it, and what it is.
pub fn read<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, (Range<usize>, String)> {
    let behind = |error: &serde_json::Error| offset(text, error.line(), error.column());
    let mut parser = serde_json::Deserializer::from_str(text);
    let read: T = serde_path_to_error::deserialize(&mut parser).map_err(|error| {
        let path = error.path().clone();
        let error = error.into_inner();
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
        let at = behind(&error);
        let of_data = error.classify() == Category::Data && !message.starts_with("unknown field");
        let place = of_data.then(|| value(text, &path)).flatten().unwrap_or(at..at);
        (place, plain(message).replace("a table", "an object").replace("a list", "an array"))
    })?;
    parser.end().map_err(|error| (behind(&error)..behind(&error), "there is more behind the end".to_owned()))?;
    Ok(read)
}

/// The place of the value to which keys lead: its first line.
fn value(text: &str, path: &Path) -> Option<Range<usize>> {
    let mut raw: &RawValue = serde_json::from_str(text).ok()?;
    for segment in path {
        raw = match segment {
            Segment::Map { key } => serde_json::from_str::<BTreeMap<String, &RawValue>>(raw.get()).ok()?.remove(key)?,
            Segment::Seq { index } => serde_json::from_str::<Vec<&RawValue>>(raw.get()).ok()?.get(*index).copied()?,
            Segment::Enum { .. } | Segment::Unknown => break,
        };
    }
    // The value is a part of the text, so the distance of the two is its place.
    let start = (raw.get().as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    let length = raw.get().lines().next().map_or(0, str::len);
    Some(start..start + length)
}

/// The byte at a line and a column, both from 1, as `serde_json` counts them.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut at = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
