//! Where a key comes from: a fixed set, or whatever callers bring.

use super::brought;
pub use super::word::{ends_with, opposites, reads, split, starts_with};
use crate::facts::{BindingKind, Definition, ExprId, ExprKind, Facts, Literal, Operator, PlaceId, Segment, Source};
use crate::rules::Words;

/// How many different keys there can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keys {
    /// A constant, a type, an enum member: a fixed set.
    Fixed,
    /// Named like something of which there are few.
    Few,
    /// Nothing is known.
    Unknown,
    /// An identifier of something of which nothing says how many there are.
    Named,
    /// Named like something of which there is no end, or made anew each time.
    Open,
}

/// How many different values an expression can have as a key.
pub fn keys(facts: &Facts, words: &Words, key: ExprId) -> Keys {
    judge(facts, words, key, 6)
}

/// How many different keys a collection can have, by one that it is given and by the type that it declares for them.
pub fn entries(facts: &Facts, words: &Words, collection: PlaceId, key: ExprId) -> Keys {
    let known = keys(facts, words, key);
    let written = facts.typed.then(|| written(facts, collection)).flatten();
    match (written.map(|written| by_type(facts, words, written, 4)), known) {
        (Some(Keys::Fixed), _) => Keys::Fixed,
        (Some(Keys::Open), Keys::Unknown) => Keys::Open,
        _ => known,
    }
}

/// The declared type of the keys of a collection: its first argument.
fn written(facts: &Facts, collection: PlaceId) -> Option<ExprId> {
    let mut written = facts.definitions_of(collection).iter().find_map(|definition| definition.annotation)?;
    while let Some(inner) = facts.wraps.get(&written) {
        written = *inner;
    }
    let ExprKind::Index { key: Some(key), .. } = facts.kind(written) else { return None };
    match facts.kind(key) {
        ExprKind::Other(list) => facts.list(list).first().copied(),
        _ => Some(key),
    }
}

/// How many values a type has; those of a tuple are as open as the most open of its parts.
fn by_type(facts: &Facts, words: &Words, written: ExprId, hops: u32) -> Keys {
    if let (ExprKind::Collection { items, .. } | ExprKind::Other(items), Some(hops)) = (facts.kind(written), hops.checked_sub(1))
    {
        return facts.list(items).iter().map(|part| by_type(facts, words, *part, hops)).max().unwrap_or(Keys::Unknown);
    }
    let Some(path) = facts.annotated(written) else { return Keys::Unknown };
    let last = crate::facts::last(path);
    let has = |types: &[String]| types.iter().any(|word| word == path || word == last);
    if has(&words.fixed_types) {
        Keys::Fixed
    } else if has(&words.open_types) {
        Keys::Open
    } else {
        Keys::Unknown
    }
}

