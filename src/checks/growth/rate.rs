//! How often a collection is added to, and by how many different keys.

use super::abroad;
use super::carried;
use super::constant;
use super::container::{Growth, Held};
use super::counterpart;
use super::half;
use super::hearsay;
use super::relief;
use super::served;
use crate::checks::Context;
use crate::checks::lives::brought;
use crate::checks::lives::fresh;
use crate::checks::lives::key::{self, Keys};
use crate::checks::lives::lifetime;
use crate::checks::lives::lifetime::Life;
use crate::checks::lives::promise;
use crate::checks::often;
use crate::facts::{
    Action, BindingKind, ExitKind, ExprId, ExprKind, Facts, FunctionId, LoopKind, Operation, Operator, Parent, PlaceId, Root,
    StepKind,
};
use crate::finding::{Evidence, Stance, Weight};
use crate::rules::{Check, Pattern};

/// How often it grows, and by how many different keys. `often` is known of the function; `undone` says that another one
/// should undo it.
pub fn rate(context: &Context, held: &Held, growth: &Growth, (often, undone): (Option<&Evidence>, bool)) -> Vec<Evidence> {
    let (facts, words) = (context.facts, &context.words.words);
    if relief::adds_itself(context, held, growth) || held.life == Life::Loop || held.life == Life::Default && !facts.typed {
        return Vec::new();
    }
    let busy = often.is_some_and(|often| often.stance == Stance::For);
    if held.life == Life::Default {
        let mut evidence = vec![Evidence::supports(Weight::Fair, "the framework runs the function again and again")];
        evidence.extend(variety(context, held, growth, (busy, undone)));
        return evidence;
    }
    let mut evidence = vec![match often.cloned() {
        Some(known) => known,
        None if hearsay::offered(context, held, growth) => {
            Evidence::doubts(Weight::Strong, "whoever uses the module decides how often the function runs")
        }
        None => Evidence::doubts(Weight::Strong, "nothing says how often the function runs"),
    }];
    if let Some(at) = reuses(facts, held, growth) {
        let text = "it is added to only where no place of it is free";
        evidence.push(Evidence::doubts(Weight::Decisive, text).at(facts.expr(at).span));
    }
    let called = || served::served(context, growth).is_some();
    if context.rule.check == Check::Cache && facts.typed && lifetime::named(facts, &words.setup, growth.function) && !called() {
        evidence.push(Evidence::doubts(Weight::Fair, "the function is named like a step of setting things up"));
    }
    let open = facts.exported.is_none() && !facts.typed;
    evidence.extend(context.errand(Weight::Strong));
    evidence.extend(context.command(if open { Weight::Decisive } else { Weight::Strong }));
    if !undone && served::is_registration(context, growth) {
        evidence.push(Evidence::doubts(Weight::Strong, "the function is named like a registration that its users make"));
    }
    let closure = |value| matches!(facts.kind(value), ExprKind::Closure(_));
    if growth.value.is_some_and(|value| closure(value) || named_value(facts, &words.registered, value)) {
        evidence.push(Evidence::doubts(Weight::Strong, "what it keeps looks like a callback that its users register"));
    }
    if let Some(settles) = growth.value.filter(|_| !is_nulled(facts, held)).and_then(|value| settles(context, value)) {
        let text = "it keeps what settles one call, and nobody needs that when it is settled";
        // What an object settles under a name may be asked for later, and goes with the object, which may be made for one job.
        let lasting = held.life != Life::Instance || growth.key.is_some_and(|key| carried::is_new(context, key));
        let weight = if facts.exported.is_none() || lasting { Weight::Decisive } else { Weight::Fair };
        evidence.push(Evidence::supports(weight, text).at(facts.expr(settles).span));
    }
    // What a cache makes is handed out again, and what is registered stays on purpose.
    let meant = !words.drawn.is_empty()
        && (context.rule.check == Check::Cache
            || lifetime::named(facts, &words.adding, growth.function) && !is_weakly(context, growth));
    // What has a key is asked for by it later, done or not.
    let keyed = growth.key.is_some() && growth.key != growth.value;
    if let Some(made) = half::kept(context, growth) {
        let text = "whoever is handed the other end of the channel may drop it, and this end stays";
        evidence.push(Evidence::supports(Weight::Strong, text).at(facts.expr(made).span));
    }
    if let Some(work) = growth.value.filter(|_| !meant && !keyed && does_work(context, held, growth)) {
        // An owner that is made for one piece of work keeps what belongs to that.
        let weight = match held.life {
            Life::Instance if !words.drawn.is_empty() => Weight::Slight,
            Life::Module | Life::Type | Life::Instance => Weight::Fair,
            _ => Weight::Strong,
        };
        evidence.push(Evidence::supports(weight, "what it keeps is done at some time and stays in it").at(facts.expr(work).span));
    }
    if growth.value.is_some_and(|value| named_value(facts, &words.work, value) && runs_on(facts, value)) {
        let text = "the work that it keeps goes on until somebody ends it, so there is as much of it as was begun on purpose";
        evidence.push(Evidence::doubts(Weight::Decisive, text));
    }
    if let Some(call) = counterpart::address(context, growth) {
        let text = "its keys are addresses of objects, and an entry stays when its object has gone";
        evidence.push(Evidence::supports(Weight::Strong, text).at(facts.expr(call).span));
    }
    if let Some(other) = confined(facts, held, growth) {
        let text = "its keys are those of another collection, which is asked first";
        evidence.push(Evidence::doubts(Weight::Strong, text).at(facts.expr(other).span));
    }
    evidence.extend(variety(context, held, growth, (busy, undone)));
    evidence
}

