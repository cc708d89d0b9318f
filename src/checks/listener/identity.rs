//! Whether a registration is taken back: the same receiver, event and callback.

use super::check::Registered;
use crate::checks::Context;
use crate::checks::lives::callback;
use crate::checks::lives::kept;
use crate::checks::lives::key;
use crate::checks::lives::life;
use crate::checks::lives::lifetime;
use crate::checks::lives::owner;
use crate::facts::{
    Action, BindingKind, ExitKind, ExprId, ExprKind, Facts, FunctionId, Literal, Name, Operation, Parent, Root, StepKind, TypeId,
};
use crate::finding::{Evidence, Weight};
use crate::rules::Pattern;
use crate::source::Span;
use rustc_hash::FxHashSet;
use std::cell::OnceCell;

/// What is known of the removal of a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// Nothing removes it.
    Never,
    /// Something removes it, or may.
    Same,
    /// A call removes something that was never registered, and in what that differs.
    Other(ExprId, Differing),
    /// A call removes the callback of another phase of the event (`capture`), which was never registered.
    Phase(ExprId),
}

/// In what a removal differs from the registration that it may have been meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Differing {
    emitter: bool,
    event: bool,
    callback: bool,
}

impl Differing {
    /// Whether emitter and event are the same.
    pub fn is_callback_alone(self) -> bool {
        self.callback && !self.emitter && !self.event
    }

    /// What the removal names instead: "another event", "another emitter and another callback".
    pub fn named(self) -> String {
        let parts = [(self.emitter, "another emitter"), (self.event, "another event"), (self.callback, "another callback")];
        let parts: Vec<&str> = parts.into_iter().filter(|(differs, _)| *differs).map(|(_, name)| name).collect();
        match parts.as_slice() {
            [first, second, third] => format!("{first}, {second} and {third}"),
            _ => parts.join(" and "),
        }
    }
}

/// Looks for the removal of a registered callback anywhere in the file.
pub fn removal(context: &Context, handed: &FxHashSet<Name>, one: &Registered) -> Removal {
    let (facts, words) = (context.facts, &context.words.words);
    // `stack.callback(bus.remove_listener, callback)`: somebody is told to remove it.
    let verb = |pattern: &Pattern| facts.names.find(pattern.last());
    let told = one.registration.remove.iter().filter_map(verb).any(|verb| handed.contains(&verb));
    if told && one.registration.collections.is_empty() {
        return Removal::Same;
    }
    let mut found = Removal::Never;
    let begun = OnceCell::new();
    let lives = |call: &ExprId| !life::is_dead(facts, words, facts.function_of(*call));
    for call in removing(context, one).into_iter().filter(lives) {
        match compare(context, one, call) {
            Removal::Same => return Removal::Same,
            Removal::Other(..) | Removal::Phase(_) if is_of_another(context, one, call, &begun) => {}
            other @ (Removal::Other(..) | Removal::Phase(_)) => found = other,
            Removal::Never => {}
        }
    }
    found
}

/// The calls that may take the callback off, in the order in which they were read.
fn removing(context: &Context, one: &Registered) -> Vec<ExprId> {
    let facts = context.facts;
    let done = facts.method_name(one.at).unwrap_or_default();
    let opposites = key::opposites(&context.words.words.opposites, done);
    let verbs: Vec<&str> = one.registration.remove.iter().map(Pattern::last).collect();
    let may = |name: &str| verbs.contains(&name) || opposites.iter().any(|words| key::reads(name, words));
    let mut calls: Vec<ExprId> = facts.calls_with(may).filter(|call| removes(context, one, *call)).collect();
    calls.sort_unstable();
    calls
}

/// The calls that surely take a callback off.
pub fn removals(context: &Context, one: &Registered) -> Vec<ExprId> {
    let (facts, words) = (context.facts, &context.words.words);
    let lives = |call: &ExprId| !life::is_dead(facts, words, facts.function_of(*call));
    let same = |call: &ExprId| compare(context, one, *call) == Removal::Same;
    removing(context, one).into_iter().filter(|call| same(call) && lives(call)).collect()
}

