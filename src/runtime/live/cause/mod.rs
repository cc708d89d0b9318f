//! From two snapshots to what the matter is, in the words of someone who has to act on it.
//!
//! Two snapshots show growth and shortage; they do not show that growth has no end. So no confidence in a leak goes above
//! 0.7 here, and the advice is to watch.

mod host;
mod process;

use super::prose::{amount, brief};
use super::triage::{Grower, Leader, Triage};
use crate::runtime::words::{self, span};
use host::{crowd, host, pressure, shared, slab};
use process::{arenas, descriptors, grows, limit, mappings};
use serde::Serialize;

/// Growth below this is noise, bytes.
const NOISE: i64 = 1024 * 1024;
/// The share of a limit from which it is near.
const NEAR: f64 = 0.9;

/// What the matter may be.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cause {
    /// A word for programs: `limit-near`, `process-grows`, `descriptors`, `arenas`, …
    pub cause: &'static str,
    /// In a sentence.
    pub summary: String,
    /// What was seen.
    pub evidence: Vec<String>,
    /// What to do.
    pub recommendation: Vec<String>,
    /// 0 to 1.
    pub confidence: f64,
}

/// All that fits, most likely first; that nothing is wrong, if nothing fits.
pub(super) fn causes(triage: &Triage) -> Vec<Cause> {
    let mut found = Vec::new();
    if let Some(leader) = &triage.leader {
        let own = [limit(triage, leader), grows(triage, leader), descriptors(leader), arenas(leader), mappings(leader)];
        found.extend(own.into_iter().flatten());
    }
    found.extend([host(triage), pressure(triage), shared(triage), slab(triage), crowd(triage)].into_iter().flatten());
    found.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    if found.is_empty() {
        found.push(calm(triage));
    }
    found
}

/// Bytes a second between the snapshots.
fn rate(triage: &Triage, bytes: i64) -> f64 {
    bytes as f64 / triage.delay_s.max(0.001)
}

fn signed(bytes: i64) -> String {
    format!("{}{}", if bytes < 0 { '-' } else { '+' }, amount(bytes.unsigned_abs()))
}

fn name(leader: &Leader) -> String {
    called(&leader.process)
}

fn called(process: &Grower) -> String {
    format!("process {} ({})", process.pid, brief(&process.command, 60))
}

/// How fast that is, in the unit of all rates.
fn speed(triage: &Triage, bytes: i64) -> String {
    words::rate(rate(triage, bytes))
}

/// How long until `room` is filled at this pace.
fn left(room: u64, pace: f64) -> Option<String> {
    (pace > 0.0).then(|| room as f64 / pace).filter(|left| *left < 86_400.0).map(span)
}

/// That nothing is wrong, or nothing that two snapshots so close together could tell.
fn calm(triage: &Triage) -> Cause {
    let (free, available) = (triage.after.free, triage.after.available);
    let mut evidence = vec![format!("{} of {} are available", amount(available), amount(triage.after.total))];
    let most = triage.listed.iter().filter(|one| !one.fresh() && one.grown() > 0).max_by_key(|one| one.grown());
    let started = triage.listed.iter().filter(|one| one.fresh()).max_by_key(|one| one.after.held());
    evidence.extend(most.map(|most| {
        let (name, grown) = (called(most), most.grown());
        format!("{name} grew most: {} in {} ({})", signed(grown), span(triage.delay_s), speed(triage, grown))
    }));
    evidence.extend(
        started.map(|one| format!("{} started between the snapshots and holds {}", called(one), amount(one.after.held()))),
    );
    if available > free.saturating_mul(2) {
        evidence
            .push(format!("that only {} are free is no fault: the rest caches files and is given when asked for", amount(free)));
    }
    let (summary, confidence) = match most {
        Some(_) => {
            (format!("nothing is short, and {} are too short to tell whether what grew goes on", span(triage.delay_s)), 0.5)
        }
        None => ("nothing is short and nothing grows".to_owned(), 0.6),
    };
    Cause { cause: "none", summary, evidence, recommendation: vec![longer(triage, most)], confidence }
}

