//! Files of a process that may be hostile, read by somebody who may be root.
//!
//! The process decides what its root holds, and changes it while we look. So every step goes from a descriptor and never
//! from a path that is looked up twice: no link leads out of that root, what is read is a regular file of the process's
//! own user, is looked at before it is opened (a pipe would block, a device do something), and has a bounded size. A file
//! system in user space could make us wait for ever: it is not entered.

use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat2};
use nix::sys::statfs::{FUSE_SUPER_MAGIC, fstatfs};
use std::fs::{File, OpenOptions, read_dir};
use std::io::Read as _;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// Names that are read of a folder; whoever has more there wants to keep us busy.
const MOST_NAMES: usize = 4096;

/// A folder below the root of a process, held open.
#[derive(Debug)]
pub(super) struct Confined {
    folder: File,
    /// The process's user.
    owner: u32,
}

impl Confined {
    /// The root of a process that runs as this user.
    pub fn open(root: &Path, owner: u32) -> Option<Self> {
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY;
        let folder = OpenOptions::new().read(true).custom_flags(flags.bits()).open(root).ok()?;
        Some(Self { folder, owner })
    }

    /// A folder in it, whoever it belongs to. Links are followed, for `/tmp` may be one, but not out of this folder.
    pub fn folder(&self, name: &str) -> Option<Self> {
        self.enter(name, OFlag::empty(), ResolveFlag::RESOLVE_IN_ROOT)
    }

    /// A folder in it that belongs to the process's user, and is no link.
    pub fn own_folder(&self, name: &str) -> Option<Self> {
        let strict = ResolveFlag::RESOLVE_BENEATH | ResolveFlag::RESOLVE_NO_SYMLINKS | ResolveFlag::RESOLVE_NO_XDEV;
        let folder = self.enter(name, OFlag::O_NOFOLLOW, strict)?;
        (folder.folder.metadata().ok()?.uid() == self.owner).then_some(folder)
    }

    /// The names in it, a bounded number of them.
    pub fn names(&self) -> Option<impl Iterator<Item = String>> {
        let entries = read_dir(place(&self.folder)).ok()?.take(MOST_NAMES);
        Some(entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()))
    }

    /// The bytes of a regular file in it that belongs to the process's user and is no larger than this.
    pub fn read(&self, name: &str, largest: u64) -> Option<Vec<u8>> {
        let strict = ResolveFlag::RESOLVE_BENEATH | ResolveFlag::RESOLVE_NO_SYMLINKS | ResolveFlag::RESOLVE_NO_XDEV;
        // Opened as a place only: that has no effect on whatever it is.
        let seen = self.descriptor(name, OFlag::O_PATH | OFlag::O_NOFOLLOW, strict)?;
        let metadata = seen.metadata().ok()?;
        if !metadata.is_file() || metadata.uid() != self.owner || metadata.len() > largest {
            return None;
        }
        // The same file, and not whatever has its name by now.
        let file = File::open(place(&seen)).ok()?;
        let mut bytes = Vec::new();
        file.take(largest).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    fn enter(&self, name: &str, more: OFlag, resolve: ResolveFlag) -> Option<Self> {
        let folder = self.descriptor(name, OFlag::O_PATH | OFlag::O_DIRECTORY | more, resolve)?;
        let hosted = fstatfs(&folder).ok()?.filesystem_type() == FUSE_SUPER_MAGIC;
        (!hosted).then_some(Self { folder, owner: self.owner })
    }

    fn descriptor(&self, name: &str, flags: OFlag, resolve: ResolveFlag) -> Option<File> {
        let resolve = resolve | ResolveFlag::RESOLVE_NO_MAGICLINKS;
        let how = OpenHow::new().flags(flags | OFlag::O_CLOEXEC).resolve(resolve);
        openat2(&self.folder, name, how).ok().map(File::from)
    }
}

/// What is held open, as a path that cannot be made to mean anything else.
fn place(file: &File) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

#[cfg(test)]
mod tests {
    use super::Confined;
    use nix::sys::stat::Mode;
    use nix::unistd::{Uid, mkfifo};
    use std::fs::{self, File};
    use std::os::unix::fs::{chown, symlink};
    use std::path::{Path, PathBuf};

