//! Whether the rules that are asked for exist.

use super::settings::names;
use super::{Overrides, Settings};
use crate::rules::{Family, Rule, RuleSet, nearest};
use std::sync::Arc;

/// Whether what the command line asks for can be: its rules exist, and one of them is left to run.
pub fn check(asked: &Overrides, settings: &Settings) -> Result<(), String> {
    for id in asked.select.iter().chain(&asked.ignore) {
        rule(id, &settings.known)?;
    }
    if !settings.rules.is_empty() {
        return Ok(());
    }
    let foreign = asked.family.and_then(|family| asked.select.iter().find(|id| outside(id, family, settings)));
    Err(match (foreign, &settings.source) {
        (Some(id), _) => format!("`{id}` is not among the rules of this command; `watertight check --select {id}` runs it"),
        (None, Some(file)) if asked.select.is_empty() => {
            format!("no rule is left to run; `{}` leaves all rules of this command out", file.display())
        }
        _ => "no rule is left to run; see `watertight rules` for all of them".to_owned(),
    })
}

fn outside(id: &str, family: Family, settings: &Settings) -> bool {
    settings.known.get(id).is_some_and(|rule| rule.family != family)
}

/// The rule of this id, or a sentence with the id that may have been meant.
pub fn rule<'a>(id: &str, known: &'a RuleSet) -> Result<&'a Arc<Rule>, String> {
    known.get(id).ok_or_else(|| match nearest(id, known.iter().map(|rule| rule.id.as_str())) {
        Some(near) => format!("there is no rule `{id}`; did you mean `{near}`?"),
        None => format!("there is no rule `{id}`; the rules are {}", names(known)),
    })
}
