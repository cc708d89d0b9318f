//! What is said about a handle that a local name holds.

use super::Context;
use super::guard;
use super::custody::Custody;
use super::obligation::{Ledger, Obligation};
use super::path::{CAUGHT, HELD, Leaving, Way};
use crate::facts::{Around, BindingId, StepKind};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};
use crate::source::Span;

/// How a handle gets lost, the plainest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plight {
    /// On an ordinary way out.
    Ordinary,
    /// By a `raise` that stands in the function.
    Raised,
    /// After a failure that a handler has caught.
    Caught,
    /// Only if a call fails that nobody here expects to fail.
    Failing,
}

/// The finding about a named handle, if there is a way on which it is not released.
pub fn local(context: &Context, ledger: &Ledger, obligation: &Obligation, name: BindingId, custody: &Custody, ways: &[Way]) -> Option<Finding> {
    let (plight, shown) = plight(ways)?;
    let kind = &obligation.resource.kind;
    let named = context.facts.text(context.facts.binding(name).name);
    let thing = with_article(kind);
    let never = custody.releases.is_empty() && custody.handed.is_empty();
    let message = match plight {
        Plight::Ordinary if never => format!("`{named}` holds {thing} that this function never releases"),
        Plight::Ordinary if shown.iter().all(|way| way.leaving == Leaving::Lost) => {
            format!("`{named}` is given another value while it still holds {thing}")
        }
        Plight::Ordinary => format!("`{named}` holds {thing} that is not released on every way out"),
        Plight::Raised => format!("`{named}` holds {thing} that stays open when this function raises"),
        Plight::Caught => format!("`{named}` holds {thing} that stays open after a failure that is caught here"),
        Plight::Failing => format!("`{named}` holds {thing} that stays open if a call before its release fails"),
    };
    let mut finding = context.finding(obligation.call, message, format!("the {kind} is acquired here"));
    evidence(context, &mut finding, plight, custody, &shown, obligation);
    marks(context, &mut finding, custody, &shown, kind);
    if plight == Plight::Failing {
        finding.severity = finding.severity.lowered();
    }
    if never && plight == Plight::Failing {
        return None;
    }
    let lowered = finding.severity;
    let mut finding = finish(context, ledger, obligation, finding);
    if plight == Plight::Failing {
        finding.severity = lowered.min(finding.severity.lowered());
    }
    Some(finding)
}

/// The plainest way in which the handle gets lost, and every way of that kind.
fn plight(ways: &[Way]) -> Option<(Plight, Vec<Way>)> {
    let of = |wanted: Plight| -> Vec<Way> {
        let fits = |way: &&Way| {
            let (held, caught) = (way.state & HELD != 0, way.state & CAUGHT != 0);
            match (wanted, way.leaving) {
                (Plight::Ordinary, Leaving::Return | Leaving::End | Leaving::Lost) | (Plight::Raised, Leaving::Raise) => held,
                (Plight::Caught, Leaving::Return | Leaving::End | Leaving::Lost | Leaving::Raise) => caught,
                (Plight::Failing, Leaving::Fail { .. }) => true,
                _ => false,
            }
        };
        ways.iter().filter(fits).copied().collect()
    };
    let all = [Plight::Ordinary, Plight::Raised, Plight::Caught, Plight::Failing];
    all.into_iter().map(|plight| (plight, of(plight))).find(|(_, ways)| !ways.is_empty())
}

fn evidence(context: &Context, finding: &mut Finding, plight: Plight, custody: &Custody, shown: &[Way], obligation: &Obligation) {
    let mut push = |piece| finding.evidence.push(piece);
    let (released, handed) = (custody.releases.len(), custody.handed.len());
    match plight {
        Plight::Ordinary if released + handed == 0 => {
            push(Evidence::supports(Weight::Strong, "nothing in the function releases it, returns it, stores it or hands it on"));
        }
        Plight::Ordinary => {
            let text = format!("it is released {released} and handed on {handed} times, but not on every ordinary way out");
            push(Evidence::supports(Weight::Strong, text));
        }
        Plight::Raised => push(Evidence::supports(Weight::Fair, "the function raises while it is held")),
        Plight::Caught => push(Evidence::supports(Weight::Fair, "the handler goes on without releasing it")),
        Plight::Failing => failing(context, obligation, custody, shown, &mut push),
    }
    if obligation.resource.collected {
        let weight = if plight == Plight::Failing { Weight::None } else { Weight::Fair };
        push(Evidence::doubts(weight, "it is freed when its last reference goes, at the latest with the frame of the function"));
    }
    if obligation.resource.ends && custody.iterated {
        push(Evidence::doubts(Weight::Strong, "it ends by itself when a loop has gone through it"));
    }
    if plight == Plight::Caught && expects_another_failure(context, obligation, custody) {
        push(Evidence::doubts(Weight::Strong, "it is released in the same `try`, with nothing but calls on it before, so the handler is for other failures"));
    }
    if runs_once(context, obligation) {
        push(Evidence::doubts(Weight::Strong, "the function is called where the module is loaded or run as a program, so perhaps once"));
    }
    if plight != Plight::Failing && context.facts.in_loop(obligation.call) {
        push(Evidence::supports(Weight::Slight, "it is acquired again in each round of a loop"));
    }
}

