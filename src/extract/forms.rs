//! What each node is and which children matter, asked node by node, so that what nobody asks about costs nothing.

use crate::language::{Capture, Form, Language, Part, Shape};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use streaming_iterator::StreamingIterator;
use tree_sitter::{Node, QueryCursor, TreeCursor};

/// What matching found out about a node.
#[derive(Clone, Default)]
struct Matched<'tree> {
    form: Option<Form>,
    parts: Vec<(Part, Node<'tree>)>,
}

/// The meaning of the nodes of one tree.
pub struct Forms<'tree> {
    language: &'tree Language,
    text: &'tree str,
    state: RefCell<State<'tree>>,
}

struct State<'tree> {
    query: QueryCursor,
    walk: Option<TreeCursor<'tree>>,
    matched: FxHashMap<usize, Matched<'tree>>,
}

impl<'tree> Forms<'tree> {
    /// The meaning of the nodes of a tree of this language and text.
    pub fn new(language: &'tree Language, text: &'tree str) -> Self {
        let mut query = QueryCursor::new();
        query.set_max_start_depth(Some(0));
        Self { language, text, state: RefCell::new(State { query, walk: None, matched: FxHashMap::default() }) }
    }

    /// What a node is; none for a node that no pattern names.
    pub fn form(&self, node: Node<'tree>) -> Option<Form> {
        let shape = self.language.shape(node.kind_id())?;
        if !shape.matched {
            return shape.form;
        }
        self.with(node, |matched| matched.form).or(shape.form)
    }

    /// The children of a node that play a part, each once, in textual order.
    pub fn parts(&self, node: Node<'tree>, part: Part) -> Vec<Node<'tree>> {
        let Some(shape) = self.language.shape(node.kind_id()) else { return Vec::new() };
        let mut found = self.by_field(shape, node, part);
        if shape.matched {
            found.extend(self.with(node, |matched| {
                matched.parts.iter().filter(|(own, _)| *own == part).map(|(_, node)| *node).collect::<Vec<_>>()
            }));
        }
        if found.len() > 1 {
            found.sort_by_key(Node::start_byte);
            found.dedup_by_key(|node| node.id());
        }
        found
    }

    fn by_field(&self, shape: &Shape, node: Node<'tree>, part: Part) -> Vec<Node<'tree>> {
        let mut found = Vec::new();
        for (_, field) in shape.fields.iter().filter(|(own, _)| *own == part) {
            let mut walk = self.state.borrow_mut().walk.take().unwrap_or_else(|| node.walk());
            found.extend(node.children_by_field_id(*field, &mut walk).filter(|child| !child.is_extra()));
            self.state.borrow_mut().walk = Some(walk);
        }
        found.extend(by_word(shape, node, part));
        found
    }

    /// The first child of a node that plays a part.
    pub fn part(&self, node: Node<'tree>, part: Part) -> Option<Node<'tree>> {
        let shape = self.language.shape(node.kind_id())?;
        let mut fields = shape.fields.iter().filter(|(own, _)| *own == part);
        let field = fields.find_map(|(_, field)| node.child_by_field_id(field.get()));
        let found = field.or_else(|| by_word(shape, node, part));
        if found.is_some() || !shape.matched {
            return found;
        }
        self.with(node, |matched| matched.parts.iter().find(|(own, _)| *own == part).map(|(_, node)| *node))
    }

    /// Reads what matching says about a node, matching it first if nobody has asked before.
    fn with<T>(&self, node: Node<'tree>, read: impl FnOnce(&Matched<'tree>) -> T) -> T {
        let mut state = self.state.borrow_mut();
        if !state.matched.contains_key(&node.id()) {
            let matched = self.matching(&mut state.query, node);
            state.matched.insert(node.id(), matched);
        }
        read(&state.matched[&node.id()])
    }

    /// Several patterns may describe one node; their parts add up.
    fn matching(&self, query: &mut QueryCursor, node: Node<'tree>) -> Matched<'tree> {
        let mut result = Matched::default();
        let mut matches = query.matches(&self.language.query, node, self.text.as_bytes());
        while let Some(found) = matches.next() {
            let captures = found.captures();
            let root = captures.iter().find_map(|capture| match self.language.capture(capture.index) {
                Capture::Root(form) => Some((form, capture.node)),
                Capture::Child(_) => None,
            });
            let Some((form, root)) = root else { continue };
            if root.id() != node.id() {
                continue;
            }
            result.form = Some(form);
            for capture in captures {
                if let Capture::Child(part) = self.language.capture(capture.index) {
                    result.parts.push((part, capture.node));
                }
            }
        }
        result
    }
}

/// The word among the direct children of a node that plays a part.
fn by_word<'tree>(shape: &Shape, node: Node<'tree>, part: Part) -> Option<Node<'tree>> {
    let (_, kind) = shape.words.iter().find(|(own, _)| *own == part)?;
    (0..node.child_count()).filter_map(|at| node.child(at)).find(|child| child.kind_id() == *kind)
}

/// Every comment below a node, in textual order.
pub fn comments(language: &Language, root: Node, span: impl Fn(Node) -> crate::source::Span) -> Vec<crate::source::Span> {
    let mut found = Vec::new();
    let mut walk = root.walk();
    loop {
        let node = walk.node();
        if language.shape(node.kind_id()).is_some_and(|shape| shape.form == Some(Form::Comment)) {
            found.push(span(node));
        }
        if walk.goto_first_child() {
            continue;
        }
        while !walk.goto_next_sibling() {
            if !walk.goto_parent() {
                return found;
            }
        }
    }
}
