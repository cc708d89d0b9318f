use super::super::cause::Cause;
use super::super::host::Host;
use super::super::triage::{Grower, Triage};
use super::{Form, amount, brief, change, code, write_lines};
use crate::runtime::Lines;
use crate::runtime::words::{percent, rate, span};
use std::fmt::Write as _;

/// What is the most likely of all causes is the root of the matter only where there is one, and it is likely enough: two
/// snapshots do not tell of growth that it goes on.
fn leading(cause: &Cause) -> &'static str {
    match cause.cause {
        "none" => "no cause for concern",
        "process-grows" => "first suspect",
        _ if cause.confidence < ROOT => "first suspect",
        _ => "root cause",
    }
}

/// From so sure on it is called the root cause.
const ROOT: f64 = 0.6;

impl Triage {
    /// What the matter is, in words.
    pub fn text(&self, form: Form) -> String {
        let mut out = String::new();
        let page = form == Form::Markdown;
        for (at, cause) in self.causes.iter().enumerate() {
            let head = format!("{} ({} sure)", cause.summary, percent(cause.confidence));
            let _ = match (page, at) {
                (true, 0) => writeln!(out, "# {head}\n"),
                (true, _) => writeln!(out, "\n## {head}\n"),
                (false, 0) => writeln!(out, "{}: {head}", leading(cause)),
                (false, _) => writeln!(out, "\nalso: {head}"),
            };
            let seen = cause.evidence.iter().map(|text| ("seen".to_owned(), text.clone()));
            let advice = cause.recommendation.iter().map(|text| ("do".to_owned(), text.clone()));
            write_lines(&mut out, &seen.chain(advice).collect(), page, "  ");
        }
        let _ = if page { writeln!(out, "\n## The host\n") } else { writeln!(out) };
        write_lines(&mut out, &self.host(), page, "");
        out.push('\n');
        self.table(&mut out, page);
        for gap in &self.gaps {
            let _ = writeln!(out, "\nnot known: {gap}");
        }
        out
    }

    fn host(&self) -> Lines {
        let both = |name: &str, of: fn(&Host) -> u64| {
            let (before, after) = (of(&self.before), of(&self.after));
            (name.to_owned(), format!("{} ({} in {})", amount(after), change(before, after), span(self.delay_s)))
        };
        let mut lines = vec![
            both("available", |host| host.available),
            both("anonymous", |host| host.anon),
            both("shared", |host| host.shmem),
            both("kernel", |host| host.slab),
            both("swap used", |host| host.swap_used),
        ];
        if let Some(pressure) = self.pressure {
            let text = format!(
                "for want of memory some work waited {:.1} % of the last 10 s, and all of it {:.1} %",
                pressure.some_10, pressure.full_10
            );
            lines.push(("stalls".to_owned(), text));
        }
        lines
    }

    /// How fast a process grew, where it did.
    fn speed(&self, grower: &Grower) -> String {
        let grown = if grower.fresh() { 0 } else { grower.grown() };
        if grown > 0 { rate(grown as f64 / self.delay_s.max(0.001)) } else { String::new() }
    }

    fn table(&self, out: &mut String, page: bool) {
        let heads = ["pid", "grown", "speed", "held", "pss", "threads", "files", "command"];
        let row = |cells: [String; 8]| {
            if page {
                return format!("| {} |", cells.join(" | "));
            }
            let [pid, grown, speed, held, pss, threads, files, command] = cells;
            format!("{pid:>8} {grown:>11} {speed:>13} {held:>11} {pss:>11} {threads:>7} {files:>6}  {command}")
        };
        let _ = writeln!(out, "{}", row(heads.map(str::to_owned)));
        if page {
            out.push_str("|---:|---:|---:|---:|---:|---:|---:|---|\n");
        }
        for grower in &self.listed {
            let count = |count: Option<u32>| count.map_or_else(|| "?".to_owned(), |count| count.to_string());
            let command = brief(&grower.command, 60);
            let cells = [
                grower.pid.to_string(),
                if grower.fresh() { "new".to_owned() } else { change(grower.before.held(), grower.after.held()) },
                self.speed(grower),
                amount(grower.after.held()),
                grower.pss.1.map_or_else(|| "?".to_owned(), amount),
                count(grower.after.threads),
                count(grower.after.descriptors),
                if page { code(&command.replace('|', "\\|")) } else { command },
            ];
            let _ = writeln!(out, "{}", row(cells));
        }
    }
}
