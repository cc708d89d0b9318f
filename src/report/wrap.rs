/// Breaks `text` at spaces into lines of at most `width` characters; the first is led by `head`, the others by as many
/// spaces as `head` has characters. Line breaks in the text count as spaces.
pub fn wrap(head: &str, text: &str, width: usize) -> String {
    let margin = head.chars().count();
    let mut out = head.to_owned();
    let mut used = margin;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if used > margin && used + 1 + length > width {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', margin));
            used = margin;
        } else if used > margin {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += length;
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// A text in one line.
pub fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn lines_hang_below_the_head() {
        assert_eq!(wrap("risk  ", "one two\nthree four", 16), "risk  one two\n      three four\n");
        assert_eq!(wrap("  ", "", 16), "\n");
    }
}
