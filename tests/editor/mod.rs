//! An editor for the tests: speaks the protocol with a server that runs as a process, as editors do.
#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(clippy::needless_pass_by_value, reason = "values are written where they are used")]

use serde_json::{Value, json};
use std::collections::VecDeque;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Longer than anything here takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A folder with files.
pub struct Project(pub TempDir, pub PathBuf);

impl Project {
    /// A folder with these files.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().expect("a folder can be made");
        let root = folder.path().canonicalize().expect("the folder exists");
        let project = Self(folder, root);
        for (path, text) in files {
            project.write(path, text);
        }
        project
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.1.join(path);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }

    pub fn uri(&self, path: &str) -> String {
        uri(&self.1.join(path))
    }
}

/// The program: as cargo says for tests, and beside the folder of the examples for these.
fn program() -> PathBuf {
    let named = option_env!("CARGO_BIN_EXE_watertight").map(PathBuf::from);
    named.unwrap_or_else(|| {
        let own = std::env::current_exe().expect("this program has a path");
        own.parent().and_then(Path::parent).expect("a folder of examples").join("watertight")
    })
}

/// A path as a URI, without the help of the program.
pub fn uri(path: &Path) -> String {
    let text = path.to_str().expect("paths of tests are text");
    let encoded = text.bytes().map(|byte| match byte {
        b'/' | b'.' | b'-' | b'_' | b'~' => char::from(byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    format!("file://{}", encoded.collect::<String>())
}

/// A server with what it said so far.
pub struct Editor {
    pub child: Child,
    input: Option<ChildStdin>,
    output: Receiver<Value>,
    said: VecDeque<Value>,
    next: i64,
    /// What the editor answers to `workspace/configuration`.
    pub settings: Value,
    /// The requests that the editor never answers.
    pub ignores: &'static [&'static str],
    /// The methods of the requests that the server made, with their parameters.
    pub requested: Vec<(String, Value)>,
    pub cache: TempDir,
}

/// What an editor can do that knows the protocol well.
pub fn able() -> Value {
    json!({
        "general": { "positionEncodings": ["utf-16"] },
        "window": { "workDoneProgress": true, "showDocument": { "support": true } },
        "workspace": {
            "configuration": true, "workspaceFolders": true,
            "didChangeConfiguration": { "dynamicRegistration": true },
            "didChangeWatchedFiles": { "dynamicRegistration": true },
            "workspaceEdit": { "documentChanges": true },
            "diagnostics": { "refreshSupport": true },
        },
        "textDocument": { "publishDiagnostics": {
            "relatedInformation": true, "codeDescriptionSupport": true, "tagSupport": { "valueSet": [1, 2] },
        } },
    })
}

impl Editor {
    /// A server that was not greeted yet.
    pub fn start() -> Self {
        let cache = TempDir::new().expect("a folder can be made");
        let mut child = Command::new(program())
            .arg("server")
            .env("XDG_CACHE_HOME", cache.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let input = child.stdin.take();
        let mut reader = BufReader::new(child.stdout.take().expect("piped"));
        let (sender, output) = channel();
        std::thread::spawn(move || while read(&mut reader).is_some_and(|value| sender.send(value).is_ok()) {});
        Self {
            child,
            input,
            output,
            said: VecDeque::new(),
            next: 0,
            settings: Value::Null,
            ignores: &[],
            requested: Vec::new(),
            cache,
        }
    }

    /// A server that was greeted, with these folders open.
    pub fn open(folders: &[&Path], capabilities: &Value) -> Self {
        let mut editor = Self::start();
        editor.greet(folders, capabilities, Value::Null);
        editor
    }

    /// Greets the server; what it can do.
    pub fn greet(&mut self, folders: &[&Path], capabilities: &Value, options: Value) -> Value {
        let folders: Vec<Value> = folders.iter().map(|path| json!({ "uri": uri(path), "name": "project" })).collect();
        let result = self.request(
            "initialize",
            json!({
                "processId": null, "rootUri": null, "workspaceFolders": folders,
                "capabilities": capabilities, "initializationOptions": options,
            }),
        );
        self.notify("initialized", json!({}));
        result.expect("the server answers")["capabilities"].clone()
    }

    /// Writes bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("the input is open");
        // A server that has ended does not read.
        let _ = input.write_all(bytes).and_then(|()| input.flush());
    }

    pub fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Sends a request and does not wait; its id.
    pub fn asking(&mut self, method: &str, params: Value) -> i64 {
        self.next += 1;
        let id = self.next;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        id
    }

    /// The result of a request, or its error.
    pub fn request(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.asking(method, params);
        self.answer(id)
    }

    pub fn answer(&mut self, id: i64) -> Result<Value, Value> {
        let message = self.wait(|message| message["id"] == id && message.get("method").is_none());
        message.get("error").map_or_else(|| Ok(message["result"].clone()), |error| Err(error.clone()))
    }

    /// The next message of which this holds; the others stay for later.
    pub fn wait(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        let message = self.wait_for(PATIENCE, &fits);
        message.unwrap_or_else(|| panic!("the server does not say it; it said {:#?}", self.said))
    }

    /// The same, unless it takes too long or the server ends.
    pub fn wait_for(&mut self, time: Duration, fits: &impl Fn(&Value) -> bool) -> Option<Value> {
        let end = Instant::now() + time;
        if let Some(at) = self.said.iter().position(fits) {
            return self.said.remove(at);
        }
        loop {
            let message = match self.output.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(message) => message,
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return None,
            };
            self.reply(&message);
            if fits(&message) {
                return Some(message);
            }
            self.said.push_back(message);
        }
    }

    /// Answers what the server asks, as an editor does.
    fn reply(&mut self, message: &Value) {
        let (Some(id), Some(method)) = (message.get("id"), message["method"].as_str()) else { return };
        self.requested.push((method.to_owned(), message["params"].clone()));
        if self.ignores.contains(&method) {
            return;
        }
        let result = match method {
            "workspace/configuration" => json!([self.settings]),
            "window/showDocument" => json!({ "success": true }),
            _ => Value::Null,
        };
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": result }));
    }

    /// Waits until the server asked for something.
    pub fn wait_request(&mut self, method: &str) -> Value {
        self.wait(|message| message["method"] == method)["params"].clone()
    }

    pub fn did_open(&mut self, uri: &str, language: &str, text: &str) {
        let item = json!({ "uri": uri, "languageId": language, "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": item }));
    }

    /// Replaces a range, given as two lines and columns, by a text.
    pub fn did_change(&mut self, uri: &str, version: i64, range: [u32; 4], text: &str) {
        let range =
            json!({ "start": { "line": range[0], "character": range[1] }, "end": { "line": range[2], "character": range[3] } });
        self.change(uri, version, json!([{ "range": range, "text": text }]));
    }

    pub fn change(&mut self, uri: &str, version: i64, changes: Value) {
        let document = json!({ "uri": uri, "version": version });
        self.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// The diagnostics that are pushed next for a version of a document.
    pub fn diagnostics(&mut self, uri: &str, version: i64) -> Vec<Value> {
        let told = self.wait(|message| {
            let params = &message["params"];
            message["method"] == "textDocument/publishDiagnostics" && params["uri"] == uri && params["version"] == version
        });
        told["params"]["diagnostics"].as_array().expect("a list").clone()
    }

    /// The diagnostics for a version of a document, once they are of these rules. What the project says becomes known bit by
    /// bit, and every bit may change what is told of a finding.
    pub fn settled(&mut self, uri: &str, version: i64, rules: &[&str]) -> Vec<Value> {
        let told = self.wait(|message| {
            let params = &message["params"];
            let found = params["diagnostics"].as_array().into_iter().flatten();
            message["method"] == "textDocument/publishDiagnostics"
                && params["uri"] == uri
                && params["version"] == version
                && found.map(|one| one["code"].as_str().unwrap_or_default()).eq(rules.iter().copied())
        });
        told["params"]["diagnostics"].as_array().expect("a list").clone()
    }

    /// The memory that the server holds, in KiB, where the system tells.
    pub fn resident(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.split_whitespace().next()?.parse().ok()
    }

    /// Leaves as agreed; the exit code.
    pub fn leave(mut self) -> Option<i32> {
        self.request("shutdown", Value::Null).expect("answered");
        self.notify("exit", Value::Null);
        self.ended().0
    }

    /// Closes the input and waits for the end: the exit code, and what was said on the standard error.
    pub fn ended(&mut self) -> (Option<i32>, String) {
        self.input = None;
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait().expect("ours") {
                let mut said = String::new();
                let _ = self.child.stderr.take().expect("piped").read_to_string(&mut said);
                return (status.code(), said);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("the server does not end");
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(reader: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("Content-Length: ") {
            length = value.parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).expect("the server writes JSON"))
}
