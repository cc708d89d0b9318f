//! What only names say of a collection: how long its owner lives, and how often it is added to.
//!
//! Well-kept code is full of types called managers and of methods called `push`; where nothing else speaks for a leak,
//! these names carry no finding.

use super::abroad;
use super::container::{Growth, Held};
use super::fixed;
use super::rate;
use super::relief;
use super::served;
use crate::checks::Context;
use crate::checks::lives::fresh;
use crate::checks::lives::key::{self, Keys};
use crate::checks::lives::lifetime::{self, Life};
use crate::checks::lives::owner;
use crate::facts::{Action, BindingId, ExprId, Facts, FunctionId, FunctionKind, Param, Parent, Root, Source};
use crate::finding::{Evidence, Weight};
use crate::index::Tenure;
use crate::rules::Check;

/// What is said where nothing but its name speaks for it that a function runs often.
const OFTEN: &str = "no more than a name says that the function runs often";

/// The doubts that stand where only names speak for a leak. `proven` says that the code itself shows one: entries leave
/// its twin, or what is old leaves its values.
pub fn doubts(context: &Context, held: &Held, growth: &Growth, proven: bool) -> Vec<Evidence> {
    let facts = context.facts;
    // Languages that keep classes open have their own measure.
    if !(facts.typed || facts.exported.is_some()) || matches!(held.life, Life::Loop | Life::Default) {
        return Vec::new();
    }
    let mut all = Vec::new();
    if let Some(at) = gathered(context, held) {
        let text = "somebody waits for all of it at once, so it is one piece of work";
        all.push(Evidence::doubts(Weight::Decisive, text).at(facts.expr(at).span));
    }
    all.extend(fixed::double(context, held).map(|name| {
        Evidence::doubts(Weight::Decisive, format!("a `{name}` keeps what it is given on purpose, so that it can be seen"))
    }));
    all.extend(setting_up(context, growth));
    if proven || goes_on(context, growth.at) {
        return all;
    }
    if let Some(asked) = asked(context, growth) {
        all.push(asked);
        all.push(Evidence::doubts(Weight::Slight, OFTEN));
        return all;
    }
    let lasting = held.life == Life::Instance && lasts(context, held);
    let several = growth.key.is_none_or(|key| key::entries(facts, &context.words.words, held.place, key) == Keys::Open);
    let told = facts.typed || held.life != Life::Instance || lasting || several;
    if is_cache(context, held, growth) || told && often(context, held, growth) {
        return all;
    }
    // What is asked before it is filled is there to be asked often.
    let open = || growth.key.is_some_and(|key| key::keys(facts, &context.words.words, key) == Keys::Open);
    let asked = context.rule.check == Check::Cache && (facts.typed || held.life == Life::Module && open());
    if held.life == Life::Instance && !asked && !lasting {
        all.push(Evidence::doubts(Weight::Decisive, "no more than a name says that the owner lives long"));
    } else if held.life == Life::Instance && !asked {
        let weight = if facts.typed { Weight::Fair } else { Weight::Slight };
        all.push(Evidence::doubts(weight, "nothing says how much is put into it while it lives"));
    }
    let weight = match held.life {
        // An owner that is there for all that comes is asked for it again and again.
        _ if lasting && context.rule.check == Check::Cache => Weight::Fair,
        _ if lasting => Weight::Slight,
        Life::Module if asked => Weight::Fair,
        _ if asked => Weight::Strong,
        _ => Weight::Decisive,
    };
    all.push(Evidence::doubts(weight, OFTEN));
    all
}

/// Whether a framework that the project hands its functions to, or a loop, is seen to run a function again and again, or what it
/// keeps comes out of a request.
pub fn seen(context: &Context, growth: &Growth) -> bool {
    let (facts, words) = (context.facts, &context.words.words);
    let given = |param: &Param| {
        words.request.named.iter().any(|word| word == facts.text(param.name)) && brought(facts, growth, param.binding)
    };
    served::served(context, growth).is_some()
        || lifetime::ticks(facts, growth.at).is_some()
        || facts.function(growth.function).params.iter().any(given)
}

