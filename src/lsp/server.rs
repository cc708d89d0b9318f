use super::action::EXPLAIN;
use super::answer::Waiting;
use super::capability::capabilities;
use super::client::Client;
use super::diagnostic::diagnostics;
use super::document::Document;
use super::pages::Pages;
use super::progress::Progress;
use super::reply::{Fault, params};
use super::shared::Shared;
use super::uri;
use super::wire::Outgoing;
use super::wishes::Wishes;
use super::worker::{self, Said, Task};
use crate::scan::Manner;
use crossbeam_channel::{Receiver, Sender, after, never, unbounded};
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::{
    InitializeParams, InitializeResult, MessageType, PublishDiagnosticsParams, ServerInfo, ShowMessageParams, Uri,
    WorkspaceFolders,
};
use rustc_hash::FxHashMap;
use serde::Serialize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// An editor that was asked for its settings and says nothing for so long is served without them; should the answer come
/// after all, it still counts.
const PATIENCE: Duration = Duration::from_secs(2);

/// What the editor was asked, so that its answer is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// The settings of the user.
    Settings,
    /// Whether progress may be shown.
    Progress,
    /// To ask for diagnostics again.
    Refresh,
    /// Something whose answer tells nothing.
    Other,
}

/// One session with one editor.
pub struct Server {
    pub(super) client: Client,
    pub(super) documents: FxHashMap<String, Document>,
    pub(super) waiting: Vec<Waiting>,
    pub(super) pages: Pages,
    pub(super) folders: Vec<PathBuf>,
    pub(super) progress: Progress,
    /// The files in which mistakes were shown, by the folder they rule.
    pub(super) mistakes: FxHashMap<PathBuf, Uri>,
    /// What the documents are called in the editor, by what the worker calls them.
    pub(super) names: FxHashMap<PathBuf, String>,
    pub(super) shared: Arc<Shared>,
    base: Manner,
    wishes: Wishes,
    out: Sender<Outgoing>,
    tasks: Sender<Task>,
    said: Receiver<Said>,
    /// Tasks that wait until the settings are known; none once they are.
    held: Option<Vec<Task>>,
    /// When the settings are not waited for any more.
    patience: Receiver<Instant>,
    asked: FxHashMap<RequestId, Question>,
    next: i32,
    shut_down: bool,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.end();
    }
}