/// How often the function that adds to it runs: what its callers show counts for more than what it is called.
pub fn often(context: &Context, growth: &Growth, undone: bool) -> Option<Evidence> {
    let (facts, function) = (context.facts, growth.function);
    let known = lifetime::ticks(facts, growth.at)
        .or_else(|| often::once(context, function).map(|once| Evidence::doubts(Weight::Decisive, once.text)))
        .or_else(|| {
            let called = served::served(context, growth);
            let own = hearsay::serves(context, growth);
            called.into_iter().chain(own).max_by_key(|serves| serves.weight)
        })
        .or_else(|| abroad::rate(context, function))
        .or_else(|| undone.then(|| Evidence::supports(Weight::Slight, "what has to be undone each time is done more than once")));
    // What is given one thing at a time may as well go through things of which there are so many.
    known.map(|known| {
        if crate::checks::lives::served::is_each(&known) {
            Evidence { weight: known.weight.min(Weight::Slight), ..known }
        } else {
            known
        }
    })
}

/// What says that each round of what is given brings a collection of its own: `(context) => { const seen = new Map(); … }`.
pub fn anew(context: &Context, held: &Held, growth: &Growth) -> Option<Evidence> {
    let (facts, words) = (context.facts, &context.words.words);
    let Root::Binding(binding) = facts.places.get(held.place).root else { return None };
    let maker = facts.scopes[facts.binding(binding).scope.index()].function;
    let given = facts.binding(lifetime::given(facts, words, growth.function)?);
    let whose = facts.scopes[given.scope.index()].function;
    let around = facts.exported.is_some() && held.life == Life::Closure && facts.enclosing(maker).any(|id| id == whose);
    let text = format!("each `{}` brings a collection of its own", facts.text(given.name));
    around.then(|| Evidence::doubts(Weight::Decisive, text).at(facts.function(whose).head))
}

