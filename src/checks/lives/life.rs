//! When a function runs and what ends that which it begins, where a framework, an object or a returned function says so.

use crate::facts::{
    BindingKind, ExitKind, ExprId, ExprKind, Facts, FunctionId, FunctionKind, Name, Operator, Parent, Place, PlaceId, Root,
    Segment, StepKind, TypeId,
};
use crate::finding::{Evidence, Weight};
use crate::rules::{Life, Words};

/// How a function comes to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// A framework calls it when a life begins, and what it returns when that ends.
    Effect,
    /// A framework calls it when a life begins.
    Begin,
    /// A framework calls it when a life ends.
    End,
    /// It is called again and again, once for each event, request or message.
    Again,
    /// It has a name by which it can be called, or is handed out: a variable, a field, an entry of an object.
    Named,
    /// It runs as a part of the function around it, or nothing tells.
    Inside,
}

/// How a closure comes to run, by what it is given to.
pub fn start(facts: &Facts, words: &Words, closure: FunctionId) -> Start {
    let Some(made) = facts.closure_expr(closure) else { return Start::Inside };
    let expr = chosen(facts, made);
    match facts.expr(expr).parent {
        Parent::Expr(parent) => match facts.kind(parent) {
            ExprKind::Call { callee, .. } if callee != expr => given(facts, words, parent),
            ExprKind::Assign { value: Some(value), .. } if value == expr => Start::Named,
            ExprKind::Pair { value, .. } | ExprKind::Named { value, .. } if value == expr => Start::Named,
            _ => Start::Inside,
        },
        Parent::Step(step) => match facts.step(step).kind {
            StepKind::Exit { kind: ExitKind::Return, .. } => Start::Named,
            // A function that is the value of a whole step is there for others: `export default isBrowser && function () { … }`.
            StepKind::Evaluate(_) if expr != made => Start::Named,
            _ => Start::Inside,
        },
        Parent::None => Start::Inside,
    }
}

/// The expression whose value a function is where it is one of several, or there at all: `isBrowser && function () { … }`.
fn chosen(facts: &Facts, function: ExprId) -> ExprId {
    let mut expr = function;
    while let Parent::Expr(outer) = facts.expr(expr).parent {
        expr = match facts.kind(outer) {
            ExprKind::Operation { operator: Operator::And | Operator::Or, .. } => outer,
            ExprKind::Choice { condition, .. } if condition != expr => outer,
            _ => return expr,
        };
    }
    expr
}

fn given(facts: &Facts, words: &Words, call: ExprId) -> Start {
    let Some(name) = facts.callee_name(call) else { return Start::Inside };
    let life = &words.life;
    let is = |words: &[String]| words.iter().any(|word| word == name);
    if is(&life.effects) {
        Start::Effect
    } else if is(&life.begins) {
        Start::Begin
    } else if is(&life.ends) {
        Start::End
    } else if is(&words.callers) {
        Start::Again
    } else {
        Start::Inside
    }
}

/// The name under which a function can be called: its own, or that of what it is assigned to.
pub fn name_of(facts: &Facts, function: FunctionId) -> Option<Name> {
    let own = facts.function(function);
    own.name.or_else(|| {
        let Parent::Expr(parent) = facts.expr(facts.closure_expr(function)?).parent else { return None };
        let last = |expr| match facts.kind(expr) {
            ExprKind::Name { name, .. } | ExprKind::Field { name, .. } => Some(name),
            _ => None,
        };
        match facts.kind(parent) {
            ExprKind::Assign { target, .. } => last(target),
            ExprKind::Pair { key, .. } => last(key),
            ExprKind::Named { name, .. } => Some(name),
            _ => None,
        }
    })
}

/// Something that begins and ends, and what ends it.
#[derive(Clone, Debug)]
pub struct Span {
    /// The function in which it begins.
    pub begin: FunctionId,
    /// How that comes to run.
    pub start: Start,
    /// What runs at its end, as far as it is in sight.
    pub ends: Vec<FunctionId>,
    /// Whether something out of sight may run at its end as well.
    pub unseen: bool,
}

/// The life that begins in a function or in one of those around it, where its end is known or its framework has one.
pub fn span(facts: &Facts, words: &Words, function: FunctionId) -> Option<Span> {
    facts.enclosing(function).find_map(|begin| {
        let start = match facts.function(begin).kind {
            FunctionKind::Closure => start(facts, words, begin),
            FunctionKind::Named => Start::Named,
            FunctionKind::Module if facts.per_instance => Start::Begin,
            FunctionKind::Module | FunctionKind::TypeBody => return None,
        };
        match start {
            Start::Effect => Some(effect(facts, words, begin)),
            Start::Begin => Some(Span { begin, start, ends: hooks(facts, &words.life, begin), unseen: false }),
            Start::Named if begins(facts, words, begin) => Some(Span { start: Start::Begin, ..object(facts, words, begin) }),
            Start::Named => factory(facts, words, begin),
            Start::End | Start::Again | Start::Inside => None,
        }
    })
}

