//! Imports and exports: a local name stands for a dotted path, and others reach a name of this file.

use super::expr::unquoted;
use super::lower::Lowering;
use crate::facts::{BindingKind, Block};
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
        for target in self.parts(node, Part::Target) {
            let (local, path) = (self.source(target).to_owned(), module.clone().unwrap_or_default());
            self.bind_import(&local, &path);
        }
        for item in self.parts(node, Part::Item) {
            let path = self.dotted(item);
            let local = alias_of(self, item).unwrap_or_else(|| path.clone());
            if let ("default", Some(module)) = (path.as_str(), &module) {
                self.bind_import(&local, module);
                continue;
            }
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
            Some(Form::This) if !prefix.is_empty() => self.bind_import(crate::facts::last(prefix), prefix),
            _ => {
                let path = joined(self.dotted(node));
                // What a module inside this file takes from around it is in sight anyway.
                let near = path.starts_with("super.") && self.facts.scopes[self.scope.index()].parent.is_some();
                if !near {
                    self.bind_import(crate::facts::last(&path), &path);
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

    /// White space may stand between the parts of a dotted name; a text names a module.
    fn dotted(&self, node: Node<'tree>) -> String {
        if self.form(node) == Some(Form::Text) {
            return module_path(unquoted(self.source(node)));
        }
        let path: String = self.source(node).chars().filter(|c| !c.is_whitespace()).collect();
        path.replace("::", ".").trim_start_matches('.').to_owned()
    }

    /// `export`: what is declared in it, and what it lists, is in reach of other files.
    pub fn export(&mut self, node: Node<'tree>, steps: &mut Block) {
        // What is handed on from another module is no name of this file.
        if self.part(node, Part::Module).is_some() {
            return;
        }
        for child in self.children(node) {
            if self.form(child).is_none() && self.children(child).iter().any(|inner| self.form(*inner) == Some(Form::Export)) {
                for item in self.children(child) {
                    self.list_export(item);
                }
                continue;
            }
            if self.form(child) == Some(Form::Name) {
                let name = self.name(child);
                self.listed.push(name);
            }
            let exporting = self.form(child) != Some(Form::Decorator);
            let outer = std::mem::replace(&mut self.exporting, exporting);
            self.step(child, steps);
            self.exporting = outer;
        }
    }

    fn list_export(&mut self, item: Node<'tree>) {
        if let Some(item) = self.part(item, Part::Item) {
            let name = self.name(item);
            self.listed.push(name);
        }
    }

    fn bind_import(&mut self, local: &str, path: &str) {
        let (local, path) = (self.facts.names.intern(local), self.facts.names.intern(path));
        self.declare(self.scope, local, BindingKind::Import(path));
    }
}

/// The stable form of a module's name: without the scheme of the runtime's own modules and without the extension of a file.
pub fn module_path(text: &str) -> String {
    let text = text.strip_prefix("node:").unwrap_or(text);
    if !text.starts_with('.') {
        return text.to_owned();
    }
    let ends = [".js", ".ts", ".mjs", ".cjs", ".jsx", ".tsx", ".mts", ".cts"];
    ends.iter().find_map(|end| text.strip_suffix(end)).unwrap_or(text).to_owned()
}
