//! Whether an addition counts at all: it runs again, under another key, and nothing keeps the size in check.

use super::container::{Growth, Held, Release};
use super::fixed;
use super::narrowed;
use super::rate;
use super::relief;
use super::served;
use crate::checks::Context;
use crate::checks::lives::key::{self, Keys};
use crate::checks::lives::lifetime;
use crate::checks::lives::lifetime::Life;
use crate::facts::{Action, ExprId, ExprKind, Facts, Operation, Operator, Place, PlaceId, Root, StepKind};
use crate::rules::Check;

pub fn recurring(context: &Context, held: &Held, growth: &Growth) -> bool {
    let (facts, words) = (context.facts, &context.words.words);
    let own = match facts.places.get(held.place).root {
        Root::Binding(binding) => Some(facts.scopes[facts.binding(binding).scope.index()].function),
        _ => None,
    };
    // A variable of a function is the same one again only in the functions that close over it.
    if growth.by_read && growth.value.is_none() && !relief::fills(facts, held, growth) && !relief::looked_up(facts, held, growth)
    {
        return false;
    }
    if held.life == Life::Loop {
        // A key that is written out is one and the same in every round.
        if growth.key.is_some_and(|key| facts.literal(key).is_some()) {
            return false;
        }
        return lifetime::serving_around(facts, words, growth.expr).is_some();
    }
    if held.life == Life::Closure && own == Some(growth.function) {
        return false;
    }
    let known =
        |key| key::is_own(facts, held.place, key) || present(facts, held, growth, key) || narrowed::is_one(facts, growth.at, key);
    // Whoever sends requests chooses whatever a name is called.
    let few = |key| match key::entries(facts, words, held.place, key) {
        Keys::Few => !served::may_bring(context, growth, key),
        keys => keys < Keys::Few,
    };
    let fixed = growth.key.is_some_and(|key| few(key) || known(key));
    let constant = growth.key.is_none() && growth.value.is_some_and(|value| facts.literal(value).is_some());
    let work = rate::does_work(context, held, growth);
    // A default value that is handed out itself says nothing about what was given.
    let own_value = held.life == Life::Default
        && facts.operations(held.place).iter().any(|operation| operation.action == Action::Returned)
        && !always_given(facts, held, growth);
    let registers = || lifetime::registers(facts, growth.function) && !lifetime::is_entered(facts, words, growth.function);
    let registry = held.life != Life::Instance && !work && !own_value && registers();
    // A cache is filled by whoever asks first, whatever the function is called.
    let setup: &[String] = if context.rule.check == Check::Cache { &[] } else { &words.setup };
    !fixed
        && !constant
        && !registry
        && !once(facts, held, growth)
        && !facts.runs_once_at(growth.at)
        && lifetime::recurs(facts, words, setup, held.life, growth.function)
}

/// Whether every call in the file gives a parameter its value, so that none gets the default.
fn always_given(facts: &Facts, held: &Held, growth: &Growth) -> bool {
    let Root::Binding(binding) = facts.places.get(held.place).root else { return false };
    let own = facts.function(growth.function);
    let Some(at) = own.params.iter().position(|param| param.binding == binding) else { return false };
    let name = facts.text(facts.binding(binding).name);
    let at = at.checked_sub(usize::from(own.receiver.is_some()));
    !own.callers.is_empty() && own.callers.iter().all(|call| facts.argument(*call, name, at).is_some())
}

/// `if item not in items: items.append(item)` and `if not self._done: …` run once per item or once at all.
fn once(facts: &Facts, held: &Held, growth: &Growth) -> bool {
    let conditions = lifetime::conditions(facts, growth.at);
    let flagged = conditions.into_iter().flat_map(|condition| fixed::parts(facts, condition)).find(|condition| {
        match facts.kind(*condition) {
            ExprKind::Operation { operator: Operator::Not, operands } => {
                facts.list(operands).first().is_some_and(|flag| {
                    facts.place(*flag).is_some_and(|flag| flag == held.place || assigned_in(facts, flag, growth))
                }) || (growth.key.is_none() && facts.typed && mentions(facts, held, *condition))
            }
            _ => false,
        }
    });
    flagged.is_some() || fills_once(facts, held, growth)
}

/// `if items: return items[0]` before the addition: there is one entry at the most.
fn fills_once(facts: &Facts, held: &Held, growth: &Growth) -> bool {
    let filled = |condition: ExprId| facts.place(condition) == Some(held.place);
    !facts.typed
        && !facts.in_loop(growth.at)
        && facts.refusals(growth.function, growth.at).any(|(_, condition)| filled(condition))
}

