//! Requests whose answer depends on what is found: they wait until that is known.

use super::action::{EXPLAIN, REASON, actions};
use super::diagnostic::diagnostics;
use super::hover::hover;
use super::reply::Fault;
use super::server::{Question, Server};
use super::uri;
use super::worker::{Mistake, Said, Task};
use crate::finding::{Finding, hash};
use crate::scan::Silences;
use lsp_server::{ErrorCode, RequestId, Response};
use lsp_types::{
    CodeActionKind, CodeActionParams, Diagnostic, DiagnosticSeverity, DocumentDiagnosticParams, DocumentDiagnosticReport,
    ExecuteCommandParams, FullDocumentDiagnosticReport, HoverParams, Message, MessageType, Position, PublishDiagnosticsParams,
    Range, RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport, ShowDocumentParams,
    UnchangedDocumentDiagnosticReport,
};
use std::path::{Path, PathBuf};

/// More findings than this in one range get no offers: nobody chooses among so many.
const OFFERED: usize = 8;

/// A request that waits.
#[derive(Debug)]
pub struct Waiting {
    id: RequestId,
    name: String,
    what: What,
}

#[derive(Debug)]
enum What {
    /// Diagnostics, unless they are those of this result.
    Diagnostics(Option<String>),
    Hover(Position),
    Actions(Range),
    /// The same, when the worker has tried what could be done in this version.
    Offers(i32),
}

impl Server {
    pub(super) fn pull(&mut self, id: RequestId, asked: DocumentDiagnosticParams) {
        self.wait(id, asked.text_document.uri.0, What::Diagnostics(asked.previous_result_id));
    }

    pub(super) fn hover(&mut self, id: RequestId, asked: HoverParams) {
        let at = asked.text_document_position_params;
        self.wait(id, at.text_document.uri.0, What::Hover(at.position));
    }

    pub(super) fn act(&mut self, id: RequestId, asked: CodeActionParams) {
        let fitting = |kind: &CodeActionKind| CodeActionKind::QuickFix.as_str().starts_with(kind.as_str());
        if asked.context.only.as_ref().is_some_and(|kinds| !kinds.iter().any(fitting)) {
            return self.reply(Response::new_ok(id, Vec::<()>::new()));
        }
        self.wait(id, asked.text_document.uri.0, What::Actions(asked.range));
    }

    /// Shows the page of a rule: as a document where that can be, else as a message.
    pub(super) fn command(&mut self, id: RequestId, asked: ExecuteCommandParams) -> Result<(), Fault> {
        if !Self::knows(&asked.command) {
            let message = format!("there is no command `{}`; there is `{EXPLAIN}`", asked.command);
            return Err(Fault::new(ErrorCode::InvalidParams, message));
        }
        let argument = asked.arguments.unwrap_or_default().into_iter().next();
        let rule = argument.as_ref().and_then(|rule| rule.as_str()).unwrap_or_default();
        let Some(text) = self.pages.text(rule).map(str::to_owned) else {
            return Err(Fault::new(ErrorCode::InvalidParams, format!("there is no rule `{rule}`")));
        };
        match self.pages.uri(rule).filter(|_| self.client.shows) {
            Some(uri) => {
                let shown = ShowDocumentParams { uri, external: Some(false), take_focus: Some(true), selection: None };
                self.ask("window/showDocument", shown, Question::Other);
            }
            None => self.show(MessageType::Info, text),
        }
        self.reply(Response::new_ok(id, ()));
        Ok(())
    }

    fn wait(&mut self, id: RequestId, name: String, what: What) {
        self.waiting.push(Waiting { id, name, what });
        self.answer();
    }

    /// Forgets a request that nobody wants to be answered any more.
    pub(super) fn cancel(&mut self, id: &RequestId) {
        if let Some(at) = self.waiting.iter().position(|waiting| waiting.id == *id) {
            let waiting = self.waiting.swap_remove(at);
            self.reply(Fault::new(ErrorCode::RequestCanceled, "cancelled by the client").response(waiting.id));
        }
    }

    /// Tells those who still wait that the session ends before their answer is known: none may stay without one.
    pub(super) fn abandon(&mut self) {
        for waiting in std::mem::take(&mut self.waiting) {
            let fault = Fault::new(ErrorCode::RequestCanceled, "`shutdown` came before the answer was known");
            self.reply(fault.response(waiting.id));
        }
    }

    /// Answers all requests that can be answered by now.
    pub(super) fn answer(&mut self) {
        for waiting in std::mem::take(&mut self.waiting) {
            let known = self.documents.get(&waiting.name).is_none_or(|document| document.findings().is_some());
            let offering = matches!(waiting.what, What::Offers(_)) && self.documents.contains_key(&waiting.name);
            if known && !offering {
                self.answer_one(waiting);
            } else {
                self.waiting.push(waiting);
            }
        }
    }