fn judge(facts: &Facts, words: &Words, key: ExprId, hops: u32) -> Keys {
    if hops == 0 {
        return Keys::Unknown;
    }
    if brought::is_brought(facts, words, key) && (brought::is_read_off(facts, words, key) || !is_few(facts, words, key)) {
        return Keys::Open;
    }
    match facts.kind(key) {
        ExprKind::Literal(Literal::Other) => Keys::Unknown,
        ExprKind::Literal(_) => Keys::Fixed,
        ExprKind::Name { name, binding } => match binding {
            Some(binding) => bound(facts, words, binding, facts.text(name), hops),
            None => Keys::Fixed,
        },
        ExprKind::Field { base, .. } if is_configured(facts, words, base) => Keys::Fixed,
        ExprKind::Field { base, name } => {
            let text = facts.text(name);
            let shared = facts
                .binding_of(base)
                .is_some_and(|binding| matches!(facts.binding(binding).kind, BindingKind::Import(_) | BindingKind::Type(_)));
            if shared || text.chars().all(|c| c.is_uppercase() || c == '_' || c.is_ascii_digit()) {
                Keys::Fixed
            } else {
                // A field that only says how it is written has as many values as what it is of: `imageName.string`.
                if let ("string" | "str" | "value" | "raw", Some(of)) = (text, owner_name(facts, base))
                    && let known @ (Keys::Few | Keys::Open) = by_name(words, of)
                {
                    return known;
                }
                // `request.id` is as open as `request_id`.
                let owner = owner_name(facts, base).filter(|_| key_identifier(words, text));
                by_name(words, &owner.map_or_else(|| text.to_owned(), |owner| format!("{owner}_{text}")))
            }
        }
        ExprKind::Collection { items, .. }
        | ExprKind::Operation { operands: items, operator: Operator::Add | Operator::Other | Operator::Or }
        | ExprKind::Other(items) => {
            facts.list(items).iter().map(|item| judge(facts, words, *item, hops - 1)).max().unwrap_or(Keys::Unknown)
        }
        ExprKind::Operation { .. } => Keys::Few,
        ExprKind::Choice { then, otherwise, .. } => {
            judge(facts, words, then, hops - 1).max(judge(facts, words, otherwise, hops - 1))
        }
        ExprKind::Index { base, .. } if is_configured(facts, words, base) => Keys::Fixed,
        ExprKind::Index { base, .. } => match judge(facts, words, base, hops - 1) {
            Keys::Open => Keys::Open,
            _ => Keys::Unknown,
        },
        ExprKind::Call { .. } => match facts.wraps.get(&key) {
            Some(inner) if facts.typed => judge(facts, words, *inner, hops - 1),
            _ => called(facts, words, key, hops),
        },
        ExprKind::Await(inner) | ExprKind::Try(inner) => judge(facts, words, inner, hops - 1),
        // Each object that is made is another one.
        ExprKind::This if facts.function(facts.function_of(key)).traits.is_constructor => Keys::Open,
        // `next++` draws another key each time.
        ExprKind::Assign { value: None, update: Some(_), .. } => Keys::Open,
        _ => Keys::Unknown,
    }
}

/// Whether a value is named like what a program reads its settings into: there are as many of them as somebody wrote down.
fn is_configured(facts: &Facts, words: &Words, base: ExprId) -> bool {
    last_name(facts, base).is_some_and(|name| ends_with(&words.configured, name))
}

fn called(facts: &Facts, words: &Words, call: ExprId, hops: u32) -> Keys {
    let Some(name) = facts.callee_name(call) else { return Keys::Unknown };
    if words.own.iter().any(|word| word.fits(facts.callee_path(call), None)) {
        return Keys::Fixed;
    }
    if name == "get" && facts.callee(call).receiver.is_some_and(|base| is_configured(facts, words, base)) {
        return Keys::Fixed;
    }
    if facts.typed && facts.type_path(call).is_some_and(|path| words.fixed_types.iter().any(|word| word == path)) {
        return Keys::Fixed;
    }
    // `to_string` is named like a string and has as many values as what it converts.
    let converts = facts.typed && ["to_", "into_", "as_", "clone"].iter().any(|start| name.starts_with(start));
    let named = if converts { Keys::Unknown } else { by_name(words, name) };
    match named {
        // What is only converted is as many as it was before: `url.to_owned()`.
        Keys::Unknown if facts.typed && facts.args(call).is_empty() && facts.callee(call).receiver.is_some() => {
            facts.callee(call).receiver.map_or(Keys::Unknown, |receiver| judge(facts, words, receiver, hops - 1))
        }
        Keys::Unknown => {
            let args = facts.args(call).iter().map(|arg| judge(facts, words, *arg, hops - 1));
            match args.max() {
                Some(Keys::Open) => Keys::Open,
                _ => Keys::Unknown,
            }
        }
        known => known,
    }
}

