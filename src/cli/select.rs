use super::flags::Flags;
use crate::rules::{Family, Rule, RuleSet, nearest};
use std::sync::Arc;

/// The rules of a run: those of the command's family, or those selected, without those ignored.
pub fn select(flags: &Flags, known: &RuleSet, family: Option<Family>) -> Result<RuleSet, String> {
    for id in flags.select.iter().chain(&flags.ignore) {
        rule(id, known)?;
    }
    let selected = known.filtered(|rule| {
        family.is_none_or(|family| rule.family == family)
            && (flags.select.is_empty() || flags.select.contains(&rule.id))
            && !flags.ignore.contains(&rule.id)
    });
    if selected.is_empty() {
        return Err("no rule is left to run; see `watertight rules` for all of them".to_owned());
    }
    Ok(selected)
}

/// The rule of this id, or a sentence with the id that may have been meant.
pub fn rule<'a>(id: &str, known: &'a RuleSet) -> Result<&'a Arc<Rule>, String> {
    known.get(id).ok_or_else(|| match nearest(id, known.iter().map(|rule| rule.id.as_str())) {
        Some(near) => format!("there is no rule `{id}`; did you mean `{near}`?"),
        None => format!("there is no rule `{id}`; see `watertight rules` for all of them"),
    })
}
