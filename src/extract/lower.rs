//! The walk from nodes to facts: state shared by the files that lower steps, expressions and definitions.

use super::forms::Forms;
use super::kept::{Deed, Keeping, Placed};
use super::macros::Prepared;
use super::tail::Tail;
use crate::facts::{
    Binding, BindingId, BindingKind, Block, Definition, Expr, ExprId, ExprKind, Facts, Function, FunctionId, FunctionKind, List,
    Name, Parent, Scope, ScopeId, Step, StepId, StepKind, Traits, TypeId,
};
use crate::language::{Form, Habits, Language, Part};
use crate::source::Span;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::Cell;
use tree_sitter::{Node, TreeCursor};

/// Deepest nesting that is followed; each level takes a few stack frames of well under a kilobyte.
const DEEPEST: u32 = 600;

/// The names of a declaration: in which scope they live, and from which byte on they are visible.
#[derive(Clone, Copy)]
pub struct Declaring {
    pub scope: ScopeId,
    pub since: u32,
    /// Whether it stands in a pattern, where some names can be constants.
    pub pattern: bool,
}

/// What lowering finds out, before names are resolved.
pub struct Lowered {
    pub facts: Facts,
    /// What each written name or place receives.
    pub pending: Vec<Definition>,
    /// Names that a scope takes from the module.
    pub module_names: FxHashSet<(ScopeId, Name)>,
    /// Names that an export lists.
    pub listed: Vec<Name>,
    /// The statements that may stay the same in the next version of the text.
    pub kept: Vec<Placed>,
}

#[allow(clippy::struct_excessive_bools, reason = "each says something of its own about where the walk is")]
pub struct Lowering<'a, 'tree> {
    pub habits: &'a Habits,
    pub forms: &'a Forms<'tree>,
    /// The text that was parsed, and the text of the file, to which all spans belong.
    pub text: &'a str,
    pub file: &'a str,
    prepared: &'a Prepared,
    pub facts: Facts,
    /// The function and scope being filled.
    pub function: FunctionId,
    pub scope: ScopeId,
    pub parent: Parent,
    /// Names by scope, for implicit declaration.
    pub declared: FxHashMap<(ScopeId, Name), BindingId>,
    /// Names that a scope takes from the module or from a function around it.
    pub borrowed: FxHashSet<(ScopeId, Name)>,
    /// Those of them that are the module's.
    pub module_names: FxHashSet<(ScopeId, Name)>,
    /// What each written name or place receives, in textual order.
    pub pending: Vec<Definition>,
    /// Where the names of the pattern being lowered are declared; none while an assignment is lowered.
    pub declaring: Option<Declaring>,
    /// Steps that an expression needs done before its statement.
    pub hoisted: Block,
    /// What holds the statement being lowered.
    pub around: Parent,
    /// What becomes of the value of a `break`.
    pub broken: Option<Tail<'tree>>,
    /// What becomes of the values of the arms of the branch or switch being lowered.
    pub arms: Option<Tail<'tree>>,
    /// Types of which only methods were seen so far.
    pub awaited: FxHashMap<(ScopeId, Name), TypeId>,
    /// Whether what is lowered is code that only tests run.
    pub testing: bool,
    /// Decorators that wait for what they decorate.
    pub decorators: Vec<ExprId>,
    /// Whether declarations belong to the whole function, and whether they are exported.
    pub hoisting: bool,
    pub exporting: bool,
    /// Whether the innermost thing that a `break` can leave is a switch.
    pub in_switch: bool,
    /// What a function does before its body: giving fields the values of parameters.
    pub prologue: Block,
    /// The name that a type gets which has none of its own.
    pub hint: Option<Name>,
    /// Names that an export lists.
    pub listed: Vec<Name>,
    /// What is known of statements that stay the same, where texts are read again.
    pub keeping: Option<Keeping<'a>>,
    depth: u32,
    /// Lent to each walk over children, because making one costs an allocation.
    cursor: Cell<Option<TreeCursor<'tree>>>,
}

