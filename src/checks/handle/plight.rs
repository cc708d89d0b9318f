//! How a handle that a local name holds gets lost, and what speaks for and against that it matters.

use super::custody::Custody;
use super::obligation::Obligation;
use super::setting;
use super::way::{CAUGHT, HELD, Leaving, Way};
use crate::checks::Context;
use crate::facts::{ExitKind, ExprId, ExprKind, Facts, Literal, Operator, StepKind};
use crate::finding::{Evidence, Weight};
use rustc_hash::FxHashSet;

/// How a handle gets lost, the plainest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plight {
    /// On an ordinary way out.
    Ordinary,
    /// By a `raise` that stands in the function.
    Raised,
    /// After a failure that a handler has caught.
    Caught,
    /// Only if a call fails that nobody here expects to fail.
    Failing,
}

impl Plight {
    const ALL: [Self; 4] = [Self::Ordinary, Self::Raised, Self::Caught, Self::Failing];

    fn fits(self, way: &Way) -> bool {
        let (held, caught) = (way.state & HELD != 0, way.state & CAUGHT != 0);
        match (self, way.leaving) {
            (Self::Ordinary, Leaving::Return | Leaving::End | Leaving::Lost)
            | (Self::Raised, Leaving::Raise | Leaving::Propagate) => held,
            (Self::Caught, Leaving::Return | Leaving::End | Leaving::Lost | Leaving::Raise) => caught,
            (Self::Failing, Leaving::Fail { .. }) => true,
            _ => false,
        }
    }

    /// The plainest plight of a handle, and every way of that kind.
    pub fn of(ways: &[Way]) -> Option<(Self, Vec<Way>)> {
        let shown = |plight: Self| ways.iter().filter(|way| plight.fits(way)).copied().collect::<Vec<_>>();
        Self::ALL.into_iter().map(|plight| (plight, shown(plight))).find(|(_, ways)| !ways.is_empty())
    }
}

/// A handle on its way through a function, as far as it was followed.
#[derive(Clone, Copy)]
pub struct Case<'a, 'b> {
    /// The file and the rule.
    pub context: &'b Context<'a>,
    /// What must be released.
    pub obligation: &'b Obligation<'a>,
    /// What the function does with it.
    pub custody: &'b Custody,
    /// How it gets lost.
    pub plight: Plight,
    /// On which ways.
    pub shown: &'b [Way],
    /// The calls that are reached while it is held.
    pub met: &'b FxHashSet<ExprId>,
}

impl Case<'_, '_> {
    /// Whether nobody in the function cares for the handle at all.
    pub fn is_abandoned(&self) -> bool {
        self.custody.releases.is_empty() && self.custody.handed.is_empty()
    }

    /// Whether a failure that is handed on is what leaves.
    pub fn is_propagated(&self) -> bool {
        self.shown.iter().any(|way| way.leaving == Leaving::Propagate)
    }

    /// What was looked at, for and against.
    pub fn evidence(&self) -> Vec<Evidence> {
        let mut all = match self.plight {
            Plight::Ordinary if self.is_abandoned() => {
                let text = "nothing in the function releases it, returns it, stores it or hands it on";
                vec![Evidence::supports(Weight::Strong, text)]
            }
            Plight::Ordinary => {
                let mut all = vec![Evidence::supports(Weight::Strong, self.partly())];
                let known = !self.context.words.fails.is_empty();
                if known && self.custody.releases.is_empty() {
                    let text = "nothing here releases it, so the way without an owner may be one that is never gone";
                    all.push(Evidence::doubts(Weight::Decisive, text));
                }
                let lost = self.shown.iter().all(|way| way.leaving == Leaving::Lost);
                if known && lost && self.obligation.resource.collected && !self.context.facts.in_loop(self.obligation.call) {
                    all.push(Evidence::doubts(Weight::Decisive, "the other value takes its last reference away"));
                }
                all
            }
            Plight::Raised if self.is_propagated() => {
                let text = "a step that can fail leaves the function while it is held";
                let mut all = vec![Evidence::supports(Weight::Strong, text)];
                if self.is_fed() {
                    let kind = &self.obligation.resource.kind;
                    let text =
                        format!("all that can fail is what the {kind} is fed and says, and that only where it has broken off");
                    all.push(Evidence::doubts(Weight::Decisive, text));
                }
                all
            }
            Plight::Raised => {
                let mut all = vec![Evidence::supports(Weight::Strong, "the function raises while it is held")];
                if self.obligation.resource.collected && self.is_misused() {
                    let text = "what it raises says that its caller is wrong, which no program goes on doing";
                    all.push(Evidence::doubts(Weight::Strong, text));
                }
                if let Some(at) = self.doubted() {
                    let text = "it raises only if the handle lacks what every open one has";
                    all.push(Evidence::doubts(Weight::Decisive, text).at(self.context.span(at)));
                }
                if let Some(at) = self.sought() {
                    let text = "the loop ends as soon as one is found that works, and the failure may be for the case of none";
                    all.push(Evidence::doubts(Weight::Strong, text).at(self.context.span(at)));
                }
                all
            }
            Plight::Caught => vec![Evidence::supports(Weight::Fair, "the handler goes on without releasing it")],
            Plight::Failing => self.failing(),
        };
        all.extend(self.circumstances());
        if !self.is_abandoned() {
            all.extend(setting::replacing(self.context, self.obligation));
        }
        all
    }

