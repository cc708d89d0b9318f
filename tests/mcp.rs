//! The server for agents, as the official client of the protocol sees it, and as bytes.

mod skip;

use serde_json::{Value, json};
use skip::skip;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_watertight");

const LEAKY: &str = "def number(path):
    out = open(path)
    return out.fileno()


SEEN = []


def handle(request):
    SEEN.append(request.body)
";
const CLEAN: &str = "def read(path):\n    with open(path) as file:\n        return file.read()\n";
const MORE: &str = "def number(path):
    out = open(path)
    return out.fileno()
";

fn folder() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    };
    write("open/leaky.py", LEAKY);
    write("open/clean.py", CLEAN);
    write("shut/leaky.py", LEAKY);
    write("second folder/more.py", MORE);
    folder
}

/// A Python that has the official client: the one that is named, or the one on the path.
fn python() -> Option<String> {
    let named = std::env::var("WATERTIGHT_MCP_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let has = Command::new(&named).args(["-c", "from mcp import Client, StdioServerParameters"]).output();
    has.is_ok_and(|output| output.status.success()).then_some(named)
}

#[test]
fn the_official_client_is_served() {
    let Some(python) = python() else {
        skip("the Python package `mcp`, 2.0 or newer, is not installed; `.ci/test` installs it");
        return;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mcp/client.py");
    for mode in ["legacy", "auto"] {
        let folder = folder();
        let output =
            Command::new(&python).arg(&script).args([PROGRAM.as_ref(), folder.path().as_os_str(), mode.as_ref()]).output();
        let output = output.expect("Python starts");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{mode}: {told}");
    }
}

/// Sends lines and reads as many answers as were asked for.
fn talk(folder: &Path, sent: &[Value]) -> Vec<Value> {
    let mut command = Command::new(PROGRAM);
    command.arg("mcp").current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut server = command.spawn().expect("it starts");
    let mut input = server.stdin.take().expect("a pipe");
    let mut lines = BufReader::new(server.stdout.take().expect("a pipe")).lines();
    let mut answers = Vec::new();
    for message in sent {
        writeln!(input, "{message}").expect("it reads");
        if message.get("id").is_some() {
            let line = lines.next().expect("an answer").expect("text");
            answers.push(serde_json::from_str(&line).expect("JSON"));
        }
    }
    drop(input);
    assert!(lines.next().is_none(), "nothing is said unasked");
    assert!(server.wait().expect("it ends").success(), "a client that leaves is no failure");
    answers
}

fn hello() -> [Value; 2] {
    let client = json!({"name": "test", "version": "1"});
    let begin = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client});
    [
        json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": begin}),
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
    ]
}

fn call(id: u32, name: &str, arguments: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": name, "arguments": arguments}})
}

#[test]
fn what_a_tool_gives_is_what_its_schema_says() {
    let folder = folder();
    let mut sent = hello().to_vec();
    sent.push(json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}));
    let mut calls = vec![("mem_leaks", json!({})), ("mem_scan", json!({})), ("explain", json!({"rule": "lost-entry"}))];
    if cfg!(target_os = "linux") {
        calls.push(("triage", json!({"delay_s": 0.2})));
        calls.push(("watch", json!({"pid": std::process::id(), "duration_s": 1, "window_s": 10})));
    }
    sent.extend(calls.iter().zip(2..).map(|((name, arguments), id)| call(id, name, arguments)));
    let answers = talk(&folder.path().join("open"), &sent);
    assert_eq!(answers[0]["result"]["serverInfo"]["name"], "watertight");
    let tools = answers[1]["result"]["tools"].as_array().expect("tools");
    for ((name, _), answer) in calls.iter().zip(&answers[2..]) {
        let result = &answer["result"];
        assert_eq!(result["isError"], false, "{name}: {answer}");
        assert!(result["content"][0]["text"].as_str().is_some_and(|text| text.len() > 20), "{name}: {answer}");
        let tool = tools.iter().find(|tool| tool["name"] == *name).expect("it is listed");
        let schema = jsonschema::validator_for(&tool["outputSchema"]).expect("a schema");
        let wrong: Vec<_> = schema.iter_errors(&result["structuredContent"]).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
        let least = json!({});
        assert!(!schema.is_valid(&least), "{name}: the schema asks for something");
    }
}

