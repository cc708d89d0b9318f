//! Where names stand, and which function holds a piece of text: what many findings of one file ask again and again, found
//! by looking through the file once.

use super::{ExprId, ExprKind, Facts, FunctionId, Name, PlaceId, Root, Segment, TypeId};
use crate::source::Span;
use rustc_hash::FxHashMap;

/// Tables over finished facts.
#[derive(Clone, Debug, Default)]
pub struct Lookup {
    mentions: FxHashMap<Name, Vec<ExprId>>,
    calls: FxHashMap<Name, Vec<ExprId>>,
    starts: Vec<(u32, FunctionId)>,
    spans: Vec<ExprId>,
    denoting: FxHashMap<PlaceId, Vec<ExprId>>,
    fields: FxHashMap<Name, Vec<PlaceId>>,
    inner: FxHashMap<FunctionId, Vec<FunctionId>>,
    heirs: FxHashMap<TypeId, Vec<TypeId>>,
}

impl Lookup {
    fn of(facts: &Facts) -> Self {
        let mut lookup = Self::default();
        for (expr, at) in facts.exprs.iter().zip(0..) {
            let id = ExprId(at);
            match expr.kind {
                ExprKind::Name { name, .. } | ExprKind::Field { name, .. } => lookup.mentions.entry(name).or_default().push(id),
                _ => {}
            }
            if let Some(place) = facts.place(id) {
                lookup.denoting.entry(place).or_default().push(id);
            }
            if let Some(name) = facts.callee(id).name {
                lookup.calls.entry(name).or_default().push(id);
            }
        }
        lookup.relate(facts);
        lookup.spans = (0..facts.exprs.len() as u32).map(ExprId).collect();
        lookup.spans.sort_by_key(|at| facts.expr(*at).span);
        lookup.starts = facts.functions().map(|(id, function)| (function.span.start, id)).collect();
        lookup.starts.sort_unstable();
        lookup
    }

    /// Notes which functions and types stand below which, and who has which fields.
    fn relate(&mut self, facts: &Facts) {
        for (id, function) in facts.functions() {
            if let Some(parent) = function.parent {
                self.inner.entry(parent).or_default().push(id);
            }
        }
        for (id, _) in facts.types() {
            for base in facts.lineage(id) {
                self.heirs.entry(base).or_default().push(id);
            }
        }
        for (id, place) in facts.places.iter() {
            if let (Root::Instance(_) | Root::Static(_), [Segment::Field(name)]) = (place.root, place.path.as_slice()) {
                self.fields.entry(*name).or_default().push(id);
            }
        }
    }
}

impl Facts {
    fn lookup(&self) -> &Lookup {
        self.lookup.get_or_init(|| Lookup::of(self))
    }

    /// Where a name is written, alone or behind a dot, in the order in which it was read.
    pub fn mentions(&self, name: Name) -> &[ExprId] {
        self.lookup().mentions.get(&name).map_or(&[], Vec::as_slice)
    }

    /// The expressions that denote a place, in the order in which they were read.
    pub fn denoting(&self, place: PlaceId) -> &[ExprId] {
        self.lookup().denoting.get(&place).map_or(&[], Vec::as_slice)
    }

    /// The fields of this name, of whichever type of this file.
    pub fn fields_named(&self, name: Name) -> &[PlaceId] {
        self.lookup().fields.get(&name).map_or(&[], Vec::as_slice)
    }

    /// The functions whose text stands directly inside that of another.
    pub fn inner(&self, function: FunctionId) -> &[FunctionId] {
        self.lookup().inner.get(&function).map_or(&[], Vec::as_slice)
    }

    /// The type, its bases, and the types of this file that inherit from any of them.
    pub fn relatives(&self, ty: TypeId) -> Vec<TypeId> {
        let heirs = |base: TypeId| self.lookup().heirs.get(&base).into_iter().flatten().copied();
        let mut all: Vec<TypeId> = self.lineage(ty).into_iter().flat_map(heirs).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The calls of what has this last name, in the order in which they were read.
    pub fn calls_of(&self, name: &str) -> &[ExprId] {
        let calls = || self.lookup().calls.get(&self.names.find(name)?).map(Vec::as_slice);
        calls().unwrap_or_default()
    }

    /// The calls of what has a last name of this kind.
    pub fn calls_with(&self, fits: impl Fn(&str) -> bool) -> impl Iterator<Item = ExprId> {
        let named = self.lookup().calls.iter().filter(move |(name, _)| fits(self.text(**name)));
        named.flat_map(|(_, calls)| calls.iter().copied())
    }

    /// The expressions with just this span.
    pub fn spanning(&self, span: Span) -> impl Iterator<Item = ExprId> {
        let spans = &self.lookup().spans;
        let from = spans.partition_point(|at| self.expr(*at).span < span);
        spans[from..].iter().copied().take_while(move |at| self.expr(*at).span == span)
    }

    /// The innermost function whose text holds a span; the module where none does.
    pub fn function_at(&self, span: Span) -> FunctionId {
        let starts = &self.lookup().starts;
        let before = starts.partition_point(|(start, _)| *start <= span.start);
        // Texts of functions lie within one another or apart, so whoever holds the span is the last to begin before it, or
        // stands around that one.
        let last = before.checked_sub(1).map(|at| starts[at].1);
        let holds = |id: &FunctionId| self.function(*id).span.contains(span);
        last.and_then(|last| self.enclosing(last).find(holds)).unwrap_or(FunctionId(0))
    }
}
