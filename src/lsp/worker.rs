//! The thread that reads and judges, so that the one that talks to the editor never waits.

use super::shared::Shared;
use crate::finding::Finding;
use crate::rules::RuleSet;
use crate::scan::{Followed, Manner, Refused, Silences, Workspace, home, is_ruling};
use crate::source::Span;
use crossbeam_channel::{Receiver, Sender};
use lsp_server::RequestId;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Deep nesting costs stack, as in every other run.
const STACK: usize = 16 << 20;
/// Progress is told no more often than this.
const PAUSE: Duration = Duration::from_millis(100);

/// Something to do.
pub enum Task {
    /// Look at everything in another manner.
    Manner(Box<Manner>),
    /// These folders are open in the editor.
    Folders(Vec<PathBuf>),
    /// A document was opened or changed; `afresh` if nothing that was known of it is to be used.
    Look { path: PathBuf, text: Arc<str>, version: i32, afresh: bool },
    /// A document was closed.
    Close(PathBuf),
    /// Files of the disk changed, came or went.
    Disk(Vec<PathBuf>),
    /// Files of the disk may have changed, and nobody tells which.
    Refresh,
    /// Somebody wants to suppress one of these findings.
    Offer { id: RequestId, path: PathBuf, findings: Vec<Finding>, reason: String },
}

/// Something to tell.
pub enum Said {
    /// What is found in a version of a document.
    Looked { path: PathBuf, version: i32, findings: Vec<Finding> },
    /// The comments that suppress findings.
    Offered { id: RequestId, offers: Vec<(Finding, Silences)> },
    /// A folder begins to be read.
    Begin(PathBuf),
    /// So many files of so many were read.
    Progress(usize, usize),
    /// A folder was read; the rules that are known in it.
    End(PathBuf, RuleSet),
    /// A folder was not read to its end, and why, unless nobody wanted it any more.
    Failed(PathBuf, Option<Mistake>),
}

/// Something wrong in a file that rules a folder.
pub struct Mistake {
    /// What, and what to do.
    pub message: String,
    /// The file, its text and the place in it, if it is that of a file.
    pub place: Option<(PathBuf, String, Span)>,
}

/// Starts the thread. It ends when nobody can give it tasks any more.
///
/// # Errors
/// The thread could not be started.
pub fn start(manner: Manner, shared: Arc<Shared>, tasks: Receiver<Task>, said: Sender<Said>) -> std::io::Result<()> {
    let work = move || Worker::new(manner, shared, tasks, said).run();
    std::thread::Builder::new().name("lsp-worker".into()).stack_size(STACK).spawn(work).map(drop)
}

/// Which workspace a file belongs to: its folder, and whether only what is open in it counts.
type Place = (PathBuf, bool);

struct Worker {
    manner: Manner,
    shared: Arc<Shared>,
    tasks: Receiver<Task>,
    said: Sender<Said>,
    queue: VecDeque<Task>,
    folders: Vec<PathBuf>,
    workspaces: FxHashMap<Place, Workspace>,
    /// Those whose settings are wrong.
    broken: FxHashSet<Place>,
    /// The open documents.
    texts: FxHashMap<PathBuf, (Arc<str>, i32)>,
    /// Those that have to be judged again, because of what others say.
    dirty: BTreeSet<PathBuf>,
}

impl Worker {
    fn new(manner: Manner, shared: Arc<Shared>, tasks: Receiver<Task>, said: Sender<Said>) -> Self {
        Self {
            manner,
            shared,
            tasks,
            said,
            queue: VecDeque::new(),
            folders: Vec::new(),
            workspaces: FxHashMap::default(),
            broken: FxHashSet::default(),
            texts: FxHashMap::default(),
            dirty: BTreeSet::new(),
        }
    }

    fn run(mut self) {
        while !self.shared.is_over() {
            for task in self.tasks.try_iter().collect::<Vec<_>>() {
                self.enqueue(task);
            }
            if let Some(task) = self.queue.pop_front() {
                self.perform(task);
            } else if let Some(path) = self.dirty.pop_first() {
                self.judge_again(path);
            } else if !self.widen() {
                match self.tasks.recv() {
                    Ok(task) => self.enqueue(task),
                    Err(_) => return,
                }
            }
        }
    }

    /// Takes a task; what it supersedes is not done any more.
    fn enqueue(&mut self, task: Task) {
        if let Task::Look { path, text, version, .. } = &task {
            self.texts.insert(path.clone(), (text.clone(), *version));
            let newer = path.clone();
            self.queue.retain(|other| !matches!(other, Task::Look { path, afresh: false, .. } if *path == newer));
        }
        self.queue.push_back(task);
    }

