use super::config::Settings;
use super::directive::{Directive, Reach, directives};
use crate::finding::{Confidence, Evidence, Finding, Mark, Role, Weight};
use crate::rules::{Rule, nearest};
use crate::source::{Lines, Span};

/// The rule that judges suppressions themselves.
pub const UNUSED: &str = "unused-suppression";

/// Takes the suppressed findings away and adds a finding for every suppression that took nothing.
///
/// What is suppressed does not depend on the rules of the run; whether a suppression is unused does, because a rule that
/// did not run cannot have found anything.
pub fn suppress(text: &str, comments: &[Span], findings: &mut Vec<Finding>, settings: &Settings) {
    if comments.is_empty() {
        return;
    }
    let lines = Lines::new(text);
    let directives = directives(text, &lines, comments);
    if directives.is_empty() {
        return;
    }
    let mut used = Used(vec![Vec::new(); directives.len()]);
    findings.retain(|finding| !used.mark(&directives, finding, &lines));
    let Some(rule) = settings.rules.get(UNUSED) else {
        return;
    };
    for (directive, used) in directives.iter().zip(&used.0) {
        if directive.rules.iter().all(|(name, _)| name != UNUSED) {
            unused(directive, used, settings, |span, message, why| findings.push(finding(rule, span, message, why)));
        }
    }
}

/// For every directive the rules it suppressed.
struct Used(Vec<Vec<String>>);

impl Used {
    /// Whether a directive suppresses the finding; those that do are marked. One on the line goes before one for the file.
    fn mark(&mut self, directives: &[Directive], finding: &Finding, lines: &Lines) -> bool {
        let span = finding.primary.span;
        let own = lines.line(span.start)..=lines.line(span.end.saturating_sub(1).max(span.start));
        let on_line = |reach| matches!(reach, Reach::Line(line) if own.contains(&line));
        self.mark_where(directives, &finding.rule, on_line)
            || self.mark_where(directives, &finding.rule, |reach| reach == Reach::File)
    }

    fn mark_where(&mut self, directives: &[Directive], rule: &str, reaches: impl Fn(Reach) -> bool) -> bool {
        let mut any = false;
        for (directive, used) in directives.iter().zip(&mut self.0) {
            let named = directive.rules.is_empty() || directive.rules.iter().any(|(name, _)| name == rule);
            if named && reaches(directive.reach) {
                any = true;
                used.push(rule.to_owned());
            }
        }
        any
    }
}

/// Says what of a directive did nothing: all of it, or some of its rules.
fn unused(directive: &Directive, used: &[String], settings: &Settings, mut say: impl FnMut(Span, String, String)) {
    if directive.rules.is_empty() && used.is_empty() && settings.rules.len() == settings.known.len() {
        let why = "no rule of the run finds anything where the comment reaches".to_owned();
        say(directive.span, "this comment suppresses nothing".to_owned(), why);
    }
    for (name, span) in &directive.rules {
        if settings.known.get(name).is_none() {
            let near = nearest(name, settings.known.iter().map(|rule| rule.id.as_str()));
            let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let why = "the name is not that of a rule".to_owned();
            say(*span, format!("there is no rule `{name}`, so this suppresses nothing{hint}"), why);
        } else if settings.rules.get(name).is_some() && !used.contains(name) {
            let why = format!("`{name}` finds nothing where the comment reaches");
            say(*span, format!("this comment suppresses no `{name}`"), why);
        }
    }
}

fn finding(rule: &Rule, span: Span, message: String, why: String) -> Finding {
    let mut finding = Finding::new(&rule.id, message, Mark::new(Role::Context, span, "suppresses nothing"));
    finding.pattern.clone_from(&rule.summary);
    finding.risk = rule.why.trim().replace('\n', " ");
    finding.recommendation = rule.remedy.trim().replace('\n', " ");
    finding.severity = rule.severity;
    finding.evidence = vec![Evidence::supports(Weight::None, why)];
    finding.weigh(Confidence::new(rule.confidence.value()))
}
