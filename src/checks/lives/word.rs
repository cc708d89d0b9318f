//! The words of which names are made.

use std::borrow::Cow;

/// The words a name is made of, lower case: `HTTPServer`, `http_server` and `httpServer` are `http`, `server`.
pub fn split(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    each_word(name, |word| words.push(lower(word).into_owned()));
    words
}

/// The words of the names that say the opposite of a name: those that have, for one of its words, an opposite of it. A row
/// of `pairs` is a word with its opposites.
pub fn opposites(pairs: &[Vec<String>], name: &str) -> Vec<Vec<String>> {
    let words = split(name);
    let other = |at: usize, word: &String| {
        let mut words = words.clone();
        words[at].clone_from(word);
        words
    };
    let rows = |word: &String| pairs.iter().filter(|row| row.first() == Some(word)).flat_map(|row| row.iter().skip(1)).collect();
    let found = words.iter().map(rows).enumerate();
    found.flat_map(|(at, found): (usize, Vec<&String>)| found.into_iter().map(move |word| other(at, word))).collect()
}

/// Whether a name is made of these words, which are written in small letters.
pub fn reads(name: &str, words: &[String]) -> bool {
    let letters = name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase);
    letters.eq(words.iter().flat_map(|word| word.chars()))
}

/// Hands out the words that a name is made of, as they are written.
fn each_word<'n>(name: &'n str, mut found: impl FnMut(&'n str)) {
    let (mut start, mut before) = (0, None::<char>);
    let mut letters = name.char_indices().peekable();
    while let Some((at, c)) = letters.next() {
        let apart = !c.is_alphanumeric();
        let after_lower = before.is_some_and(|before| before.is_lowercase() || before.is_ascii_digit());
        let upper = c.is_uppercase();
        let before_lower =
            upper && before.is_some_and(char::is_uppercase) && letters.peek().is_some_and(|(_, next)| next.is_lowercase());
        if apart || upper && after_lower || before_lower {
            if start < at {
                found(&name[start..at]);
            }
            start = if apart { at + c.len_utf8() } else { at };
        }
        before = Some(c);
    }
    if start < name.len() {
        found(&name[start..]);
    }
}

/// Whether a name ends in one of these: a word, or several joined by `_`.
pub fn ends_with(words: &[String], name: &str) -> bool {
    let mut last = None;
    each_word(name, |word| last = Some(word));
    let Some(last) = last.map(lower) else { return false };
    // Most words are told apart by their ends, which is quicker than to take them to pieces.
    let mut near = words.iter().filter(|word| word.ends_with(last.as_ref()));
    near.any(|word| **word == *last || (word.contains('_') && split(name).join("_").ends_with(word.as_str())))
}

/// Whether a name starts with one of these: a word, or several joined by `_`.
pub fn starts_with(words: &[String], name: &str) -> bool {
    let mut first = None;
    each_word(name, |word| first = first.or(Some(word)));
    let Some(first) = first.map(lower) else { return false };
    let mut near = words.iter().filter(|word| word.starts_with(first.as_ref()));
    near.any(|word| **word == *first || (word.contains('_') && split(name).join("_").starts_with(word.as_str())))
}

/// A word in small letters; most are written so.
fn lower(word: &str) -> Cow<'_, str> {
    let small = word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if small { Cow::Borrowed(word) } else { Cow::Owned(word.chars().flat_map(char::to_lowercase).collect()) }
}
