use super::client::Client;
use super::document::Document;
use super::pages::Pages;
use crate::finding::{Finding, Mark, Role, Severity};
use crate::source::Span;
use lsp_types::{
    Code, CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location, Message,
};

/// What diagnostics call this program.
pub const SOURCE: &str = "watertight";

/// The rule whose findings are about text that does nothing.
const UNNECESSARY: &str = "unused-suppression";

/// What is found in a document, for the editor; nothing as long as it is not known.
pub fn diagnostics(document: &Document, client: &Client, pages: &mut Pages) -> Vec<Diagnostic> {
    let findings = document.findings().unwrap_or_default();
    findings.iter().map(|finding| diagnostic(finding, document, client, pages)).collect()
}

/// A finding for the editor.
pub fn diagnostic(finding: &Finding, document: &Document, client: &Client, pages: &mut Pages) -> Diagnostic {
    let page = if client.describes { pages.uri(&finding.rule) } else { None };
    Diagnostic {
        range: document.places.range(&document.text, finding.primary.span),
        severity: Some(severity(finding.severity)),
        code: Some(Code::String(finding.rule.clone())),
        code_description: page.map(|href| CodeDescription { href }),
        source: Some(SOURCE.to_owned()),
        message: Message::String(finding.message.clone()),
        tags: (client.fades && finding.rule == UNNECESSARY).then(|| vec![DiagnosticTag::Unnecessary]),
        related_information: client.relates.then(|| related(finding, document)).filter(|related| !related.is_empty()),
        data: None,
    }
}

fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::High => DiagnosticSeverity::Error,
        Severity::Medium => DiagnosticSeverity::Warning,
        Severity::Low => DiagnosticSeverity::Information,
    }
}

/// The other places of a finding, each once, and those at which evidence was seen.
fn related(finding: &Finding, document: &Document) -> Vec<DiagnosticRelatedInformation> {
    let mut seen = vec![finding.primary.span];
    let mut all = Vec::new();
    let marks = finding.related.iter().chain(&finding.path).map(|mark| (mark.span, words(mark)));
    let evidence = finding.evidence.iter().filter_map(|piece| Some((piece.span?, piece.text.as_str())));
    for (span, text) in marks.chain(evidence) {
        if !seen.contains(&span) {
            seen.push(span);
            all.push(information(span, text, document));
        }
    }
    all
}

fn information(span: Span, text: &str, document: &Document) -> DiagnosticRelatedInformation {
    let range = document.places.range(&document.text, span);
    DiagnosticRelatedInformation { location: Location { uri: document.uri.clone(), range }, message: text.to_owned() }
}

/// The words at a mark; its role stands in where it has none.
fn words(mark: &Mark) -> &str {
    if !mark.label.is_empty() {
        return &mark.label;
    }
    match mark.role {
        Role::Declaration => "declared here",
        Role::Acquire => "takes hold here",
        Role::Release => "lets go here, but not always",
        Role::Exit => "leaves here without letting go",
        Role::Context => "see here",
    }
}