    fn answer_one(&mut self, waiting: Waiting) {
        let Waiting { id, name, what } = waiting;
        let document = self.documents.get(&name);
        match what {
            What::Diagnostics(previous) => {
                let items = document.map(|document| diagnostics(document, &self.client, &mut self.pages)).unwrap_or_default();
                self.reply(Response::new_ok(id, report(items, previous.as_deref())));
            }
            What::Hover(position) => {
                let shown = document.and_then(|document| hover(document, position));
                self.reply(Response::new_ok(id, shown));
            }
            What::Actions(range) => {
                let Some(document) = document else { return self.reply(Response::new_ok(id, Vec::<()>::new())) };
                let span = document.places.span(&document.text, range);
                let near = |finding: &&Finding| {
                    let own = finding.primary.span;
                    own.start <= span.end && span.start <= own.end
                };
                let findings: Vec<Finding> = document.findings().into_iter().flatten().filter(near).cloned().collect();
                if findings.is_empty() || findings.len() > OFFERED {
                    return self.reply(Response::new_ok(id, Vec::<()>::new()));
                }
                let (path, version) = (document.path.clone(), document.version);
                self.give(Task::Offer { id: id.clone(), path, findings, reason: REASON.to_owned() });
                self.waiting.push(Waiting { id, name, what: What::Offers(version) });
            }
            What::Offers(_) => self.reply(Response::new_ok(id, Vec::<()>::new())),
        }
    }

    /// Takes what the worker says.
    pub fn hear(&mut self, said: Said) {
        match said {
            Said::Looked { path, version, findings } => self.looked(&path, version, findings),
            Said::Offered { id, offers } => self.offered(&id, &offers),
            Said::Begin(folder) => self.begin(&folder),
            Said::Progress(done, total) => self.report(done, total),
            Said::End(folder, rules) => {
                self.pages.learn(&rules);
                self.right(&folder);
                self.end();
            }
            Said::Failed(folder, mistake) => {
                self.end();
                self.right(&folder);
                if let Some(mistake) = mistake {
                    self.wrong(folder, mistake);
                }
            }
        }
    }

    fn looked(&mut self, path: &Path, version: i32, findings: Vec<Finding>) {
        let Some(name) = self.names.get(path).cloned() else { return };
        let Some(document) = self.documents.get_mut(&name).filter(|document| document.version == version) else { return };
        let before = document.looked.replace((version, findings));
        let again = before.as_ref().is_some_and(|(before, _)| *before == version);
        let same = again && before.map(|(_, findings)| findings).as_deref() == document.findings();
        self.answer();
        if !same {
            self.publish(&name);
            if again {
                self.refresh();
            }
        }
    }

    fn offered(&mut self, id: &RequestId, offers: &[(Finding, Silences)]) {
        let Some(at) = self.waiting.iter().position(|waiting| waiting.id == *id) else { return };
        let Waiting { id, name, what } = self.waiting.swap_remove(at);
        // What was tried in another version may do anything in this one.
        let document = self.documents.get(&name).filter(|document| matches!(what, What::Offers(own) if own == document.version));
        let Some(document) = document else {
            let fault = Fault::new(ErrorCode::ContentModified, "the document has changed meanwhile");
            return self.reply(fault.response(id));
        };
        let actions = actions(document, offers, &self.client, &mut self.pages);
        self.reply(Response::new_ok(id, actions));
    }

    /// Shows what is wrong in a file that rules a folder, at its place.
    fn wrong(&mut self, folder: PathBuf, mistake: Mistake) {
        self.show(MessageType::Error, mistake.message.clone());
        let Some((file, text, span)) = mistake.place else { return };
        let uri = uri::of(&file);
        let places = super::position::Places::new(&text, self.client.encoding);
        let diagnostic = Diagnostic {
            range: places.range(&text, span),
            severity: Some(DiagnosticSeverity::Error),
            source: Some(super::diagnostic::SOURCE.to_owned()),
            message: Message::String(mistake.message),
            ..Diagnostic::default()
        };
        let told = PublishDiagnosticsParams { uri: uri.clone(), version: None, diagnostics: vec![diagnostic] };
        self.notify("textDocument/publishDiagnostics", told);
        self.mistakes.insert(folder, uri);
    }

    /// Takes back what was shown to be wrong.
    fn right(&mut self, folder: &Path) {
        if let Some(uri) = self.mistakes.remove(folder) {
            let told = PublishDiagnosticsParams { uri, version: None, diagnostics: Vec::new() };
            self.notify("textDocument/publishDiagnostics", told);
        }
    }
}

/// All diagnostics, or that they are those of the previous result, whose name is made of them.
fn report(items: Vec<Diagnostic>, previous: Option<&str>) -> DocumentDiagnosticReport {
    let text = serde_json::to_string(&items).unwrap_or_default();
    let result_id = format!("{:016x}", hash([text.as_str()]));
    if previous == Some(result_id.as_str()) {
        let unchanged_document_diagnostic_report = UnchangedDocumentDiagnosticReport { result_id };
        let report = RelatedUnchangedDocumentDiagnosticReport { related_documents: None, unchanged_document_diagnostic_report };
        return DocumentDiagnosticReport::RelatedUnchangedDocumentDiagnosticReport(report);
    }
    let full_document_diagnostic_report = FullDocumentDiagnosticReport { result_id: Some(result_id), items };
    let report = RelatedFullDocumentDiagnosticReport { related_documents: None, full_document_diagnostic_report };
    DocumentDiagnosticReport::RelatedFullDocumentDiagnosticReport(report)
}