    /// A release in the loop that acquires, where that loop breaks off with the handle and what raises stands after it.
    fn sought(&self) -> Option<ExprId> {
        let facts = self.context.facts;
        let around = facts.loop_around(self.obligation.call).filter(|_| !self.context.words.fails.is_empty())?;
        let span = facts.step(around).span;
        let after = self.shown.iter().all(|way| way.at.start >= span.end);
        let broken = facts
            .steps
            .iter()
            .any(|step| span.contains(step.span) && matches!(step.kind, StepKind::Exit { kind: ExitKind::Break, .. }));
        let release = self.custody.releases.iter().find(|release| span.contains(self.context.span(**release)));
        release.copied().filter(|_| after && broken)
    }

    /// The condition that asks for a field of the handle, where every way out raises because there is nothing in it.
    fn doubted(&self) -> Option<ExprId> {
        let facts = self.context.facts;
        let field =
            |value: &ExprId| matches!(facts.kind(*value), ExprKind::Field { base, .. } if self.custody.mentions.contains(&base));
        let asks = |condition: ExprId| match facts.kind(condition) {
            ExprKind::Operation { operator: Operator::Is | Operator::Not, operands } => facts.list(operands).iter().any(field),
            _ => false,
        };
        let asked = |way: &Way| {
            facts.steps.iter().find_map(|step| match &step.kind {
                StepKind::Branch { condition, then, .. } if asks(*condition) => {
                    then.iter().any(|inner| facts.step(*inner).span == way.at).then_some(*condition)
                }
                _ => None,
            })
        };
        self.shown.iter().map(asked).collect::<Option<Vec<_>>>()?.first().copied()
    }

    fn partly(&self) -> String {
        let places = |count: usize| if count == 1 { "one place".to_owned() } else { format!("{count} places") };
        match (self.custody.releases.len(), self.custody.handed.len()) {
            (0, handed) => format!("it is handed on in {}, but not on every ordinary way out", places(handed)),
            (released, 0) => format!("it is released in {}, but not on every ordinary way out", places(released)),
            (released, handed) => {
                let (released, handed) = (places(released), places(handed));
                format!("it is released in {released} and handed on in {handed}, but not on every ordinary way out")
            }
        }
    }

    fn circumstances(&self) -> Vec<Evidence> {
        let mut all = Vec::new();
        let resource = self.obligation.resource;
        all.extend(self.collection());
        if let Some(at) = self.custody.iterated.filter(|_| resource.ends) {
            let text = "it ends by itself when a loop has gone through it";
            let weight = if self.custody.exhausted.is_some() { Weight::Decisive } else { Weight::Strong };
            all.push(Evidence::doubts(weight, text).at(self.context.span(at)));
        }
        if let Some(at) = self.custody.drained {
            let text = "it is used up here, and closes itself when nothing is left of it";
            all.push(Evidence::doubts(Weight::Decisive, text).at(self.context.span(at)));
        }
        if let Some(at) = self.custody.named.filter(|_| self.plight == Plight::Ordinary || self.context.words.fails.is_empty()) {
            let text = "what it is known by is handed on here, so that it is meant to stay";
            all.push(Evidence::doubts(Weight::Strong, text).at(self.context.span(at)));
        }
        if self.plight == Plight::Caught {
            all.extend(self.caught());
        }
        if self.custody.optional && self.plight == Plight::Ordinary && !is_finalised(self.context.facts, self.obligation) {
            let text = "it takes the place of a parameter, so that it is opened only if the caller has opened none";
            all.push(Evidence::supports(Weight::Fair, text));
        }
        if let Some(at) = self.set_down() {
            let text = "it is put into a record that is built for somebody else";
            all.push(Evidence::doubts(Weight::Decisive, text).at(self.context.span(at)));
        }
        if let Some(method) = self.serving() {
            let text = format!("`{method}` runs for as long as it is in use, so the process may end with it");
            all.push(Evidence::doubts(Weight::Decisive, text));
        }
        if let Some(folder) = self.folder() {
            let text = "it is made in a folder that the program has chosen, and goes when that is emptied";
            all.push(Evidence::doubts(Weight::Strong, text).at(self.context.span(folder)));
        }
        all.extend(self.lent());
        if let Some(at) = self.works() {
            let text = "a thread of its own works on it, and has it for as long as it runs";
            all.push(Evidence::doubts(Weight::Decisive, text).at(self.context.span(at)));
        }
        if self.becomes_daemon() {
            all.push(Evidence::doubts(Weight::Decisive, "the function makes the process a daemon, so it runs once"));
        }
        if self.plight != Plight::Failing && self.context.facts.in_loop(self.obligation.call) {
            all.push(Evidence::supports(Weight::Slight, "it is acquired again in each round of a loop"));
        }
        all
    }

