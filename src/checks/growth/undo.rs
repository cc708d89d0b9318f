//! An entry that is taken out at the end of the work, but not on every way out.

use super::container::{Growth, Held, Release};
use super::holder;
use super::recur;
use super::sort;
use super::stays;
use crate::checks::Context;
use crate::checks::handle::custody::{Custody, Effect};
use crate::checks::handle::path;
use crate::checks::handle::way::{HELD, Leaving, Way};
use crate::checks::lives::callback;
use crate::checks::lives::key::{self, Keys};
use crate::checks::lives::lifetime::{self, Life};
use crate::facts::{ExprId, ExprKind, Facts, Literal, Operator, StepKind};
use crate::finding::{Evidence, Finding, Mark, Role, Stance, Weight};
use crate::rules::Pattern;

/// The entry that a function makes and takes out again itself, and misses on some way out.
pub fn missed(context: &Context, held: &Held) -> Option<Finding> {
    let (facts, words) = (context.facts, &context.words.words);
    let idle = |growth: &Growth| !words.drawn.is_empty() && crate::checks::often::is_unused(context, growth.function);
    if matches!(held.life, Life::Loop | Life::Default | Life::Closure) || recur::measured(facts, held) {
        return None;
    }
    // A count that goes up and down, and leaves when it is zero, is meant to stay until then.
    let counted = |growth: &Growth| sort::counts(facts, growth.expr);
    let fixed = |growth: &&Growth| {
        let few = match growth.key {
            Some(key) => key::keys(facts, words, key) <= Keys::Few,
            // An element of a list is told apart by its value.
            None => !growth.value.is_some_and(|value| is_new(facts, value)),
        };
        growth.by_read || counted(growth) || few
    };
    held.growth.iter().filter(|growth| !fixed(growth) && !idle(growth)).find_map(|growth| {
        let releases = own_releases(facts, held, growth)?;
        // Where every call may raise, any of them can skip the removal; only those that wait do so often.
        let any = !words.drawn.is_empty() && !matches!(held.life, Life::Instance);
        let way = leaving(context, growth.at, &releases, false).or_else(|| leaving(context, growth.at, &releases, any))?;
        Some(tell(context, held, growth, &releases, &way))
    })
}

/// The removals of the entry in the function that makes it, if these are all there are while the owner is in use.
fn own_releases(facts: &Facts, held: &Held, growth: &Growth) -> Option<Vec<ExprId>> {
    let whole = |release: &&Release| {
        let elsewhere = growth.key.is_none() && release.function != growth.function;
        ends(facts, release) || elsewhere && empties(facts, held, release)
    };
    let single: Vec<&Release> = held.release.iter().filter(|release| !whole(release)).collect();
    let here =
        single.iter().all(|release| release.certain && release.function == growth.function && matches(facts, release.at, growth));
    let after = |release: &&Release| facts.expr(release.at).span.start > facts.expr(growth.at).span.start;
    let moves =
        |release: &&Release| growth.value.is_some_and(|value| facts.expr(value).span.contains(facts.expr(release.at).span));
    if in_handler(facts, growth.at, &single) || only_undone(facts, &single) {
        return None;
    }
    let reached = |release: &&Release| {
        !excluded(facts, growth.at, release.at) && !left_behind(facts, growth.at, release.at) && !moves(release)
    };
    (here && single.iter().all(after) && single.iter().all(reached) && !single.is_empty())
        .then(|| single.iter().map(|release| release.at).collect())
}

/// Whether a release is no removal of a single entry while the owner is in use.
pub fn is_whole(facts: &Facts, held: &Held, release: &Release) -> bool {
    ends(facts, release) || empties(facts, held, release)
}

/// Whether a release is a part of the end of the owner, or of a new beginning.
fn ends(facts: &Facts, release: &Release) -> bool {
    release.replaced || facts.function(release.function).traits.is_teardown
}

