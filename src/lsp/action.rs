use super::client::Client;
use super::diagnostic::diagnostic;
use super::document::Document;
use super::pages::Pages;
use crate::finding::{Edit, Finding, Safety};
use crate::scan::{Insertion, Silences};
use lsp_types::{
    CodeAction, CodeActionKind, CodeActionResponse, Command, DocumentChange, OptionalVersionedTextDocumentIdentifier,
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
        let mut act = |title: String, preferred: Option<bool>, edits: &[Edit]| {
            all.push(CodeAction {
                kind: Some(CodeActionKind::QuickFix),
                diagnostics: Some(vec![diagnostic(finding, document, client, pages)]),
                is_preferred: preferred,
                edit: Some(changed(document, edits, client)),
                ..titled(title)
            });
        };
        match &silences.fix {
            Some(fix) if fix.safety == Safety::Safe => act(fix.title.clone(), Some(true), &fix.edits),
            Some(fix) => act(format!("{} (may change what the program does)", fix.title), None, &fix.edits),
            None => {}
        }
        if let Some(way) = &silences.line {
            act(format!("Suppress `{rule}` here"), None, &[inserted(way)]);
        }
        if let Some(way) = &silences.file {
            act(format!("Suppress `{rule}` in this file"), None, &[inserted(way)]);
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

fn inserted(way: &Insertion) -> Edit {
    Edit::insert(way.at, way.text.clone())
}

/// Edits of the version of the document for which they were made.
fn changed(document: &Document, edits: &[Edit], client: &Client) -> WorkspaceEdit {
    let edit = |edit: &Edit| TextEdit { range: document.places.range(&document.text, edit.span), new_text: edit.text.clone() };
    let edits = edits.iter().map(edit);
    if !client.versions {
        let edits = HashMap::from([(document.uri.clone(), edits.collect())]);
        return WorkspaceEdit { changes: Some(edits), ..WorkspaceEdit::default() };
    }
    let text_document = OptionalVersionedTextDocumentIdentifier {
        version: Some(document.version),
        text_document_identifier: TextDocumentIdentifier { uri: document.uri.clone() },
    };
    let change = TextDocumentEdit { text_document, edits: edits.map(lsp_types::Edit::TextEdit).collect() };
    WorkspaceEdit { document_changes: Some(vec![DocumentChange::TextDocumentEdit(change)]), ..WorkspaceEdit::default() }
}
