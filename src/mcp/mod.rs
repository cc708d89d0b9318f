//! The commands as tools for agents: a server of the Model Context Protocol on the standard streams.
//!
//! Each call runs on a thread of its own and can be cancelled; the protocol itself runs on one thread. Results come as
//! structured content with a schema, and as text. Paths are confined to the folders that the client names as its roots.

mod job;
#[cfg(target_os = "linux")]
mod live;
mod roots;
mod server;
mod source;
mod stop;
mod tools;
mod wire;

use crate::rules::RuleSet;
use crate::scan::Analyzer;
use std::path::PathBuf;
use wire::Wire;

/// What makes an analyzer for the rules of a run.
pub type Make = fn(&RuleSet) -> Box<dyn Analyzer>;

/// Serves until the client leaves.
///
/// # Errors
/// A client that does not begin as the protocol wants, or a machine that gives no thread.
pub fn serve(known: RuleSet, cwd: PathBuf, make: Make) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.map_err(|error| format!("the server cannot be started: {error}"))?;
    let (wire, writer) = Wire::start().map_err(|error| format!("the server cannot be started: {error}"))?;
    let handler = server::Server::new(known, cwd, make);
    let served = runtime.block_on(async {
        let running = rmcp::serve_server(handler, wire).await;
        let running = running.map_err(|error| format!("the client did not begin as MCP wants: {error}"))?;
        running.waiting().await.map_err(|error| error.to_string())
    });
    // A call that is still being worked on has nobody to answer to.
    runtime.shutdown_background();
    // A writer that failed has nobody to tell.
    let _ = writer.join();
    served.map(|_| ())
}
