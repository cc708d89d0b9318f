//! The build with the feature `ebpf`: attaches and reads the kernel side. Only this file names `libbpf_rs`.

use super::classic::classic_is_known;
use super::duty::{Duty, Turn};
use super::layout::{CONFIG, GAPS, GLIMPSE, Layout, RATES, RECORD, STATE};
use super::{Cost, Gaps, Growth, Hook, Plan, Rates, Refusal};
use libbpf_rs::btf::types::{MemberAttr, Struct};
use libbpf_rs::query::ProgInfoIter;
use libbpf_rs::{
    ErrorKind, Link, Map, MapCore as _, MapFlags, Object, ObjectBuilder, OpenObject, PrintLevel, RingBuffer, RingBufferBuilder,
    set_print,
};
use nix::unistd::{SysconfVar, sysconf};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt::{self, Debug, Formatter};
use std::fs;
use std::os::fd::{AsFd as _, AsRawFd as _};
use std::os::unix::fs::MetadataExt as _;
use std::rc::Rc;
use std::sync::Mutex;
use std::time::{Duration, Instant};

const RSS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/rss.bpf.o"));
const CLASSIC: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/classic.bpf.o"));
const CALLS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/rates.bpf.o"));

/// Records a second that a process may send.
const RECORDS_PER_S: u64 = 20;
/// The least growth worth a record.
const LEAST_STEP: u64 = 1024 * 1024;
/// The inode of the first pid namespace (`PROC_PID_INIT_INO`).
const FIRST_NAMESPACE: u64 = 0xEFFF_FFFC;
/// Records kept for a caller who does not fetch them; the oldest go first.
const MOST_PENDING: usize = 4096;

/// The ring waits for whole milliseconds.
const LEAST_WAIT: Duration = Duration::from_millis(1);

/// What libbpf said last; it reports through a plain function.
static SAID: Mutex<String> = Mutex::new(String::new());

/// The loaded and attached kernel side. Whatever ends the program, the kernel takes it away with the last descriptor.
pub struct Probe {
    hook: Hook,
    step: u64,
    error: u64,
    config: Vec<u8>,
    ring: RingBuffer<'static>,
    pending: Rc<RefCell<VecDeque<Growth>>>,
    dropped: u64,
    object: Object,
    /// The handler of growth, while it is attached, and those of what a process begins and ends with, which always are.
    handler: Option<Link>,
    _others: Vec<Link>,
    began: Instant,
    duty: Duty,
    /// How many times it was attached again.
    attachments: u32,
    /// Events on each processor when they were last looked at.
    events: Vec<u64>,
    calls: Option<(Object, Vec<Link>)>,
}

impl Debug for Probe {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.debug_struct("Probe").field("hook", &self.hook).field("step", &self.step).finish_non_exhaustive()
    }
}

impl Probe {
    /// Loads and attaches, by the best hook that the kernel allows.
    pub fn open(plan: &Plan) -> Result<Self, Refusal> {
        listen();
        let mut best = Refusal::broken("no hook was tried");
        let mut tried = 0;
        for hook in Hook::ALL {
            if plan.hook.is_some_and(|only| only != hook) {
                continue;
            }
            match Self::attach(plan, hook) {
                Ok(probe) => return Ok(probe),
                // What keeps us from the best hook is what the user wants to know.
                Err(refusal) if tried == 0 => best = refusal,
                Err(_) => {}
            }
            tried += 1;
        }
        Err(best)
    }

    fn attach(plan: &Plan, hook: Hook) -> Result<Self, Refusal> {
        let processors = sysconf(SysconfVar::_NPROCESSORS_ONLN).ok().flatten().unwrap_or(1).max(1).unsigned_abs();
        let page = procfs::page_size();
        // `percpu_counter_batch`, each processor's part of a counter (lib/percpu_counter.c); before 6.2 a thread kept 64.
        let error = (2 * processors).max(64) * processors * page;
        let step = plan.step.unwrap_or_else(|| LEAST_STEP.max(2 * error));
        let namespace = fs::metadata("/proc/self/ns/pid").map_or(0, |link| link.ino());
        let namespace = if namespace == FIRST_NAMESPACE { 0 } else { namespace };
        let config = CONFIG.write(&[
            ("step_pages", step.div_ceil(page)),
            ("refill_ns", 1_000_000_000 / RECORDS_PER_S),
            ("burst", RECORDS_PER_S),
            ("everyone", u64::from(plan.everyone)),
            ("namespace", namespace),
            ("page_bytes", page),
        ]);
        if hook == Hook::Classic {
            classic_is_known(namespace)?;
        }
        let (bytes, names): (_, &[&str]) = match hook {
            Hook::Typed => (RSS, &["typed_fork", "typed_exec", "typed_exit", "typed"]),
            Hook::Raw => (RSS, &["raw_fork", "raw_exec", "raw_exit", "raw"]),
            Hook::Classic => (CLASSIC, &["classic"]),
        };
        let (object, mut links) = load(bytes, names, &config, None)?;
        let handler = links.pop();
        let pending = Rc::new(RefCell::new(VecDeque::new()));
        let ring = ring(&object, &pending)?;
        let events = vec![0; sysconf(SysconfVar::_NPROCESSORS_CONF).ok().flatten().map_or(1, |count| count.max(1) as usize)];
        Ok(Self {
            hook,
            step,
            error,
            config,
            ring,
            pending,
            dropped: 0,
            object,
            handler,
            _others: links,
            began: Instant::now(),
            duty: Duty::default(),
            attachments: 0,
            events,
            calls: None,
        })
    }