    const LARGEST: u64 = 1024;

    /// A folder of one test, gone after it.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("confined-{name}-{}", std::process::id()));
            fs::create_dir(&path).expect("a folder");
            Self(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    /// A root with `tmp/own/7` in it, and something beside the root that must not be read.
    fn root(folder: &Path) -> PathBuf {
        let root = folder.join("root");
        fs::create_dir_all(root.join("tmp/own")).expect("a folder");
        fs::write(root.join("tmp/own/7"), "inside").expect("a file");
        fs::create_dir(folder.join("own")).expect("a folder");
        fs::write(folder.join("own/7"), "outside").expect("a file");
        root
    }

    fn read(root: &Path) -> Option<Vec<u8>> {
        let tmp = Confined::open(root, Uid::effective().as_raw())?.folder("tmp")?;
        assert!(tmp.names()?.any(|name| name == "own"));
        tmp.own_folder("own")?.read("7", LARGEST)
    }

    #[test]
    fn what_lies_where_it_should_is_read() {
        let folder = Folder::new("plain");
        let root = root(&folder.0);
        assert_eq!(read(&root).as_deref(), Some(&b"inside"[..]));
        // A link within the root may be absolute: it is one of that root.
        fs::rename(root.join("tmp"), root.join("var")).expect("it can be moved");
        symlink("/var", root.join("tmp")).expect("a link");
        assert_eq!(read(&root).as_deref(), Some(&b"inside"[..]));
    }

    #[test]
    fn links_lead_nowhere_else() {
        let folder = Folder::new("links");
        let root = root(&folder.0);
        let file = root.join("tmp/own/7");
        for target in [folder.0.join("own/7"), "../../../own/7".into(), "/proc/self/status".into()] {
            fs::remove_file(&file).expect("it is there");
            symlink(&target, &file).expect("a link");
            assert_eq!(read(&root), None, "{}", target.display());
        }
        for target in [folder.0.join("own"), "../../own".into(), "/proc/self/root".into()] {
            fs::remove_dir_all(root.join("tmp/own")).or_else(|_| fs::remove_file(root.join("tmp/own"))).expect("it is there");
            symlink(&target, root.join("tmp/own")).expect("a link");
            assert_eq!(read(&root), None, "{}", target.display());
        }
        fs::remove_dir_all(root.join("tmp")).expect("it is there");
        symlink(&folder.0, root.join("tmp")).expect("a link");
        assert!(Confined::open(&root, Uid::effective().as_raw()).and_then(|root| root.folder("tmp")).is_none());
    }

    #[test]
    fn pipes_devices_and_giants_are_not_opened() {
        let folder = Folder::new("pipes");
        let root = root(&folder.0);
        let file = root.join("tmp/own/7");
        File::create(&file).and_then(|file| file.set_len(LARGEST + 1)).expect("a large file");
        assert_eq!(read(&root), None, "too large");
        fs::remove_file(&file).expect("it is there");
        mkfifo(&file, Mode::S_IRWXU).expect("a pipe");
        assert_eq!(read(&root), None, "a pipe without a writer would block");
        fs::remove_file(&file).expect("it is there");
        fs::create_dir(&file).expect("a folder");
        assert_eq!(read(&root), None, "a folder");
    }

    #[test]
    fn what_belongs_to_somebody_else_is_not_read() {
        let folder = Folder::new("owner");
        let root = root(&folder.0);
        if !Uid::effective().is_root() {
            // Only root can give files away; the other way round is seen with another user's process.
            let other = Confined::open(&root, Uid::effective().as_raw() + 1).and_then(|root| root.folder("tmp"));
            assert!(other.expect("it is a folder").own_folder("own").is_none());
            return;
        }
        chown(root.join("tmp/own/7"), Some(65_534), None).expect("root may");
        assert_eq!(read(&root), None, "the file");
        chown(root.join("tmp/own/7"), Some(0), None).expect("root may");
        chown(root.join("tmp/own"), Some(65_534), None).expect("root may");
        assert_eq!(read(&root), None, "the folder");
    }
}
