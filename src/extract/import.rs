//! Imports: a local name stands for a dotted path.

use super::lower::Lowering;
use crate::facts::BindingKind;
use crate::language::Part;
use tree_sitter::Node;

impl<'tree> Lowering<'_, 'tree> {
    pub fn import(&mut self, node: Node<'tree>) {
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

    /// White space may stand between the parts of a dotted name.
    fn dotted(&self, node: Node<'tree>) -> String {
        self.source(node).chars().filter(|c| !c.is_whitespace()).collect()
    }

    fn bind_import(&mut self, local: &str, path: &str) {
        let (local, path) = (self.facts.names.intern(local), self.facts.names.intern(path));
        self.declare(self.scope, local, BindingKind::Import(path));
    }
}