/// How many different keys it gets, or how often it gets anything; `busy` where something says that it gets that often.
fn variety(context: &Context, held: &Held, growth: &Growth, (busy, undone): (bool, bool)) -> Option<Evidence> {
    let (facts, words) = (context.facts, &context.words.words);
    Some(match growth.key {
        Some(key) => {
            let text = facts.expr(key).span;
            if let Some(constants) = constant::doubts(context, key) {
                return Some(constants);
            }
            let found = !words.drawn.is_empty() && relief::looked_up(facts, held, growth);
            let kind = key::entries(facts, words, held.place, key);
            match kind {
                Keys::Open if brought::is_brought(facts, words, key) => {
                    Evidence::supports(Weight::Fair, "whoever sends requests chooses its keys").at(text)
                }
                Keys::Open if context.rule.check == Check::Cache && fresh::is_guest(facts, words, key) => {
                    Evidence::supports(Weight::Strong, "its keys name who or what comes and goes").at(text)
                }
                // What a cache is asked for is mostly what a program has; who asks for anything else is no name.
                Keys::Open if !asked_for(context, held, growth, key) => {
                    Evidence::doubts(Weight::Strong, "only the name of its keys says that there are many").at(text)
                }
                Keys::Open => Evidence::supports(Weight::Fair, "its keys come from an open set").at(text),
                Keys::Unknown | Keys::Named | Keys::Few if served::brings(context, growth, key) => {
                    Evidence::supports(Weight::Fair, "whoever sends requests chooses its keys").at(text)
                }
                Keys::Few | Keys::Fixed => Evidence::doubts(Weight::Decisive, "its keys look like a small set").at(text),
                Keys::Unknown if !undone && growth.by_read && derived(context, held, growth, key) => {
                    Evidence::supports(Weight::Fair, "its keys are made of what the function is asked about").at(text)
                }
                // A lookup finds what is there, unless it is of what somebody else may choose.
                Keys::Unknown | Keys::Named if !undone && growth.by_read && (kind == Keys::Unknown || found) => {
                    let weight = if found { Weight::Strong } else { Weight::Fair };
                    Evidence::doubts(weight, "nothing says how many keys there are").at(text)
                }
                // What is told of an end may keep what it was told of, as results do, where there are few of it.
                Keys::Unknown if !undone || !words.drawn.is_empty() => {
                    Evidence::doubts(Weight::Strong, "nothing says that there are many keys").at(text)
                }
                Keys::Unknown | Keys::Named => {
                    let weight = if facts.exported.is_some() { Weight::Strong } else { Weight::Slight };
                    Evidence::doubts(weight, "nothing says that there are many keys").at(text)
                }
            }
        }
        None if does_work(context, held, growth) => return None,
        None if growth.value.is_some_and(|value| served::brings(context, growth, value)) => {
            Evidence::supports(Weight::Fair, "each request adds what it brings")
        }
        None if held.container.touch.iter().any(|word| word == "setdefault") => {
            Evidence::doubts(Weight::Decisive, "whole collections are merged into it, perhaps the same keys each time")
        }
        None if (facts.typed || is_few(context, growth)) && searched(facts, held, growth) => {
            Evidence::doubts(Weight::Decisive, "an entry is added only after those that are there were gone through")
        }
        None if held.life == Life::Instance => {
            let weight = if busy { Weight::Fair } else { Weight::Decisive };
            Evidence::doubts(weight, "it has no keys, so it may be a result that somebody takes as a whole")
        }
        None if is_handed_back(facts, held) => {
            let text = "the function hands it out beside what fills it, so it may be a result that somebody takes as a whole";
            Evidence::doubts(Weight::Strong, text)
        }
        None if busy => Evidence::doubts(Weight::Slight, "nothing says how often it is added to"),
        None => Evidence::doubts(Weight::Fair, "nothing says how often it is added to"),
    })
}

/// Whether whoever uses the module asks a cache for a key as it is: `export function page(url) { … pages[url] … }`. Where files
/// do not say what they export, and of what is no cache, the name of the key is enough.
fn asked_for(context: &Context, held: &Held, growth: &Growth, key: ExprId) -> bool {
    let facts = context.facts;
    let parameter = |of| matches!(facts.binding(of).kind, BindingKind::Parameter(_));
    context.rule.check != Check::Cache
        || facts.exported.is_none()
        || facts.binding_of(key).is_some_and(parameter) && hearsay::offered(context, held, growth)
}

/// Whether files say what they export, and an entry is no mere name of one of many things.
fn is_few(context: &Context, growth: &Growth) -> bool {
    let open = |value| key::keys(context.facts, &context.words.words, value) == Keys::Open;
    context.facts.exported.is_some() && !growth.value.is_some_and(open)
}

