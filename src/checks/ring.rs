//! Rings of counted references: each member keeps the next alive, and the last one the first.

use super::strong::{self, Keeps};
use super::{Context, owner};
use crate::facts::{
    Action, BindingId, BindingKind, Definition, ExprId, ExprKind, Facts, FunctionId, FunctionKind, Operation, PlaceId, Root,
    Segment, Source, TypeId,
};
use crate::finding::{Evidence, Finding, Mark, Role, Weight};
use rustc_hash::FxHashSet;

/// How many names, fields and calls are followed in a row.
const HOPS: u32 = 10;

/// Something that one run of a function deals with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Object {
    /// The instance.
    This(TypeId),
    /// What a variable refers to.
    Variable(BindingId),
    /// What a call makes.
    Made(ExprId),
}

/// One object is given to a field of another.
#[derive(Clone, Copy, Debug)]
struct Link {
    /// Who keeps.
    holder: Object,
    /// What is kept.
    kept: Object,
    /// The field.
    place: PlaceId,
    /// Where.
    at: ExprId,
    /// By a reference that is shared with others.
    strong: bool,
    /// The function that does it.
    function: FunctionId,
}

/// Findings about rings of counted references.
pub fn check(context: &Context) -> Vec<Finding> {
    let links = links(context);
    let mut told: FxHashSet<PlaceId> = FxHashSet::default();
    let mut found = Vec::new();
    for (function, _) in context.facts.functions() {
        let mut own: Vec<Link> = links.iter().filter(|link| link.function == function).copied().collect();
        own.extend(through_calls(context, &links, function));
        own.extend(parts(context, &own));
        for ring in closed(&own) {
            if ring.iter().all(|link| told.contains(&link.place)) || ring.iter().any(|link| cut(context, link.place)) {
                continue;
            }
            told.extend(ring.iter().map(|link| link.place));
            found.push(tell(context, &ring));
        }
    }
    found.extend(possible(context, &told));
    found
}

/// Everything that one object is given of another, outside of any call.
fn links(context: &Context) -> Vec<Link> {
    let facts = context.facts;
    let mut found = Vec::new();
    for (id, place) in facts.places.iter() {
        let (Root::Instance(ty), [Segment::Field(name), ..]) = (place.root, place.path.as_slice()) else { continue };
        let keeps = strong::field(context, ty, *name);
        if keeps.is_empty() {
            continue;
        }
        for operation in facts.operations(id) {
            for value in given(context, operation) {
                found.extend(link(context, id, &keeps, operation, value));
            }
        }
    }
    found
}

/// The values that an operation puts into its place.
fn given(context: &Context, operation: &Operation) -> Vec<ExprId> {
    let facts = context.facts;
    match operation.action {
        Action::Assign(Source::Assigned(value)) | Action::SetItem { value: Some(value), .. } => vec![value],
        Action::Method { name, call } if !context.words.release.iter().any(|word| word == facts.text(name)) => {
            facts.args(call).iter().copied().filter(|arg| !facts.lent_to_read.contains(arg)).collect()
        }
        _ => Vec::new(),
    }
}

fn link(context: &Context, place: PlaceId, keeps: &[Keeps], operation: &Operation, value: ExprId) -> Option<Link> {
    let facts = context.facts;
    let (holder, kept) = (object(context, operation.expr, true)?, object(context, value, false)?);
    let ty = type_of(context, kept)?;
    let fits = |keeps: &&Keeps| keeps.kept == ty || facts.ty(ty).base_paths.contains(&facts.ty(keeps.kept).name);
    let keeps = keeps.iter().find(fits)?;
    let function = facts.enclosing(operation.function).find(|id| facts.function(*id).kind == FunctionKind::Named)?;
    Some(Link { holder, kept, place, at: operation.expr, strong: keeps.strong, function })
}