    fn perform(&mut self, task: Task) {
        match task {
            Task::Manner(manner) => {
                self.manner = *manner;
                self.workspaces.clear();
                self.broken.clear();
                self.settle();
            }
            Task::Folders(folders) => {
                self.folders = folders;
                self.settle();
            }
            Task::Look { path, text, version, afresh } => self.look(path, &text, version, afresh),
            Task::Close(path) => self.close(&path),
            Task::Disk(paths) => self.disk(&paths),
            Task::Refresh => self.refresh(),
            Task::Offer { id, path, findings, reason } => self.offer(id, &path, findings, &reason),
        }
    }

    /// Sees to it that the workspaces are those of the folders and of the open documents.
    fn settle(&mut self) {
        let mut wanted: FxHashSet<Place> = self.folders.iter().map(|folder| (folder.clone(), false)).collect();
        wanted.extend(self.texts.keys().map(|path| self.place(path)));
        self.workspaces.retain(|place, _| wanted.contains(place));
        self.broken.retain(|place| wanted.contains(place));
        let mut wanted: Vec<Place> = wanted.into_iter().collect();
        wanted.sort();
        for place in wanted {
            self.open(&place);
        }
        self.look_at_all();
    }

    /// Looks at every open document as if it were new.
    fn look_at_all(&mut self) {
        let mut texts: Vec<_> = self.texts.iter().map(|(path, (text, version))| (path.clone(), text.clone(), *version)).collect();
        texts.sort();
        for (path, text, version) in texts {
            self.look(path, &text, version, true);
        }
    }

    /// Which workspace a file belongs to: that of the innermost folder of the editor, else that of its project.
    fn place(&self, path: &Path) -> Place {
        let folders = self.folders.iter().filter(|folder| path.starts_with(folder));
        if let Some(folder) = folders.max_by_key(|folder| folder.as_os_str().len()) {
            return (folder.clone(), false);
        }
        let whole = |root: &PathBuf| root.parent().is_none() || Some(root) == std::env::home_dir().as_ref();
        match home(path).filter(|root| !whole(root)) {
            Some(root) => (root, false),
            None => (path.parent().unwrap_or(path).to_path_buf(), true),
        }
    }

    /// Reads a workspace, unless that was done or cannot be done.
    fn open(&mut self, place: &Place) {
        if self.workspaces.contains_key(place) || self.broken.contains(place) {
            return;
        }
        let epoch = self.shared.epoch();
        let stop = || self.shared.is_over() || self.shared.epoch() != epoch;
        let manner = Manner { lone: place.1, ..self.manner.clone() };
        if !place.1 {
            self.tell(Said::Begin(place.0.clone()));
        }
        let (start, last) = (Instant::now(), AtomicU64::new(0));
        let progress = |done: usize, total: usize| {
            let now = start.elapsed().as_millis() as u64;
            let before = last.load(Ordering::Relaxed);
            let due = now >= before + PAUSE.as_millis() as u64;
            if due && last.compare_exchange(before, now, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
                self.tell(Said::Progress(done, total));
            }
        };
        match Workspace::open(&place.0, manner, &progress, &stop) {
            Ok(workspace) => {
                self.tell(Said::End(place.0.clone(), workspace.known().clone()));
                self.workspaces.insert(place.clone(), workspace);
            }
            Err(refused) => self.refuse(place, refused),
        }
    }

    fn refuse(&mut self, place: &Place, refused: Refused) {
        self.workspaces.remove(place);
        let mistake = match refused {
            Refused::Stopped => None,
            Refused::Config(error) => {
                let place = error.place().map(|(path, text, span)| (path, text.to_owned(), span));
                Some(Mistake { message: format!("{error}; {}", error.remedy()), place })
            }
            Refused::Other(message) => Some(Mistake { message, place: None }),
        };
        if mistake.is_some() {
            self.broken.insert(place.clone());
        }
        self.tell(Said::Failed(place.0.clone(), mistake));
    }

    fn look(&mut self, path: PathBuf, text: &Arc<str>, version: i32, afresh: bool) {
        let place = self.place(&path);
        self.open(&place);
        let shared = self.shared.clone();
        let stop = || shared.is_over() || shared.is_superseded(&path, version);
        let Some(workspace) = self.workspaces.get_mut(&place) else {
            self.tell(Said::Looked { path, version, findings: Vec::new() });
            return;
        };
        let Some(look) = workspace.look(&path, text, afresh, &stop) else { return };
        self.dirty.remove(&path);
        if look.spread {
            let others = workspace.opened().filter(|other| **other != *path);
            self.dirty.extend(others.map(Path::to_path_buf));
        }
        self.tell(Said::Looked { path, version, findings: look.findings });
    }

