use super::super::doctor::Doctor;
use super::{Form, write_lines};
use std::fmt::Write as _;

impl Doctor {
    /// What is allowed, in words.
    pub fn text(&self, form: Form) -> String {
        let mut out = String::new();
        let page = form == Form::Markdown;
        let held = if self.capabilities.is_empty() { "none".to_owned() } else { self.capabilities.join(", ") };
        let mut lines = vec![("kernel".to_owned(), self.kernel.clone()), ("capabilities".to_owned(), held)];
        if let Some(loaded) = &self.probes_loaded {
            lines.push(("probes loaded".to_owned(), loaded.len().to_string()));
        }
        write_lines(&mut out, &lines, page, "");
        out.push('\n');
        for ability in &self.abilities {
            let mark = if ability.works { "yes" } else { "no" };
            let _ = if page {
                writeln!(out, "- **{}:** {mark}: {}", ability.name, ability.detail)
            } else {
                writeln!(out, "{mark:<4}{:<24}{}", ability.name, ability.detail)
            };
            if let Some(remedy) = &ability.remedy {
                let _ = if page { writeln!(out, "  - {remedy}") } else { writeln!(out, "{:28}→ {remedy}", "") };
            }
        }
        out
    }
}
