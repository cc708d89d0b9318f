use std::path::{Path, PathBuf};

/// The root of the one repository that all of these paths lie in.
pub fn repository_of(paths: &[PathBuf], cwd: &Path) -> Option<PathBuf> {
    let mut roots = paths.iter().map(|path| repository(&cwd.join(path).canonicalize().ok()?));
    let first = roots.next()??;
    roots.all(|root| root.as_ref() == Some(&first)).then_some(first)
}

/// The root of the repository that a folder lies in: the nearest folder with a `.git` in it, which is a file in a worktree
/// and in a submodule.
pub fn repository(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().find(|above| above.join(".git").exists()).map(Path::to_path_buf)
}
