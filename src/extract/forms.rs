//! Runs a language's query once over a tree and keeps, per node, what it is and which children matter.

use crate::language::{Capture, Form, Language, Part};
use rustc_hash::FxHashMap;
use streaming_iterator::StreamingIterator;
use tree_sitter::{Node, QueryCursor, Tree};

/// Below this depth nothing is matched: the cursor counts depth in 16 bits and takes for ever once that is not enough.
const DEEPEST_MATCH: u32 = 4_000;

const END: u32 = u32::MAX;

struct Entry {
    form: Form,
    first: u32,
    last: u32,
}

/// The meaning of every node that a query pointed at.
pub struct Forms<'tree> {
    entries: FxHashMap<usize, Entry>,
    parts: Vec<(Part, Node<'tree>, u32)>,
    /// Comments in textual order.
    pub comments: Vec<Node<'tree>>,
}

impl<'tree> Forms<'tree> {
    /// Reads all matches. Several patterns may describe one node; their parts add up.
    pub fn read(language: &Language, tree: &'tree Tree, text: &str) -> Self {
        let mut forms = Self { entries: FxHashMap::default(), parts: Vec::new(), comments: Vec::new() };
        let mut cursor = QueryCursor::new();
        cursor.set_max_start_depth(Some(DEEPEST_MATCH));
        let mut matches = cursor.matches(&language.query, tree.root_node(), text.as_bytes());
        while let Some(found) = matches.next() {
            let captures = found.captures();
            let root = captures.iter().find_map(|capture| match language.capture(capture.index) {
                Capture::Root(form) => Some((form, capture.node)),
                Capture::Child(_) => None,
            });
            let Some((form, root)) = root else { continue };
            if form == Form::Comment {
                forms.comments.push(root);
                continue;
            }
            forms.entries.entry(root.id()).or_insert(Entry { form, first: END, last: END });
            for capture in captures {
                if let Capture::Child(part) = language.capture(capture.index) {
                    forms.add(root, part, capture.node);
                }
            }
        }
        forms
    }

    fn add(&mut self, root: Node<'tree>, part: Part, node: Node<'tree>) {
        let at = self.parts.len() as u32;
        let Some(entry) = self.entries.get_mut(&root.id()) else { return };
        if entry.first == END {
            entry.first = at;
        } else {
            self.parts[entry.last as usize].2 = at;
        }
        entry.last = at;
        self.parts.push((part, node, END));
    }

    /// What a node is; none for a node that no pattern names.
    pub fn form(&self, node: Node<'tree>) -> Option<Form> {
        self.entries.get(&node.id()).map(|entry| entry.form)
    }

    /// The children of a node that play a part, each once, in textual order.
    pub fn parts(&self, node: Node<'tree>, part: Part) -> Vec<Node<'tree>> {
        let mut found: Vec<Node<'tree>> = self.walk(node).filter(|(own, _)| *own == part).map(|(_, node)| node).collect();
        if found.len() > 1 {
            found.sort_by_key(Node::start_byte);
            found.dedup_by_key(|node| node.id());
        }
        found
    }

    /// The first child of a node that plays a part.
    pub fn part(&self, node: Node<'tree>, part: Part) -> Option<Node<'tree>> {
        self.walk(node).find(|(own, _)| *own == part).map(|(_, node)| node)
    }

    fn walk(&self, node: Node<'tree>) -> impl Iterator<Item = (Part, Node<'tree>)> {
        let mut next = self.entries.get(&node.id()).map_or(END, |entry| entry.first);
        std::iter::from_fn(move || {
            let (part, node, following) = self.parts.get(next as usize)?;
            next = *following;
            Some((*part, *node))
        })
    }
}
