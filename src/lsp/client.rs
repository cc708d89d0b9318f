use super::position::Encoding;
use lsp_types::{ClientCapabilities, DiagnosticTag, DiagnosticsCapabilities};

/// What the editor can do, as far as it matters here.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is an ability of its own")]
pub struct Client {
    /// What columns count.
    pub encoding: Encoding,
    /// It asks for diagnostics, so none are pushed.
    pub pulls: bool,
    /// It can be told to ask again.
    pub refreshes: bool,
    /// It shows places that belong to a diagnostic.
    pub relates: bool,
    /// It shows links at the code of a diagnostic.
    pub describes: bool,
    /// It fades what a diagnostic calls unnecessary.
    pub fades: bool,
    /// It can be asked to watch files.
    pub watches: bool,
    /// It can be asked to tell of changed settings.
    pub reconfigures: bool,
    /// It answers questions about its settings.
    pub configures: bool,
    /// It shows progress.
    pub progresses: bool,
    /// It can be asked to show a document.
    pub shows: bool,
    /// It knows edits with the version of the document they are for.
    pub versions: bool,
}

impl Client {
    /// Reads what an editor says of itself.
    pub fn new(capabilities: &ClientCapabilities) -> Self {
        let yes = |flag: Option<bool>| flag == Some(true);
        let workspace = capabilities.workspace.clone().unwrap_or_default();
        let window = capabilities.window.unwrap_or_default();
        let document = capabilities.text_document.clone().unwrap_or_default();
        let pull = document.diagnostic;
        // What is said of diagnostics holds for both ways in which they come.
        let both = [
            document.publish_diagnostics.unwrap_or_default().diagnostics_capabilities,
            pull.as_ref().map(|pull| pull.diagnostics_capabilities.clone()).unwrap_or_default(),
        ];
        let unnecessary = |own: &DiagnosticsCapabilities| {
            own.tag_support.as_ref().is_some_and(|tags| tags.value_set.contains(&DiagnosticTag::Unnecessary))
        };
        let relates = both.iter().any(|own| yes(own.related_information));
        let describes = both.iter().any(|own| yes(own.code_description_support));
        let fades = both.iter().any(unnecessary);
        Self {
            encoding: Encoding::agreed(capabilities),
            pulls: pull.is_some(),
            refreshes: workspace.diagnostics.is_some_and(|own| yes(own.refresh_support)),
            relates,
            describes,
            fades,
            watches: workspace.did_change_watched_files.is_some_and(|own| yes(own.dynamic_registration)),
            reconfigures: workspace.did_change_configuration.is_some_and(|own| yes(own.dynamic_registration)),
            configures: yes(workspace.configuration),
            progresses: yes(window.work_done_progress),
            shows: window.show_document.is_some_and(|own| own.support),
            versions: workspace.workspace_edit.is_some_and(|own| yes(own.document_changes)),
        }
    }
}