/// What an expression refers to; with `owner`, the object at the start of the way to it.
fn object(context: &Context, expr: ExprId, owner: bool) -> Option<Object> {
    let facts = context.facts;
    let (mut expr, mut fresh) = (expr, false);
    for _ in 0..HOPS {
        expr = match facts.kind(expr) {
            ExprKind::This => return facts.owner_of(facts.function_of(expr)).map(Object::This),
            ExprKind::Await(inner) | ExprKind::Try(inner) => inner,
            ExprKind::Field { base, .. } | ExprKind::Index { base, .. } if owner && !facts.scoped.contains(&expr) => base,
            ExprKind::Name { binding: Some(binding), .. } => match aliased(facts, binding) {
                Some(value) => match object(context, value, false) {
                    Some(Object::Variable(_)) | None if is_part(facts, value) => return Some(Object::Variable(binding)),
                    None => return Some(Object::Variable(binding)),
                    found => return found,
                },
                None => return variable(facts, binding),
            },
            ExprKind::Call { .. } => {
                let callee = facts.callee(expr);
                let copies = callee.name.is_some_and(|name| facts.text(name) == "clone") && facts.args(expr).is_empty();
                match (facts.wraps.get(&expr), callee.receiver) {
                    // A reference to a copy refers to another object.
                    (_, Some(receiver)) if copies => (!fresh).then_some(receiver)?,
                    (Some(inner), _) => {
                        let path = facts.callee_path(expr).filter(|path| path.rsplit('.').next() != Some("clone"));
                        fresh |= path.is_some_and(|path| strong::inside(&context.words.strong, path));
                        *inner
                    }
                    (None, Some(receiver)) if owner && facts.place(expr).is_some() => receiver,
                    _ if callee.constructs.is_some() || makes(context, callee.function).is_some() => {
                        return Some(Object::Made(expr));
                    }
                    _ => return None,
                }
            }
            _ => return None,
        };
    }
    None
}

/// Whether a value is read out of another object.
fn is_part(facts: &Facts, value: ExprId) -> bool {
    facts.place(value).is_some_and(|place| !facts.places.get(place).path.is_empty())
}

/// The value of a variable that is given one once.
fn aliased(facts: &Facts, binding: BindingId) -> Option<ExprId> {
    match facts.binding(binding).definitions.as_slice() {
        [Definition { source: Source::Assigned(value), .. }] => Some(*value),
        _ => None,
    }
}

fn variable(facts: &Facts, binding: BindingId) -> Option<Object> {
    let own = facts.binding(binding);
    let function = facts.scopes[own.scope.index()].function;
    match own.kind {
        BindingKind::Parameter(_) if facts.function(function).receiver == Some(binding) => {
            facts.owner_of(function).map(Object::This)
        }
        BindingKind::Parameter(_) | BindingKind::Variable => Some(Object::Variable(binding)),
        _ => None,
    }
}

/// The type of this file that a function returns.
fn makes(context: &Context, function: Option<FunctionId>) -> Option<TypeId> {
    let returns = context.facts.function(function?).returns?;
    strong::written_type(context, returns).first().map(|keeps| keeps.kept)
}

fn type_of(context: &Context, object: Object) -> Option<TypeId> {
    let facts = context.facts;
    match object {
        Object::This(ty) => Some(ty),
        Object::Made(call) => facts.callee(call).constructs.or_else(|| makes(context, facts.callee(call).function)),
        Object::Variable(binding) => {
            let own = facts.binding(binding);
            let function = facts.function(facts.scopes[own.scope.index()].function);
            let param = function.params.iter().find(|param| param.binding == binding).and_then(|param| param.annotation);
            let written = param.or_else(|| own.definitions.iter().find_map(|definition| definition.annotation))?;
            strong::written_type(context, written).first().map(|keeps| keeps.kept)
        }
    }
}

/// What functions of this file that a function calls do with what they are given.
fn through_calls(context: &Context, links: &[Link], function: FunctionId) -> Vec<Link> {
    let facts = context.facts;
    let mut found = Vec::new();
    let inner = facts.functions().filter(|(id, own)| {
        *id == function || (own.kind == FunctionKind::Closure && facts.enclosing(*id).any(|outer| outer == function))
    });
    for call in inner.flat_map(|(_, own)| own.calls.iter().copied()) {
        let Some(callee) = facts.callee(call).function.filter(|callee| *callee != function) else { continue };
        for link in links.iter().filter(|link| link.function == callee) {
            // What a function makes and keeps inside of what it returns is nothing to its caller.
            let inner = matches!(link.kept, Object::Made(_));
            let other = matches!(link.holder, Object::Made(_)) && type_of(context, link.holder) != makes(context, Some(callee));
            if inner || other {
                continue;
            }
            let (holder, kept) = (passed(facts, call, callee, link.holder), passed(facts, call, callee, link.kept));
            if let (Some(holder), Some(kept)) = (holder, kept) {
                found.push(Link { holder, kept, at: call, function, ..*link });
            }
        }
    }
    found
}

