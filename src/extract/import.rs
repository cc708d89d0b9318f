//! Imports: a local name stands for a dotted path.

use super::lower::Lowering;
use crate::facts::BindingKind;
use crate::language::{Form, Part};
use tree_sitter::Node;

impl<'tree> Lowering<'_, 'tree> {
    pub fn import(&mut self, node: Node<'tree>) {
        for tree in self.parts(node, Part::Tree) {
            self.import_tree(tree, "");
        }
        let module = self.part(node, Part::Module).map(|module| self.dotted(module));
        let aliases = self.parts(node, Part::Alias);
        let alias_of = |this: &Self, item: Node<'tree>| {
            aliases.iter().find(|alias| item.parent() == alias.parent()).map(|alias| this.source(*alias).to_owned())
        };
        for item in self.parts(node, Part::Item) {
            let path = self.dotted(item);
            let local = alias_of(self, item).unwrap_or_else(|| path.clone());
            let path = module.as_ref().map_or(path.clone(), |module| format!("{module}.{path}"));
            self.bind_import(&local, &path);
        }
        for item in self.parts(node, Part::Name) {
            let path = self.dotted(item);
            if let Some(local) = alias_of(self, item) {
                self.bind_import(&local, &path);
            } else {
                // `import a.b` binds `a`, through which `a.b` is then reached.
                let first = path.split('.').next().unwrap_or(&path);
                self.bind_import(first, first);
            }
        }
    }

    /// A prefix with its branches, each of which binds its last name.
    fn import_tree(&mut self, node: Node<'tree>, prefix: &str) {
        let joined = |path: String| if prefix.is_empty() { path } else { format!("{prefix}.{path}") };
        match self.form(node) {
            Some(Form::ImportList) => {
                let module = self.part(node, Part::Module).map(|module| joined(self.dotted(module)));
                let branches = match self.part(node, Part::Item) {
                    Some(list) => self.children(list),
                    None => self.children(node),
                };
                let prefix = module.unwrap_or_else(|| prefix.to_owned());
                self.deeper(|this| branches.into_iter().for_each(|branch| this.import_tree(branch, &prefix)));
            }
            Some(Form::ImportAs) => {
                let (Some(item), Some(alias)) = (self.part(node, Part::Item), self.part(node, Part::Alias)) else { return };
                let path = if self.form(item) == Some(Form::This) { prefix.to_owned() } else { joined(self.dotted(item)) };
                let local = self.source(alias).to_owned();
                self.bind_import(&local, &path);
            }
            Some(Form::ImportAll) => self.import_all(node, prefix),
            Some(Form::This) if !prefix.is_empty() => self.bind_import(prefix.rsplit('.').next().unwrap_or(prefix), prefix),
            _ => {
                let path = joined(self.dotted(node));
                // What a module inside this file takes from around it is in sight anyway.
                let near = path.starts_with("super.") && self.facts.scopes[self.scope.index()].parent.is_some();
                if !near {
                    self.bind_import(path.rsplit('.').next().unwrap_or(&path), &path);
                }
            }
        }
    }

    /// Everything of a module out of sight; what is near is found without its path.
    fn import_all(&mut self, node: Node<'tree>, prefix: &str) {
        let own = self.children(node).first().map(|module| self.dotted(*module)).unwrap_or_default();
        let path = if prefix.is_empty() || own.is_empty() { format!("{prefix}{own}") } else { format!("{prefix}.{own}") };
        let near = ["crate", "super", "self"].iter().any(|word| path.split('.').next() == Some(word));
        if !near && !path.ends_with("prelude") {
            let path = self.facts.names.intern(&path);
            self.facts.globs.push(path);
        }
    }

    /// White space may stand between the parts of a dotted name.
    fn dotted(&self, node: Node<'tree>) -> String {
        self.source(node)
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect::<String>()
            .replace("::", ".")
            .trim_start_matches('.')
            .to_owned()
    }

    fn bind_import(&mut self, local: &str, path: &str) {
        let (local, path) = (self.facts.names.intern(local), self.facts.names.intern(path));
        self.declare(self.scope, local, BindingKind::Import(path));
    }
}
