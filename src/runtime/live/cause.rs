//! From two snapshots to what the matter is, in the words of someone who has to act on it.
//!
//! Two snapshots show growth and shortage; they do not show that growth has no end. So no confidence in a leak goes above
//! 0.7 here, and the advice is to watch.

use super::cgroup::CgroupMemory;
use super::prose::amount;
use super::triage::{Leader, Triage, regions_grown};
use serde::Serialize;

/// Growth below this is noise, bytes.
const NOISE: i64 = 1024 * 1024;
/// The share of a limit from which it is near.
const NEAR: f64 = 0.9;
/// Arenas from which they are worth a word; a process with few threads has one or two.
const MANY_ARENAS: u32 = 8;
/// The kernel's own limit on the mappings of a process, where it was not changed.
const MOST_MAPPINGS: u32 = 65_530;
/// Percent of time in which nothing got done for want of memory, from which a host is thrashing (systemd-oomd acts at 60,
/// Facebook's oomd is configured with 10 to 20).
const THRASHING: f32 = 10.0;

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

fn limit(triage: &Triage, leader: &Leader) -> Option<Cause> {
    let group: &CgroupMemory = leader.cgroup.as_ref()?;
    let limit = group.limit.filter(|limit| *limit > 0)?;
    let share = group.working_set as f64 / limit as f64;
    let pace = rate(triage, leader.process.grown());
    let soon = left(limit.saturating_sub(group.working_set), pace);
    let within = pace > 0.0 && (limit.saturating_sub(group.working_set) as f64) < pace * 600.0;
    if share < NEAR && group.oom_kills == 0 && !within {
        return None;
    }
    let used = amount(group.working_set);
    let mut evidence = vec![
        format!("{} uses {used} of {} ({:.0} %)", group.path.display(), amount(limit), share * 100.0),
        format!("the limit was hit {} times, {} processes were killed for it", group.limit_hits, group.oom_kills),
    ];
    evidence.extend(soon.map(|left| format!("at the pace of {} it is reached in {left}", name(leader))));
    Some(Cause {
        cause: "limit-near",
        summary: format!("the control group of {} is at its memory limit", name(leader)),
        evidence,
        recommendation: vec![
            format!("to win time, raise the limit of {} or restart the process", group.path.display()),
            format!("then find out what it keeps: `watertight watch --pid {} --until-verdict`", leader.process.pid),
        ],
        confidence: if share >= NEAR || within { 0.9 } else { 0.6 },
    })
}

fn grows(triage: &Triage, leader: &Leader) -> Option<Cause> {
    let grown = leader.process.grown();
    if grown < NOISE || leader.process.before.held() == 0 {
        return None;
    }
    let all: i64 = triage.listed.iter().map(super::Grower::grown).filter(|grown| *grown > 0).sum();
    let share = grown as f64 / all.max(grown) as f64;
    let relative = grown as f64 / leader.process.before.held().max(1) as f64;
    let (before, after) = (&leader.process.before, &leader.process.after);
    let mut evidence = vec![
        format!(
            "it grew by {} in {:.0} s ({}/s), {:.0} % of all growth on this host",
            amount(grown.unsigned_abs()),
            triage.delay_s,
            amount(rate(triage, grown) as u64),
            share * 100.0
        ),
        format!("it holds {} now", amount(after.held())),
    ];
    if let (Some(was), Some(is)) = leader.process.pss {
        evidence.push(format!("its proportional share (PSS) went from {} to {}", amount(was), amount(is)));
    }
    for (what, was, is) in [("threads", before.threads, after.threads), ("descriptors", before.descriptors, after.descriptors)] {
        if let (Some(was), Some(is)) = (was, is) {
            evidence.push(format!("{what} went from {was} to {is}"));
        }
    }
    evidence.extend(place(leader));
    evidence.extend(heap(leader));
    Some(Cause {
        cause: "process-grows",
        summary: format!("{} grows, perhaps without end", name(leader)),
        evidence,
        recommendation: vec![
            format!("watch it until there is a verdict: `watertight watch --pid {} --until-verdict`", leader.process.pid),
            format!(
                "if it must not take the host down: `watertight watch --pid {} --limit SIZE --on-limit signal`",
                leader.process.pid
            ),
            "look for what it keeps in its source: `watertight check`".to_owned(),
        ],
        // Half for growing at all, the rest for how much of the host's and of its own memory that is.
        confidence: (0.35 + 0.2 * share + 0.15 * (relative / 0.05).min(1.0)).min(0.7),
    })
}

/// Where in the address space the growth is, and what that says of a managed runtime.
fn place(leader: &Leader) -> Option<String> {
    let grown = regions_grown(leader)?;
    let (what, most) = grown.into_iter().max_by_key(|(_, grown)| *grown)?;
    if most < NOISE {
        return None;
    }
    let native = grown[0].1 + grown[1].1;
    let means = match leader.runtime {
        // Both keep their managed heap in mappings of their own, never in what `brk` or an arena gave.
        Some(runtime @ ("Node.js" | "Java")) if native * 2 > most => {
            format!(": outside of the managed heap of {runtime}, so native code or buffers")
        }
        Some(runtime @ ("Node.js" | "Java")) => format!(": where {runtime} has its managed heap, big buffers too"),
        _ => String::new(),
    };
    Some(format!("the growth is in {what} ({}){means}", signed(most)))
}

