//! Collections that remember what a person has been told once.

use super::container::{Growth, Held};
use crate::checks::Context;
use crate::checks::lives::life;
use crate::checks::lives::lifetime;
use crate::checks::lives::owner;
use crate::facts::{ExprId, FunctionId};
use crate::finding::{Evidence, Weight};

/// The doubt that such a collection deserves: the program says only what is written in it, unless somebody puts the text
/// together from what comes in.
pub fn doubts(context: &Context, held: &Held, growth: &Growth) -> Option<Evidence> {
    let facts = context.facts;
    let at = telling(context, growth.function).filter(|_| is_asked(context, held, growth))?;
    let text = "it remembers what has been told once, which is written in the program";
    (!is_composed(context, growth.function)).then(|| Evidence::doubts(Weight::Decisive, text).at(facts.expr(at).span))
}

/// The call by which the function tells something.
fn telling(context: &Context, function: FunctionId) -> Option<ExprId> {
    let facts = context.facts;
    let tells = |call: &ExprId| {
        let (path, method) = (facts.callee_path(*call), facts.callee_name(*call));
        context.words.words.telling.iter().any(|word| word.fits(path, method))
    };
    facts.function(function).calls.iter().copied().find(tells)
}

/// Whether the collection is asked before it is added to, so that everything is told once.
fn is_asked(context: &Context, held: &Held, growth: &Growth) -> bool {
    let facts = context.facts;
    let conditions = lifetime::conditions(facts, growth.at).into_iter().chain(owner::leaving(facts, growth.at));
    let spans: Vec<_> = conditions.map(|condition| facts.expr(condition).span).collect();
    let about = |at: ExprId| spans.iter().any(|span| span.contains(facts.expr(at).span));
    facts.operations(held.place).iter().any(|operation| about(operation.expr))
}

/// Whether somebody calls the function with a text that is put together there.
fn is_composed(context: &Context, function: FunctionId) -> bool {
    let facts = context.facts;
    let here = &facts.function(function).callers;
    if here.iter().any(|call| facts.args(*call).iter().any(|arg| facts.is_composed(*arg))) {
        return true;
    }
    let Some(name) = life::name_of(facts, function) else { return false };
    context.project.callers(&facts.language, facts.text(name)).iter().any(|(_, caller)| caller.composed)
}