    /// How it hangs on the kernel.
    pub fn hook(&self) -> Hook {
        self.hook
    }

    /// Growth worth a record, in bytes.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// By how much the counters may be off, in bytes.
    pub fn error(&self) -> u64 {
        self.error
    }

    /// Begins to watch a process and the children it will have; nothing changes if it is watched already. False if it
    /// could not be noted.
    pub fn watch(&self, pid: u32) -> bool {
        let fresh = STATE.write(&[]);
        match map(&self.object, "states").map(|states| states.update(&pid.to_ne_bytes(), &fresh, MapFlags::NO_EXIST)) {
            Some(Ok(())) => true,
            Some(Err(error)) => error.kind() == ErrorKind::AlreadyExists,
            None => false,
        }
    }

    /// Stops watching a process; its children stay watched.
    pub fn forget(&self, pid: u32) {
        if let Some(states) = map(&self.object, "states") {
            // That it was not there is what was wanted.
            let _ = states.delete(&pid.to_ne_bytes());
        }
    }

    /// Waits for records, at most so long, and hands over those there are.
    pub fn poll(&mut self, wait: Duration) -> Vec<Growth> {
        let until = Instant::now() + wait;
        loop {
            self.turn();
            let left = until.saturating_duration_since(Instant::now());
            let due = self.duty.left(self.began.elapsed()).max(LEAST_WAIT);
            // A signal may cut the wait short; what came until then is there.
            let waited = self.ring.poll(left.min(due));
            if waited.is_err() || left <= due || !self.pending.borrow().is_empty() {
                break;
            }
        }
        let mut pending = self.pending.borrow_mut();
        let surplus = pending.len().saturating_sub(MOST_PENDING);
        self.dropped += surplus as u64;
        pending.drain(..surplus);
        pending.drain(..).collect()
    }

    /// Takes the handler of growth off, or attaches it again, when that is due.
    fn turn(&mut self) {
        let now = self.began.elapsed();
        if !self.duty.left(now).is_zero() {
            return;
        }
        let events = if self.duty.attached() { self.busiest() } else { 0 };
        match self.duty.step(now, events) {
            Turn::Same => {}
            Turn::Off => drop(self.handler.take()),
            Turn::On => {
                let name = program(self.hook);
                let ready = self.announce();
                let handler = self.object.progs_mut().find(|handler| handler.name() == name);
                self.handler = handler.filter(|_| ready).and_then(|handler| handler.attach().ok());
                if self.handler.is_none() {
                    self.duty.failed();
                }
            }
        }
    }

    /// Tells the handler, before it is attached again, that there was a rest, and makes it forget what each processor saw
    /// last: else it would pass over the first events after the rest, where the counters did not move meanwhile. False if
    /// it could not be told.
    fn announce(&mut self) -> bool {
        self.attachments = self.attachments.wrapping_add(1);
        if let Some(glimpses) = map(&self.object, "glimpses") {
            let count = self.events.len().min(glimpses.max_entries() as usize) as u32;
            let keys: Vec<u8> = (0..count).flat_map(u32::to_ne_bytes).collect();
            let values = GLIMPSE.write(&[]).repeat(count as usize);
            if glimpses.update_batch(&keys, &values, count, MapFlags::ANY, MapFlags::ANY).is_err() {
                return false;
            }
            self.events.fill(0);
        }
        let number = self.attachments.to_ne_bytes();
        let told =
            map(&self.object, "attachments").map(|number_of| number_of.update(&0u32.to_ne_bytes(), &number, MapFlags::ANY));
        told.is_some_and(|told| told.is_ok())
    }

