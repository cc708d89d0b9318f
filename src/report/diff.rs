use super::Paint;
use similar::{ChangeTag, TextDiff};
use std::io::{self, Write};

/// How many lines stand around a change.
const AROUND: usize = 3;

/// What changed in a file, as a unified diff that `patch -p0` and `git apply -p0` understand.
///
/// # Errors
/// What `out` says.
pub fn write(out: &mut dyn Write, path: &str, before: &str, after: &str, paint: Paint) -> io::Result<()> {
    let diff = TextDiff::from_lines(before, after);
    writeln!(out, "{}\n{}", paint.strong(&format!("--- {path}")), paint.strong(&format!("+++ {path}")))?;
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

#[cfg(test)]
mod tests {
    use super::write;
    use crate::report::Paint;

    #[test]
    fn a_diff_names_the_file_and_keeps_line_ends() {
        let mut out = Vec::new();
        write(&mut out, "a.py", "x\r\ny", "x\r\nz\n", Paint(false)).expect("a Vec can be written");
        let expected = "--- a.py\n+++ a.py\n@@ -1,2 +1,2 @@\n x\r\n-y\n\\ No newline at end of file\n+z\n";
        assert_eq!(String::from_utf8(out).expect("UTF-8"), expected);
    }
}