/// What of it is a managed heap; of a runtime that does not tell, that it is not known.
fn heap(leader: &Leader) -> Option<String> {
    let runtime = leader.runtime?;
    Some(match leader.heap {
        Some(heap) => {
            let outside = leader.process.after.held().saturating_sub(heap);
            format!("the managed heap of {runtime} has {} in use; {} are held outside of it", amount(heap), amount(outside))
        }
        None => format!("what the managed heap of {runtime} has in use is not known: it tells that from within only"),
    })
}

fn descriptors(leader: &Leader) -> Option<Cause> {
    let (open, most) = (u64::from(leader.process.after.descriptors?), leader.most_descriptors?);
    let grown = open.saturating_sub(u64::from(leader.process.before.descriptors?));
    if (open as f64) < most as f64 * 0.8 && grown < 16 {
        return None;
    }
    Some(Cause {
        cause: "descriptors",
        summary: format!("{} opens descriptors and does not close them", name(leader)),
        evidence: vec![format!("it has {open} open of {most} allowed, {grown} more than at first")],
        recommendation: vec![
            format!("see what they are: `ls -l /proc/{}/fd`", leader.process.pid),
            "look for what is never closed in its source: `watertight handles`".to_owned(),
        ],
        confidence: if (open as f64) < most as f64 * 0.8 { 0.5 } else { 0.8 },
    })
}

fn arenas(leader: &Leader) -> Option<Cause> {
    let regions = leader.regions?;
    let anonymous = regions.anonymous?;
    let all = leader.process.after.anon.max(1);
    let share = anonymous.arenas as f64 / all as f64;
    if regions.arenas < MANY_ARENAS || share < 0.3 {
        return None;
    }
    let threads = leader.process.after.threads.unwrap_or(0);
    Some(Cause {
        cause: "arenas",
        summary: format!("the C allocator of {} keeps memory in many arenas", name(leader)),
        evidence: vec![format!(
            "{} arenas of 64 MiB hold {} ({:.0} % of its anonymous memory); it has {threads} threads",
            regions.arenas,
            amount(anonymous.arenas),
            share * 100.0
        )],
        recommendation: vec![
            "start it with MALLOC_ARENA_MAX=2, or with another allocator (jemalloc by LD_PRELOAD)".to_owned(),
            "memory that stays after that is kept by the program: watch it again".to_owned(),
        ],
        confidence: 0.3 + 0.3 * share.min(1.0),
    })
}

fn mappings(leader: &Leader) -> Option<Cause> {
    let count = leader.regions?.count;
    let grown = leader.regions_before.map_or(0, |before| count.saturating_sub(before.count));
    if count < MOST_MAPPINGS / 5 * 4 && grown < 64 {
        return None;
    }
    Some(Cause {
        cause: "mappings",
        summary: format!("{} maps memory and does not unmap it", name(leader)),
        evidence: vec![format!("{count} mappings, {grown} more than at first; the kernel allows {MOST_MAPPINGS}")],
        recommendation: vec![format!(
            "count its calls: `watertight watch --pid {}` shows mmap against munmap",
            leader.process.pid
        )],
        confidence: if count >= MOST_MAPPINGS / 5 * 4 { 0.8 } else { 0.5 },
    })
}

fn host(triage: &Triage) -> Option<Cause> {
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

fn pressure(triage: &Triage) -> Option<Cause> {
    let pressure = triage.pressure.filter(|pressure| pressure.full_10 >= THRASHING)?;
    Some(Cause {
        cause: "thrashing",
        summary: "the machine spends its time getting memory back instead of working".to_owned(),
        evidence: vec![format!("in the last 10 s nothing got done for {:.0} % of the time (PSI full)", pressure.full_10)],
        recommendation: vec!["give it less to do or more memory; the largest processes are listed below".to_owned()],
        confidence: 0.85,
    })
}

fn shared(triage: &Triage) -> Option<Cause> {
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
            format!("{} in {:.0} s, {} in all", signed(grown), triage.delay_s, amount(triage.after.shmem)),
            format!("of that, processes have {} mapped", signed(mapped)),
        ],
        recommendation: vec!["see what is in them: `df -h -t tmpfs`, `ipcs -m`, `lsof +L1`".to_owned()],
        confidence: if mapped * 2 < grown { 0.6 } else { 0.45 },
    })
}

fn slab(triage: &Triage) -> Option<Cause> {
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
        confidence: 0.5,
    })
}

fn crowd(triage: &Triage) -> Option<Cause> {
    let (before, after) = triage.processes;
    if after < before + 20 {
        return None;
    }
    Some(Cause {
        cause: "processes",
        summary: "there are more and more processes".to_owned(),
        evidence: vec![format!("{before} at first, {after} {:.0} s later", triage.delay_s)],
        recommendation: vec!["see who starts them: `ps -e --forest`".to_owned()],
        confidence: 0.6,
    })
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