    /// Events on the processor that had most of them, since this was last asked; 0 if they are not counted.
    fn busiest(&mut self) -> u64 {
        let count = self.events.len();
        let Some(glimpses) = map(&self.object, "glimpses") else { return 0 };
        let Ok(found) = glimpses.lookup_batch(count as u32, MapFlags::ANY, MapFlags::ANY) else { return 0 };
        let mut most = 0;
        for (before, (_, bytes)) in self.events.iter_mut().zip(found) {
            let now = GLIMPSE.number(&bytes, "events").unwrap_or(0);
            most = most.max(now.saturating_sub(*before));
            *before = now;
        }
        most
    }

    /// What could not be told so far.
    pub fn gaps(&self) -> Gaps {
        let told = map(&self.object, "gaps").and_then(|gaps| gaps.lookup(&0u32.to_ne_bytes(), MapFlags::ANY).ok().flatten());
        let number = |field| told.as_deref().and_then(|bytes| GAPS.number(bytes, field)).unwrap_or(0);
        let skipped = self.figure("recursion_misses").unwrap_or(0);
        let rested_ms = u64::try_from(self.duty.rested(self.began.elapsed()).as_millis()).unwrap_or(u64::MAX);
        let storm_per_s = self.duty.fastest() as u64;
        Gaps { sent: number("sent"), lost: number("lost") + self.dropped, skipped, rested_ms, storm_per_s }
    }

    /// What the handler of growth cost so far; `None` unless `kernel.bpf_stats_enabled` is 1.
    pub fn cost(&self) -> Option<Cost> {
        let runs = self.figure("run_cnt").filter(|runs| *runs > 0)?;
        Some(Cost { runs, ns: self.figure("run_time_ns")? })
    }

    /// A figure that the kernel shows of the handler of growth.
    fn figure(&self, name: &str) -> Option<u64> {
        let handler = self.object.progs().find(|handler| handler.name() == program(self.hook))?;
        let text = fs::read_to_string(format!("/proc/self/fdinfo/{}", handler.as_fd().as_raw_fd())).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        line.trim().parse().ok()
    }

    /// Begins to count the calls that map and unmap memory, of what is watched. Every call on the machine pays a little
    /// for it, so only while single processes are watched.
    pub fn count(&mut self) -> Result<(), Refusal> {
        if self.calls.is_none() {
            let states = map(&self.object, "states").ok_or_else(|| Refusal::broken("the map `states` is missing"))?;
            self.calls = Some(load(CALLS, &["enter", "leave"], &self.config, Some(&states))?);
        }
        Ok(())
    }

    /// The calls of a process since [`Self::count`].
    pub fn rates(&self, pid: u32) -> Option<Rates> {
        let counted = map(&self.calls.as_ref()?.0, "counted")?;
        Rates::decode(&counted.lookup(&pid.to_ne_bytes(), MapFlags::ANY).ok()??)
    }
}

fn ring(object: &Object, pending: &Rc<RefCell<VecDeque<Growth>>>) -> Result<RingBuffer<'static>, Refusal> {
    let records = map(object, "records").ok_or_else(|| Refusal::broken("the map `records` is missing"))?;
    let into = Rc::clone(pending);
    let mut builder = RingBufferBuilder::new();
    let take = move |bytes: &[u8]| {
        if let Some(growth) = Growth::decode(bytes) {
            into.borrow_mut().push_back(growth);
        }
        0
    };
    builder.add(&records, take).map_err(|error| refused(&error))?;
    builder.build().map_err(|error| refused(&error))
}

/// Keeps what libbpf says, instead of letting it write to the standard error.
fn listen() {
    set_print(Some((PrintLevel::Warn, |_, text| {
        if let Ok(mut said) = SAID.lock() {
            *said = text;
        }
    })));
}

/// A map of an object by its name.
fn map<'a>(object: &'a Object, name: &str) -> Option<Map<'a>> {
    object.maps().find(|map| map.name() == name)
}

/// The ids of the probes of this kind that are loaded on the machine, whoever loaded them; `None` if the kernel does not
/// tell us.
pub fn ours() -> Option<Vec<u32>> {
    let mut seen = 0;
    let mut found = Vec::new();
    for info in ProgInfoIter::default() {
        seen += 1;
        if Hook::ALL.iter().any(|hook| info.name == program(*hook)) {
            found.push(info.id);
        }
    }
    // The kernel lists programs for CAP_SYS_ADMIN alone, and an empty list may be a refusal.
    (seen > 0 || nix::unistd::geteuid().is_root()).then_some(found)
}

