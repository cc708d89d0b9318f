use super::Paint;
use super::tame::tame;
use similar::{ChangeTag, TextDiff};
use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

/// How many lines stand around a change.
const AROUND: usize = 3;

/// What changed in a file, as a unified diff that `patch -p0` and `git apply -p0` understand.
///
/// # Errors
/// What `out` says.
pub fn write(out: &mut dyn Write, path: &str, before: &str, after: &str, paint: Paint) -> io::Result<()> {
    let diff = TextDiff::from_lines(before, after);
    let name = quoted(path);
    writeln!(out, "{}\n{}", paint.strong(&format!("--- {name}")), paint.strong(&format!("+++ {name}")))?;
    for hunk in diff.unified_diff().context_radius(AROUND).iter_hunks() {
        writeln!(out, "{}", hunk.header())?;
        for change in hunk.iter_changes() {
            let (sign, line) = (change.tag(), change.value());
            // The line break is not coloured, and a missing one is told.
            let (body, end) = line.strip_suffix('\n').map_or((line, "\n\\ No newline at end of file\n"), |body| (body, "\n"));
            match sign {
                ChangeTag::Equal => write!(out, " {body}{end}")?,
                ChangeTag::Delete => write!(out, "{}{end}", paint.bad(&format!("-{body}")))?,
                ChangeTag::Insert => write!(out, "{}{end}", paint.good(&format!("+{body}")))?,
            }
        }
    }
    Ok(())
}

/// A name of a file as `git` writes it and reads it: in quotes, with escapes, where a terminal or a reader of lines would take
/// it for something else.
fn quoted(path: &str) -> Cow<'_, str> {
    if tame(path) == path && !path.contains(['"', '\\']) {
        return path.into();
    }
    let mut name = String::from("\"");
    for letter in path.chars() {
        if letter == '"' || letter == '\\' {
            name.extend(['\\', letter]);
        } else if tame(letter.encode_utf8(&mut [0; 4])).starts_with('\\') {
            for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
                write!(name, "\\{byte:03o}").expect("a String can be written");
            }
        } else {
            name.push(letter);
        }
    }
    name.push('"');
    name.into()
}

#[cfg(test)]
mod tests {
    use super::{quoted, write};
    use crate::report::Paint;

    #[test]
    fn a_diff_names_the_file_and_keeps_line_ends() {
        let mut out = Vec::new();
        write(&mut out, "a.py", "x\r\ny", "x\r\nz\n", Paint(false)).expect("a Vec can be written");
        let expected = "--- a.py\n+++ a.py\n@@ -1,2 +1,2 @@\n x\r\n-y\n\\ No newline at end of file\n+z\n";
        assert_eq!(String::from_utf8(out).expect("UTF-8"), expected);
    }

    #[test]
    fn names_that_a_terminal_would_obey_are_quoted() {
        assert_eq!(quoted("a b/\u{fc}.py"), "a b/\u{fc}.py");
        assert_eq!(quoted("a\u{1b}[31m\"\n\u{202e}\\.py"), "\"a\\033[31m\\\"\\012\\342\\200\\256\\\\.py\"");
    }
}