/// Whether a function gives a framework something to do when a life begins or ends, so that it runs as one is set up.
pub fn sets_up(facts: &Facts, words: &Words, function: FunctionId) -> bool {
    let life = &words.life;
    let hook = |name: &str| life.begins.iter().chain(&life.ends).any(|word| word == name);
    let imported = |call: ExprId| {
        let binding = match facts.kind(call) {
            ExprKind::Call { callee, .. } => facts.binding_of(callee),
            _ => None,
        };
        binding.is_some_and(|binding| matches!(facts.binding(binding).kind, BindingKind::Import(_)))
    };
    facts.function(function).calls.iter().any(|call| facts.callee_name(*call).is_some_and(hook) && imported(*call))
}

/// Whether a function is one that each component which uses it calls for itself: a hook, a composable.
pub fn is_shared_setup(facts: &Facts, words: &Words, function: FunctionId) -> bool {
    let named = name_of(facts, function).map_or("", |name| facts.text(name));
    facts.owner_of(function).is_none() && is_composed(words, named)
}

/// Whether a name is that of a function which components call while they are set up.
pub fn is_composed(words: &Words, name: &str) -> bool {
    let begins = |word: &String| name.strip_prefix(word.as_str()).is_some_and(|rest| rest.starts_with(char::is_uppercase));
    words.life.composed.iter().any(begins)
}

/// Whether a place is a field of a variable (`timer.current`) of the function around one which a framework calls when a life
/// begins, so that it is the state of that life.
pub fn is_state(facts: &Facts, words: &Words, function: FunctionId, place: PlaceId) -> bool {
    let Place { root: Root::Binding(variable), path } = facts.places.get(place) else { return false };
    let begun = span(facts, words, function);
    let begun = begun.filter(|span| matches!(span.start, Start::Effect | Start::Begin) && !span.unseen);
    let own = facts.scopes[facts.binding(*variable).scope.index()].function;
    let around = |span: &Span| facts.enclosing(span.begin).any(|id| id == own);
    matches!(path.as_slice(), [Segment::Field(_)]) && !facts.is_global(*variable) && begun.is_some_and(|span| around(&span))
}

/// What an effect returns ends what it began; a coroutine returns nothing that anybody could call.
fn effect(facts: &Facts, words: &Words, begin: FunctionId) -> Span {
    let mut ends = Vec::new();
    let mut unseen = false;
    for value in returned(facts, begin).into_iter().filter(|_| !facts.function(begin).traits.is_async) {
        match super::callback::function_behind(facts, value) {
            Some(end) => ends.push(end),
            None => unseen |= !super::leave::is_nothing(facts, value) && !is_valueless(facts, words, value),
        }
    }
    Span { begin, start: Start::Effect, ends, unseen }
}

/// Whether a value is that of a call which returns nothing that anybody could call: `() => window.addEventListener(…)`.
fn is_valueless(facts: &Facts, words: &Words, value: ExprId) -> bool {
    let named = |name: &str| words.life.valueless.iter().any(|word| word == name);
    matches!(facts.kind(value), ExprKind::Call { .. }) && facts.callee_name(value).is_some_and(named)
}

/// Whether a function is what an effect returns that cannot be called: a coroutine returns no function, but a promise of one.
pub fn is_dead(facts: &Facts, words: &Words, function: FunctionId) -> bool {
    facts.enclosing(function).any(|id| {
        let Some(parent) = facts.function(id).parent else { return false };
        let coroutine = facts.function(parent).kind == FunctionKind::Closure && facts.function(parent).traits.is_async;
        coroutine && start(facts, words, parent) == Start::Effect && effect_ends(facts, parent).contains(&id)
    })
}

fn effect_ends(facts: &Facts, begin: FunctionId) -> Vec<FunctionId> {
    returned(facts, begin).into_iter().filter_map(|value| super::callback::function_behind(facts, value)).collect()
}

/// Every value that a function returns.
pub fn returned(facts: &Facts, function: FunctionId) -> Vec<ExprId> {
    let value = |step: &crate::facts::Step| match step.kind {
        StepKind::Exit { kind: ExitKind::Return, value } => value,
        _ => None,
    };
    facts.steps_in(function).filter_map(value).collect()
}