/// The object keeps the callback itself in a collection, as somebody does who will remove it: `this.handlers.set(win, handler)`.
pub fn kept_apart(facts: &Facts, one: &Registered) -> Option<Evidence> {
    let binding = facts.binding_of(one.callback).filter(|_| facts.exported.is_some())?;
    let own = |expr: ExprId| facts.place(expr).is_some_and(|place| matches!(facts.places.get(place).root, Root::Instance(_)));
    let keeps = |at: &&ExprId| match facts.expr(**at).parent {
        Parent::Expr(call) if call != one.at && facts.args(call).contains(at) => {
            let adds = facts.method_name(call).is_some_and(|name| matches!(name, "set" | "add" | "push"));
            adds && facts.callee(call).receiver.is_some_and(own)
        }
        _ => false,
    };
    let at = facts.binding(binding).uses.iter().find(keeps)?;
    let text = "the object keeps the callback, by which it can be removed";
    Some(Evidence::doubts(Weight::Decisive, text).at(facts.expr(*at).span))
}

/// The fields that are mentioned without being called: bound methods that are handed on.
pub fn uncalled(facts: &Facts) -> FxHashSet<Name> {
    let fields = facts.exprs.iter().enumerate().filter_map(|(at, expr)| match expr.kind {
        ExprKind::Field { name, .. } => Some((ExprId(at as u32), name)),
        _ => None,
    });
    fields.filter(|(at, _)| !is_called(facts, *at)).map(|(_, name)| name).collect()
}

fn is_called(facts: &Facts, expr: ExprId) -> bool {
    match facts.expr(expr).parent {
        Parent::Expr(parent) => matches!(facts.kind(parent), ExprKind::Call { callee, .. } if callee == expr),
        _ => false,
    }
}

/// Whether the callback, or what it closes over, is also handed out by the function: each call makes another.
pub fn handed_out(facts: &Facts, one: &Registered) -> bool {
    let span = facts.expr(one.at).span;
    let own = facts.function(one.function);
    facts
        .steps_in(one.function)
        .filter_map(|step| match step.kind {
            StepKind::Exit { kind: ExitKind::Return, value: Some(value) } => facts.binding_of(value),
            _ => None,
        })
        .filter(|binding| !own.params.iter().any(|param| param.binding == *binding))
        .any(|binding| facts.binding(binding).uses.iter().any(|at| span.contains(facts.expr(*at).span)))
}

/// Whether a registration and a removal are for different phases of the event, as far as both are written out.
fn phases_differ(facts: &Facts, one: &Registered, removal: ExprId) -> bool {
    let Some(at) = one.registration.capture else { return false };
    let phases = [one.at, removal].map(|call| phase(facts, call, at));
    matches!(phases, [Some(ours), Some(theirs)] if ours != theirs)
}

/// Whether a call is for the capturing phase: by a flag, or by an entry of its options; without either it is not.
fn phase(facts: &Facts, call: ExprId, at: usize) -> Option<bool> {
    let Some(given) = facts.positional(call, at) else { return (!facts.has_spread(call)).then_some(false) };
    let flag = match facts.option(call, "capture") {
        Some(entry) => entry,
        None if facts.is_options(given) => return (!facts.has_hidden_options(call)).then_some(false),
        None => given,
    };
    match facts.literal(flag) {
        Some(Literal::Bool(phase)) => Some(phase),
        _ => None,
    }
}

/// Whether an expression is a parameter of its own function.
pub fn is_param(facts: &Facts, expr: ExprId) -> bool {
    facts.binding_of(expr).is_some_and(|binding| matches!(facts.binding(binding).kind, BindingKind::Parameter(_)))
}

/// Whether a name stands for a module as a whole, whose functions are no methods.
pub fn is_module(facts: &Facts, expr: ExprId) -> bool {
    facts.binding_of(expr).is_some_and(|binding| match facts.binding(binding).kind {
        BindingKind::Import(path) => !facts.text(path).contains('.'),
        _ => false,
    })
}

