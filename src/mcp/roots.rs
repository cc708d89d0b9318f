//! The folders that a client opens to us.

use percent_encoding::percent_decode_str;
use std::path::{Path, PathBuf};

/// The folders in which paths may lie; there is at least one.
#[derive(Clone, Debug)]
pub struct Roots(Vec<PathBuf>);

impl Roots {
    /// Those that a client names, or the working directory if it names none.
    pub fn new<'a>(uris: impl Iterator<Item = &'a str>, cwd: &Path) -> Result<Self, String> {
        let mut folders = Vec::new();
        for uri in uris {
            let path =
                local(uri).ok_or_else(|| format!("the root `{uri}` is no file of this machine: a root begins with file:///"))?;
            // A folder that is not there opens nothing.
            folders.extend(path.canonicalize().ok());
        }
        if folders.is_empty() {
            let cwd = cwd.canonicalize().map_err(|error| format!("the working directory cannot be read: {error}"))?;
            folders.push(cwd);
        }
        Ok(Self(folders))
    }

    /// The folder from which a path without a root is taken.
    pub fn first(&self) -> &Path {
        &self.0[0]
    }

    /// A path as a whole, with the root it lies in, links followed; a sentence if it lies in none.
    pub fn confine(&self, path: &str) -> Result<(PathBuf, &Path), String> {
        let whole = self.first().join(path);
        let outside = || {
            let all: Vec<_> = self.0.iter().map(|root| root.display().to_string()).collect();
            format!(
                "`{path}` is outside of the folders that may be looked at ({}); ask the user to open it as a root",
                all.join(", ")
            )
        };
        let found = whole.canonicalize();
        // Whether something exists elsewhere is not said, either.
        let Ok(found) = found else {
            let below = self.0.iter().any(|root| plain(&whole).is_some_and(|plain| plain.starts_with(root)));
            return Err(if below { format!("`{path}` does not exist below `{}`", self.first().display()) } else { outside() });
        };
        match self.0.iter().find(|root| found.starts_with(root)) {
            Some(root) => Ok((found, root)),
            None => Err(outside()),
        }
    }
}

/// A path without `.` and `..`, read as words only; `None` if it leads above the top.
fn plain(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => plain.pop().then_some(())?,
            std::path::Component::CurDir => {}
            part => plain.push(part),
        }
    }
    Some(plain)
}

/// The path of a `file:` address of this machine.
fn local(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    let path = percent_decode_str(path).decode_utf8().ok()?;
    // `file:///C:/…` is written with a slash before the drive.
    let path = if cfg!(windows) { path.trim_start_matches('/') } else { path.as_ref() };
    Path::new(path).is_absolute().then(|| PathBuf::from(path))
}

#[cfg(test)]
mod tests {
    use super::{Roots, local};
    use std::fs;

    #[test]
    fn addresses_of_files_are_read() {
        assert_eq!(local("file:///a%20b/c").map(|path| path.display().to_string()).as_deref(), Some("/a b/c"));
        assert_eq!(local("file://localhost/a").map(|path| path.display().to_string()).as_deref(), Some("/a"));
        for wrong in ["http://a/b", "file://other/a", "file:///%ff", "a/b", ""] {
            assert_eq!(local(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_lies_outside_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let (inside, outside) = (folder.path().join("in side"), folder.path().join("outside"));
        fs::create_dir(&inside).expect("a folder");
        fs::create_dir(&outside).expect("a folder");
        fs::write(inside.join("a.py"), "").expect("a file");
        let uri = format!("file://{}", inside.display()).replace(' ', "%20");
        let roots = Roots::new([uri.as_str()].into_iter(), &outside).expect("roots");
        assert!(roots.confine("a.py").is_ok() && roots.confine(".").is_ok());
        assert!(roots.confine(inside.join("a.py").to_str().expect("letters")).is_ok());
        assert!(roots.confine("../outside").expect_err("outside").contains("is outside"));
        assert!(roots.confine("../nowhere").expect_err("outside").contains("is outside"));
        assert!(roots.confine("/etc/passwd").expect_err("outside").contains("is outside"));
        assert!(roots.confine("b.py").expect_err("nothing").contains("does not exist"));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&outside, inside.join("link")).expect("a link");
            assert!(roots.confine("link").expect_err("outside").contains("is outside"));
        }
        assert!(Roots::new(["http://a"].into_iter(), &outside).is_err());
        let cwd = Roots::new([].into_iter(), &outside).expect("the working directory");
        assert!(cwd.confine(".").is_ok() && cwd.confine("../in side").is_err());
    }
}
