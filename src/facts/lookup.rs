//! Where names stand, and which function holds a piece of text: what many findings of one file ask again and again, found
//! by looking through the file once.

use super::{ExprId, ExprKind, Facts, Function, FunctionId, Name, Place, PlaceId, Root, Segment, TypeId};
use crate::source::Span;
use rustc_hash::FxHashMap;
use std::hash::Hash;
use std::sync::OnceLock;

/// Tables over finished facts; each is made when it is first asked for.
#[derive(Clone, Debug, Default)]
pub struct Lookup {
    mentions: OnceLock<FxHashMap<Name, Vec<ExprId>>>,
    calls: OnceLock<FxHashMap<Name, Vec<ExprId>>>,
    denoting: OnceLock<FxHashMap<PlaceId, Vec<ExprId>>>,
    fields: OnceLock<FxHashMap<Name, Vec<PlaceId>>>,
    inner: OnceLock<FxHashMap<FunctionId, Vec<FunctionId>>>,
    heirs: OnceLock<FxHashMap<TypeId, Vec<TypeId>>>,
    starts: OnceLock<Vec<(u32, FunctionId)>>,
    spans: OnceLock<Vec<ExprId>>,
}

/// All values of each key, in the order in which they come.
fn grouped<K: Eq + Hash, V>(pairs: impl Iterator<Item = (K, V)>) -> FxHashMap<K, Vec<V>> {
    let mut all: FxHashMap<K, Vec<V>> = FxHashMap::default();
    for (key, value) in pairs {
        all.entry(key).or_default().push(value);
    }
    all
}

impl Facts {
    fn ids(&self) -> impl Iterator<Item = ExprId> {
        (0..self.exprs.len() as u32).map(ExprId)
    }

    fn calls_by_name(&self) -> &FxHashMap<Name, Vec<ExprId>> {
        let named = |at: ExprId| Some((self.callee(at).name?, at));
        self.lookup.calls.get_or_init(|| grouped(self.ids().filter_map(named)))
    }

    /// Where a name is written, alone or behind a dot, in the order in which it was read.
    pub fn mentions(&self, name: Name) -> &[ExprId] {
        let written = |at: ExprId| match self.kind(at) {
            ExprKind::Name { name, .. } | ExprKind::Field { name, .. } => Some((name, at)),
            _ => None,
        };
        let mentions = self.lookup.mentions.get_or_init(|| grouped(self.ids().filter_map(written)));
        mentions.get(&name).map_or(&[], Vec::as_slice)
    }

    /// The expressions that denote a place, in the order in which they were read.
    pub fn denoting(&self, place: PlaceId) -> &[ExprId] {
        let denotes = |at: ExprId| Some((self.place(at)?, at));
        let denoting = self.lookup.denoting.get_or_init(|| grouped(self.ids().filter_map(denotes)));
        denoting.get(&place).map_or(&[], Vec::as_slice)
    }

    /// The fields of this name, of whichever type of this file.
    pub fn fields_named(&self, name: Name) -> &[PlaceId] {
        let field = |(id, place): (PlaceId, &Place)| match (place.root, place.path.as_slice()) {
            (Root::Instance(_) | Root::Static(_), [Segment::Field(name)]) => Some((*name, id)),
            _ => None,
        };
        let fields = self.lookup.fields.get_or_init(|| grouped(self.places.iter().filter_map(field)));
        fields.get(&name).map_or(&[], Vec::as_slice)
    }

    /// The functions whose text stands directly inside that of another.
    pub fn inner(&self, function: FunctionId) -> &[FunctionId] {
        let below = |(id, own): (FunctionId, &Function)| Some((own.parent?, id));
        let inner = self.lookup.inner.get_or_init(|| grouped(self.functions().filter_map(below)));
        inner.get(&function).map_or(&[], Vec::as_slice)
    }

    /// The type, its bases, and the types of this file that inherit from any of them.
    pub fn relatives(&self, ty: TypeId) -> Vec<TypeId> {
        let lines = || self.types().flat_map(|(id, _)| self.lineage(id).into_iter().map(move |base| (base, id)));
        let heirs = self.lookup.heirs.get_or_init(|| grouped(lines()));
        let of = |base: TypeId| heirs.get(&base).into_iter().flatten().copied();
        let mut all: Vec<TypeId> = self.lineage(ty).into_iter().flat_map(of).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The calls of what has this last name, in the order in which they were read.
    pub fn calls_of(&self, name: &str) -> &[ExprId] {
        let calls = || self.calls_by_name().get(&self.names.find(name)?).map(Vec::as_slice);
        calls().unwrap_or_default()
    }

    /// The calls of what has a last name of this kind.
    pub fn calls_with(&self, fits: impl Fn(&str) -> bool) -> impl Iterator<Item = ExprId> {
        let named = self.calls_by_name().iter().filter(move |(name, _)| fits(self.text(**name)));
        named.flat_map(|(_, calls)| calls.iter().copied())
    }

    /// The expressions with just this span.
    pub fn spanning(&self, span: Span) -> impl Iterator<Item = ExprId> {
        let spans = self.lookup.spans.get_or_init(|| {
            let mut all: Vec<ExprId> = self.ids().collect();
            all.sort_by_key(|at| self.expr(*at).span);
            all
        });
        let from = spans.partition_point(|at| self.expr(*at).span < span);
        spans[from..].iter().copied().take_while(move |at| self.expr(*at).span == span)
    }

    /// The innermost function whose text holds a span; the module where none does.
    pub fn function_at(&self, span: Span) -> FunctionId {
        let starts = self.lookup.starts.get_or_init(|| {
            let mut all: Vec<(u32, FunctionId)> = self.functions().map(|(id, own)| (own.span.start, id)).collect();
            all.sort_unstable();
            all
        });
        let before = starts.partition_point(|(start, _)| *start <= span.start);
        // Texts of functions lie within one another or apart, so whoever holds the span is the last to begin before it, or
        // stands around that one.
        let last = before.checked_sub(1).map(|at| starts[at].1);
        let holds = |id: &FunctionId| self.function(*id).span.contains(span);
        last.and_then(|last| self.enclosing(last).find(holds)).unwrap_or(FunctionId(0))
    }
}
