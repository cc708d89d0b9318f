//! Statements of a module that stay the same from one version of a text to the next: what they were lowered to is put
//! where lowering them again would put it, so that each letter that is typed costs what its own statement costs.
//!
//! Only in languages whose statements leave nothing behind but what they add to the tables, and the names of the module
//! that they declare.

use super::lower::Lowering;
use super::moved::{Bases, Mover};
use crate::facts::{
    Binding, BindingId, BindingKind, Block, Definition, Expr, ExprId, Facts, Function, Name, Scope, ScopeId, Step, StepId,
    Traits, Type,
};
use rustc_hash::FxHashMap;
use std::cell::Cell;
use std::sync::Arc;
use tree_sitter::{InputEdit, Node};

/// What happens to names while a statement is lowered, in this order.
#[derive(Clone, Copy, Debug)]
pub enum Deed {
    /// A scope inside it declares one.
    Own(BindingId),
    /// The module declares one, which may be known there.
    Declares(BindingId, Name, BindingKind),
    /// One of the module is found to be this.
    Settles(BindingId, BindingKind),
    /// A scope inside it takes one from the module.
    Takes(ScopeId, Name),
}

/// What one statement was lowered to; every id is counted from its own start.
#[derive(Debug)]
pub struct Piece {
    /// The kind of its node, and how many nodes lie below it.
    shape: (u16, usize),
    /// The names that it mentions, in the order of first mention.
    names: Vec<Arc<str>>,
    deeds: Vec<Deed>,
    /// The bindings of its own scopes, in the order of their deeds.
    bindings: Vec<Binding>,
    exprs: Vec<Expr>,
    lists: Vec<ExprId>,
    steps: Vec<Step>,
    functions: Vec<Function>,
    types: Vec<Type>,
    scopes: Vec<Scope>,
    pending: Vec<Definition>,
    /// The calls that the module itself makes.
    calls: Vec<ExprId>,
    body: Vec<StepId>,
}

/// A piece and the bytes of its statement.
#[derive(Clone, Debug)]
pub struct Placed {
    start: usize,
    end: usize,
    piece: Arc<Piece>,
}

/// The pieces of the last version, and those of this one as far as it is lowered.
pub struct Keeping<'a> {
    before: Option<(&'a Vec<Placed>, InputEdit)>,
    pub now: Vec<Placed>,
    /// What the statement that is being lowered does to bindings.
    pub deeds: Vec<Deed>,
    /// Names of the module that its own statements take from elsewhere make every statement depend on that.
    pub off: bool,
}

impl<'a> Keeping<'a> {
    pub fn new(before: Option<(&'a Vec<Placed>, InputEdit)>) -> Self {
        Self { before, now: Vec::new(), deeds: Vec::new(), off: false }
    }

    /// The piece of the statement that stood where this one stands, if it had the same text. A text without an error has
    /// one tree, so it has the same nodes as well.
    fn find(&self, node: Node) -> Option<Arc<Piece>> {
        let (before, edit) = self.before?;
        let (start, end) = (node.start_byte(), node.end_byte());
        let (start, end) = if end <= edit.start_byte {
            (start, end)
        } else if start >= edit.new_end_byte {
            let back = |at: usize| at - edit.new_end_byte + edit.old_end_byte;
            (back(start), back(end))
        } else {
            return None;
        };
        let known = &before[before.binary_search_by_key(&start, |placed| placed.start).ok()?];
        (known.end == end && known.piece.shape == shape(node) && !node.has_error()).then(|| Arc::clone(&known.piece))
    }
}

fn shape(node: Node) -> (u16, usize) {
    (node.kind_id(), node.descendant_count())
}

/// Where the tables end before a statement is lowered, and how much stands in those that it must leave alone.
struct Marks {
    bases: Bases,
    pending: usize,
    calls: usize,
    body: usize,
    traits: Traits,
    rest: usize,
}

impl<'tree> Lowering<'_, 'tree> {
    /// Lowers the statements of a module, or takes them from the last version of the text.
    pub fn module(&mut self, root: Node<'tree>, steps: &mut Block) {
        let nodes = self.statements(root);
        self.deeper(|this| {
            for (at, node) in nodes.iter().enumerate() {
                if this.managed_to_the_end(*node).is_some() {
                    return this.sequence(&nodes[at..], None, steps);
                }
                match this.known(*node) {
                    Some(piece) => this.put(*node, piece, steps),
                    None => this.keep(*node, steps),
                }
            }
        });
    }

    fn known(&self, node: Node<'tree>) -> Option<Arc<Piece>> {
        self.keeping.as_ref().filter(|keeping| !keeping.off && self.is_clear())?.find(node)
    }