fn removes(context: &Context, one: &Registered, call: ExprId) -> bool {
    let facts = context.facts;
    let (path, method) = (facts.callee_path(call), facts.method_name(call));
    let listed = || one.registration.remove.iter().any(|pattern| pattern.fits(path, method));
    call != one.at && (listed() || undoes(context, one, call))
}

/// Whether the same callback is given to a method whose name is the opposite of the one that registers it: `add_hook` and
/// `del_hook`.
fn undoes(context: &Context, one: &Registered, call: ExprId) -> bool {
    let facts = context.facts;
    let (Some(done), Some(undone)) = (facts.method_name(one.at), facts.method_name(call)) else { return false };
    facts.args(call).iter().any(|arg| callback::same(facts, *arg, one.callback))
        && key::opposites(&context.words.words.opposites, done).iter().any(|words| key::reads(undone, words))
}

fn compare(context: &Context, one: &Registered, call: ExprId) -> Removal {
    let facts = context.facts;
    let ours = one.emitter.and_then(|emitter| key::last_name(facts, emitter));
    let theirs = facts.callee(call).receiver.and_then(|receiver| key::last_name(facts, receiver));
    // A collection of callbacks has verbs that everything has; only the same collection counts.
    if !one.registration.collections.is_empty() && ours != theirs {
        return Removal::Never;
    }
    let registration = one.registration;
    let keyword = registration.callback_name.as_deref().unwrap_or_default();
    let Some(given) = facts.argument(call, keyword, Some(registration.callback)) else {
        // By a handle or an event, or everything at once: it may well be the same, unless it is said of something else
        // that hands out its own disposers.
        let other = !one.registration.disposer.is_empty() && facts.args(call).is_empty() && ours != theirs;
        return if other { Removal::Never } else { Removal::Same };
    };
    // `self.method` of another type is another method, and `this` there is another object.
    let owners = [one.function, facts.function_of(call)].map(|function| facts.owner_of(function));
    if let [Some(ours), Some(theirs)] = owners
        && (is_method(facts, given) || is_whole(facts, given))
        && !facts.relatives(ours).contains(&theirs)
    {
        return Removal::Never;
    }
    let event = registration.event.is_none_or(|at| match (facts.positional(one.at, at), facts.positional(call, at)) {
        (Some(ours), Some(theirs)) => may_equal(facts, ours, theirs),
        _ => true,
    });
    // Where one of them is not named, it may be the same.
    let emitter = ours.zip(theirs).is_some_and(|(ours, theirs)| ours != theirs);
    let other = |callback: bool| Removal::Other(call, Differing { emitter, event: !event, callback });
    let (ours, theirs) = (is_fresh(context, one.callback), is_fresh(context, given));
    if event && is_unset(facts, call, given) {
        return other(true);
    }
    let whole = is_whole(facts, given) && is_whole(facts, one.callback);
    match (whole || callback::same(facts, given, one.callback), event) {
        (true, true) if phases_differ(facts, one, call) => Removal::Phase(call),
        (true, true) => Removal::Same,
        (true, false) => other(false),
        (false, true) if ours && theirs => other(true),
        _ if ours || theirs || !event => Removal::Never,
        _ if is_method(facts, given) && is_method(facts, one.callback) => Removal::Never,
        _ if are_apart(facts, given, one.callback) => Removal::Never,
        _ if are_own(facts, [given, one.callback]) && is_of_another(context, one, call, &OnceCell::new()) => Removal::Never,
        // By a variable: it may well be the same.
        _ => Removal::Same,
    }
}

/// Whether two names stand for different functions of this file, whatever they are called: each function that declares
/// its own `onResize` removes only that.
fn are_apart(facts: &Facts, a: ExprId, b: ExprId) -> bool {
    let bindings = facts.binding_of(a).zip(facts.binding_of(b));
    let functions = callback::function_behind(facts, a).zip(callback::function_behind(facts, b));
    bindings.is_some_and(|(a, b)| a != b) && functions.is_some_and(|(a, b)| a != b)
}

