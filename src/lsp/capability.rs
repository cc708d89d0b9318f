use super::action::EXPLAIN;
use super::client::Client;
use super::diagnostic::SOURCE;
use lsp_types::{
    ChangeNotifications, CodeActionKind, CodeActionOptions, CodeActionProvider, DiagnosticOptions, DiagnosticProvider,
    ExecuteCommandOptions, FileOperationFilter, FileOperationOptions, FileOperationPattern, FileOperationRegistrationOptions,
    HoverProvider, Save, SaveOptions, ServerCapabilities, TextDocumentSync, TextDocumentSyncKind, TextDocumentSyncOptions,
    WorkspaceFoldersServerCapabilities, WorkspaceOptions,
};

/// What this server can do for a client.
pub fn capabilities(client: &Client) -> ServerCapabilities {
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::Incremental),
        save: Some(Save::SaveOptions(SaveOptions { include_text: Some(false) })),
        ..TextDocumentSyncOptions::default()
    };
    let pull = DiagnosticOptions {
        identifier: Some(SOURCE.to_owned()),
        inter_file_dependencies: true,
        workspace_diagnostics: false,
        ..DiagnosticOptions::default()
    };
    let actions = CodeActionOptions { code_action_kinds: Some(vec![CodeActionKind::QuickFix]), ..CodeActionOptions::default() };
    let commands = ExecuteCommandOptions { commands: vec![EXPLAIN.to_owned()], ..ExecuteCommandOptions::default() };
    ServerCapabilities {
        position_encoding: Some(client.encoding.kind()),
        text_document_sync: Some(TextDocumentSync::Options(sync)),
        hover_provider: Some(HoverProvider::Bool(true)),
        code_action_provider: Some(CodeActionProvider::CodeActionOptions(actions)),
        execute_command_provider: Some(commands),
        diagnostic_provider: client.pulls.then_some(DiagnosticProvider::DiagnosticOptions(pull)),
        workspace: Some(workspace()),
        ..ServerCapabilities::default()
    }
}

fn workspace() -> WorkspaceOptions {
    let everything = FileOperationFilter {
        scheme: Some("file".to_owned()),
        pattern: FileOperationPattern { glob: "**/*".to_owned(), matches: None, options: None },
    };
    let told = || Some(FileOperationRegistrationOptions { filters: vec![everything.clone()] });
    WorkspaceOptions {
        workspace_folders: Some(WorkspaceFoldersServerCapabilities {
            supported: Some(true),
            change_notifications: Some(ChangeNotifications::Bool(true)),
        }),
        file_operations: Some(FileOperationOptions {
            did_create: told(),
            did_rename: told(),
            did_delete: told(),
            ..FileOperationOptions::default()
        }),
        ..WorkspaceOptions::default()
    }
}