/// The finding at an entry whose removals are known, if a way out skips them by its own choice.
pub fn on_some_way(context: &Context, held: &Held, growth: &Growth, releases: &[ExprId]) -> Option<Finding> {
    let way = leaving(context, growth.at, releases, false)?;
    Some(tell(context, held, growth, releases, &way))
}

/// Whether all entries leave at once.
fn empties(facts: &Facts, held: &Held, release: &Release) -> bool {
    facts.method_name(release.at).is_some_and(|name| held.container.empty.iter().any(|word| word == name))
}

/// Whether an entry is made where a failure is dealt with, and taken out elsewhere: it notes the failure.
fn in_handler(facts: &Facts, made: ExprId, releases: &[&Release]) -> bool {
    facts.around(made).any(|around| {
        let crate::facts::Around::Step(step) = around else { return false };
        let StepKind::Try { handlers, .. } = &facts.step(step).kind else { return false };
        let handler = handlers.iter().find(|handler| handler.span.contains(facts.expr(made).span));
        handler.is_some_and(|handler| !releases.iter().any(|release| handler.span.contains(facts.expr(release.at).span)))
    })
}

/// Whether entries are taken out only where something has failed, so that they stay when all is well.
fn only_undone(facts: &Facts, releases: &[&Release]) -> bool {
    let fails = |release: &&Release| facts.before_raise(release.at);
    !facts.marked_failures && facts.exported.is_none() && !releases.is_empty() && releases.iter().all(fails)
}

/// Whether two expressions stand in different arms of one branch, so that no way leads from one to the other.
pub fn excluded(facts: &Facts, one: ExprId, other: ExprId) -> bool {
    facts.around(one).any(|around| match around {
        crate::facts::Around::Step(step) => match &facts.step(step).kind {
            StepKind::Branch { then, otherwise, .. } => {
                (facts.in_block(one, then) && facts.in_block(other, otherwise))
                    || (facts.in_block(one, otherwise) && facts.in_block(other, then))
            }
            StepKind::Switch { arms, .. } => {
                let arm = |at| arms.iter().position(|arm| facts.in_block(at, &arm.body));
                matches!((arm(one), arm(other)), (Some(one), Some(other)) if one != other)
            }
            _ => false,
        },
        crate::facts::Around::Expr(_) => false,
    })
}

/// Whether the arm of a branch in which an entry is made ends in an exit, and the removal stands outside it.
fn left_behind(facts: &Facts, made: ExprId, release: ExprId) -> bool {
    facts.around(made).any(|around| {
        let crate::facts::Around::Step(step) = around else { return false };
        let StepKind::Branch { then, otherwise, .. } = &facts.step(step).kind else { return false };
        [then, otherwise].into_iter().any(|block| {
            let leaves = block.last().is_some_and(|last| matches!(facts.step(*last).kind, StepKind::Exit { .. }));
            leaves && facts.in_block(made, block) && !facts.in_block(release, block)
        })
    })
}

/// Whether a value, or a part of it, is a variable of the function to which the function gave something that it made.
pub fn is_new(facts: &Facts, value: ExprId) -> bool {
    match facts.kind(value) {
        ExprKind::Collection { items, .. } => facts.list(items).iter().any(|item| is_new(facts, *item)),
        ExprKind::Name { binding: Some(binding), .. } => match facts.binding(binding).definitions.as_slice() {
            [only] => facts.value_of(only).is_some_and(|made| matches!(facts.kind(facts.peeled(made)), ExprKind::Call { .. })),
            _ => false,
        },
        _ => false,
    }
}

/// Whether two expressions are the same variable, or the same variables in one order.
pub fn is_same(facts: &Facts, one: ExprId, other: ExprId) -> bool {
    match (facts.kind(one), facts.kind(other)) {
        (ExprKind::Collection { items: ours, .. }, ExprKind::Collection { items: theirs, .. }) => {
            let (ours, theirs) = (facts.list(ours), facts.list(theirs));
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(one, other)| is_same(facts, *one, *other))
        }
        _ => facts.place(one).is_some() && facts.place(one) == facts.place(other),
    }
}