/// How to see more than these two snapshots show.
fn longer(triage: &Triage, most: Option<&Grower>) -> String {
    // Ten times as long shows growth a tenth as fast above the same noise.
    let delay = (triage.delay_s * 10.0).clamp(60.0, 600.0).round();
    let who = most.map_or_else(|| "--all".to_owned(), |most| format!("--pid {} --until-verdict", most.pid));
    format!("slow growth needs more time: `watertight triage --delay {delay}s`, or `watertight watch {who}`")
}

#[cfg(test)]
mod tests {
    use super::{Cause, causes};
    use crate::runtime::Sample;
    use crate::runtime::live::{Form, Grower, Host, Triage};

    /// A machine with room, on which these processes went from one size to another, KiB, within three seconds.
    fn triage(sizes: &[(u64, u64)]) -> Triage {
        let host = Host { total: 8 << 30, available: 6 << 30, free: 5 << 30, ..Host::default() };
        let held = |kib: u64| Sample { anon: kib << 10, ..Sample::default() };
        let grower = |(at, (before, after)): (usize, &(u64, u64))| Grower {
            pid: 100 + at as u32,
            command: "service".to_owned(),
            before: held(*before),
            after: held(*after),
            pss: (None, None),
        };
        let listed = sizes.iter().enumerate().map(grower).collect();
        let mut triage = Triage {
            version: 1,
            delay_s: 3.0,
            before: host,
            after: host,
            pressure: None,
            processes: (sizes.len(), sizes.len()),
            causes: Vec::new(),
            leader: None,
            listed,
            gaps: Vec::new(),
        };
        triage.causes = causes(&triage);
        triage
    }

    fn only(triage: &Triage) -> &Cause {
        assert_eq!(triage.causes.len(), 1);
        &triage.causes[0]
    }

    #[test]
    fn nothing_grows_is_said_only_above_a_table_in_which_nothing_grows() {
        let still = triage(&[(9000, 9000), (5000, 4000)]);
        assert_eq!(only(&still).summary, "nothing is short and nothing grows");
        for grown in [4, 300, 1020] {
            let some = triage(&[(9000, 9000), (5000, 5000 + grown)]);
            let told = some.text(Form::Human);
            assert!(!told.contains("nothing grows"), "{told}");
            assert!(only(&some).evidence.iter().any(|text| text.starts_with("process 101 (service) grew most: +")), "{told}");
            assert!(only(&some).recommendation[0].contains("--pid 101"), "{told}");
        }
    }

    #[test]
    fn what_has_just_started_is_new_and_did_not_grow() {
        let told = triage(&[(9000, 9000), (0, 70_000)]).text(Form::Human);
        assert!(told.contains("process 101 (service) started between the snapshots and holds 68.4 MiB"), "{told}");
        let row = told.lines().find(|line| line.trim_start().starts_with("101 ")).expect("its row");
        assert!(row.contains(" new ") && !row.contains("/h"), "{told}");
    }

    #[test]
    fn what_little_a_tmpfs_grew_by_does_not_come_before_a_process_that_grew_by_more() {
        let mut alone = triage(&[(9000, 9000)]);
        alone.after.shmem += 8 << 20;
        assert_eq!(causes(&alone)[0].cause, "shared-memory");
        let sure = causes(&alone)[0].confidence;
        alone.after.anon += 64 << 20;
        let beside = causes(&alone)[0].confidence;
        // What a process that makes up two fifths of the growth is given.
        assert!(sure >= 0.55 && beside < 0.35 + 0.08, "{sure}, {beside}");
    }

    #[test]
    fn the_table_and_the_words_have_the_same_speed() {
        let told = triage(&[(9000, 9300)]).text(Form::Human);
        // 300 KiB in 3 s.
        assert_eq!(told.matches("351.6 MiB/h").count(), 2, "{told}");
    }
}