impl<'a, 'tree> Lowering<'a, 'tree> {
    /// Lowers `text`, which was prepared from the text of the file.
    pub fn new(
        language: &'a Language,
        forms: &'a Forms<'tree>,
        text: &'a str,
        (file, prepared): (&'a str, &'a Prepared),
    ) -> Self {
        let mut facts = Facts {
            language: language.family.clone(),
            instance: language.habits.instance.clone(),
            typed: language.habits.typed_fields,
            marked_failures: language.habits.marked_failures,
            raii: language.habits.raii,
            ..Facts::default()
        };
        facts.exported = language.habits.exports.then(FxHashSet::default);
        Self {
            habits: &language.habits,
            forms,
            text,
            file,
            prepared,
            facts,
            function: FunctionId(0),
            scope: ScopeId(0),
            parent: Parent::None,
            declared: FxHashMap::default(),
            borrowed: FxHashSet::default(),
            module_names: FxHashSet::default(),
            pending: Vec::new(),
            declaring: None,
            hoisted: Vec::new(),
            around: Parent::None,
            broken: None,
            arms: None,
            awaited: FxHashMap::default(),
            testing: false,
            decorators: Vec::new(),
            hoisting: false,
            exporting: false,
            in_switch: false,
            prologue: Vec::new(),
            hint: None,
            listed: Vec::new(),
            keeping: None,
            depth: 0,
            cursor: Cell::new(None),
        }
    }

    /// Lowers a whole file.
    pub fn run(mut self, root: Node<'tree>) -> Lowered {
        self.scope = self.new_scope(None, FunctionId(0), false);
        self.new_function(FunctionKind::Module, root, None, None);
        let mut body = Vec::new();
        if self.keeping.is_some() {
            self.module(root, &mut body);
        } else {
            self.inside(root, &mut body);
        }
        self.facts.functions[0].body = body;
        let kept = self.keeping.map(|keeping| keeping.now).unwrap_or_default();
        Lowered { facts: self.facts, pending: self.pending, module_names: self.module_names, listed: self.listed, kept }
    }

    pub fn form(&self, node: Node<'tree>) -> Option<Form> {
        self.forms.form(node)
    }

