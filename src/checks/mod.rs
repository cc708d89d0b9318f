//! The reasoning: one file per kind, pure, over facts and vocabulary; no file here knows syntax.

mod abandon;
mod abroad;
mod acquire;
mod callback;
mod container;
mod context;
mod copied;
mod custody;
mod cycle;
mod emitter;
mod endless;
mod ends;
mod expectant;
mod fate;
mod field;
mod forgotten;
mod growth;
mod guard;
mod handle;
mod identity;
mod kept;
mod key;
mod life;
mod lifetime;
mod listener;
mod loss;
mod memo;
mod mend;
mod object;
mod obligation;
mod outlive;
mod overwrite;
mod owner;
mod path;
mod pending;
mod plight;
mod queue;
mod race;
mod reopen;
mod ring;
mod share;
mod siblings;
mod stray;
mod strong;
mod summary;
mod task;
mod tenure;
mod timer;
mod undo;
mod verdict;
mod waiting;
mod way;

pub use context::Context;

use crate::extract::{self, extract};
use crate::facts::Facts;
use crate::finding::{Analysis, Finding, ProblemKind};
use crate::index::{Outline, Project, outline};
use crate::language::{Habits, languages};
use crate::rules::{Check, RuleSet, Verbs};
use std::path::Path;

/// Everything that the rules say about one text alone; its language follows from the path or the first line.
pub fn analyse(path: &str, text: &str, rules: &RuleSet) -> Analysis {
    analyse_in(path, text, rules, &Project::default())
}

/// Everything that the rules say about one text as a part of a project.
pub fn analyse_in(path: &str, text: &str, rules: &RuleSet, project: &Project) -> Analysis {
    let Some((facts, habits)) = facts(path, text) else { return Analysis::default() };
    judge(path, &facts, rules, project, Some(mend::Source { text, habits }))
}

/// How many places of a text do not parse; none in a language that is not read.
pub fn faults(path: &str, text: &str) -> usize {
    languages().script(Path::new(path), text).map_or(0, |script| extract::faults(script.language, &script.text))
}

/// What a text says to the project, and what the rules say about it as long as nothing of the project is known: the files
/// without a finding need no second look, because what the project knows about a finding cannot make one.
pub fn survey(path: &str, text: &str, is_test: bool, rules: &RuleSet, verbs: &Verbs) -> (Outline, Analysis) {
    let Some((facts, _)) = facts(path, text) else { return Default::default() };
    let listening = Project::listening();
    let analysis = judge(path, &facts, rules, &listening, None);
    let mut outline = outline(&facts, path, is_test, verbs);
    outline.asked = listening.asked();
    for (name, kind) in handle::makers(path, &facts, rules) {
        let maker = (outline.intern(name), outline.intern(kind));
        outline.makers.push(maker);
    }
    outline.finish();
    (outline, analysis)
}

/// What a text says to the project.
pub fn sketch(path: &str, text: &str, is_test: bool, verbs: &Verbs) -> Outline {
    let mut outline = facts(path, text).map(|(facts, _)| outline(&facts, path, is_test, verbs)).unwrap_or_default();
    outline.finish();
    outline
}

fn facts(path: &str, text: &str) -> Option<(Facts, &'static Habits)> {
    let script = languages().script(Path::new(path), text)?;
    let mut facts = extract(script.language, &script.text);
    facts.per_instance = script.per_instance;
    Some((facts, &script.language.habits))
}

fn judge(path: &str, facts: &Facts, rules: &RuleSet, project: &Project, source: Option<mend::Source>) -> Analysis {
    let mut problems = Vec::new();
    if facts.cut {
        problems.push((ProblemKind::TooDeep, "nested too deeply; what lies below the limit was not analysed".to_owned()));
    }
    Analysis { findings: check(path, facts, rules, project, source), problems, comments: facts.comments.clone() }
}

/// Runs every rule that has a vocabulary in the file's language, and orders what they find by place, then rule. With the
/// text they are given fixes.
fn check(path: &str, facts: &Facts, rules: &RuleSet, project: &Project, source: Option<mend::Source>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in rules.iter() {
        let Some(words) = rule.vocabulary.get(&facts.language) else { continue };
        let context = Context { facts, rule, words, project, path };
        let mut found = one(&context);
        if let Some(source) = source {
            mend::mend(&context, source, &mut found);
        }
        findings.extend(found);
    }
    findings.sort_by(|a, b| (a.primary.span, &a.rule, &a.message).cmp(&(b.primary.span, &b.rule, &b.message)));
    findings.dedup_by(|a, b| a.primary.span == b.primary.span && a.rule == b.rule);
    findings
}

fn one(context: &Context) -> Vec<Finding> {
    match context.rule.check {
        Check::Growth => growth::check(context),
        Check::Cache => [growth::check(context), memo::unlimited_functions(context), memo::unlimited_wrappers(context)].concat(),
        Check::Memo => memo::check(context),
        Check::Channel => queue::check(context),
        Check::Handle => handle::check(context),
        Check::Timer => timer::check(context),
        Check::Listener => [listener::check(context), waiting::check(context)].concat(),
        Check::Task => task::check(context),
        Check::Cycle => cycle::check(context),
        Check::Forgotten => forgotten::check(context),
        Check::Suppression => Vec::new(),
        Check::Loss => loss::check(context),
    }
}
