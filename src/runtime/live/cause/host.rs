//! What the machine as a whole may have to do with it.

use super::super::prose::amount;
use super::super::triage::Triage;
use super::{Cause, NEAR, NOISE, left, name, rate, signed};
use crate::runtime::words::span;

/// Percent of time in which nothing got done for want of memory, from which a host is thrashing (systemd-oomd acts at 60,
/// Facebook's oomd is configured with 10 to 20).
const THRASHING: f32 = 10.0;

pub fn host(triage: &Triage) -> Option<Cause> {
    let share = triage.after.available as f64 / triage.after.total.max(1) as f64;
    let lost = triage.before.available.cast_signed() - triage.after.available.cast_signed();
    let pace = rate(triage, lost);
    // Much is taken and given back within seconds: a fall counts only where less than half is left.
    let soon = share < 0.5 && lost > NOISE && (triage.after.available as f64) < pace * 600.0;
    if share > 1.0 - NEAR && !soon {
        return None;
    }
    let mut evidence = vec![format!(
        "{} of {} are available ({:.0} %), {} since the first snapshot",
        amount(triage.after.available),
        amount(triage.after.total),
        share * 100.0,
        signed(-lost)
    )];
    evidence.extend(left(triage.after.available, pace).map(|left| format!("at that pace nothing is left in {left}")));
    if triage.after.swap_total > 0 {
        evidence.push(format!("swap in use: {} of {}", amount(triage.after.swap_used), amount(triage.after.swap_total)));
    }
    let who = triage.leader.as_ref().map(|leader| format!("the first to look at, or to stop, is {}", name(leader)));
    Some(Cause {
        cause: "host-exhausted",
        summary: "the machine runs out of memory".to_owned(),
        evidence,
        recommendation: who.into_iter().collect(),
        confidence: if share < 0.05 || soon { 0.9 } else { 0.7 },
    })
}

pub fn pressure(triage: &Triage) -> Option<Cause> {
    let pressure = triage.pressure.filter(|pressure| pressure.full_10 >= THRASHING)?;
    Some(Cause {
        cause: "thrashing",
        summary: "the machine spends its time getting memory back instead of working".to_owned(),
        evidence: vec![format!("in the last 10 s nothing got done for {:.0} % of the time (PSI full)", pressure.full_10)],
        recommendation: vec!["give it less to do or more memory; the largest processes are listed below".to_owned()],
        confidence: 0.85,
    })
}

/// How sure it is that what grew by so much is what the matter is: as sure as said where nothing else grows, half as sure
/// where processes grow by far more.
fn weighed(triage: &Triage, grown: i64, sure: f64) -> f64 {
    let processes = (triage.after.anon.cast_signed() - triage.before.anon.cast_signed()).max(0);
    sure * (0.5 + 0.5 * grown as f64 / (grown + processes) as f64)
}

pub fn shared(triage: &Triage) -> Option<Cause> {
    let grown = triage.after.shmem.cast_signed() - triage.before.shmem.cast_signed();
    if grown < NOISE {
        return None;
    }
    let mapped: i64 =
        triage.listed.iter().map(|grower| grower.after.shmem.cast_signed() - grower.before.shmem.cast_signed()).sum();
    Some(Cause {
        cause: "shared-memory",
        summary: "shared memory or a tmpfs grows".to_owned(),
        evidence: vec![
            format!("{} in {}, {} in all", signed(grown), span(triage.delay_s), amount(triage.after.shmem)),
            format!("of that, processes have {} mapped", signed(mapped)),
        ],
        recommendation: vec!["see what is in them: `df -h -t tmpfs`, `ipcs -m`, `lsof +L1`".to_owned()],
        confidence: weighed(triage, grown, if mapped * 2 < grown { 0.6 } else { 0.45 }),
    })
}

pub fn slab(triage: &Triage) -> Option<Cause> {
    let grown = triage.after.slab.cast_signed() - triage.before.slab.cast_signed();
    if grown < NOISE * 4 {
        return None;
    }
    Some(Cause {
        cause: "kernel-memory",
        summary: "the kernel's own memory grows".to_owned(),
        evidence: vec![format!("objects it cannot give back: {} to {}", signed(grown), amount(triage.after.slab))],
        recommendation: vec![
            "see which: `sudo slabtop -o -s c`; sockets, mounts, control groups and pipes are made of them".to_owned(),
        ],
        confidence: weighed(triage, grown, 0.5),
    })
}

pub fn crowd(triage: &Triage) -> Option<Cause> {
    let (before, after) = triage.processes;
    if after < before + 20 {
        return None;
    }
    Some(Cause {
        cause: "processes",
        summary: "there are more and more processes".to_owned(),
        evidence: vec![format!("{before} at first, {after} after {}", span(triage.delay_s))],
        recommendation: vec!["see who starts them: `ps -e --forest`".to_owned()],
        confidence: 0.6,
    })
}