    pub fn part(&self, node: Node<'tree>, part: Part) -> Option<Node<'tree>> {
        self.forms.part(node, part)
    }

    pub fn parts(&self, node: Node<'tree>, part: Part) -> Vec<Node<'tree>> {
        self.forms.parts(node, part)
    }

    /// The named children that are not comments.
    pub fn children(&self, node: Node<'tree>) -> Vec<Node<'tree>> {
        let mut cursor = self.cursor.take().unwrap_or_else(|| node.walk());
        let children = node.named_children(&mut cursor).filter(|child| !child.is_extra()).collect();
        self.cursor.set(Some(cursor));
        children
    }

    pub fn source(&self, node: Node<'tree>) -> &'a str {
        self.text.get(node.byte_range()).unwrap_or("")
    }

    pub fn span(&self, node: Node<'tree>) -> Span {
        span(self.prepared, node)
    }

    pub fn name(&mut self, node: Node<'tree>) -> Name {
        let text = self.source(node);
        self.facts.names.intern(text)
    }

    /// Runs `work` one level deeper, unless that is too deep.
    pub fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= DEEPEST {
            self.facts.cut = true;
            return None;
        }
        self.depth += 1;
        let value = work(self);
        self.depth -= 1;
        Some(value)
    }

    pub fn new_scope(&mut self, parent: Option<ScopeId>, function: FunctionId, opaque: bool) -> ScopeId {
        let id = ScopeId(self.facts.scopes.len() as u32);
        self.facts.scopes.push(Scope { parent, function, opaque, bindings: Vec::new() });
        id
    }

    pub fn new_function(
        &mut self,
        kind: FunctionKind,
        node: Node<'tree>,
        name: Option<Node<'tree>>,
        owner: Option<TypeId>,
    ) -> FunctionId {
        let id = FunctionId(self.facts.functions.len() as u32);
        let whole = self.span(node);
        let head = name.map_or_else(|| Span::new(whole.start, (whole.start + 1).min(whole.end)), |name| self.span(name));
        let name = name.map(|name| self.name(name));
        let parent = (kind != FunctionKind::Module).then_some(self.function);
        self.facts.functions.push(Function {
            kind,
            name,
            span: whole,
            head,
            parent,
            owner,
            scope: self.scope,
            params: Vec::new(),
            receiver: None,
            decorators: Vec::new(),
            traits: Traits { is_test: self.testing, ..Traits::default() },
            returns: None,
            body: Vec::new(),
            made: None,
            calls: Vec::new(),
            steps: Vec::new(),
            callers: Vec::new(),
        });
        id
    }

    /// Declares a name in a scope, or finds the declaration that is there.
    pub fn declare(&mut self, scope: ScopeId, name: Name, kind: BindingKind) -> BindingId {
        let id = self.declared_as(scope, name, kind);
        if scope.0 == 0 {
            self.note(Deed::Declares(id, name, kind));
        }
        id
    }

    fn declared_as(&mut self, scope: ScopeId, name: Name, kind: BindingKind) -> BindingId {
        if let Some(&known) = self.declared.get(&(scope, name)) {
            let binding = &mut self.facts.bindings[known.index()];
            if binding.kind == BindingKind::Variable {
                binding.kind = kind;
            }
            return known;
        }
        let id = self.fresh(scope, name, kind);
        self.declared.insert((scope, name), id);
        id
    }

    /// A binding that no other declaration of the name in its scope finds.
    pub fn fresh(&mut self, scope: ScopeId, name: Name, kind: BindingKind) -> BindingId {
        let id = BindingId(self.facts.bindings.len() as u32);
        self.facts.bindings.push(Binding { name, kind, scope, since: 0, definitions: Vec::new(), uses: Vec::new() });
        self.facts.scopes[scope.index()].bindings.push(id);
        if scope.0 > 0 {
            self.note(Deed::Own(id));
        }
        if self.exporting
            && let Some(exported) = &mut self.facts.exported
        {
            exported.insert(id);
        }
        id
    }

    /// Declares a name as a declaration says: where names can be shadowed, every declaration makes a binding of its own.
    pub fn declare_local(&mut self, at: Declaring, name: Name) -> BindingId {
        if self.habits.shadowing {
            // The alternatives of one pattern, and the arms of one value, give the same name its value.
            let known = self.declared.get(&(at.scope, name)).copied();
            if let Some(known) = known.filter(|known| self.facts.bindings[known.index()].since == at.since) {
                return known;
            }
            self.declared.remove(&(at.scope, name));
        }
        let binding = self.declare(at.scope, name, BindingKind::Variable);
        if self.habits.shadowing {
            self.facts.bindings[binding.index()].since = at.since;
        }
        binding
    }

    /// Runs `work` in a scope of its own, where the language's blocks are scopes.
    pub fn scoped<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        if !self.habits.block_scopes {
            return work(self);
        }
        let outer = self.scope;
        self.scope = self.new_scope(Some(outer), self.function, false);
        let value = work(self);
        self.scope = outer;
        value
    }

    /// Runs `work` so that the names of the patterns it lowers are declared in the innermost scope, where the language
    /// declares its names.
    pub fn introducing<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        if self.habits.implicit_declarations {
            return work(self);
        }
        let before = self.declaring.replace(Declaring { scope: self.scope, since: 0, pattern: true });
        let value = work(self);
        self.declaring = before;
        value
    }

    /// Adds a step around whatever `fill` lowers.
    pub fn step_with(&mut self, node: Node<'tree>, fill: impl FnOnce(&mut Self) -> StepKind) -> StepId {
        let id = StepId(self.facts.steps.len() as u32);
        // The place is taken before the children are lowered, so that they can name their parent.
        let placeholder = StepKind::Exit { kind: crate::facts::ExitKind::Continue, value: None };
        self.facts.steps.push(Step { kind: placeholder, span: self.span(node), parent: self.parent, scope: self.scope });
        let before = std::mem::replace(&mut self.parent, Parent::Step(id));
        let kind = fill(self);
        self.parent = before;
        self.facts.steps[id.index()].kind = kind;
        id
    }

    /// Adds an expression around whatever `fill` lowers.
    pub fn expr_with(&mut self, node: Node<'tree>, fill: impl FnOnce(&mut Self) -> ExprKind) -> ExprId {
        let id = ExprId(self.facts.exprs.len() as u32);
        let placeholder = ExprKind::Other(List::default());
        self.facts.exprs.push(Expr { kind: placeholder, span: self.span(node), parent: self.parent, scope: self.scope });
        let before = std::mem::replace(&mut self.parent, Parent::Expr(id));
        let kind = fill(self);
        self.parent = before;
        self.facts.exprs[id.index()].kind = kind;
        id
    }

    pub fn list(&mut self, items: &[ExprId]) -> List {
        if items.is_empty() {
            return List::default();
        }
        let start = self.facts.lists.len() as u32;
        self.facts.lists.extend_from_slice(items);
        List { start, len: items.len() as u32 }
    }

    /// The steps of a body; an absent body has none.
    pub fn optional_block(&mut self, node: Option<Node<'tree>>) -> Block {
        node.map(|node| self.block(node)).unwrap_or_default()
    }
}

/// Where a node stands in the file.
pub fn span(prepared: &Prepared, node: Node) -> Span {
    let start = prepared.original(node.start_byte());
    Span::new(start, prepared.original(node.end_byte()).max(start))
}