    /// Whether nothing that came before has a say in what comes next.
    fn is_clear(&self) -> bool {
        self.decorators.is_empty() && self.hint.is_none() && self.hoisted.is_empty() && self.prologue.is_empty()
    }

    fn marks(&self, node: Node<'tree>, steps: &Block) -> Marks {
        let facts = &self.facts;
        let bases = Bases {
            byte: node.start_byte() as u32,
            expr: facts.exprs.len() as u32,
            list: facts.lists.len() as u32,
            step: facts.steps.len() as u32,
            function: facts.functions.len() as u32 - 1,
            scope: facts.scopes.len() as u32 - 1,
            ty: facts.types.len() as u32,
        };
        let module = &facts.functions[0];
        let rest = usize::from(facts.cut) + others(facts) + self.listed.len() + self.awaited.len();
        Marks { bases, pending: self.pending.len(), calls: module.calls.len(), body: steps.len(), traits: module.traits, rest }
    }

    /// Lowers a statement, and keeps what becomes of it.
    fn keep(&mut self, node: Node<'tree>, steps: &mut Block) {
        let (clear, before) = (self.is_clear() && !node.has_error(), self.marks(node, steps));
        if let Some(keeping) = &mut self.keeping {
            keeping.deeds.clear();
        }
        self.facts.names.listen();
        self.sequence(&[node], None, steps);
        let heard = self.facts.names.heard();
        let after = self.marks(node, steps);
        let alone = clear && self.is_clear() && after.rest == before.rest && after.traits == before.traits;
        let Some(keeping) = self.keeping.as_ref().filter(|keeping| alone && !keeping.off) else { return };
        let piece = Cut::new(&self.facts, &heard, &keeping.deeds, &before)
            .and_then(|cut| cut.piece(shape(node), &keeping.deeds, &self.pending[before.pending..], &steps[before.body..]));
        if let (Some(piece), Some(keeping)) = (piece, &mut self.keeping) {
            keeping.now.push(Placed { start: node.start_byte(), end: node.end_byte(), piece: Arc::new(piece) });
        }
    }

    /// Puts what a statement was lowered to in the place of lowering it.
    fn put(&mut self, node: Node<'tree>, piece: Arc<Piece>, steps: &mut Block) {
        let bases = self.marks(node, steps).bases;
        let names: Vec<Name> = piece.names.iter().map(|text| self.facts.names.intern(text)).collect();
        let name = |name: Name| names[name.number()];
        let bindings = self.redo(&piece, &Mover::new(bases, name, |id| id));
        let mover = Mover::new(bases, name, |id: BindingId| bindings[id.index()]);
        let facts = &mut self.facts;
        facts.exprs.extend(piece.exprs.iter().map(|expr| mover.expression(expr)));
        facts.lists.extend(piece.lists.iter().map(|expr| mover.expr(*expr)));
        facts.steps.extend(piece.steps.iter().map(|step| mover.statement(step)));
        facts.functions.extend(piece.functions.iter().map(|function| mover.defined(function)));
        facts.types.extend(piece.types.iter().map(|ty| mover.declared(ty)));
        facts.scopes.extend(piece.scopes.iter().map(|scope| mover.region(scope)));
        facts.functions[0].calls.extend(piece.calls.iter().map(|call| mover.expr(*call)));
        self.pending.extend(piece.pending.iter().map(|definition| mover.given(definition)));
        steps.extend(piece.body.iter().map(|step| mover.step(*step)));
        if let Some(keeping) = &mut self.keeping {
            keeping.now.push(Placed { start: node.start_byte(), end: node.end_byte(), piece });
        }
    }

    /// Does again what a statement did to names; the bindings of this version by their numbers in the piece.
    fn redo(&mut self, piece: &Piece, mover: &Mover<impl Fn(Name) -> Name, impl Fn(BindingId) -> BindingId>) -> Vec<BindingId> {
        let mut found = vec![BindingId(0); piece.deeds.len()];
        let mut own = piece.bindings.iter();
        for deed in &piece.deeds {
            match *deed {
                Deed::Own(at) => {
                    found[at.index()] = BindingId(self.facts.bindings.len() as u32);
                    self.facts.bindings.extend(own.next().map(|binding| mover.bound(binding)));
                }
                Deed::Declares(at, name, kind) => {
                    found[at.index()] = self.declare(ScopeId(0), mover.name(name), mover.what(kind));
                }
                Deed::Settles(at, kind) => self.facts.bindings[found[at.index()].index()].kind = mover.what(kind),
                Deed::Takes(scope, name) => {
                    self.module_names.insert((mover.scope(scope), mover.name(name)));
                }
            }
        }
        found
    }

