//! What the classic tracepoint asks of the machine.

use super::Refusal;
use std::fs;

/// Where the kernel describes the classic tracepoint.
const FORMATS: [&str; 2] =
    ["/sys/kernel/tracing/events/kmem/rss_stat/format", "/sys/kernel/debug/tracing/events/kmem/rss_stat/format"];

/// The classic hook reads the event at fixed places: only if the kernel describes it so.
pub fn classic_is_known(namespace: u64) -> Result<(), Refusal> {
    if namespace != 0 {
        return Err(Refusal {
            reason: "the classic tracepoint knows processes by the host's ids, and this is a container's".to_owned(),
            remedy: "run watertight on the host, or in the host's pid namespace".to_owned(),
        });
    }
    let text = FORMATS.iter().find_map(|path| fs::read_to_string(path).ok()).ok_or_else(|| Refusal {
        reason: "the classic tracepoint cannot be read: tracefs belongs to root, or is not mounted".to_owned(),
        remedy: "run as root, after `mount -t tracefs nodev /sys/kernel/tracing`".to_owned(),
    })?;
    let fields = ["mm_id;\toffset:8;", "curr;\toffset:12;", "member;\toffset:16;", "size;\toffset:24;"];
    if fields.iter().all(|field| text.contains(field)) {
        return Ok(());
    }
    Err(Refusal::broken("this kernel's kmem:rss_stat has another form"))
}
