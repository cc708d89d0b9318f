//! A listener is removed where its registrant ends, by the call that takes back what it was registered with.

use super::effect::{self, Begin};
use super::{Mender, ending, teardown};
use crate::facts::{BindingId, ExprId, ExprKind, Facts, Parent, StepId};
use crate::finding::{Edit, Finding, Fix, Safety};
use crate::language::fill;
use crate::source::Span;

/// Removes it in what the effect returns, or in the teardown of its type.
pub fn fix(mender: &Mender, finding: &Finding, call: ExprId) -> Option<Fix> {
    let facts = mender.context.facts;
    let step = mender.statement(call)?;
    let one = Registered::read(mender, call)?;
    match effect::begin(mender, step) {
        Some(begin) => in_effect(mender, &one, begin),
        None => facts.owner_of(facts.function_of(call)).and_then(|ty| {
            let teardown = teardown::of_type(mender, finding, ty)?;
            let top = facts.function(teardown).scope;
            if !one.stays() || !one.args.iter().chain(&one.receiver).all(|arg| mender.means_the_same(*arg, top)) {
                return None;
            }
            let edit = ending::append(mender, teardown, &one.removal(None), step)?;
            let name = facts.function(teardown).name.map_or("the teardown", |name| facts.text(name));
            Some(Fix::new(format!("Remove the {} in `{name}`", one.kind), teardown::safety(mender, teardown), vec![edit]))
        }),
    }
}

/// The call that registers, as far as it is said again when it is taken back.
struct Registered<'m> {
    mender: &'m Mender<'m>,
    kind: &'m str,
    receiver: Option<ExprId>,
    callback: ExprId,
    args: Vec<ExprId>,
    /// How the call that takes it back begins.
    function: String,
    /// The options, as that call takes them; empty if it needs none of them.
    options: Option<(ExprId, String)>,
    event: Option<&'m str>,
}

impl<'m> Registered<'m> {
    fn read(mender: &'m Mender, call: ExprId) -> Option<Self> {
        let (facts, words) = (mender.context.facts, mender.context.words);
        let (path, method) = (facts.callee_path(call), facts.method_name(call));
        let event = |at: Option<usize>| at.and_then(|at| facts.literal_text(facts.positional(call, at)?));
        let fits = |one: &&crate::rules::Registration| {
            let meant =
                one.events.is_empty() || event(one.event).is_some_and(|event| one.events.iter().any(|word| word == event));
            meant && one.add.iter().any(|pattern| pattern.fits(path, method))
        };
        let registration = words.registration.iter().find(fits)?;
        let undo = words.mend.undo.get(facts.callee_name(call)?)?;
        let callback = facts.positional(call, registration.callback)?;
        let event = event(registration.event);
        let args = facts.args(call).to_vec();
        let receiver = facts.callee(call).receiver;
        // What is asked for again may be another: `matchMedia(…)`, `document.querySelector(…)`.
        let asked = |expr: &ExprId| {
            let span = facts.expr(*expr).span;
            facts.exprs.iter().any(|inner| span.contains(inner.span) && matches!(inner.kind, ExprKind::Call { .. }))
        };
        let named = receiver.iter().chain(args.iter().filter(|arg| **arg != callback));
        if facts.has_spread(call) || named.into_iter().any(asked) {
            return None;
        }
        let ExprKind::Call { callee, .. } = facts.kind(call) else { return None };
        // Parentheses and casts around the emitter stay.
        let base = mender.slice(callee).strip_suffix(facts.callee_name(call)?)?;
        let options = match registration.capture.and_then(|at| facts.positional(call, at)) {
            Some(given) => Some((given, phase(mender, given)?)),
            None => None,
        };
        Some(Self {
            mender,
            kind: &registration.kind,
            receiver,
            callback,
            args,
            function: format!("{base}{undo}"),
            options,
            event,
        })
    }

    /// Whether the callback is the same whenever it is mentioned: a field, a method, or what the file has one of.
    fn stays(&self) -> bool {
        let facts = self.mender.context.facts;
        matches!(facts.kind(self.callback), ExprKind::Field { .. } | ExprKind::Name { .. })
    }

    /// The call that takes it back; `callback` is what the callback is called now.
    fn removal(&self, callback: Option<&str>) -> String {
        let said = |arg: &ExprId| match (&self.options, callback) {
            (Some((options, text)), _) if options == arg => text,
            (_, Some(name)) if *arg == self.callback => name,
            _ => self.mender.slice(*arg),
        };
        let args = self.args.iter().map(said).filter(|arg| !arg.is_empty()).collect::<Vec<_>>().join(", ");
        fill(&self.mender.phrases.call, &[("function", &self.function), ("target", &args)])
    }