/// The doubt about what nobody is seen to add to again and again, in a language that has neither written types nor exports, so
/// that even what a project shows of its own is mostly names. Of what well-kept projects keep so, hardly any grows for ever.
pub fn unseen(context: &Context, (held, growth): (&Held, &Growth), all: &[Held], surely: bool) -> Option<Evidence> {
    let (facts, words) = (context.facts, &context.words.words);
    let names = !facts.typed && facts.exported.is_none() && context.project.len() > 1;
    if names && held.life == Life::Default {
        let text = "whoever calls it may bring one of their own, and then the default value stays as it is";
        return Some(Evidence::doubts(Weight::Strong, text));
    }
    let worked = growth.key.is_none() && growth.value.is_some_and(|value| rate::is_work(facts, words, value));
    let shown = held.life == Life::Loop || relief::adds_itself(context, held, growth) || worked;
    if !names || shown {
        return None;
    }
    let cache = context.rule.check == Check::Cache;
    let weight = match surely {
        false if cache => Weight::Strong,
        false => Weight::Fair,
        true if cache && relief::siblings(context, held, growth, all).is_none() => Weight::Fair,
        true => return None,
    };
    let text = if surely { "what is kept may be asked for again" } else { "nobody is seen to call it again and again" };
    Some(Evidence::doubts(weight, text))
}

/// A function that hands out what there is of a kind (`get_font`): of that there may be as little as the program has.
fn asked(context: &Context, growth: &Growth) -> Option<Evidence> {
    let (facts, words) = (context.facts, &context.words.words);
    let guest = growth.key.is_some_and(|key| fresh::is_guest(facts, words, key));
    let method = facts.enclosing(growth.function).find(|id| facts.function(*id).kind == FunctionKind::Named);
    let named = !guest && method.is_some_and(|method| lifetime::named(facts, &words.asking, method));
    let text = "whoever asks for a thing gets the one that there is, and of these there may be few";
    (named && served::served(context, growth).is_none()).then(|| Evidence::doubts(Weight::Decisive, text))
}

/// A function that sets things up fills a cache with what there is to set up.
fn setting_up(context: &Context, growth: &Growth) -> Option<Evidence> {
    let words = &context.words.words;
    let named = context.rule.check == Check::Cache && lifetime::named(context.facts, &words.setup, growth.function);
    // Who calls it tells more than its name: `load(request)`.
    (named && served::served(context, growth).is_none())
        .then(|| Evidence::doubts(Weight::Strong, "the function is named like a step of setting things up"))
}

/// Whether a map calls itself a cache and is keyed by an open set, so that it is there to be asked often.
fn is_cache(context: &Context, held: &Held, growth: &Growth) -> bool {
    let (facts, words) = (context.facts, &context.words.words);
    let name = facts.display(held.place);
    let parts = key::split(&name);
    let open = growth.key.is_some_and(|key| key::entries(facts, words, held.place, key) == Keys::Open);
    // A field that is `cache` alone belongs to whatever its owner is.
    facts.typed && open && parts.len() > 2 && parts.last().is_some_and(|last| last == "cache")
}

/// Whether something besides its name says that the owner lives long.
fn lasts(context: &Context, held: &Held) -> bool {
    let facts = context.facts;
    let made = match facts.places.get(held.place).root {
        Root::Instance(ty) => owner::made_at_top(facts, ty).is_some() || owner::is_single(facts, ty),
        _ => false,
    };
    made || matches!(abroad::tenure(context, held), Tenure::Lasting(_))
        || super::holder::guard(facts, &context.words.words, held).is_some()
}

/// Whether something besides names says that the function runs again and again.
fn often(context: &Context, held: &Held, growth: &Growth) -> bool {
    let (facts, words) = (context.facts, &context.words.words);
    let stray =
        !facts.typed && lifetime::given(facts, words, growth.function).is_some_and(|given| !brought(facts, growth, given));
    if let Some(serves) = lifetime::serves(facts, words, growth.function)
        && !stray
        && (serves.weight >= Weight::Strong || lifetime::serves_one(facts, words, growth.function).is_some())
    {
        return true;
    }
    if served::served(context, growth).is_some() {
        return true;
    }
    // What a module keeps is there for all that it is asked to do.
    let served = held.life == Life::Module && context.rule.check != Check::Cache && !stray;
    served && serves(context, growth).is_some() || offered(context, held, growth)
}

