//! Texts for people are written without what a terminal or a reader of lines would obey: names of files and words of the
//! source may hold any character, and are not ours.

use crate::finding::{Evidence, Finding, Scanned};
use std::borrow::Cow;

/// A text in which control characters and those that turn the direction of writing stand as escapes, so that it stays in
/// its line.
pub fn tame(text: &str) -> Cow<'_, str> {
    if !text.contains(is_wild) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        if is_wild(letter) { out.extend(letter.escape_default()) } else { out.push(letter) }
    }
    out.into()
}

fn is_wild(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A file as it can be printed. Its text keeps its length, so that all places in it stay what they are.
pub fn tamed(file: &Scanned) -> Cow<'_, Scanned> {
    let wild = |text: &str| text.contains(is_wild);
    let said = |finding: &Finding| words(finding).into_iter().any(wild);
    if !wild(&file.path) && !file.text.contains(is_harmful) && !file.findings.iter().any(said) {
        return Cow::Borrowed(file);
    }
    let mut findings = file.findings.clone();
    for finding in &mut findings {
        finding.message = tame(&finding.message).into_owned();
        for mark in finding.related.iter_mut().chain(&mut finding.path).chain([&mut finding.primary]) {
            mark.label = tame(&mark.label).into_owned();
        }
        for Evidence { text, .. } in &mut finding.evidence {
            *text = tame(text).into_owned();
        }
    }
    Cow::Owned(Scanned { path: tame(&file.path).into_owned(), text: masked(&file.text).into(), findings })
}

/// The words of a finding that may be quoted from the source.
fn words(finding: &Finding) -> Vec<&str> {
    let marks = finding.related.iter().chain(&finding.path).chain([&finding.primary]).map(|mark| mark.label.as_str());
    let pieces = finding.evidence.iter().map(|piece| piece.text.as_str());
    marks.chain(pieces).chain([finding.message.as_str()]).collect()
}

/// Whether a character of a printed source line does more than to take its place.
fn is_harmful(letter: char) -> bool {
    is_wild(letter) && !matches!(letter, '\t' | '\n' | '\r')
}

/// The text with a stand-in of the same number of bytes for each harmful character.
fn masked(text: &str) -> String {
    let stand_in = |letter: char| match letter.len_utf8() {
        1 => '?',
        2 => '\u{bf}',
        _ => '\u{fffd}',
    };
    text.chars().map(|letter| if is_harmful(letter) { stand_in(letter) } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::{masked, tame};

    #[test]
    fn what_a_terminal_would_obey_is_only_shown() {
        assert_eq!(tame("a\u{1b}[31m\nb\u{202e}c"), "a\\u{1b}[31m\\nb\\u{202e}c");
        assert_eq!(tame("gr\u{fc}n"), "gr\u{fc}n");
        let text = "x\ty\u{1b}\u{9b}\u{202e}\r\n";
        assert_eq!((masked(text).len(), masked(text).as_str()), (text.len(), "x\ty?\u{bf}\u{fffd}\r\n"));
    }
}
