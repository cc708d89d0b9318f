use super::client::Client;
use super::position::{Encoding, Places};
use crate::finding::Finding;
use lsp_types::{TextDocumentContentChangeEvent, Uri};
use std::path::PathBuf;
use std::sync::Arc;

/// A document as the editor has it, with what was found in it.
#[derive(Debug)]
pub struct Document {
    /// What the editor calls it.
    pub uri: Uri,
    /// What the worker calls it.
    pub path: PathBuf,
    /// Its version.
    pub version: i32,
    /// Its text.
    pub text: Arc<str>,
    /// Its lines.
    pub places: Places,
    /// What was found last, and in which version.
    pub looked: Option<(i32, Vec<Finding>)>,
}

impl Document {
    /// A document that was opened.
    pub fn new(uri: Uri, path: PathBuf, version: i32, text: &str, client: &Client) -> Self {
        Self { uri, path, version, text: text.into(), places: Places::new(text, client.encoding), looked: None }
    }

    /// Makes changes, one after the other.
    pub fn change(&mut self, version: i32, changes: Vec<TextDocumentContentChangeEvent>, encoding: Encoding) {
        let mut text = String::from(&*self.text);
        for change in changes {
            match change {
                TextDocumentContentChangeEvent::TextDocumentContentChangePartial(change) => {
                    let span = self.places.span(&text, change.range);
                    text.replace_range(span.start as usize..span.end as usize, &change.text);
                }
                TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(change) => text = change.text,
            }
            self.places = Places::new(&text, encoding);
        }
        self.text = text.into();
        self.version = version;
    }

    /// What was found in the present version; nothing as long as it is not known.
    pub fn findings(&self) -> Option<&[Finding]> {
        self.looked.as_ref().filter(|(version, _)| *version == self.version).map(|(_, findings)| findings.as_slice())
    }
}
