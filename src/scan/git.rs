use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

/// A repository, read through the `git` program.
///
/// The program is asked rather than a library, because only it knows every form of a repository that its own version may
/// write, and because four plumbing commands do not pay for some hundred further dependencies. A repository may be hostile:
/// its own configuration can name programs to run. So nothing is asked that looks at the working tree (which would run
/// filters and the file system monitor), nothing that makes a diff for people (which would run external ones), no hook runs,
/// and nothing is fetched.
#[derive(Debug)]
pub struct Git {
    root: PathBuf,
}

/// A file in a commit or in the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name of its content.
    pub id: String,
    /// Its path from the root of the repository.
    pub path: String,
}

impl Git {
    /// The repository that a folder lies in.
    ///
    /// # Errors
    /// There is none, or `git` cannot be run, or it does not trust the folder's owner.
    pub fn at(folder: &Path) -> Result<Self, String> {
        let root = said(command(folder).args(["rev-parse", "--show-toplevel"]))?;
        let root = PathBuf::from(String::from_utf8_lossy(&root).trim_end_matches(['\n', '\r']));
        Ok(Self { root: root.canonicalize().unwrap_or(root) })
    }

    /// The root of the working tree.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The commit where the present one left the line of `rev`, so that what others did there since is not taken for a part
    /// of the change; the commit `rev` itself where the two have no common history.
    ///
    /// # Errors
    /// There is no such commit.
    pub fn base(&self, rev: &str) -> Result<String, String> {
        let exact = format!("{rev}^{{commit}}");
        let commit = self.line(&["rev-parse", "--verify", "--quiet", "--end-of-options", &exact]);
        let commit = commit
            .map_err(|_| format!("there is no commit `{rev}` here; a shallow clone may lack it (`git fetch --unshallow`)"))?;
        Ok(self.line(&["merge-base", &commit, "HEAD"]).unwrap_or(commit))
    }

    /// The present commit; none before the first.
    pub fn head(&self) -> Option<String> {
        self.line(&["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]).ok()
    }

    /// The files of a commit.
    ///
    /// # Errors
    /// What `git` says.
    pub fn tree(&self, commit: &str) -> Result<Vec<Entry>, String> {
        let listing = said(command(&self.root).args(["ls-tree", "-r", "-z", "--full-tree", commit]))?;
        // `<mode> <type> <id>\t<path>`
        Ok(entries(&listing, 2))
    }

    /// The files as they are staged; one in the middle of a merge is not.
    ///
    /// # Errors
    /// What `git` says.
    pub fn staged(&self) -> Result<Vec<Entry>, String> {
        let listing = said(command(&self.root).args(["ls-files", "--stage", "-z"]))?;
        // `<mode> <id> <stage>\t<path>`
        Ok(entries(&listing, 1))
    }

    /// The files that were renamed between a commit and what is staged, from the new path to the old one.
    ///
    /// # Errors
    /// What `git` says.
    pub fn renamed(&self, commit: &str) -> Result<Vec<(String, String)>, String> {
        let args = ["diff-index", "--cached", "--raw", "-z", "-M", "--diff-filter=R", "--no-ext-diff", "--no-textconv", commit];
        let listing = said(command(&self.root).args(args))?;
        let mut parts = listing.split(|byte| *byte == 0).map(|part| String::from_utf8_lossy(part).into_owned());
        let mut pairs = Vec::new();
        while let (Some(_), Some(old), Some(new)) = (parts.next(), parts.next(), parts.next()) {
            pairs.push((new, old));
        }
        Ok(pairs)
    }

    /// Gives `each` the contents of these names, by their place in the list; what is larger than `limit` is left out.
    ///
    /// # Errors
    /// What `git` says, or an answer that cannot be understood.
    pub fn contents(&self, ids: &[&str], limit: u64, mut each: impl FnMut(usize, Vec<u8>)) -> Result<(), String> {
        let mut child = command(&self.root)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| unable(&error))?;
        let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("git gave no pipe".to_owned());
        };
        let wanted: String = ids.iter().flat_map(|id| [*id, "\n"]).collect();
        // Both pipes fill up, so one side needs a thread; a `git` that stops reading has stopped answering as well.
        let asking = thread::spawn(move || drop(input.write_all(wanted.as_bytes())));
        let read = answers(&mut BufReader::new(output), ids.len(), limit, &mut each);
        // A child whose answers are not wanted any more would wait for ever.
        if read.is_err() {
            let _ = child.kill();
        }
        let _ = asking.join();
        let _ = child.wait();
        read.map_err(|error| format!("could not read from git: {error}"))
    }

