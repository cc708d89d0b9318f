//! Loads the kernel side: finds its programs, hands over the constants, compares the structs, and says what a refusal means.

use super::layout::{CONFIG, GAPS, GLIMPSE, Layout, RATES, RECORD, STATE};
use super::{Hook, Refusal};
use libbpf_rs::btf::types::{MemberAttr, Struct};
use libbpf_rs::query::ProgInfoIter;
use libbpf_rs::{ErrorKind, Link, Map, MapCore as _, Object, ObjectBuilder, OpenObject, PrintLevel, set_print};
use std::fs;
use std::os::fd::AsFd as _;
use std::sync::Mutex;

/// What libbpf said last; it reports through a plain function.
static SAID: Mutex<String> = Mutex::new(String::new());

/// Keeps what libbpf says, instead of letting it write to the standard error.
pub fn listen() {
    set_print(Some((PrintLevel::Warn, |_, text| {
        if let Ok(mut said) = SAID.lock() {
            *said = text;
        }
    })));
}

/// A map of an object by its name.
pub fn map<'a>(object: &'a Object, name: &str) -> Option<Map<'a>> {
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
pub const fn program(hook: Hook) -> &'static str {
    match hook {
        Hook::Typed => "typed",
        Hook::Raw => "raw",
        Hook::Classic => "classic",
    }
}

/// Loads the named programs of an object and attaches them in this order.
pub fn load(bytes: &[u8], names: &[&str], config: &[u8], states: Option<&Map<'_>>) -> Result<(Object, Vec<Link>), Refusal> {
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
pub fn refused(error: &libbpf_rs::Error) -> Refusal {
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
