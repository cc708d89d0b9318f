use super::tame::tame;
use super::{Context, Paint, levels};
use crate::finding::{Problem, Report, Safety};

/// The closing line of a report for people.
pub fn summary(report: &Report, context: &Context<'_>) -> String {
    let mut parts = vec![headline(report, Paint(context.colour))];
    if report.scanned > 0 {
        let time = context.seconds.map(|seconds| format!(" in {seconds:.1} s")).unwrap_or_default();
        parts.push(format!("{} scanned{time}", counted(report.scanned, "file")));
    }
    if report.generated > 0 {
        let them = if report.generated == 1 { "it" } else { "them" };
        parts.push(format!("{} skipped (name {them} to scan {them})", counted(report.generated, "minified file")));
    }
    if report.hidden > 0 {
        let (verb, pronoun) = if report.hidden == 1 { ("is", "it") } else { ("are", "them") };
        parts.push(format!("{} {verb} below the confidence shown (--pedantic shows {pronoun})", report.hidden));
    }
    if report.accepted > 0 {
        parts.push(format!("{} accepted by the baseline", report.accepted));
    }
    if report.earlier > 0 {
        parts.push(format!("{} there before the change", report.earlier));
    }
    if !report.problems.is_empty() {
        parts.push(counted(report.problems.len(), "problem"));
    }
    let fixes = remains(report).map(|line| line + "\n").unwrap_or_default();
    parts.join(", ") + "\n" + &fixes
}

/// How much was fixed or can be, in a line; nothing where there is nothing to fix.
pub fn remains(report: &Report) -> Option<String> {
    let count = |safety| {
        let fixes = report.findings().filter_map(|(_, finding)| finding.fix.as_ref());
        fixes.filter(|fix| fix.safety == safety).count()
    };
    let (safe, risky, left) = (count(Safety::Safe), count(Safety::Unsafe), report.findings().count());
    let mut parts = match report.fixed {
        Some(fixed) => vec![format!("{fixed} fixed, {left} {}", if left == 1 { "remains" } else { "remain" })],
        None if safe > 0 => vec![format!("[*] {safe} can be fixed with --fix")],
        None => Vec::new(),
    };
    match (parts.is_empty(), report.fixed) {
        (_, _) if risky == 0 => {}
        (true, _) => parts.push(format!("{risky} can be fixed with --fix --unsafe-fixes")),
        (false, Some(_)) => parts.push(format!("{risky} more with --unsafe-fixes")),
        (false, None) => parts.push(format!("{risky} more with --fix --unsafe-fixes")),
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// What was found, in a few words.
pub fn headline(report: &Report, paint: Paint) -> String {
    let [high, medium, low] = levels(report);
    let total = high + medium + low;
    if total == 0 && report.scanned == 0 {
        "No files analysed".to_owned()
    } else if total == 0 {
        paint.good("No leaks detected")
    } else {
        let counts = [(high, "high"), (medium, "medium"), (low, "low")].into_iter().filter(|(count, _)| *count > 0);
        let counts: Vec<_> = counts.map(|(count, name)| format!("{count} {name}")).collect();
        let files = counted(report.files.len(), "file");
        format!("{} ({}) in {files}", paint.strong(&counted(total, "finding")), counts.join(", "))
    }
}

/// A problem in one line for the standard error.
pub fn tell(problem: &Problem, paint: Paint) -> String {
    let Problem { path, message, remedy, .. } = problem;
    format!("{} {}: {}; {remedy}\n", paint.doubtful("problem:"), tame(path), tame(message))
}

/// A number of things: `1 file`, `2 files`.
pub fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
