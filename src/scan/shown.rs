use std::path::{Component, Path};

/// A path as the user would write it: relative to `cwd` where it lies below it, `/` between parts, no `./`.
pub fn shown(path: &Path, cwd: &Path) -> String {
    let near = path.strip_prefix(cwd).unwrap_or(path);
    let mut text = String::new();
    for part in near.components() {
        match part {
            Component::Prefix(prefix) => text.push_str(&prefix.as_os_str().to_string_lossy()),
            Component::RootDir => text.push('/'),
            Component::CurDir => {}
            Component::ParentDir => push(&mut text, ".."),
            Component::Normal(name) => push(&mut text, &name.to_string_lossy()),
        }
    }
    if text.is_empty() { ".".to_owned() } else { text }
}

fn push(text: &mut String, part: &str) {
    if !text.is_empty() && !text.ends_with('/') {
        text.push('/');
    }
    text.push_str(part);
}

#[cfg(test)]
mod tests {
    use super::shown;
    use std::path::Path;

    #[test]
    fn paths_are_written_as_from_the_working_directory() {
        let cwd = Path::new("/home/me/project");
        for (given, expected) in [
            ("/home/me/project/src/a.py", "src/a.py"),
            ("./src/./a.py", "src/a.py"),
            ("../other/a.py", "../other/a.py"),
            ("/etc/a.py", "/etc/a.py"),
            ("/home/me/project", "."),
        ] {
            assert_eq!(shown(Path::new(given), cwd), expected);
        }
    }
}