/// Whether a removal stands in another type, or in another component of the same file, and so is meant for what that one
/// registers. `begun` is whether the registration is part of a life, once that was looked at.
pub fn is_of_another(context: &Context, one: &Registered, removal: ExprId, begun: &OnceCell<bool>) -> bool {
    let facts = context.facts;
    let there = facts.function_of(removal);
    match (facts.owner_of(one.function), facts.owner_of(there)) {
        (Some(ours), Some(theirs)) => !facts.relatives(ours).contains(&theirs),
        (None, None) if facts.exported.is_some() => {
            let outermost = |function| facts.enclosing(function).filter(|id| !facts.at_top(*id)).last();
            let apart = outermost(one.function).zip(outermost(there)).is_some_and(|(ours, theirs)| ours != theirs);
            let begins = || life::span(facts, &context.words.words, one.function).is_some_and(|span| !facts.at_top(span.begin));
            apart && *begun.get_or_init(begins)
        }
        _ => false,
    }
}

/// Whether each of two variables belongs to a function, and is given its value there by a call of its own.
fn are_own(facts: &Facts, variables: [ExprId; 2]) -> bool {
    let made = variables.map(|variable| {
        let binding = facts.binding_of(variable).filter(|binding| !facts.is_global(*binding))?;
        let value = kept::only_value(facts, &facts.binding(binding).definitions)?;
        Some((binding, facts.callee_name(value).filter(|_| facts.method_name(value).is_none())?))
    });
    matches!(made, [Some((ours, maker)), Some((theirs, other))] if ours != theirs && maker == other)
}

/// Whether a removal names a field of the emitter that nothing in this file ever gives a value.
fn is_unset(facts: &Facts, call: ExprId, expr: ExprId) -> bool {
    let ExprKind::Field { base, name } = facts.kind(expr) else { return false };
    let emitter = facts.callee(call).receiver.and_then(|receiver| facts.binding_of(receiver));
    let of_emitter = emitter.is_some() && facts.binding_of(facts.peeled(base)) == emitter;
    let mentions = facts.exprs.iter().filter(|other| matches!(other.kind, ExprKind::Field { name: own, .. } if own == name));
    of_emitter && mentions.count() == 1
}

/// Whether an expression makes a function of its own each time.
fn is_fresh(context: &Context, expr: ExprId) -> bool {
    let facts = context.facts;
    let fits = |word: &Pattern| word.fits(facts.callee_path(expr), facts.method_name(expr));
    matches!(facts.kind(expr), ExprKind::Closure(_)) || context.words.fresh.iter().any(fits)
}

/// Whether a removal makes the same method into a function once more: `off("change", this.changed.bind(this))`.
pub fn is_made_twice(context: &Context, one: &Registered, call: ExprId) -> bool {
    let facts = context.facts;
    let keyword = one.registration.callback_name.as_deref().unwrap_or_default();
    let of = |made: ExprId| match facts.kind(made) {
        ExprKind::Closure(_) => None,
        _ => facts.callee(made).receiver.and_then(|method| facts.place(method)),
    };
    let given = facts.argument(call, keyword, Some(one.registration.callback)).and_then(of);
    given.is_some() && given == of(one.callback)
}

/// Whether two event names can be the same. Texts of different length are not.
fn may_equal(facts: &Facts, a: ExprId, b: ExprId) -> bool {
    if let (Some(a), Some(b)) = (facts.literal_text(a), facts.literal_text(b)) {
        return a == b;
    }
    match (facts.literal(a), facts.literal(b)) {
        (Some(Literal::Text), Some(Literal::Text)) => facts.expr(a).span.len() == facts.expr(b).span.len(),
        _ => true,
    }
}

/// Whether a condition above the registration asks the emitter: `if not log.handlers`.
pub fn asked(facts: &Facts, one: &Registered) -> bool {
    let other = one.emitter.filter(|emitter| facts.exported.is_some() || !callback::is_instance(facts, *emitter));
    let Some(binding) = other.and_then(|emitter| facts.binding_of(emitter)) else { return false };
    let conditions = lifetime::conditions(facts, one.at).into_iter().chain(owner::leaving(facts, one.at));
    let spans: Vec<Span> = conditions.map(|condition| facts.expr(condition).span).collect();
    // Whether there is an emitter at all says nothing about what is registered there.
    let asks = |at: ExprId| matches!(facts.expr(at).parent, Parent::Expr(parent) if !matches!(facts.kind(parent), ExprKind::Operation { .. }));
    let told = |at: ExprId| asks(at) && !owner::is_ability(facts, at);
    facts.binding(binding).uses.iter().any(|at| told(*at) && spans.iter().any(|span| span.contains(facts.expr(*at).span)))
}

