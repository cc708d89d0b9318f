//! What a composable opens and keeps in reactive state: it has to end with the component that uses it.

use super::obligation::Obligation;
use crate::checks::Context;
use crate::checks::lives::kept;
use crate::checks::lives::life;
use crate::facts::{BindingKind, ExprId, ExprKind, Facts, FunctionId, Place, Root, Segment};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};

/// The finding about a resource that is stored in the state of a composable which hands nothing to the end of its scope.
pub fn check(context: &Context, obligation: &Obligation, target: ExprId) -> Option<Finding> {
    let facts = context.facts;
    let Place { root: Root::Binding(state), path } = facts.places.get(facts.place(target)?) else { return None };
    let [Segment::Field(_)] = path.as_slice() else { return None };
    let maker = facts.scopes[facts.binding(*state).scope.index()].function;
    let name = facts.text(life::name_of(facts, maker)?);
    let composable = name.strip_prefix("use").is_some_and(|rest| rest.starts_with(char::is_uppercase));
    let value = kept::only_value(facts, &facts.binding(*state).definitions)?;
    if !composable || !is_reactive(facts, value) || ends_with_scope(context, maker) {
        return None;
    }
    let kind = &obligation.resource.kind;
    let message = format!("the {kind} that `{name}` opens stays when the component that uses it has gone");
    let mut finding = context.finding(obligation.call, message, format!("the {kind} is opened here"));
    finding.related.push(Mark::new(Role::Declaration, facts.expr(value).span, "kept in this state"));
    finding.risk.clone_from(&obligation.resource.cost);
    finding.recommendation = format!("release the {kind} when the scope ends, too: `onScopeDispose(stop)`");
    let text = format!("nothing in `{name}` is handed to the end of the scope");
    finding.evidence.push(Evidence::supports(Weight::Fair, text).at(facts.function(maker).head));
    Some(finding.weigh(context.prior()))
}

/// Whether a value is made by an imported function of a framework whose state lives as long as a scope.
fn is_reactive(facts: &Facts, value: ExprId) -> bool {
    let ExprKind::Call { callee, .. } = facts.kind(facts.peeled(value)) else { return false };
    facts.binding_of(callee).is_some_and(|binding| match facts.binding(binding).kind {
        BindingKind::Import(path) => ["vue", "vue-demi", "@vue/reactivity", "@vue/composition-api"]
            .iter()
            .any(|module| facts.text(path).strip_prefix(module).is_some_and(|rest| rest.starts_with('.'))),
        _ => false,
    })
}

/// Whether anything in a function is handed to the end of a component or scope.
fn ends_with_scope(context: &Context, maker: FunctionId) -> bool {
    let (facts, life) = (context.facts, &context.words.words.life);
    let calls =
        facts.functions.iter().enumerate().filter(|(at, _)| facts.enclosing(FunctionId(*at as u32)).any(|id| id == maker));
    calls.flat_map(|(_, own)| own.calls.iter()).any(|call| {
        facts.callee_name(*call).is_some_and(|name| life.ends.iter().any(|word| word == name) || name.contains("Scope"))
    })
}