/// Whether the function that makes a collection returns it as an entry of an object: `return { items, push }`.
fn is_handed_back(facts: &Facts, held: &Held) -> bool {
    let Root::Binding(binding) = facts.places.get(held.place).root else { return false };
    let maker = facts.scopes[facts.binding(binding).scope.index()].function;
    let returned = |at: &ExprId| {
        let mut around = *at;
        while let Parent::Expr(outer) = facts.expr(around).parent {
            match facts.kind(outer) {
                ExprKind::Collection { .. } | ExprKind::Named { .. } | ExprKind::Pair { .. } => around = outer,
                _ => return false,
            }
        }
        let exits = |step| matches!(facts.step(step).kind, StepKind::Exit { kind: ExitKind::Return, .. });
        around != *at && matches!(facts.expr(around).parent, Parent::Step(step) if exits(step))
    };
    let own = |at: &&ExprId| facts.function_of(**at) == maker;
    held.life == Life::Closure && facts.exported.is_some() && facts.binding(binding).uses.iter().filter(own).any(returned)
}

/// Whether an entry is given nothing again when what it held is done: its key is there for the next one.
fn is_nulled(facts: &Facts, held: &Held) -> bool {
    facts.operations(held.place).iter().any(|operation| match operation.action {
        Action::SetItem { value: Some(value), .. } => facts.literal(value) == Some(crate::facts::Literal::Null),
        _ => false,
    })
}

/// Whether the key of a lookup is made of a parameter that is named like something of which there is no end.
fn derived(context: &Context, held: &Held, growth: &Growth, key: ExprId) -> bool {
    let (facts, words) = (context.facts, &context.words.words);
    let own = facts.function(growth.function);
    let asked = |param: &&crate::facts::Param| {
        own.receiver != Some(param.binding)
            && key::ends_with(&words.open, facts.text(param.name))
            && !key::ends_with(&words.located, facts.text(param.name))
    };
    relief::looked_up(facts, held, growth)
        && own.params.iter().filter(asked).any(|param| hearsay::mentions(facts, key, param.binding, hearsay::HOPS))
}

/// The other collection in which a key is looked up first, so that there are as many entries as that has.
fn confined(facts: &Facts, held: &Held, growth: &Growth) -> Option<ExprId> {
    let key = facts.place(growth.key?)?;
    lifetime::conditions(facts, growth.at).into_iter().find_map(|condition| looked_for(facts, held, key, condition))
}

fn looked_for(facts: &Facts, held: &Held, key: PlaceId, condition: ExprId) -> Option<ExprId> {
    let ExprKind::Operation { operator, operands } = facts.kind(condition) else { return None };
    match (operator, facts.list(operands)) {
        (Operator::And, parts) => parts.iter().find_map(|part| looked_for(facts, held, key, *part)),
        (Operator::In, [asked, within]) => {
            let other = facts.place(*within).filter(|other| *other != held.place)?;
            let lasts = matches!(facts.places.get(other).root, Root::Instance(_) | Root::Static(_));
            (lasts && facts.place(*asked) == Some(key)).then_some(*within)
        }
        _ => None,
    }
}

/// The write to an element that takes the place of the growth on the other way of a branch: `if (free < 0) list.push(x)
/// else list[free] = x`.
fn reuses(facts: &Facts, held: &Held, growth: &Growth) -> Option<ExprId> {
    let written = |operation: &&Operation| {
        operation.function == growth.function
            && matches!(operation.action, Action::SetItem { .. })
            && operation.expr != growth.expr
    };
    let writes: Vec<ExprId> = facts.operations(held.place).iter().filter(written).map(|operation| operation.expr).collect();
    if growth.key.is_some() || writes.is_empty() {
        return None;
    }
    facts.around(growth.at).find_map(|around| {
        let crate::facts::Around::Step(step) = around else { return None };
        let StepKind::Branch { then, otherwise, .. } = &facts.step(step).kind else { return None };
        let other = if facts.in_block(growth.at, then) { otherwise } else { then };
        writes.iter().copied().find(|at| facts.in_block(*at, other))
    })
}