fn bound(facts: &Facts, words: &Words, binding: crate::facts::BindingId, name: &str, hops: u32) -> Keys {
    let own = facts.binding(binding);
    match own.kind {
        BindingKind::Import(_) | BindingKind::Function(_) | BindingKind::Type(_) => return Keys::Fixed,
        BindingKind::Parameter(_) => {
            let function = facts.function(facts.scopes[own.scope.index()].function);
            if function.receiver == Some(binding) {
                return if function.traits.is_class_method { Keys::Fixed } else { Keys::Unknown };
            }
            let param = function.params.iter().find(|param| param.binding == binding);
            if param.and_then(|param| param.annotation).is_some_and(|written| is_enumerated(facts, written)) {
                return Keys::Fixed;
            }
            return match by_name(words, name) {
                Keys::Unknown if !words.drawn.is_empty() && is_defaulted(facts, binding) => Keys::Few,
                known => known,
            };
        }
        BindingKind::Variable => {}
    }
    let module = facts.is_global(binding);
    let from = own.definitions.iter().map(|definition| match definition.source {
        Source::Assigned(value) => judge(facts, words, value, hops - 1),
        Source::Updated(_) => Keys::Open,
        Source::Iterated(value) | Source::Unpacked(value, _) => match facts.kind(value) {
            ExprKind::Collection { .. } => judge(facts, words, value, hops - 1),
            // There are no more of them than the owner keeps elsewhere.
            _ if is_field(facts, value) => Keys::Few,
            _ => Keys::Unknown,
        },
        _ => Keys::Unknown,
    });
    if is_other(facts, binding) {
        return from.max().unwrap_or(Keys::Unknown);
    }
    // What comes from outside is only called like something of which there are few.
    let filled = own.definitions.iter().any(|definition| match definition.source {
        Source::Assigned(value) => awaited(facts, value, hops),
        _ => false,
    });
    // One letter says nothing of a value that something was asked for.
    let asked = |definition: &Definition| match definition.source {
        Source::Assigned(value) => facts.literal(value).is_none(),
        _ => false,
    };
    let bare = name.chars().count() == 1 && !own.definitions.is_empty() && own.definitions.iter().all(asked);
    match (by_name(words, name), from.max()) {
        (Keys::Few, Some(from)) if bare => from,
        (Keys::Few, Some(Keys::Unknown)) if filled && !module => Keys::Unknown,
        (Keys::Unknown, Some(Keys::Unknown) | None) if module => Keys::Few,
        (Keys::Unknown, Some(from)) => from,
        (_, Some(Keys::Fixed)) => Keys::Fixed,
        (named, _) => named,
    }
}

/// Whether a declared type lists its values: `'local' | 'remote'`.
fn is_enumerated(facts: &Facts, written: ExprId) -> bool {
    match facts.kind(written) {
        ExprKind::Literal(_) => true,
        ExprKind::Operation { operands: items, .. } | ExprKind::Collection { items, .. } | ExprKind::Other(items) => {
            !facts.list(items).is_empty() && facts.list(items).iter().all(|item| is_enumerated(facts, *item))
        }
        _ => false,
    }
}

/// Whether a parameter has a constant as its default value, so that most callers mean that.
pub fn is_defaulted(facts: &Facts, binding: crate::facts::BindingId) -> bool {
    let own = facts.binding(binding);
    let function = facts.function(facts.scopes[own.scope.index()].function);
    let default = function.params.iter().find(|param| param.binding == binding).and_then(|param| param.default);
    default.is_some_and(|default| is_constant(facts, default))
}

/// Whether a value is a text or a number, or a name in capitals.
pub fn is_constant(facts: &Facts, value: ExprId) -> bool {
    match facts.kind(value) {
        // An empty text stands for nothing.
        ExprKind::Literal(Literal::Text) => facts.expr(value).span.end - facts.expr(value).span.start > 2,
        ExprKind::Literal(Literal::Number(_)) => true,
        ExprKind::Name { name, .. } | ExprKind::Field { name, .. } => {
            let text = facts.text(name);
            text.chars().any(char::is_alphabetic) && !text.chars().any(char::is_lowercase)
        }
        _ => false,
    }
}

/// Whether a `pid` is given by a call that is not named for processes: it is short for something else.
pub fn is_other(facts: &Facts, binding: crate::facts::BindingId) -> bool {
    let own = facts.binding(binding);
    let given = |definition: &Definition| match definition.source {
        Source::Assigned(value) => facts.callee_name(value).is_some_and(|name| !name.ends_with("pid") && !name.ends_with("fork")),
        _ => false,
    };
    facts.text(own.name) == "pid" && own.definitions.iter().any(given)
}

