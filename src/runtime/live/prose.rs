//! What was seen, in words: for a reader at a terminal and for a page in Markdown.

use super::doctor::Doctor;
use super::host::Host;
use super::outcome::{Outcome, ProbeUse, Summary};
use super::triage::Triage;
use crate::runtime::words::{size, span};
use crate::runtime::{Judgement, LimitKind};
use std::fmt::Write as _;

/// Blocks of rising height.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Processes that a report shows in words; the data has them all.
const SHOWN: usize = 10;

/// How a report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// For a terminal.
    #[default]
    Human,
    /// For programs.
    Json,
    /// For a page.
    Markdown,
}

/// A size as a person says it, in powers of 1024.
pub fn amount(bytes: u64) -> String {
    size(bytes as f64)
}

/// A difference, with its sign.
fn change(from: u64, to: u64) -> String {
    let sign = if to >= from { '+' } else { '-' };
    format!("{sign}{}", amount(to.abs_diff(from)))
}

/// A rate in bytes a second, with its sign.
pub fn pace(rate: f64) -> String {
    let sign = if rate < 0.0 { '-' } else { '+' };
    format!("{sign}{}/s", size(rate.abs()))
}

/// What was held over time as a line of blocks, from nothing to the most.
pub fn curve(points: &[(f64, u64)], width: usize) -> String {
    let most = points.iter().map(|(_, held)| *held).max().unwrap_or(0).max(1);
    let columns = width.min(points.len());
    let column = |at: usize| {
        let part = &points[at * points.len() / columns..((at + 1) * points.len() / columns).max(at * points.len() / columns + 1)];
        let held = part.iter().map(|(_, held)| *held).max().unwrap_or(0);
        BARS[(u128::from(held) * 7 / u128::from(most)) as usize]
    };
    (0..columns).map(column).collect()
}

/// The verdict in a line.
pub(super) fn verdict(judgement: &Judgement) -> String {
    let mut text = judgement.verdict.name().replace('-', " ");
    let _ = write!(text, " (confidence {:.2})", judgement.confidence);
    if let Some(level) = judgement.level {
        let _ = write!(text, ", level {}", level.name());
    }
    if let Some(class) = judgement.class {
        let _ = write!(text, ", in {}", class.name().replace('-', " "));
    }
    text
}

fn forecast(judgement: &Judgement) -> Option<String> {
    let forecast = judgement.forecast?;
    let mut text = format!("floor {}", pace(forecast.rate));
    if let (Some(limit), Some(kind), Some(left)) = (forecast.limit, forecast.kind, forecast.in_s) {
        let whose = match kind {
            LimitKind::User => "your limit",
            LimitKind::Cgroup => "the limit of the control group",
            LimitKind::Host => "what the machine has left",
            LimitKind::Heap => "the limit of the managed heap",
        };
        let _ = write!(text, "; at that pace {whose} of {} is reached in {}", amount(limit), span(left));
    }
    Some(text)
}

/// The lines of a report: what, and its text.
type Lines = Vec<(String, String)>;