    /// The one line that a command answers.
    fn line(&self, args: &[&str]) -> Result<String, String> {
        let answer = said(command(&self.root).args(args))?;
        Ok(String::from_utf8_lossy(&answer).trim().to_owned())
    }
}

/// Reads `count` answers of `cat-file --batch`: `<id> <type> <size>`, the content and a line break, or `<id> missing`.
fn answers(from: &mut impl BufRead, count: usize, limit: u64, each: &mut impl FnMut(usize, Vec<u8>)) -> io::Result<()> {
    for at in 0..count {
        let mut head = String::new();
        from.by_ref().take(1 << 12).read_line(&mut head)?;
        let mut words = head.split_whitespace().skip(1);
        match (words.next(), words.next().and_then(|size| size.parse::<u64>().ok())) {
            (Some(_), Some(size)) if size <= limit => {
                let mut content = vec![0; usize::try_from(size).map_err(|_| io::ErrorKind::OutOfMemory)?];
                from.read_exact(&mut content)?;
                io::copy(&mut from.by_ref().take(1), &mut io::sink())?;
                each(at, content);
            }
            (Some(_), Some(size)) => {
                io::copy(&mut from.by_ref().take(size + 1), &mut io::sink())?;
            }
            (Some(_), None) => {}
            (None, _) => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
    Ok(())
}

/// The files of a listing that ends its items with NUL; the name of the content is the word at `place`.
fn entries(listing: &[u8], place: usize) -> Vec<Entry> {
    let items = listing.split(|byte| *byte == 0).filter_map(|item| std::str::from_utf8(item).ok());
    let read = items.filter_map(|item| {
        let (head, path) = item.split_once('\t')?;
        let words: Vec<&str> = head.split(' ').collect();
        // Neither links nor submodules hold source, and what is in conflict has no one content.
        let file = words.first().is_some_and(|mode| mode.starts_with("100"));
        let settled = place == 2 || words.get(2) == Some(&"0");
        (file && settled).then(|| words.get(place).map(|id| Entry { id: (*id).to_owned(), path: path.to_owned() }))?
    });
    read.collect()
}

/// `git` in a folder, with nothing switched on that runs other programs.
fn command(folder: &Path) -> Command {
    let mut command = Command::new("git");
    let off =
        ["core.fsmonitor=false", "core.hooksPath=/dev/null", "protocol.allow=never", "core.pager=cat", "core.quotePath=false"];
    command.arg("-C").arg(folder).arg("--no-optional-locks").arg("--no-pager");
    command.args(off.iter().flat_map(|setting| [OsStr::new("-c"), OsStr::new(*setting)]));
    // A partial clone would fetch what it lacks, over whatever its configuration names.
    command.env("GIT_NO_LAZY_FETCH", "1").env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C").stdin(Stdio::null());
    command
}

fn said(command: &mut Command) -> Result<Vec<u8>, String> {
    let output = command.output().map_err(|error| unable(&error))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let words = String::from_utf8_lossy(&output.stderr);
    Err(format!("git: {}", words.trim().trim_start_matches("fatal: ")))
}

fn unable(error: &io::Error) -> String {
    format!("could not run git: {error}; --since and --staged need it")
}