/// Whether the key was found in the collection before, so that its entry is only given another value.
fn present(facts: &Facts, held: &Held, growth: &Growth, key: ExprId) -> bool {
    facts.around(growth.at).any(|around| {
        let crate::facts::Around::Step(step) = around else { return false };
        let StepKind::Branch { condition, then, .. } = &facts.step(step).kind else { return false };
        let Some((asked, within)) = asked_for(facts, held, *condition) else { return false };
        facts.place(within) == Some(held.place)
            && facts.place(asked).is_some()
            && facts.place(asked) == facts.place(key)
            && facts.in_block(growth.at, then)
    })
}

/// The key and the collection of a question for a key: `key in items`, `items.has(key)`.
fn asked_for(facts: &Facts, held: &Held, condition: ExprId) -> Option<(ExprId, ExprId)> {
    match facts.kind(condition) {
        ExprKind::Operation { operator: Operator::In, operands } => match facts.list(operands) {
            [asked, within] => Some((*asked, *within)),
            _ => None,
        },
        ExprKind::Call { .. } => {
            let name = facts.callee_name(condition)?;
            let asks = matches!(name, "has" | "contains" | "contains_key");
            let looks = asks && held.container.look.iter().any(|word| word == name);
            Some((facts.positional(condition, 0)?, facts.callee(condition).receiver.filter(|_| looks)?))
        }
        _ => None,
    }
}

/// Whether a condition asks the collection itself.
fn mentions(facts: &Facts, held: &Held, condition: ExprId) -> bool {
    let span = facts.expr(condition).span;
    facts.operations(held.place).iter().any(|operation| span.contains(facts.expr(operation.expr).span))
}

fn assigned_in(facts: &Facts, flag: PlaceId, growth: &Growth) -> bool {
    let Place { path, .. } = facts.places.get(flag);
    !path.is_empty()
        && facts
            .operations(flag)
            .iter()
            .any(|operation| operation.function == growth.function && matches!(operation.action, Action::Assign(_)))
}

/// An entry made when its key is missing, in a function that also reads entries.
pub fn caches(facts: &Facts, held: &Held, growth: &Growth) -> bool {
    if growth.key.is_none() {
        return false;
    }
    let here = |operation: &&Operation| operation.function == growth.function && operation.expr != growth.expr;
    let asked = facts.operations(held.place).iter().filter(here).any(|operation| match operation.action {
        Action::Tested | Action::GetItem { .. } => true,
        Action::Method { name, .. } => held.container.look.iter().any(|word| word == facts.text(name)),
        _ => false,
    });
    let returns =
        |step: &crate::facts::Step| matches!(step.kind, StepKind::Exit { kind: crate::facts::ExitKind::Return, value: Some(_) });
    asked && facts.steps_in(growth.function).any(returns)
}

/// A size that is compared is a size that somebody keeps in check.
pub fn measured(facts: &Facts, held: &Held) -> bool {
    facts.operations(held.place).iter().any(|operation| match operation.action {
        Action::Measure { at } => compared(facts, at),
        _ => false,
    })
}

fn compared(facts: &Facts, at: ExprId) -> bool {
    let crate::facts::Parent::Expr(parent) = facts.expr(at).parent else { return false };
    match facts.kind(parent) {
        ExprKind::Operation { operator, operands } => {
            let ordered = matches!(
                operator,
                Operator::Less | Operator::LessEqual | Operator::Greater | Operator::GreaterEqual | Operator::Equal
            );
            // Whether anything is in it says nothing about how much.
            let zero = facts
                .list(operands)
                .iter()
                .any(|operand| matches!(facts.literal(*operand), Some(crate::facts::Literal::Number(Some(0 | 1)))));
            (ordered && !zero) || (!ordered && compared(facts, parent))
        }
        _ => false,
    }
}

/// Whether the collection of an instance is made by a method other than its constructor, so that it starts anew.
pub fn made_again(context: &Context, held: &Held) -> bool {
    // A callback inside a method runs as often as the method does.
    let within = context.facts.function_of(held.declared);
    let function = context.facts.method_of(within).filter(|_| !context.facts.typed).unwrap_or(within);
    let own = context.facts.function(function);
    let opening = lifetime::named(context.facts, &context.words.words.opening, function);
    held.life == Life::Instance && own.kind == crate::facts::FunctionKind::Named && !own.traits.is_constructor && !opening
}

/// A method that gives the collection a new value before it fills it keeps nothing of the last run.
pub fn reset_first(facts: &Facts, held: &Held, growth: &Growth) -> bool {
    let before = |release: &&Release| release.certain && facts.expr(release.at).span.start < facts.expr(growth.at).span.start;
    held.release.iter().filter(before).any(|release| release.function == growth.function && release.replaced)
}
