//! The language server: what a run finds, while the text is being written. LSP over the standard streams, without an
//! asynchronous runtime: one thread reads, one writes, one talks ([`server`]) and one thinks ([`worker`]).

mod action;
mod answer;
mod capability;
mod client;
mod diagnostic;
mod document;
mod hover;
mod notice;
mod pages;
mod position;
mod progress;
mod reply;
mod server;
mod shared;
mod uri;
mod wire;
mod wishes;
mod worker;

use crate::scan::Manner;
use crossbeam_channel::select;
use lsp_server::{ErrorCode, Message, Response};
use server::Server;
use wire::{Incoming, Outgoing, Wire};

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// As agreed: `shutdown`, then `exit`.
    Orderly,
    /// The other side left without a word.
    Abrupt,
}

/// Serves one editor until it leaves.
///
/// # Errors
/// What came in cannot be read as messages, or threads cannot be started.
pub fn serve(manner: &Manner) -> Result<Ending, String> {
    crate::scan::hush();
    let wire = Wire::start().map_err(|error| format!("the threads of the server cannot be started: {error}"))?;
    let ending = talk(&wire, manner);
    wire.finish();
    ending
}

fn talk(wire: &Wire, manner: &Manner) -> Result<Ending, String> {
    match greeting(wire, manner)? {
        // What follows `exit` is not read, and what the worker still does then concerns nobody.
        Ok(server) => converse(wire, server),
        Err(ending) => Ok(ending),
    }
}

/// Waits for `initialize`; anything else is refused or left out until then.
fn greeting(wire: &Wire, manner: &Manner) -> Result<Result<Server, Ending>, String> {
    loop {
        match wire.incoming.recv().unwrap_or(Incoming::Ended(None)) {
            Incoming::Message(Message::Request(request)) if request.method == "initialize" => {
                match Server::new(request.params, manner.clone(), wire.outgoing.clone())? {
                    Ok((server, result)) => {
                        send(wire, Message::Response(Response::new_ok(request.id, result)));
                        return Ok(Ok(server));
                    }
                    Err(fault) => send(wire, Message::Response(fault.response(request.id))),
                }
            }
            Incoming::Message(Message::Request(request)) => {
                let code = ErrorCode::ServerNotInitialized as i32;
                let message = format!("`initialize` comes first, and not `{}`", request.method);
                send(wire, Message::Response(Response::new_err(request.id, code, message)));
            }
            Incoming::Message(Message::Notification(message)) if message.method == "exit" => return Ok(Err(Ending::Abrupt)),
            Incoming::Message(_) => {}
            Incoming::Garbage(code, message) => wire.outgoing.send(Outgoing::Unaddressed(code, message)).unwrap_or_default(),
            Incoming::Ended(None) => return Ok(Err(Ending::Abrupt)),
            Incoming::Ended(Some(why)) => return Err(why),
        }
    }
}

fn converse(wire: &Wire, mut server: Server) -> Result<Ending, String> {
    loop {
        select! {
            recv(wire.incoming) -> incoming => match incoming.unwrap_or(Incoming::Ended(None)) {
                Incoming::Message(Message::Request(request)) => server.request(request),
                Incoming::Message(Message::Response(response)) => server.response(response),
                Incoming::Message(Message::Notification(message)) if message.method == "exit" => {
                    return Ok(if server.is_shut_down() { Ending::Orderly } else { Ending::Abrupt });
                }
                Incoming::Message(Message::Notification(message)) => server.notification(message),
                Incoming::Garbage(code, message) => wire.outgoing.send(Outgoing::Unaddressed(code, message)).unwrap_or_default(),
                Incoming::Ended(None) => return Ok(Ending::Abrupt),
                Incoming::Ended(Some(why)) => return Err(why),
            },
            recv(server.heard()) -> said => match said {
                Ok(said) => server.hear(said),
                Err(_) => return Err("the thread that looks at the files has ended".to_owned()),
            },
            recv(server.patience()) -> _ => server.go_on(),
        }
    }
}

fn send(wire: &Wire, message: Message) {
    // A writer that has ended has no reader; then the input ends as well.
    wire.outgoing.send(Outgoing::Message(message)).unwrap_or_default();
}
