//! The words findings are told in.

/// `a socket`, `an event loop`, `an HTTP response`, by how the first letter or sound is spoken.
pub fn with_article(kind: &str) -> String {
    let mut letters = kind.chars();
    let (first, second) = (letters.next().unwrap_or_default(), letters.next().unwrap_or_default());
    let spelled = first.is_ascii_uppercase() && second.is_ascii_uppercase();
    let vowel = if spelled { "AEFHILMNORSX".contains(first) } else { "aeiouAEIO".contains(first) };
    format!("{} {kind}", if vowel { "an" } else { "a" })
}
