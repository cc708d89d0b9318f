//! The reasoning: one folder a family, one file a kind; pure, over facts and vocabulary; no file here knows syntax.

mod accepted;
mod context;
mod document;
mod growth;
mod handle;
mod listener;
mod lives;
mod mend;
mod often;
mod reference;
mod work;

pub use context::Context;
pub use document::Document;

use crate::extract::{self, extract};
use crate::facts::Facts;
use crate::finding::{Analysis, Finding, ProblemKind};
use crate::index::{Outline, Project, outline};
use crate::language::languages;
use crate::rules::{Check, Rule, RuleSet, Verbs};
use crate::source::Lines;
use std::path::Path;

/// Everything that the rules say about one text alone; its language follows from the path or the first line.
pub fn analyse(path: &str, text: &str, rules: &RuleSet) -> Analysis {
    analyse_in(path, text, rules, &Project::default())
}

/// Everything that the rules say about one text as a part of a project.
pub fn analyse_in(path: &str, text: &str, rules: &RuleSet, project: &Project) -> Analysis {
    facts(path, text).map(|facts| judge(path, text, &facts, rules, project)).unwrap_or_default()
}

/// How many places of a text do not parse; none in a language that is not read.
pub fn faults(path: &str, text: &str) -> usize {
    languages().script(Path::new(path), text).map_or(0, |script| extract::faults(script.language, &script.text))
}

/// What a text says to the project, and what the rules say about it as long as nothing of the project is known: the files
/// without a finding need no second look, because what the project knows about a finding cannot make one.
pub fn survey(path: &str, text: &str, is_test: bool, rules: &RuleSet, verbs: &Verbs) -> (Outline, Analysis) {
    let Some(facts) = facts(path, text) else { return Default::default() };
    let listening = Project::listening();
    let analysis = judge(path, text, &facts, rules, &listening);
    let mut outline = outline(&facts, path, is_test, verbs);
    outline.hear(listening.heard());
    outline.finish();
    (outline, analysis)
}

/// What a text says to the project.
pub fn sketch(path: &str, text: &str, is_test: bool, verbs: &Verbs) -> Outline {
    let mut outline = facts(path, text).map(|facts| outline(&facts, path, is_test, verbs)).unwrap_or_default();
    outline.finish();
    outline
}

fn facts(path: &str, text: &str) -> Option<Facts> {
    let script = languages().script(Path::new(path), text)?;
    let mut facts = extract(script.language, &script.text);
    facts.per_instance = script.per_instance;
    Some(facts)
}

fn judge(path: &str, text: &str, facts: &Facts, rules: &RuleSet, project: &Project) -> Analysis {
    judge_each((path, text), facts, rules, project, &in_turn).unwrap_or_default()
}

/// What one rule finds.
pub type Judging<'a> = &'a (dyn Fn(&Rule) -> Vec<Finding> + Sync);

/// Asks each rule what it finds and gives the answers in the order of the rules. No rule depends on another, so they can be
/// asked at once; nothing comes of it if nobody wants to know any more.
pub type Each<'a> = &'a dyn Fn(&[&Rule], Judging<'_>) -> Option<Vec<Vec<Finding>>>;

/// One rule after the other, to the end.
pub fn in_turn(rules: &[&Rule], judging: Judging<'_>) -> Option<Vec<Vec<Finding>>> {
    Some(rules.iter().map(|rule| judging(rule)).collect())
}

/// What the rules say, as far as `each` asks them.
fn judge_each(source: (&str, &str), facts: &Facts, rules: &RuleSet, project: &Project, each: Each<'_>) -> Option<Analysis> {
    let mut problems = Vec::new();
    if facts.cut {
        problems.push((ProblemKind::TooDeep, "nested too deeply; what lies below the limit was not analysed".to_owned()));
    }
    if let Some(skipped) = facts.skipped.filter(|_| !languages().only_declares(Path::new(source.0))) {
        let line = Lines::new(source.1).line(skipped.start);
        let message = format!("could not be parsed at line {line}; some of the code from there on was not looked at");
        problems.push((ProblemKind::Unparsed, message));
    }
    let findings = check(source, facts, rules, project, each)?;
    Some(Analysis { findings, problems, comments: facts.comments.clone() })
}

/// Runs every rule that has a vocabulary in the file's language, and orders what they find by place, then rule.
fn check((path, text): (&str, &str), facts: &Facts, rules: &RuleSet, project: &Project, each: Each<'_>) -> Option<Vec<Finding>> {
    let judging = |rule: &Rule| {
        let Some(words) = rule.vocabulary.get(&facts.language) else { return Vec::new() };
        let context = Context { facts, rule, words, project, path };
        let found = one(&context)
            .into_iter()
            .map(|finding| accepted::weighed(&context, text, often::weighed(&context, finding.fitted(text))))
            .map(|finding| finding.tempered(words.trust.unwrap_or(1.0)));
        let mut found: Vec<Finding> = found.collect();
        mend::mend(&context, text, &mut found);
        found
    };
    let speaking: Vec<&Rule> =
        rules.iter().map(AsRef::as_ref).filter(|rule: &&Rule| rule.vocabulary.contains_key(&facts.language)).collect();
    let mut findings = each(&speaking, &judging)?.concat();
    growth::twins::single(&mut findings, rules);
    findings.sort_by(|a, b| (a.primary.span, &a.rule, &a.message).cmp(&(b.primary.span, &b.rule, &b.message)));
    findings.dedup_by(|a, b| a.primary.span == b.primary.span && a.rule == b.rule);
    Some(findings)
}

fn one(context: &Context) -> Vec<Finding> {
    match context.rule.check {
        Check::Growth => [growth::check::check(context), growth::weak::check(context)].concat(),
        Check::Cache => [
            growth::check::check(context),
            growth::unlimited::unlimited_functions(context),
            growth::unlimited::unlimited_wrappers(context),
        ]
        .concat(),
        Check::Memo => growth::memo::check(context),
        Check::Channel => growth::queue::check(context),
        Check::Handle => {
            let plain = [handle::check::check(context), handle::answered::check(context)].concat();
            let others = [handle::wrapped::check(context), handle::example::check(context)].concat();
            [plain, others, handle::piped::check(context)].concat()
        }
        Check::Timer => work::timer::check(context),
        Check::Listener => {
            let late =
                [listener::late::check(context), listener::scope::check(context), listener::again::check(context)].concat();
            [listener::check::check(context), growth::waiting::check(context), late].concat()
        }
        Check::Task => work::task::check(context),
        Check::Cycle => reference::cycle::check(context),
        Check::Forgotten => {
            let mut found = reference::forgotten::check(context);
            found.extend(reference::uninit::check(context));
            found.extend(reference::erased::check(context));
            found
        }
        Check::Suppression => Vec::new(),
        Check::Loss => growth::loss::check(context),
    }
}