    /// A name for a callback that has none: `onResize` for the event `resize`.
    fn name(&self) -> Option<String> {
        let words = self.event.unwrap_or("event").split(|letter: char| !letter.is_ascii_alphanumeric());
        let capital = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
        let words = words.filter(|word| !word.is_empty()).map(capital).collect::<String>();
        self.mender.unused(&format!("on{words}"), self.mender.context.facts.function_of(self.callback))
    }
}

/// The options of a registration, as far as what takes it back has to repeat them: which phase of the event it is for.
/// Nothing if that cannot be told.
fn phase(mender: &Mender, given: ExprId) -> Option<String> {
    let facts = mender.context.facts;
    let Some(items) = facts.options(given) else { return Some(mender.slice(given).to_owned()) };
    let spread = facts.list(items).iter().any(|item| matches!(facts.kind(*item), ExprKind::Spread(_)));
    let said = match (facts.binding_of(given), facts.entry(given, "capture")) {
        (None, _) if spread => return None,
        (None, Some(flag)) => mender.slice(flag),
        (None, None) => "",
        // What names no phase is of a type that does not fit, as far as nobody adds one.
        (Some(binding), None) if !spread && only_handed(facts, binding) => "",
        _ => mender.slice(given),
    };
    Some(said.to_owned())
}

/// Whether nothing is done with a variable but to give it to calls.
fn only_handed(facts: &Facts, binding: BindingId) -> bool {
    let handed = |at: &ExprId| match facts.expr(*at).parent {
        Parent::Expr(outer) => {
            facts.args(outer).contains(at) || matches!(facts.kind(outer), ExprKind::Assign { target, .. } if target == *at)
        }
        _ => false,
    };
    facts.binding(binding).uses.iter().all(handed)
}

fn in_effect(mender: &Mender, one: &Registered, begin: Begin) -> Option<Fix> {
    let facts = mender.context.facts;
    let scope = facts.step(begin.step).scope;
    let mut edits = Vec::new();
    let (mut name, mut untyped) = (None, false);
    match facts.kind(one.callback) {
        ExprKind::Closure(function) => {
            // Away from the call nothing tells the types of its parameters any more.
            let params = &facts.function(function).params;
            untyped = mender.annotates && params.iter().any(|param| param.annotation.is_none());
            let own = one.name()?;
            edits.extend(named(mender, begin.step, one.callback, &own)?);
            name = Some(own);
        }
        ExprKind::Name { .. } | ExprKind::Field { .. } => {}
        _ => return None,
    }
    let kept = one.args.iter().chain(&one.receiver).filter(|arg| name.is_none() || **arg != one.callback);
    if !kept.into_iter().all(|arg| mender.means_the_same(*arg, scope)) {
        return None;
    }
    edits.push(effect::end(mender, begin, &one.removal(name.as_deref()))?);
    let safety = if settled(mender, one) && !untyped { Safety::Safe } else { Safety::Unsafe };
    Some(Fix::new(format!("Remove the {} with the effect", one.kind), safety, edits))
}

/// Gives a closure a name in the line above.
fn named(mender: &Mender, step: StepId, closure: ExprId, name: &str) -> Option<[Edit; 2]> {
    let (facts, layout) = (mender.context.facts, &mender.layout);
    let start = mender.front(facts.step(step).span.start);
    let span = facts.expr(closure).span;
    let value = layout.outdented(span, layout.indent(start), &mender.frozen(span));
    let declaration = fill(&mender.phrases.declaration, &[("name", name), ("value", &value)]);
    if declaration.is_empty() {
        return None;
    }
    let alone = layout.begins(start);
    let mark = if alone { mender.mark_before(start, step) } else { mender.phrases.apart.as_str() };
    let gap = if alone { format!("{}{}", layout.newline, layout.indent(start)) } else { " ".to_owned() };
    let above = Edit::replace(Span::new(start, start), format!("{declaration}{mark}{gap}"));
    Some([above, Edit::replace(facts.expr(closure).span, name)])
}

/// Whether the emitter is surely the same when the effect ends: a global, or a name that is given one value.
fn settled(mender: &Mender, one: &Registered) -> bool {
    let facts = mender.context.facts;
    let Some(receiver) = one.receiver else { return true };
    let mut base = receiver;
    let mut deep = false;
    while let ExprKind::Field { base: inner, .. } = facts.kind(base) {
        (base, deep) = (inner, true);
    }
    match facts.kind(base) {
        ExprKind::Name { binding: None, .. } => true,
        ExprKind::Name { binding: Some(binding), .. } => !deep && facts.binding(binding).definitions.len() <= 1,
        _ => false,
    }
}