/// Whether an expression is a field of the instance, or what such a field hands out.
fn is_field(facts: &Facts, value: ExprId) -> bool {
    facts.place(value).is_some_and(|place| matches!(facts.places.get(place).root, crate::facts::Root::Instance(_)))
}

/// Whether a value is awaited, or read off something awaited.
fn awaited(facts: &Facts, value: ExprId, hops: u32) -> bool {
    match facts.kind(value) {
        ExprKind::Await(_) => true,
        ExprKind::Call { callee, .. } if hops > 0 => awaited(facts, callee, hops - 1),
        ExprKind::Field { base, .. } | ExprKind::Index { base, .. } if hops > 0 => awaited(facts, base, hops - 1),
        _ => false,
    }
}

fn by_name(words: &Words, name: &str) -> Keys {
    let own = split(name);
    let of_few =
        matches!(own.as_slice(), [.., of, last] if last == "id" && words.fixed.contains(of) && words.open.contains(last));
    if ends_with(&words.fixed, name) || of_few {
        Keys::Few
    } else if ends_with(&words.open, name) {
        // A program may see many files or few.
        if ends_with(&words.located, name) { Keys::Named } else { Keys::Open }
    } else if key_identifier(words, name) {
        // What an identifier is of says how many there are: `request_id`, but not `device_id`.
        let own = split(name);
        match own.split_last() {
            Some((_, of)) => {
                let of = of.join("_");
                if ends_with(&words.open, &of) || ends_with(&words.many, &of) { Keys::Open } else { Keys::Named }
            }
            None => Keys::Named,
        }
    } else {
        Keys::Unknown
    }
}

/// Whether a name, or the last one on the way to a field, is that of something of which there are few.
fn is_few(facts: &Facts, words: &Words, key: ExprId) -> bool {
    last_name(facts, key).is_some_and(|name| by_name(words, name) == Keys::Few)
}

/// Whether a name ends like that of an identifier.
fn key_identifier(words: &Words, name: &str) -> bool {
    split(name).last().is_some_and(|last| words.identifiers.contains(last))
}

/// The name of whatever a field is read off.
fn owner_name(facts: &Facts, base: ExprId) -> Option<&str> {
    match facts.kind(base) {
        ExprKind::Name { name, .. } | ExprKind::Field { name, .. } => Some(facts.text(name)),
        _ => None,
    }
}

/// Whether a key is taken from the collection itself: no new entry is made under it.
pub fn is_own(facts: &Facts, place: PlaceId, key: ExprId) -> bool {
    let Some(binding) = facts.binding_of(key) else { return false };
    facts.binding(binding).definitions.iter().any(|definition| match definition.source {
        Source::Iterated(value) | Source::Unpacked(value, _) => drawn(facts, value, 4).is_some_and(|from| from == place),
        _ => false,
    })
}

/// The collection that an iteration goes through, also through a copy or a view of it: `list(entries.items())`.
pub fn drawn(facts: &Facts, value: ExprId, hops: u32) -> Option<PlaceId> {
    match facts.kind(value) {
        ExprKind::Call { .. } if hops > 0 => match facts.callee(value).receiver {
            Some(receiver) => drawn(facts, receiver, hops - 1),
            None => drawn(facts, facts.positional(value, 0)?, hops - 1),
        },
        _ => facts.place(value),
    }
}

/// The last name on the way to an expression.
pub fn last_name(facts: &Facts, expr: ExprId) -> Option<&str> {
    match facts.kind(expr) {
        ExprKind::Field { name, .. } | ExprKind::Name { name, .. } => Some(facts.text(name)),
        ExprKind::Index { base, .. } => last_name(facts, base),
        _ => match facts.places.get(facts.place(expr)?).path.last()? {
            Segment::Field(name) => Some(facts.text(*name)),
            Segment::Item => None,
        },
    }
}
