use super::config::Settings;
use super::directive::{Directive, Reach, directives};
use super::order::Order;
use crate::finding::{Confidence, Edit, Evidence, Finding, Fix, Mark, Role, Safety, Weight};
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
    let mut used = Used(vec![Vec::new(); directives.len()]);
    findings.retain(|finding| !used.mark(&directives, finding, &lines));
    let Some(rule) = settings.rules.get(UNUSED) else {
        return;
    };
    findings.extend(comments.iter().filter_map(|comment| faulty(rule, text, *comment)));
    for (directive, used) in directives.iter().zip(&used.0) {
        if directive.rules.iter().all(|(name, _)| name != UNUSED) {
            unused(directive, used, settings, |span, message, why, goes| {
                let mut finding = finding(rule, span, message, why);
                finding.fix = goes.then(|| removal(text, &lines, comments, directive, span)).flatten();
                findings.push(finding);
            });
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

/// Says what of a directive did nothing: all of it, or some of its rules; and whether that can go.
fn unused(directive: &Directive, used: &[String], settings: &Settings, mut say: impl FnMut(Span, String, String, bool)) {
    if directive.rules.is_empty() && used.is_empty() && settings.rules.len() == settings.known.len() {
        let why = "no rule of the run finds anything where the comment reaches".to_owned();
        say(directive.span, "this comment suppresses nothing".to_owned(), why, true);
    }
    for (name, span) in &directive.rules {
        if settings.known.get(name).is_none() {
            let near = nearest(name, settings.known.iter().map(|rule| rule.id.as_str()));
            let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let why = "the name is not that of a rule".to_owned();
            // What was meant is for people to say.
            say(*span, format!("there is no rule `{name}`, so this suppresses nothing{hint}"), why, false);
        } else if settings.rules.get(name).is_some() && !used.contains(name) {
            let why = format!("`{name}` finds nothing where the comment reaches");
            say(*span, format!("this comment suppresses no `{name}`"), why, true);
        }
    }
}

/// Takes out what suppresses nothing: a rule of several, or else the comment, with its line if it stands alone there.
fn removal(text: &str, lines: &Lines, comments: &[Span], directive: &Directive, span: Span) -> Option<Fix> {
    if let [_, _, ..] = directive.rules.as_slice() {
        let at = directive.rules.iter().position(|(_, own)| *own == span)?;
        let goes = match at {
            0 => Span::new(span.start, directive.rules[1].1.start),
            _ => Span::new(directive.rules[at - 1].1.end, span.end),
        };
        return Some(Fix::new("Take the rule out of the list", Safety::Safe, vec![Edit::replace(goes, "")]));
    }
    let comment = comments.iter().find(|comment| comment.contains(directive.span))?;
    let (first, last) = (lines.line(comment.start), lines.line(comment.end.saturating_sub(1)));
    let (line, below) = (lines.span(text, first), lines.span(text, last + 1));
    let before = Span::new(line.start, comment.start).slice(text);
    let after = Span::new(comment.end, lines.span(text, last).end).slice(text);
    let goes = if !after.trim().is_empty() {
        return None;
    } else if before.trim().is_empty() && below.start > 0 {
        Span::new(line.start, below.start)
    } else {
        Span::new(line.start + before.trim_end().len() as u32, comment.end.min(lines.span(text, last).end))
    };
    Some(Fix::new("Delete the comment", Safety::Safe, vec![Edit::replace(goes, "")]))
}

/// What is said of a comment that is meant as a suppression and is none.
fn faulty(rule: &Rule, text: &str, comment: Span) -> Option<Finding> {
    let body = comment.slice(text);
    let order = Order::of(body)?;
    let fault = order.fault()?;
    let why = "it begins as the comments do that speak to this program".to_owned();
    let mut finding = finding(rule, order.span(comment, body), fault.message, why);
    fault.remedy.clone_into(&mut finding.recommendation);
    Some(finding)
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