#[test]
fn rubbish_does_not_end_the_server() {
    let folder = folder();
    let mut sent = hello().to_vec();
    sent.push(call(1, "mem_leaks", &json!({"paths": ["\u{0}", "a".repeat(10_000)]})));
    sent.push(call(2, "mem_leaks", &json!({"max_findings": -1})));
    sent.push(call(3, "no_such_tool", &json!({})));
    sent.push(call(4, "explain", &json!({"rule": "lost-entry"})));
    let answers = talk(&folder.path().join("open"), &sent);
    assert_eq!(answers[1]["result"]["isError"], true, "{}", answers[1]);
    assert_eq!(answers[2]["result"]["isError"], true, "{}", answers[2]);
    assert!(answers[3]["error"]["message"].as_str().is_some_and(|text| text.contains("mem_leaks")), "{}", answers[3]);
    assert_eq!(answers[4]["result"]["isError"], false, "{}", answers[4]);
}

#[test]
fn garbage_on_the_wire_is_answered_and_the_talk_goes_on() {
    let folder = folder();
    let mut command = Command::new(PROGRAM);
    command.arg("mcp").current_dir(folder.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut server = command.spawn().expect("it starts");
    let mut input = server.stdin.take().expect("a pipe");
    let mut lines = BufReader::new(server.stdout.take().expect("a pipe")).lines();
    let mut ask = |text: &str| -> Value {
        writeln!(input, "{text}").expect("it reads");
        serde_json::from_str(&lines.next().expect("an answer").expect("text")).expect("JSON")
    };
    let list = json!({"jsonrpc": "2.0", "id": 7, "method": "tools/list"}).to_string();
    for _ in 0..2 {
        let answer = ask("{ this is no JSON");
        assert_eq!((&answer["error"]["code"], answer.get("id")), (&json!(-32700), Some(&Value::Null)), "{answer}");
    }
    let early = ask(&list);
    assert_eq!((&early["id"], &early["error"]["code"]), (&json!(7), &json!(-32600)), "{early}");
    assert!(early["error"]["message"].as_str().is_some_and(|text| text.contains("`initialize` comes first")), "{early}");
    assert_eq!(ask(&json!({"jsonrpc": "2.0", "id": 8, "method": "ping"}).to_string())["result"], json!({}));
    let [begin, ready] = hello();
    assert_eq!(ask(&begin.to_string())["result"]["serverInfo"]["name"], "watertight");
    writeln!(input, "{ready}").expect("it reads");
    let mut ask = |text: &str| -> Value {
        writeln!(input, "{text}").expect("it reads");
        serde_json::from_str(&lines.next().expect("an answer").expect("text")).expect("JSON")
    };
    let shapeless = ask("[]");
    assert_eq!((&shapeless["error"]["code"], shapeless.get("id")), (&json!(-32600), Some(&Value::Null)), "{shapeless}");
    assert_eq!(ask("\u{1f600}")["error"]["code"], -32700);
    assert!(ask(&list)["result"]["tools"].as_array().is_some_and(|tools| tools.len() > 3));
    drop(input);
    assert!(lines.next().is_none() && server.wait().expect("it ends").success(), "a client that leaves is no failure");
}

#[test]
fn a_client_that_leaves_before_it_began_is_told_as_such() {
    let mut command = Command::new(PROGRAM);
    let mut server =
        command.arg("mcp").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    drop(server.stdin.take());
    let output = server.wait_with_output().expect("it ends");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && told.contains("did not begin as MCP wants"), "{told}");
}