impl Server {
    /// Begins a session; besides the server, what it answers to `initialize`.
    ///
    /// # Errors
    /// The worker could not be started. The inner error is one of the editor's.
    pub fn new(
        value: serde_json::Value,
        base: Manner,
        out: Sender<Outgoing>,
    ) -> Result<Result<(Self, InitializeResult), Fault>, String> {
        let asked: InitializeParams = match params(value) {
            Ok(asked) => asked,
            Err(fault) => return Ok(Err(fault)),
        };
        let client = Client::new(&asked.capabilities);
        let folders = folders(&asked);
        let wishes = asked.initialization_options.as_ref().map(Wishes::read);
        let (tasks, receiver) = unbounded();
        let (sender, said) = unbounded();
        let shared = Arc::new(Shared::default());
        let told = wishes.as_ref().and_then(|wishes| wishes.as_ref().err().cloned());
        let wishes = wishes.and_then(Result::ok).unwrap_or_default();
        worker::start(wishes.manner(&base, &folders), shared.clone(), receiver, sender)
            .map_err(|error| format!("the thread that looks at the files cannot be started: {error}"))?;
        let mut pages = Pages::new();
        pages.learn(&base.rules);
        let server = Self {
            client,
            documents: FxHashMap::default(),
            waiting: Vec::new(),
            pages,
            folders,
            progress: Progress::default(),
            mistakes: FxHashMap::default(),
            names: FxHashMap::default(),
            shared,
            base,
            wishes,
            out,
            tasks,
            said,
            held: client.configures.then(Vec::new),
            patience: never(),
            asked: FxHashMap::default(),
            next: 0,
            shut_down: false,
        };
        if let Some(told) = told {
            server.show(MessageType::Error, told);
        }
        let info = ServerInfo { name: "watertight".to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()) };
        let result = InitializeResult { capabilities: capabilities(&server.client), server_info: Some(info) };
        Ok(Ok((server, result)))
    }

    /// Whether the editor has said that it will leave.
    pub fn is_shut_down(&self) -> bool {
        self.shut_down
    }

    /// What the worker says.
    pub fn heard(&self) -> &Receiver<Said> {
        &self.said
    }

    /// When to go on without the settings.
    pub fn patience(&self) -> &Receiver<Instant> {
        &self.patience
    }

    /// Begins to wait for the settings, if that is still of use.
    pub(super) fn wait_for_settings(&mut self) {
        if self.held.is_some() {
            self.patience = after(PATIENCE);
        }
    }

    /// Has the work begun that waited for the settings.
    pub fn go_on(&mut self) {
        self.patience = never();
        self.held.take().into_iter().flatten().for_each(|task| self.give(task));
    }

    /// Answers a request, now or when what it asks for is known.
    pub fn request(&mut self, request: Request) {
        let Request { id, method, params: value } = request;
        if self.shut_down {
            let fault = Fault::new(ErrorCode::InvalidRequest, "after `shutdown` only `exit` is left");
            return self.reply(fault.response(id));
        }
        let answered = match method.as_str() {
            "shutdown" => {
                self.shut_down = true;
                self.abandon();
                self.reply(Response::new_ok(id.clone(), ()));
                Ok(())
            }
            "textDocument/diagnostic" => params(value).map(|asked| self.pull(id.clone(), asked)),
            "textDocument/hover" => params(value).map(|asked| self.hover(id.clone(), asked)),
            "textDocument/codeAction" => params(value).map(|asked| self.act(id.clone(), asked)),
            "workspace/executeCommand" => params(value).and_then(|asked| self.command(id.clone(), asked)),
            "initialize" => Err(Fault::new(ErrorCode::InvalidRequest, "`initialize` comes only once")),
            _ => Err(Fault::new(ErrorCode::MethodNotFound, format!("there is no method `{method}` here"))),
        };
        if let Err(fault) = answered {
            self.reply(fault.response(id));
        }
    }

    /// Takes the answer to something the editor was asked.
    pub fn response(&mut self, response: Response) {
        let question = self.asked.remove(&response.id);
        match (question, response.response_result) {
            (Some(Question::Settings), result) => {
                let held = self.held.take();
                if let Ok(value) = result {
                    self.wish(value.get(0).unwrap_or(&serde_json::Value::Null));
                }
                self.held = held;
                self.go_on();
            }
            (Some(Question::Progress), Ok(_)) => {
                let begin = self.progress.allowed();
                self.tell_progress(begin);
            }
            _ => {}
        }
    }

    /// Does what the user set; what cannot be used is told and left as it was.
    pub(super) fn wish(&mut self, settings: &serde_json::Value) {
        match Wishes::read(settings) {
            Ok(wishes) if wishes == self.wishes => {}
            Ok(wishes) => {
                self.wishes = wishes;
                self.shared.advance();
                let manner = self.wishes.manner(&self.base, &self.folders);
                self.give(Task::Manner(Box::new(manner)));
            }
            Err(wrong) => self.show(MessageType::Error, wrong),
        }
    }

    /// Pushes what is found in a document, to an editor that does not ask for it.
    pub(super) fn publish(&mut self, name: &str) {
        let Some(document) = self.documents.get(name).filter(|_| !self.client.pulls) else { return };
        let diagnostics = diagnostics(document, &self.client, &mut self.pages);
        let told = PublishDiagnosticsParams { uri: document.uri.clone(), version: Some(document.version), diagnostics };
        self.notify("textDocument/publishDiagnostics", told);
    }

    /// Asks the editor to ask for diagnostics again, unless it was just asked to.
    pub(super) fn refresh(&mut self) {
        let asked = self.asked.values().any(|question| *question == Question::Refresh);
        if self.client.pulls && self.client.refreshes && !asked {
            self.ask("workspace/diagnostic/refresh", (), Question::Refresh);
        }
    }

    /// Shows a message to the user.
    pub(super) fn show(&self, kind: MessageType, message: String) {
        self.notify("window/showMessage", ShowMessageParams { kind, message });
    }

    /// Gives the worker a task; that it has ended is noticed where it is heard.
    pub(super) fn give(&mut self, task: Task) {
        match &mut self.held {
            Some(held) => held.push(task),
            None => drop(self.tasks.send(task)),
        }
    }

    pub(super) fn reply(&self, response: Response) {
        self.send(Message::Response(response));
    }

    pub(super) fn notify(&self, method: &str, params: impl Serialize) {
        self.send(Message::Notification(Notification::new(method.to_owned(), params)));
    }

    pub(super) fn ask(&mut self, method: &str, params: impl Serialize, question: Question) {
        let id = RequestId::from(self.next);
        self.next += 1;
        self.asked.insert(id.clone(), question);
        self.send(Message::Request(Request::new(id, method.to_owned(), params)));
    }

    /// A writer that has ended has no reader; then the input ends as well.
    fn send(&self, message: Message) {
        let _ = self.out.send(Outgoing::Message(message));
    }

    /// Whether a command is one of ours.
    pub(super) fn knows(command: &str) -> bool {
        command == EXPLAIN
    }
}

/// The folders that are open at the start.
#[allow(deprecated, reason = "older editors name one folder, in one of two ways")]
fn folders(asked: &InitializeParams) -> Vec<PathBuf> {
    match &asked.workspace_folders_initialize_params.workspace_folders {
        Some(WorkspaceFolders::WorkspaceFolderList(folders)) => {
            folders.iter().filter_map(|folder| uri::path(&folder.uri)).collect()
        }
        _ => asked.root_uri.iter().filter_map(uri::path).collect(),
    }
}
