use super::super::frame::Frame;
use super::super::outcome::{Ending, Growths, Outcome, ProbeUse, Stack, Summary};
use super::{Form, amount, brief, change, code, curve, write_lines};
use crate::runtime::words::{percent, span};
use crate::runtime::{Lines, Sample, Verdict, WINDOW_S};
use nix::sys::signal::Signal;
use std::fmt::Write as _;

/// Stacks that a report shows, and places of each.
const STACKS: usize = 3;
const FRAMES: usize = 6;
/// Processes that a report shows in words; the data has them all.
const SHOWN: usize = 10;
/// Whoever watched for less, seconds, wanted no verdict.
const SHORT_S: f64 = 5.0;

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
            let over = span(summary.curve.last().map_or(0.0, |last| last.0) - summary.curve.first().map_or(0.0, |first| first.0));
            let curve = format!("{}  0 to {} over {over}", curve(&summary.curve, 60), amount(summary.peak.held));
            let _ = if page { writeln!(out, "```\n{curve}\n```\n") } else { writeln!(out, "  {curve}") };
            if self.processes.len() > 1 || self.total.is_some() {
                let line = vec![("verdict".to_owned(), summary.judgement.headline())];
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

fn lines(outcome: &Outcome) -> Lines {
    let mut lines = Lines::new();
    let mut line = |name: &str, text: String| lines.push((name.to_owned(), text));
    line("watched", format!("{} for {}", outcome.target, span(outcome.duration_s)));
    line("ended", ended(&outcome.ending));
    if let Some(text) = window(outcome.window_s) {
        line("window", text);
    }
    for (name, text) in outcome.judgement.lines() {
        line(&name, text);
    }
    if let Some(text) = longer(outcome) {
        line("for more", text);
    }
    for breach in &outcome.breaches {
        let (held, limit) = (amount(breach.held), amount(breach.limit));
        line("limit", format!("{held} at {} is above your limit of {limit}: {}", span(breach.at_s), breach.done));
    }
    if let Some(group) = &outcome.cgroup {
        let limit = group.limit.map_or_else(|| "no limit".to_owned(), |limit| format!("limit {}", amount(limit)));
        let kills = if group.oom_kills > 0 { format!(", {} processes killed for it", group.oom_kills) } else { String::new() };
        line("control group", format!("{} uses {} ({limit}{kills})", group.path.display(), amount(group.working_set)));
    }
    line("source", source(outcome));
    lines
}

/// Why watching ended, and the command with it, in words.
fn ended(ending: &Ending) -> String {
    let why = match ending.why {
        "duration" => "after the time that you set",
        "verdict" => "the verdict was clear",
        "limit" => "your limit was passed",
        "interrupted" => "you interrupted it",
        "gone" => "nothing is left of what was watched",
        other => other,
    };
    let name = |number| Signal::try_from(number).map_or_else(|_| format!("signal {number}"), |signal| signal.as_str().to_owned());
    match (ending.why, ending.status, ending.signal) {
        ("killed", _, Some(signal)) => format!("{why} by {}", name(signal)),
        (_, _, Some(signal)) => format!("{why}; the command was ended by {}", name(signal)),
        ("exited", Some(status), None) => format!("{why} with status {status}"),
        (_, Some(status), None) => format!("{why}; the command exited with status {status}"),
        (_, None, None) => why.to_owned(),
    }
}

/// How to get a verdict where the time was too short for one.
fn longer(outcome: &Outcome) -> Option<String> {
    let usual = (outcome.window_s - WINDOW_S).abs() <= f64::EPSILON;
    // Of everyone there is no sum, and each is only glanced at until it grows.
    let close = outcome.total.is_some() || outcome.processes.len() == 1;
    let short = outcome.judgement.verdict == Verdict::NotEnoughData && (SHORT_S..WINDOW_S).contains(&outcome.duration_s);
    // A leak is called one after four thirds of the window.
    let window = (outcome.duration_s * 0.7).floor();
    (usual && close && short).then(|| format!("let it run longer, or call it with `--window {window}s`: quicker, and less sure"))
}

/// What a window other than the usual one means for the verdict.
fn window(window_s: f64) -> Option<String> {
    let than = if window_s < WINDOW_S { "so the verdict came sooner and is less sure" } else { "so the verdict takes longer" };
    let other = (window_s - WINDOW_S).abs() > f64::EPSILON;
    other.then(|| format!("a leak had {} instead of {} to show itself, {than}", span(window_s), span(WINDOW_S)))
}

fn source(outcome: &Outcome) -> String {
    let mut text = format!("{} every {}", outcome.series_from, seconds(outcome.interval_s));
    match &outcome.probe {
        ProbeUse::Attached { hook, gaps, calls_refused, .. } => {
            let _ = write!(text, "; {}, {} records", hook.name(), gaps.sent);
            if gaps.lost + gaps.skipped > 0 {
                let _ = write!(text, ", {} records lost and {} events skipped", gaps.lost, gaps.skipped);
            }
            if gaps.rested_ms > 0 {
                let share = percent(gaps.rested_ms as f64 / 1e3 / outcome.duration_s.max(1e-3));
                let _ = write!(text, ", not attached for {share} of the time because of {} events a second", gaps.storm_per_s);
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
        "{} → {} ({}), at most {} at {}{between}",
        amount(first.held()),
        amount(last.held()),
        change(first.held(), last.held()),
        amount(peak.held),
        span(peak.at_s)
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
    lines.extend(heap(summary).map(|text| ("managed heap".to_owned(), text)));
    if let Some(growth) = &summary.growth {
        lines.push(("growth".to_owned(), grown(growth)));
        lines.extend(growth.stacks.iter().take(STACKS).map(|stack| ("grown in".to_owned(), place(stack, growth.attributed))));
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

/// How much was grown, and how much of that has no stack.
fn grown(growth: &Growths) -> String {
    let mut text = format!("{} of new high water, in {} steps", amount(growth.bytes), growth.records);
    if growth.refused > 0 {
        let _ = write!(text, ", {} events untold", growth.refused);
    }
    let unknown = growth.bytes.saturating_sub(growth.attributed);
    if unknown > 0 {
        let _ = write!(text, "; {} are not attributed", amount(unknown));
    }
    if growth.missed > 0 {
        let _ = write!(text, " ({} came while the probe was not attached)", amount(growth.missed));
    }
    if unknown > 0 && growth.attributed > 0 {
        let _ = write!(text, ", and the shares are of the other {}", amount(growth.attributed));
    }
    text
}

/// What a managed heap holds, and what is held outside of it.
fn heap(summary: &Summary) -> Option<String> {
    let (first, last) = (&summary.first, &summary.last);
    let Some(now) = last.heap else {
        let runtime = summary.runtime?;
        return Some(format!("not known: {runtime} tells it from within only, so what is outside of it is not known, either"));
    };
    let outside = |sample: &Sample| sample.held().saturating_sub(sample.heap.unwrap_or(0));
    let from = first.heap.map_or_else(String::new, |heap| format!("{} → ", amount(heap)));
    let gap = first.heap.map_or_else(String::new, |_| format!("{} → ", amount(outside(first))));
    Some(format!("{from}{} in use, by its performance data; held outside of it {gap}{}", amount(now), amount(outside(last))))
}

/// A stack in a line: its share of what is attributed, and its places from the innermost.
fn place(stack: &Stack, all: u64) -> String {
    let share = percent(stack.bytes as f64 / all.max(1) as f64);
    let places = stack.frames.iter().take(FRAMES).map(Frame::text).collect::<Vec<_>>().join(" < ");
    let more = if stack.frames.len() > FRAMES { " < …" } else { "" };
    format!("{share}: {places}{more}")
}

fn title(summary: &Summary) -> String {
    let who = summary.pid.map_or_else(|| "all together".to_owned(), |pid| format!("process {pid}"));
    let command = brief(&summary.command, 70);
    let end = match &summary.became {
        Some(other) => format!(" (became {})", brief(other, 40)),
        None if summary.ended => " (ended)".to_owned(),
        None => String::new(),
    };
    format!("{who}: {command}{end}")
}
