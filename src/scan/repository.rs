use std::path::{Path, PathBuf};

/// The root of the repository that a folder lies in: the nearest folder with a `.git` in it, which is a file in a worktree
/// and in a submodule.
pub fn repository(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().find(|above| above.join(".git").exists()).map(Path::to_path_buf)
}