/// Whether a removal names the key under which the entry was made, or the entry itself where there are no keys.
fn matches(facts: &Facts, release: ExprId, growth: &Growth) -> bool {
    if let (None, Some(value)) = (growth.key, growth.value) {
        return facts.positional(release, 0).is_some_and(|named| is_same(facts, named, value));
    }
    let key = match facts.kind(release) {
        ExprKind::Call { .. } => facts.positional(release, 0),
        _ => deleted_key(facts, release),
    };
    let (Some(key), Some(made)) = (key, growth.key) else { return false };
    facts.place(key).is_some() && facts.place(key) == facts.place(made)
}

/// The key of `del place[key]`, given the mention of the place.
fn deleted_key(facts: &Facts, mention: ExprId) -> Option<ExprId> {
    let crate::facts::Parent::Expr(parent) = facts.expr(mention).parent else { return None };
    match facts.kind(parent) {
        ExprKind::Index { key, .. } => key,
        _ => None,
    }
}

/// The way out on which what is made somewhere is not released that says most: an explicit one before a failing call.
pub fn leaving(context: &Context, made: ExprId, releases: &[ExprId], any: bool) -> Option<Way> {
    let facts = context.facts;
    let mut custody = Custody::default();
    for release in releases {
        custody.effects.insert(*release, Effect::Release);
        custody.releases.push(*release);
        // `if key in entries: entries.remove(key)`: on the other way there is no entry.
        custody.effects.extend(membership(facts, *release).map(|asked| (asked, Effect::Release)));
    }
    let harmless = |call: ExprId| {
        call == made
            || !(any || can_fail(facts, call))
            || has_room(context, call)
            || context.words.harmless.iter().any(|word| word.fits(facts.callee_path(call), facts.method_name(call)))
    };
    let mut ways =
        path::exits(facts, context.words.tables(), &custody, made, path::Sure { harmless: &harmless, there: &|_| false });
    // `if !active.insert(key) { return }`: there the entry is somebody else's.
    ways.retain(|way| !refused(facts, made, way.at) && !told_apart(facts, made, way.at));
    // A way out that lies before the entry is reached by another round of a loop, which the entry may forbid.
    ways.retain(|way| facts.typed || facts.exported.is_some() || way.at.start >= facts.expr(made).span.start);
    // What only a handler takes out is meant to stay where nothing fails.
    let meant = releases.iter().all(|release| facts.in_handler(*release));
    let telling = |way: &&Way| match way.leaving {
        Leaving::Return | Leaving::End if meant => false,
        Leaving::Return | Leaving::Raise | Leaving::Propagate => true,
        Leaving::End => way.state != HELD,
        Leaving::Fail { .. } => way.state & HELD != 0,
        Leaving::Lost => false,
    };
    let rank = |way: &&Way| match way.leaving {
        Leaving::Return | Leaving::Raise | Leaving::Propagate | Leaving::End => 0,
        _ => 1,
    };
    ways.iter().filter(telling).min_by_key(rank).copied()
}

/// The condition of a removal that asks whether the entry is there at all.
fn membership(facts: &Facts, release: ExprId) -> Option<ExprId> {
    let place = facts.callee(release).receiver.and_then(|on| facts.place(on))?;
    let asked = lifetime::conditions(facts, release).first().copied()?;
    match facts.kind(asked) {
        ExprKind::Operation { operator: Operator::In, operands } => {
            facts.list(operands).iter().any(|part| facts.place(*part) == Some(place)).then_some(asked)
        }
        _ => None,
    }
}

