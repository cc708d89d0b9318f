//! Functions that keep one callback: whoever registers next takes the place of the one before.

use super::outline::Outline;
use super::project::Project;
use crate::facts::{BindingId, BindingKind, ExprId, ExprKind, Facts, FunctionId, FunctionKind, Parent};

/// How the names of functions begin by which callbacks are registered.
const REGISTERING: [&str; 5] = ["subscribe", "on", "listen", "observe", "add"];

/// The functions of a file by which a callback is registered, each with whether it keeps one only.
pub(super) fn slots(facts: &Facts) -> Vec<(&str, bool)> {
    let functions = facts.functions().filter(|(_, own)| facts.exported.is_some() && own.kind == FunctionKind::Named);
    let each = functions.filter_map(|(id, own)| {
        let name = facts.text(own.name?);
        let registers = REGISTERING.iter().any(|begin| name.starts_with(begin)) && !own.params.is_empty();
        registers.then(|| (name, own.params.iter().any(|param| is_slot(facts, id, param.binding))))
    });
    each.collect()
}

/// Whether all that a function does with a parameter is to put it into one place that was there before.
fn is_slot(facts: &Facts, function: FunctionId, param: BindingId) -> bool {
    let own = facts.binding(param);
    let stays = |target: ExprId| match facts.kind(target) {
        ExprKind::Name { binding: Some(binding), .. } => {
            let to = facts.binding(binding);
            to.kind == BindingKind::Variable && facts.scopes[to.scope.index()].function != function
        }
        ExprKind::Field { .. } => true,
        _ => false,
    };
    let put = |mention: &ExprId| match facts.expr(*mention).parent {
        Parent::Expr(parent) => match facts.kind(parent) {
            ExprKind::Assign { target, value: Some(value), update: None, .. } => value == *mention && stays(target),
            _ => false,
        },
        _ => false,
    };
    !own.uses.is_empty() && own.definitions.len() <= 1 && own.uses.iter().all(put)
}

impl Project {
    /// Whether all functions of the project by which a callback is registered under this name keep one only.
    pub fn is_slot(&self, language: &str, name: &str) -> bool {
        self.note(name);
        let all = self.outlines().iter().filter(|file| file.language == language && !file.test);
        let mut of_name = all.flat_map(|file| file.slots.iter().filter(|(own, _)| file.text(*own) == name)).peekable();
        of_name.peek().is_some() && of_name.all(|(_, one)| *one)
    }
}

impl Outline {
    /// Takes note of the functions that register callbacks.
    pub(super) fn hold(&mut self, facts: &Facts) {
        for (name, one) in slots(facts) {
            let name = self.intern(name);
            self.slots.push((name, one));
        }
    }
}
