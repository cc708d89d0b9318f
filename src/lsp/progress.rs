use super::server::{Question, Server};
use lsp_types::{
    ProgressParams, ProgressToken, WorkDoneProgressBegin, WorkDoneProgressCreateParams, WorkDoneProgressEnd,
    WorkDoneProgressReport,
};
use serde_json::Value;
use std::path::Path;

/// What the user is shown while a folder is read. One folder is read at a time.
#[derive(Debug, Default)]
pub struct Progress {
    number: u32,
    title: Option<String>,
    /// Whether the editor knows of it.
    begun: bool,
}

impl Progress {
    /// The editor is ready to show it; how it begins, if there still is anything to show.
    pub fn allowed(&mut self) -> Option<Value> {
        let title = self.title.clone().filter(|_| !self.begun)?;
        self.begun = true;
        let begin = WorkDoneProgressBegin { title, cancellable: Some(false), message: None, percentage: Some(0) };
        serde_json::to_value(begin).ok()
    }

    fn token(&self) -> ProgressToken {
        ProgressToken::String(format!("watertight/{}", self.number))
    }
}

impl Server {
    /// A folder begins to be read.
    pub(super) fn begin(&mut self, folder: &Path) {
        let name = folder.file_name().map_or_else(|| folder.to_string_lossy(), |name| name.to_string_lossy());
        let title = Some(format!("watertight: reading {name}"));
        self.progress = Progress { number: self.progress.number + 1, title, begun: false };
        if self.client.progresses {
            let token = self.progress.token();
            self.ask("window/workDoneProgress/create", WorkDoneProgressCreateParams { token }, Question::Progress);
        }
    }

    /// So many files of so many were read.
    pub(super) fn report(&mut self, done: usize, total: usize) {
        if self.progress.begun {
            let percentage = u32::try_from(done * 100 / total.max(1)).ok();
            let message = Some(format!("{done} of {total} files"));
            let report = WorkDoneProgressReport { cancellable: None, message, percentage };
            self.tell_progress(serde_json::to_value(report).ok());
        }
    }

    /// A folder was read, or will not be.
    pub(super) fn end(&mut self) {
        self.progress.title = None;
        if std::mem::take(&mut self.progress.begun) {
            self.tell_progress(serde_json::to_value(WorkDoneProgressEnd { message: None }).ok());
        }
    }

    pub(super) fn tell_progress(&mut self, value: Option<Value>) {
        if let Some(value) = value {
            self.notify("$/progress", ProgressParams { token: self.progress.token(), value });
        }
    }
}
