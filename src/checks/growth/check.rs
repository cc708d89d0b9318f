//! A collection that outlives the call, grows again and again, and is never relieved. Caches are told apart by their
//! shape: an entry is made when its key is missing, and handed out again later.

use super::abroad;
use super::container::{self, Growth, Held, Release};
use super::fixed;
use super::hearsay;
use super::holder;
use super::signs;
use super::vetted;
use crate::checks::Context;
use crate::checks::lives::brought;
use crate::checks::lives::callback;
use crate::checks::lives::key::{self, Keys};
use crate::checks::lives::lifetime;
use crate::checks::lives::lifetime::Life;
use crate::facts::{Action, ExprId, ExprKind, Facts, Operation, Operator, Place, PlaceId, Root, Segment, StepKind};
use crate::finding::{Evidence, Finding, Mark, Role, Severity, Stance, Weight};
use crate::rules::Check;

/// Findings of the rules that ask for `growth` or `cache`.
pub fn check(context: &Context) -> Vec<Finding> {
    let all = container::held(context);
    all.iter().filter_map(|held| judge(context, held, &all)).collect()
}

fn judge(context: &Context, held: &Held, all: &[Held]) -> Option<Finding> {
    let facts = context.facts;
    let growth: Vec<&Growth> = held.growth.iter().filter(|growth| recurring(context, held, growth)).collect();
    if made_again(context, held) {
        return None;
    }
    let telling = |growth: &&&Growth| adds_itself(context, held, growth) || (growth.by_read && looked_up(facts, held, growth));
    let first = growth.iter().find(telling).or(growth.first()).copied()?;
    let caching = growth.iter().all(|growth| caches(facts, held, growth));
    if caching != (context.rule.check == Check::Cache) || measured(facts, held) || reset_first(facts, held, first) {
        return None;
    }
    if shared(context, held) || fixed::is_sized(context, held, first) {
        return None;
    }
    let mut evidence = holder::owner(context, held);
    evidence.extend(relief(context, held, first)?);
    evidence.extend(abroad::relief(context, held)?);
    let shown: Vec<Evidence> = siblings(context, held, first, all).into_iter().chain(pruned(context, held)).collect();
    let alone = first.key.is_none() || first.key == first.value;
    let works =
        |value| settles(context, value).is_some() || held.life == Life::Closure && is_work(facts, &context.words.words, value);
    // What few things are moved between shows no growth.
    let several =
        |key| facts.exported.is_none() || facts.typed || key::entries(facts, &context.words.words, held.place, key) == Keys::Open;
    let keyed = first.key.is_some_and(several) && !shown.is_empty()
        || alone && adds_itself(context, held, first)
        || first.value.is_some_and(works);
    evidence.extend(shown);
    evidence.extend(hearsay::doubts(context, held, first, keyed));
    evidence.extend(rate(context, held, first));
    evidence.extend(reach(context, held));
    evidence.extend(fixed::doubts(context, held, first));
    evidence.extend(vetted::doubts(context, held, first));
    signs::weigh(context, held, first, all, &mut evidence);
    let mut finding = tell(context, held, first, evidence);
    finding.severity = exposure(context, held, first);
    Some(finding)
}

/// Whether other types may have the same guarded collection, and one of them takes entries out of it under the same name.
fn shared(context: &Context, held: &Held) -> bool {
    let facts = context.facts;
    let (Root::Instance(_), [Segment::Field(name)]) =
        (facts.places.get(held.place).root, facts.places.get(held.place).path.as_slice())
    else {
        return false;
    };
    facts.typed
        && holder::guard(facts, &context.words.words, held).is_some()
        && context.project.called(&facts.language, facts.text(*name), &held.container.shrink).is_some()
}

/// How bad the growth is, by who can reach it: high where each request, message or tick adds to it, low where only the
/// start of the program does.
fn exposure(context: &Context, held: &Held, growth: &Growth) -> Severity {
    let (facts, words) = (context.facts, &context.words.words);
    if held.life == Life::Loop || lifetime::ticks(facts, growth.at).is_some() {
        return Severity::High;
    }
    let often = lifetime::serves(facts, words, growth.function).or_else(|| abroad::rate(context, growth.function));
    match often {
        Some(often) if often.stance == Stance::Against => Severity::Low,
        Some(often) if often.weight > Weight::Slight => Severity::High,
        _ => Severity::Medium,
    }
}