    /// The folder in which it is made, where the call names one.
    fn folder(&self) -> Option<ExprId> {
        let facts = self.context.facts;
        let given = |keyword: &String| facts.option(self.obligation.call, keyword);
        self.obligation.resource.within.iter().find_map(given)
    }

    /// What the last reference takes with it, and how soon it goes.
    fn collection(&self) -> Option<Evidence> {
        let resource = self.obligation.resource;
        if is_finalised(self.context.facts, self.obligation) {
            let text = "its last reference takes all of it away, without a word, at the latest with the frame of the function";
            return Some(Evidence::doubts(Weight::Decisive, text));
        }
        let text = "it is freed when its last reference goes, at the latest with the frame of the function";
        let lingers = is_lingering(self.context.facts, self.obligation);
        let nameless = lingers && (self.custody.found.is_none() || self.plight == Plight::Caught && self.custody.named.is_some());
        let known = !self.context.words.fails.is_empty();
        let at_once = || !self.goes_up() && !self.context.facts.in_loop(self.obligation.call);
        let weight = match self.plight {
            _ if !resource.collected => return None,
            // Nobody learns where the file is that stays behind.
            Plight::Ordinary | Plight::Caught if nameless => Weight::None,
            Plight::Failing if !known => Weight::None,
            Plight::Failing if resource.alone => Weight::Decisive,
            // The other side of a socket learns of its end with the frame, however long that is at risk.
            Plight::Failing if self.is_risked_for_long() && !resource.meets.is_empty() => Weight::Slight,
            Plight::Failing if self.is_risked_for_long() => Weight::None,
            Plight::Ordinary if known && self.is_idle() => Weight::Strong,
            Plight::Ordinary if known => Weight::Slight,
            // Nobody else waits for what goes with a frame that fails.
            Plight::Raised | Plight::Caught if known && self.goes_up() && self.is_alone() => Weight::Decisive,
            // The frame, and the handle with it, goes as soon as the handler is done.
            Plight::Caught if known && at_once() => Weight::Strong,
            // A traceback keeps the frame for as long as anybody looks at the failure.
            _ => Weight::Fair,
        };
        Some(Evidence::doubts(weight, text))
    }

    /// The call that sets the part of a record by its name: `Info::default().fd(fd)`.
    fn set_down(&self) -> Option<ExprId> {
        let facts = self.context.facts;
        let mut calls = facts.function(facts.function_of(self.obligation.call)).calls.iter().copied();
        calls.find(|call| match (facts.method_name(*call), facts.args(*call)) {
            (Some(method), [only]) if facts.typed && self.custody.mentions.contains(only) => {
                let chained = facts.callee(*call).receiver.is_some_and(|on| matches!(facts.kind(on), ExprKind::Call { .. }));
                chained && facts.binding_of(*only).is_some_and(|binding| facts.text(facts.binding(binding).name) == method)
            }
            _ => false,
        })
    }

    /// The method of the handle in which the program stays, if the function calls one.
    fn serving(&self) -> Option<&str> {
        let facts = self.context.facts;
        let own = |call: &&ExprId| facts.callee(**call).receiver.is_some_and(|on| self.custody.mentions.contains(&on));
        let calls = facts.function(facts.function_of(self.obligation.call)).calls.iter().filter(own);
        calls.filter_map(|call| facts.method_name(*call)).find(|name| self.context.words.serves.iter().any(|word| word == name))
    }

    /// The call that runs the function in a thread of its own, which a loop over the handle keeps busy to its end.
    fn works(&self) -> Option<ExprId> {
        let facts = self.context.facts;
        if !self.obligation.resource.collected || self.plight != Plight::Ordinary {
            return None;
        }
        let made = self.context.span(self.obligation.call);
        let busy = self
            .custody
            .mentions
            .iter()
            .any(|mention| facts.loop_around(*mention).is_some_and(|around| !facts.step(around).span.contains(made)));
        let function = facts.function_of(self.obligation.call);
        setting::started(self.context, function, &self.context.words.thread).filter(|_| busy)
    }

    /// Whether the function detaches the process from what started it.
    fn becomes_daemon(&self) -> bool {
        let facts = self.context.facts;
        let detaches = |call: &ExprId| {
            self.context.words.daemon.iter().any(|word| word.fits(facts.callee_path(*call), facts.method_name(*call)))
        };
        facts.function(facts.function_of(self.obligation.call)).calls.iter().any(detaches)
    }
}

/// Whether something stays behind when the last reference has gone.
pub(super) fn is_lingering(facts: &Facts, obligation: &Obligation) -> bool {
    let denied = |keyword: &String| {
        let given = facts.option(obligation.call, keyword);
        given.is_some_and(|value| facts.literal(value) == Some(Literal::Bool(false)))
    };
    obligation.resource.lingers.iter().any(denied)
}

/// Whether nothing is left of a handle, and nobody hears of it, once its last reference has gone.
pub fn is_finalised(facts: &Facts, obligation: &Obligation) -> bool {
    let resource = obligation.resource;
    let denied = |keyword: &String| {
        facts.option(obligation.call, keyword).is_some_and(|value| facts.literal(value) != Some(Literal::Bool(true)))
    };
    resource.finalised && !resource.lingers.iter().any(denied)
}