/// The functions that are given to a framework, to be called at the end, anywhere around or inside a function.
fn hooks(facts: &Facts, life: &Life, function: FunctionId) -> Vec<FunctionId> {
    if life.ends.is_empty() {
        return Vec::new();
    }
    let outermost = facts.enclosing(function).filter(|id| facts.function(*id).kind != FunctionKind::Module).last();
    let span = outermost.map(|id| facts.function(id).span);
    let calls = life.ends.iter().flat_map(|word| facts.calls_of(word)).copied();
    let near = calls.filter(|call| span.is_none_or(|span| span.contains(facts.expr(*call).span)));
    near.flat_map(|call| facts.args(call).iter().filter_map(|arg| super::callback::function_behind(facts, *arg))).collect()
}

/// A function that registers its end with a framework, or that returns an object or stands in one which has an end.
fn factory(facts: &Facts, words: &Words, begin: FunctionId) -> Option<Span> {
    let mut ends = hooks(facts, &words.life, begin);
    ends.extend(returned(facts, begin).into_iter().flat_map(|value| entries(facts, words, value)));
    if ends.is_empty() {
        ends = object(facts, words, begin).ends;
    }
    (!ends.is_empty()).then_some(Span { begin, start: Start::Named, ends, unseen: false })
}

/// Whether a function is what a framework calls when an object begins to live, and no method of a type.
fn begins(facts: &Facts, words: &Words, function: FunctionId) -> bool {
    let named = name_of(facts, function).is_some_and(|name| words.life.begins.iter().any(|word| word == facts.text(name)));
    named && facts.owner_of(function).is_none() && facts.closure_expr(function).is_some()
}

/// The life of the object literal of which a function is an entry.
fn object(facts: &Facts, words: &Words, begin: FunctionId) -> Span {
    let holder = facts.closure_expr(begin).and_then(|expr| match facts.expr(expr).parent {
        Parent::Expr(entry) => match facts.expr(entry).parent {
            Parent::Expr(object) => Some(object),
            _ => None,
        },
        _ => None,
    });
    let ends = holder.map(|object| entries(facts, words, object)).unwrap_or_default();
    Span { begin, start: Start::Named, ends, unseen: false }
}

/// Whether a name says that something else ends than the object: `endDrag`, `cancelEdit`. What is reset goes on.
fn ends_a_part(name: &str) -> bool {
    let parts = super::key::split(name);
    let whole = |word: &String| matches!(word.as_str(), "all" | "everything" | "self" | "now" | "async");
    match parts.as_slice() {
        [first, rest @ ..] => match first.as_str() {
            "reset" => true,
            "end" | "cancel" | "abort" | "kill" | "quit" => !rest.iter().all(whole),
            _ => false,
        },
        [] => false,
    }
}

/// The entries of an object literal whose names say that they end something.
fn entries(facts: &Facts, words: &Words, object: ExprId) -> Vec<FunctionId> {
    let ExprKind::Collection { items, .. } = facts.kind(object) else { return Vec::new() };
    let ends = |name: Name| {
        let name = facts.text(name);
        words.life.ends.iter().any(|word| word == name) || super::key::starts_with(&words.ending, name) && !ends_a_part(name)
    };
    let entry = |item: &ExprId| match facts.kind(*item) {
        ExprKind::Pair { key, value } => match facts.kind(key) {
            ExprKind::Name { name, .. } if ends(name) => super::callback::function_behind(facts, value),
            _ => None,
        },
        ExprKind::Named { name, value } if ends(name) => super::callback::function_behind(facts, value),
        ExprKind::Name { name, .. } if ends(name) => super::callback::function_behind(facts, *item),
        _ => None,
    };
    facts.list(items).iter().filter_map(entry).collect()
}

/// What the end of a life says about something of this kind that nothing in sight ends.
pub fn left(facts: &Facts, span: &Span, kind: &str) -> Evidence {
    let head = facts.function(span.begin).head;
    if span.unseen {
        return Evidence::doubts(Weight::Strong, format!("what the effect returns may end the {kind}")).at(head);
    }
    if let Some(end) = span.ends.first() {
        return Evidence::supports(Weight::Strong, format!("the clean-up runs, and leaves the {kind}"))
            .at(facts.function(*end).head);
    }
    if span.start == Start::Effect && facts.function(span.begin).traits.is_async {
        let text = "what a coroutine returns is no function, so nothing cleans up after the effect";
        return Evidence::supports(Weight::Strong, text).at(head);
    }
    Evidence::supports(Weight::Strong, format!("it begins with each component, and nothing ends the {kind} with it")).at(head)
}

/// Whether instances of a type come and go with what is shown, by a base or a decorator.
pub fn is_component(facts: &Facts, life: &Life, ty: TypeId) -> bool {
    let own = facts.ty(ty);
    let last = |path: &str| super::key::ends_with(&life.components, crate::facts::last(path));
    own.base_paths.iter().any(|base| last(facts.text(*base)))
        || own.decorators.iter().any(|decorator| {
            let name = facts.dotted(*decorator).or_else(|| facts.callee_name(*decorator).map(str::to_owned));
            name.is_some_and(|name| last(&name))
        })
}
