/// No parser of a supported language accepts half of this, and ours would take seconds to say so.
const DEEPEST: i64 = 10_000;

/// Whether brackets are opened so much more often than closed that the text is no program.
///
/// Brackets in strings and comments count too, so this is a guard against hostile input and not a measure of depth.
pub fn too_deep(text: &str) -> bool {
    let mut depth: i64 = 0;
    let mut low: i64 = 0;
    text.bytes().any(|byte| {
        depth += match byte {
            b'(' | b'[' | b'{' => 1,
            b')' | b']' | b'}' => -1,
            _ => 0,
        };
        low = low.min(depth);
        depth - low > DEEPEST
    })
}

#[cfg(test)]
mod tests {
    use super::too_deep;

    #[test]
    fn only_what_no_program_is_counts() {
        assert!(too_deep(&"[".repeat(100_000)));
        assert!(too_deep(&(")".repeat(50_000) + &"(".repeat(50_000))));
        assert!(!too_deep(&"f([x])\n".repeat(100_000)));
    }
}
