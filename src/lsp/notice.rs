//! What the editor tells.

use super::document::Document;
use super::reply::{Fault, params};
use super::server::{Question, Server};
use super::uri;
use super::worker::Task;
use crate::language::languages;
use crate::scan::BASELINE;
use lsp_server::{Notification, RequestId};
use lsp_types::{
    CancelParams, ConfigurationItem, ConfigurationParams, CreateFilesParams, DeleteFilesParams, DidChangeConfigurationParams,
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidChangeWatchedFilesRegistrationOptions,
    DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams,
    FileSystemWatcher, GlobPattern, Id, LogMessageParams, MessageType, PublishDiagnosticsParams, Registration,
    RegistrationParams, RenameFilesParams, TextDocumentItem, Uri,
};
use std::path::{Path, PathBuf};

impl Server {
    /// Takes a notification; one that cannot be read is told to the log, because it has no answer.
    pub fn notification(&mut self, message: Notification) {
        let Notification { method, params: value } = message;
        let taken = match method.as_str() {
            "initialized" => {
                self.start();
                Ok(())
            }
            "textDocument/didOpen" => params(value).map(|told: DidOpenTextDocumentParams| self.opened(told.text_document)),
            "textDocument/didChange" => params(value).and_then(|told| self.changed(told)),
            "textDocument/didSave" => params(value).map(|told: DidSaveTextDocumentParams| self.saved(&told.text_document.uri)),
            "textDocument/didClose" => params(value).map(|told: DidCloseTextDocumentParams| self.closed(&told.text_document.uri)),
            "workspace/didChangeConfiguration" => params(value).map(|told| self.configured(&told)),
            "workspace/didChangeWorkspaceFolders" => params(value).map(|told| self.moved(told)),
            "workspace/didChangeWatchedFiles" => params(value).map(|told: DidChangeWatchedFilesParams| {
                self.touched(told.changes.into_iter().map(|change| change.uri));
            }),
            "workspace/didCreateFiles" => params(value).map(|told: CreateFilesParams| {
                self.touched(told.files.into_iter().map(|file| file.uri));
            }),
            "workspace/didDeleteFiles" => params(value).map(|told: DeleteFilesParams| {
                self.touched(told.files.into_iter().map(|file| file.uri));
            }),
            "workspace/didRenameFiles" => params(value).map(|told: RenameFilesParams| {
                self.touched(told.files.into_iter().flat_map(|file| [file.old_uri, file.new_uri]));
            }),
            "$/cancelRequest" => params(value).map(|told: CancelParams| {
                let id = match told.id {
                    Id::Int(id) => RequestId::from(id),
                    Id::String(id) => RequestId::from(id),
                };
                self.cancel(&id);
            }),
            _ => Ok(()),
        };
        if let Err(fault) = taken {
            self.log(format!("`{method}` is left out: {}", fault.message()));
        }
    }

    /// The editor is ready: it is asked to tell what changes, and the folders are read.
    fn start(&mut self) {
        let mut registrations = Vec::new();
        let mut register = |method: &str, options: Option<serde_json::Value>| {
            registrations.push(Registration { id: method.to_owned(), method: method.to_owned(), register_options: options });
        };
        if self.client.watches {
            register("workspace/didChangeWatchedFiles", serde_json::to_value(watchers()).ok());
        }
        if self.client.reconfigures {
            register("workspace/didChangeConfiguration", Some(serde_json::json!({ "section": "watertight" })));
        }
        if !registrations.is_empty() {
            self.ask("client/registerCapability", RegistrationParams { registrations }, Question::Other);
        }
        self.give(Task::Folders(self.folders.clone()));
        if self.client.configures {
            self.ask_settings();
            self.wait_for_settings();
        }
    }

    fn ask_settings(&mut self) {
        let item = ConfigurationItem { scope_uri: None, section: Some("watertight".to_owned()) };
        self.ask("workspace/configuration", ConfigurationParams { items: vec![item] }, Question::Settings);
    }

    fn configured(&mut self, told: &DidChangeConfigurationParams) {
        if self.client.configures { self.ask_settings() } else { self.wish(&told.settings) }
    }

    fn opened(&mut self, item: TextDocumentItem) {
        let name = item.uri.0.clone();
        let path = named(&item.uri, item.language_id.as_str());
        let looked_at = path.is_some();
        let path = path.unwrap_or_else(|| PathBuf::from(&name));
        let mut document = Document::new(item.uri, path.clone(), item.version, &item.text, &self.client);
        if !looked_at {
            document.looked = Some((item.version, Vec::new()));
        }
        self.documents.insert(name.clone(), document);
        if looked_at {
            self.names.insert(path, name.clone());
            self.look(&name, false);
        } else {
            self.publish(&name);
        }
    }

