//! A cache, queue or channel that is made without a limit is given one.

use super::Mender;
use crate::facts::{BindingKind, ExprId, ExprKind, Literal};
use crate::finding::{Edit, Finding, Fix, Safety};
use crate::rules::Limit;
use crate::source::Span;

/// Limits what a finding speaks of, where it is made. What a limit evicts, or whom it makes wait, is for people to judge.
pub fn fix(mender: &Mender, finding: &Finding) -> Option<Fix> {
    let limits = &mender.context.words.mend.limit;
    let (made, limit) =
        made(mender, finding).find_map(|expr| Some((expr, limits.iter().find(|one| fits(mender, one, expr))?)))?;
    if limit.unless.iter().any(|word| mender.context.facts.names.find(word).is_some()) {
        return None;
    }
    let mut edits = called(mender, limit, made)?;
    edits.push(argument(mender, limit, made));
    let what = mender.context.facts.callee_name(made).unwrap_or_else(|| mender.slice(made));
    Some(Fix::new(format!("Give `{what}` a limit (`{}`)", limit.argument), Safety::Unsafe, edits))
}

/// What may have made the thing: what the finding points at, and what is assigned to it or stands in it.
pub fn made<'a>(mender: &'a Mender, finding: &'a Finding) -> impl Iterator<Item = ExprId> + 'a {
    let facts = mender.context.facts;
    let marks = std::iter::once(&finding.primary).chain(&finding.related).map(|mark| mark.span);
    marks.filter_map(|span| mender.expression(span)).map(move |expr| match facts.expr(expr).parent {
        crate::facts::Parent::Expr(assign) => match facts.kind(assign) {
            ExprKind::Assign { target, value: Some(value), update: None, .. } if target == expr => facts.peeled(value),
            _ => facts.peeled(expr),
        },
        _ => facts.peeled(expr),
    })
}

fn fits(mender: &Mender, limit: &Limit, expr: ExprId) -> bool {
    let facts = mender.context.facts;
    let dotted = || facts.dotted(expr);
    let path = facts.callee_path(expr).map(str::to_owned).or_else(dotted);
    limit.call.iter().any(|pattern| pattern.fits(path.as_deref(), facts.method_name(expr)))
}

/// What is called, if it has to be something else.
fn called(mender: &Mender, limit: &Limit, expr: ExprId) -> Option<Vec<Edit>> {
    let facts = mender.context.facts;
    let Some(into) = &limit.into else { return Some(Vec::new()) };
    let callee = match facts.kind(expr) {
        ExprKind::Call { callee, .. } => callee,
        _ => expr,
    };
    if let ExprKind::Field { name, .. } = facts.kind(callee) {
        // The name stands last, unless what follows it is a part of it.
        let (span, old) = (facts.expr(callee).span, facts.text(name));
        let new = crate::facts::last(into);
        return span
            .slice(mender.text)
            .ends_with(old)
            .then(|| vec![Edit::replace(Span::new(span.end - old.len() as u32, span.end), new)]);
    }
    let (path, import) = mender.path(into)?;
    let import = import.map(|edit| only_use(mender, callee).and_then(|line| mender.instead(&line, &edit)).unwrap_or(edit));
    let plain = matches!(facts.kind(callee), ExprKind::Name { name, .. } if facts.text(name) == mender.slice(callee));
    plain.then(|| import.into_iter().chain([Edit::replace(facts.expr(callee).span, path)]).collect())
}

/// The import of a name, if the file has no other use for it.
fn only_use(mender: &Mender, callee: ExprId) -> Option<String> {
    let facts = mender.context.facts;
    let binding = facts.binding(facts.binding_of(callee)?);
    let BindingKind::Import(path) = binding.kind else { return None };
    let (module, name) = facts.text(path).rsplit_once('.')?;
    (binding.uses.len() == 1 && facts.text(binding.name) == name).then(|| mender.imports(module, name))
}

/// Where the argument goes: in the place of one that says the same, or behind the others.
fn argument(mender: &Mender, limit: &Limit, expr: ExprId) -> Edit {
    let facts = mender.context.facts;
    if !matches!(facts.kind(expr), ExprKind::Call { .. }) {
        return Edit::insert(facts.expr(expr).span.end, format!("({})", limit.argument));
    }
    let keyword = limit.argument.split_once('=').map(|(keyword, _)| keyword);
    let args = facts.args(expr);
    let same = args.iter().find(|arg| match facts.kind(**arg) {
        ExprKind::Named { name, .. } => Some(facts.text(name)) == keyword,
        ExprKind::Literal(Literal::Null | Literal::Number(_)) => limit.first,
        _ => false,
    });
    if let Some(same) = same {
        return Edit::replace(facts.expr(*same).span, limit.argument.as_str());
    }
    match args.last() {
        Some(last) => Edit::insert(facts.expr(*last).span.end, format!(", {}", limit.argument)),
        None => Edit::insert(facts.expr(expr).span.end - 1, limit.argument.as_str()),
    }
}
