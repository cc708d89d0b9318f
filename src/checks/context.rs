use super::lives::{errand, key, lifetime};
use crate::facts::{ExprId, Facts, Function, FunctionId, FunctionKind, Place, PlaceId, Root, Segment};
use crate::finding::{Confidence, Evidence, Finding, Mark, Role, Weight};
use crate::index::{Asked, Caller, Found, Given, Outline, Project, Taken};
use crate::rules::{Resource, Rule, Vocabulary};
use crate::source::Span;

/// What a check works with: the facts of one file, one rule with its words in the file's language, and the project.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The file.
    pub facts: &'a Facts,
    /// The rule.
    pub rule: &'a Rule,
    /// Its vocabulary in the file's language.
    pub words: &'a Vocabulary,
    /// The project the file belongs to; empty when the file is judged alone.
    pub project: &'a Project,
    /// The file's path, as it is shown.
    pub path: &'a str,
}

impl<'a> Context<'a> {
    /// Who else touches a place of this file, as far as the project is known.
    pub fn touched(&self, place: PlaceId) -> Vec<Found<'a>> {
        let facts = self.facts;
        let (owner, what) = match facts.places.get(place) {
            Place { root: Root::Instance(ty) | Root::Static(ty), path } => match path.as_slice() {
                [Segment::Field(name)] => (Some(facts.text(facts.ty(*ty).name)), facts.text(*name)),
                _ => return Vec::new(),
            },
            Place { root: Root::Binding(binding), path } if path.is_empty() => (None, facts.text(facts.binding(*binding).name)),
            Place { .. } => return Vec::new(),
        };
        self.project.touched(&Asked { path: self.path, language: &facts.language, owner, what })
    }

    /// What a function of another file does with an argument of a call, where it is surely known which function that is.
    pub fn taken(&self, call: ExprId, arg: ExprId) -> Option<Taken<'a>> {
        taken(self.project, (self.facts, self.path), call, arg)
    }

    /// Everyone in the project who calls a function, with the file; nothing where its name does not tell it from all others.
    pub fn callers(&self, function: FunctionId) -> Option<Vec<(&'a Outline, Caller)>> {
        let facts = self.facts;
        let named = facts.enclosing(function).find(|id| facts.function(*id).kind == FunctionKind::Named)?;
        let name = facts.text(facts.function(named).name?);
        self.project.is_distinctive(name).then(|| self.project.callers(&facts.language, name))
    }

    /// Whether the file is a program, or a part of one, that does one thing and ends.
    pub fn is_program(&self) -> bool {
        self.facts.is_program || lifetime::is_among_programs(&self.words.words, self.path)
    }

    /// What speaks against something that stays behind in a program which does one thing and ends, so heavily.
    pub fn command(&self, weight: Weight) -> Option<Evidence> {
        self.is_program().then(|| Evidence::doubts(weight, "it belongs to a command, which ends soon"))
    }

    /// What speaks against something that stays for as long as the process, so heavily, in a package that is one command: its
    /// face hands out nothing, a file of it reads the command line, and none serves requests or messages.
    pub fn errand(&self, weight: Weight) -> Option<Evidence> {
        let file = errand::begun_by(self.project, &self.words.words, self.path)?;
        Some(Evidence::doubts(weight, format!("the package is a command, which {file} begins, and ends with what it was asked")))
    }

    /// What speaks against something that a file makes for a system on which nothing of it stays behind.
    pub fn spared(&self, resource: &Resource) -> Option<Evidence> {
        let words = self.path.split(['/', '.']).flat_map(key::split);
        let system = words.into_iter().find(|word| resource.spared_in.contains(word))?;
        let text = format!("the file is for {system}, where no {} stays behind once its handle has gone", resource.kind);
        Some(Evidence::doubts(Weight::Decisive, text))
    }

    /// The same where files say what they export, so that a program is told from a module by more than its place.
    pub fn brief(&self) -> Option<Evidence> {
        self.facts.exported.as_ref().and_then(|_| self.command(Weight::Strong))
    }

    /// How sure a finding is before any evidence is looked at.
    pub fn prior(&self) -> Confidence {
        self.words.confidence.unwrap_or(self.rule.confidence)
    }

    /// The bytes of an expression.
    pub fn span(&self, expr: ExprId) -> Span {
        self.facts.expr(expr).span
    }

    /// A finding of this rule at an expression, with the rule's own levels and words filled in.
    pub fn finding(&self, at: ExprId, message: String, label: String) -> Finding {
        self.finding_at(self.span(at), self.facts.function_of(at), message, label)
    }

    /// A finding of this rule at a span inside a function.
    pub fn finding_at(&self, span: Span, function: FunctionId, message: String, label: String) -> Finding {
        let mut finding = Finding::new(&self.rule.id, message, Mark::new(Role::Acquire, span, label));
        finding.symbol = self.facts.qualified(function);
        finding.within = self.around(function);
        // Where tests are told by their names alone, a function of the program can have such a name as well.
        finding.in_test =
            self.facts.marked_failures && self.facts.enclosing(function).any(|id| self.facts.function(id).traits.is_test);
        finding.severity = self.rule.severity;
        finding.pattern.clone_from(&self.rule.summary);
        finding.recommendation.clone_from(self.words.remedy.as_ref().unwrap_or(&self.rule.remedy));
        finding
    }

    /// The innermost function around that is long enough to be told by its text.
    fn around(&self, function: FunctionId) -> Option<Span> {
        let long = |own: &Function| own.span.end - own.span.start >= DISTINCT;
        let code = |own: &&Function| matches!(own.kind, FunctionKind::Named | FunctionKind::Closure);
        self.facts.enclosing(function).map(|id| self.facts.function(id)).filter(code).find(|own| long(own)).map(|own| own.span)
    }
}

/// How long a function is at least that is told by its text.
const DISTINCT: u32 = 200;

/// What a function of another file does with an argument of a call in this one, where it is surely known which that is.
pub fn taken<'a>(project: &'a Project, (facts, path): (&Facts, &str), call: ExprId, arg: ExprId) -> Option<Taken<'a>> {
    let callee = facts.callee(call);
    if callee.function.is_some() || callee.constructs.is_some() {
        return None;
    }
    let slot = facts.slot(call, arg)?.map(|name| facts.text(name));
    project.taken(&Given { path, callee: facts.callee_path(call)?, slot })
}
