use super::Analyzer;
use super::decode::{Decoded, decode};
use super::generated::generated;
use super::nesting::too_deep;
use super::walk::Candidate;
use crate::finding::ProblemKind;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek};

/// What came of reading one candidate.
pub enum Reading {
    /// A text to analyse.
    Text(Decoded),
    /// A file in no supported language.
    Foreign,
    /// A file that a program has written for other programs: minified, or bundled into a few lines.
    Generated,
    /// A file that cannot be analysed.
    Refused(ProblemKind, String),
}

/// The bytes of a candidate and the text they stand for; nothing where one or the other is not to be had.
pub fn reread(candidate: &Candidate, limit: u64) -> Option<(Vec<u8>, Decoded)> {
    let mut bytes = Vec::new();
    File::open(&candidate.path).ok()?.take(limit + 1).read_to_end(&mut bytes).ok()?;
    let decoded = decode(bytes.clone()).filter(|_| bytes.len() as u64 <= limit)?;
    Some((bytes, decoded))
}

/// Reads a candidate, unless it is too large or no text.
pub fn read(candidate: &Candidate, analyzer: &dyn Analyzer, limit: u64) -> Reading {
    attempt(candidate, analyzer, limit)
        .unwrap_or_else(|error| Reading::Refused(ProblemKind::Unreadable, format!("could not be read: {error}")))
}

fn attempt(candidate: &Candidate, analyzer: &dyn Analyzer, limit: u64) -> io::Result<Reading> {
    if let Some(content) = &candidate.content {
        return given(candidate, content, analyzer, limit);
    }
    let mut file = File::open(&candidate.path)?;
    if candidate.sniff && !sniffed(&mut file, analyzer)? {
        return Ok(Reading::Foreign);
    }
    let expected = file.metadata()?.len();
    if expected > limit {
        return Ok(too_large(limit));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(0) + 1);
    // The file may grow while it is read, and some report no size at all.
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Ok(too_large(limit));
    }
    Ok(understood(candidate, bytes))
}

/// Takes a content that does not come from the disk.
fn given(candidate: &Candidate, content: &[u8], analyzer: &dyn Analyzer, limit: u64) -> io::Result<Reading> {
    if candidate.sniff && !sniffed(&mut Cursor::new(content), analyzer)? {
        return Ok(Reading::Foreign);
    }
    Ok(if content.len() as u64 > limit { too_large(limit) } else { understood(candidate, content.to_vec()) })
}

fn too_large(limit: u64) -> Reading {
    Reading::Refused(ProblemKind::TooLarge, format!("is larger than the limit of {}", size(limit)))
}

fn understood(candidate: &Candidate, bytes: Vec<u8>) -> Reading {
    match decode(bytes) {
        Some(decoded) if too_deep(&decoded.text) => {
            Reading::Refused(ProblemKind::TooDeep, "opens thousands of brackets inside each other".into())
        }
        // Whoever names such a file means it.
        Some(decoded) if !candidate.named && generated(&candidate.path, &decoded.text) => Reading::Generated,
        Some(decoded) => Reading::Text(decoded),
        None => Reading::Refused(ProblemKind::Binary, "holds NUL bytes, so it is no source text".into()),
    }
}

/// Whether the first line names a supported language; the file is then at its start again.
fn sniffed(file: &mut (impl Read + Seek), analyzer: &dyn Analyzer) -> io::Result<bool> {
    let mut head = Vec::with_capacity(256);
    file.by_ref().take(256).read_to_end(&mut head)?;
    let first = String::from_utf8_lossy(head.split(|byte| *byte == b'\n').next().unwrap_or_default());
    file.rewind()?;
    Ok(first.starts_with("#!") && analyzer.handles_shebang(first.trim_end()))
}

/// A size in the largest unit that divides it.
fn size(bytes: u64) -> String {
    for (unit, factor) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] {
        if bytes >= factor && bytes.is_multiple_of(factor) {
            return format!("{} {unit}", bytes / factor);
        }
    }
    format!("{bytes} bytes")
}