/// What an object of a called function is to its caller.
fn passed(facts: &Facts, call: ExprId, callee: FunctionId, object: Object) -> Option<Object> {
    let own = facts.function(callee);
    let receiver = facts.callee(call).receiver;
    let by_path = usize::from(receiver.is_none() && !own.traits.is_static);
    let plain = |expr: ExprId| plain(facts, expr);
    match object {
        Object::This(_) => plain(receiver.or_else(|| facts.positional(call, 0))?),
        // What it makes is taken for what it returns.
        Object::Made(_) => own.returns.map(|_| Object::Made(call)),
        Object::Variable(binding) => {
            let at = own
                .params
                .iter()
                .filter(|param| own.receiver != Some(param.binding))
                .position(|param| param.binding == binding)?;
            plain(facts.positional(call, at + by_path)?)
        }
    }
}

/// The object that an argument is, without a look at types.
fn plain(facts: &Facts, expr: ExprId) -> Option<Object> {
    let mut expr = expr;
    for _ in 0..HOPS {
        expr = match (facts.kind(expr), facts.wraps.get(&expr)) {
            (ExprKind::This, _) => return facts.owner_of(facts.function_of(expr)).map(Object::This),
            (_, Some(inner)) => *inner,
            (ExprKind::Name { binding: Some(binding), .. }, _) => match aliased(facts, binding) {
                Some(value) => return plain(facts, value).or(Some(Object::Variable(binding))),
                None => return variable(facts, binding),
            },
            (ExprKind::Call { .. }, _) => {
                let callee = facts.callee(expr);
                match callee.receiver {
                    Some(receiver) if callee.name.is_some_and(|name| facts.text(name) == "clone") => receiver,
                    _ if callee.constructs.is_some() || callee.function.is_some() => return Some(Object::Made(expr)),
                    _ => return None,
                }
            }
            _ => return None,
        };
    }
    None
}

/// A variable that was read out of a field is kept by the object that has the field.
fn parts(context: &Context, links: &[Link]) -> Vec<Link> {
    let facts = context.facts;
    let mut found = Vec::new();
    for link in links {
        let Object::Variable(binding) = link.holder else { continue };
        let [Definition { source: Source::Assigned(value) | Source::Iterated(value), .. }] =
            facts.binding(binding).definitions[..]
        else {
            continue;
        };
        let Some(place) = facts.place(value) else { continue };
        let own = facts.places.get(place);
        let (Root::Instance(ty), [Segment::Field(name), ..]) = (own.root, own.path.as_slice()) else { continue };
        if let (Some(keeps), Some(holder)) = (strong::field(context, ty, *name).first(), object(context, value, true)) {
            found.push(Link { holder, kept: link.holder, place, at: value, strong: keeps.strong, ..*link });
        }
    }
    found
}

/// Every ring among these links that has a counted reference in it, the link that closes it first.
fn closed(links: &[Link]) -> Vec<Vec<Link>> {
    let mut found = Vec::new();
    for last in links.iter().rev() {
        let mut way = vec![*last];
        if follow(links, last.holder, &mut way) && way.iter().any(|link| link.strong) {
            found.push(way);
        }
    }
    found.sort_by_key(Vec::len);
    found
}

/// Follows links from the end of the way to an object.
fn follow(links: &[Link], goal: Object, way: &mut Vec<Link>) -> bool {
    let Some(end) = way.last().map(|link| link.kept) else { return false };
    if end == goal {
        return true;
    }
    if way.len() > 6 {
        return false;
    }
    for next in links.iter().filter(|link| link.holder == end) {
        if way.iter().any(|link| link.holder == next.holder) {
            continue;
        }
        way.push(*next);
        if follow(links, goal, way) {
            return true;
        }
        way.pop();
    }
    false
}

/// Whether something lets go of what a field keeps.
fn cut(context: &Context, place: PlaceId) -> bool {
    let facts = context.facts;
    let nothing = |value: ExprId| match facts.kind(facts.peeled(value)) {
        ExprKind::Literal(_) | ExprKind::Name { binding: None, .. } => true,
        ExprKind::Call { .. } => facts.callee(value).receiver.is_none() && facts.args(value).is_empty(),
        _ => false,
    };
    let first = |target: ExprId| match facts.kind(target) {
        ExprKind::Field { base, .. } => {
            matches!(facts.kind(base), ExprKind::Call { .. }) && facts.callee(base).receiver.is_none()
        }
        _ => false,
    };
    facts.operations(place).iter().any(|operation| match operation.action {
        Action::Delete => true,
        Action::Assign(Source::Assigned(value)) => !first(operation.expr) && nothing(value),
        Action::Method { name, call } => {
            context.words.release.iter().any(|word| word == facts.text(name))
                || facts.positional(call, 0).is_some_and(|arg| matches!(facts.kind(arg), ExprKind::Name { binding: None, .. }))
        }
        Action::Argument { call, .. } => {
            context.words.emptier.iter().any(|pattern| pattern.fits(facts.callee_path(call), facts.callee_name(call)))
        }
        _ => false,
    })
}

