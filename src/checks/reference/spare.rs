//! What is leaked as seldom as its function shows: only where no spare one is left, or where the process has one.

use crate::checks::Context;
use crate::checks::lives::key;
use crate::checks::lives::lifetime;
use crate::facts::{Around, ExitKind, ExprId, ExprKind, Facts, FunctionId, FunctionKind, Parent, StepKind};
use crate::finding::{Evidence, Weight};

/// What speaks against a value that is leaked with every call.
pub fn doubts(context: &Context, call: ExprId) -> Vec<Evidence> {
    let facts = context.facts;
    let words = &context.words.words;
    let spare = found(context, call, &words.spares).map(|at| {
        let text = "one that was given back is used again before another is leaked";
        Evidence::doubts(Weight::Decisive, text).at(context.span(at))
    });
    let keyed = || {
        let text = "it is leaked once for each key, and what is there under the key is used again";
        found(context, call, &words.keyed).map(|at| Evidence::doubts(Weight::Decisive, text).at(context.span(at)))
    };
    let spare = spare.or_else(keyed);
    let promised = promises(facts, call).then(|| {
        let text = "the function promises its caller a value that is never freed";
        Evidence::doubts(Weight::Strong, text)
    });
    spare.into_iter().chain(promised).collect()
}

/// The function of the file that calls one named for giving memory away, once per request or event.
pub fn served(context: &Context, function: FunctionId) -> Option<Evidence> {
    let (facts, words) = (context.facts, &context.words.words);
    let own = facts.function(function);
    let named = own.name.is_some_and(|name| key::ends_with(&words.leaking, facts.text(name)));
    let callers = own.callers.iter().filter(|_| named).map(|call| facts.function_of(*call));
    let each = callers.filter_map(|caller| Some((caller, lifetime::serves(facts, words, caller)?)));
    let (caller, _) = each.filter(|(_, serves)| serves.weight >= Weight::Fair).min_by_key(|(caller, _)| caller.0)?;
    let by = facts.function(caller).name.map_or("a callback", |name| facts.text(name));
    let text = format!("`{by}` calls it, which runs once per event");
    Some(Evidence::supports(Weight::Fair, text).at(facts.function(caller).head))
}

/// Whether what a loop does there is done at most once, because it leaves the function.
pub fn leaves(facts: &Facts, call: ExprId) -> bool {
    let inside = facts.around(call).take_while(|around| match around {
        Around::Step(step) => !matches!(facts.step(*step).kind, StepKind::Loop { .. }),
        Around::Expr(_) => true,
    });
    inside.into_iter().any(|around| match around {
        Around::Step(step) => matches!(facts.step(step).kind, StepKind::Exit { kind: ExitKind::Return | ExitKind::Break, .. }),
        Around::Expr(_) => false,
    })
}

/// Whether a value is returned by a function that says how long it lives: `fn name(&self) -> &'static str`.
fn promises(facts: &Facts, call: ExprId) -> bool {
    let mut functions = facts.enclosing(facts.function_of(call)).map(|id| facts.function(id));
    functions.find(|function| function.kind == FunctionKind::Named).is_some_and(|function| function.traits.returns_lasting)
}

/// The call by one of these methods that asks for what is there first, where the value is made only if there is none.
fn found(context: &Context, call: ExprId, by: &[String]) -> Option<ExprId> {
    let facts = context.facts;
    // What is leaked in a closure is leaked where that is made and used at once.
    let closures = facts.enclosing(facts.function_of(call)).map_while(|id| facts.function(id).made);
    let places = std::iter::once(call).chain(closures);
    let around =
        places.flat_map(|place| facts.around(place).map(move |around| (place, around))).find_map(
            |(place, around)| match around {
                Around::Step(step) => match &facts.step(step).kind {
                    StepKind::Branch { condition, then, .. } if !facts.in_block(place, then) => asked(context, *condition, by),
                    StepKind::Switch { subject, .. } => asked(context, *subject, by),
                    _ => None,
                },
                Around::Expr(_) => None,
            },
        );
    let refused = || facts.refusals(facts.function_of(call), call).find_map(|(_, condition)| asked(context, condition, by));
    around.or_else(refused).or_else(|| instead(context, call, by))
}

/// The same where the value is made by a closure that stands in for a spare one: `spares.pop().unwrap_or_else(|| …)`.
fn instead(context: &Context, call: ExprId, by: &[String]) -> Option<ExprId> {
    let facts = context.facts;
    let closure = facts.function(facts.function_of(call)).made?;
    let Parent::Expr(outer) = facts.expr(closure).parent else { return None };
    asked(context, facts.callee(outer).receiver?, by)
}

/// A call by one of these methods within an expression.
fn asked(context: &Context, within: ExprId, by: &[String]) -> Option<ExprId> {
    let facts = context.facts;
    let takes = |at: &ExprId| {
        matches!(facts.kind(*at), ExprKind::Call { .. })
            && facts.method_name(*at).is_some_and(|name| by.iter().any(|word| word == name))
    };
    facts.within(within).find(takes)
}
