use super::{BASE, level};
use crate::finding::{Edit, Finding, Fix, Mark, Scanned, fingerprints};
use crate::report::Context;
use crate::report::linehash::line_hashes;
use crate::report::place::Places;
use crate::report::uri::uri;
use crate::source::Span;
use rustc_hash::FxHashMap;
use serde_sarif::sarif::{
    ArtifactChange, ArtifactContent, ArtifactLocation, CodeFlow, Fix as Repair, Location, LogicalLocation, Message,
    PhysicalLocation, PropertyBag, Region, Replacement, Result as Entry, ThreadFlow, ThreadFlowLocation,
};
use std::collections::BTreeMap;

/// Code scanning keeps no more related places than this.
const MOST_RELATED: usize = 100;

/// The results of one file.
pub fn results(file: &Scanned, context: &Context<'_>) -> Vec<Entry> {
    let places = Places::new(file);
    let lines: Vec<u32> = file.findings.iter().map(|finding| places.start(finding.primary.span).line).collect();
    let hashes = line_hashes(&file.text, &lines.iter().copied().collect());
    let index: FxHashMap<&str, i64> = context.rules.iter().zip(0..).map(|(rule, at)| (rule.id.as_str(), at)).collect();
    let each = file.findings.iter().zip(fingerprints(file)).zip(lines);
    let each = each.map(|((finding, name), line)| {
        let mut names = BTreeMap::from([("watertight/v1".to_owned(), name)]);
        names.extend(hashes.get(&line).map(|hash| ("primaryLocationLineHash".to_owned(), hash.clone())));
        let mut entry = entry(finding, &Here { artifact: artifact(&context.rooted(&file.path)), places: &places }, names);
        entry.rule_index = index.get(finding.rule.as_str()).copied();
        entry
    });
    each.collect()
}

/// The file a result stands in.
struct Here<'a> {
    artifact: ArtifactLocation,
    places: &'a Places<'a>,
}

fn entry(finding: &Finding, here: &Here<'_>, fingerprints: BTreeMap<String, String>) -> Entry {
    // A check shows an alert on a change only if all of its lines were changed, so the place is as narrow as can be.
    let mut primary = here.location(here.places.first_line(finding.primary.span));
    if !finding.symbol.is_empty() {
        let symbol = LogicalLocation::builder().fully_qualified_name(&finding.symbol).build();
        primary.logical_locations = Some(vec![symbol]);
    }
    let related: Vec<_> = finding.related.iter().take(MOST_RELATED).zip(1..).map(|(mark, id)| here.related(mark, id)).collect();
    let confidence = finding.confidence.value();
    let mut entry = Entry::builder()
        .rule_id(&finding.rule)
        .message(message(finding))
        .locations(vec![primary])
        .partial_fingerprints(fingerprints)
        .rank((confidence * 100.0).round())
        .properties(properties(finding))
        .build();
    entry.level = serde_json::from_value(level(finding.severity).into()).ok();
    entry.fixes = finding.fix.as_ref().map(|fix| vec![here.fix(fix)]);
    entry.related_locations = (!related.is_empty()).then_some(related);
    entry.code_flows = (!finding.path.is_empty()).then(|| vec![here.flow(&finding.path)]);
    entry
}

/// The sentence and what it leads to, with links to the related places. What to do stands in the rule's help.
fn message(finding: &Finding) -> Message {
    let parts = [&finding.message, &finding.risk];
    let parts = parts.into_iter().map(|part| part.trim()).filter(|part| !part.is_empty()).map(|part| sentence(&escaped(part)));
    let mut text = parts.collect::<Vec<_>>().join(" ");
    let links = finding.related.iter().take(MOST_RELATED).zip(1..);
    let links: Vec<String> = links.map(|(mark, id)| format!("[{}]({id})", escaped(words(mark)))).collect();
    if !links.is_empty() {
        text = format!("{text} See: {}.", links.join(", "));
    }
    Message::builder().text(text).build()
}

/// A clause with a capital letter, unless it starts with a name, and a full stop.
fn sentence(clause: &str) -> String {
    let mut letters = clause.split_whitespace().collect::<Vec<_>>().join(" ");
    if letters.starts_with(|first: char| first.is_ascii_lowercase()) {
        letters[..1].make_ascii_uppercase();
    }
    if letters.ends_with(['.', '!', '?']) { letters } else { letters + "." }
}

/// Square brackets would be read as links.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

fn words(mark: &Mark) -> &str {
    if mark.label.is_empty() { "see here" } else { &mark.label }
}

fn properties(finding: &Finding) -> PropertyBag {
    let evidence: Vec<_> =
        finding.evidence.iter().map(|piece| serde_json::json!({ "stance": piece.stance, "text": piece.text })).collect();
    let more = [
        ("confidence".to_owned(), finding.confidence.value().into()),
        ("evidence".to_owned(), evidence.into()),
        ("pattern".to_owned(), finding.pattern.as_str().into()),
        ("recommendation".to_owned(), finding.recommendation.as_str().into()),
    ];
    PropertyBag::builder().additional_properties(BTreeMap::from(more)).build()
}

impl Here<'_> {
    fn location(&self, span: Span) -> Location {
        let (start, end) = self.places.range(span);
        let region =
            Region::builder().start_line(start.line).start_column(start.column).end_line(end.line).end_column(end.column).build();
        let physical = PhysicalLocation::builder().artifact_location(self.artifact.clone()).region(region).build();
        Location::builder().physical_location(physical).build()
    }

    /// Regions count bytes nowhere else, but a reader that edits wants to know just what goes.
    fn fix(&self, fix: &Fix) -> Repair {
        let replacement = |edit: &Edit| {
            let (start, end) = self.places.range(edit.span);
            let region = Region::builder()
                .start_line(start.line)
                .start_column(start.column)
                .end_line(end.line)
                .end_column(end.column)
                .build();
            let content = ArtifactContent::builder().text(&edit.text).build();
            Replacement::builder().deleted_region(region).inserted_content(content).build()
        };
        let replacements: Vec<_> = fix.edits.iter().map(replacement).collect();
        let change = ArtifactChange::builder().artifact_location(self.artifact.clone()).replacements(replacements).build();
        let mut repair = Repair::builder().artifact_changes(vec![change]).build();
        repair.description = Some(Message::builder().text(&fix.title).build());
        let safety = BTreeMap::from([("applicability".to_owned(), fix.safety.name().into())]);
        repair.properties = Some(PropertyBag::builder().additional_properties(safety).build());
        repair
    }

    fn related(&self, mark: &Mark, id: i64) -> Location {
        let mut location = self.marked(mark);
        location.id = Some(id);
        location
    }

    fn marked(&self, mark: &Mark) -> Location {
        let mut location = self.location(mark.span);
        location.message = Some(Message::builder().text(words(mark)).build());
        location
    }

    fn flow(&self, path: &[Mark]) -> CodeFlow {
        let steps = path.iter().map(|mark| ThreadFlowLocation::builder().location(self.marked(mark)).build());
        let thread = ThreadFlow::builder().locations(steps.collect::<Vec<_>>()).build();
        CodeFlow::builder().thread_flows(vec![thread]).build()
    }
}

/// A file by its URI, relative to the root where it lies below it.
pub fn artifact(path: &str) -> ArtifactLocation {
    let uri = uri(path);
    let mut location = ArtifactLocation::builder().uri(uri.clone()).build();
    location.uri_base_id = (!uri.starts_with("file:")).then(|| BASE.to_owned());
    location
}
