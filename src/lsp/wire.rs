//! Messages on the wire: framing, and what is no message.
//!
//! What cannot be framed ends the server, because nobody knows where the next message would begin; what is framed and is no
//! message is answered with an error.

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use lsp_server::Message;
use std::io::{self, BufRead, Read, Write};
use std::thread;

/// Longer header lines and larger messages come from no editor.
const LONGEST_LINE: u64 = 4 << 10;
const LARGEST: usize = 256 << 20;

/// What came in.
pub enum Incoming {
    /// A message.
    Message(Message),
    /// Something else between messages, with the code and the words to answer it with.
    Garbage(i32, String),
    /// Nothing can be read any more; why, unless the other side just closed.
    Ended(Option<String>),
}

/// What goes out.
pub enum Outgoing {
    /// A message.
    Message(Message),
    /// The error for something whose id is not known.
    Unaddressed(i32, String),
}

/// Both directions.
pub struct Wire {
    /// What comes in.
    pub incoming: Receiver<Incoming>,
    /// What goes out; never blocks, so that a client that writes before it reads cannot stall both sides.
    pub outgoing: Sender<Outgoing>,
    /// Ends when everything was written.
    writer: thread::JoinHandle<()>,
}

impl Wire {
    /// Starts to read from the standard input and to write to the standard output.
    ///
    /// # Errors
    /// The threads could not be started.
    pub fn start() -> io::Result<Self> {
        let (sender, incoming) = bounded(64);
        let (outgoing, receiver) = unbounded();
        let writer = thread::Builder::new().name("lsp-writer".into()).spawn(move || write_all(&receiver))?;
        thread::Builder::new().name("lsp-reader".into()).spawn(move || read_all(&mut io::stdin().lock(), &sender))?;
        Ok(Self { incoming, outgoing, writer })
    }

    /// Waits until everything was written.
    pub fn finish(self) {
        drop(self.outgoing);
        // A writer that failed has nobody to tell.
        let _ = self.writer.join();
    }
}

fn write_all(receiver: &Receiver<Outgoing>) {
    let mut out = io::stdout().lock();
    for outgoing in receiver {
        let written = match outgoing {
            Outgoing::Message(message) => message.write(&mut out),
            Outgoing::Unaddressed(code, message) => {
                let body = serde_json::json!({ "jsonrpc": "2.0", "id": null, "error": { "code": code, "message": message } });
                let body = body.to_string();
                write!(out, "Content-Length: {}\r\n\r\n{body}", body.len()).and_then(|()| out.flush())
            }
        };
        if written.is_err() {
            return;
        }
    }
}

fn read_all(input: &mut impl BufRead, sender: &Sender<Incoming>) {
    loop {
        let incoming = match body(input) {
            Ok(Some(body)) => understood(&body),
            Ok(None) => Incoming::Ended(None),
            Err(error) => Incoming::Ended(Some(error.to_string())),
        };
        let last = matches!(&incoming, Incoming::Ended(_)) || is_exit(&incoming);
        if sender.send(incoming).is_err() || last {
            return;
        }
    }
}

fn is_exit(incoming: &Incoming) -> bool {
    matches!(incoming, Incoming::Message(Message::Notification(message)) if message.method == "exit")
}

fn understood(body: &[u8]) -> Incoming {
    let value: serde_json::Value = match serde_json::from_slice(body) {
        Ok(value) => value,
        Err(error) => return Incoming::Garbage(lsp_server::ErrorCode::ParseError as i32, format!("this is no JSON: {error}")),
    };
    let named = value.get("id").is_some();
    match serde_json::from_value(value) {
        // What has an id, though not one that can be, asks for an answer.
        Ok(message) if !named || !matches!(message, Message::Notification(_)) => Incoming::Message(message),
        _ => {
            let message = "this is no request, no notification and no response".to_owned();
            Incoming::Garbage(lsp_server::ErrorCode::InvalidRequest as i32, message)
        }
    }
}

/// The next body; nothing at the end of the input.
fn body(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let wrong = |message: String| io::Error::new(io::ErrorKind::InvalidData, message);
    let mut length = None;
    let mut line = Vec::new();
    let mut first = true;
    loop {
        line.clear();
        input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)?;
        if line.is_empty() && first {
            return Ok(None);
        }
        first = false;
        let Some(header) = line.strip_suffix(b"\r\n") else {
            return Err(wrong(format!("a header ends with CR and LF, and not so: {:?}", shortened(&line))));
        };
        if header.is_empty() {
            break;
        }
        let text = String::from_utf8_lossy(header);
        let Some((name, value)) = text.split_once(':') else {
            return Err(wrong(format!("this is no header: {:?}", shortened(header))));
        };
        if name.eq_ignore_ascii_case("Content-Length") {
            let value: usize = value.trim().parse().map_err(|_| wrong(format!("{value:?} is no length")))?;
            length = Some(value);
        }
    }
    let length = length.ok_or_else(|| wrong("the headers name no Content-Length".to_owned()))?;
    if length > LARGEST {
        return Err(wrong(format!("a message of {length} bytes is longer than any is")));
    }
    // The room grows with what really comes, and not with what is announced.
    let mut body = Vec::new();
    input.by_ref().take(length as u64).read_to_end(&mut body)?;
    if body.len() < length {
        return Err(wrong(format!("the input ended {} bytes before the message did", length - body.len())));
    }
    Ok(Some(body))
}

fn shortened(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(80)]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{Incoming, body, understood};

    #[test]
    fn headers_may_come_in_any_order_and_case() {
        let mut input = &b"content-type: x\r\ncontent-length: 2\r\n\r\n{}"[..];
        assert_eq!(body(&mut input).expect("framed"), Some(b"{}".to_vec()));
        assert_eq!(body(&mut input).expect("ended"), None);
    }

    #[test]
    fn what_cannot_be_framed_is_an_error() {
        for input in [
            &b"Content-Length: 2\n\n{}"[..],
            b"Content-Length: two\r\n\r\n{}",
            b"Content-Length: -1\r\n\r\n{}",
            b"Content-Length: 99999999999999999999\r\n\r\n",
            b"Content-Length: 300000000\r\n\r\n",
            b"Content-Type: x\r\n\r\n{}",
            b"garbage",
            b"Content-Length: 10\r\n\r\n{}",
            b"Content-Length: 10",
        ] {
            assert!(body(&mut &input[..]).is_err(), "{}", String::from_utf8_lossy(input));
        }
        assert!(body(&mut "x".repeat(1 << 20).as_bytes()).is_err());
    }

    #[test]
    fn what_is_no_message_is_told_from_what_is() {
        for (text, fits) in [
            (r#"{"jsonrpc":"2.0","id":1,"method":"shutdown"}"#, true),
            (r#"{"jsonrpc":"2.0","method":"exit"}"#, true),
            (r#"{"jsonrpc":"2.0","id":1,"result":null}"#, true),
            (r#"{"jsonrpc":"2.0"}"#, false),
            ("[]", false),
            ("{", false),
            ("\u{1f600}", false),
        ] {
            assert_eq!(matches!(understood(text.as_bytes()), Incoming::Message(_)), fits, "{text}");
        }
    }
}
