//! What the tools are called, what they take and what they give.

#[cfg(target_os = "linux")]
use super::live::{Triage, Watch};
use super::source::{Asked, Look};
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use std::sync::Arc;

const FINDINGS: &str = include_str!("schemas/findings.json");
const RULE: &str = include_str!("schemas/rule.json");
#[cfg(target_os = "linux")]
const TRIAGE: &str = include_str!("schemas/triage.json");
#[cfg(target_os = "linux")]
const WATCH: &str = include_str!("schemas/watch.json");

/// How the tools belong together.
pub const INSTRUCTIONS: &str = "watertight finds code that holds on to what it should let go of, and says of a running process \
    whether its memory leaks. Begin with `mem_leaks` on the folder in question; `explain` shows the page of a rule, and a finding is fixed when \
    the same call no longer gives it. On Linux, \
    `triage` finds the process that takes the memory, and `watch` gives a verdict on it, with its reasons.";

/// All tools.
pub fn tools() -> Vec<Tool> {
    let look = [
        (
            "mem_leaks",
            "Find leaks",
            "Look for memory and resource leaks in Python, JavaScript, TypeScript and Rust source, with every rule.",
        ),
        ("mem_scan", "Find growth", "Look only for what grows without bound: collections, caches, channels."),
        ("mem_handles", "Find handles", "Look only for handles that are never closed: files, sockets, sessions, connections."),
    ];
    let mut all: Vec<Tool> =
        look.into_iter().map(|(name, title, text)| tool(name, title, text, FINDINGS).with_input_schema::<Look>()).collect();
    let text = "Show the page of a rule: what it flags, why that leaks, what to change, with examples.";
    all.push(tool("explain", "Explain a rule", text, RULE).with_input_schema::<Asked>());
    #[cfg(target_os = "linux")]
    {
        let text = "Say which process takes the memory of this machine, from two snapshots of all processes, with causes, \
            evidence and what to do. It takes `delay_s` seconds.";
        all.push(tool("triage", "Triage the machine", text, TRIAGE).with_input_schema::<Triage>());
        let text = "Watch the memory of a running process for at most `duration_s` seconds and say whether it leaks, with \
            confidence, reasons, what grows and a forecast.";
        all.push(tool("watch", "Watch a process", text, WATCH).with_input_schema::<Watch>());
    }
    all
}

fn tool(name: &'static str, title: &str, text: &'static str, output: &str) -> Tool {
    // A schema that does not parse is a tool without one, and a test asks for each.
    let output: JsonObject = serde_json::from_str(output).unwrap_or_default();
    let looks = ToolAnnotations::new().read_only(true).open_world(false);
    Tool::new(name, text, Arc::new(JsonObject::new()))
        .with_title(title)
        .with_raw_output_schema(Arc::new(output))
        .with_annotations(looks)
}