/// The mention, in a value, of a function that settles what is made with it (`resolve` of a promise); or the value itself,
/// if it is a future that somebody settles.
pub fn settles(context: &Context, value: ExprId) -> Option<ExprId> {
    let facts = context.facts;
    let made = facts.binding_of(value).map_or(Some(value), |binding| match facts.binding(binding).definitions.as_slice() {
        [only] => facts.value_of(only),
        _ => None,
    });
    let future = |call: &ExprId| {
        let fits = |word: &Pattern| word.fits(facts.callee_path(*call), facts.method_name(*call));
        context.words.words.futures.iter().any(fits)
    };
    if made.as_ref().is_some_and(future) {
        return Some(value);
    }
    facts.within(value).find(|at| promise::settles(facts, &context.words.pending, *at))
}

/// Whether what is kept is a mere weak reference, which stays when its object has gone.
fn is_weakly(context: &Context, growth: &Growth) -> bool {
    let facts = context.facts;
    let weak = |value: ExprId| facts.callee_path(value).is_some_and(|path| path == "weakref.ref" || path == "weakref.WeakMethod");
    growth.value.is_some_and(weak)
}

/// Whether what a collection is given is a piece of work, by what it is or by what the collection is for.
pub fn does_work(context: &Context, held: &Held, growth: &Growth) -> bool {
    held.container.tasks
        || growth.value.is_some_and(|value| is_work(context.facts, &context.words.words, value))
        || half::kept(context, growth).is_some()
}

/// Whether a value is named or made like a task, thread or other piece of work that ends.
pub fn is_work(facts: &Facts, words: &crate::rules::Words, value: ExprId) -> bool {
    named_value(facts, &words.work, value) && !runs_on(facts, value)
}

/// Whether the work that a value stands for is a loop until somebody ends it, in a function inside the one that starts it: it
/// is done no sooner than its owner.
fn runs_on(facts: &Facts, value: ExprId) -> bool {
    let made = facts.binding_of(value).map_or(Some(value), |binding| match facts.binding(binding).definitions.as_slice() {
        [only] => facts.value_of(only),
        _ => None,
    });
    let Some(made) = made.filter(|_| !facts.typed && facts.exported.is_none()) else { return false };
    let behind = facts.args(made).iter().find_map(|arg| match facts.callee(*arg).function {
        Some(function) => Some(function),
        None => crate::checks::lives::callback::function_behind(facts, *arg),
    });
    let lasts = |step: &crate::facts::Step| match step.kind {
        StepKind::Loop { kind: LoopKind::Forever, .. } => true,
        StepKind::Loop { kind: LoopKind::While, header: Some(header), .. } => is_question(facts, header),
        _ => false,
    };
    behind.is_some_and(|behind| facts.steps_in(behind).any(lasts))
}

/// Whether a loop asks a field, or a method of one, whether it is to go on: `while not self.stopped.is_set()`.
fn is_question(facts: &Facts, header: ExprId) -> bool {
    match facts.kind(header) {
        ExprKind::Operation { operator: Operator::Not, operands } => {
            facts.list(operands).first().is_some_and(|inner| is_question(facts, *inner))
        }
        ExprKind::Call { .. } => facts.callee(header).receiver.is_some_and(|on| is_question(facts, on)),
        ExprKind::Field { .. } => true,
        _ => false,
    }
}

/// Whether the name of a value, or of the call that makes it, ends in one of these words.
fn named_value(facts: &Facts, words: &[String], value: ExprId) -> bool {
    let name = match facts.kind(value) {
        ExprKind::Name { name, .. } | ExprKind::Field { name, .. } => Some(facts.text(name)),
        ExprKind::Call { .. } => facts.callee_name(value),
        _ => None,
    };
    name.is_some_and(|name| key::ends_with(words, name))
}

/// Whether a list is searched, in the same function or around it, before something is added: it holds each thing once.
fn searched(facts: &Facts, held: &Held, growth: &Growth) -> bool {
    let looks = |name: &str| held.container.look.iter().any(|word| word == name);
    let around = |function: FunctionId| facts.enclosing(growth.function).any(|outer| outer == function);
    let mentions = |call: ExprId| {
        let span = facts.expr(call).span;
        facts.operations(held.place).iter().any(|operation| span.contains(facts.expr(operation.expr).span))
    };
    facts.callees.keys().any(|call| {
        let named = facts.callee_name(*call).is_some_and(looks) && around(facts.function_of(*call));
        named && facts.expr(*call).span.start < facts.expr(growth.at).span.start && mentions(*call)
    })
}
