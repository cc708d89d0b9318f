//! Messages on the standard streams, one a line.
//!
//! rmcp has a transport for this as well, which passes over what is no JSON without an answer (as its
//! [issue 938](https://github.com/modelcontextprotocol/rust-sdk/issues/938) explains), leaves the `id` out of errors that
//! answer nothing in particular, and ends when a client begins with something else than it may. A client whose bytes are
//! mangled would wait for ever, so here all of that is answered.

use rmcp::model::{ErrorCode, ErrorData};
use rmcp::service::{RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::Transport;
use rmcp::{RoleServer, model::JsonRpcMessage};
use serde_json::{Value, json};
use std::io::{self, BufRead, Read, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use tokio::sync::mpsc;

/// A longer line is no message of a client.
const LONGEST: u64 = 16 << 20;
/// What may come before a session has begun.
const EARLY: [&str; 3] = ["initialize", "ping", "server/discover"];

/// Both directions.
pub struct Wire {
    lines: mpsc::Receiver<Vec<u8>>,
    out: Option<Sender<Value>>,
    /// Whether a session has begun.
    begun: bool,
}

impl Wire {
    /// Starts to read from the standard input and to write to the standard output; besides the wire the thread that ends
    /// when everything was written.
    ///
    /// # Errors
    /// The threads could not be started.
    pub fn start() -> io::Result<(Self, JoinHandle<()>)> {
        let (sender, lines) = mpsc::channel(64);
        let (out, receiver) = channel();
        let writer = thread::Builder::new().name("mcp-writer".into()).spawn(move || write_all(&receiver))?;
        thread::Builder::new().name("mcp-reader".into()).spawn(move || read_all(&mut io::stdin().lock(), &sender))?;
        Ok((Self { lines, out: Some(out), begun: false }, writer))
    }

    /// What a line says, or the error with which it is answered; nothing for what needs no answer.
    fn understood(&mut self, line: &[u8]) -> Result<Option<RxJsonRpcMessage<RoleServer>>, Value> {
        let line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
        if line.trim_ascii().is_empty() {
            return Ok(None);
        }
        if line.len() as u64 >= LONGEST {
            return Err(refused(ErrorCode::INVALID_REQUEST, &Value::Null, "a message has at most 16 MiB"));
        }
        let value: Value = serde_json::from_slice(line)
            .map_err(|error| refused(ErrorCode::PARSE_ERROR, &Value::Null, &format!("this is no JSON: {error}")))?;
        let id = value.get("id").filter(|id| id.is_string() || id.is_number()).cloned();
        let method = value.get("method").and_then(Value::as_str).map(str::to_owned);
        let inline = value.pointer("/params/_meta").and_then(Value::as_object).is_some_and(|meta| !meta.is_empty());
        match serde_json::from_value::<RxJsonRpcMessage<RoleServer>>(value) {
            Ok(message) => self.in_order(message, method, inline),
            // Other protocols' notifications, and those of later versions, ask for no answer.
            Err(_) if id.is_none() && method.is_some() => Ok(None),
            Err(error) => {
                let message = format!("this is no request, no notification and no response: {error}");
                Err(refused(ErrorCode::INVALID_REQUEST, &id.unwrap_or_default(), &message))
            }
        }
    }

    /// Lets through what may come now. A session begins with `initialize`, or with a request that says itself what the client
    /// is, as from version 2026-07-28 on.
    fn in_order(
        &mut self,
        message: RxJsonRpcMessage<RoleServer>,
        method: Option<String>,
        inline: bool,
    ) -> Result<Option<RxJsonRpcMessage<RoleServer>>, Value> {
        let method = method.unwrap_or_default();
        match &message {
            _ if self.begun => Ok(Some(message)),
            JsonRpcMessage::Request(_) if inline || EARLY.contains(&method.as_str()) => {
                self.begun = method != "ping" && method != "server/discover";
                Ok(Some(message))
            }
            JsonRpcMessage::Request(request) => {
                let id = serde_json::to_value(&request.id).unwrap_or_default();
                Err(refused(ErrorCode::INVALID_REQUEST, &id, &format!("`initialize` comes first, and not `{method}`")))
            }
            // Nobody asked, and nobody waits.
            _ => Ok(None),
        }
    }

    fn write(&self, value: Value) -> io::Result<()> {
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        self.out.as_ref().ok_or_else(gone)?.send(value).map_err(|_| gone())
    }
}

impl Transport<RoleServer> for Wire {
    type Error = io::Error;

    fn send(&mut self, item: TxJsonRpcMessage<RoleServer>) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let written = serde_json::to_value(&item).map_err(io::Error::other).and_then(|value| self.write(value));
        std::future::ready(written)
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        loop {
            let line = self.lines.recv().await?;
            match self.understood(&line) {
                Ok(Some(message)) => return Some(message),
                Ok(None) => {}
                Err(refused) => self.write(refused).ok()?,
            }
        }
    }

    async fn close(&mut self) -> io::Result<()> {
        self.out = None;
        Ok(())
    }
}

/// An error that answers what has this id.
fn refused(code: ErrorCode, id: &Value, message: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": ErrorData::new(code, message.to_owned(), None) })
}

fn write_all(receiver: &Receiver<Value>) {
    let mut out = io::stdout().lock();
    for value in receiver {
        if writeln!(out, "{value}").and_then(|()| out.flush()).is_err() {
            return;
        }
    }
}

/// Reads lines until the client leaves; of one that is too long only so much that this can be told.
fn read_all(input: &mut impl BufRead, sender: &mpsc::Sender<Vec<u8>>) {
    loop {
        let mut line = Vec::new();
        match input.by_ref().take(LONGEST).read_until(b'\n', &mut line) {
            // What ends without a line end was cut off.
            Ok(0) | Err(_) => return,
            Ok(_) if line.ends_with(b"\n") => {}
            Ok(_) if (line.len() as u64) < LONGEST => {}
            Ok(_) => skip(input),
        }
        if sender.blocking_send(line).is_err() {
            return;
        }
    }
}

/// Skips the rest of a line.
fn skip(input: &mut impl BufRead) {
    let mut rest = Vec::new();
    while input.by_ref().take(1 << 16).read_until(b'\n', &mut rest).is_ok_and(|read| read > 0) && !rest.ends_with(b"\n") {
        rest.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, Wire, read_all};
    use serde_json::{Value, json};
    use tokio::sync::mpsc;

    fn wire() -> Wire {
        Wire { lines: mpsc::channel(1).1, out: None, begun: false }
    }

    fn error(wire: &mut Wire, line: &str) -> Option<(i64, Value)> {
        let refused = wire.understood(line.as_bytes()).err()?;
        Some((refused["error"]["code"].as_i64().expect("a code"), refused["id"].clone()))
    }

    #[test]
    fn what_is_no_message_is_refused_and_what_needs_no_answer_gets_none() {
        let mut wire = wire();
        for garbage in ["{", "hello", "\u{1f600}", "[1,", "{\"jsonrpc\": }"] {
            assert_eq!(error(&mut wire, garbage), Some((-32700, Value::Null)), "{garbage}");
        }
        for (shape, id) in [("[]", Value::Null), ("7", Value::Null), ("{\"id\": 3}", json!(3)), ("{\"id\": {}}", Value::Null)] {
            assert_eq!(error(&mut wire, shape), Some((-32600, id)), "{shape}");
        }
        for quiet in ["", "  ", "{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/didOpen\"}"] {
            assert!(matches!(wire.understood(quiet.as_bytes()), Ok(None)), "{quiet}");
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_told_and_the_next_is_read() {
        let long = [vec![b'x'; LONGEST as usize + 100], b"\nshort\n".to_vec()].concat();
        let (sender, mut lines) = mpsc::channel(4);
        read_all(&mut &long[..], &sender);
        let first = lines.try_recv().expect("a line");
        assert_eq!(error(&mut wire(), std::str::from_utf8(&first).expect("text")), Some((-32600, Value::Null)));
        assert_eq!(lines.try_recv().expect("a line"), b"short\n");
    }
}