    fn changed(&mut self, told: DidChangeTextDocumentParams) -> Result<(), Fault> {
        let (name, version) = (told.text_document.text_document_identifier.uri.0, told.text_document.version);
        let Some(document) = self.documents.get_mut(&name) else {
            return Err(Fault::new(lsp_server::ErrorCode::InvalidParams, format!("`{name}` is not open")));
        };
        document.change(version, told.content_changes, self.client.encoding);
        if self.names.contains_key(&document.path) {
            self.look(&name, false);
        } else {
            document.looked = Some((version, Vec::new()));
            self.publish(&name);
        }
        Ok(())
    }

    /// What was typed is read as a whole again, so that nothing depends on how it came about.
    fn saved(&mut self, uri: &Uri) {
        self.look(&uri.0, true);
        if !self.client.watches {
            self.give(Task::Refresh);
        }
    }

    fn closed(&mut self, uri: &Uri) {
        let Some(document) = self.documents.remove(&uri.0) else { return };
        self.answer();
        if self.names.remove(&document.path).is_some() {
            self.shared.note(&document.path, None);
            self.give(Task::Close(document.path));
        }
        if !self.client.pulls {
            let told = PublishDiagnosticsParams { uri: document.uri, version: None, diagnostics: Vec::new() };
            self.notify("textDocument/publishDiagnostics", told);
        }
    }

    fn look(&mut self, name: &str, afresh: bool) {
        let Some(document) = self.documents.get(name).filter(|document| self.names.contains_key(&document.path)) else { return };
        let (path, text, version) = (document.path.clone(), document.text.clone(), document.version);
        self.shared.note(&path, Some(version));
        self.give(Task::Look { path, text, version, afresh });
    }

    fn moved(&mut self, told: DidChangeWorkspaceFoldersParams) {
        let paths = |folders: Vec<lsp_types::WorkspaceFolder>| folders.into_iter().filter_map(|folder| uri::path(&folder.uri));
        let gone: Vec<PathBuf> = paths(told.event.removed).collect();
        self.folders.retain(|folder| !gone.contains(folder));
        for folder in paths(told.event.added) {
            if !self.folders.contains(&folder) {
                self.folders.push(folder);
            }
        }
        self.shared.advance();
        self.give(Task::Folders(self.folders.clone()));
    }

    fn touched(&mut self, uris: impl Iterator<Item = Uri>) {
        let paths: Vec<PathBuf> = uris.filter_map(|uri| uri::path(&uri)).collect();
        if !paths.is_empty() {
            self.give(Task::Disk(paths));
        }
    }

    fn log(&self, message: String) {
        self.notify("window/logMessage", LogMessageParams { kind: MessageType::Warning, message });
    }
}

/// What the worker calls a document: its path, or a made up one if it was never saved; nothing for what is no document of
/// its own, such as an earlier version of a file.
fn named(uri: &Uri, language: &str) -> Option<PathBuf> {
    if let Some(path) = uri::path(uri) {
        return Some(path);
    }
    let name = uri.0.strip_prefix("untitled:")?.rsplit('/').next()?;
    if languages().knows(Path::new(name)) {
        return Some(Path::new("/untitled").join(name));
    }
    let extension = match language {
        "python" => "py",
        "javascript" => "js",
        "javascriptreact" => "jsx",
        "typescript" => "ts",
        "typescriptreact" => "tsx",
        "rust" => "rs",
        other => other,
    };
    Some(Path::new("/untitled").join(format!("{name}.{extension}")))
}

/// The files whose changes matter: sources, and what rules how they are looked at.
fn watchers() -> DidChangeWatchedFilesRegistrationOptions {
    let sources = format!("**/*.{{{}}}", languages().extensions().join(","));
    let others = ["**/*.toml", "**/package.json", "**/.gitignore", "**/.ignore"].map(str::to_owned);
    let all = others.into_iter().chain([sources, format!("**/{BASELINE}")]);
    let watcher = |pattern: String| FileSystemWatcher { glob_pattern: GlobPattern::Pattern(pattern), kind: None };
    DidChangeWatchedFilesRegistrationOptions { watchers: all.map(watcher).collect() }
}