/// What says that a function runs once per request, message or event. Where much of a program waits for something, that a
/// function does says nothing unless others call it by its name, or for somebody who comes and goes; what it is called is a hint.
pub fn serves(context: &Context, growth: &Growth) -> Option<Evidence> {
    let (facts, words, function) = (context.facts, &context.words.words, growth.function);
    let guest = || growth.key.is_some_and(|key| fresh::is_guest(facts, words, key));
    if facts.exported.is_none() || is_offered(facts, function) || guest() {
        return lifetime::serves(facts, words, function);
    }
    let known = lifetime::serves_by_name(facts, words, function)?;
    let weight = if known.weight == Weight::Strong { Weight::Strong } else { Weight::Slight };
    let told = lifetime::serves_one(facts, words, function);
    told.or(Some(Evidence { weight, ..known }))
}

/// How many variables are followed from a key to what an event brings.
pub const HOPS: u32 = 3;

/// Whether what is kept, or its key, comes with the event for which the function runs.
fn brought(facts: &Facts, growth: &Growth, given: BindingId) -> bool {
    growth.key.into_iter().chain(growth.value).any(|kept| mentions(facts, kept, given, HOPS))
}

/// Whether a value is made of a variable, as far as a few assignments tell.
pub fn mentions(facts: &Facts, expr: ExprId, given: BindingId, hops: u32) -> bool {
    let span = facts.expr(expr).span;
    let within = |at: &ExprId| span.contains(facts.expr(*at).span);
    if facts.binding(given).uses.iter().any(within) {
        return true;
    }
    hops > 0
        && facts.bindings.iter().filter(|own| own.uses.iter().any(within)).any(|own| {
            own.definitions.iter().any(|definition| match definition.source {
                Source::Assigned(value) | Source::Unpacked(value, _) | Source::Iterated(value) => {
                    mentions(facts, value, given, hops - 1)
                }
                _ => false,
            })
        })
}

/// Whether whoever uses the module calls what adds, with keys of their own.
pub fn offered(context: &Context, held: &Held, growth: &Growth) -> bool {
    let (facts, words) = (context.facts, &context.words.words);
    let open = growth.key.is_some_and(|key| key::keys(facts, words, key) == Keys::Open);
    held.life == Life::Module
        && open
        && is_offered(facts, growth.function)
        && !lifetime::named(facts, &words.adding, growth.function)
}

/// Whether a function is one that other files call.
fn is_offered(facts: &Facts, function: FunctionId) -> bool {
    let Some(exported) = &facts.exported else { return false };
    facts
        .enclosing(function)
        .any(|id| exported.iter().any(|binding| facts.binding(*binding).kind == crate::facts::BindingKind::Function(id)))
}

/// Whether an expression stands in a loop that has no way out, or in one of a function that is named for running on.
fn goes_on(context: &Context, at: ExprId) -> bool {
    let facts = context.facts;
    let named = || lifetime::named(facts, &context.words.words.running, facts.function_of(at));
    lifetime::endless_around(facts, at).is_some() || (named() && lifetime::ticks(facts, at).is_some())
}

/// The call that waits for everything in it: `Promise.all(this.pending)`.
fn gathered(context: &Context, held: &Held) -> Option<ExprId> {
    let facts = context.facts;
    if facts.typed || held.life != Life::Instance {
        return None;
    }
    facts.operations(held.place).iter().find_map(|operation| match operation.action {
        Action::Argument { call, .. } => {
            let waits = matches!(facts.callee_path(call), Some("Promise.all" | "Promise.allSettled"))
                && matches!(facts.expr(call).parent, Parent::Expr(_));
            waits.then_some(call)
        }
        _ => None,
    })
}
