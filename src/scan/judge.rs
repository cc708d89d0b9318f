use super::config::{Settings, leaves_out};
use super::suppress::suppress;
use super::testcode::{drops_work, is_brief, is_test};
use super::walk::Candidate;
use crate::finding::{Analysis, Confidence, Evidence, Finding, Severity, Weight};
use crate::rules::Family;

/// The findings of one file that are shown, and those that are not because they are not sure enough.
pub struct Judged {
    /// In the order of their places.
    pub findings: Vec<Finding>,
    /// Those below the confidence shown.
    pub hidden: Vec<Finding>,
}

/// Suppresses, judges test code by its own measure, filters by confidence, and orders.
pub fn judge(candidate: &Candidate, text: &str, analysis: Analysis, settings: &Settings) -> Judged {
    let mut findings = analysis.findings;
    suppress(text, &analysis.comments, &mut findings, settings);
    findings.retain(|finding| !leaves_out(&candidate.ignored, &finding.rule));
    for finding in &mut findings {
        settings.adjust(finding);
    }
    soften(&mut findings, &candidate.own, settings);
    let is_shown = |finding: &Finding| finding.confidence >= Confidence::SHOWN || settings.shows_all(&finding.rule);
    let (mut findings, hidden): (Vec<Finding>, Vec<Finding>) = findings.into_iter().partition(is_shown);
    findings.sort_by(|a, b| (a.primary.span, &a.rule, &a.message).cmp(&(b.primary.span, &b.rule, &b.message)));
    Judged { findings, hidden }
}

/// In test code only what outlives a test matters, and it matters less: the process soon ends.
fn soften(findings: &mut Vec<Finding>, path: &str, settings: &Settings) {
    let all = is_test(path);
    let brief = is_brief(path);
    findings.retain_mut(|finding| {
        if !all && !finding.in_test {
            return true;
        }
        let family = settings.known.get(&finding.rule).map(|rule| rule.family);
        // What matters little elsewhere does not matter there.
        let minor = finding.severity == Severity::Low && family != Some(Family::Suppression);
        finding.severity = finding.severity.lowered();
        if family == Some(Family::Listener) {
            let piece = Evidence::doubts(Weight::Decisive, "it is test code, whose emitters end with the test");
            finding.confidence = finding.confidence.given(std::slice::from_ref(&piece));
            finding.evidence.push(piece);
        }
        if brief && matches!(family, Some(Family::Handle | Family::Timer)) {
            let piece = Evidence::doubts(Weight::Decisive, "it is test code, and the process ends with the tests");
            finding.confidence = finding.confidence.given(std::slice::from_ref(&piece));
            finding.evidence.push(piece);
        }
        if drops_work(path) && matches!(family, Some(Family::Timer | Family::Task)) {
            return false;
        }
        !minor && matches!(family, Some(Family::Handle | Family::Timer | Family::Listener | Family::Suppression))
    });
}
