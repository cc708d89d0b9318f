//! Names for what has none, paths that may need an import, and whether a name means the same elsewhere.

use super::Mender;
use crate::facts::{BindingId, BindingKind, ExprId, ExprKind, FunctionId, ScopeId};
use crate::finding::Edit;
use crate::language::fill;
use crate::source::Span;

impl Mender<'_> {
    /// A name that a function does not know yet: the last word of `kind`, or that with a number.
    pub fn name_for(&self, kind: &str, function: FunctionId) -> Option<String> {
        let last = kind.rsplit(|letter: char| !letter.is_ascii_alphanumeric()).find(|word| !word.is_empty())?;
        self.unused(&last.to_ascii_lowercase(), function)
    }

    /// A name that neither a function nor what stands around it knows yet, as close to `wish` as can be.
    pub fn unused(&self, wish: &str, function: FunctionId) -> Option<String> {
        let facts = self.context.facts;
        let family: Vec<FunctionId> = facts.enclosing(function).collect();
        let span = facts.function(function).span;
        let known = |wish: &str| {
            let Some(name) = facts.names.find(wish) else { return false };
            let declared = facts.bindings.iter().filter(|binding| binding.name == name);
            let mut declared = declared.map(|binding| facts.scopes[binding.scope.index()].function);
            let mentioned = |expr: &crate::facts::Expr| matches!(expr.kind, ExprKind::Name { name: own, .. } if own == name);
            declared.any(|function| family.contains(&function))
                || facts.exprs.iter().any(|expr| span.contains(expr.span) && mentioned(expr))
        };
        let numbered = (2..10).map(|number| format!("{wish}{number}"));
        std::iter::once(wish.to_owned()).chain(numbered).find(|name| !known(name))
    }

    /// How the file can write a path, with the import that takes.
    pub fn path(&self, path: &str) -> Option<(String, Option<Edit>)> {
        let (module, name) = path.rsplit_once('.').unwrap_or(("", path));
        let separator = self.phrases.separator.as_str();
        if module.is_empty() {
            return Some((name.to_owned(), None));
        }
        if self.phrases.rooted {
            return Some((path.replace('.', separator), None));
        }
        if let Some(local) = self.imported(path) {
            return Some((local.to_owned(), None));
        }
        if let Some(local) = self.imported(module) {
            return Some((format!("{local}{separator}{name}"), None));
        }
        if self.phrases.import.is_empty() || self.context.facts.names.find(name).is_some() {
            return None;
        }
        Some((name.to_owned(), Some(self.import(module, name)?)))
    }

    /// The name by which the whole file reaches an import.
    fn imported(&self, path: &str) -> Option<&str> {
        let facts = self.context.facts;
        let top = ScopeId(0);
        let fits = |binding: &&crate::facts::Binding| {
            binding.scope == top && matches!(binding.kind, BindingKind::Import(own) if facts.text(own) == path)
        };
        facts.bindings.iter().find(fits).map(|binding| facts.text(binding.name))
    }

    /// A line that imports a name, before one that imports from the same module, or else before the first import.
    fn import(&self, module: &str, name: &str) -> Option<Edit> {
        let (line, from) = (self.imports(module, name), self.imports(module, ""));
        let verb = self.phrases.import.split(' ').next()?;
        let bare = self.phrases.import.split(' ').rev().nth(1)?;
        let starts = |line: &str, word: &str| line.strip_prefix(word).is_some_and(|rest| rest.starts_with([' ', '\t']));
        let lines = || {
            self.text.split_inclusive('\n').scan(0_u32, |at, line| {
                let start = *at;
                *at += line.len() as u32;
                Some((start, line))
            })
        };
        let frozen = self.frozen(Span::new(0, self.text.len() as u32));
        let inside = |at: u32| frozen.iter().any(|span| span.start < at && at < span.end);
        let same = lines().find(|(at, line)| line.starts_with(&from) && !inside(*at));
        // What comes from the future has to stand first.
        let any = || {
            let special = |line: &str| line.contains("__future__");
            lines().find(|(at, line)| (starts(line, verb) || starts(line, bare)) && !special(line) && !inside(*at))
        };
        let (at, _) = same.or_else(any)?;
        Some(Edit::insert(at, format!("{line}{}", self.layout.newline)))
    }

    /// The line that imports a name.
    pub fn imports(&self, module: &str, name: &str) -> String {
        fill(&self.phrases.import, &[("module", module), ("name", name)])
    }

    /// Puts an import in the place of a line that imports what nobody needs any more.
    pub fn instead(&self, line: &str, import: &Edit) -> Option<Edit> {
        let starts = self.text.match_indices(line).map(|(at, _)| Span::new(at as u32, (at + line.len()) as u32));
        let mut alone =
            starts.filter(|span| self.layout.start(span.start) == span.start && self.layout.rest(span.end).is_empty());
        alone.next().map(|span| Edit::replace(span, import.text.trim_end()))
    }

    /// Whether everything that an expression names means the same at a place of this scope.
    pub fn means_the_same(&self, expr: ExprId, there: ScopeId) -> bool {
        let facts = self.context.facts;
        let span = facts.expr(expr).span;
        let around: Vec<ScopeId> = std::iter::successors(Some(there), |scope| facts.scopes[scope.index()].parent).collect();
        let inside = facts.exprs.iter().filter(|inner| span.contains(inner.span));
        inside.into_iter().all(|inner| match inner.kind {
            ExprKind::Name { binding: Some(binding), .. } => around.contains(&facts.binding(binding).scope),
            ExprKind::Closure(_) | ExprKind::Await(_) | ExprKind::Yield { .. } => false,
            _ => true,
        })
    }

    /// Whether a variable belongs to this very function.
    pub fn is_local(&self, binding: BindingId, function: FunctionId) -> bool {
        let facts = self.context.facts;
        let own = facts.binding(binding);
        own.kind == BindingKind::Variable && facts.scopes[own.scope.index()].function == function && !facts.is_global(binding)
    }
}
