use super::suppress::suppress;
use super::{Options, is_test};
use crate::finding::{Analysis, Confidence, Finding};
use crate::rules::Family;

/// The findings of one file that are shown, and how many are not because they are not sure enough.
pub struct Judged {
    /// In the order of their places.
    pub findings: Vec<Finding>,
    /// How many lie below the confidence shown.
    pub hidden: usize,
}

/// Suppresses, judges test code by its own measure, filters by confidence, and orders.
pub fn judge(path: &str, text: &str, analysis: Analysis, options: &Options) -> Judged {
    let mut findings = analysis.findings;
    suppress(text, &analysis.comments, &mut findings, options);
    if is_test(path) {
        soften(&mut findings, options);
    }
    let before = findings.len();
    if !options.pedantic {
        findings.retain(|finding| finding.confidence.value() >= Confidence::SHOWN.value());
    }
    let hidden = before - findings.len();
    findings.sort_by(|a, b| (a.primary.span, &a.rule, &a.message).cmp(&(b.primary.span, &b.rule, &b.message)));
    Judged { findings, hidden }
}

/// In test code only what outlives a test matters, and it matters less: the process soon ends.
fn soften(findings: &mut Vec<Finding>, options: &Options) {
    findings.retain_mut(|finding| {
        let family = options.known.get(&finding.rule).map(|rule| rule.family);
        finding.severity = finding.severity.lowered();
        matches!(family, Some(Family::Handle | Family::Timer | Family::Listener | Family::Suppression))
    });
}
