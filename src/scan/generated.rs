use std::path::Path;

/// Ends of the names of files that were made smaller for delivery.
const ENDS: &[&str] = &[".min.js", ".min.mjs", ".min.cjs", ".bundle.js", "-min.js"];
/// A line longer than this, in bytes, is not meant to be read; only scripts are delivered so.
const LONG: usize = 1000;

/// Whether a program has written a text for other programs: more than half of it stands in lines that nobody reads.
pub fn generated(path: &Path, text: &str) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if ENDS.iter().any(|end| name.ends_with(end)) {
        return true;
    }
    let script = name.ends_with("js") || name.ends_with("jsx");
    script && text.len() > LONG && text.split('\n').map(str::len).filter(|len| *len > LONG).sum::<usize>() > text.len() / 2
}

#[cfg(test)]
mod tests {
    use super::generated;
    use std::path::Path;

    #[test]
    fn what_people_write_has_short_lines() {
        let long = format!("const a=[{}];", "1,".repeat(2000));
        let mixed = format!("{}\n{}", "const b = 2;\n".repeat(500), long);
        assert!(generated(Path::new("a.js"), &long));
        assert!(generated(Path::new("a.min.js"), "a()"));
        assert!(!generated(Path::new("a.js"), &mixed));
        assert!(!generated(Path::new("admin.js"), "a()"));
    }
}
