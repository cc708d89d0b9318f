/// The candidate that a mistyped `word` most likely meant, if it is near enough to say so: no more than a third of the longer
/// of both may differ, letters that changed places counting once.
pub fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let scored = candidates.map(|candidate| (strsim::normalized_damerau_levenshtein(word, candidate), candidate));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))?;
    (best.0 >= 2.0 / 3.0).then_some(best.1)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn only_what_is_near_is_suggested() {
        let near = |word: &str, all: &[&'static str]| nearest(word, all.iter().copied());
        assert_eq!(near("slect", &["select", "ignore", "level"]), Some("select"));
        assert_eq!(near("hihg", &["high", "medium", "low"]), Some("high"));
        assert_eq!(near("unclosed-handel", &["unclosed-handle", "unbounded-cache"]), Some("unclosed-handle"));
        assert_eq!(near("severity", &["select", "level", "resource"]), None);
        assert_eq!(near("loud", &["high", "medium", "low", "never"]), None);
        assert_eq!(near("foo", &["forgotten-value", "lost-entry"]), None);
        assert_eq!(near("", &["a"]), None);
    }
}
