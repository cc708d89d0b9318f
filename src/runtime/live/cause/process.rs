//! What a process may have to do with it.

use super::super::Grower;
use super::super::cgroup::CgroupMemory;
use super::super::prose::amount;
use super::super::triage::{Leader, Triage, regions_grown};
use super::{Cause, NEAR, NOISE, left, name, rate, signed, speed};
use crate::runtime::words::{percent, span};

/// Arenas from which they are worth a word; a process with few threads has one or two.
const MANY_ARENAS: u32 = 8;
/// The kernel's own limit on the mappings of a process, where it was not changed.
const MOST_MAPPINGS: u32 = 65_530;

pub fn limit(triage: &Triage, leader: &Leader) -> Option<Cause> {
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

pub fn grows(triage: &Triage, leader: &Leader) -> Option<Cause> {
    let grown = leader.process.grown();
    if grown < NOISE || leader.process.fresh() {
        return None;
    }
    let all: i64 = triage.listed.iter().filter(|one| !one.fresh()).map(Grower::grown).filter(|grown| *grown > 0).sum();
    let share = grown as f64 / all.max(grown) as f64;
    let relative = grown as f64 / leader.process.before.held().max(1) as f64;
    let (before, after) = (&leader.process.before, &leader.process.after);
    let mut evidence = vec![
        format!(
            "it grew by {} in {} ({}), {} of all growth on this host",
            amount(grown.unsigned_abs()),
            span(triage.delay_s),
            speed(triage, grown),
            percent(share)
        ),
        format!("it holds {} now", amount(after.held())),
    ];
    if let (Some(was), Some(is)) = leader.process.pss {
        evidence.push(format!("its proportional share (PSS) went from {} to {}", amount(was), amount(is)));
    }
    for (what, was, is) in [("threads", before.threads, after.threads), ("descriptors", before.descriptors, after.descriptors)] {
        if let (Some(was), Some(is)) = (was, is) {
            evidence.push(if was == is { format!("{what} stayed at {is}") } else { format!("{what} went from {was} to {is}") });
        }
    }
    evidence.extend(place(leader));
    evidence.extend(heap(leader));
    evidence.extend(room(triage, grown));
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

/// That nothing is short yet, where much is left, and how long it lasts.
fn room(triage: &Triage, grown: i64) -> Option<String> {
    let (available, total) = (triage.after.available, triage.after.total);
    let lasts = left(available, rate(triage, grown)).map_or_else(String::new, |left| format!(", for {left} at its pace"));
    (available > total / 2)
        .then(|| format!("nothing is short yet: {} of {} are available{lasts}", amount(available), amount(total)))
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

pub fn descriptors(leader: &Leader) -> Option<Cause> {
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

pub fn arenas(leader: &Leader) -> Option<Cause> {
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

pub fn mappings(leader: &Leader) -> Option<Cause> {
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
