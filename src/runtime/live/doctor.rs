use super::cgroup::Cgroup;
use super::host::Pressure;
use super::probe::{self, Hook, Plan, Probe};
use super::process::Process;
use super::regions::Regions;
use serde::Serialize;
use std::fs;

/// Bits of the capability sets (`linux/capability.h`).
const CAPABILITIES: [(&str, u32); 4] = [("CAP_SYS_PTRACE", 19), ("CAP_SYS_ADMIN", 21), ("CAP_PERFMON", 38), ("CAP_BPF", 39)];

/// Something that this machine allows us to do, or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ability {
    /// What.
    pub name: &'static str,
    /// Whether it can be done here and now.
    pub works: bool,
    /// How, or why not.
    pub detail: String,
    /// What grants it; nothing when it works.
    pub remedy: Option<String>,
}

/// What this machine allows.
#[derive(Clone, Debug, Serialize)]
pub struct Doctor {
    /// The version of this form, 1.
    pub version: u32,
    /// The kernel's release.
    pub kernel: String,
    /// The capabilities we hold, of those that matter.
    pub capabilities: Vec<&'static str>,
    /// The kernel's ids of the probes of ours that are loaded now, on the whole machine; `None` where we may not know.
    pub probes_loaded: Option<Vec<u32>>,
    /// One by one.
    pub abilities: Vec<Ability>,
}

impl Doctor {
    /// Tries each thing.
    pub fn examine() -> Self {
        // Looked at before our own is loaded, so that none means none.
        let probes_loaded = probe::ours();
        let mut abilities = vec![processes(), others()];
        abilities.extend(kernel_side());
        abilities.extend([types(), tracefs(), ptrace(), pressure(), groups()]);
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned();
        Self { version: 1, kernel, capabilities: capabilities(), probes_loaded, abilities }
    }
}

fn ability(name: &'static str, found: Result<String, (String, String)>) -> Ability {
    match found {
        Ok(detail) => Ability { name, works: true, detail, remedy: None },
        Err((detail, remedy)) => Ability { name, works: false, detail, remedy: Some(remedy) },
    }
}

fn no(detail: impl Into<String>, remedy: impl Into<String>) -> Result<String, (String, String)> {
    Err((detail.into(), remedy.into()))
}

/// The capabilities in force, of those that matter here.
fn capabilities() -> Vec<&'static str> {
    let held = procfs::process::Process::myself().and_then(|me| me.status()).map_or(0, |status| status.capeff);
    CAPABILITIES.iter().filter(|(_, bit)| held >> bit & 1 == 1).map(|(name, _)| *name).collect()
}

fn processes() -> Ability {
    let all = procfs::process::all_processes().map(|all| all.flatten().count());
    let found = match all {
        Err(error) => no(format!("/proc cannot be read: {error}"), "mount it: `sudo mount -t proc proc /proc`"),
        Ok(count) if Process::open(1).is_err() => no(
            format!("only {count} processes can be seen: /proc is mounted with hidepid"),
            "run as root, or as a member of the group that /proc was mounted with (gid=)",
        ),
        Ok(count) => Ok(format!("{count} processes can be seen; memory of each is read from /proc/PID/status")),
    };
    ability("processes", found)
}

/// Whether the mappings of others may be read: by those who may trace them.
fn others() -> Ability {
    let opened = super::family::everyone().into_iter().filter_map(|pid| Process::open(pid).ok());
    let alive: Vec<_> = opened.filter(|process| process.sample(0.0).is_some()).collect();
    let shut = alive.iter().filter(|process| Regions::of(process.inner()).is_none() && process.sample(0.0).is_some()).count();
    let open = format!("mappings, descriptors and PSS of {} of {} processes can be read", alive.len() - shut, alive.len());
    let found = if shut == 0 || capabilities().contains(&"CAP_SYS_PTRACE") {
        Ok(open)
    } else {
        no(open, format!("for the rest `sudo setcap cap_sys_ptrace+ep {}`, or run as root", program()))
    };
    ability("other users' processes", found)
}