    /// Says what a name of a scope stands for.
    pub fn settle(&mut self, binding: BindingId, kind: BindingKind) {
        let own = &mut self.facts.bindings[binding.index()];
        own.kind = kind;
        if own.scope.0 == 0 {
            self.note(Deed::Settles(binding, kind));
        }
    }

    /// Takes note of what happens to a name.
    pub fn note(&mut self, deed: Deed) {
        if let Some(keeping) = &mut self.keeping {
            keeping.deeds.push(deed);
        }
    }
}

/// How much stands in the tables that no statement of such a language fills.
fn others(facts: &Facts) -> usize {
    let exprs = facts.wraps.len() + facts.lent_to_read.len() + facts.borrows.len() + facts.patterns.len() + facts.texts.len();
    let calls = facts.modules.len() + facts.scoped.len() + facts.maybe.len() + facts.unread.values().map(Vec::len).sum::<usize>();
    exprs + calls + facts.globs.len() + facts.hidden_fields.len() + facts.confined.len()
}

/// A statement that was just lowered, and the numbers of its names and bindings.
struct Cut<'f> {
    facts: &'f Facts,
    marks: &'f Marks,
    names: FxHashMap<Name, u32>,
    bindings: FxHashMap<BindingId, u32>,
}

impl<'f> Cut<'f> {
    fn new(facts: &'f Facts, heard: &[Name], deeds: &[Deed], marks: &'f Marks) -> Option<Self> {
        let (mut names, mut bindings) = (FxHashMap::default(), FxHashMap::default());
        for name in heard {
            let next = names.len() as u32;
            names.entry(*name).or_insert(next);
        }
        for deed in deeds {
            let next = bindings.len() as u32;
            if let Deed::Own(id) | Deed::Declares(id, ..) = deed {
                bindings.entry(*id).or_insert(next);
            }
        }
        let hoisted = |deed: &Deed| matches!(deed, Deed::Own(id) if facts.bindings[id.index()].since == 0);
        let owned = |deed: &Deed| !matches!(deed, Deed::Own(_)) || hoisted(deed);
        deeds.iter().all(owned).then_some(Self { facts, marks, names, bindings })
    }

    /// Everything since the marks; nothing if it tells of something before them that is not the module's.
    fn piece(&self, shape: (u16, usize), deeds: &[Deed], pending: &[Definition], body: &[StepId]) -> Option<Piece> {
        let (facts, bases) = (self.facts, self.marks.bases);
        let lost = Cell::new(false);
        let number = |known: Option<&u32>| {
            known.copied().unwrap_or_else(|| {
                lost.set(true);
                0
            })
        };
        let name = |name| Name::numbered(number(self.names.get(&name)));
        let mover = Mover::new(bases.back(), name, |id| BindingId(number(self.bindings.get(&id))));
        let own = deeds.iter().filter_map(|deed| if let Deed::Own(id) = deed { Some(id) } else { None });
        let piece = Piece {
            shape,
            names: self.texts(),
            deeds: deeds.iter().map(|deed| mover.deed(*deed)).collect(),
            bindings: own.map(|id| mover.bound(facts.binding(*id))).collect(),
            exprs: facts.exprs[bases.expr as usize..].iter().map(|expr| mover.expression(expr)).collect(),
            lists: mover.exprs(&facts.lists[bases.list as usize..]),
            steps: facts.steps[bases.step as usize..].iter().map(|step| mover.statement(step)).collect(),
            functions: facts.functions[bases.function as usize + 1..].iter().map(|own| mover.defined(own)).collect(),
            types: facts.types[bases.ty as usize..].iter().map(|ty| mover.declared(ty)).collect(),
            scopes: facts.scopes[bases.scope as usize + 1..].iter().map(|scope| mover.region(scope)).collect(),
            pending: pending.iter().map(|definition| mover.given(definition)).collect(),
            calls: mover.exprs(&facts.functions[0].calls[self.marks.calls..]),
            body: mover.steps(body),
        };
        let largest = [piece.exprs.len(), piece.lists.len(), piece.steps.len(), piece.functions.len() + 1];
        let largest = largest.into_iter().chain([piece.types.len(), piece.scopes.len() + 1]).max()?;
        // What lies before the marks has got an id from the other end.
        (!lost.get() && (mover.highest() as usize) <= largest).then_some(piece)
    }

    /// The texts of the names, in the order of their numbers.
    fn texts(&self) -> Vec<Arc<str>> {
        let mut all: Vec<(u32, Name)> = self.names.iter().map(|(name, at)| (*at, *name)).collect();
        all.sort_unstable();
        all.into_iter().map(|(_, name)| self.facts.names.shared(name)).collect()
    }
}