fn recurring(context: &Context, held: &Held, growth: &Growth) -> bool {
    let (facts, words) = (context.facts, &context.words.words);
    let own = match facts.places.get(held.place).root {
        Root::Binding(binding) => Some(facts.scopes[facts.binding(binding).scope.index()].function),
        _ => None,
    };
    // A variable of a function is the same one again only in the functions that close over it.
    if growth.by_read && growth.value.is_none() && !fills(facts, held, growth) && !looked_up(facts, held, growth) {
        return false;
    }
    if held.life == Life::Loop {
        return lifetime::endless_around(facts, growth.expr).is_some();
    }
    if held.life == Life::Closure && own == Some(growth.function) {
        return false;
    }
    let known = |key| key::is_own(facts, held.place, key) || present(facts, held, growth, key);
    let fixed = growth.key.is_some_and(|key| key::entries(facts, words, held.place, key) <= Keys::Few || known(key));
    let constant = growth.key.is_none() && growth.value.is_some_and(|value| facts.literal(value).is_some());
    let work = growth.value.is_some_and(|value| is_work(facts, words, value));
    let registry = held.life != Life::Instance && !work && lifetime::registers(facts, growth.function);
    // A cache is filled by whoever asks first, whatever the function is called.
    let setup: &[String] = if context.rule.check == Check::Cache { &[] } else { &words.setup };
    !fixed
        && !constant
        && !registry
        && !once(facts, held, growth)
        && !vetted::runs_once(facts, growth)
        && lifetime::recurs(facts, words, setup, held.life, growth.function)
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
    flagged.is_some()
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
fn caches(facts: &Facts, held: &Held, growth: &Growth) -> bool {
    if growth.key.is_none() {
        return false;
    }
    let here = |operation: &&Operation| operation.function == growth.function && operation.expr != growth.expr;
    let asked = facts.operations(held.place).iter().filter(here).any(|operation| match operation.action {
        Action::Tested | Action::GetItem { .. } => true,
        Action::Method { name, .. } => held.container.look.iter().any(|word| word == facts.text(name)),
        _ => false,
    });
    let returns = facts.steps.iter().any(|step| {
        matches!(step.kind, StepKind::Exit { kind: crate::facts::ExitKind::Return, value: Some(_) })
            && facts.scopes[step.scope.index()].function == growth.function
    });
    asked && returns
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
fn made_again(context: &Context, held: &Held) -> bool {
    // A callback inside a method runs as often as the method does.
    let within = context.facts.function_of(held.declared);
    let function = context.facts.method_of(within).filter(|_| !context.facts.typed).unwrap_or(within);
    let own = context.facts.function(function);
    let opening = lifetime::named(context.facts, &context.words.words.opening, function);
    held.life == Life::Instance && own.kind == crate::facts::FunctionKind::Named && !own.traits.is_constructor && !opening
}

/// A method that gives the collection a new value before it fills it keeps nothing of the last run.
fn reset_first(facts: &Facts, held: &Held, growth: &Growth) -> bool {
    let before = |release: &&Release| release.certain && facts.expr(release.at).span.start < facts.expr(growth.at).span.start;
    held.release.iter().filter(before).any(|release| release.function == growth.function && release.replaced)
}

/// What takes entries out, as evidence; nothing at all when entries certainly leave while the owner is in use.
fn relief(context: &Context, held: &Held, growth: &Growth) -> Option<Vec<Evidence>> {
    let facts = context.facts;
    let finaliser = |release: &Release| {
        let name = facts.function(release.function).name.map_or("", |name| facts.text(name));
        context.words.words.finaliser.iter().any(|word| word == name)
    };
    // The end of another type, a guard say, is no end of the owner.
    let elsewhere = |release: &Release| match facts.places.get(held.place).root {
        Root::Instance(ty) => facts.typed && facts.owner_of(release.function).is_some_and(|owner| owner != ty),
        _ => false,
    };
    let ends = |release: &Release| held.life == Life::Instance && !elsewhere(release) && at_the_end(context, release);
    let making = |release: &Release| {
        let own = facts.function(release.function);
        release.replaced
            && (own.traits.is_constructor || own.kind == crate::facts::FunctionKind::Module)
            && held.life == Life::Instance
    };
    let certain: Vec<&Release> = held.release.iter().filter(|release| release.certain && !making(release)).collect();
    let mut evidence = Vec::new();
    let own = adds_itself(context, held, growth);
    // An instance that adds itself is still there when others are gone: only taking out that one instance helps.
    // An entry that a mere lookup leaves behind is not what anybody meant to remove one by one.
    let stray = growth.by_read && looked_up(facts, held, growth);
    let whole = |release: &Release| (own || stray) && takes_all(facts, release);
    let useless = |release: &Release| whole(release) || (held.life != Life::Instance && finaliser(release));
    if certain.iter().any(|release| !ends(release) && !useless(release)) {
        return None;
    }
    if own {
        let text = "every instance adds itself when it is made";
        evidence.push(Evidence::supports(Weight::Strong, text).at(facts.expr(growth.at).span));
        evidence.extend(signs::single(context, held));
    }
    if stray {
        evidence.push(Evidence::supports(Weight::Strong, "a lookup inserts the missing key, and the entry stays"));
    }
    if let Some(handed) = held.release.iter().find(|release| !release.certain && !ends(release)) {
        // Whoever keeps it under the same name elsewhere takes entries out.
        let last = facts.display(held.place);
        let last = last.rsplit('.').next().unwrap_or(&last);
        context.project.called(&facts.language, last, &held.container.shrink).is_none().then_some(())?;
        let text = "it is handed to code that could remove entries";
        evidence.push(Evidence::doubts(Weight::Decisive, text).at(facts.expr(handed.at).span));
    }
    match certain.first() {
        None => evidence.push(Evidence::supports(Weight::Slight, "nothing in this file takes entries out")),
        Some(release) if finaliser(release) => {
            let text = "the only removal runs when the instance is collected, which the collection itself prevents";
            evidence.push(Evidence::supports(Weight::Strong, text).at(facts.expr(release.at).span));
        }
        Some(release) if whole(release) => {
            let text = "entries leave only all at once";
            evidence.push(Evidence::doubts(Weight::Fair, text).at(facts.expr(release.at).span));
        }
        Some(release) => {
            let text = "entries leave only when the owner is shut down";
            evidence.push(Evidence::doubts(Weight::Strong, text).at(facts.expr(release.at).span));
        }
    }
    Some(evidence)
}

/// Whether a release belongs to the end of its owner: a teardown, or a step that only the end takes.
fn at_the_end(context: &Context, release: &Release) -> bool {
    let facts = context.facts;
    let own = facts.function(release.function);
    // A method that is told which entry to take out serves that entry and not the end of all.
    if !takes_all(facts, release) && own.params.iter().any(|param| Some(param.binding) != own.receiver) {
        return false;
    }
    own.traits.is_teardown || (takes_all(facts, release) && lifetime::named(facts, &context.words.words.ending, release.function))
}

/// Whether a release takes out everything at once.
fn takes_all(facts: &Facts, release: &Release) -> bool {
    release.replaced || (matches!(facts.kind(release.at), ExprKind::Call { .. }) && facts.args(release.at).is_empty())
}

/// Whether a read that inserts is followed by nothing that fills the entry, and preceded by no question for the key.
fn looked_up(facts: &Facts, held: &Held, growth: &Growth) -> bool {
    let asked = |operation: &Operation| operation.function == growth.function && operation.action == Action::Tested;
    if facts.operations(held.place).iter().any(|operation| asked(operation) && membership(facts, operation.expr)) {
        return false;
    }
    let filled =
        |operation: &Operation| operation.function == growth.function && matches!(operation.action, Action::SetItem { .. });
    if facts.member(held.place, Segment::Item).is_some_and(|item| facts.operations(item).iter().any(filled)) {
        return false;
    }
    let crate::facts::Parent::Expr(index) = facts.expr(growth.expr).parent else { return false };
    let crate::facts::Parent::Expr(user) = facts.expr(index).parent else { return false };
    let ExprKind::Field { name, .. } = facts.kind(user) else { return false };
    held.container.look.iter().any(|word| word == facts.text(name))
}

/// Whether something is put into an entry in the function whose read makes it.
fn fills(facts: &Facts, held: &Held, growth: &Growth) -> bool {
    let grows = |operation: &Operation| match operation.action {
        Action::Method { .. } | Action::SetItem { .. } | Action::Assign(crate::facts::Source::Updated(_)) => {
            operation.function == growth.function
        }
        _ => false,
    };
    facts.member(held.place, Segment::Item).is_some_and(|item| facts.operations(item).iter().any(grows))
}

fn membership(facts: &Facts, expr: ExprId) -> bool {
    let crate::facts::Parent::Expr(parent) = facts.expr(expr).parent else { return false };
    matches!(facts.kind(parent), ExprKind::Operation { operator: Operator::In | Operator::NotIn, .. })
}

/// Whether a new instance puts itself into a collection that outlives it.
pub fn adds_itself(context: &Context, held: &Held, growth: &Growth) -> bool {
    let facts = context.facts;
    // A name under which an instance is found again belongs to a registry, of which each entry is made once.
    let named =
        growth.key.is_some_and(|key| Some(key) != growth.value && key::keys(facts, &context.words.words, key) != Keys::Open);
    if named || !lifetime::conditions(facts, growth.at).is_empty() {
        return false;
    }
    let function = facts.function(growth.function);
    let itself = growth.value.is_some_and(|value| callback::is_instance(facts, value));
    held.life != Life::Instance && function.traits.is_constructor && itself
}

/// Whether what it keeps is work that ends, an instance that adds itself, or what a lookup leaves behind.
pub fn is_left_behind(context: &Context, held: &Held, growth: &Growth) -> bool {
    let facts = context.facts;
    let work = |value| is_work(facts, &context.words.words, value) || settles(context, value).is_some();
    growth.value.is_some_and(work) || adds_itself(context, held, growth) || growth.by_read && looked_up(facts, held, growth)
}

/// Another collection of the same owner is relieved while this one is not.
pub fn siblings(context: &Context, held: &Held, growth: &Growth, all: &[Held]) -> Option<Evidence> {
    let (facts, words) = (context.facts, &context.words.words);
    let root = facts.places.get(held.place).root;
    // Where keys can be told apart, only the same key makes a twin.
    let told = |twin: &Growth| words.drawn.is_empty() || fixed::is_twin(context, held, growth, twin);
    let relieved = |other: &&Held| {
        other.place != held.place
            && facts.places.get(other.place).root == root
            && other.growth.iter().any(|twin| twin.function == growth.function && told(twin))
            && other
                .release
                .iter()
                .any(|release| release.certain && !release.replaced && !facts.function(release.function).traits.is_teardown)
    };
    if matches!(root, Root::Binding(_)) {
        return None;
    }
    let other = all.iter().find(relieved)?;
    let release = other.release.iter().find(|release| release.certain && !release.replaced)?;
    let text = format!("entries of `{}` beside it are taken out", facts.display(other.place));
    Some(Evidence::supports(Weight::Fair, text).at(facts.expr(release.at).span))
}

/// The values of its entries get rid of what is old, and the entries stay when nothing is left in them.
fn pruned(context: &Context, held: &Held) -> Option<Evidence> {
    let facts = context.facts;
    let item = facts.member(held.place, Segment::Item).filter(|_| facts.typed)?;
    let prunes = |operation: &&Operation| match operation.action {
        // A `clear` may just as well keep the memory for the next round.
        Action::Method { name, .. } => facts.text(name).starts_with("retain"),
        _ => false,
    };
    let found = facts.operations(item).iter().find(prunes)?;
    let text = "what is old leaves its values, whose keys stay when they are empty";
    Some(Evidence::supports(Weight::Fair, text).at(facts.expr(found.expr).span))
}

/// How often it grows, and by how many different keys.
fn rate(context: &Context, held: &Held, growth: &Growth) -> Vec<Evidence> {
    let (facts, words) = (context.facts, &context.words.words);
    if adds_itself(context, held, growth) || held.life == Life::Loop || held.life == Life::Default && !facts.typed {
        return Vec::new();
    }
    if held.life == Life::Default {
        let mut evidence = vec![Evidence::supports(Weight::Fair, "the framework runs the function again and again")];
        evidence.extend(variety(context, held, growth));
        return evidence;
    }
    let abroad = || abroad::rate(context, growth.function);
    let ticks = || lifetime::ticks(facts, growth.at);
    let mut evidence = vec![match ticks().or_else(|| lifetime::serves(facts, words, growth.function)).or_else(abroad) {
        Some(known) => known,
        // A cache is there because it is asked often.
        None if hearsay::offered(context, held, growth) => {
            Evidence::doubts(Weight::Strong, "whoever uses the module decides how often the function runs")
        }
        None if context.rule.check == Check::Cache => {
            // What a module or a function keeps for itself is a table of its own more often than what callers fill.
            let weight = if matches!(held.life, Life::Module | Life::Closure) && facts.exported.is_some() {
                Weight::Strong
            } else {
                Weight::Fair
            };
            Evidence::doubts(weight, "nothing says how often the function runs")
        }
        None => Evidence::doubts(Weight::Strong, "nothing says how often the function runs"),
    }];
    if let Some(at) = reuses(facts, held, growth) {
        let text = "it is added to only where no place of it is free";
        evidence.push(Evidence::doubts(Weight::Decisive, text).at(facts.expr(at).span));
    }
    if context.rule.check == Check::Cache && facts.typed && lifetime::named(facts, &words.setup, growth.function) {
        evidence.push(Evidence::doubts(Weight::Fair, "the function is named like a step of setting things up"));
    }
    if lifetime::is_program(context.facts, words, context.path) {
        evidence.push(Evidence::doubts(Weight::Strong, "it belongs to a command, which ends soon"));
    }
    if lifetime::named(facts, &words.adding, growth.function) {
        evidence.push(Evidence::doubts(Weight::Strong, "the function is named like a registration that its users make"));
    }
    let closure = |value| matches!(facts.kind(value), ExprKind::Closure(_));
    if growth.value.is_some_and(|value| closure(value) || named_value(facts, &words.registered, value)) {
        evidence.push(Evidence::doubts(Weight::Strong, "what it keeps looks like a callback that its users register"));
    }
    if let Some(settles) = growth.value.and_then(|value| settles(context, value)) {
        let text = "it keeps what settles one call, and nobody needs that when it is settled";
        evidence.push(Evidence::supports(Weight::Decisive, text).at(facts.expr(settles).span));
    }
    // What a cache makes is handed out again, and what is registered stays on purpose.
    let meant = !words.drawn.is_empty()
        && (context.rule.check == Check::Cache
            || lifetime::named(facts, &words.adding, growth.function) && !is_weakly(context, growth));
    if let Some(work) = growth.value.filter(|value| !meant && is_work(facts, words, *value)) {
        // An owner that is made for one piece of work keeps what belongs to that.
        let weight = if held.life == Life::Instance && !words.drawn.is_empty() { Weight::Fair } else { Weight::Strong };
        evidence.push(Evidence::supports(weight, "what it keeps is done at some time and stays in it").at(facts.expr(work).span));
    }
    if let Some(other) = confined(facts, held, growth) {
        let text = "its keys are those of another collection, which is asked first";
        evidence.push(Evidence::doubts(Weight::Strong, text).at(facts.expr(other).span));
    }
    evidence.extend(variety(context, held, growth));
    evidence
}

/// How many different keys it gets, or how often it gets anything.
fn variety(context: &Context, held: &Held, growth: &Growth) -> Option<Evidence> {
    let (facts, words) = (context.facts, &context.words.words);
    Some(match growth.key {
        Some(key) => {
            let text = facts.expr(key).span;
            match key::entries(facts, words, held.place, key) {
                Keys::Open if brought::is_brought(facts, words, key) => {
                    Evidence::supports(Weight::Fair, "whoever sends requests chooses its keys").at(text)
                }
                Keys::Open => Evidence::supports(Weight::Fair, "its keys come from an open set").at(text),
                Keys::Few | Keys::Fixed => Evidence::doubts(Weight::Decisive, "its keys look like a small set").at(text),
                Keys::Named => Evidence::doubts(Weight::Slight, "nothing says that there are many keys").at(text),
                Keys::Unknown if growth.by_read => {
                    Evidence::doubts(Weight::Fair, "nothing says how many keys there are").at(text)
                }
                Keys::Unknown => Evidence::doubts(Weight::Strong, "nothing says that there are many keys").at(text),
            }
        }
        None if growth.value.is_some_and(|value| is_work(facts, words, value)) => return None,
        None if growth.value.is_some_and(|value| brought::is_brought(facts, words, value)) => {
            Evidence::supports(Weight::Fair, "each request adds what it brings")
        }
        None if held.container.touch.iter().any(|word| word == "setdefault") => {
            Evidence::doubts(Weight::Decisive, "whole collections are merged into it, perhaps the same keys each time")
        }
        None if held.life == Life::Instance => {
            Evidence::doubts(Weight::Fair, "it has no keys, so it may be a result that somebody takes as a whole")
        }
        None => Evidence::doubts(Weight::Slight, "nothing says how often it is added to"),
    })
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

/// The mention, in a value, of a function that settles what is made with it (`resolve` of a promise).
fn settles(context: &Context, value: ExprId) -> Option<ExprId> {
    let facts = context.facts;
    let span = facts.expr(value).span;
    let settler = |binding: &&crate::facts::Binding| {
        let owner = facts.scopes[binding.scope.index()].function;
        let made = facts.closure_expr(owner).map(|made| facts.expr(made).parent);
        matches!(binding.kind, crate::facts::BindingKind::Parameter(_))
            && matches!(made, Some(crate::facts::Parent::Expr(call)) if facts.callee_name(call)
                .is_some_and(|name| context.words.pending.iter().any(|word| word == name)))
    };
    let mentions = facts.bindings.iter().filter(settler).flat_map(|binding| binding.uses.iter().copied());
    mentions.into_iter().find(|at| span.contains(facts.expr(*at).span))
}

/// Whether what is kept is a mere weak reference, which stays when its object has gone.
fn is_weakly(context: &Context, growth: &Growth) -> bool {
    let facts = context.facts;
    let weak = |value: ExprId| facts.callee_path(value).is_some_and(|path| path == "weakref.ref" || path == "weakref.WeakMethod");
    growth.value.is_some_and(weak)
}

/// Whether a value is named or made like a task, thread or other piece of work that ends.
fn is_work(facts: &Facts, words: &crate::rules::Words, value: ExprId) -> bool {
    named_value(facts, &words.work, value)
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

/// Whether code elsewhere can get at it.
fn reach(context: &Context, held: &Held) -> Option<Evidence> {
    let facts = context.facts;
    let name = facts.display(held.place);
    if let Root::Instance(_) = facts.places.get(held.place).root
        && context.words.words.reflection.iter().any(|word| facts.names.find(word).is_some())
    {
        // Nobody asks by reflection for a key that is drawn for each call.
        let weight =
            if held.growth.iter().any(|growth| fixed::is_drawn(context, growth)) { Weight::Slight } else { Weight::Decisive };
        return Some(Evidence::doubts(weight, "fields are reached by reflection in this file"));
    }
    let own = held.growth.iter().any(|growth| adds_itself(context, held, growth));
    let work =
        own || held.growth.iter().any(|growth| growth.value.is_some_and(|value| is_work(facts, &context.words.words, value)));
    if !work && key::ends_with(&context.words.words.registries, &name) {
        // Nobody registers anything under a number that is drawn for each call.
        let drawn = |growth: &Growth| growth.key.is_some_and(|key| counted(facts, key));
        let weight = if held.growth.iter().any(drawn) { Weight::Slight } else { Weight::Decisive };
        return Some(Evidence::doubts(weight, "its name says that users register things in it"));
    }
    if key::split(&name).iter().any(|word| context.words.words.notices.contains(word)) {
        return Some(Evidence::doubts(Weight::Decisive, "it remembers what has been said once"));
    }
    let returned = facts.operations(held.place).iter().find(|operation| operation.action == Action::Returned);
    if let Some(operation) = returned {
        let text = "it is handed out, so a caller could remove entries";
        // Behind a guard it is handed out for others to work with.
        let weight = if facts.typed && holder::guard(facts, &context.words.words, held).is_some() {
            Weight::Decisive
        } else {
            Weight::Fair
        };
        return Some(Evidence::doubts(weight, text).at(facts.expr(operation.expr).span));
    }
    let public = facts.is_public(held.place) && !matches!(held.life, Life::Closure);
    let text = if facts.is_confined(held.place) {
        "other code of its module could remove entries"
    } else {
        "its name is public, so code elsewhere could remove entries"
    };
    public.then(|| Evidence::doubts(Weight::Slight, text))
}

/// Whether a key is a number that is counted up, or a variable that is given one.
fn counted(facts: &Facts, key: ExprId) -> bool {
    let counts = |expr: ExprId| matches!(facts.kind(expr), ExprKind::Assign { value: None, update: Some(_), .. });
    let given = || facts.binding_of(key).map(|binding| facts.binding(binding).definitions.as_slice());
    counts(key) || matches!(given(), Some([only]) if facts.value_of(only).is_some_and(counts))
}

fn tell(context: &Context, held: &Held, growth: &Growth, evidence: Vec<Evidence>) -> Finding {
    let facts = context.facts;
    let name = facts.display(held.place);
    let kind = &held.container.kind;
    let verb = if growth.by_read { "a read inserts a missing key" } else { "grows here" };
    let message = match context.rule.check {
        Check::Cache => format!("the cache `{name}` keeps every entry it is given: no size limit, no expiry, no eviction"),
        _ => format!("the {kind} `{name}` grows with every call and nothing takes entries out"),
    };
    let mut finding = context.finding(growth.at, message, verb.to_owned());
    finding.related.push(Mark::new(Role::Declaration, facts.expr(held.declared).span, format!("the {kind} is made here")));
    for other in held.growth.iter().filter(|other| other.at != growth.at).take(3) {
        finding.related.push(Mark::new(Role::Acquire, facts.expr(other.at).span, "grows here, too"));
    }
    for vacant in vacant(facts, held, growth).into_iter().take(2) {
        finding.related.push(Mark::new(Role::Acquire, facts.expr(vacant).span, "the entry is made here"));
    }
    for release in held.release.iter().take(2) {
        let label = if release.certain { "entries leave here" } else { "handed on here" };
        finding.related.push(Mark::new(Role::Release, facts.expr(release.at).span, label));
    }
    finding.risk = format!("memory rises with every distinct entry for as long as {} lives", owner(held));
    finding.evidence = evidence;
    finding.weigh(context.prior())
}

/// Where the function that asks for an entry gives it its value.
fn vacant(facts: &Facts, held: &Held, growth: &Growth) -> Vec<ExprId> {
    let Some(item) = facts.member(held.place, Segment::Item) else { return Vec::new() };
    let fills = |operation: &Operation| match operation.action {
        Action::Method { name, call } if operation.function == growth.function && call != growth.at => {
            facts.text(name).contains("insert").then_some(call)
        }
        _ => None,
    };
    facts.operations(item).iter().filter_map(fills).collect()
}

fn owner(held: &Held) -> &'static str {
    match held.life {
        Life::Module | Life::Type | Life::Default => "the process",
        Life::Loop => "the loop",
        Life::Instance => "the owner",
        Life::Closure => "the function",
    }
}