fn program() -> String {
    std::env::current_exe().map_or_else(|_| "watertight".to_owned(), |path| path.display().to_string())
}

fn kernel_side() -> Vec<Ability> {
    match Probe::open(&Plan::default()) {
        Ok(mut probe) => {
            let step = super::amount(probe.step());
            let detail = format!("{}, a record each {step} of new high water", probe.hook().name());
            let calls = match probe.count() {
                Ok(()) => Ok("mmap, munmap, brk, madvise and contended futex waits".to_owned()),
                Err(refusal) => Err((refusal.reason, refusal.remedy)),
            };
            let mut found = vec![ability("eBPF probe", Ok(detail)), ability("counts of calls", calls)];
            if probe.hook() == Hook::Classic {
                found[0].detail.push_str(" (without registers and stack copies: the better hooks were refused)");
            }
            found
        }
        Err(refusal) => {
            let remedy = format!("{}; until then memory is read from /proc alone, without stacks", refusal.remedy);
            vec![ability("eBPF probe", Err((refusal.reason, remedy)))]
        }
    }
}

fn types() -> Ability {
    let found = match fs::metadata("/sys/kernel/btf/vmlinux") {
        Ok(_) => Ok("/sys/kernel/btf/vmlinux".to_owned()),
        Err(_) => no(
            "the kernel tells no type information",
            "use a kernel built with CONFIG_DEBUG_INFO_BTF=y; with it missing, root can still use the classic tracepoint",
        ),
    };
    ability("BTF", found)
}

fn tracefs() -> Ability {
    let events = ["/sys/kernel/tracing/events/kmem/rss_stat", "/sys/kernel/debug/tracing/events/kmem/rss_stat"];
    let found = match events.iter().find(|path| fs::exists(path).unwrap_or(false)) {
        Some(path) => Ok((*path).to_owned()),
        None => no(
            "not mounted, or for root alone; only the classic tracepoint needs it",
            "`sudo mount -t tracefs nodev /sys/kernel/tracing`",
        ),
    };
    ability("tracefs", found)
}

fn ptrace() -> Ability {
    let scope = fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope").ok();
    let scope = scope.and_then(|text| text.trim().parse::<u8>().ok()).unwrap_or(0);
    let held = capabilities();
    let root = held.contains(&"CAP_SYS_PTRACE") || held.contains(&"CAP_SYS_ADMIN");
    let grant = format!("`sudo setcap cap_sys_ptrace+ep {}`", program());
    let found = match scope {
        3 => no("switched off for everyone (ptrace_scope 3)", "it cannot be switched on again before the next boot"),
        _ if root => Ok("any process can be stopped and read".to_owned()),
        0 => Ok("processes of the same user can be stopped and read".to_owned()),
        1 => no(
            "only our own children can be stopped and read (ptrace_scope 1)",
            format!("start the program with `watertight run`, or {grant}, or `sudo sysctl kernel.yama.ptrace_scope=0`"),
        ),
        _ => no(format!("only holders of CAP_SYS_PTRACE may use it (ptrace_scope {scope})"), grant),
    };
    ability("ptrace", found)
}

fn pressure() -> Ability {
    let found = match Pressure::host() {
        Some(pressure) => Ok(format!("memory stalls are measured: {:.1} % in the last minute", pressure.some_60)),
        None => no("the kernel does not measure stalls", "boot with psi=1 on a kernel built with CONFIG_PSI=y"),
    };
    ability("PSI", found)
}

fn groups() -> Ability {
    let memory = Process::open(std::process::id()).ok().and_then(|me| Cgroup::of(&me)?.memory());
    let found = match memory {
        Some(memory) => {
            let limit = memory.limit.map_or_else(|| "no limit".to_owned(), |limit| format!("limit {}", super::amount(limit)));
            Ok(format!("version {}, {} ({limit})", memory.version, memory.path.display()))
        }
        None => no(
            "no control group accounts our memory, so its limits are not known",
            "boot with the memory controller (on version 2: `echo +memory > cgroup.subtree_control` in the parent)",
        ),
    };
    ability("control groups", found)
}
