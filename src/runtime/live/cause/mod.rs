//! From two snapshots to what the matter is, in the words of someone who has to act on it.
//!
//! Two snapshots show growth and shortage; they do not show that growth has no end. So no confidence in a leak goes above
//! 0.7 here, and the advice is to watch.

mod host;
mod process;

use super::prose::amount;
use super::triage::{Leader, Triage};
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
    let command: String = leader.process.command.chars().take(60).collect();
    format!("process {} ({command})", leader.process.pid)
}

/// How long until `room` is filled at this pace.
fn left(room: u64, pace: f64) -> Option<String> {
    (pace > 0.0)
        .then(|| room as f64 / pace)
        .filter(|left| *left < 86_400.0)
        .map(|left| if left < 120.0 { format!("{left:.0} s") } else { format!("{:.0} min", left / 60.0) })
}

fn calm(triage: &Triage) -> Cause {
    let (free, available) = (triage.after.free, triage.after.available);
    let mut evidence = vec![format!(
        "{} of {} are available; no process grew by more than {} in {:.0} s",
        amount(available),
        amount(triage.after.total),
        amount(NOISE.unsigned_abs()),
        triage.delay_s
    )];
    if available > free.saturating_mul(2) {
        evidence
            .push(format!("that only {} are free is no fault: the rest caches files and is given when asked for", amount(free)));
    }
    Cause {
        cause: "none",
        summary: "nothing is short and nothing grows".to_owned(),
        evidence,
        recommendation: vec![
            "slow growth needs more time: `watertight triage --delay 5m`, or `watertight watch --all`".to_owned(),
        ],
        confidence: 0.6,
    }
}