    /// Judges an open document again, because of what another one says now; anything else goes first.
    fn judge_again(&mut self, path: PathBuf) {
        let Some(version) = self.texts.get(&path).map(|(_, version)| *version) else { return };
        let tasks = &self.tasks;
        let findings = self.workspaces.get(&self.place(&path)).map(|workspace| workspace.judged(&path, &|| !tasks.is_empty()));
        match findings {
            Some(Some(findings)) => self.tell(Said::Looked { path, version, findings }),
            Some(None) => drop(self.dirty.insert(path)),
            None => {}
        }
    }

    fn close(&mut self, path: &Path) {
        let place = self.place(path);
        self.texts.remove(path);
        self.dirty.remove(path);
        let shared = self.shared.clone();
        let Some(workspace) = self.workspaces.get_mut(&place) else { return };
        let followed = workspace.close(path, &|| shared.is_over());
        // What is open in no folder of the editor is known only as long as it is open.
        if workspace.opened().next().is_none() && !self.folders.contains(&place.0) {
            self.workspaces.remove(&place);
            return;
        }
        self.spread(&place, followed);
    }

    fn disk(&mut self, paths: &[PathBuf]) {
        if paths.iter().any(|path| is_ruling(path)) {
            self.broken.clear();
        }
        let mut places: Vec<Place> = self.workspaces.keys().cloned().collect();
        places.sort();
        for place in places {
            let shared = self.shared.clone();
            let Some(workspace) = self.workspaces.get_mut(&place) else { continue };
            let near: Vec<PathBuf> = paths.iter().filter(|path| workspace.concerns(path)).cloned().collect();
            if !near.is_empty() {
                let followed = workspace.follow(&near, &|| shared.is_over());
                self.spread(&place, followed);
            }
        }
        if self.broken.is_empty() {
            self.reopen();
        }
    }

    fn refresh(&mut self) {
        self.broken.clear();
        let mut places: Vec<Place> = self.workspaces.keys().cloned().collect();
        places.sort();
        for place in places {
            let shared = self.shared.clone();
            let Some(workspace) = self.workspaces.get_mut(&place) else { continue };
            let followed = workspace.refresh(&|| shared.is_over());
            self.spread(&place, followed);
        }
        self.reopen();
    }

    /// Opens what is missing: folders whose settings were wrong.
    fn reopen(&mut self) {
        let missing = |folder: &&PathBuf| !self.workspaces.contains_key(&((*folder).clone(), false));
        if self.folders.iter().any(|folder| missing(&folder)) {
            self.settle();
        }
    }

    /// Does what a change on the disk asks for.
    fn spread(&mut self, place: &Place, followed: Result<Followed, Refused>) {
        match followed {
            Ok(Followed::Same) => {}
            Ok(Followed::Spread) => {
                let open = self.workspaces.get(place).into_iter().flat_map(Workspace::opened);
                let open: Vec<PathBuf> = open.map(Path::to_path_buf).collect();
                self.dirty.extend(open);
            }
            Ok(Followed::Anew) => {
                self.workspaces.remove(place);
                self.open(place);
                self.look_at_all();
            }
            Err(refused) => self.refuse(place, refused),
        }
    }

    /// Reads what lies around the folders, if that is due and nothing else is; whether anything was done.
    fn widen(&mut self) -> bool {
        let due = self.workspaces.iter().filter(|(_, workspace)| workspace.is_outdated()).map(|(place, _)| place.clone());
        let Some(place) = due.min() else { return false };
        let changed = self.workspaces.get_mut(&place).is_some_and(Workspace::widen);
        self.spread(&place, Ok(if changed { Followed::Spread } else { Followed::Same }));
        true
    }

    fn offer(&mut self, id: RequestId, path: &Path, findings: Vec<Finding>, reason: &str) {
        let workspace = self.workspaces.get(&self.place(path));
        let offer = |finding: Finding| {
            let silences = workspace.map(|workspace| workspace.silences(path, &finding, reason)).unwrap_or_default();
            (finding, silences)
        };
        let offers = findings.into_iter().map(offer).collect();
        self.tell(Said::Offered { id, offers });
    }

    /// Nobody listens only when all is over.
    fn tell(&self, said: Said) {
        let _ = self.said.send(said);
    }
}