/// Whether a way out is taken because of the answer that making the entry gave.
fn refused(facts: &Facts, made: ExprId, exit: crate::source::Span) -> bool {
    facts.around(made).any(|around| match around {
        crate::facts::Around::Step(step) => match &facts.step(step).kind {
            StepKind::Branch { condition: asked, .. } | StepKind::Switch { subject: asked, .. } => {
                facts.expr(*asked).span.contains(facts.expr(made).span) && facts.step(step).span.contains(exit)
            }
            _ => false,
        },
        crate::facts::Around::Expr(_) => false,
    })
}

/// Whether a way out stands under a flag that is given a constant beside the entry: `entries[key] = x; own = True`, and
/// `if not own: return` later on.
fn told_apart(facts: &Facts, made: ExprId, exit: crate::source::Span) -> bool {
    let arm = facts.around(made).find_map(|around| match around {
        crate::facts::Around::Step(step) => match &facts.step(step).kind {
            StepKind::Branch { then, otherwise, .. } => Some(if facts.in_block(made, then) { then } else { otherwise }),
            _ => None,
        },
        crate::facts::Around::Expr(_) => None,
    });
    let Some(arm) = arm else { return false };
    let flags = facts.bindings.iter().filter(|binding| {
        binding.definitions.len() > 1
            && binding.definitions.iter().any(|one| {
                facts.in_block(one.target, arm)
                    && facts.value_of(one).is_some_and(|value| matches!(facts.literal(value), Some(Literal::Bool(_))))
            })
    });
    let uses: Vec<ExprId> = flags.flat_map(|binding| binding.uses.iter().copied()).collect();
    facts.steps.iter().any(|step| match step.kind {
        StepKind::Branch { condition, .. } => {
            let asked = facts.expr(condition).span;
            step.span.contains(exit)
                && !step.span.contains(facts.expr(made).span)
                && uses.iter().any(|at| asked.contains(facts.expr(*at).span))
        }
        _ => false,
    })
}

/// The condition around a removal that asks whether the owner ends: `if not self.is_closing():`.
fn while_ending(context: &Context, release: ExprId) -> Option<ExprId> {
    let facts = context.facts;
    let stems = context.words.words.ending.iter().map(|word| word.trim_end_matches('e'));
    let ends = |name: &str| {
        let parts = key::split(name);
        stems.clone().any(|stem| parts.iter().any(|part| part.starts_with(stem)))
    };
    lifetime::conditions(facts, release).into_iter().find(|condition| {
        let span = facts.expr(*condition).span;
        facts.exprs.iter().any(|expr| match expr.kind {
            ExprKind::Field { base, name } => {
                span.contains(expr.span) && callback::is_instance(facts, base) && ends(facts.text(name))
            }
            _ => false,
        })
    })
}

/// Whether something is awaited where a way out begins.
fn waits_at(facts: &Facts, at: crate::source::Span) -> bool {
    facts.exprs.iter().any(|expr| match expr.kind {
        ExprKind::Await(inner) => expr.span == at || facts.expr(inner).span == at,
        ExprKind::Yield { .. } => expr.span == at,
        _ => false,
    })
}

/// Only what waits for something else is taken to fail in practice.
fn can_fail(facts: &Facts, call: ExprId) -> bool {
    // `await work().catch(…)` waits for something that has dealt with its failure.
    let handled = facts.exported.is_some() && facts.method_name(call) == Some("catch");
    !handled
        && matches!(facts.expr(call).parent, crate::facts::Parent::Expr(parent) if matches!(facts.kind(parent), ExprKind::Await(_)))
}

/// Whether a call puts something into a queue without a limit, which neither fails nor waits.
fn has_room(context: &Context, call: ExprId) -> bool {
    let facts = context.facts;
    let puts = matches!(facts.method_name(call), Some("put" | "put_nowait"));
    let Some(queue) = facts.callee(call).receiver.and_then(|on| facts.place(on)).filter(|_| puts) else { return false };
    let roomy = |made: ExprId| {
        let fits = |word: &Pattern| word.fits(facts.callee_path(made), facts.method_name(made));
        context.words.words.roomy.iter().any(fits) && facts.args(made).is_empty()
    };
    let made: Vec<ExprId> = facts.definitions_of(queue).iter().filter_map(|definition| facts.value_of(definition)).collect();
    !made.is_empty() && made.into_iter().all(roomy)
}