fn lines(outcome: &Outcome) -> Lines {
    let mut lines = Lines::new();
    let mut line = |name: &str, text: String| lines.push((name.to_owned(), text));
    line("watched", format!("{} for {}", outcome.target, span(outcome.duration_s)));
    let status = outcome.ending.status.map(|status| format!("exit status {status}"));
    let signal = outcome.ending.signal.map(|signal| format!("signal {signal}"));
    line("ended", [Some(outcome.ending.why.to_owned()), status, signal].into_iter().flatten().collect::<Vec<_>>().join(", "));
    line("verdict", verdict(&outcome.judgement));
    for reason in &outcome.judgement.reasons {
        line("because", reason.clone());
    }
    if let Some(text) = forecast(&outcome.judgement) {
        line("forecast", text);
    }
    for alert in &outcome.judgement.alerts {
        let taken = alert.retracted_at_s.map_or_else(String::new, |at| format!(", taken back at {at:.0} s"));
        let why = alert.reasons.first().map_or("", String::as_str);
        line("alert", format!("{} at {:.0} s{taken}: {why}", alert.level.name(), alert.at_s));
    }
    for breach in &outcome.breaches {
        let (held, limit) = (amount(breach.held), amount(breach.limit));
        line("limit", format!("{held} at {:.0} s is above your limit of {limit}: {}", breach.at_s, breach.done));
    }
    if let Some(group) = &outcome.cgroup {
        let limit = group.limit.map_or_else(|| "no limit".to_owned(), |limit| format!("limit {}", amount(limit)));
        let kills = if group.oom_kills > 0 { format!(", {} processes killed for it", group.oom_kills) } else { String::new() };
        line("control group", format!("{} uses {} ({limit}{kills})", group.path.display(), amount(group.working_set)));
    }
    line("source", source(outcome));
    lines
}

fn source(outcome: &Outcome) -> String {
    let mut text = format!("{} every {}", outcome.series_from, seconds(outcome.interval_s));
    match &outcome.probe {
        ProbeUse::Attached { hook, gaps, calls_refused, .. } => {
            let _ = write!(text, "; {}, {} records", hook.name(), gaps.sent);
            if gaps.lost + gaps.skipped > 0 {
                let _ = write!(text, ", {} records lost and {} events skipped", gaps.lost, gaps.skipped);
            }
            if let Some(refusal) = calls_refused {
                let _ = write!(text, "; calls were not counted: {refusal}");
            }
        }
        ProbeUse::Refused(refusal) => {
            let _ = write!(text, "; no stacks: {refusal}");
        }
        ProbeUse::Off => text.push_str("; the probe was not wanted"),
    }
    text
}

fn seconds(value: f64) -> String {
    if value < 1.0 { format!("{:.0} ms", value * 1000.0) } else { format!("{value} s") }
}

fn detail(summary: &Summary) -> Lines {
    let mut lines = Lines::new();
    let (first, last, peak) = (&summary.first, &summary.last, &summary.peak);
    let between = if peak.between { ", seen by the probe" } else { "" };
    let held = format!(
        "{} → {} ({}), at most {} at {:.0} s{between}",
        amount(first.held()),
        amount(last.held()),
        change(first.held(), last.held()),
        amount(peak.held),
        peak.at_s
    );
    lines.push(("held".to_owned(), held));
    let counts = [
        ("threads", first.threads, last.threads),
        ("descriptors", first.descriptors, last.descriptors),
        ("mappings", first.mappings, last.mappings),
        ("arenas", first.arenas, last.arenas),
    ];
    let counts = counts.iter().filter_map(|(name, first, last)| {
        let from = first.map_or_else(String::new, |first| format!("{first} → "));
        Some(format!("{name} {from}{}", (*last)?))
    });
    let counts = counts.collect::<Vec<_>>().join(", ");
    if !counts.is_empty() {
        lines.push(("counts".to_owned(), counts));
    }
    if let Some(growth) = &summary.growth {
        let refused = if growth.refused > 0 { format!(", {} events untold", growth.refused) } else { String::new() };
        lines.push(("growth".to_owned(), format!("{} records of {}{refused}", growth.records, amount(growth.bytes))));
    }
    if let Some(calls) = &summary.calls {
        let text = format!(
            "mmap {}, munmap {}, brk {}, madvise {}, contended futex waits {}",
            calls.mmap, calls.munmap, calls.brk, calls.madvise, calls.contended
        );
        lines.push(("calls".to_owned(), text));
    }
    lines
}

fn title(summary: &Summary) -> String {
    let who = summary.pid.map_or_else(|| "all together".to_owned(), |pid| format!("process {pid}"));
    let command: String = summary.command.chars().take(70).collect();
    format!("{who}: {command}{}", if summary.ended { " (ended)" } else { "" })
}