/// A teardown that takes another callback off the same emitter, so that whoever wrote it counts on its going on.
pub fn goes_on(context: &Context, one: &Registered, ty: TypeId) -> bool {
    is_spared(context, one, &owner::reach(context.facts, Some(ty), &owner::teardowns(context.facts, ty)))
}

/// Whether some of these functions take another callback off the same emitter, which so is there after them.
pub fn is_spared(context: &Context, one: &Registered, reached: &FxHashSet<FunctionId>) -> bool {
    let facts = context.facts;
    let Some(name) = one.emitter.and_then(|emitter| key::last_name(facts, emitter)) else { return false };
    let takes = |call: &ExprId| {
        let receiver = facts.callee(*call).receiver.and_then(|receiver| key::last_name(facts, receiver));
        receiver == Some(name) && removes(context, one, *call) && facts.positional(*call, one.registration.callback).is_some()
    };
    facts.functions().filter(|(id, _)| reached.contains(id)).any(|(_, function)| function.calls.iter().any(takes))
}

/// Whether a method ends what it is called on.
pub fn ends(method: &str) -> bool {
    matches!(method, "close" | "destroy" | "end" | "terminate" | "disconnect" | "dispose")
}

/// A teardown that ends the emitter ends what is registered there.
pub fn ended(context: &Context, one: &Registered, ty: TypeId) -> Option<Evidence> {
    let facts = context.facts;
    let emitter = one.emitter?;
    let place = facts.place(emitter)?;
    let places = kept::holders(facts, emitter);
    let reached = owner::reach(facts, Some(ty), &owner::teardowns(facts, ty));
    let acts = |operation: &&Operation| {
        let method = match operation.action {
            Action::Method { call, name } => {
                !removes(context, one, call) && (facts.args(call).is_empty() || ends(facts.text(name)))
            }
            _ => false,
        };
        method && reached.contains(&operation.function)
    };
    let at = places.iter().flat_map(|place| facts.operations(*place)).find(acts)?;
    let text = format!("a teardown ends `{}`", facts.display(place));
    Some(Evidence::doubts(Weight::Strong, text).at(facts.expr(at.expr).span))
}

/// Whether the instance itself is what is called: an object with a method for events.
fn is_whole(facts: &Facts, expr: ExprId) -> bool {
    facts.exported.is_some() && callback::is_instance(facts, expr)
}

/// A method or field of the instance is told apart by its name.
fn is_method(facts: &Facts, expr: ExprId) -> bool {
    matches!(facts.kind(expr), ExprKind::Field { base, .. } if callback::is_instance(facts, base))
}

#[cfg(test)]
mod tests {
    use crate::checks::analyse;
    use crate::rules::RuleSet;

    #[test]
    fn a_removal_that_is_none_says_in_what_it_differs() {
        let rules = RuleSet::builtin().expect("the built-in rules parse");
        let told = |removal: &str| {
            let text = format!(
                "import {{ useEffect }} from \"react\";\nexport function Menu({{ close }}) {{\n  useEffect(() => {{\n    \
                 window.addEventListener(\"resize\", close);\n    return () => {removal};\n  }}, [close]);\n  return null;\n}}\n"
            );
            let found = analyse("a.jsx", &text, &rules).findings;
            found
                .into_iter()
                .map(|finding| finding.message)
                .find(|message| message.contains("the removal names"))
                .unwrap_or_default()
        };
        assert!(told("window.removeEventListener(\"scroll\", close)").ends_with("the removal names another event"));
        let both = told("document.removeEventListener(\"scroll\", close)");
        assert!(both.ends_with("the removal names another emitter and another event"), "{both}");
    }
}
