//! Counting.

use super::Labelled;
use std::collections::BTreeMap;
use std::fmt::Write;

/// What a method said of a series.
#[derive(Debug, Default)]
pub struct Outcome {
    /// When it called it a leak.
    pub leak: Vec<f64>,
    /// When it began to watch.
    pub watch: Vec<f64>,
    /// Whether it calls it a leak at the end.
    pub ends: bool,
    /// Its last word.
    pub verdict: &'static str,
    /// Forecasts made while it was called a leak: when, and by what share of the real time they were too long.
    pub forecasts: Vec<(f64, f64)>,
}

impl Outcome {
    /// From states: a change to true is an alert.
    pub fn from_states(states: &[(f64, bool)]) -> Self {
        let mut before = false;
        let mut outcome = Self::default();
        for (at_s, now) in states {
            if *now && !before {
                outcome.leak.push(*at_s);
            }
            before = *now;
        }
        outcome.ends = before;
        outcome
    }

    fn right(&self, series: &Labelled) -> Option<f64> {
        self.leak.iter().copied().find(|at_s| series.leaks() && *at_s >= series.label.starts_at_s)
    }

    fn false_alarm(&self, series: &Labelled) -> bool {
        self.leak.iter().any(|at_s| !series.leaks() || *at_s < series.label.starts_at_s)
    }
}

#[derive(Debug, Default)]
struct Count {
    right: usize,
    wrong: usize,
    missed: usize,
}

impl Count {
    fn cells(&self) -> String {
        let share = |of: usize| if of == 0 { 0.0 } else { self.right as f64 / of as f64 };
        let (precision, recall) = (share(self.right + self.wrong), share(self.right + self.missed));
        format!("{:>8}{:>6}{:>6}{precision:>6.2}{recall:>5.2}", self.right, self.wrong, self.missed)
    }
}

/// Right and wrong of a method.
#[derive(Debug, Default)]
pub struct Tally {
    ever: Count,
    end: Count,
}

impl Tally {
    /// Counts the series that `chosen` holds for.
    pub fn of(all: &[Labelled], outcomes: &[Outcome], chosen: impl Fn(&Labelled) -> bool) -> Self {
        let mut tally = Self::default();
        for (series, outcome) in all.iter().zip(outcomes).filter(|(series, _)| chosen(series)) {
            tally.ever.wrong += usize::from(outcome.false_alarm(series));
            tally.ever.right += usize::from(outcome.right(series).is_some());
            tally.ever.missed += usize::from(series.leaks() && outcome.right(series).is_none());
            tally.end.wrong += usize::from(outcome.ends && !series.leaks());
            tally.end.right += usize::from(outcome.ends && series.leaks());
            tally.end.missed += usize::from(!outcome.ends && series.leaks());
        }
        tally
    }

    /// A row of the table.
    pub fn row(&self, name: &str) -> String {
        format!("  {name:<31}{}{}", self.ever.cells(), self.end.cells())
    }
}

/// What was said of one series.
pub fn line(series: &Labelled, outcome: &Outcome) -> String {
    let label = &series.label;
    let mark = match (series.leaks(), outcome.right(series).is_some(), outcome.false_alarm(series)) {
        (_, _, true) => "FALSE",
        (true, false, _) => "MISSED",
        _ => "",
    };
    let errors: Vec<String> = errors(series, outcome).iter().map(|error| format!("{:.0}%", 100.0 * error)).collect();
    format!(
        "{} {:<18}{:<7}{:<20}{:<7}{:<16}{} start {} watch {:.0?} leak {:.0?} forecast off {}",
        series.half(),
        label.name,
        label.truth,
        label.kind,
        mark,
        outcome.verdict,
        if outcome.ends { "leak at the end" } else { "" },
        label.starts_at_s,
        outcome.watch,
        outcome.leak,
        errors.join(" ")
    )
}

/// By how much each forecast of a real leak was off.
fn errors(series: &Labelled, outcome: &Outcome) -> Vec<f64> {
    let real = outcome.forecasts.iter().filter(|(at_s, _)| series.leaks() && *at_s >= series.label.starts_at_s);
    real.map(|(_, off)| off.abs()).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    if values.is_empty() { f64::NAN } else { f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2]) }
}

/// Whether something wrong was said of a series, at any time or in the end.
pub fn is_wrong(series: &Labelled, outcome: &Outcome) -> bool {
    outcome.false_alarm(series) || series.leaks() != outcome.ends || (series.leaks() && outcome.right(series).is_none())
}

/// The medians of the seconds from the start of a leak to *watch* and to *leak*.
pub fn waits(all: &[Labelled], outcomes: &[Outcome]) -> String {
    let real = || all.iter().zip(outcomes).filter(|(series, _)| series.leaks());
    let watch = real().filter_map(|(series, outcome)| {
        let start = series.label.starts_at_s;
        Some(outcome.watch.iter().find(|at_s| **at_s >= start)? - start)
    });
    let leak = real().filter_map(|(series, outcome)| Some(outcome.right(series)? - series.label.starts_at_s));
    format!("{:>10.0}{:>10.0}", median(watch.collect()), median(leak.collect()))
}

/// Medians of the delays and of the forecasts' errors.
pub fn delays(all: &[Labelled], outcomes: &[Outcome]) -> String {
    let mut text = String::new();
    for (half, title) in [(Some(0), "tuned on"), (Some(1), "held out"), (None, "all")] {
        let chosen = || all.iter().zip(outcomes).filter(move |(series, _)| half.is_none_or(|half| series.half() == half));
        let real = || chosen().filter(|(series, _)| series.leaks());
        let leak = real().filter_map(|(series, outcome)| Some(outcome.right(series)? - series.label.starts_at_s));
        let watch = real().filter_map(|(series, outcome)| {
            let start = series.label.starts_at_s;
            Some(outcome.watch.iter().find(|at_s| **at_s >= start)? - start)
        });
        let off = real().map(|(series, outcome)| median(errors(series, outcome))).filter(|error| error.is_finite());
        let _ = writeln!(
            text,
            "{title}: from the start of a leak to *watch* {:.0} s, to *leak* {:.0} s (medians); forecast off by {:.0} % (median)",
            median(watch.collect()),
            median(leak.collect()),
            100.0 * median(off.collect())
        );
    }
    text
}

/// The table by kind.
pub fn kinds(all: &[Labelled], methods: &[(String, Vec<Outcome>)]) -> String {
    let mut kinds: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (at, series) in all.iter().enumerate() {
        kinds.entry((&series.label.truth, &series.label.kind)).or_default().push(at);
    }
    let names = methods.iter().fold(String::new(), |names, (name, _)| format!("{names}{name:>13.12}"));
    let mut text = format!("{:<32}{names}\n", "");
    for ((truth, kind), series) in kinds {
        let _ = write!(text, "{truth:<7}{kind:<22}{:>3}", series.len());
        for (_, outcomes) in methods {
            let ever = series.iter().filter(|at| !outcomes[**at].leak.is_empty()).count();
            let end = series.iter().filter(|at| outcomes[**at].ends).count();
            let _ = write!(text, "{:>13}", format!("{ever} ({end})"));
        }
        text.push('\n');
    }
    text
}
