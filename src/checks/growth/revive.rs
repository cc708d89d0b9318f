//! An entry that is made where something is taken out: a removal that comes late brings it back, and nothing takes it out
//! again.

use super::container::{Growth, Held};
use super::holder;
use crate::checks::Context;
use crate::checks::lives::key::{self, Keys};
use crate::checks::lives::lifetime;
use crate::facts::{Action, CollectionKind, ExprId, ExprKind, Facts, Operation, Operator, Segment};
use crate::finding::{Evidence, Finding, Mark, Role, Stance, Weight};

/// The entry that a removing function makes only to take something out of it.
pub fn revived(context: &Context, held: &Held) -> Option<Finding> {
    let (facts, words) = (context.facts, &context.words.words);
    let open = |growth: &&Growth| growth.key.is_some_and(|key| key::keys(facts, words, key) > Keys::Few);
    let again = |growth: &&Growth| lifetime::recurs(facts, words, &words.setup, held.life, growth.function);
    held.growth.iter().filter(open).filter(again).find_map(|growth| {
        growth.value.filter(|value| is_empty_unless_there(facts, held, *value))?;
        let taken = only_taken(facts, held, growth)?;
        let removed = held.release.iter().any(|release| release.function == growth.function);
        let owner = holder::owner(context, held);
        (!removed && owner.iter().any(|piece| piece.stance == Stance::For)).then(|| tell(context, held, growth, taken))
    })
}

/// `place[key] || {}`: what is there, or else something empty.
fn is_empty_unless_there(facts: &Facts, held: &Held, value: ExprId) -> bool {
    let ExprKind::Operation { operator: Operator::Or, operands } = facts.kind(value) else { return is_empty(facts, value) };
    let item = facts.member(held.place, Segment::Item);
    let (there, new) = match facts.list(operands) {
        [there, new] => (*there, *new),
        _ => return false,
    };
    item.is_some() && facts.place(there) == item && is_empty(facts, new)
}

fn is_empty(facts: &Facts, value: ExprId) -> bool {
    match facts.kind(value) {
        ExprKind::Collection { kind, items } => {
            matches!(kind, CollectionKind::Map | CollectionKind::List) && facts.list(items).is_empty()
        }
        ExprKind::Call { .. } => {
            facts.args(value).is_empty() && matches!(facts.callee_name(value), Some("Set" | "Map" | "Array" | "Object"))
        }
        _ => false,
    }
}

/// Where something is taken out of the entry, if that is all that is done with it in the function that makes it.
fn only_taken(facts: &Facts, held: &Held, growth: &Growth) -> Option<ExprId> {
    let item = facts.member(held.place, Segment::Item)?;
    let inner = facts.member(item, Segment::Item);
    let here = |operation: &&Operation| operation.function == growth.function;
    let all: Vec<&Operation> =
        [Some(item), inner].into_iter().flatten().flat_map(|place| facts.operations(place)).filter(here).collect();
    let removes = |operation: &&&Operation| match operation.action {
        Action::DeleteItem { .. } | Action::Delete => true,
        Action::Method { name, .. } => held.container.shrink.iter().any(|word| word == facts.text(name)),
        _ => false,
    };
    let asks = |operation: &&&Operation| matches!(operation.action, Action::Tested | Action::Read | Action::Assign(_));
    let taken = all.iter().find(removes)?;
    all.iter().all(|operation| removes(&operation) || asks(&operation)).then_some(taken.expr)
}

fn tell(context: &Context, held: &Held, growth: &Growth, taken: ExprId) -> Finding {
    let facts = context.facts;
    let name = facts.display(held.place);
    let message = format!("a removal makes the missing entry of `{name}`, and leaves it there");
    let mut finding = context.finding(growth.at, message, "the entry is made here".to_owned());
    finding.related.push(Mark::new(Role::Release, facts.expr(taken).span, "only to take something out of it"));
    finding.risk = format!("`{name}` keeps one empty entry for each removal that comes after its owner has gone");
    "look for the entry first, and do nothing if it is not there; take the entry itself out when it has become empty"
        .clone_into(&mut finding.recommendation);
    finding.evidence.push(
        Evidence::supports(Weight::Fair, "all that is done with the entry is to take something out").at(facts.expr(taken).span),
    );
    match held.release.iter().find(|release| release.certain && !release.replaced) {
        Some(release) => finding.evidence.push(
            Evidence::supports(Weight::Fair, "entries leave elsewhere, and may have left before").at(facts.expr(release.at).span),
        ),
        None => finding.evidence.push(Evidence::supports(Weight::Slight, "no entry ever leaves it in this file")),
    }
    finding.weigh(context.prior())
}