fn tell(context: &Context, held: &Held, growth: &Growth, releases: &[ExprId], way: &Way) -> Finding {
    let (facts, release) = (context.facts, releases[0]);
    let name = facts.display(held.place);
    let how = match way.leaving {
        Leaving::Fail { .. } => "when this fails, the entry stays",
        Leaving::Raise => "this leaves without taking the entry out",
        _ => "on this way out the entry stays",
    };
    let message = format!("an entry of `{name}` stays behind on a way out that skips its removal");
    let mut finding = context.finding(growth.at, message, "the entry is made here".to_owned());
    finding.related.push(Mark::new(Role::Exit, way.at, how));
    finding.related.push(Mark::new(Role::Release, facts.expr(release).span, "it is taken out here"));
    finding.path.push(Mark::new(Role::Acquire, facts.expr(growth.at).span, "the entry is made here"));
    finding.path.push(Mark::new(Role::Exit, way.at, how));
    finding.risk = format!("`{name}` keeps one entry for each time that way is taken");
    finding.evidence.push(match way.leaving {
        Leaving::Fail { .. } => {
            Evidence::supports(Weight::Slight, "the function waits for something that can fail in between").at(way.at)
        }
        _ => Evidence::supports(Weight::Slight, "an explicit way out skips the removal").at(way.at),
    });
    if facts.exported.is_some() && !matches!(way.leaving, Leaving::Fail { .. }) {
        // Of those that were read in published packages, none was worth a finding.
        let text = "such a way is mostly taken where there is no entry, or where it is another one's";
        finding.evidence.push(Evidence::doubts(Weight::Strong, text).at(way.at));
    }
    let elsewhere = |release: &&Release| release.function != growth.function && empties(facts, held, release);
    finding.evidence.push(match held.release.iter().find(elsewhere) {
        Some(release) => {
            let text = "elsewhere all entries leave at once, at the latest when the owner ends";
            Evidence::doubts(Weight::Slight, text).at(facts.expr(release.at).span)
        }
        None => Evidence::supports(Weight::Slight, "entries leave nowhere else"),
    });
    if let Leaving::Fail { .. } = way.leaving
        && !waits_at(facts, way.at)
    {
        finding.evidence.push(Evidence::doubts(Weight::Strong, "nothing says that the call in between fails").at(way.at));
    }
    if crate::checks::often::is_unused(context, growth.function) {
        finding.evidence.push(Evidence::doubts(Weight::Decisive, "nothing in the project calls the function"));
    }
    // How long the owner lives matters only where the entry stays while it does.
    if let Some(condition) = while_ending(context, release) {
        let text = "the removal is left out only while the owner itself ends";
        finding.evidence.push(Evidence::doubts(Weight::Decisive, text).at(facts.expr(condition).span));
    } else {
        let owner = holder::owner(context, held);
        let explicit = !matches!(way.leaving, Leaving::Fail { .. });
        finding.evidence.extend(holder::brief(context, held, &owner).filter(|_| explicit));
        let told = |piece: &Evidence| piece.stance == Stance::For || facts.exported.is_some();
        finding.evidence.extend(owner.into_iter().filter(told));
    }
    if growth.value.is_some_and(|value| facts.literal(value) == Some(Literal::Null)) {
        finding.evidence.push(Evidence::doubts(Weight::Strong, "the entry holds nothing"));
    }
    if !context.words.words.drawn.is_empty() {
        finding.evidence.extend(stays::doubts(facts, held, growth, releases, way));
    }
    finding.weigh(context.prior())
}