/// Failures of which nobody in the function speaks count where the handle is held across foreign work, or where nothing
/// else would ever free it.
fn failing(context: &Context, obligation: &Obligation, custody: &Custody, shown: &[Way], push: &mut impl FnMut(Evidence)) {
    let call = |way: &Way| match way.leaving {
        Leaving::Fail { call, own } => Some((call, own)),
        _ => None,
    };
    let calls: Vec<_> = shown.iter().filter_map(call).collect();
    let foreign = calls.iter().filter(|(_, own)| !own).count();
    let sustained = calls.iter().any(|(call, _)| guard::is_sustained(context.facts, obligation.call, *call));
    push(Evidence::doubts(Weight::Fair, "the ordinary ways out release it or hand it on"));
    let text = format!("{foreign} other calls can fail while it is held");
    match (foreign, sustained) {
        (1.., true) => push(Evidence::supports(Weight::Fair, format!("{text}, for as long as a loop, a managed region or a wait lasts"))),
        (1.., false) => push(Evidence::supports(Weight::Slight, text)),
        (0, _) if obligation.resource.collected => {
            push(Evidence::doubts(Weight::Slight, "only calls on the handle itself can fail in between"));
        }
        _ => push(Evidence::supports(Weight::Slight, format!("{} calls on it can fail while it is held", calls.len()))),
    }
    if !obligation.resource.collected && (sustained || custody.returned) {
        push(Evidence::supports(Weight::Fair, "nothing else ever frees it"));
    }
    if custody.releases.is_empty() && custody.guessed == custody.handed.len() {
        push(Evidence::doubts(Weight::Strong, "nothing here releases it; it is passed to a call of which nothing is known"));
    }
}

/// Whether a region with handlers acquires, uses and releases the handle, and calls nothing else in between.
fn expects_another_failure(context: &Context, obligation: &Obligation, custody: &Custody) -> bool {
    let facts = context.facts;
    let regions = facts.around(obligation.call).filter_map(|around| match around {
        Around::Step(step) => match &facts.step(step).kind {
            StepKind::Try { body, handlers, .. } if !handlers.is_empty() => Some(body),
            _ => None,
        },
        Around::Expr(_) => None,
    });
    let start = context.span(obligation.call).end;
    regions.into_iter().any(|body| {
        let released = custody.releases.iter().find(|release| facts.in_block(**release, body));
        released.is_some_and(|release| {
            let end = context.span(*release).start;
            let between = facts.function(facts.function_of(obligation.call)).calls.iter().filter(|call| {
                let at = context.span(**call).start;
                start <= at && at < end
            });
            between.into_iter().all(|call| custody.effects.contains_key(call))
        })
    })
}

/// Whether the module itself calls the function: a program's `main`.
fn runs_once(context: &Context, obligation: &Obligation) -> bool {
    let function = context.facts.function_of(obligation.call);
    let module = context.facts.functions.first();
    module.is_some_and(|module| module.calls.iter().any(|call| context.facts.callee(*call).function == Some(function)))
}

fn marks(context: &Context, finding: &mut Finding, custody: &Custody, shown: &[Way], kind: &str) {
    let exit = |way: &Way| {
        let label = match way.leaving {
            Leaving::Return => format!("returns with the {kind} still open"),
            Leaving::End => format!("the function ends with the {kind} still open"),
            Leaving::Raise => format!("raises with the {kind} still open"),
            Leaving::Fail { .. } => format!("if this fails, the {kind} stays open"),
            Leaving::Lost => format!("the {kind} held so far is lost here"),
        };
        Mark::new(Role::Exit, way.at, label)
    };
    // The most telling exit: a failure of a foreign call rather than one of the handle's own.
    let foreign = shown.iter().find(|way| matches!(way.leaving, Leaving::Fail { own: false, .. }));
    let Some(way) = foreign.or(shown.first()) else { return };
    finding.path = vec![finding.primary.clone(), exit(way)];
    let releases = custody.releases.iter().take(3).map(|at| context.span(*at));
    let release = |span: Span| Mark::new(Role::Release, span, "released here, on other ways");
    finding.related.extend(releases.map(release));
}

/// Fills in what the resource says about itself, and weighs.
pub fn finish(context: &Context, ledger: &Ledger, obligation: &Obligation, mut finding: Finding) -> Finding {
    let resource = obligation.resource;
    if resource.collected && ledger.is_wrapper(obligation.call) {
        finding.evidence.push(Evidence::doubts(Weight::Strong, "it is built on a stream that is not its own"));
    }
    if let Some(helper) = obligation.helper {
        let name = context.facts.function(helper).name.map_or("a helper", |name| context.facts.text(name));
        let text = format!("`{name}` opens it and leaves the release to its caller");
        finding.evidence.push(Evidence::doubts(Weight::Slight, text).at(context.facts.function(helper).head));
    }
    finding.severity = resource.severity.unwrap_or(context.rule.severity);
    finding.risk = match resource.cost.as_str() {
        "" => format!("each time this way is taken, one {} is left behind", resource.kind),
        cost => format!("each time this way is taken, {cost}"),
    };
    finding.weigh(context.rule.confidence)
}

/// `a socket`, `an event loop`; by the first letter, which is enough for the kinds of the built-in rules.
pub fn with_article(kind: &str) -> String {
    let article = if kind.starts_with(['a', 'e', 'i', 'o', 'u', 'A', 'E', 'I', 'O', 'H']) { "an" } else { "a" };
    format!("{article} {kind}")
}
