use super::client::Client;
use super::diagnostic::diagnostic;
use super::document::Document;
use super::pages::Pages;
use crate::finding::Finding;
use crate::scan::{Insertion, Silences};
use crate::source::Span;
use lsp_types::{
    CodeAction, CodeActionKind, CodeActionResponse, Command, DocumentChange, Edit, OptionalVersionedTextDocumentIdentifier,
    TextDocumentEdit, TextDocumentIdentifier, TextEdit, WorkspaceEdit,
};
use std::collections::HashMap;

/// Shows the page of a rule; its argument is the rule.
pub const EXPLAIN: &str = "watertight.explain";

/// Stands where the user says why a finding is no leak.
pub const REASON: &str = "<why this is no leak>";

/// What can be done about findings of a document.
pub fn actions(
    document: &Document,
    offers: &[(Finding, Silences)],
    client: &Client,
    pages: &mut Pages,
) -> Vec<CodeActionResponse> {
    let mut all = Vec::new();
    for (finding, silences) in offers {
        let rule = &finding.rule;
        let mut fix = |title: String, way: &Insertion| {
            all.push(CodeAction {
                kind: Some(CodeActionKind::QuickFix),
                diagnostics: Some(vec![diagnostic(finding, document, client, pages)]),
                edit: Some(edit(document, way, client)),
                ..titled(title)
            });
        };
        if let Some(way) = &silences.line {
            fix(format!("Suppress `{rule}` here"), way);
        }
        if let Some(way) = &silences.file {
            fix(format!("Suppress `{rule}` in this file"), way);
        }
        let explain = Command {
            title: format!("Explain `{rule}`"),
            tooltip: None,
            command: EXPLAIN.to_owned(),
            arguments: Some(vec![rule.clone().into()]),
        };
        all.push(CodeAction {
            kind: Some(CodeActionKind::QuickFix),
            diagnostics: Some(vec![diagnostic(finding, document, client, pages)]),
            command: Some(explain),
            ..titled(format!("Explain `{rule}`"))
        });
    }
    all.into_iter().map(CodeActionResponse::CodeAction).collect()
}

fn titled(title: String) -> CodeAction {
    CodeAction { title, ..CodeAction::default() }
}

/// An insertion as an edit of the version of the document for which it was made.
fn edit(document: &Document, way: &Insertion, client: &Client) -> WorkspaceEdit {
    let range = document.places.range(&document.text, Span::new(way.at, way.at));
    let edit = TextEdit { range, new_text: way.text.clone() };
    if !client.versions {
        return WorkspaceEdit { changes: Some(HashMap::from([(document.uri.clone(), vec![edit])])), ..WorkspaceEdit::default() };
    }
    let text_document = OptionalVersionedTextDocumentIdentifier {
        version: Some(document.version),
        text_document_identifier: TextDocumentIdentifier { uri: document.uri.clone() },
    };
    let change = TextDocumentEdit { text_document, edits: vec![Edit::TextEdit(edit)] };
    WorkspaceEdit { document_changes: Some(vec![DocumentChange::TextDocumentEdit(change)]), ..WorkspaceEdit::default() }
}