/// The name of the handler of growth.
const fn program(hook: Hook) -> &'static str {
    match hook {
        Hook::Typed => "typed",
        Hook::Raw => "raw",
        Hook::Classic => "classic",
    }
}

/// Loads the named programs of an object and attaches them in this order.
fn load(bytes: &[u8], names: &[&str], config: &[u8], states: Option<&Map<'_>>) -> Result<(Object, Vec<Link>), Refusal> {
    if let Ok(mut said) = SAID.lock() {
        said.clear();
    }
    let mut open = ObjectBuilder::default().open_memory(bytes).map_err(|error| refused(&error))?;
    for mut program in open.progs_mut() {
        let wanted = names.iter().any(|name| program.name() == *name);
        program.set_autoload(wanted);
    }
    prepare(&mut open, config, states)?;
    let object = open.load().map_err(|error| refused(&error))?;
    agree(&object)?;
    let mut links = Vec::new();
    for name in names {
        let program = object.progs_mut().find(|program| program.name() == *name);
        let program = program.ok_or_else(|| Refusal::broken(&format!("the program `{name}` is missing")))?;
        links.push(program.attach().map_err(|error| refused(&error))?);
    }
    Ok((object, links))
}

fn prepare(open: &mut OpenObject, config: &[u8], states: Option<&Map<'_>>) -> Result<(), Refusal> {
    for mut map in open.maps_mut() {
        if map.name().to_string_lossy().ends_with(".rodata") {
            let constants = map.initial_value_mut().filter(|value| value.len() >= config.len());
            let constants = constants.ok_or_else(|| Refusal::broken("the constants of the kernel side have no room for ours"))?;
            constants[..config.len()].copy_from_slice(config);
        } else if map.name() == "states"
            && let Some(states) = states
        {
            map.reuse_fd(states.as_fd()).map_err(|error| refused(&error))?;
        }
    }
    Ok(())
}

/// Compares our reading of the structs with the type information that the compiler left in the object.
fn agree(object: &Object) -> Result<(), Refusal> {
    let btf = object.btf().map_err(|error| refused(&error))?;
    let btf = btf.ok_or_else(|| Refusal::broken("the object holds no type information"))?;
    for layout in [RECORD, CONFIG, STATE, GAPS, GLIMPSE, RATES] {
        let Some(found) = btf.type_by_name::<Struct<'_>>(layout.name) else { continue };
        let offsets = found.iter().map(|member| {
            let name = member.name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            (name, member.attr)
        });
        let theirs = offsets.map(|(name, attr)| format!("{name}@{}", bits(attr) / 8)).collect::<Vec<_>>();
        if theirs != ours_of(&layout) {
            return Err(Refusal::broken(&format!("`struct {}` of bpf/record.h differs from layout.rs", layout.name)));
        }
    }
    Ok(())
}

fn bits(attr: MemberAttr) -> u32 {
    match attr {
        MemberAttr::Normal { offset } | MemberAttr::BitField { offset, .. } => offset,
    }
}

fn ours_of(layout: &Layout) -> Vec<String> {
    let mut at = 0;
    let fields = layout.fields.iter().map(|(name, size)| {
        let text = format!("{name}@{at}");
        at += size;
        text
    });
    fields.collect()
}

/// What a refusal of the kernel means.
fn refused(error: &libbpf_rs::Error) -> Refusal {
    let said = SAID.lock().map(|said| said.trim().to_owned()).unwrap_or_default();
    if error.kind() == ErrorKind::PermissionDenied {
        let program = std::env::current_exe().map_or_else(|_| "watertight".to_owned(), |path| path.display().to_string());
        return Refusal {
            reason: "the kernel lets only holders of CAP_BPF and CAP_PERFMON load an eBPF probe".to_owned(),
            remedy: format!("grant them with `sudo setcap cap_bpf,cap_perfmon+ep {program}`, or run as root"),
        };
    }
    if !fs::exists("/sys/kernel/btf/vmlinux").unwrap_or(false) {
        return Refusal {
            reason: "the kernel tells no type information (/sys/kernel/btf/vmlinux)".to_owned(),
            remedy: "use a kernel built with CONFIG_DEBUG_INFO_BTF=y".to_owned(),
        };
    }
    let detail = if said.is_empty() { String::new() } else { format!(" ({said})") };
    Refusal::broken(&format!("the kernel does not take the eBPF probe: {error}{detail}"))
}