impl Outcome {
    /// The report in words.
    pub fn text(&self, form: Form) -> String {
        let mut out = String::new();
        let page = form == Form::Markdown;
        if page {
            let _ = writeln!(out, "# Memory of {}\n", code(&self.target));
        }
        write_lines(&mut out, &lines(self), page, "");
        let shown = self.total.iter().chain(self.processes.iter().take(SHOWN));
        for summary in shown {
            let _ = if page { writeln!(out, "\n## {}\n", title(summary)) } else { writeln!(out, "\n{}", title(summary)) };
            let curve = curve(&summary.curve, 60);
            let _ = if page { writeln!(out, "```\n{curve}\n```\n") } else { writeln!(out, "  {curve}") };
            if self.processes.len() > 1 || self.total.is_some() {
                let line = vec![("verdict".to_owned(), verdict(&summary.judgement))];
                write_lines(&mut out, &line, page, "  ");
            }
            write_lines(&mut out, &detail(summary), page, "  ");
        }
        let more = self.processes.len().saturating_sub(SHOWN) as u64 + self.unlisted;
        let left = [(more, "that mattered less"), (self.brief, "that ended too soon to be judged")];
        for (count, which) in left.into_iter().filter(|(count, _)| *count > 0) {
            let are = if count == 1 { "process is" } else { "processes are" };
            let _ = writeln!(out, "\n{count} more {are} not shown, {which}.");
        }
        out
    }
}

pub(super) fn write_lines(out: &mut String, lines: &Lines, page: bool, margin: &str) {
    for (name, text) in lines {
        let _ = if page { writeln!(out, "- **{name}:** {text}") } else { writeln!(out, "{margin}{name:<14} {text}") };
    }
}

/// Text as code, whatever it holds.
pub(super) fn code(text: &str) -> String {
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

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

impl Triage {
    /// What the matter is, in words.
    pub fn text(&self, form: Form) -> String {
        let mut out = String::new();
        let page = form == Form::Markdown;
        for (at, cause) in self.causes.iter().enumerate() {
            let head = format!("{} (confidence {:.2})", cause.summary, cause.confidence);
            let _ = match (page, at) {
                (true, 0) => writeln!(out, "# {head}\n"),
                (true, _) => writeln!(out, "\n## {head}\n"),
                (false, 0) => writeln!(out, "root cause: {head}"),
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
            (name.to_owned(), format!("{} ({})", amount(after), change(before, after)))
        };
        let mut lines = vec![
            both("available", |host| host.available),
            both("anonymous", |host| host.anon),
            both("shared", |host| host.shmem),
            both("kernel", |host| host.slab),
            both("swap used", |host| host.swap_used),
        ];
        if let Some(pressure) = self.pressure {
            let text = format!("some {:.1} %, full {:.1} % of the last 10 s", pressure.some_10, pressure.full_10);
            lines.push(("stalls".to_owned(), text));
        }
        lines
    }

    fn table(&self, out: &mut String, page: bool) {
        let heads = ["pid", "grown", "held", "pss", "threads", "files", "command"];
        let row = |cells: [String; 7]| {
            if page {
                return format!("| {} |", cells.join(" | "));
            }
            let [pid, grown, held, pss, threads, files, command] = cells;
            format!("{pid:>8} {grown:>11} {held:>11} {pss:>11} {threads:>7} {files:>6}  {command}")
        };
        let _ = writeln!(out, "{}", row(heads.map(str::to_owned)));
        if page {
            out.push_str("|---:|---:|---:|---:|---:|---:|---|\n");
        }
        for grower in &self.listed {
            let count = |count: Option<u32>| count.map_or_else(|| "?".to_owned(), |count| count.to_string());
            let command: String = grower.command.chars().take(60).collect();
            let cells = [
                grower.pid.to_string(),
                change(grower.before.held(), grower.after.held()),
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