/// Whether single entries leave the collection that a field is.
fn shrinks(context: &Context, link: &Link) -> bool {
    let removes = |name: &str| context.words.container.iter().any(|one| one.shrink.iter().any(|word| word == name));
    let mut others = context.facts.operations(link.place).iter().filter(|operation| operation.expr != link.at);
    others.any(|operation| match operation.action {
        Action::Method { name, .. } => removes(context.facts.text(name)),
        Action::DeleteItem { .. } => true,
        _ => false,
    })
}

/// A field as its type declares it.
fn shown(facts: &Facts, place: PlaceId) -> String {
    let own = facts.places.get(place);
    match (own.root, own.path.as_slice()) {
        (Root::Instance(ty), [Segment::Field(name), ..]) => format!("{}.{}", facts.text(facts.ty(ty).name), facts.text(*name)),
        _ => facts.display(place),
    }
}

/// How long an object has been there, compared with others that the same function deals with.
fn age(object: Object) -> u8 {
    match object {
        Object::Made(_) => 0,
        Object::Variable(_) => 1,
        Object::This(_) => 2,
    }
}

fn tell(context: &Context, ring: &[Link]) -> Finding {
    let facts = context.facts;
    // The back reference is the one that most likely should be weak: the one to what was there before.
    let back = ring
        .iter()
        .filter(|link| link.strong)
        .max_by_key(|link| (age(link.kept), std::cmp::Reverse(age(link.holder)), facts.expr(link.at).span.start));
    let back = back.copied().unwrap_or(ring[0]);
    let message = format!("`{}` closes a ring of references that keep each other alive", shown(facts, back.place));
    let mut finding = context.finding(back.at, message, "a counted reference back is kept here".to_owned());
    for link in ring.iter().filter(|link| link.at != back.at) {
        let text = format!("`{}` keeps the other end", shown(facts, link.place));
        finding.related.push(Mark::new(Role::Context, facts.expr(link.at).span, text));
    }
    finding.evidence.push(Evidence::supports(Weight::Strong, "both ends are counted, and nothing lets go of either"));
    if ring.iter().any(|link| shrinks(context, link)) {
        finding.evidence.push(Evidence::doubts(Weight::Decisive, "entries are taken out one by one, which opens the ring"));
    }
    if owner::runs(facts, &context.words.words, back.function) == owner::Runs::Once {
        finding.evidence.push(Evidence::doubts(Weight::Fair, "it is made once"));
    }
    "neither count reaches zero, so nothing in the ring is ever freed".clone_into(&mut finding.risk);
    finding.weigh(context.rule.confidence)
}

/// Rings that the types of fields allow, where the file does not show that one is made.
fn possible(context: &Context, told: &FxHashSet<PlaceId>) -> Vec<Finding> {
    let facts = context.facts;
    let fields = strong::fields(context);
    let mut found = Vec::new();
    let mut seen: FxHashSet<PlaceId> = FxHashSet::default();
    for (place, ty, keeps) in fields.iter().filter(|(_, _, keeps)| keeps.strong) {
        let other = fields.iter().find(|(second, holder, back)| second != place && *holder == keeps.kept && back.kept == *ty);
        let Some((second, _, back)) = other else { continue };
        let pair = [*place, *second];
        if !(keeps.open || back.open) || pair.iter().any(|one| told.contains(one) || seen.contains(one) || cut(context, *one)) {
            continue;
        }
        seen.extend(pair);
        let Some(at) = facts.definitions_of(*place).first().map(|definition| definition.target) else { continue };
        let message = format!("`{}` and `{}` can keep each other alive", shown(facts, *place), shown(facts, *second));
        let mut finding = context.finding(at, message, "a counted reference".to_owned());
        finding.evidence.push(Evidence::doubts(Weight::Fair, "nothing here shows that a ring is made"));
        "whatever is in such a ring is never freed".clone_into(&mut finding.risk);
        found.push(finding.weigh(context.rule.confidence));
    }
    found
}
